package catalog

import (
	"testing"
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
