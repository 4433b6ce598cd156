package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Filter keeps the rows of which, in Field, some term of Any holds (or Any is
// empty) and no term of None holds. On a field with several values per row
// (bidder) a term holds when it holds of one of them.
type Filter struct {
	Field catalog.Field
	Any   []Term
	None  []Term
}

// Term is one alternative. Exactly one of the forms is set: Blank; Text for
// codes and organisations; bounds for ordered types, where a single value is
// the range from itself to itself.
type Term struct {
	Blank bool
	Text  string
	// Lo and Hi are inclusive, in the integer form of the type: year 2026,
	// quarter 20261, month 202601, days since 1970-01-01, tiyn. Nil is open.
	Lo, Hi *int64
}

func (t Term) String() string {
	bound := func(p *int64) string {
		if p == nil {
			return ""
		}
		return strconv.FormatInt(*p, 10)
	}
	switch {
	case t.Blank:
		return "~"
	case t.Lo != nil || t.Hi != nil:
		return bound(t.Lo) + ".." + bound(t.Hi)
	}
	return strconv.Quote(t.Text)
}

// Holds tells whether the term holds of a plain value ("" is blank).
func (t Term) Holds(f catalog.Field, id string) bool {
	switch {
	case t.Blank || id == "":
		return t.Blank && id == ""
	case !f.Type.Ordered():
		return t.Text == id
	}
	n, err := ParseValue(f.Type, id)
	return err == nil && (t.Lo == nil || *t.Lo <= n) && (t.Hi == nil || n <= *t.Hi)
}

// Selects tells whether a value is named by Any and by no term of None.
func (f Filter) Selects(id string) bool {
	holds := func(t Term) bool { return t.Holds(f.Field, id) }
	return slices.ContainsFunc(f.Any, holds) && !slices.ContainsFunc(f.None, holds)
}

// Refuses tells whether a value is named by None.
func (f Filter) Refuses(id string) bool {
	return slices.ContainsFunc(f.None, func(t Term) bool { return t.Holds(f.Field, id) })
}

func compileFilters(raw analysis.Filters) ([]Filter, error) {
	total := 0
	for _, values := range raw {
		total += len(values)
	}
	if err := atMost("filter values", total, MaxFilterValues); err != nil {
		return nil, err
	}
	var filters []Filter
	for _, id := range slices.Sorted(maps.Keys(raw)) {
		f, ok := catalog.FieldByID(id)
		if !ok {
			return nil, fault.New(fault.Invalid, "there is no filter %s", quote(id)).At(analysis.FilterPrefix+id, filterIDs()...)
		}
		filter, err := ParseFilter(f, raw[id])
		if err != nil {
			return nil, err
		}
		if len(filter.Any)+len(filter.None) > 0 {
			filters = append(filters, filter)
		}
	}
	return filters, nil
}

// ParseFilter reads the values of a field by the grammar of package analysis.
// Terms come out sorted and without repetition, so that equal selections make
// equal plans.
func ParseFilter(f catalog.Field, values []string) (Filter, error) {
	return parseFilter(f, values, analysis.FilterPrefix+f.ID)
}

// parseFilter names the parameter of the values in its errors.
func parseFilter(f catalog.Field, values []string, at string) (Filter, error) {
	filter := Filter{Field: f}
	for _, v := range values {
		text, not := strings.CutPrefix(v, analysis.Not)
		term, err := parseTerm(f, text, at)
		if err != nil {
			return Filter{}, err
		}
		if not {
			filter.None = append(filter.None, term)
		} else {
			filter.Any = append(filter.Any, term)
		}
	}
	filter.Any = tidy(filter.Any)
	filter.None = tidy(filter.None)
	return filter, nil
}

func tidy(terms []Term) []Term {
	slices.SortFunc(terms, func(a, b Term) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(terms, func(a, b Term) bool { return a.String() == b.String() })
}

func parseTerm(f catalog.Field, text, at string) (Term, error) {
	wrong := func(format string, a ...any) error {
		return fault.New(fault.Invalid, format, a...).At(at, f.Closed...).
			Do("write " + f.Type.Format() + grammar(f))
	}
	if len(text) > MaxValueBytes {
		return Term{}, wrong("a value is longer than %d bytes", MaxValueBytes)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Term{}, wrong("a value is not valid text")
	}
	if text == analysis.Blank {
		return Term{Blank: true}, nil
	}
	literal, escaped := strings.CutPrefix(text, analysis.Escape)
	if literal == "" {
		return Term{}, wrong("a value is empty")
	}
	if f.Type.Ordered() {
		if from, to, ok := strings.Cut(literal, analysis.Span); ok && !escaped {
			return parseRange(f, from, to, wrong)
		}
		n, err := ParseValue(f.Type, literal)
		if err != nil {
			return Term{}, wrong("%s is not a %s", quote(literal), f.Type)
		}
		return Term{Lo: &n, Hi: &n}, nil
	}
	if len(f.Closed) > 0 && !slices.Contains(f.Closed, literal) {
		return Term{}, wrong("%s has no value %s", f.ID, quote(literal))
	}
	return Term{Text: literal}, nil
}

func parseRange(f catalog.Field, from, to string, wrong func(string, ...any) error) (Term, error) {
	var t Term
	for _, side := range []struct {
		text  string
		bound **int64
	}{{from, &t.Lo}, {to, &t.Hi}} {
		if side.text == "" {
			continue
		}
		n, err := ParseValue(f.Type, side.text)
		if err != nil {
			return Term{}, wrong("%s is not a %s", quote(side.text), f.Type)
		}
		*side.bound = &n
	}
	switch {
	case t.Lo == nil && t.Hi == nil:
		return Term{}, wrong("a range needs a bound on one side at least")
	case t.Lo != nil && t.Hi != nil && *t.Lo > *t.Hi:
		return Term{}, wrong("the range %s ends before it begins", quote(from+analysis.Span+to))
	}
	return t, nil
}

func grammar(f catalog.Field) string {
	text := "; ! in front for all but it; ~ for rows where it is not stated"
	if f.Type.Ordered() {
		text = ", a range as a..b with one side optional" + text
	}
	return text
}

// Escape writes a plain value ("" is blank) as a filter takes it.
func Escape(id string) string {
	switch {
	case id == "":
		return analysis.Blank
	case strings.HasPrefix(id, analysis.Not), strings.HasPrefix(id, analysis.Escape), id == analysis.Blank:
		return analysis.Escape + id
	}
	return id
}

var (
	yearForm    = regexp.MustCompile(`^[0-9]{4}$`)
	quarterForm = regexp.MustCompile(`^([0-9]{4})-Q([1-4])$`)
	weekForm    = regexp.MustCompile(`^([0-9]{4})-W(0[1-9]|[1-4][0-9]|5[0-3])$`)
	monthForm   = regexp.MustCompile(`^([0-9]{4})-(0[1-9]|1[0-2])$`)
	moneyForm   = regexp.MustCompile(`^(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?$`)
)

// ParseValue reads the text of an ordered value into its integer form.
func ParseValue(t catalog.Type, text string) (int64, error) {
	number := func(s string) int64 {
		n, _ := strconv.ParseInt(s, 10, 64) // at most 17 digits by the forms
		return n
	}
	switch t {
	case catalog.Year:
		if yearForm.MatchString(text) {
			return number(text), nil
		}
	case catalog.Quarter:
		if m := quarterForm.FindStringSubmatch(text); m != nil {
			return number(m[1] + m[2]), nil
		}
	case catalog.Month:
		if m := monthForm.FindStringSubmatch(text); m != nil {
			return number(m[1] + m[2]), nil
		}
	case catalog.Week:
		if m := weekForm.FindStringSubmatch(text); m != nil {
			return number(m[1] + m[2]), nil
		}
	case catalog.Day:
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return day.Unix() / 86400, nil
		}
	case catalog.Money:
		if m := moneyForm.FindStringSubmatch(text); m != nil {
			return number(m[1] + m[2] + (m[3] + "00")[:2]), nil
		}
	}
	return 0, fmt.Errorf("%q is not a %s", text, t)
}

// FormatValue is the inverse of ParseValue.
func FormatValue(t catalog.Type, n int64) string {
	switch t {
	case catalog.Quarter:
		return fmt.Sprintf("%04d-Q%d", n/10, n%10)
	case catalog.Month:
		return fmt.Sprintf("%04d-%02d", n/100, n%100)
	case catalog.Week:
		return fmt.Sprintf("%04d-W%02d", n/100, n%100)
	case catalog.Day:
		return time.Unix(n*86400, 0).UTC().Format(time.DateOnly)
	case catalog.Year:
		return fmt.Sprintf("%04d", n)
	}
	return strconv.FormatInt(n, 10)
}

func filterIDs() []string {
	var ids []string
	for _, f := range catalog.Fields() {
		ids = append(ids, f.ID)
	}
	return ids
}
