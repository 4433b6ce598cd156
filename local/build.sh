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

# build_explorer: the front end, when its sources changed since the last build.
build_explorer() {
  local stamp=.cache/explorer.stamp digest
  mkdir -p .cache
  digest=$(cd gateway/explorer && find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
  if [[ -f gateway/explorer/dist/index.html && $(cat "$stamp" 2>/dev/null) == "$digest" ]]; then return; fi
  progress 'install front-end packages' npm --prefix gateway/explorer ci --no-audit --no-fund
  progress 'build the explorer' npm --prefix gateway/explorer run build
  echo "$digest" >"$stamp"
}

# build_local: the program with all services in it.
build_local() {
  mkdir -p .cache/bin
  progress 'build kzocds (some minutes the first time)' env GOWORK=off go -C local build -ldflags=-s -o ../.cache/bin/kzocds-local .
}
