#!/usr/bin/env bash
# Cuts the letters that the Explorer writes out of the whole family, so that the
# first view stays small: Latin, Russian, the letters that Kazakh adds, and the
# tenge. Needs fonttools and brotli (pip install fonttools brotli) and the
# package @fontsource-variable/golos-text (npm pack), whose files it is given:
#   ./subset.sh path/to/golos-text/files
set -euo pipefail
cd "$(dirname "$0")"
cut() { pyftsubset "$1/golos-text-$2-wght-normal.woff2" --unicodes="$3" --layout-features=tnum --flavor=woff2 --output-file="golos-$4.woff2"; }
cut "$1" latin 'U+0020-007E,U+00A0,U+00A7,U+00AB,U+00B0,U+00B1,U+00B7,U+00BB,U+00D7,U+00E9,U+00FC,U+2009,U+2013,U+2014,U+2018-201E,U+2022,U+2026,U+2191,U+2193,U+2212' latin
cut "$1" cyrillic 'U+0401,U+0406,U+0410-044F,U+0451,U+0456,U+04B0,U+04B1,U+2116' cyrillic
cut "$1" cyrillic-ext 'U+0492,U+0493,U+049A,U+049B,U+04A2,U+04A3,U+04AE,U+04AF,U+04BA,U+04BB,U+04D8,U+04D9,U+04E8,U+04E9' kazakh
cut "$1" latin-ext 'U+20B8' tenge
