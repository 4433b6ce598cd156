package mapping_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/ocds/validate"
	"github.com/kzocds/kzocds/transformer/history/historytest"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// unseen is a value that no dictionary of the portal has had.
const unseen = 98765

// coded are the rules that lead a value of a dictionary to a code list.
var coded = []string{"listed", "listed ids", "method", "method class", "announcement status", "lot status", "contract status", "plan point status", "category", "other category", "any category"}

// TestNoUnseenValueOfADictionaryFailsAProcess gives every field that leads to a code
// list, in every story that has it, a value that nobody has seen. The process must be
// published, valid, with the value as it is where the list is open, and reported.
func TestNoUnseenValueOfADictionaryFailsAProcess(t *testing.T) {
	t.Parallel()
	b, validator := historytest.Builder(t), validator(t)
	reported := map[string]bool{} // fields for which it happened
	for name, s := range stories(t) {
		for _, table := range mapping.Tables() {
			for _, field := range table.Fields {
				if !slices.Contains(coded, field.Rule.Name) {
					continue
				}
				changed := s
				n := 0
				for _, list := range []*[]historytest.Document{&changed.Own, &changed.Related, &changed.Subjects} {
					*list = slices.Clone(*list)
					for i, e := range *list {
						if mapping.Plain(e.Entity) != table.Entity {
							continue
						}
						var body map[string]any
						if err := json.Unmarshal(e.Body, &body); err != nil {
							t.Fatal(err)
						}
						some := 0
						for path := range strings.SplitSeq(field.From, "|") {
							some += replace(body, strings.Split(strings.TrimPrefix(table.Nested+"."+path, "."), "."))
						}
						n += some
						if text, err := json.Marshal(body); err != nil {
							t.Fatal(err)
						} else if some > 0 {
							(*list)[i].Body = text
						}
					}
				}
				if n == 0 {
					continue
				}
				at := name + ": " + table.Object + "." + field.To
				result, err := b.Build(changed.Input(t))
				if err != nil {
					t.Fatal(at, err)
				}
				if len(result.Releases) == 0 || len(result.Quarantine) > 0 {
					t.Errorf("%s: not published: %+v", at, result.Quarantine)
					continue
				}
				found := slices.DeleteFunc(validator.Compiled(result.State.Compiled), func(f validate.Finding) bool { return f.Rule == "empty-field" })
				for _, r := range result.Releases {
					found = append(found, validator.Release(r.Body)...)
				}
				for _, f := range found {
					if f.Severity != validate.Info {
						t.Errorf("%s: %s at %s: %s", at, f.Rule, f.Pointer, f.Message)
					}
				}
				raised := slices.ContainsFunc(result.Findings, func(f mapping.Finding) bool { return strings.HasSuffix(f.Value, "/98765") })
				if kept := strings.Contains(string(result.State.Compiled), `"98765"`); raised && !kept {
					t.Errorf("%s: reported and not kept", at)
				} else if kept && !raised {
					t.Errorf("%s: kept and not reported", at)
				}
				if raised {
					reported[table.Object+"."+field.To+" "+field.From] = true
				}
			}
		}
	}
	for _, table := range mapping.Tables() {
		for _, field := range table.Fields {
			if at := table.Object + "." + field.To + " " + field.From; slices.Contains(coded, field.Rule.Name) && !reported[at] {
				t.Errorf("no story shows what an unseen value does in %s", at)
			}
		}
	}
}

// replace puts the unseen value in the place of every value at a path, through
// lists, and counts them.
func replace(value any, path []string) int {
	n := 0
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			n += replace(element, path)
		}
	case map[string]any:
		inner, present := v[path[0]]
		switch {
		case !present:
		case len(path) > 1:
			n += replace(inner, path[1:])
			if row, nested := inner.(map[string]any); nested && strings.HasPrefix(path[0], "Ref") {
				delete(row, "nameRu") // else the document itself names the value
			}
		default:
			if _, isList := inner.([]any); isList {
				v[path[0]] = []any{unseen}
			} else {
				v[path[0]] = unseen
			}
			n++
		}
	}
	return n
}
