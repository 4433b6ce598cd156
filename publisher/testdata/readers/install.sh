#!/usr/bin/env bash
# The independent readers of what is published: Python packages in .cache/readers, and LibreOffice where we may install it.
set -euo pipefail
cd "$(dirname "$0")/../../.."
if command -v python3 >/dev/null; then
  [[ -x .cache/readers/bin/python ]] || python3 -m venv .cache/readers
  .cache/readers/bin/pip install --quiet --disable-pip-version-check -r publisher/testdata/readers/requirements.txt
else
  echo 'python3 is missing: install it for pandas, DuckDB, ocdsmerge and libcoveocds' >&2
fi
if ! command -v soffice >/dev/null; then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends libreoffice-calc-nogui >/dev/null
  else
    echo 'LibreOffice is missing: apt-get install --no-install-recommends libreoffice-calc-nogui' >&2
  fi
fi
