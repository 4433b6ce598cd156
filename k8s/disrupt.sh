#!/usr/bin/env bash
# What happens to readers and to the data when things are replaced and broken, on the
# cluster of k8s/cluster.sh (docs/operate/disruptions.md has figures).
#
#   k8s/disrupt.sh rolling [SERVICE...]  rolling update of each, under load
#   k8s/disrupt.sh delete [SERVICE...]   deletion of every pod, one after the other, under load
#   k8s/disrupt.sh kill [NAME...]        kill -9 of each service and server while a publication runs
#
# Readers are local/cmd/load at RATE requests per second. Each line is one disturbance. The
# exit code is 0 only if no request failed in rolling and delete, and kill ended in a
# publication of which all stages agree. kill needs root, and nodes that run on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
RATE=${RATE:-10}
services=(extractor transformer publisher analytics gateway)
out=.cache/cluster
mkdir -p "$out"

k() { k8s/cluster.sh kubectl --namespace kzocds "$@"; }

address() { k get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}'; }

prepare() {
	(cd local && GOWORK=off go build -o "../$out/load" ./cmd/load)
	url=http://$(address):30080
}

failed=0

# under runs a disturbance while readers ask, and prints what they saw.
under() {
	local name=$1 began
	shift
	"$out/load" -url "$url" -rate "$RATE" >"$out/load.json" 2>"$out/load.log" &
	local readers=$!
	sleep 3
	began=$SECONDS
	"$@" >"$out/disturbance.log" 2>&1 || { cat "$out/disturbance.log" >&2; failed=1; }
	local took=$((SECONDS - began))
	sleep 5
	kill -INT $readers
	wait $readers || failed=1
	echo "$name: $took s; $(cat "$out/load.json")"
	grep -v '^load:' "$out/load.log" | head -5 >&2 || true
}

roll() {
	k rollout restart "deployment/$1"
	k rollout status "deployment/$1" --timeout=300s
	gone "$1"
}

# gone waits until the pods that stop have stopped: they serve on for a while.
gone() {
	until [[ -z $(k get pods --selector "app.kubernetes.io/name=$1" --output jsonpath='{.items[*].metadata.deletionTimestamp}') ]]; do sleep 0.5; done
}

delete() {
	local pod
	for pod in $(k get pods --selector "app.kubernetes.io/name=$1" --output name); do
		k delete "$pod" --wait=true
		k rollout status "deployment/$1" --timeout=300s
	done
}

# kill9 kills all processes of the pod of a name at once, found by the container that they
# are in, and tells after how many seconds it was ready again.
kill9() {
	local pod id restarts began=$SECONDS
	pod=$(k get pods --selector "app.kubernetes.io/name=$1" --output jsonpath='{.items[0].metadata.name}')
	id=$(k get pod "$pod" --output jsonpath='{.status.containerStatuses[0].containerID}')
	restarts=$(k get pod "$pod" --output jsonpath='{.status.containerStatuses[0].restartCount}')
	grep -l "${id##*/}" /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | xargs kill -9
	until [[ $(k get pod "$pod" --output jsonpath='{.status.containerStatuses[0].restartCount},{.status.containerStatuses[0].ready}') == "$((restarts + 1)),true" ]]; do
		((SECONDS - began < 300)) || { echo "$1 is not ready again after 300 s" >&2; return 1; }
		sleep 0.3
	done
	echo "kill -9 $1: ready again after $((SECONDS - began)) s"
}

verb=${1:-}
names=("${@:2}")
case $verb in
rolling | delete) [[ ${#names[@]} -gt 0 ]] || names=("${services[@]}") ;;
kill) [[ ${#names[@]} -gt 0 ]] || names=(nats temporal postgres minio "${services[@]}") ;;
*) sed -n '5,7p' "$0" && exit 2 ;;
esac
prepare
case $verb in
rolling)
	for s in "${names[@]}"; do under "rolling update of $s" roll "$s"; done
	;;
delete)
	for s in "${names[@]}"; do under "deletion of every pod of $s" delete "$s"; done
	;;
kill)
	"$out/load" -url "$url" -rate "$RATE" >"$out/load.json" 2>"$out/load.log" &
	readers=$!
	k8s/cluster.sh run >"$out/under-kill.json" 2>"$out/under-kill.log" &
	pipeline=$!
	sleep 8
	for s in "${names[@]}"; do kill9 "$s" || failed=1; done
	wait $pipeline || { cat "$out/under-kill.log" >&2; failed=1; }
	sleep 5
	kill -INT $readers
	wait $readers || true # readers do see a server that is killed
	echo "readers: $(cat "$out/load.json")"
	cat "$out/under-kill.json"
	;;
esac
exit $failed
