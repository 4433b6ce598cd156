package mapping

import (
	"slices"
	"testing"

	"github.com/kzocds/kzocds/proto/personal"
)

// TestNamesOfPlacesAndProductsNameNobody holds the rules for names of persons
// against what names streets, villages, farms and products: of 31,188 names of the
// classifier of places, many of which are those of persons, eight lose one, because
// they name a house or a plot after who lives there.
func TestNamesOfPlacesAndProductsNameNobody(t *testing.T) {
	t.Parallel()
	var lost []string
	names := 0
	for _, row := range mustRows(katoText) {
		for _, name := range row[1:3] {
			names++
			if scanned, found := personal.Scan(name); found {
				lost = append(lost, scanned)
			}
		}
	}
	want := []string{"[…] қонысы", "[…] үйі", "[…] үйі", "Дом […]", "Дом […]", "Тақмүшке […]  уч.", "поселье […]", "уч.Такмушке […]"}
	slices.Sort(lost)
	if names != 31188 || !slices.Equal(lost, want) {
		t.Errorf("of %d names %d lose something: %q", names, len(lost), lost)
	}
	for code, place := range katoNames() {
		if personal.Find(place.ru) != "" || personal.Find(place.kk) != "" {
			t.Errorf("%s would be published with a person's name: %+v", code, place)
		}
	}
	for code, name := range kpvedNames() {
		if what := personal.Find(name); what != "" {
			t.Errorf("%s, %s, has what reads as a %s", code, name, what)
		}
	}
	for list, codes := range CodeLists() {
		for code, title := range codes {
			for _, text := range []string{title.EN, title.RU, title.KK} {
				if what := personal.Find(text); what != "" {
					t.Errorf("%s/%s, %s, has what reads as a %s", list, code, text, what)
				}
			}
		}
	}
}
