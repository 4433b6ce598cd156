#!/usr/bin/env bash
# make test: everything, in the order in which failures are cheapest.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { echo; echo "== $* ($((SECONDS / 60)) min $((SECONDS % 60)) s)"; }

# The browser tests drive Chromium. Where we may install Debian's, we do.
if ! command -v chromium >/dev/null && [[ -z ${CHROMIUM:-} ]]; then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    step 'install chromium'
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends chromium fonts-noto-core >/dev/null
  else
    echo 'chromium is missing. Install it: apt-get install chromium (or set CHROMIUM=/path/to/chrome)' >&2
    exit 1
  fi
fi

# The drill of back-up and restore uses PostgreSQL's own tools.
if ! command -v pg_dump >/dev/null && [[ -z ${PG_BIN:-} ]] && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  step 'install pg_dump'
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends postgresql-client >/dev/null
fi

# The servers compile for minutes, and tests of modules wait for their own: side by
# side neither leaves a processor idle. The standard library comes first, so
# that it is compiled once.
step 'build what runs'
(cd local && GOWORK=off go build -o ../.cache/bin/prepare ./cmd/prepare && go build std)
.cache/bin/prepare -build temporal,minio >.cache/servers.log 2>&1 &
servers=$!
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
.cache/bin/prepare -build explorer,kzocds

step 'front end'
npm --prefix gateway/explorer run --silent check
npm --prefix gateway/explorer run --silent test

# go vet has more checks than go test would run once more.
step 'Go modules, each by itself (GOWORK=off)'
for m in proto ocds platform extractor transformer publisher analytics gateway; do
  (cd $m && GOWORK=off go vet ./... && GOWORK=off go test -vet=off ./...)
done
# They are not installed here, because they are large; what is absent is told.
step 'independent readers of published files (make readers installs them)'
(cd publisher && GOWORK=off go test -vet=off -run TestIndependentReaders -v . | grep -E '^ +(--- |readers_test)')
step 'servers of others'
wait $servers || { cat .cache/servers.log; exit 1; }
step 'local: components'
(cd local && GOWORK=off go vet ./... && GOWORK=off go test -vet=off $(GOWORK=off go list ./... | grep -v /e2e))

step 'workspace, format, messages'
go build work
unformatted=$(gofmt -l proto ocds platform extractor transformer publisher analytics gateway local)
[[ -z $unformatted ]] || { echo "not formatted, run make fmt: $unformatted"; exit 1; }
make --no-print-directory proto-check

step 'end to end, with the browser'
walk=TestOneRunPublishesEverythingAndTheNextNothing
# The walk in the browser is the longest; the others go on beside it.
(cd local && GOWORK=off go test -vet=off -c -o ../.cache/bin/e2e.test ./e2e)
cd local/e2e
../../.cache/bin/e2e.test -test.run "$walk" -test.timeout 40m >../../.cache/walk.log 2>&1 &
walking=$!
../../.cache/bin/e2e.test -test.skip "$walk" -test.parallel 2 -test.timeout 40m || failed=1
wait $walking || failed=1
cat ../../.cache/walk.log
[[ -z ${failed:-} ]]
step 'all tests passed'
