package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestNoTextIsMissingInAnyLanguage(t *testing.T) {
	t.Parallel()
	check := func(what string, x Text) {
		if !x.Complete() {
			t.Errorf("%s: kk=%q ru=%q en=%q", what, x.KK, x.RU, x.EN)
		}
	}
	for _, m := range Measures() {
		check(m.ID+" name", m.Name)
		check(m.ID+" definition", m.Definition)
		check(m.ID+" grain", m.Grain)
		check(m.ID+" legal basis", m.LegalBasis)
		for _, r := range m.Excludes {
			check(m.ID+" excludes "+string(r), ReasonTitle(r))
		}
	}
	for _, f := range RedFlags() {
		check(f.ID+" name", f.Name)
		check(f.ID+" definition", f.Definition)
		check(f.ID+" legal basis", f.LegalBasis)
		if !f.Computable() {
			check(f.ID+" missing", f.Missing)
		}
	}
	for _, s := range Screens() {
		check(s.ID+" title", s.Title)
		check(s.ID+" help", s.Help)
		for _, c := range s.Charts {
			check(s.ID+" "+c.ID, c.Title)
		}
		for _, x := range s.Tables {
			check(s.ID+" "+x.ID, x.Title)
		}
	}
	for _, f := range Fields() {
		check(f.ID+" name", f.Name)
		check(f.ID+" definition", f.Definition)
		if (f.Type == Code) != (f.Dictionary != "") {
			t.Errorf("%s: type %s and dictionary %q do not go together", f.ID, f.Type, f.Dictionary)
		}
		if f.Dictionary != "" && len(Dictionary(f.Dictionary)) == 0 {
			t.Errorf("%s: dictionary %s is empty", f.ID, f.Dictionary)
		}
		for _, e := range Dictionary(f.Dictionary) {
			check(f.Dictionary+" "+e.Code, e.Title)
		}
	}
}

// The reference system showed Russian words in English and cut titles off. What
// only the data name (goods, organisations) stays in the languages that they have.
func TestNoTextIsInAnotherLanguage(t *testing.T) {
	t.Parallel()
	cyrillic := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
	}
	check := func(what string, x Text) {
		if cyrillic(x.EN) {
			t.Errorf("%s: the English text has Cyrillic letters: %q", what, x.EN)
		}
		for lang, text := range map[string]string{"kk": x.KK, "ru": x.RU, "en": x.EN} {
			if strings.HasSuffix(text, "…") || strings.HasSuffix(text, "...") || strings.TrimSpace(text) != text {
				t.Errorf("%s: the text in %s is cut off: %q", what, lang, text)
			}
		}
	}
	for _, m := range Measures() {
		for _, x := range []Text{m.Name, m.Definition, m.Grain, m.LegalBasis, m.Denominator} {
			check(m.ID, x)
		}
	}
	for _, f := range Fields() {
		check(f.ID, f.Name)
		check(f.ID, f.Definition)
		for _, e := range Dictionary(f.Dictionary) {
			check(f.Dictionary+" "+e.Code, e.Title)
		}
		for _, id := range []string{"", "mixed", "17", "17.23", "an-unknown-code"} {
			check(f.ID+" "+id, Text{KK: f.Label(id, "kk"), RU: f.Label(id, "ru"), EN: f.Label(id, "en")})
		}
	}
	for _, x := range RedFlags() {
		check(x.ID, x.Name)
		check(x.ID, x.Definition)
		check(x.ID, x.LegalBasis)
	}
	for _, x := range Screens() {
		check(x.ID, x.Title)
		check(x.ID, x.Help)
	}
	for role, x := range roles {
		if check("role "+role, x); !x.Complete() {
			t.Errorf("role %s: %+v", role, x)
		}
	}
}

func TestIdsAreUniqueAndComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range Measures() {
		if seen[m.ID] {
			t.Errorf("measure %s twice", m.ID)
		}
		seen[m.ID] = true
		if m.Version < 1 || m.Formula == "" || m.ValidFrom == "" || m.Unit == "" || m.Dataset == "" {
			t.Errorf("measure %s lacks a part: %+v", m.ID, m)
		}
	}
	for _, f := range Fields() {
		if seen[f.ID] {
			t.Errorf("%s names two things", f.ID)
		}
		seen[f.ID] = true
		if len(f.Datasets) == 0 {
			t.Errorf("%s is on no dataset", f.ID)
		}
		for _, level := range f.Hierarchy {
			if _, ok := FieldByID(level); !ok {
				t.Errorf("%s: level %s does not exist", f.ID, level)
			}
		}
	}
}

func TestNoTwoCodesOfADictionaryShareATitle(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		for _, lang := range Languages() {
			seen := map[string]string{}
			for _, e := range Dictionary(f.Dictionary) {
				title := e.Title.In(lang)
				if other, ok := seen[title]; ok {
					t.Errorf("%s: %s and %s are both %q in %s", f.Dictionary, other, e.Code, title, lang)
				}
				seen[title] = e.Code
			}
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ field, id, lang, want string }{
		{"method", "openTender", "kk", "Ашық конкурс"},
		{"method", "", "ru", "не указано"},
		{"method", "telepathy", "ru", "не сопоставлено: telepathy"},
		{"publishedMonth", "2026-01", "ru", "январь 2026"},
		{"publishedMonth", "2026-12", "en", "December 2026"},
		{"publishedQuarter", "2026-Q3", "kk", "2026 жылғы 3-тоқсан"},
		{"publishedDay", "2026-01-31", "en", "2026-01-31"},
		{"buyer", "KZ-BIN-1", "en", "KZ-BIN-1"},
	} {
		f, ok := FieldByID(c.field)
		if !ok {
			t.Fatalf("no field %s", c.field)
		}
		if got := f.Label(c.id, c.lang); got != c.want {
			t.Errorf("%s %q in %s is %q, want %q", c.field, c.id, c.lang, got, c.want)
		}
	}
}

func TestEveryMethodIsEitherCompetitiveOrNot(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"openTender": "true", "auctionNonPublic": "true", "specialOrderTender": "true", "specialOrderTenderNonPublic": "true",
		"singleSourcePlan": "false", "singleSourceCatering": "false", "dwellingProcurementNonPublic": "false",
		"stateSocialProcurement": "false", "specialOrder": "false", "stateEducationOrder": "false", "": "",
	}
	for method, c := range want {
		if got := Competitive(method); got != c {
			t.Errorf("%q is %q, want %q", method, got, c)
		}
	}
}

func TestAllIndicatorsOfTheReferenceMethodologyAreThere(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, m := range Measures() {
		for number := range strings.SplitSeq(m.Reference, ", ") {
			have[number] = true
		}
		if m.VariantOf != "" {
			if _, ok := MeasureByID(m.VariantOf); !ok {
				t.Errorf("%s is a variant of %s, which does not exist", m.ID, m.VariantOf)
			}
		}
		if (m.Unit == Fraction || m.Unit == Average || m.Unit == Days) && !m.Denominator.Complete() {
			t.Errorf("%s: what the %s is divided by is not said in every language", m.ID, m.Unit)
		}
	}
	for section, last := range map[string]int{"4.1": 18, "4.2": 21, "4.3": 5, "4.4": 5} {
		for i := 1; i <= last; i++ {
			if number := fmt.Sprintf("%s.%d", section, i); !have[number] {
				t.Errorf("no measure for %s", number)
			}
		}
	}
	// 4.4.6 and 4.4.7 are no measures: the columns of the form and the bidder's country.
	for _, id := range []string{"eecMethod", "bidderCountry"} {
		if _, ok := FieldByID(id); !ok {
			t.Errorf("no field %s", id)
		}
	}
}

func TestScreensAskOnlyForWhatTheCatalogueHas(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range Screens() {
		if seen[s.ID] {
			t.Errorf("screen %s twice", s.ID)
		}
		seen[s.ID] = true
		measure := func(where, id string) Measure {
			m, ok := MeasureByID(id)
			if !ok {
				t.Errorf("%s %s: no measure %s", s.ID, where, id)
			}
			return m
		}
		field := func(where, id string) Field {
			f, ok := FieldByID(id)
			if !ok || !f.Dimension {
				t.Errorf("%s %s: no dimension %s", s.ID, where, id)
			}
			return f
		}
		for _, id := range s.Tiles {
			measure("tiles", id)
		}
		for _, id := range append(append(append([]string{}, s.Facets...), s.Toggles...), s.Levels...) {
			field("fields", id)
		}
		if s.Period != "" {
			field("period", s.Period)
		}
		if s.Range != "" {
			measure("range", s.Range)
		}
		for id := range s.Selection {
			field("selection", id)
		}
		if s.Onward != "" {
			field("onward", s.Onward)
		}
		for _, c := range s.Charts {
			dimensions := []string{c.Dimension}
			if c.By != "" {
				dimensions = append(dimensions, c.By)
			}
			if c.Kind == "treemap" {
				dimensions = field(c.ID, c.Dimension).Hierarchy
			}
			switch c.Dimension {
			case "grain":
				dimensions = s.Grains
			case "level":
				dimensions = s.Levels
			}
			if len(dimensions) == 0 || len(c.Measures) == 0 && len(s.Indicators) == 0 {
				t.Errorf("%s %s: nothing to show", s.ID, c.ID)
			}
			measures := c.Measures
			if len(measures) == 0 {
				measures = s.Indicators
			}
			// The reader may switch: each dimension goes with some measure, each measure
			// with some dimension.
			for _, d := range dimensions {
				f := field(c.ID, d)
				if !slices.ContainsFunc(measures, func(id string) bool { return f.On(measure(c.ID, id).Dataset) }) {
					t.Errorf("%s %s: no measure can be split by %s", s.ID, c.ID, d)
				}
			}
			for _, id := range measures {
				m := measure(c.ID, id)
				if !slices.ContainsFunc(dimensions, func(d string) bool { return field(c.ID, d).On(m.Dataset) }) {
					t.Errorf("%s %s: measure %s can be split by none of %v", s.ID, c.ID, id, dimensions)
				}
			}
			if c.Colour != "" {
				measure(c.ID, c.Colour)
			}
		}
		for _, x := range s.Tables {
			if (x.Rows == "") == (len(x.Measures) == 0) {
				t.Errorf("%s %s: a table has either rows or measures", s.ID, x.ID)
			}
			if x.Rows != "" {
				measure(x.ID, x.Rows)
			}
			for _, d := range x.Dimensions {
				f := field(x.ID, d)
				for _, id := range x.Measures {
					if m := measure(x.ID, id); !f.On(m.Dataset) {
						t.Errorf("%s %s: %s cannot be split by %s", s.ID, x.ID, id, d)
					}
				}
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d screens", len(seen))
	}
}
