#!/usr/bin/env bash
# make run: builds what is missing, then hands over to the program that starts
# everything. Every long build says what it is doing and for how long.
set -euo pipefail
cd "$(dirname "$0")/.."
. local/build.sh

need go   'Go 1.26 or newer: https://go.dev/dl'
need node 'Node 20 or newer with npm: https://nodejs.org  (Debian: apt-get install nodejs npm)'
need npm  'npm: https://nodejs.org  (Debian: apt-get install npm)'
need cc   'a C compiler: apt-get install gcc g++'
need c++  'a C++ compiler: apt-get install g++'

build_explorer
build_local
exec .cache/bin/kzocds-local
