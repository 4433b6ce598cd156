package plan

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Comparison is the other selection of a plan. Its dates are moved onto those of
// the plan, so that the groups of both are the same.
type Comparison struct {
	// Filters are all filters of the other selection, ordered by field.
	Filters []Filter
	// Replaced are those that differ from the plan's; one without terms tells that
	// the plan's filter is taken away.
	Replaced []Filter
	Shift    Shift
}

// Shift is what is added to a date of the other selection to get the date that it
// is compared with. A day or week that is not there (29 February, week 53) becomes
// the last one before it. The zero Shift moves nothing.
type Shift struct {
	// Calendar is the coarsest field of the date; see Calendar.
	Calendar string
	// One of both is set.
	Months, Days int
}

// Calendar names the date that a field is a level of; "" when it is no date.
func Calendar(f catalog.Field) string {
	switch {
	case !f.Type.Ordered() || f.Type == catalog.Money:
		return ""
	case len(f.Hierarchy) > 0:
		return f.Hierarchy[0]
	}
	return f.ID
}

// Moves tells whether the members of a field are moved.
func (s Shift) Moves(f catalog.Field) bool { return s != (Shift{}) && Calendar(f) == s.Calendar }

// fits tells whether the members of a level can be moved.
func (s Shift) fits(t catalog.Type) bool {
	switch t {
	case catalog.Year:
		return s.Days == 0 && s.Months%12 == 0
	case catalog.Quarter:
		return s.Days == 0 && s.Months%3 == 0
	case catalog.Month:
		return s.Days == 0
	case catalog.Week:
		return s.Months%12 == 0 && s.Days%7 == 0
	}
	return true
}

// compare reads the comparison of a query; nil when none is asked for.
func compare(q analysis.Query, p Plan) (*Comparison, error) {
	if q.Compare == "" && len(q.CompareFilters) == 0 {
		return nil, nil
	}
	const either = "compare with a period, or say the other selection by compare.<field>=<value>"
	if q.Compare != "" && len(q.CompareFilters) > 0 {
		return nil, fault.New(fault.Invalid, "two comparisons are asked for").At("compare").Do(either)
	}
	var c Comparison
	if q.Compare != "" {
		f, err := dated(q.Compare, p.Filters)
		if err != nil {
			return nil, err
		}
		if q.Compare == analysis.CompareYear {
			c.Shift = Shift{Calendar: Calendar(f.Field), Months: 12}
			c.Replaced = []Filter{f.yearBefore()}
		} else {
			other, shift, err := f.before()
			if err != nil {
				return nil, err
			}
			c.Replaced, c.Shift = []Filter{other}, shift
		}
	} else if err := c.replace(q.CompareFilters, p); err != nil {
		return nil, err
	}
	for _, f := range p.Filters {
		if !slices.ContainsFunc(c.Replaced, func(o Filter) bool { return o.Field.ID == f.Field.ID }) {
			c.Filters = append(c.Filters, f)
		}
	}
	for _, f := range c.Replaced {
		if len(f.Any)+len(f.None) > 0 {
			c.Filters = append(c.Filters, f)
		}
	}
	slices.SortFunc(c.Filters, func(a, b Filter) int { return strings.Compare(a.Field.ID, b.Field.ID) })
	for _, d := range p.Dimensions {
		if c.Shift.Moves(d) && !c.Shift.fits(d.Type) {
			return nil, fault.New(fault.Invalid, "the periods compared do not hold whole members of %s", d.ID).At("compare").
				Do("split by another level of the date, or choose a period of whole months, quarters, years or weeks")
		}
	}
	return &c, nil
}

// dated finds the one filter on a date.
func dated(kind string, filters []Filter) (Filter, error) {
	if kind != analysis.ComparePrevious && kind != analysis.CompareYear {
		return Filter{}, fault.New(fault.Invalid, "there is no comparison %s", quote(kind)).At("compare", analysis.ComparePrevious, analysis.CompareYear)
	}
	var found []Filter
	var ids []string
	for _, f := range filters {
		if Calendar(f.Field) != "" {
			found, ids = append(found, f), append(ids, f.Field.ID)
		}
	}
	if len(found) != 1 {
		text := "no date is filtered"
		if len(found) > 1 {
			text = "several dates are filtered (" + strings.Join(ids, ", ") + ")"
		}
		return Filter{}, fault.New(fault.Invalid, "%s: it is not clear which period to compare with", text).At("compare").
			Do("filter one date, or say the other selection by compare.<field>=<value>")
	}
	return found[0], nil
}

func (c *Comparison) replace(raw analysis.Filters, p Plan) error {
	total := 0
	for _, values := range raw {
		total += len(values)
	}
	if err := atMost("compare filter values", total, MaxFilterValues); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(raw)) {
		at := analysis.ComparePrefix + id
		f, ok := catalog.FieldByID(id)
		if !ok {
			return fault.New(fault.Invalid, "there is no filter %s", quote(id)).At(at, filterIDs()...)
		}
		if err := fits(at, "compared by", f, p.Measures); err != nil {
			return err.At(at)
		}
		filter, err := parseFilter(f, raw[id], at)
		if err != nil {
			return err
		}
		c.Replaced = append(c.Replaced, filter)
		own := slices.IndexFunc(p.Filters, func(o Filter) bool { return o.Field.ID == id })
		if own < 0 || Calendar(f) == "" {
			continue
		}
		if s := between(filter, p.Filters[own]); s != (Shift{}) {
			if c.Shift != (Shift{}) {
				return fault.New(fault.Invalid, "two dates have another period").At(at).Do("give one date another period; the members of one date are laid over one another")
			}
			c.Shift = s
		}
	}
	return nil
}

// between lays two spans of one length over one another; none when they are of
// different lengths.
func between(other, mine Filter) Shift {
	from, to := other.span(), mine.span()
	if from == nil || to == nil {
		return Shift{}
	}
	s, t := Shift{Calendar: Calendar(mine.Field)}, mine.Field.Type
	if n := months(t, *to.Lo, *to.Hi); n > 0 && n == months(t, *from.Lo, *from.Hi) {
		s.Months = monthOf(t, *to.Lo) - monthOf(t, *from.Lo)
	} else if begin, n := daysOf(t, *to.Lo, *to.Hi); n > 0 {
		if earlier, m := daysOf(t, *from.Lo, *from.Hi); m == n {
			s.Days = begin - earlier
		}
	}
	if s.Months == 0 && s.Days == 0 {
		return Shift{}
	}
	return s
}

// span is the one closed range that the filter keeps, nil when it is another.
func (f Filter) span() *Term {
	if len(f.Any) != 1 || len(f.None) > 0 || f.Any[0].Lo == nil || f.Any[0].Hi == nil {
		return nil
	}
	return &f.Any[0]
}

// before is the period of the same length right before that of the filter.
func (f Filter) before() (Filter, Shift, error) {
	t := f.span()
	if t == nil {
		return Filter{}, Shift{}, fault.New(fault.Invalid, "%s does not choose one period with a beginning and an end", f.Field.ID).At("compare").
			Do("write the period as a..b, or say the other selection by compare.<field>=<value>")
	}
	shift := Shift{Calendar: Calendar(f.Field)}
	if shift.Months = months(f.Field.Type, *t.Lo, *t.Hi); shift.Months == 0 {
		_, shift.Days = daysOf(f.Field.Type, *t.Lo, *t.Hi)
	}
	lo, hi := back(f.Field.Type, *t.Lo, shift), back(f.Field.Type, *t.Hi, shift)
	if f.Field.Type == catalog.Day && shift.Months > 0 { // the month before may be longer
		hi = *t.Lo - 1
	}
	return Filter{Field: f.Field, Any: []Term{{Lo: &lo, Hi: &hi}}}, shift, nil
}

// yearBefore moves every bound of the filter a year back.
func (f Filter) yearBefore() Filter {
	year := Shift{Months: 12}
	move := func(terms []Term) []Term {
		var out []Term
		for _, t := range terms {
			span := t.Hi != nil && (t.Lo == nil || *t.Lo < *t.Hi)
			for _, bound := range []**int64{&t.Lo, &t.Hi} {
				if *bound == nil {
					continue
				}
				v := back(f.Field.Type, **bound, year)
				// A period to the end of February stays one.
				if f.Field.Type == catalog.Day && bound == &t.Hi && span && dayTime(**bound+1).Day() == 1 {
					v = back(catalog.Day, **bound+1, year) - 1
				}
				*bound = &v
			}
			out = append(out, t)
		}
		return out
	}
	return Filter{Field: f.Field, Any: move(f.Any), None: move(f.None)}
}

// months is the number of whole months of a period; 0 when it has none.
func months(t catalog.Type, lo, hi int64) int {
	switch t {
	case catalog.Year, catalog.Quarter, catalog.Month:
		return monthOf(t, hi) - monthOf(t, lo) + map[catalog.Type]int{catalog.Year: 12, catalog.Quarter: 3, catalog.Month: 1}[t]
	case catalog.Day:
		from, after := dayTime(lo), dayTime(hi+1)
		if from.Day() == 1 && after.Day() == 1 {
			return monthIndex(after) - monthIndex(from)
		}
	}
	return 0
}

// monthOf counts the first month of a member from year 0.
func monthOf(t catalog.Type, v int64) int {
	switch t {
	case catalog.Year:
		return int(v) * 12
	case catalog.Quarter:
		return int(v/10)*12 + int(v%10-1)*3
	case catalog.Month:
		return int(v/100)*12 + int(v%100) - 1
	}
	return monthIndex(dayTime(v))
}

// daysOf is the first day of a period of days or weeks and the number of its days.
func daysOf(t catalog.Type, lo, hi int64) (from, days int) {
	switch t {
	case catalog.Day:
		return int(lo), int(hi - lo + 1)
	case catalog.Week:
		return int(monday(lo)), int(monday(hi)-monday(lo)) + 7
	}
	return 0, 0
}

// back is the value that the shift moves onto v.
func back(t catalog.Type, v int64, s Shift) int64 {
	switch t {
	case catalog.Year:
		return v - int64(s.Months/12)
	case catalog.Quarter:
		n := v/10*4 + v%10 - 1 - int64(s.Months/3)
		return n/4*10 + n%4 + 1
	case catalog.Month:
		n := v/100*12 + v%100 - 1 - int64(s.Months)
		return n/12*100 + n%12 + 1
	case catalog.Week:
		if s.Months != 0 {
			return min(v%100, 52) + (v/100-int64(s.Months/12))*100
		}
		year, week := dayTime(monday(v) - int64(s.Days)).ISOWeek()
		return int64(year*100 + week)
	}
	if s.Months != 0 {
		day := dayTime(v)
		last := time.Date(day.Year(), day.Month()-time.Month(s.Months)+1, 0, 0, 0, 0, 0, time.UTC)
		return dayNumber(time.Date(last.Year(), last.Month(), min(day.Day(), last.Day()), 0, 0, 0, 0, time.UTC))
	}
	return v - int64(s.Days)
}

func dayTime(n int64) time.Time   { return time.Unix(n*86400, 0).UTC() }
func dayNumber(t time.Time) int64 { return t.Unix() / 86400 }
func monthIndex(t time.Time) int  { return t.Year()*12 + int(t.Month()) - 1 }
func monday(yearWeek int64) int64 { // 4 January is in the first week
	fourth := time.Date(int(yearWeek/100), time.January, 4, 0, 0, 0, 0, time.UTC)
	return dayNumber(fourth) - int64((fourth.Weekday()+6)%7) + (yearWeek%100-1)*7
}

// Write gives the filter as a query takes it.
func (f Filter) Write() []string {
	values := []string{}
	for i, terms := range [][]Term{f.Any, f.None} {
		for _, t := range terms {
			values = append(values, []string{"", analysis.Not}[i]+t.write(f.Field.Type))
		}
	}
	return values
}

func (t Term) write(kind catalog.Type) string {
	bound := func(v *int64) string {
		switch {
		case v == nil:
			return ""
		case kind == catalog.Money:
			return FormatMoney(*v)
		}
		return FormatValue(kind, *v)
	}
	switch {
	case t.Blank:
		return analysis.Blank
	case t.Lo == nil && t.Hi == nil:
		return Escape(t.Text)
	case t.Lo != nil && t.Hi != nil && *t.Lo == *t.Hi:
		return bound(t.Lo)
	}
	return bound(t.Lo) + analysis.Span + bound(t.Hi)
}
