package personal

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// word is a run of Cyrillic letters; hyphens between letters belong to it.
type word struct {
	begin, end int    // bytes of the text
	small      string // in small letters
	form       form
	joined     bool // blanks alone, or the full stop of an initial, part it from the word before
	stopped    bool // a full stop follows directly
}

type form uint8

const (
	small   form = iota // begins with a small letter, or is one letter that is no initial
	title               // begins with a capital
	upper               // capitals alone, two or more
	initial             // one capital with a full stop
)

// names finds the first name of a natural person that stands in a text at or after
// a byte, 0, 0 when there is none. What makes a name:
//
//   - a patronymic beside another word with a capital (Иванов Иван Иванович,
//     Серік Болатұлы, Мамедов Али оглы);
//   - initials beside a word with a capital (Иванов И.И., И. Иванов);
//   - a given name of the list beside a word that ends like a surname (Айгуль
//     Сериковой).
//
// A name that is the name of something else is none: see named.
func names(text string, from int) (begin, end int) {
	if !capitals(text) {
		return 0, 0
	}
	var room [48]word
	t := reading{text, words(text, room[:0])}
	for first := 0; first < len(t.words); {
		last := first + 1 // of a run of words that may be one name
		for last < len(t.words) && t.words[last].joined && (t.words[last].form != small || particles[t.words[last].small]) {
			last++
		}
		if last-first > 1 {
			if begin, end = t.inRun(first, last, from); end > 0 {
				return begin, end
			}
		}
		first = last
	}
	return 0, 0
}

// reading is a text, taken apart.
type reading struct {
	text  string
	words []word
}

// span is a part of the words.
type span struct {
	first, last int // last is the first one behind
	by          rule
}

type rule uint8

const (
	byPatronymic rule = iota
	byInitials
	byGivenName
)

// inRun is the first name within some words that begins at or after a byte. The
// surest sign is looked for first, so that it has the words that belong to it.
func (t *reading) inRun(first, last, from int) (begin, end int) {
	var room [8]span
	found := room[:0]
	for r, look := range [...]func(i, first, last int) span{t.patronymic, t.initials, t.givenName} {
		for i := first; i < last; i++ {
			low, high := first, last // what no other name has taken
			taken := false
			for _, f := range found {
				switch {
				case i >= f.first && i < f.last:
					taken = true
				case i < f.first:
					high = min(high, f.first)
				default:
					low = max(low, f.last)
				}
			}
			if taken {
				continue
			}
			if s := look(i, low, high); s.last > 0 {
				s.by = rule(r)
				found = append(found, s)
			}
		}
	}
	for _, s := range found {
		if t.words[s.first].begin < from || t.named(s) {
			continue
		}
		if b := t.words[s.first].begin; end == 0 || b < begin {
			begin, end = b, t.words[s.last-1].end
			if t.words[s.last-1].form == initial {
				end++ // its full stop
			}
		}
	}
	return begin, end
}

// patronymic is the name around a patronymic at i: what stands before it, and what
// stands behind it when too little stands before.
func (t *reading) patronymic(i, low, high int) span {
	w := &t.words[i]
	s := span{first: i, last: i + 1}
	sure, rare := patronymic(w.small)
	switch {
	case particles[w.small]: // Али оглы, Момыш ұлы
		if i-1 < low || !t.name(i-1) {
			return span{}
		}
		s.first--
		ordinary := w.small == "ұлы" || w.small == "улы" || w.small == "қызы"
		if known := t.given(i-1) || i-2 >= low && t.given(i-2); ordinary && !known {
			return span{}
		}
	case w.form != title && w.form != upper || !sure:
		return span{}
	}
	alone := s.first
	if s.first > low && t.name(s.first-1) && (w.form != upper && !rare || t.person(s.first-1)) {
		s.first--
	}
	switch {
	case s.first == alone && alone == i: // nothing before: Болатұлы Серік
		if i+1 >= high || !t.person(i+1) || t.words[i+1].form == small {
			return span{}
		}
		s.last++
	case s.first > low && t.name(s.first-1) && (t.person(s.first-1) || t.words[s.first-1].form == title && !t.begins(s.first-1)):
		s.first--
	case i+1 < high && surname(t.words[i+1].small) && t.name(i+1):
		s.last++
	}
	return s
}

// initials is the name around one or two initials that begin at i.
func (t *reading) initials(i, low, high int) span {
	if t.words[i].form != initial || i > low && t.words[i-1].form == initial {
		return span{}
	}
	behind := i + 1
	for behind < high && t.words[behind].form == initial {
		behind++
	}
	two := behind-i == 2
	if behind-i > 2 || two && t.town(i, low) {
		return span{}
	}
	before, after := i-1, behind
	sure := func(j int) bool { return t.name(j) && t.person(j) }
	any := func(j int) bool {
		return two && !abbreviations[t.words[i].small+t.words[i+1].small] && t.name(j) && t.words[j].form == title &&
			longer(t.words[j].small, 3) && !nouns()[t.words[j].small]
	}
	switch {
	case before >= low && sure(before):
		return span{first: before, last: behind}
	case after < high && sure(after) && (two || t.words[after].form != upper || !addressInitials[t.words[i].small]):
		return span{first: i, last: after + 1}
	case before >= low && any(before) && !t.begins(before), after >= high && before >= low && any(before):
		return span{first: before, last: behind}
	case after < high && any(after):
		return span{first: i, last: after + 1}
	}
	return span{}
}

// town reports a town administration, which has a surname's form with two letters
// behind it: Курчатов Г.А.
func (t *reading) town(i, low int) bool {
	if i == low || !administrations[t.words[i].small+t.words[i+1].small] {
		return false
	}
	name := t.words[i-1].small
	return towns[name] || !surname(name)
}

// givenName is the name that a given name at i makes with a surname beside it.
func (t *reading) givenName(i, low, high int) span {
	w := &t.words[i]
	if g, known := givenNames()[w.small]; !known && !t.inflected(i) || g.ordinary || w.form == small || w.form == initial {
		return span{}
	}
	family := func(j int) bool {
		v := &t.words[j]
		return v.form == w.form && t.name(j) && surname(v.small) && !givenNames()[v.small].listed
	}
	switch {
	case i+1 < high && family(i+1):
		return span{first: i, last: i + 2}
	case i-1 >= low && family(i-1):
		return span{first: i - 1, last: i + 1}
	}
	return span{}
}

// name reports whether a word can be one of a name.
func (t *reading) name(i int) bool {
	w := &t.words[i]
	return (w.form == title || w.form == upper) && utf8.RuneCountInString(w.small) > 1 && !ordinary(w.small)
}

// person reports whether a word is a given name or a surname by itself.
func (t *reading) person(i int) bool {
	return t.given(i) || surname(t.words[i].small) || shortSurnames()[t.words[i].small]
}

func (t *reading) given(i int) bool { return givenNames()[t.words[i].small].listed || t.inflected(i) }

// inflected reports a given name with a Kazakh case ending.
func (t *reading) inflected(i int) bool {
	stem, cut := withoutKazakhCase(t.words[i].small)
	return cut && givenNames()[stem].listed && !givenNames()[stem].ordinary
}

// begins reports whether a sentence begins with a word.
func (t *reading) begins(i int) bool {
	before := strings.TrimRight(t.text[:t.words[i].begin], " \u00a0«\"“„(")
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".!?;:\n")
}

// named reports whether a name is that of something else: of a street or place
// (ул. Абая), of what bears it (имени Абая Кунанбаева, М.Әуезов атындағы), of a firm
// (ИП Иванов И.И.), of a figure of history, of a work in quotation marks.
func (t *reading) named(s span) bool {
	begin, end := t.words[s.first].begin, t.words[s.last-1].end
	if t.words[s.last-1].form == initial {
		end++
	}
	if t.known(s) {
		return true
	}
	const between = " \u00a0.,«»\"“”„()№0123456789-"
	if s.first > 0 {
		before := &t.words[s.first-1]
		if gap := t.text[before.end:begin]; strings.Trim(gap, between) == "" && !strings.Contains(gap, ",") {
			switch {
			case bearers[before.small] || before.stopped && shortBearers[before.small], firms[before.small],
				s.first > 1 && districts[t.words[s.first-2].small+before.small]:
				return true
			case beginsLike(before.small, houses) && (s.first < 2 || !beginsLike(t.words[s.first-2].small, posts)):
				// The school of somebody, and not the head of the school, somebody.
				if w := &t.words[s.first]; w.form == initial && oblique(t.words[s.last-1].small) || givenNames()[w.small].inflected {
					return true
				}
			}
		}
	}
	if s.last < len(t.words) {
		after := &t.words[s.last]
		if gap := t.text[end:after.begin]; strings.Trim(gap, between) == "" && (beginsLike(after.small, kazakhBearers) || firms[after.small] || after.stopped && shortBearers[after.small]) {
			return true
		}
	}
	if s.by == byGivenName && quoted(t.text, begin, end) || t.farm(s) {
		return true
	}
	return t.house(s, t.text[end:])
}

// known reports the name of a figure of history or letters.
func (t *reading) known(s span) bool {
	for _, k := range knownPersons() {
		given, family := false, false
		for i := s.first; i < s.last; i++ {
			w := &t.words[i]
			first, _ := utf8.DecodeRuneInString(k.given)
			switch {
			case strings.HasPrefix(w.small, k.family):
				family = true
			case strings.HasPrefix(w.small, k.given[:len(k.given)-len(lastLetter(k.given))]), w.form == initial && w.small == string(first):
				given = true
			}
		}
		if given && family {
			return true
		}
	}
	return false
}

func lastLetter(s string) string {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[len(s)-n:]
}

// farm reports the name of a farm as the classifier of places writes it: its words
// stand some words before or behind the name, кр.хоз. «Боргоз» Примерова А.К.
func (t *reading) farm(s span) bool {
	const near = 4
	for i := max(0, s.first-near); i < s.first; i++ {
		if t.words[i].small == "хоз" {
			return true
		}
	}
	for i := s.last; i < min(len(t.words), s.last+near); i++ {
		if t.words[i].small == "қож" {
			return true
		}
	}
	return false
}

// house reports an address: an address is told before, and the number of a house
// follows.
func (t *reading) house(s span, rest string) bool {
	rest = strings.TrimLeft(rest, " ,")
	number, numbered := strings.CutPrefix(rest, "№")
	for _, word := range [...]string{"дом ", "д.", "үй "} {
		if after, cut := strings.CutPrefix(number, word); cut {
			number, numbered = after, true
		}
	}
	number = strings.TrimLeft(number, " ")
	digits := 0
	for digits < len(number) && number[digits] >= '0' && number[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 4 {
		return false
	}
	if next := strings.TrimLeft(number[digits:], " -("); !numbered && next != "" && next[0] >= '0' && next[0] <= '9' {
		return false // a telephone
	}
	for i := range s.first {
		if w := &t.words[i]; places[w.small] || w.stopped && shortBearers[w.small] {
			return true
		}
	}
	return false
}

func quoted(text string, begin, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:begin])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return strings.ContainsRune("«\"“„", before) && strings.ContainsRune("»\"”“", after)
}

// ordinary reports a word that is never one of a name.
func ordinary(s string) bool {
	return functionWords[s] || bearers[s] || firms[s] || places[s] || beginsLike(s, houses) || beginsLike(s, posts) || beginsLike(s, kazakhBearers)
}

func beginsLike(s string, stems []string) bool {
	for _, stem := range stems {
		if strings.HasPrefix(s, stem) {
			return true
		}
	}
	return false
}

// oblique reports a Russian surname that is not in the nominative of a man.
func oblique(s string) bool {
	last, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune("ауяюыейо", last)
}

// capitals is the cheap test that most texts fail: two words that begin with
// Cyrillic capitals stand side by side.
func capitals(text string) bool {
	last, inside := false, false // the word before, or this one, begins with a capital; within a word
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			switch {
			case c == ' ' || c == '.':
				inside = false
			case c == '-':
			default:
				inside, last = wordByte(c), false
			}
			i++
			continue
		}
		if c < 0xd0 || c > 0xd3 || i+1 == len(text) { // not Cyrillic
			r, n := utf8.DecodeRuneInString(text[i:])
			i += n
			inside = false
			last = last && r == '\u00a0'
			continue
		}
		r := rune(c&0x1f)<<6 | rune(text[i+1]&0x3f)
		i += 2
		if inside || !letter(r) {
			continue
		}
		if capital(r) {
			if last {
				return true
			}
			last = true
		} else {
			last = false
		}
		inside = true
	}
	return false
}

// words takes a text apart.
func words(text string, all []word) []word {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !letter(r) {
			i += n
			continue
		}
		begin, letters, large, first := i, 0, 0, capital(r)
		for i < len(text) {
			r, n = utf8.DecodeRuneInString(text[i:])
			if !letter(r) {
				next, _ := utf8.DecodeRuneInString(text[min(i+n, len(text)):])
				if r != '-' || !letter(next) {
					break
				}
				i += n
				continue
			}
			letters++
			if capital(r) {
				large++
			}
			i += n
		}
		w := word{begin: begin, end: i, small: strings.ToLower(text[begin:i]), stopped: i < len(text) && text[i] == '.'}
		switch {
		case begin > 0 && wordByte(text[begin-1]) || i < len(text) && wordByte(text[i]):
			// One word with Latin letters or digits: a code.
		case letters == 1 && first && w.stopped:
			w.form = initial
		case letters > 1 && large == letters:
			w.form = upper
		case letters > 1 && first:
			w.form = title
		}
		if len(all) > 0 {
			before := &all[len(all)-1]
			gap := text[before.end:begin]
			if before.form == initial {
				gap = gap[1:]
			}
			w.joined = before.form == initial && gap == "" || gap == " " || gap == "  " || gap == "\u00a0"
		}
		all = append(all, w)
	}
	return all
}

// letter reports a Cyrillic letter.
func letter(r rune) bool { return r >= 'Ѐ' && r <= 'ӿ' && (r < '҂' || r > '҉') }

// capital reports whether a Cyrillic letter is one: beyond the Russian ones, those
// of Kazakh and others stand in pairs.
func capital(r rune) bool { return r < 'а' || r >= 'Ѡ' && r&1 == 0 }

// patronymic reports whether a word ends like a patronymic; a rare one, such as
// Ильич, stands in names of places and newspapers too.
func patronymic(s string) (ok, rare bool) {
	for _, c := range [...]string{"овн", "евн"} { // Ивановна, Ивановны
		if stem, vowel, cut := cutLast(s); cut && strings.HasSuffix(stem, c) && strings.ContainsAny("аыеуой", vowel) && longer(stem, 5) {
			return !nouns()[s], false
		}
		if strings.HasSuffix(s, c+"ой") && longer(s, 7) {
			return true, false
		}
	}
	stem := s
	for _, c := range [...]string{"", "а", "у", "ем", "е"} {
		stem = s
		if c != "" {
			var cut bool
			if stem, cut = strings.CutSuffix(s, c); !cut {
				continue
			}
		}
		switch {
		case (strings.HasSuffix(stem, "ович") || strings.HasSuffix(stem, "евич")) && longer(stem, 6):
			return stem != "царевич" && stem != "королевич" && stem != "попович" && stem != "цесаревич", false
		case rarePatronymics[stem]:
			return true, true
		}
	}
	for _, c := range [...]string{"ильиничн", "кузьминичн", "лукиничн", "фоминичн", "никитичн", "саввичн"} {
		if strings.HasPrefix(s, c) {
			return true, false
		}
	}
	stem, _ = withoutKazakhCase(s)
	for _, c := range [...]string{"ұлы", "улы", "қызы", "кызы", "оғлы", "оглы", "оглу"} {
		if rest, cut := strings.CutSuffix(stem, c); cut {
			return longer(rest, 3) && !nouns()[stem], false
		}
	}
	return false, false
}

func cutLast(s string) (stem, last string, ok bool) {
	last = lastLetter(s)
	return s[:len(s)-len(last)], last, len(last) < len(s)
}

// longer reports whether a word has so many letters, of two bytes each.
func longer(s string, letters int) bool { return len(s) >= 2*letters }

var rarePatronymics = set("ильич кузьмич лукич фомич никитич саввич")

// particles are patronymics written apart.
var particles = set("оглы оглу оғлы угли кызы кизи ұлы улы қызы")

// surname reports whether a word ends like a surname, in any case.
func surname(s string) bool {
	if !longer(s, 4) || nouns()[s] {
		return false
	}
	if surnameEnding(s) {
		return true
	}
	stem, cut := withoutKazakhCase(s)
	return cut && longer(stem, 4) && !nouns()[stem] && surnameEnding(stem)
}

func surnameEnding(s string) bool {
	for _, e := range surnameEndings {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}

var surnameEndings = strings.Fields("ов ова ову ове овым овой ев ева еву еве евым евой ёв ёва ёву ёве ёвым ёвой " +
	"ин ина ину ине иным иной ын ына ыну ыне ыным ыной " +
	"ский ского скому ским ская ской скую цкий цкого цкому цким цкая цкой цкую " +
	"енко енку чук чука чуку юк юка юку янц дзе швили")

var kazakhCases = strings.Fields("ның нің дың дің тың тің ға ге қа ке на не ды ді ты ті ны ні дан ден тан тен нан нен мен бен пен да де та те нда нде н")

// withoutKazakhCase cuts the longest Kazakh case ending off.
func withoutKazakhCase(s string) (string, bool) {
	longest := ""
	for _, c := range kazakhCases {
		if len(c) > len(longest) && strings.HasSuffix(s, c) && longer(s[:len(s)-len(c)], 3) {
			longest = c
		}
	}
	return s[:len(s)-len(longest)], longest != ""
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// Words before or behind a name.
var (
	// bearers stand before the name that something bears.
	bearers = set("им имени имя именем имени памяти ул улица улицы улице улицу улицей улицам просп пр-т пр-кт проспект проспекта проспекте проспекту " +
		"пер переулок переулка переулке б-р бул бульвар бульвара бульваре пл площадь площади мкр мкрн мкр-н микрорайон микрорайона микрорайоне " +
		"шоссе аллея аллеи тупик набережная набережной проезд проезда квартал квартала село села селе пос посёлок поселок посёлка поселка " +
		"станция станции разъезд разъезда рзд район района районе р-н р-на ауыл аул аула ауле город города городе область области обл округ округа " +
		"дом-музей летие летия летию лет годовщина годовщине юбилей юбилею юбилея көшесі")
	// shortBearers are bearers, or follow a name, with a full stop.
	shortBearers = set("с п г а д ст пр пл ж ш у б ат ауд көш даң атын атыңд")
	// districts are two letters that stand before the name of a district or town.
	districts = set("со ао па кә га қә")
	// places are words of an address.
	places = set("ул улица улицы улице улицу просп пр-т пр-кт проспект проспекта проспекте пер переулок бульвар пл площадь мкр мкрн микрорайон шоссе село села посёлок поселок пос " +
		"станция разъезд район района районе р-н ауыл аул город города область области обл округ округа ауданы облысы қаласы ауылы көшесі даңғылы")
	// firms are legal forms and words for firms; the name belongs to the firm.
	firms = set("ип жк кх фх кфх шқ чп тоо жшс ао ақ пк оо чу фоп к-х к/х предприниматель предпринимателя предпринимателю предпринимателем кәсіпкер кәсіпкердің кәсіпкері " +
		"хозяйство хозяйства қожалығы қожалық фирма фирмы фирмасы компания компании компаниясы магазин магазина кафе салон салона ателье ресторан аптека аптеки дүкені контора конторы бюро")
	// houses bear names too, but persons work in them.
	houses = strings.Fields("школ гимнази лице колледж университет институт академи музе театр филармони библиотек парк сквер стадион больниц поликлиник госпитал центр дворц дворец дом фонд " +
		"преми стипенди памятник бюст монумент мавзоле мечет аэропорт галере студи клуб кубок кубк турнир мемориал творчеств роман поэм стих произведен сочинен книг повест рассказ сказк пьес спектакл опер балет музык песн " +
		"мастерск клиник лагер пионерлагер")
	// posts are words for persons.
	posts = strings.Fields("директор началь руковод завед учител преподав врач глав бухгалтер инженер специалист менеджер председател секретар член менеджер представ сотрудник работник мастер воспитат " +
		"г-н г-жа господин госпож гражданин граждан товарищ доктор профессор академик аким әкім басшы маман мұғалім дәрігер азамат исполнител ответственн контактн автор уважаем")
	// kazakhBearers follow the name that something bears.
	kazakhBearers = strings.Fields("атындағы атынд көше даңғыл бульвары алаңы ауыл аудан мектеп мектеб гимназиясы лицейі колледжі университеті институты академиясы музейі театры филармониясы кітапхана " +
		"паркі саябақ саябағ стадионы аурухана емхана орталы сарайы қоры сыйлы ескерткіш кесене мешіт ықшам мөлтек жылды шығарма романы поэмасы кітабы әңгіме ертегі округ облысы қаласы станциясы разъезі мәдениет лагер пионерлагер")
	functionWords = set("и в на по от до из за для при под над без об про с со к ко о у или как что это не ни но а же ли бы чтобы если также лот лота лоты закупка закупки услуга услуги услуг поставка поставки работы работа работ " +
		"товар товары товара договор договора республика республики казахстан казахстана қазақстан рк государственный государственная министерство министерства управление отдел департамент " +
		"және мен бен пен үшін туралы арқылы бойынша заветы завет путь закон кодекс заявка приложение прочее прочие")
)

// abbreviations are pairs of letters with full stops that are no initials.
var abbreviations = set("рк рф бу ао гу ип нп тп со жд тд тк пп кх гп рп чп см мм км кг шт пк уо до го ко га қә")

var (
	administrations = set("га қә")
	towns           = set("курчатов сатпаев конаев қонаев лисаков")
)

// addressInitials may stand for words of an address in a text of capitals.
var addressInitials = set("г с п а д р у к о ж б ш")

var (
	//go:embed words/given.txt
	givenText string
	//go:embed words/surnames.txt
	surnamesText string
	//go:embed words/nouns.txt
	nounsText string
	//go:embed words/known.txt
	knownText string
)

// lines are the lines of a list without comments.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	return all
}

var shortSurnames = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for name := range set(strings.Join(lines(surnamesText), " ")) {
		for _, ending := range [...]string{"", "а", "у", "ом", "е"} {
			m[name+ending] = true
		}
	}
	return m
})

var nouns = sync.OnceValue(func() map[string]bool { return set(strings.Join(lines(nounsText), " ")) })

type person struct{ given, family string }

var knownPersons = sync.OnceValue(func() []person {
	var all []person
	for _, line := range lines(knownText) {
		given, family, _ := strings.Cut(line, " ")
		all = append(all, person{given, family})
	}
	return all
})

// given is what the list of given names says of a word.
type given struct {
	listed    bool
	ordinary  bool // a word, a firm or a place as well
	inflected bool // not in the nominative
}

// givenNames are the listed names in all their Russian cases.
var givenNames = sync.OnceValue(func() map[string]given {
	m := map[string]given{}
	stems := map[string]string{"павел": "павл", "пётр": "петр", "лев": "льв"}
	for _, name := range strings.Fields(strings.Join(lines(givenText), " ")) {
		name, ordinary := strings.CutSuffix(name, "*")
		m[name] = given{listed: true, ordinary: ordinary}
		stem, last, _ := cutLast(name)
		var endings string
		switch last {
		case "а":
			endings = "ы и е у ой"
		case "я":
			endings = "и е ю ей"
		case "й":
			endings = "я ю ем е и"
		case "ь":
			endings = "я ю ем е и ью"
		default:
			if stem, endings = stems[name], "а у ом е"; stem == "" {
				stem = name
			}
		}
		for _, e := range strings.Fields(endings) {
			if _, known := m[stem+e]; !known {
				m[stem+e] = given{listed: true, ordinary: ordinary, inflected: true}
			}
		}
	}
	return m
})
