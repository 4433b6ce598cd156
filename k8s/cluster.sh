#!/usr/bin/env bash
# The whole system on a real Kubernetes cluster (docs/operate/kubernetes.md).
#
#   k8s/cluster.sh all       up, images, deploy, run, check: what `make cluster` does
#   k8s/cluster.sh up        a cluster
#   k8s/cluster.sh images    build the images and give them to the cluster [NAME...]
#   k8s/cluster.sh deploy    apply overlays/local, and wait until everything is ready
#   k8s/cluster.sh run       the pipeline once, its JSON summary on standard output
#   k8s/cluster.sh check     that summary beside the one of `make run` for the same seed and scale
#   k8s/cluster.sh kubectl   kubectl for that cluster
#   k8s/cluster.sh down      the cluster and all in it
#
# CLUSTER is kind (the default) or k3d, both with docker, or any command with the verbs
# up, down, kubectl ARG..., and load IMAGE DIR [ARG...], which builds an image and gives
# it to every node. REPLICAS, SCALE and SEED are numbers.
set -euo pipefail
cd "$(dirname "$0")/.."

CLUSTER=${CLUSTER:-kind}
REPLICAS=${REPLICAS:-1} SCALE=${SCALE:-2000} SEED=${SEED:-1}
name=kzocds
out=.cache/cluster # what is applied: overlays/local with these images and numbers
services=(extractor transformer publisher analytics gateway)
every=("${services[@]}" pipeline goszakup nats temporal minio postgres)

say() { echo "== $* ($((SECONDS / 60)) min $((SECONDS % 60)) s)" >&2; }
kind_of() { basename "${CLUSTER%% *}"; }

up() {
	say "cluster ($CLUSTER)"
	case $(kind_of) in
	kind) kind get clusters | grep -qx $name || kind create cluster --name $name ;;
	k3d) k3d cluster get $name >/dev/null 2>&1 || k3d cluster create $name --wait ;;
	*) $CLUSTER up ;;
	esac >&2
}

down() {
	case $(kind_of) in
	kind) kind delete cluster --name $name ;;
	k3d) k3d cluster delete $name ;;
	*) $CLUSTER down ;;
	esac
	rm -rf "$out"
}

k() {
	case $(kind_of) in
	kind) kubectl --context kind-$name "$@" ;;
	k3d) kubectl --context k3d-$name "$@" ;;
	*) $CLUSTER kubectl "$@" ;;
	esac
}

# tag is the digest of an image's files: equal files are the same image, and pods are
# replaced when, and only when, theirs changed.
tag() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C ".cache/images/$1" -cf - . | sha256sum | cut -c1-12; }

image() { echo "localhost/kzocds/$1:$2"; }

images() {
	local names=("$@") n t
	[[ ${#names[@]} -gt 0 ]] || names=("${every[@]}")
	say "files of the images"
	(cd local && GOWORK=off go run ./cmd/images "${names[@]}") >/dev/null
	mkdir -p "$out/tags"
	for n in "${names[@]}"; do
		t=$(tag "$n")
		[[ $(cat "$out/tags/$n" 2>/dev/null) != "$t" ]] || continue
		say "image of $n"
		case $(kind_of) in
		kind | k3d)
			docker build --quiet --file k8s/Dockerfile --build-arg "SERVICE=$n" --tag "$(image "$n" "$t")" .cache/images
			if [[ $(kind_of) == kind ]]; then kind load docker-image --name $name "$(image "$n" "$t")"; else k3d image import --cluster $name "$(image "$n" "$t")"; fi
			;;
		*) $CLUSTER load "$(image "$n" "$t")" .cache/images --file "$PWD/k8s/Dockerfile" --build-arg "SERVICE=$n" --timestamp 0 ;;
		esac >&2
		echo "$t" >"$out/tags/$n"
	done
}

node_address() { k get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}'; }

# render writes the overlay that is applied.
render() {
	local at n
	at=$(node_address)
	mkdir -p "$out"
	{
		echo 'apiVersion: kustomize.config.k8s.io/v1beta1'
		echo 'kind: Kustomization'
		echo 'resources: [../../k8s/overlays/local]'
		echo 'images:'
		for n in "${every[@]}"; do echo "  - {name: localhost/kzocds/$n, newTag: '$(cat "$out/tags/$n")'}"; done
		echo 'replicas:'
		for n in "${services[@]}"; do echo "  - {name: $n, count: $REPLICAS}"; done
		cat <<-END
			configMapGenerator:
			  - name: gateway
			    namespace: kzocds
			    behavior: merge
			    literals:
			      - GATEWAY_PUBLIC_URL=http://$at:30080
			      - GATEWAY_BUCKET_URL=http://$at:30900/ocds
			      - GATEWAY_TEMPORAL_WEB=http://$at:30233
			  - name: publisher
			    namespace: kzocds
			    behavior: merge
			    literals:
			      - PUBLISHER_PUBLIC_URL=http://$at:30080
			      - PUBLISHER_BUCKET_URL=http://$at:30900/ocds
			patches:
			  - target: {kind: HorizontalPodAutoscaler}
			    patch: |
			      - {op: replace, path: /spec/minReplicas, value: $REPLICAS}
			      - {op: replace, path: /spec/maxReplicas, value: $REPLICAS}
			  - target: {kind: Deployment, name: goszakup}
			    patch: |
			      - {op: replace, path: /spec/template/spec/containers/0/args, value: ["-listen=:8090", "-token=\$(TOKEN)", "-scale=$SCALE", "-seed=$SEED"]}
		END
	} >"$out/kustomization.yaml"
	k kustomize "$out" >"$out/rendered.yaml"
}

deploy() {
	say "deploy: $REPLICAS of every service, scale $SCALE, seed $SEED"
	render
	# Jobs cannot be changed; these may be repeated.
	k delete job --namespace kzocds --selector app.kubernetes.io/component=prepare --ignore-not-found >&2
	k apply --server-side --force-conflicts --filename "$out/rendered.yaml" >"$out/applied"
	wait_ready
}

wait_ready() {
	local what
	for what in $(k get statefulset,deployment --namespace kzocds --output name); do
		k rollout status --namespace kzocds --timeout=600s "$what" >&2
	done
	k wait --namespace kzocds --for=condition=complete --timeout=300s job --selector app.kubernetes.io/component=prepare >&2
}

# run runs the pipeline inside the cluster.
run() {
	local state=''
	say 'pipeline'
	k delete job --namespace kzocds pipeline --ignore-not-found >&2
	k apply --server-side --filename - >&2 <<-END
		apiVersion: batch/v1
		kind: Job
		metadata: {name: pipeline, namespace: kzocds}
		spec:
		  backoffLimit: 0
		  template:
		    metadata: {labels: {app.kubernetes.io/name: pipeline}}
		    spec:
		      restartPolicy: Never
		      automountServiceAccountToken: false
		      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
		      containers:
		        - name: pipeline
		          image: $(image pipeline "$(cat "$out/tags/pipeline")")
		          args: ["-temporal=temporal:7233", "-scale=$SCALE", "-seed=$SEED"]
		          resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 128Mi}}
		          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
	END
	until [[ $state == *True* ]]; do
		sleep 1
		state=$(k get job --namespace kzocds pipeline -o jsonpath='{.status.conditions[?(@.type=="Complete")].status}{.status.conditions[?(@.type=="Failed")].status}')
	done
	k logs --namespace kzocds job/pipeline >"$out/pipeline.log"
	grep -v '^{"counts"' "$out/pipeline.log" >&2
	grep '^{"counts"' "$out/pipeline.log" >"$out/summary.json" || { echo 'the pipeline failed' >&2; exit 1; }
	cat "$out/summary.json"
}

# check compares the summary with the one of this machine.
check() {
	local reference=$out/reference-$SCALE-$SEED.json
	if [[ ! -s $reference ]]; then
		say "make run ONCE=1, to compare with"
		rm -rf .local/reference
		ONCE=1 SCALE=$SCALE SEED=$SEED STATE_DIR=.local/reference make --no-print-directory run | tail -1 >"$reference.part"
		rm -rf .local/reference
		mv "$reference.part" "$reference"
	fi
	node --input-type=module - "$reference" "$out/summary.json" <<-'END'
		import { readFileSync } from 'node:fs'
		import { isDeepStrictEqual } from 'node:util'
		const [here, there] = process.argv.slice(2).map((f) => JSON.parse(readFileSync(f, 'utf8')))
		const differ = ['snapshot', 'counts', 'entities', 'scale', 'seed'].filter((m) => !isDeepStrictEqual(here[m], there[m]))
		for (const m of differ) console.error(`${m} differs: make run ${JSON.stringify(here[m])}, cluster ${JSON.stringify(there[m])}`)
		if (differ.length) process.exit(1)
		console.error(`equal to make run: snapshot ${there.snapshot}, ${there.counts.published} processes`)
	END
}

urls() {
	local at
	at=$(node_address)
	cat >&2 <<-END

		  Explorer      http://$at:30080
		  API           http://$at:30080/docs
		  Workflows     http://$at:30233
		  Bulk files    http://$at:30900/ocds/latest.json

		Where the nodes' addresses cannot be reached (Docker on a Mac):
		  k8s/cluster.sh kubectl --namespace kzocds port-forward service/gateway 8080:80
		make cluster-down removes it all.
	END
}

case ${1:-} in
all) up && images && deploy && run && check && urls ;;
up | down | deploy | run | check | urls) "$1" ;;
images) shift && images "$@" ;;
kubectl) shift && k "$@" ;;
*) sed -n '4,11p' "$0" && exit 2 ;;
esac
