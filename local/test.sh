#!/usr/bin/env bash
# make test: everything, in the order in which failures are cheapest.
set -euo pipefail
cd "$(dirname "$0")/.."
. local/build.sh

step() { echo; echo "== $* ($((SECONDS / 60)) min $((SECONDS % 60)) s)"; }

need go  'Go 1.26 or newer: https://go.dev/dl'
need npm 'Node 20 or newer with npm: https://nodejs.org  (Debian: apt-get install nodejs npm)'
need cc  'a C compiler: apt-get install gcc g++'
# The browser tests drive Debian's Chromium. Where we may install it, we do.
if ! command -v chromium >/dev/null && [[ -z ${CHROMIUM:-} ]]; then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    progress 'install chromium' sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-noto-core'
  else
    need chromium 'Chromium for the browser tests: apt-get install chromium  (or set CHROMIUM=/path/to/chrome)'
  fi
fi

step 'Go modules, each by itself (GOWORK=off)'
for m in proto ocds platform extractor transformer publisher analytics gateway; do
  (cd $m && GOWORK=off go vet ./... && GOWORK=off go test ./...)
done
step 'local: components'
(cd local && GOWORK=off go vet ./... && GOWORK=off go test $(GOWORK=off go list ./... | grep -v /e2e))
step 'workspace'
go vet work
unformatted=$(gofmt -l proto ocds platform extractor transformer publisher analytics gateway local)
[[ -z $unformatted ]] || { echo "not formatted, run make fmt: $unformatted"; exit 1; }
make --no-print-directory proto-check

step 'front end'
build_explorer
npm --prefix gateway/explorer run check
npm --prefix gateway/explorer test

step 'end to end, with the browser'
build_local
(cd local && GOWORK=off go test -count=1 -timeout 40m -v ./e2e/... 2>&1 | grep -Ev '^=== (RUN|PAUSE|CONT)')
step 'all tests passed'
