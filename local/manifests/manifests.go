// Package manifests checks what k8s/ tells a cluster, without one: overlays are
// rendered, objects read strictly into the types of the Kubernetes API, pods
// held against the restricted Pod Security Standard, references followed, and
// the settings loaded as the services load them. An API server finds more
// (k8s/cluster.sh deploy applies there); this finds it in a second.
package manifests

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// custom are the kinds of operators that overlays use; only an API server with
// their definitions can check them.
var custom = []string{
	"postgresql.cnpg.io/v1 Cluster", "postgresql.cnpg.io/v1 ScheduledBackup", "keda.sh/v1alpha1 ScaledObject",
	"monitoring.coreos.com/v1 PodMonitor", "monitoring.coreos.com/v1 PrometheusRule",
}

// Render gives the objects of a kustomization, each as YAML.
func Render(dir string) ([]string, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", dir, err)
	}
	var objects []string
	for _, r := range resources.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return nil, err
		}
		objects = append(objects, string(text))
	}
	return objects, nil
}

// Set is what a kustomization makes, read.
type Set struct {
	Objects []metav1.Object
	Custom  []string // kinds and names that were not read
}

var decoder = func() runtime.Decoder {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, autoscalingv2.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}()

// Read reads objects; a field that does not exist, or twice, is an error.
func Read(objects []string) (Set, error) {
	var s Set
	for _, text := range objects {
		var head struct {
			metav1.TypeMeta   `json:",inline"`
			metav1.ObjectMeta `json:"metadata"`
		}
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			return s, err
		}
		kind := head.APIVersion + " " + head.Kind
		if slices.Contains(custom, kind) {
			s.Custom = append(s.Custom, kind+" "+head.Name)
			continue
		}
		object, _, err := decoder.Decode([]byte(text), nil, nil)
		if err != nil {
			return s, fmt.Errorf("%s %s: %w", kind, head.Name, err)
		}
		s.Objects = append(s.Objects, object.(metav1.Object))
	}
	return s, nil
}

// pods are the pod templates of a set, under the name of their owner, with the
// selector that is to find them.
func (s Set) pods(each func(owner string, selector *metav1.LabelSelector, t corev1.PodTemplateSpec)) {
	for _, o := range s.Objects {
		switch w := o.(type) {
		case *appsv1.Deployment:
			each("Deployment "+w.Name, w.Spec.Selector, w.Spec.Template)
		case *appsv1.StatefulSet:
			each("StatefulSet "+w.Name, w.Spec.Selector, w.Spec.Template)
		case *batchv1.Job:
			each("Job "+w.Name, nil, w.Spec.Template)
		}
	}
}

// Check lists what is wrong with a set. outside names the secrets and config
// maps that somebody else makes.
func (s Set) Check(outside ...string) []string {
	var wrong []string
	bad := func(format string, a ...any) { wrong = append(wrong, fmt.Sprintf(format, a...)) }
	known := map[string]bool{}
	for _, o := range outside {
		known[o] = true
	}
	for _, o := range s.Objects {
		switch o.(type) {
		case *corev1.Secret:
			known["Secret "+o.GetName()] = true
		case *corev1.ConfigMap:
			known["ConfigMap "+o.GetName()] = true
		case *corev1.ServiceAccount:
			known["ServiceAccount "+o.GetName()] = true
		case *appsv1.Deployment:
			known["Deployment "+o.GetName()] = true
		}
	}
	needs := func(owner, what string) {
		if !known[what] {
			bad("%s refers to %s, which nobody makes", owner, what)
		}
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		panic(err) // the table of checks is the library's own
	}
	var pods []labels.Set
	s.pods(func(owner string, selector *metav1.LabelSelector, t corev1.PodTemplateSpec) {
		pods = append(pods, t.Labels)
		for _, r := range evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &t.ObjectMeta, &t.Spec) {
			if !r.Allowed {
				bad("%s: %s: %s", owner, r.ForbiddenReason, r.ForbiddenDetail)
			}
		}
		if selector != nil {
			if found, err := metav1.LabelSelectorAsSelector(selector); err != nil || !found.Matches(labels.Set(t.Labels)) {
				bad("%s: the selector does not find its own pods", owner)
			}
		}
		if t.Spec.AutomountServiceAccountToken == nil || *t.Spec.AutomountServiceAccountToken {
			bad("%s: the pod gets a token of the API server", owner)
		}
		if name := t.Spec.ServiceAccountName; name != "" {
			needs(owner, "ServiceAccount "+name)
		}
		for _, v := range t.Spec.Volumes {
			if v.ConfigMap != nil {
				needs(owner, "ConfigMap "+v.ConfigMap.Name)
			}
			if v.Secret != nil {
				needs(owner, "Secret "+v.Secret.SecretName)
			}
			if v.Projected != nil {
				for _, p := range v.Projected.Sources {
					if p.Secret != nil {
						needs(owner, "Secret "+p.Secret.Name)
					}
					if p.ConfigMap != nil {
						needs(owner, "ConfigMap "+p.ConfigMap.Name)
					}
				}
			}
		}
		for _, c := range t.Spec.Containers {
			if _, limited := c.Resources.Limits[corev1.ResourceMemory]; !limited || c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() {
				bad("%s: container %s asks for no processor or memory, or has no limit of memory", owner, c.Name)
			}
			if selector != nil && (c.StartupProbe == nil || c.ReadinessProbe == nil || c.LivenessProbe == nil) {
				bad("%s: container %s lacks a probe", owner, c.Name)
			}
			if x := c.SecurityContext; x == nil || x.ReadOnlyRootFilesystem == nil || !*x.ReadOnlyRootFilesystem {
				bad("%s: container %s may write into its image", owner, c.Name)
			}
			for _, e := range c.EnvFrom {
				if e.ConfigMapRef != nil {
					needs(owner, "ConfigMap "+e.ConfigMapRef.Name)
				}
			}
			for _, e := range c.Env {
				if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
					needs(owner, "Secret "+e.ValueFrom.SecretKeyRef.Name)
				}
			}
		}
	})
	finds := func(owner string, selector labels.Selector) {
		if !slices.ContainsFunc(pods, func(p labels.Set) bool { return selector.Matches(p) }) {
			bad("%s finds no pod", owner)
		}
	}
	for _, o := range s.Objects {
		switch w := o.(type) {
		case *corev1.Service:
			finds("Service "+w.Name, labels.SelectorFromSet(w.Spec.Selector))
		case *policyv1.PodDisruptionBudget:
			if found, err := metav1.LabelSelectorAsSelector(w.Spec.Selector); err == nil {
				finds("PodDisruptionBudget "+w.Name, found)
			}
		case *autoscalingv2.HorizontalPodAutoscaler:
			needs("HorizontalPodAutoscaler "+w.Name, "Deployment "+w.Spec.ScaleTargetRef.Name)
			for _, d := range s.Objects {
				if d, ok := d.(*appsv1.Deployment); ok && d.Name == w.Spec.ScaleTargetRef.Name && d.Spec.Replicas != nil && *w.Spec.MinReplicas != w.Spec.MaxReplicas {
					bad("Deployment %s sets replicas, which its autoscaler does", d.Name)
				}
			}
		}
	}
	return wrong
}

// Environment gives what the container of a service finds in its environment:
// from config maps, and secrets as the files that they are mounted as.
func (s Set) Environment(service string) []string {
	var environ []string
	s.pods(func(owner string, _ *metav1.LabelSelector, t corev1.PodTemplateSpec) {
		if owner != "Deployment "+service {
			return
		}
		for _, c := range t.Spec.Containers {
			for _, e := range c.EnvFrom {
				for _, o := range s.Objects {
					if m, ok := o.(*corev1.ConfigMap); ok && e.ConfigMapRef != nil && m.Name == e.ConfigMapRef.Name {
						for name, value := range m.Data {
							environ = append(environ, name+"="+value)
						}
					}
				}
			}
			for _, e := range c.Env {
				value := e.Value
				if e.ValueFrom != nil {
					value = "from a secret"
				}
				environ = append(environ, e.Name+"="+value)
			}
		}
	})
	return environ
}

// Mounted gives the files that volumes of secrets put below a folder of the
// container of a service.
func (s Set) Mounted(service, folder string) []string {
	var files []string
	s.pods(func(owner string, _ *metav1.LabelSelector, t corev1.PodTemplateSpec) {
		if owner != "Deployment "+service {
			return
		}
		for _, c := range t.Spec.Containers {
			for _, m := range c.VolumeMounts {
				for _, v := range t.Spec.Volumes {
					if v.Name != m.Name || v.Projected == nil || strings.TrimSuffix(m.MountPath, "/") != folder {
						continue
					}
					for _, p := range v.Projected.Sources {
						if p.Secret == nil {
							continue
						}
						for _, i := range p.Secret.Items {
							files = append(files, folder+"/"+i.Path)
						}
					}
				}
			}
		}
	})
	return files
}
