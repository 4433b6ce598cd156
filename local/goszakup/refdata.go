package goszakup

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed refdata/*.csv
var refdata embed.FS

func readTable(name string) [][]string {
	f, err := refdata.Open("refdata/" + name)
	if err != nil {
		panic(err) // embedded
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("refdata/%s: %v", name, err))
	}
	return rows[1:]
}

// place is a KATO code.
type place struct {
	code, parent   string
	level          int
	nameRu, nameKk string
}

// product is an item of the ENS TRU-like catalogue: a real KPVED subcategory
// with an invented tail.
type product struct {
	code     string // NNNNNN.NNN.NNNNNN
	division int
	nameRu   string
	nameKk   string // the division in Kazakh with the Russian name
	subject  int    // ref_subject_type: 1 goods, 2 works, 3 services
	unit     string
}

var (
	places     []place
	placeIndex = map[string]int{}
	districts  = map[string][]int{} // by region prefix
	villages   = map[string][]int{} // by district code

	products   []product
	byDivision = map[int][]int{}
	byCode     = map[string]int{}
	unitNames  = map[string]string{} // by MKEI code, Russian
)

// divisionShares says how often a KPVED division is bought.
var divisionShares = []share[int]{
	{17, 6}, {26, 6}, {19, 5}, {10, 8}, {20, 4}, {21, 8}, {22, 4}, {23, 3}, {25, 4}, {27, 5}, {28, 4}, {29, 3},
	{31, 4}, {32, 5}, {13, 2}, {14, 3}, {1, 3}, {5, 1}, {35, 3}, {36, 2}, {38, 1}, {33, 4}, {41, 2}, {42, 2}, {43, 5},
	{49, 2}, {55, 1}, {56, 2}, {58, 2}, {61, 4}, {62, 3}, {63, 2}, {65, 1}, {69, 1}, {71, 3}, {74, 1}, {80, 3},
	{81, 4}, {84, 1}, {85, 3}, {86, 3}, {93, 1}, {95, 3},
}

// loadRefdata reads the tables once, when the first world is made.
var loadRefdata = sync.OnceFunc(func() {
	loadPlaces()
	loadProducts()
	loadNames()
})

func loadPlaces() {
	for _, r := range readTable("kato.csv") {
		level, _ := strconv.Atoi(r[1])
		i := len(places)
		places = append(places, place{r[0], r[2], level, r[3], r[4]})
		placeIndex[r[0]] = i
		switch {
		case level == 2:
			districts[r[0][:2]] = append(districts[r[0][:2]], i)
		case level >= 3 && len(r[2]) == 9:
			villages[districtOf(r[0], r[2])] = append(villages[districtOf(r[0], r[2])], i)
		}
	}
}

func loadProducts() {
	for _, r := range readTable("units.csv") {
		unitNames[r[0]] = r[1]
	}
	divisions := map[string]string{}
	for _, r := range readTable("divisions.csv") {
		divisions[r[0]] = r[1]
	}
	for _, r := range readTable("products.csv") {
		division, _ := strconv.Atoi(r[0][:2])
		c := newChance(forCode, hash(r[0]))
		p := product{division: division, nameRu: strings.TrimSpace(r[1])}
		p.nameKk = fmt.Sprintf("%s (%s)", divisions[r[0][:2]], p.nameRu)
		switch {
		case division >= 41 && division <= 43:
			p.subject, p.unit = 2, "931"
		case division >= 33 && division != 35 && division != 36:
			p.subject, p.unit = 3, "5114"
		default:
			p.subject = 1
			p.unit = goodsUnit(&c, division)
		}
		variants := 1
		if p.subject == 1 {
			variants = 2
		}
		for v := range variants {
			q := p
			q.code = fmt.Sprintf("%s.%03d.%06d", r[0], 100*c.below(10), v*7+c.below(40))
			if p.subject != 1 {
				q.code = r[0] + ".000.000000"
			}
			byDivision[division] = append(byDivision[division], len(products))
			byCode[q.code] = len(products)
			products = append(products, q)
		}
	}
}

func districtOf(code, parent string) string {
	for parent != "" {
		i, ok := placeIndex[parent]
		if !ok {
			break
		}
		if places[i].level == 2 {
			return parent
		}
		parent = places[i].parent
	}
	return code[:4] + "00000"
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func goodsUnit(c *chance, division int) string {
	switch division {
	case 1, 10:
		return pick(c, []share[string]{{"166", 8}, {"796", 1}, {"778", 1}})
	case 5:
		return "168"
	case 19:
		return pick(c, []share[string]{{"112", 8}, {"168", 2}})
	case 35:
		return pick(c, []share[string]{{"246", 1}, {"240", 1}})
	case 36:
		return "113"
	case 13:
		return pick(c, []share[string]{{"006", 3}, {"018", 2}, {"796", 2}})
	case 21:
		return pick(c, []share[string]{{"778", 5}, {"796", 2}, {"870", 2}})
	default:
		return pick(c, []share[string]{{"796", 14}, {"839", 2}, {"778", 2}, {"055", 1}, {"006", 1}, {"736", 1}})
	}
}

// quantity suits a purchase of the given value in tenge.
func (p product) quantity(c *chance, value float64) quantity {
	if p.subject != 1 {
		return 1000
	}
	q := math.Min(c.logNormal(12, 1.4), math.Max(1, value/150))
	switch p.unit {
	case "166", "112", "168", "246", "240", "113":
		if c.hit(0.2) {
			return quantity(math.Max(1, math.Round(q*1000))) // broken quantities
		}
		q *= 4
	}
	return quantity(math.Max(1, math.Round(q))) * 1000
}

// sortedKeys is used where the order of a map would leak into answers.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
