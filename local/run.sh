#!/usr/bin/env bash
# make run: builds what is missing, then hands over to the program that starts
# everything. Every long build says what it is doing and for how long. Knobs are
# environment variables (docs/operate/run.md).
set -euo pipefail
cd "$(dirname "$0")/.."
. local/build.sh

need go 'Go 1.26 or newer: https://go.dev/dl'
# The program takes the place of this shell, so that Ctrl-C reaches it alone.
build_prepare
exec .cache/bin/kzocds-prepare "$@"
