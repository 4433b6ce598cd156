// Package conventions holds the rules that every file of the repository keeps,
// as tests: who may import whom, which Go version, what the docs index lists.
// A broken rule fails with its reason.
package conventions

import "strings"

// prefix of all modules of the repository.
const prefix = "github.com/kzocds/kzocds/"

// Rule says what a module may import of the repository, and why not more.
type Rule struct {
	Module string
	May    []string
	Reason string
}

var services = []string{"extractor", "transformer", "publisher", "analytics", "gateway"}

// Rules is the import table of the repository.
func Rules() []Rule {
	rules := []Rule{
		{"ocds", nil, "ocds is a library for strangers: it stands alone, so that it can be fetched without the rest"},
		{"proto", nil, "proto is the contract: it depends on nobody, so that everybody can depend on it"},
		{"platform", []string{"proto"}, "platform is plumbing: it knows neither the standard nor any service"},
		{"local", append([]string{"ocds", "proto", "platform"}, services...), "local starts everything; nobody imports it, so that embedded servers stay out of the services"},
	}
	for _, s := range services {
		rules = append(rules, Rule{s, []string{"ocds", "proto", "platform"},
			"services meet only through proto (messages, subjects, workflow names), never by importing one another"})
	}
	return rules
}

// Violation returns the reason why a package of module may not import path, or
// "" when it may.
func (r Rule) Violation(path string) string {
	rest, ours := strings.CutPrefix(path, prefix)
	if !ours {
		return ""
	}
	target, _, _ := strings.Cut(rest, "/")
	if target == r.Module {
		return ""
	}
	for _, m := range r.May {
		if m == target {
			return ""
		}
	}
	return r.Reason
}
