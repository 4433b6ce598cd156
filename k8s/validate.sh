#!/usr/bin/env bash
# Every overlay on a real API server: applied, and applied again without a difference;
# deliberate mistakes refused. Nothing needs to run there but the API server.
#
#   KUBECTL="kubectl --context kind-kzocds" k8s/validate.sh
#
# The definitions of KEDA's and Prometheus' objects come from their Go modules. Those of
# CloudNativePG are in no module: CNPG=FILE names its release manifest; without it the
# objects of CloudNativePG are taken as they are, and this is said.
set -euo pipefail
cd "$(dirname "$0")/.."

KUBECTL=${KUBECTL:-kubectl}
KEDA=github.com/kedacore/keda/v2@v2.21.0
PROMETHEUS=github.com/prometheus-operator/prometheus-operator@v0.85.0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
k() { $KUBECTL "$@"; }
say() { echo "== $* ($SECONDS s)"; }
module() { (cd "$work" && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'); }

say 'definitions of operators'
keda=$(module $KEDA)/config/crd/bases prometheus=$(module $PROMETHEUS)/example/prometheus-operator-crd
definitions=("$keda/keda.sh_scaledobjects.yaml" "$keda/keda.sh_triggerauthentications.yaml"
	"$prometheus/monitoring.coreos.com_podmonitors.yaml" "$prometheus/monitoring.coreos.com_prometheusrules.yaml")
if [[ -n ${CNPG:-} ]]; then
	definitions+=("$CNPG")
else
	echo 'not checked inside: Cluster and ScheduledBackup of CloudNativePG (CNPG is not set)' >&2
	for names in Cluster:clusters ScheduledBackup:scheduledbackups; do
		cat >"$work/${names#*:}.yaml" <<-END
			apiVersion: apiextensions.k8s.io/v1
			kind: CustomResourceDefinition
			metadata: {name: ${names#*:}.postgresql.cnpg.io}
			spec:
			  group: postgresql.cnpg.io
			  scope: Namespaced
			  names: {kind: ${names%:*}, plural: ${names#*:}}
			  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
		END
		definitions+=("$work/${names#*:}.yaml")
	done
fi
for file in "${definitions[@]}"; do k apply --server-side --force-conflicts --filename "$file" >/dev/null; done
k wait --for=condition=Established --timeout=60s crd --all >/dev/null

# Broken: what is replaced in which overlay, by what.
broken() {
	sed "s|$2|$3|" "$work/$1.yaml" >"$work/broken.yaml"
	! cmp -s "$work/$1.yaml" "$work/broken.yaml" || { echo "$1 does not hold $2" >&2; exit 1; }
	if k apply --server-side --force-conflicts --dry-run=server --validate=strict --filename "$work/broken.yaml" >"$work/said" 2>&1; then
		echo "$1: '$3' for '$2' was taken" >&2
		exit 1
	fi
	echo "   refused: $3: $(grep -m1 -iE 'invalid|unknown|unable|failed|required|conversion|bad' "$work/said" | cut -c1-120)"
}

for overlay in production local; do
	say "overlays/$overlay"
	k kustomize k8s/overlays/$overlay >"$work/$overlay.yaml"
	# The namespace first: what is in it cannot be made in the same breath.
	k apply --server-side --filename k8s/base/namespace.yaml >/dev/null
	k apply --server-side --force-conflicts --validate=strict --filename "$work/$overlay.yaml" >"$work/applied"
	echo "   $(wc -l <"$work/applied") objects"
	k diff --server-side --force-conflicts --filename "$work/$overlay.yaml" || { echo "overlays/$overlay: the second apply would change something" >&2; exit 1; }
	case $overlay in
	production)
		broken production 'minReplicaCount: 2' 'minReplicaCount: two'
		broken production 'triggers:' 'trigger:'
		broken production 'type: nats-jetstream' 'kind: nats-jetstream'
		broken production 'expr: ' 'expression: '
		broken production 'pathType: Prefix' 'pathType: Whatever'
		;;
	local)
		broken local 'containerPort: 8080' 'containerPort: 80800'
		broken local 'maxUnavailable: 1' 'maxUnavailable: one'
		broken local 'policyTypes:' 'policyType:'
		broken local 'accessModes:' 'accessMode:'
		broken local 'readinessProbe:' 'readyProbe:'
		;;
	esac
	k delete --cascade=background --ignore-not-found --wait=false --filename <(grep -v '^$' "$work/$overlay.yaml" | awk 'BEGIN{RS="---\n"} !/kind: Namespace/{print "---"; print}') >/dev/null
done
say 'every overlay is taken as it is, every mistake refused'
