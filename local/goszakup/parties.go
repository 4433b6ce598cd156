package goszakup

import (
	"cmp"
	"fmt"
	"strings"
)

// party is a participant (Subject).
type party struct {
	pid            int64
	bin, iin       string // one of them is set, or, of a party abroad, one of
	inn, unp       string // these, or none
	country        int    // numeric code
	staff          int    // employees with an account
	nameRu, nameKz string
	form           string
	kind           int // typeSupplier: 1 legal entity, 2 person, 3 sole proprietor
	kato           string
	addressRu      string
	budget         int // budget level of a public body, an index of budgetTypes
	vat            bool
	quasi          bool
	since          moment
	moved          moment // change of address, may be never
	person         string // invented name of the head or proprietor
	listed         moment // entered into the blacklist, mostly never
	qualified      moment // entered into the register of qualified suppliers, mostly never
}

// Suppliers stay in the blacklist for two years.
const blacklistTerm moment = 730 * 86400

func (p *party) blacklisted(now moment) bool {
	return p.listed <= now && now-p.listed < blacklistTerm
}

func (p *party) id() string {
	return cmp.Or(p.bin, p.iin, p.inn, p.unp)
}

func (p *party) foreign() bool { return p.country != kazakhstan }

const kazakhstan = 398

// Countries of suppliers abroad. Russia and Belarus have taxpayer numbers of
// their own; others get a BIN of a non-resident.
var countries = []share[int]{{643, 50}, {112, 15}, {156, 12}, {276, 8}, {792, 10}, {860, 5}}

// Budget levels by ref_budget_type: republican, regional, district, rural.
var budgetTypes = []int{1, 4, 5, 6}

// legalID makes a 12 digit BIN with a valid check digit that cannot exist: its
// month of registration is 00.
func legalID(year int, serial int) string { return legalIDOf(4, year, serial) }

// legalIDOf a kind: 4 resident, 5 non-resident.
func legalIDOf(kind, year, serial int) string {
	for ; ; serial++ {
		if n, ok := withCheckDigit(fmt.Sprintf("%02d00%d0%05d", year%100, kind, serial%100000)); ok {
			return n
		}
	}
}

// personalID makes a 12 digit IIN with a valid check digit and a birth date
// that cannot exist: 30 February. Numbers that the sample records use have
// serials below 0100, so they are never met here.
func personalID(n int) string { return personalIDOn("0230", n) }

// personalIDOn a day (MMDD) that cannot exist; employees have 31 April.
func personalIDOn(day string, n int) string {
	year, serial := 60+n%40, 100+n/40*4
	for ; ; serial++ {
		if id, ok := withCheckDigit(fmt.Sprintf("%02d%s3%04d", year, day, serial%10000)); ok {
			return id
		}
	}
}

// withCheckDigit appends the check digit of BIN and IIN: weights 1-11 modulo
// 11, then 3-11,1,2 when that gives 10; a number for which the second gives 10
// as well is not issued.
func withCheckDigit(eleven string) (string, bool) {
	for _, shift := range []int{0, 2} {
		sum := 0
		for i := range 11 {
			sum += int(eleven[i]-'0') * ((i+shift)%11 + 1)
		}
		if sum%11 < 10 {
			return fmt.Sprintf("%s%d", eleven, sum%11), true
		}
	}
	return "", false
}

// pattern is a way to name a public body.
type pattern struct {
	level, form, ru, kk string
}

var (
	patterns []share[pattern]
	regions  []region
	wordsRu  []string
	wordsKk  []string
)

type region struct{ prefix, nomRu, genRu, nomKk, genKk string }

func loadNames() {
	for _, r := range readTable("regions.csv") {
		regions = append(regions, region{r[0], r[1], r[2], r[3], r[4]})
	}
	for _, r := range readTable("bodies.csv") {
		w := 1.0
		fmt.Sscan(r[5], &w)
		patterns = append(patterns, share[pattern]{pattern{r[1], r[2], r[3], r[4]}, w})
	}
	for _, r := range readTable("words.csv") {
		if r[0] == "kk" {
			wordsKk = append(wordsKk, r[1])
		} else {
			wordsRu = append(wordsRu, r[1])
		}
	}
}

// regionShares follow population and budget: the cities and the south buy more.
var regionShares = []share[int]{
	{0, 4}, {1, 5}, {2, 6}, {3, 7}, {4, 5}, {5, 4}, {6, 6}, {7, 4}, {8, 7}, {9, 5}, {10, 5}, {11, 4}, {12, 5}, {13, 4},
	{14, 9}, {15, 2}, {16, 5}, {17, 10}, {18, 11}, {19, 6},
}

// buyer computes the i-th public body.
func (g *roster) buyer(i int) *party {
	if p := g.buyers[i].Load(); p != nil {
		return p
	}
	c := newChance(g.seedOfAll, forBuyer, uint64(i))
	r := regions[pick(&c, regionShares)]
	ds := districts[r.prefix]
	d := places[ds[c.below(len(ds))]]
	pt := pick(&c, patterns)
	city, cityKk := settlementName(strings.TrimPrefix(r.nomRu, "город ")), settlementName(strings.TrimSuffix(r.nomKk, " қаласы"))
	if strings.Contains(pt.ru, "{city") {
		for _, i := range ds { // the first city of the region, its capital or another
			if strings.HasSuffix(places[i].nameRu, "Г.А.") {
				d = places[i]
				city, cityKk = settlementName(d.nameRu), settlementName(d.nameKk)
				if c.hit(0.5) {
					break
				}
			}
		}
	}
	p := &party{pid: subjectBase + int64(i), kind: 1, form: pt.form, kato: d.code, moved: never, listed: never, qualified: never, country: kazakhstan, staff: 1 + i%3}
	// Serials below 50000 are buyers', those above suppliers'; the step of four
	// leaves room for numbers that have no check digit.
	p.bin = legalID(90+i%34, i/34*4)
	p.since = at(-2500 + c.in(0, 2400))
	if c.hit(0.06) {
		p.moved = at(c.in(0, 1300))
	}
	number := fmt.Sprint(1 + c.below(90))
	dRu, dKk := districtName(d.nameRu), districtNameKk(d.nameKk)
	village := d
	if vs := villages[d.code]; len(vs) > 0 {
		want := " с.о." // of the two kinds of places, the one the name needs
		if strings.Contains(pt.ru, "{settlement_ru}") {
			want = "с."
		}
		for range 40 {
			if village = places[vs[c.below(len(vs))]]; strings.HasSuffix(village.nameRu, want) || strings.HasPrefix(village.nameRu, want) {
				break
			}
		}
		if pt.level == "rural" {
			p.kato = village.code
		}
	}
	vRu, vKk := settlementName(village.nameRu), settlementName(village.nameKk)
	garden := [][2]string{{"Балапан", "Балапан"}, {"Болашақ", "Болашақ"}, {"Солнышко", "Күншуақ"}, {"Родничок", "Бұлақ"}, {"Айгөлек", "Айгөлек"}}[c.below(5)]
	p.nameRu = strings.NewReplacer(
		"{region_gen_ru}", r.genRu, "{region_dat_ru}", dative(r.nomRu),
		"{district_gen_ru}", genitive(dRu), "{district_dat_ru}", dative(dRu), "{district_adj_ru} районная", districtAdjective(dRu, "ая")+" районная", "{district_adj_ru} лесное", districtAdjective(dRu, "ое")+" лесное",
		"{city_gen_ru}", "города "+city, "{city_ru}", city, "{city_adj_ru}", "Городской",
		"{okrug_gen_ru}", okrugGenitive(vRu), "{settlement_ru}", vRu, "{n}", number, "{kg_name_ru}", garden[0],
	).Replace(pt.ru)
	p.nameKz = strings.NewReplacer(
		"{region_gen_kk}", r.genKk, "{region_nom_kk}", r.nomKk,
		"{district_gen_kk}", dKk+"ның", "{district_nom_kk}", dKk, "{district_kk}", settlementName(d.nameKk),
		"{city_gen_kk}", cityKk+" қаласының", "{city_nom_kk}", cityKk+" қаласы", "{city_kk}", cityKk,
		"{okrug_nom_kk}", vKk+" ауылдық округі", "{settlement_kk}", vKk, "{n}", number, "{kg_name_kk}", garden[1],
	).Replace(pt.kk)
	switch {
	case strings.HasPrefix(pt.form, "Р"):
		p.budget = 0
	case pt.level == "region":
		p.budget = 1
	case pt.level == "rural":
		p.budget = 3
	default:
		p.budget = 2
	}
	p.quasi = strings.Contains(pt.form, "ПХВ")
	p.vat = p.quasi
	p.person = person(i*3 + 1)
	p.addressRu = fmt.Sprintf("%s, %s, ул. Примерная, дом %d", r.nomRu, d.nameRu, 1+c.below(120))
	g.buyers[i].Store(p)
	return p
}

// supplier computes the i-th supplier; about a third are sole proprietors.
func (g *roster) supplier(i int) *party {
	if p := g.suppliers[i].Load(); p != nil {
		return p
	}
	c := newChance(g.seedOfAll, forSupplier, uint64(i))
	r := regions[pick(&c, regionShares)]
	ds := districts[r.prefix]
	d := places[ds[c.below(len(ds))]]
	p := &party{pid: supplierPid + int64(i), kato: d.code, moved: never, listed: never, qualified: never, country: kazakhstan, staff: 1, since: at(-2500 + c.in(0, 2500))}
	if c.hit(0.03) {
		p.listed = at(c.in(0, 1300))
	}
	if c.hit(0.08) {
		p.moved = at(c.in(0, 1300))
	}
	p.person = person(i*3 + 2)
	p.addressRu = fmt.Sprintf("%s, %s, ул. Образцовая, дом %d", r.nomRu, d.nameRu, 1+c.below(200))
	if c.hit(0.36) {
		p.kind, p.form, p.iin = 3, "ИП", personalID(i)
		p.nameRu = "ИП Пример " + p.person[strings.LastIndex(p.person, " ")+1:]
		p.nameKz = p.nameRu
		p.vat = c.hit(0.1)
	} else {
		form, formKk := "ТОО", "ЖШС"
		if c.hit(0.04) {
			form, formKk = "АО", "АҚ"
		}
		p.kind, p.form = 1, form
		p.bin = legalID(95+i%31, 50000+i/31*4)
		name := wordsKk[c.below(len(wordsKk))] + " " + wordsRu[c.below(len(wordsRu))]
		if c.hit(0.4) {
			name = wordsKk[c.below(len(wordsKk))] + "-" + wordsKk[c.below(len(wordsKk))]
		}
		name += fmt.Sprintf(" (синтетическая %d)", i)
		p.nameRu, p.nameKz = fmt.Sprintf("%s \"%s\"", form, name), fmt.Sprintf("\"%s\" %s", name, formKk)
		p.vat = c.hit(0.6)
		p.staff = 1 + i%2
	}
	if c.hit(0.15) {
		p.nameKz = p.nameRu
	}
	own := newChance(g.seedOfAll, forResidence, uint64(i))
	if p.kind == 1 && own.hit(0.02) {
		p.settleAbroad(&own, i)
	}
	if own.hit(0.04) {
		p.qualified = at(own.in(0, 1300))
	}
	g.suppliers[i].Store(p)
	return p
}

// settleAbroad makes a supplier a non-resident.
func (p *party) settleAbroad(c *chance, i int) {
	p.bin, p.kato, p.vat = "", "", false
	p.country = pick(c, countries)
	switch p.country {
	case 643: // the first four digits tell a tax office; there is no 0000
		p.form, p.inn = "ООО", fmt.Sprintf("0000%06d", i)
		p.addressRu = fmt.Sprint("Российская Федерация, ул. Образцовая, дом ", 1+c.below(200))
	case 112: // the first digit tells a region; there is no 0
		p.form, p.unp = "ООО", fmt.Sprintf("0%08d", i)
		p.addressRu = fmt.Sprint("Республика Беларусь, ул. Образцовая, дом ", 1+c.below(200))
	default:
		p.form, p.bin = "LLC", legalIDOf(5, 95+i%31, 50000+i/31*4)
		p.addressRu = fmt.Sprint("Example street ", 1+c.below(200))
	}
	name := fmt.Sprintf("%s \"%s (синтетическая %d)\"", p.form, wordsRu[c.below(len(wordsRu))], i)
	p.nameRu, p.nameKz = name, name
}

// pickBuyer draws a buyer; the registers of the quasi-sector have enterprises
// where there are any.
func (g *generator) pickBuyer(c *chance) int {
	i := c.zipf(len(g.buyers))
	for range 60 {
		if !g.quasi || g.buyer(i).quasi {
			break
		}
		i = c.zipf(len(g.buyers))
	}
	return i
}

// pickSupplier draws from the market of a division: every division has its own
// leaders, and a local supplier is found more often.
func (g *generator) pickSupplier(c *chance, division, buyer int) int {
	n := len(g.suppliers)
	market := max(3, n/6)
	pickOne := func() int { return (c.zipf(market)*7919 + division*104729) % n }
	i := pickOne()
	home := g.buyer(buyer).kato[:2]
	for range 2 {
		if strings.HasPrefix(g.supplier(i).kato, home) {
			break
		}
		i = pickOne()
	}
	return i
}

// deliveryPlaces of a plan point; a few are delivered to two places.
func (g *generator) deliveryPlaces(u *unit, p, buyer int, c *chance) []string {
	first := g.deliveryPlace(buyer, c)
	if first == "" {
		return nil
	}
	if own := newChance(g.seed, forSecondPlace, uint64(u.index), uint64(p)); own.hit(0.05) {
		if second := g.deliveryPlace(buyer, &own); second != "" && second != first {
			return []string{first, second}
		}
	}
	return []string{first}
}

// deliveryPlace is mostly the buyer's own place; sometimes no place is known.
func (g *generator) deliveryPlace(buyer int, c *chance) string {
	kato := g.buyer(buyer).kato
	if c.hit(0.09) {
		return ""
	}
	if vs := villages[kato]; len(vs) > 0 && c.hit(0.3) {
		return places[vs[c.below(len(vs))]].code
	}
	return kato
}

func (g *generator) pickProduct(c *chance, division int) int {
	list := byDivision[division]
	return list[(c.zipf(len(list))*31+division)%len(list)]
}

func districtName(s string) string {
	if strings.HasSuffix(s, "Г.А.") {
		return "город " + strings.TrimSpace(strings.TrimSuffix(s, "Г.А."))
	}
	return s
}

func districtNameKk(s string) string {
	if strings.HasSuffix(s, "Қ.Ә.") {
		return strings.TrimSpace(strings.TrimSuffix(s, "Қ.Ә.")) + " қаласы"
	}
	return s
}

func settlementName(s string) string {
	for _, cut := range []string{" Г.А.", " Қ.Ә.", " с.о.", " а.о.", " район", " ауданы", " қ.", " а.", " к.", " п.а.", " г.а.", " қ.ә."} {
		s = strings.TrimSuffix(s, cut)
	}
	for _, cut := range []string{"г.", "с.", "п.", "район "} {
		s = strings.TrimPrefix(s, cut)
	}
	return strings.TrimSpace(s)
}

// okrugGenitive: "Каражалский" to "Каражалского сельского округа".
func okrugGenitive(s string) string {
	if strings.HasSuffix(s, "ский") {
		return strings.TrimSuffix(s, "ий") + "ого сельского округа"
	}
	return "сельского округа " + s
}

// districtAdjective: "Абайский район" to "Абайская".
func districtAdjective(s, ending string) string {
	if stem, ok := strings.CutSuffix(s, "ский район"); ok {
		return stem + "ск" + ending
	}
	return "Центральн" + ending
}

func genitive(s string) string {
	switch {
	case strings.HasSuffix(s, "ский район"):
		return strings.TrimSuffix(s, "ий район") + "ого района"
	case strings.HasPrefix(s, "район "):
		return "района " + strings.TrimPrefix(s, "район ")
	case strings.HasPrefix(s, "город "):
		return "города " + strings.TrimPrefix(s, "город ")
	}
	return s
}

func dative(s string) string {
	switch {
	case strings.HasSuffix(s, "ский район"):
		return strings.TrimSuffix(s, "ий район") + "ому району"
	case strings.HasSuffix(s, "ская область"):
		return strings.TrimSuffix(s, "ая область") + "ой области"
	case strings.HasPrefix(s, "район "):
		return "району " + strings.TrimPrefix(s, "район ")
	case strings.HasPrefix(s, "область "):
		return "области " + strings.TrimPrefix(s, "область ")
	case strings.HasPrefix(s, "город "):
		return "городу " + strings.TrimPrefix(s, "город ")
	}
	return s
}
