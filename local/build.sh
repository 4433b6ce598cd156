# Steps that `make run` and `make test` share. Sourced, at the root.

# need PROGRAM REMEDY: one clear line when a prerequisite is missing.
need() {
  command -v "$1" >/dev/null || { echo "kzocds: $1 is missing. Install $2" >&2; exit 1; }
}

# progress LABEL COMMAND...: runs the command, its output in a log, with a line
# every ten seconds; shows the log when it fails.
progress() {
  local label=$1 log start pid
  shift
  mkdir -p .cache/logs
  log=.cache/logs/${label//[^a-z0-9]/-}.log
  start=$SECONDS
  "$@" >"$log" 2>&1 &
  pid=$!
  trap 'kill $pid 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if (( SECONDS - start > 0 && (SECONDS - start) % 10 == 0 && SECONDS != ${shown:-0} )); then
      shown=$SECONDS
      echo "kzocds: $label: $((SECONDS - start)) s" >&2
    fi
  done
  trap - INT TERM
  if ! wait "$pid"; then
    echo "kzocds: $label failed; the end of $log:" >&2
    tail -n 30 "$log" >&2
    return 1
  fi
  (( SECONDS - start < 2 )) || echo "kzocds: $label took $((SECONDS - start)) s" >&2
}

# build_prepare: the program that builds the rest, several things at once.
build_prepare() {
  mkdir -p .cache/bin
  [[ -x .cache/bin/kzocds-prepare ]] || echo 'kzocds: everything is built once, which takes some minutes' >&2
  (cd local && GOWORK=off go build -trimpath -buildvcs=false -o ../.cache/bin/kzocds-prepare ./cmd/prepare)
}

# build_explorer: the front end, when its sources changed since the last build.
build_explorer() { build_prepare; .cache/bin/kzocds-prepare -build explorer; }

# build_local: everything that a start of the whole system needs.
build_local() { build_prepare; .cache/bin/kzocds-prepare -build explorer,kzocds,temporal,minio; }
