package privacy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/privacy"
)

const (
	bin     = "020340002199" // real BIN of a public body
	iin     = "900230300059" // belongs to nobody: 30 February
	soleIIN = "850615300012"
)

func guard(t testing.TB) *privacy.Guard {
	t.Helper()
	g, err := privacy.NewGuard(privacy.Key("a key of sixteen bytes at least"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestPseudonymsAreStableAndKeyed(t *testing.T) {
	t.Parallel()
	a, b := privacy.Key("key one, long enough"), privacy.Key("key two, long enough")
	if a.Pseudonym(iin) != a.Pseudonym(iin) {
		t.Error("the same person has two pseudonyms")
	}
	if a.Pseudonym(iin) == b.Pseudonym(iin) {
		t.Error("the pseudonym does not depend on the key")
	}
	if a.Pseudonym(iin) == a.Pseudonym(soleIIN) {
		t.Error("two persons share a pseudonym")
	}
	if got := a.Pseudonym(iin); len(got) != len(privacy.PseudonymPrefix)+20 || strings.Contains(got, iin) {
		t.Errorf("pseudonym %q", got)
	}
	if _, err := privacy.NewGuard(privacy.Key("short")); err == nil {
		t.Error("a short key is accepted")
	}
}

func TestParticipants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		wantName   string // "" when it must not pass
		wantKind   string
	}{
		{"an organisation keeps its name", `{"pid":1,"bin":"` + bin + `","nameRu":"КГУ Центр","typeSupplier":1}`, "КГУ Центр", "organisation"},
		{"a body named after a person keeps its name", `{"pid":1,"bin":"` + bin + `","nameRu":"Контора Иванова Ивана Ивановича","typeSupplier":1}`, "Контора Иванова Ивана Ивановича", "organisation"},
		{"a body whose name is a person's and nothing else loses it", `{"pid":1,"bin":"` + bin + `","nameRu":"Иванов Иван Иванович"}`, "", "organisation"},
		{"a sole trader keeps its trade name", `{"pid":1,"bin":"","iin":"` + soleIIN + `","nameRu":"ИП Пример","typeSupplier":3}`, "ИП Пример", "soleTrader"},
		{"a sole trader gets the form that its name lacks", `{"pid":1,"bin":"","iin":"` + soleIIN + `","nameRu":"Примеров Пример Примерович","typeSupplier":3}`, "ИП Примеров Пример Примерович", "soleTrader"},
		{"a sole trader without a name has none", `{"pid":1,"bin":"","iin":"` + soleIIN + `","nameRu":" ","typeSupplier":3}`, "", "soleTrader"},
		{"a natural person loses the name", `{"pid":1,"iin":"` + soleIIN + `","nameRu":"Примеров Пример","typeSupplier":2}`, "", "person"},
		{"somebody with an IIN and a trade name keeps it", `{"pid":1,"bin":"","iin":"` + iin + `","nameRu":"ИП Пример А"}`, "ИП Пример А", "person"},
		{"somebody with an IIN and no trade name loses it", `{"pid":1,"iin":"` + iin + `","nameRu":"Примеров Пример"}`, "", "person"},
		{"an unknown with the name of an organisation keeps it", `{"pid":1,"nameRu":"ТОО \"Пример\""}`, `ТОО "Пример"`, ""},
		{"an unknown with another name loses it", `{"pid":1,"nameRu":"Примеров Пример"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := guard(t).Clean(source.Subject, []byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			name, _ := got["nameRu"].(string)
			if name != c.wantName || got["personKind"] != c.wantKind {
				t.Errorf("got %v", got)
			}
			if strings.Contains(fmt.Sprint(got), soleIIN) || strings.Contains(fmt.Sprint(got), iin) {
				t.Errorf("the IIN passed: %v", got)
			}
		})
	}
}

func TestTaxNumbersOfOtherCountriesPassForOrganisations(t *testing.T) {
	t.Parallel()
	g := guard(t)
	for _, c := range []struct{ name, body, want string }{
		{"a Russian company", `{"pid":1,"typeSupplier":1,"inn":"7701234567"}`, "7701234567"},
		{"a Russian company, number as number", `{"pid":1,"typeSupplier":1,"inn":7701234567}`, "7701234567"},
		{"a Russian sole trader has twelve digits", `{"pid":1,"typeSupplier":1,"inn":"770123456789"}`, ""},
		{"a natural person", `{"pid":1,"typeSupplier":2,"inn":"7701234567"}`, ""},
		{"nobody says whose it is", `{"pid":1,"inn":"7701234567"}`, ""},
		{"no number", `{"pid":1,"typeSupplier":1,"inn":"ИНН 77012"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := g.Clean(source.Subject, []byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if inn, _ := got["inn"].(string); inn != c.want {
				t.Errorf("inn = %q, want %q", inn, c.want)
			}
		})
	}
}

func TestStreetAddressesPassForOrganisations(t *testing.T) {
	t.Parallel()
	g := guard(t)
	for _, c := range []struct {
		name, participant, want string
	}{
		{"a legal entity", `"typeSupplier":1,"bin":"020340002199"`, "ул. Кенесары 40, […]"},
		{"a body known by its BIN alone", `"bin":"020340002199"`, "ул. Кенесары 40, […]"},
		{"a sole trader", `"typeSupplier":3,"iin":"` + iin + `"`, ""},
		{"a natural person", `"typeSupplier":2`, ""},
		{"nobody says who it is", `"nameRu":"?"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := `{"pid":1,` + c.participant + `,"Address":[{"addressType":1,"address":"ул. Кенесары 40, +7 701 123 45 67","phone":"1"}]}`
			got, err := g.Clean(source.Subject, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			address := got["Address"].([]any)[0].(map[string]any)
			if street, _ := address["address"].(string); street != c.want || address["phone"] != nil {
				t.Errorf("address %v, want %q", address, c.want)
			}
		})
	}
}

func TestUnknownFieldsAreDropped(t *testing.T) {
	t.Parallel()
	got, err := guard(t).Clean(source.TrdBuy, []byte(`{"id":1,"secretOfTomorrow":"x","Lots":[{"id":2,"anotherSecret":"y"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(got); strings.Contains(text, "ecret") {
		t.Errorf("an unknown field passed: %v", text)
	}
	if got, _ := guard(t).Clean("entity of tomorrow", []byte(`{"id":1}`)); len(got) != 0 {
		t.Errorf("an unknown entity passed: %v", got)
	}
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{", "[]", "null", `"x"`, `{"id":1} {}`, `{"iin":"` + iin + `",`} {
		if _, err := guard(t).Clean(source.Subject, []byte(body)); err == nil {
			t.Errorf("%q is accepted", body)
		} else if strings.Contains(err.Error(), iin) {
			t.Errorf("the error repeats the document: %v", err)
		}
	}
}

// planted is a value for every kind of field; none of it may pass.
var planted = map[string]string{
	"IIN":     iin,
	"IIN 2":   soleIIN,
	"person":  "Примеров Пример Примерович",
	"e-mail":  "primer@example.kz",
	"phone":   "+7 701 123 45 67",
	"account": "KZ75125KZT1001300335",
}

// plant fills every field of a policy, nested ones included, with a datum.
func plant(policy privacy.Object, datum string, depth int) map[string]any {
	o := map[string]any{"fieldOfTomorrow": datum}
	for name, field := range policy {
		switch {
		case field.Class == privacy.Nested && depth > 0:
			o[name] = []any{plant(field.Of, datum, depth-1)}
		case field.Class == privacy.Nested:
		default:
			o[name] = datum
		}
	}
	return o
}

func TestNoPlantedDatumPassesThroughFieldsThatMayHoldIt(t *testing.T) {
	t.Parallel()
	g := guard(t)
	for _, entity := range append(source.Entities(), "unknown") {
		for kind, datum := range planted {
			t.Run(string(entity)+" "+kind, func(t *testing.T) {
				t.Parallel()
				body, err := json.Marshal(plant(privacy.Policy(entity), datum, 3))
				if err != nil {
					t.Fatal(err)
				}
				got, err := g.Clean(entity, body)
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range leaks(privacy.Policy(entity), got, datum, "") {
					t.Errorf("%s passed at %s", kind, path)
				}
			})
		}
	}
}

func leaks(policy privacy.Object, value any, datum, path string) []string {
	var found []string
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			found = append(found, leaks(policy, v[name], datum, path+"."+name)...)
		}
	case []any:
		for _, element := range v {
			found = append(found, leaks(policy, element, datum, path)...)
		}
	case string:
		if strings.Contains(v, datum) {
			found = append(found, strings.TrimPrefix(path, "."))
		}
	}
	return found
}

func FuzzClean(f *testing.F) {
	f.Add([]byte(`{"id":1,"supplierBinIin":"` + iin + `","Supplier":{"bin":"","nameRu":"ИП"},"AppLots":[{"id":1}]}`))
	f.Add([]byte(`{"customerBin":[],"nameRu":{},"Lots":7,"Files":[null,[1]]}`))
	g := guard(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, entity := range source.Entities() {
			if _, err := g.Clean(entity, body); err != nil && strings.Contains(err.Error(), iin) {
				t.Error("the error repeats the document")
			}
		}
	})
}

func BenchmarkClean(b *testing.B) {
	body := []byte(`{"AppLots":[{"amount":88000,"id":86535919,"lotId":42667205,"price":44000,"statusId":360}],"dateApply":"2026-07-24 15:30:24.884000","id":72141138,"supplierBinIin":"` + iin + `","Supplier":{"bin":"","nameRu":"ИП Пример А","pid":5,"typeSupplier":3}}`)
	g := guard(b)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := g.Clean(source.TrdApp, body); err != nil {
			b.Fatal(err)
		}
	}
}
