// Package personal says what personal data look like in free text and which
// members of OCDS hold them. The transformer takes out what it finds by these
// rules, and the publisher publishes nothing in which it finds anything by the
// same rules, so that they are written once.
package personal

import "strings"

// Redacted stands in free text where a personal datum stood.
const Redacted = "[…]"

// Datum is a sort of personal data; "" is none.
type Datum string

// What Scan and Find find.
const (
	IIN       Datum = "number of a natural person (IIN)"
	Email     Datum = "e-mail address"
	Telephone Datum = "telephone number"
	Account   Datum = "bank account"
	Name      Datum = "name of a natural person"
)

// members of OCDS that are about persons, wherever they stand.
var members = map[string]bool{
	"additionalContactPoints": true, "email": true, "telephone": true, "faxNumber": true,
	"beneficialOwners": true, "shareholders": true, "signatories": true, "persones": true, "persons": true,
	"birthDate": true, "birthPlace": true, "nationalities": true,
}

// Member reports whether what a member of OCDS holds is about persons.
func Member(name string) bool { return members[name] }

// Scan takes personal data out of free text: IIN-like numbers (twelve digits,
// one blank or hyphen between digits allowed, see IsIIN), e-mail addresses, Kazakh mobile and city telephone
// numbers in international or trunk form, Kazakh bank account numbers (IBAN),
// what follows words such as "контактное лицо", and names of natural persons by
// their form (Иванов И.И., Айгуль Сериковна; see names). BINs, other numbers and
// names of streets, places, bodies and firms stay. It reports whether it took
// anything.
func Scan(text string) (string, bool) { return scan(text, without(names)) }

// ScanName is Scan for the name of a body or firm, in which a person may be named:
// only a text that is nothing but the name of a person goes (see Bare).
func ScanName(text string) (string, bool) {
	return scan(text, func(text string) (string, bool) {
		if Bare(text) {
			return Redacted, true
		}
		return text, false
	})
}

func scan(text string, withoutNames func(string) (string, bool)) (string, bool) {
	found := false
	for again := true; again; { // what is taken out may leave something behind that now stands alone
		again = false
		for _, take := range [...]func(string) (string, bool){without(contacts), withoutNames, withoutNumbers} {
			next, some := take(text)
			text, again = next, again || some
		}
		found = found || again
	}
	return text, found
}

// Find names the first personal datum that Scan would take out of a text.
func Find(text string) Datum {
	if what := find(text); what != "" {
		return what
	}
	if _, end := names(text, 0); end > 0 {
		return Name
	}
	return ""
}

// FindName is Find for what ScanName takes out.
func FindName(text string) Datum {
	if what := find(text); what != "" {
		return what
	}
	if Bare(text) {
		return Name
	}
	return ""
}

func find(text string) Datum {
	if suspicious(text) {
		for i := range len(text) {
			if _, what := personal(text, i); what != "" {
				return what
			}
		}
	}
	if _, end := contacts(text, 0); end > 0 {
		return Name
	}
	return ""
}

// Bare reports a text that is the name of a natural person and nothing else.
func Bare(text string) bool {
	begin, end := names(text, 0)
	return end > 0 && strings.Trim(text[:begin]+text[end:], " .,;") == ""
}

// OfBody reports whether a member of OCDS holds the name of a body or firm, or of
// something else that has a name, in any language.
func OfBody(member string) bool {
	member, _, _ = strings.Cut(member, "_")
	return member == "name" || member == "legalName"
}

func withoutNumbers(text string) (string, bool) {
	if !suspicious(text) {
		return text, false
	}
	var out strings.Builder
	from := 0 // what stands before is written
	for i := 0; i < len(text); {
		n, _ := personal(text, i)
		if n == 0 {
			i++
			continue
		}
		out.WriteString(text[from:i])
		out.WriteString(Redacted)
		i += n
		from = i
	}
	if from == 0 {
		return text, false
	}
	out.WriteString(text[from:])
	return out.String(), true
}

// contactWords announce the name of a person.
var contactWords = []string{"контактное лицо", "контактные лица", "ответственное лицо", "байланыс тұлғасы", "байланысатын адам", "жауапты тұлға"}

// without takes out what find finds, from the beginning on.
func without(find func(text string, from int) (begin, end int)) func(string) (string, bool) {
	return func(text string) (string, bool) {
		found := false
		for begin, end := find(text, 0); end > 0; begin, end = find(text, begin+len(Redacted)) {
			text, found = text[:begin]+Redacted+text[end:], true
		}
		return text, found
	}
}

// contacts finds what follows the words of contactWords, up to the next comma,
// semicolon or end of line, at or after a byte.
func contacts(text string, from int) (begin, end int) {
	lower := announcing(text)
	if lower == "" {
		return 0, 0
	}
	return announced(text, lower, from)
}

// announcing gives a text in small letters, or nothing when it cannot announce a
// name, as nearly all texts.
func announcing(text string) string {
	const shortest = len("жауапты тұлға Я")
	if len(text) < shortest || !strings.Contains(text, "лиц") && !strings.Contains(text, "ЛИЦ") && !strings.Contains(text, "тұлға") && !strings.Contains(text, "ТҰЛҒА") && !strings.Contains(text, "адам") && !strings.Contains(text, "АДАМ") {
		return ""
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		lower = text // letters that change their length: only what stands there in small letters is found
	}
	return lower
}

// announced is where the first name at or after a byte stands; 0, 0 when there is none.
func announced(text, lower string, from int) (begin, end int) {
	for _, words := range contactWords {
		for at := from; ; {
			i := strings.Index(lower[at:], words)
			if i < 0 {
				break
			}
			rest := strings.TrimLeft(text[at+i+len(words):], " :–—-")
			at = len(text) - len(rest)
			stop := len(text)
			if n := strings.IndexAny(rest, ",;\n"); n >= 0 {
				stop = at + n
			}
			if name := strings.TrimSpace(text[at:stop]); name == "" || strings.HasPrefix(name, Redacted) {
				continue
			}
			if end == 0 || at < begin {
				begin, end = at, stop
			}
			break
		}
	}
	return begin, end
}

// suspicious is the cheap test that nearly all texts fail.
func suspicious(text string) bool {
	if moment(text) {
		return false
	}
	run := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '@':
			return true
		case c >= '0' && c <= '9':
			if run++; run >= 10 {
				return true
			}
		case c == ' ' || c == '-' || c == '(' || c == ')' || c == '+':
		case c == 'K' && i+2 < len(text) && text[i+1] == 'Z' && text[i+2] >= '0' && text[i+2] <= '9':
			return true
		default:
			run = 0
		}
	}
	return false
}

// moment reports a date as the portal writes it, with or without time, which is
// what most texts with many digits are.
func moment(text string) bool {
	const form = "0000-00-00 00:00:00"
	if len(text) != len(form) && len(text) != len("0000-00-00") {
		return false
	}
	for i := range len(text) {
		if digit := text[i] >= '0' && text[i] <= '9'; digit != (form[i] == '0') || !digit && text[i] != form[i] {
			return false
		}
	}
	return true
}

// personal returns the length of the personal datum that begins at i, and what it
// is. It stands alone: no Latin letter and no digit touches it. Other letters may,
// because "ИИН" and the number are often written together.
func personal(text string, i int) (int, Datum) {
	if i > 0 && wordByte(text[i-1]) {
		return 0, ""
	}
	text = text[i:]
	for _, sort := range [...]struct {
		length int
		what   Datum
	}{{email(text), Email}, {iban(text), Account}, {iin(text), IIN}, {telephone(text), Telephone}} {
		if sort.length > 0 {
			return sort.length, sort.what
		}
	}
	return 0, ""
}

// spaced collects digits with at most one separator between two of them and
// returns them with the bytes they span; more than fits are none.
func spaced(text, separators string, b *[16]byte) (number string, span int) {
	n := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= '0' && c <= '9' {
			if n == len(b) {
				return "", 0
			}
			b[n] = c
			n++
			span = i + 1
			continue
		}
		if n == 0 || strings.IndexByte(separators, c) < 0 || i > span {
			break
		}
	}
	return string(b[:n]), span
}

func iin(text string) int {
	var b [16]byte
	number, span := spaced(text, " -", &b)
	if !IsIIN(number) || touched(text, span) {
		return 0
	}
	return span
}

// telephone recognises +7 and ten digits, and 7 or 8 and ten digits of which the
// first is 7, however they are grouped.
func telephone(text string) int {
	const digits = 11
	rest, plus := strings.CutPrefix(text, "+")
	if rest == "" || (rest[0] != '7' && rest[0] != '8') {
		return 0
	}
	n, span, gap := 0, 0, 0
	for i := 0; i < len(rest) && gap <= 2 && n < digits; i++ {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
			n++
			span = i + 1
			gap = 0
			if n == 2 && c != '7' && !plus {
				return 0
			}
		case c == ' ' || c == '-' || c == '(' || c == ')':
			gap++
		default:
			gap = 3
		}
	}
	if n != digits || touched(rest, span) || (!plus && rest[0] == '7' && !strings.ContainsAny(rest[:span], " -(")) {
		return 0
	}
	return len(text) - len(rest) + span
}

// iban recognises KZ, two check digits and sixteen digits or capitals. Written in
// groups it needs the right check digits, because capitals and numbers in groups
// may be anything.
func iban(text string) int {
	const length = 20
	if !strings.HasPrefix(text, "KZ") {
		return 0
	}
	var b [length]byte
	n, span := 0, 0
	for i := 0; i < len(text) && n < length; i++ {
		c := text[i]
		digit := c >= '0' && c <= '9'
		switch {
		case digit && n >= 2, c >= 'A' && c <= 'Z' && (n < 2 || n >= 4):
			b[n] = c
			n++
			span = i + 1
		case c == ' ' && i == span:
		default:
			return 0
		}
	}
	if n < length || touched(text, span) || span > length && !validIBAN(b[:]) {
		return 0
	}
	return span
}

// validIBAN verifies check digits by ISO 7064: read as a number, with the first
// four characters behind the others and letters from A = 10, the rest modulo 97
// is 1.
func validIBAN(account []byte) bool {
	rest := 0
	for i := range account {
		if c := account[(i+4)%len(account)]; c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest == 1
}

func email(text string) int {
	at := 0
	for at < len(text) && (wordByte(text[at]) || strings.IndexByte("._%+-", text[at]) >= 0) {
		at++
	}
	if at == 0 || at >= len(text) || text[at] != '@' {
		return 0
	}
	end, dot := at+1, 0
	for end < len(text) && (wordByte(text[end]) || text[end] == '-' || text[end] == '.') {
		if text[end] == '.' {
			dot = end
		}
		end++
	}
	if dot <= at+1 {
		return 0
	}
	if text[end-1] == '.' {
		end--
	}
	return end
}

// touched reports whether a Latin letter or a digit follows directly.
func touched(text string, span int) bool { return span < len(text) && wordByte(text[span]) }

func wordByte(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
