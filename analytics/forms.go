package analytics

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/flatten"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Forms fills statutory forms from the catalogue's measures.
type Forms struct {
	answerer *Answerer
	editions *editions // nil without a bucket
}

// absentMark stands in the cells of a method that does not exist in the country.
const absentMark = "---"

// Form fills a form for a period.
func (f *Forms) Form(ctx context.Context, q analysis.FormQuery) (analysis.Form, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Form{}, err
	}
	form, kind, err := formOf(q.Form, q.Period)
	if err != nil {
		return analysis.Form{}, err
	}
	now, err := f.answerer.current("")
	if err != nil {
		return analysis.Form{}, err
	}
	began := time.Now()
	out := analysis.Form{
		Meta: analysis.Meta{Snapshot: now.ID, AsOf: now.AsOf, Lang: lang}, Form: form.ID, Title: form.Title.In(lang), Period: q.Period, LegalBasis: form.LegalBasis.In(lang),
		Columns: []analysis.FormColumn{{Number: 1, Title: form.Total.In(lang)}},
	}
	for _, n := range form.Notes {
		out.Notes = append(out.Notes, n.In(lang))
	}
	for i, c := range form.Columns {
		out.Columns = append(out.Columns, analysis.FormColumn{Number: i + 2, Title: c.Title.In(lang), Absent: c.Absent})
	}
	for _, r := range form.Rows {
		row, snapshot, err := f.row(ctx, form, r, kind, q.Period, lang)
		if err != nil {
			return analysis.Form{}, err
		}
		if snapshot != now.ID {
			return f.Form(ctx, q) // swapped in between: a form is of one snapshot
		}
		out.Rows = append(out.Rows, row)
	}
	out.Meta.ElapsedMs = time.Since(began).Milliseconds()
	return out, nil
}

// row fills a line with one query: the total, and the measure by the columns.
func (f *Forms) row(ctx context.Context, form catalog.Form, r catalog.FormRow, kind catalog.Type, period, lang string) (analysis.FormRow, string, error) {
	m, _ := catalog.MeasureByID(r.Measure)
	filters := analysis.Filters{}
	maps.Copy(filters, r.Filters)
	filters[r.Date+map[catalog.Type]string{catalog.Year: "Year", catalog.Quarter: "Quarter", catalog.Month: "Month"}[kind]] = []string{period}
	answer, err := f.answerer.Query(ctx, analysis.Query{Measures: []string{r.Measure}, Dimensions: []string{form.By}, Filters: filters, Limit: 100, Lang: lang})
	if err != nil {
		return analysis.FormRow{}, "", fmt.Errorf("line %s: %w", r.Code, err)
	}
	row := analysis.FormRow{Code: r.Code, Title: r.Title.In(lang), Unit: string(m.Unit), Level: r.Level,
		Cells: []analysis.FormCell{{Value: answer.Totals[r.Measure], Measure: r.Measure, Filters: filters}}}
	for _, c := range form.Columns {
		if c.Absent {
			row.Cells = append(row.Cells, analysis.FormCell{Absent: true})
			continue
		}
		own := maps.Clone(filters)
		own[form.By] = both(own[form.By], c.Member)
		cell := analysis.FormCell{Measure: r.Measure, Filters: own}
		switch i := slices.IndexFunc(answer.Rows, func(g analysis.Row) bool { return g[form.By].Member.ID == c.Member }); {
		case i >= 0:
			cell.Value = answer.Rows[i][r.Measure]
		case answer.Totals[r.Measure].Number != "" && m.Denominator == (catalog.Text{}): // nothing of the kind: no value of a ratio, 0 of the rest
			zero := plan.Value(new(big.Int))
			cell.Value = analysis.Cell{Number: plan.Decimal(zero, m.Unit), Text: m.Unit != catalog.Count}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row, answer.Meta.Snapshot, nil
}

// both narrows the values of a filter to one of them; a value that is not among
// them stays, with them, and selects nothing.
func both(values []string, member string) []string {
	if len(values) == 0 || slices.Contains(values, member) {
		return []string{member}
	}
	return append(slices.Clone(values), "!"+member)
}

// formOf finds a form and the kind of a period.
func formOf(id, period string) (catalog.Form, catalog.Type, error) {
	i := slices.IndexFunc(catalog.Forms(), func(f catalog.Form) bool { return f.ID == id })
	if i < 0 {
		return catalog.Form{}, "", fault.New(fault.NotFound, "there is no form %s", short(id)).At("form", analysis.Forms()...)
	}
	form := catalog.Forms()[i]
	var examples []string
	for _, t := range form.Periods {
		if _, err := plan.ParseValue(t, period); err == nil {
			return form, t, nil
		}
		examples = append(examples, t.Format())
	}
	return catalog.Form{}, "", fault.New(fault.Invalid, "form %s has no period %s", id, short(period)).At("period", examples...)
}

// File gives a form as a workbook: a sheet in the layout of the form, and one that
// says what it was filled from.
func (f *Forms) File(ctx context.Context, q analysis.FormQuery) (analysis.FormBody, error) {
	form, err := f.Form(ctx, q)
	if err != nil {
		return analysis.FormBody{}, err
	}
	body, err := workbook(form)
	return analysis.FormBody{Name: form.Form + "-" + form.Period + "-" + form.Meta.Lang + ".xlsx", Body: body, Snapshot: form.Meta.Snapshot, AsOf: form.Meta.AsOf}, err
}

func workbook(form analysis.Form) ([]byte, error) {
	dir, err := os.MkdirTemp("", "kzocds-form-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	sheet := &flatten.Table{Name: form.Form + " " + form.Period, Columns: []flatten.Column{{Name: form.Title}, {Name: "№"}}}
	numbers := []string{"А", "Б"}
	for _, c := range form.Columns {
		sheet.Columns = append(sheet.Columns, flatten.Column{Name: c.Title})
		numbers = append(numbers, strconv.Itoa(c.Number))
	}
	about := &flatten.Table{Name: "about", Columns: []flatten.Column{{}, {}}}
	path := filepath.Join(dir, "form.xlsx")
	sink, err := flatten.Workbook(path, &flatten.Plan{Tables: []*flatten.Table{sheet, about}}, func(string) {})
	if err != nil {
		return nil, err
	}
	var chunk flatten.Chunk
	add := func(t *flatten.Table, kind ocds.Kind, texts ...string) {
		row := make([]flatten.Cell, len(texts))
		for i, text := range texts {
			if text != "" {
				row[i] = flatten.Cell{Kind: ocds.String, Text: []byte(text)}
			}
			if _, err := strconv.ParseFloat(text, 64); err == nil && i > 1 {
				row[i].Kind = kind
			}
		}
		if err == nil {
			chunk.Reset()
			if err = sink.Encode(t, &chunk, row); err == nil {
				err = sink.Write(t, &chunk)
			}
		}
	}
	add(sheet, ocds.String, numbers...)
	for _, r := range form.Rows {
		line := []string{strings.Repeat("    ", r.Level) + r.Title, r.Code}
		for _, c := range r.Cells {
			if c.Absent {
				line = append(line, absentMark)
			} else {
				line = append(line, c.Value.Number)
			}
		}
		add(sheet, ocds.Number, line...)
	}
	for _, line := range [][2]string{{"snapshot", form.Meta.Snapshot}, {"as of", form.Meta.AsOf}, {"period", form.Period}, {"legal basis", form.LegalBasis}} {
		add(about, ocds.String, line[0], line[1])
	}
	for _, note := range form.Notes {
		add(about, ocds.String, "", note)
	}
	if err != nil {
		sink.Abort()
		return nil, fmt.Errorf("write form %s: %w", form.Form, err)
	}
	if err := sink.Close(); err != nil {
		return nil, fmt.Errorf("write form %s: %w", form.Form, err)
	}
	return os.ReadFile(path)
}

// Index lists the forms and the editions that lie in the object store.
func (f *Forms) Index(ctx context.Context, q analysis.FormsQuery) (analysis.FormIndex, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.FormIndex{}, err
	}
	now, _ := f.answerer.engine.Current()
	out := analysis.FormIndex{Meta: analysis.Meta{Snapshot: now.ID, AsOf: now.AsOf, Lang: lang}}
	for _, form := range catalog.Forms() {
		info := analysis.FormInfo{ID: form.ID, Title: form.Title.In(lang), LegalBasis: form.LegalBasis.In(lang)}
		for _, t := range form.Periods {
			info.Periods = append(info.Periods, t.Format())
		}
		out.Forms = append(out.Forms, info)
	}
	out.Editions, err = f.editions.read(ctx)
	return out, err
}

// periodsOf are the periods of a form around a day: the one that it lies in, and
// the one before.
func periodsOf(form catalog.Form, day time.Time) []string {
	var periods []string
	for _, t := range form.Periods {
		switch t {
		case catalog.Year:
			periods = append(periods, plan.FormatValue(t, int64(day.Year())), plan.FormatValue(t, int64(day.Year()-1)))
		case catalog.Quarter:
			q := day.Year()*4 + (int(day.Month())-1)/3
			for _, n := range []int{q, q - 1} {
				periods = append(periods, plan.FormatValue(t, int64(n/4*10+n%4+1)))
			}
		case catalog.Month:
			m := day.Year()*12 + int(day.Month()) - 1
			for _, n := range []int{m, m - 1} {
				periods = append(periods, plan.FormatValue(t, int64(n/12*100+n%12+1)))
			}
		}
	}
	return periods
}
