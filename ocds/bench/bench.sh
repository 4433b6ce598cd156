#!/usr/bin/env bash
# ocds beside its peers on the same input, one core: docs/ocds-benchmarks.md.
# The peers go into a virtual environment under .cache; what can't be installed
# is named as missing in the tables. CARDINAL names the program ocdscardinal,
# RUST_MERGE that of merge.rs, if they are there: reference.py and merge.rs say how to build them.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo 'python3 is missing: the comparison with the Python and Rust tools is left out'; exit 0; }
venv=.cache/peers
[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
for peer in ocdsmerge ocdskit flattentool libcoveocds ocdsmerge_rs ocdscardinal; do
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$peer" || echo "$peer could not be installed"
done
exec python3 ocds/bench/compare.py --work "$PWD/.cache/bench" --python "$PWD/$venv/bin/python" --sizes "${SIZES:-10,100}" ${CARDINAL:+--cardinal "$CARDINAL"} ${RUST_MERGE:+--rust-merge "$RUST_MERGE"}
