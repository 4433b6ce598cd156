package mapping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/personal"
	"github.com/kzocds/kzocds/transformer/history/historytest"
	"github.com/kzocds/kzocds/transformer/privacy"
)

// planted are personal data, invented: a number with the right check digit, an
// address, a telephone, a bank account, and a name. Tests of the whole system
// plant the same.
func planted(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../privacy/testdata/planted.json")
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]string
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestNoPersonalDatumReachesReleases plants personal data into every field that
// the documents of the stories have not, field by field of the policies and one
// that no policy knows, and into every text that they have, and searches releases, compiled
// release and findings.
func TestNoPersonalDatumReachesReleases(t *testing.T) {
	t.Parallel()
	b, data := historytest.Builder(t), planted(t)
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, datum := range data {
				infected := s
				infected.Own, infected.Related, infected.Subjects = infect(t, s.Own, datum), infect(t, s.Related, datum), infect(t, s.Subjects, datum)
				result, err := b.Build(infected.Input(t))
				if err != nil {
					t.Fatal(err)
				}
				if len(result.Releases) == 0 {
					t.Errorf("the process is not published any more: %+v", result.Quarantine)
				}
				out, err := json.Marshal([]any{result.Findings, result.Quarantine})
				if err != nil {
					t.Fatal(err)
				}
				texts := map[string]string{"compiled release": string(result.State.Compiled), "findings": string(out)}
				for _, r := range result.Releases {
					texts["release "+r.ID] = string(r.Body)
				}
				for where, text := range texts {
					if i := strings.Index(text, datum); i >= 0 {
						t.Errorf("a %s is in the %s: …%s", kind, where, text[max(0, i-60):i+len(datum)])
					}
					var said any
					if err := json.Unmarshal([]byte(text), &said); err != nil {
						t.Fatal(err)
					}
					eachText(said, func(text string) {
						// The gate of the publisher would stop on it.
						if what := personal.Find(text); what != "" && !strings.HasPrefix(text, "ocds-") {
							t.Errorf("the %s has what reads as a %s: %s", where, what, text)
						}
					})
				}
			}
		})
	}
}

func eachText(value any, fn func(string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, inner := range v {
			eachText(inner, fn)
		}
	case []any:
		for _, inner := range v {
			eachText(inner, fn)
		}
	case string:
		fn(v)
	}
}

func infect(t *testing.T, entries []historytest.Document, datum string) []historytest.Document {
	t.Helper()
	out := slices.Clone(entries)
	for i, e := range out {
		policy := privacy.Policy(e.Entity)
		if policy == nil {
			continue // documents that are OCDS have a boundary and tests of their own
		}
		var body map[string]any
		if err := json.Unmarshal(e.Body, &body); err != nil {
			t.Fatal(err)
		}
		plant(body, policy, datum)
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		out[i].Body = text
	}
	return out
}

// links are fields that say where a document belongs: with a datum in them it
// would be another story.
var links = []string{"contractId", "contractRootId", "trdBuyId", "rootId", "rootrecordId", "lotId", "isDeleted", "deleted", "crDeleted", "typeSupplier", "bin", "iin"}

func plant(body map[string]any, policy privacy.Object, datum string) {
	for name, value := range body {
		if text, ok := value.(string); ok && policy[name].Class == privacy.Text {
			body[name] = text + ", " + datum
		}
	}
	for _, name := range slices.Sorted(maps.Keys(policy)) {
		field := policy[name]
		if value, present := body[name]; present {
			if field.Class == privacy.Nested {
				for _, inner := range nestedObjects(value) {
					plant(inner, field.Of, datum)
				}
			}
			continue
		}
		trades := field.Class == privacy.Name && fmt.Sprint(body["typeSupplier"]) == "3" // whose name is the name of a firm
		if field.Class == privacy.Nested || slices.Contains(links, name) || trades {
			continue
		}
		body[name] = datum
	}
	body["fieldOfTomorrow"] = datum
}

func nestedObjects(value any) []map[string]any {
	switch v := value.(type) {
	case map[string]any:
		return []map[string]any{v}
	case []any:
		var out []map[string]any
		for _, element := range v {
			if object, ok := element.(map[string]any); ok {
				out = append(out, object)
			}
		}
		return out
	}
	return nil
}
