// Package standard is OCDS 1.1.5 with the extensions that the releases use,
// behind the ports of package history.
package standard

import (
	"fmt"

	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// Standard merges and validates. It is safe for many goroutines.
type Standard struct {
	merger    *merge.Merger
	validator *validate.Validator
}

var (
	_ history.Merger    = (*Standard)(nil)
	_ history.Validator = (*Standard)(nil)
)

// New applies the extensions of package extension to the standard.
func New() (*Standard, error) {
	var extensions []schema.Extension
	for _, registered := range extension.Registered() {
		e, known := schema.ByURL(registered.URL)
		if !known {
			return nil, fmt.Errorf("extension %s is not among the embedded ones", registered.URL)
		}
		extensions = append(extensions, e)
	}
	local, err := schema.Read(extension.Files())
	if err != nil {
		return nil, fmt.Errorf("local extension: %w", err)
	}
	extensions = append(extensions, local)
	rules, err := merge.DefaultRules(extensions...)
	if err != nil {
		return nil, fmt.Errorf("merge rules: %w", err)
	}
	validator, err := validate.New(validate.Options{Extensions: extensions})
	if err != nil {
		return nil, fmt.Errorf("validator: %w", err)
	}
	return &Standard{merger: merge.New(rules), validator: validator}, nil
}

// Compile merges releases, oldest first.
func (s *Standard) Compile(releases [][]byte) ([]byte, error) { return s.merger.Compiled(releases) }

// Extend merges a newer release into a compiled release.
func (s *Standard) Extend(compiled, release []byte) ([]byte, error) {
	return s.merger.ExtendCompiled(compiled, release)
}

// Release checks a release.
func (s *Standard) Release(body []byte) []mapping.Finding { return findings(s.validator.Release(body)) }

// Compiled checks a compiled release. Whether its content is coherent is asked
// elsewhere (package quality).
func (s *Standard) Compiled(body []byte) []mapping.Finding {
	return findings(s.validator.Compiled(body))
}

// findings leaves out what is only worth knowing: codes outside open lists.
func findings(found []validate.Finding) []mapping.Finding {
	var out []mapping.Finding
	for _, f := range found {
		if f.Severity == validate.Info {
			continue
		}
		out = append(out, mapping.Finding{Rule: "ocds." + f.Rule, Severity: string(f.Severity), Pointer: f.Pointer, Message: f.Message, Value: f.Value})
	}
	return out
}
