package extractor

import (
	"fmt"
	"testing"

	"github.com/kzocds/kzocds/extractor/internal/document"
)

func TestSchemasAreComparedMemberByMember(t *testing.T) {
	t.Parallel()
	before := []document.Member{{Name: "Lots.amount", Type: "Float"}, {Name: "Lots.id", Type: "Int"}, {Name: "Lots.psdSign", Type: "Int"}}
	for _, c := range []struct {
		name        string
		before, now []document.Member
		want        []string
	}{
		{"the first", nil, before, nil},
		{"the same", before, []document.Member{before[2], before[0], before[1]}, nil},
		{"all at once", before, []document.Member{{Name: "Lots.id", Type: "Int!"}, {Name: "Lots.sum", Type: "Float"}, before[2]},
			[]string{"vanished Lots.amount", "retyped Lots.id: Int!, was Int", "unknown Lots.sum"}},
	} {
		var got []string
		for _, d := range schemaDrift(c.before, c.now) {
			if d.Entity != document.Schema {
				t.Errorf("%s: %v", c.name, d)
			}
			got = append(got, d.Kind+" "+d.Field)
		}
		same(t, c.name, got, c.want)
	}
}

// TestTheSchemaIsInspectedOnceADay: what came and went shows where operators look.
func TestTheSchemaIsInspectedOnceADay(t *testing.T) {
	t.Parallel()
	w := newWorld()
	b := newBench(t, w)
	schema := func(lots string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.schema = `[{"kind":"OBJECT","name":"Lots","fields":[` + lots + `]},{"kind":"OBJECT","name":"__Type","fields":[{"name":"kind"}]},
			{"kind":"INPUT_OBJECT","name":"LotsFiltersInput","inputFields":[{"name":"indexDate","type":{"kind":"LIST","ofType":{"kind":"SCALAR","name":"String"}}}]},
			{"kind":"ENUM","name":"Order","enumValues":[{"name":"ASC"}]}]`
	}
	field := func(name, typ string) string {
		return fmt.Sprintf(`{"name":%q,"type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":%q}}}`, name, typ)
	}
	drift := func() []string {
		return b.rows(`select concat_ws(' ', entity, field, kind, first_batch) from source.drift_v1 where entity = 'schema' order by 1`)
	}
	schema(field("id", "Int") + "," + field("psdSign", "Int"))
	w.put("treasury-pay", 8, "2026-07-24 10:00:00", `{"id":8,"pay_amount":1,"contract_id":5}`)
	b.batch()
	same(t, "the first is what others are compared with", drift(), nil)
	same(t, "members", b.rows(`select name || ' ' || type from source.schema_member_v1 order by 1`), []string{
		"/v3/refs/ref_units.code ", "/v3/refs/ref_units.name_ru ", "/v3/treasury-pay.contract_id ", "/v3/treasury-pay.id ", "/v3/treasury-pay.pay_amount ",
		"Lots.id Int!", "Lots.psdSign Int!", "LotsFiltersInput.indexDate [String]", "Order.ASC ",
	})
	schema(field("id", "String") + "," + field("sum", "Int"))
	w.units = []string{`{"code":"796","name_kz":"Дана"}`}
	w.put("treasury-pay", 9, "2026-07-24 10:00:00", `{"id":9,"contract_id":5}`)
	w.put("treasury-pay", 8, "2026-07-24 10:00:00", `{"id":8,"contract_id":5}`)
	b.batch()
	same(t, "on the same day", drift(), nil)
	w.later("2026-07-26")
	b.batch()
	same(t, "the next day", drift(), []string{
		"schema /v3/refs/ref_units.name_kz unknown 3", "schema /v3/refs/ref_units.name_ru vanished 3",
		"schema /v3/treasury-pay.pay_amount vanished 3", "schema Lots.id: String!, was Int! retyped 3", "schema Lots.psdSign vanished 3", "schema Lots.sum unknown 3",
	})
	w.later("2026-07-28")
	w.fault = func(root string, _ int) string {
		if root == "Schema" {
			return `{"errors":[{"message":"introspection is switched off"}],"data":null}`
		}
		return ""
	}
	b.batch()
	w.fault = nil
	w.later("2026-07-30")
	schema(field("id", "String") + "," + field("sum", "Int") + "," + field("psdSign", "Int"))
	b.batch()
	same(t, "what was not there before is new when it comes back", b.rows(`select field || ' ' || kind from source.drift_v1 where entity = 'schema' and first_batch = 5`),
		[]string{"Lots.psdSign unknown"})
}
