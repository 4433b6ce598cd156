package analytics_test

import (
	"context"
	"errors"
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Put keeps an object in memory.
func (m *memory) Put(_ context.Context, key string, r io.Reader, _ int64, _ blob.PutOptions) (blob.Info, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return blob.Info{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objects[key] = body
	return blob.Info{Key: key, Size: int64(len(body))}, nil
}

func TestEveryCellOfAFormIsWhatItsQueryAnswers(t *testing.T) {
	t.Parallel()
	conn := bustest.New(t)
	store := &memory{objects: map[string][]byte{}}
	store.publish(t, "aa01", enginetest.Random(8, 80))
	start(t, conn, store, t.TempDir())
	form := func(id, period, lang string) (analysis.Form, error) {
		return bus.Ask[analysis.FormQuery, analysis.Form](t.Context(), conn, analysis.Service, analysis.VerbForm, analysis.FormQuery{Form: id, Period: period, Lang: lang})
	}
	until(t, "answering", func() bool { _, err := form("monthly", "2024-02", ""); return err == nil })
	filled := 0
	for _, c := range []struct {
		id, period    string
		rows, columns int
	}{{"eec", "2024", 41, 10}, {"eec", "2024-Q3", 41, 10}, {"monthly", "2024-05", 20, 4}, {"yearly", "2025", 22, 4}} {
		f, err := form(c.id, c.period, "en")
		if err != nil {
			t.Fatalf("%s %s: %v", c.id, c.period, err)
		}
		if len(f.Rows) != c.rows || len(f.Columns) != c.columns || f.Title == "" || f.LegalBasis == "" || f.Meta.Snapshot != "aa01" {
			t.Errorf("%s: %d rows, %d columns, %+v", c.id, len(f.Rows), len(f.Columns), f.Meta)
		}
		codes := map[string]bool{}
		for _, row := range f.Rows {
			if codes[row.Code] || len(row.Cells) != c.columns || row.Title == "" {
				t.Errorf("%s: row %s %q with %d cells, twice %t", c.id, row.Code, row.Title, len(row.Cells), codes[row.Code])
			}
			codes[row.Code] = true
			sum, additive := new(big.Rat), true
			for i, cell := range row.Cells {
				if cell.Absent != f.Columns[i].Absent || cell.Absent && cell.Measure != "" {
					t.Errorf("%s %s column %d: %+v", c.id, row.Code, i+1, cell)
				}
				if cell.Absent {
					continue
				}
				a, err := query(t, conn, analysis.Query{Measures: []string{cell.Measure}, Filters: cell.Filters})
				if err != nil {
					t.Fatal(err)
				}
				if got := a.Totals[cell.Measure]; got != cell.Value {
					t.Errorf("%s %s column %d is %+v, its query answers %+v", c.id, row.Code, i+1, cell.Value, got)
				}
				m, _ := catalog.MeasureByID(cell.Measure)
				if additive = additive && m.Additive; cell.Value.Number != "" {
					filled++
					v, _ := new(big.Rat).SetString(cell.Value.Number)
					if i > 0 {
						sum.Add(sum, v)
					} else {
						sum.Sub(sum, v)
					}
				}
			}
			// A member state is a part of the total; columns may lack a method or category.
			if additive && sum.Sign() > 0 {
				t.Errorf("%s %s: the columns exceed the total by %s", c.id, row.Code, sum.FloatString(2))
			}
		}
	}
	if filled < 200 {
		t.Errorf("%d cells have a value", filled)
	}
	file, err := bus.Ask[analysis.FormQuery, analysis.FormBody](t.Context(), conn, analysis.Service, analysis.VerbFormFile, analysis.FormQuery{Form: "eec", Period: "2024", Lang: "ru"})
	if err != nil || file.Name != "eec-2024-ru.xlsx" || !strings.HasPrefix(string(file.Body), "PK") {
		t.Errorf("file %s with %d bytes: %v", file.Name, len(file.Body), err)
	}
	index, err := bus.Ask[analysis.FormsQuery, analysis.FormIndex](t.Context(), conn, analysis.Service, analysis.VerbForms, analysis.FormsQuery{Lang: "kk"})
	if err != nil || len(index.Forms) != 3 || len(index.Editions) != 0 || index.Editions == nil {
		t.Errorf("index %+v: %v", index, err)
	}
	if got := analysis.Forms(); !slices.EqualFunc(got, catalog.Forms(), func(id string, f catalog.Form) bool { return id == f.ID }) {
		t.Errorf("forms %v differ from the catalogue's", got)
	}
	for name, c := range map[string]struct {
		id, period string
		kind       fault.Kind
	}{
		"no form": {"x", "2024", fault.NotFound}, "no period": {"eec", "", fault.Invalid}, "a day": {"eec", "2024-05-01", fault.Invalid}, "a month of the yearly form": {"yearly", "2024-05", fault.Invalid},
		"injection": {"eec", "2024'; --", fault.Invalid},
	} {
		_, err := form(c.id, c.period, "")
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != c.kind || len(f.Allowed) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
