package record

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/analysis"
)

func read(t testing.TB) Record {
	t.Helper()
	body, err := os.ReadFile("testdata/record.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func kinds(events []analysis.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return strings.Join(out, " ")
}

func TestTheTimelineGoesFromPublicationToPayment(t *testing.T) {
	t.Parallel()
	r := read(t)
	for name, c := range map[string]struct {
		scope Scope
		want  string
	}{
		"process":            {Scope{}, "published enquiries opened closed awarded awarded complained signed accepted paid amended paid terminated"},
		"the lot of both":    {Scope{Lot: "L1"}, "published enquiries opened closed awarded complained signed accepted paid amended paid terminated"},
		"a lot not bought":   {Scope{Lot: "L2"}, "published enquiries opened closed awarded"},
		"the contract alone": {Scope{Contract: "700"}, "published enquiries opened closed awarded signed accepted paid amended paid terminated"},
	} {
		events := r.Timeline(c.scope, false)
		if got := kinds(events); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	events := r.Timeline(Scope{Lot: "L1"}, true)
	if e := events[0]; e.Amount != "1000.10" || e.Currency != "KZT" || e.Path != "/lots/L1" || e.Documents[0].Title != "Хабарландыру" {
		t.Errorf("published %+v", e)
	}
	paid := events[len(events)-2]
	if paid.Kind != analysis.EventPaid || paid.Amount != "500" || paid.Path != "/contracts/700" || paid.Actor.Title != "«Жеңіс» ЖШС" || paid.Actor.Path != "/suppliers/KZ-BIN-3" {
		t.Errorf("paid %+v %+v", paid, paid.Actor)
	}
	if got := r.PlanPoints(Scope{Lot: "L1"}); len(got) != 2 || got[0] != "81" || got[1] != "82" {
		t.Errorf("plan points %v", got)
	}
	if got := r.PlanPoints(Scope{Contract: "700"}); len(got) != 1 || got[0] != "81" {
		t.Errorf("plan points of the contract %v", got)
	}
}

func TestVersionsTellWhatEachReleaseChanged(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/versioned.json")
	if err != nil {
		t.Fatal(err)
	}
	versions, err := read(t).Versions(body)
	if err != nil {
		t.Fatal(err)
	}
	if len(versions) != 2 || versions[0].ChangeCount != 0 || versions[0].Changes == nil || versions[1].Path != "/api/v1/ocds/releases/r2" {
		t.Fatalf("versions %+v", versions)
	}
	var got []string
	for _, c := range versions[1].Changes {
		text := func(p *string) string {
			if p == nil {
				return "-"
			}
			return *p
		}
		got = append(got, c.Pointer+": "+text(c.Before)+" > "+text(c.After))
	}
	want := "/tender/lots/[L1]/status: active > complete; /tender/lots/[L1]/value/amount: 900 > 1000.10; /tender/note: gone > -; /tender/title: - > Сводная закупка"
	if joined := strings.Join(got, "; "); joined != want || versions[1].ChangeCount != 4 {
		t.Errorf("changes\n%s, want\n%s", joined, want)
	}
}

func FuzzRecord(f *testing.F) {
	for _, name := range []string{"testdata/record.json", "testdata/versioned.json"} {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Parse(json.RawMessage(body))
		if err != nil {
			return
		}
		for _, s := range []Scope{{}, {Lot: "L1"}, {Contract: "700"}} {
			for _, e := range r.Timeline(s, true) {
				if e.Date == "" || e.Kind == "" {
					t.Errorf("event %+v", e)
				}
			}
			r.PlanPoints(s)
		}
		_, _ = r.Versions(body)
	})
}
