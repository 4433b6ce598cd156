package privacy

import "strings"

// Redacted stands in free text where a personal datum stood.
const Redacted = "[…]"

// Scan takes personal data out of free text: IIN-like numbers (twelve digits,
// one blank or hyphen between digits allowed, that begin with a date and have
// a right check digit), e-mail addresses, Kazakh mobile and city telephone
// numbers in international or trunk form, Kazakh bank account numbers (IBAN),
// and the name that follows words such as "контактное лицо". BINs and other
// numbers stay. It reports whether it took anything.
func Scan(text string) (string, bool) {
	text, found := withoutContacts(text)
	for suspicious(text) {
		// What is taken out may leave something behind that now stands alone.
		next, more := withoutNumbers(text)
		if !more {
			break
		}
		text, found = next, true
	}
	return text, found
}

func withoutNumbers(text string) (string, bool) {
	var out strings.Builder
	from := 0 // what stands before is written
	for i := 0; i < len(text); {
		n := personal(text, i)
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

// withoutContacts takes out what follows the words of contactWords, up to the
// next comma, semicolon or end of line.
func withoutContacts(text string) (string, bool) {
	if !strings.Contains(text, "лиц") && !strings.Contains(text, "ЛИЦ") && !strings.Contains(text, "тұлға") && !strings.Contains(text, "адам") {
		return text, false
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		lower = text // letters that change their length: only what stands there in small letters is found
	}
	found := false
	for _, words := range contactWords {
		for from := 0; ; {
			i := strings.Index(lower[from:], words)
			if i < 0 {
				break
			}
			begin := from + i + len(words)
			rest := strings.TrimLeft(text[begin:], " :–—-")
			begin = len(text) - len(rest)
			end := begin + len(rest)
			if stop := strings.IndexAny(rest, ",;\n"); stop >= 0 {
				end = begin + stop
			}
			if name := strings.TrimSpace(text[begin:end]); name == "" || strings.HasPrefix(name, Redacted) {
				from = begin
				continue
			}
			text, lower = text[:begin]+Redacted+text[end:], lower[:begin]+Redacted+lower[end:]
			from, found = begin+len(Redacted), true
		}
	}
	return text, found
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

// personal returns the length of the personal datum that begins at i, or 0.
func personal(text string, i int) int {
	if i > 0 && wordByte(text[i-1]) {
		return 0
	}
	if n := email(text[i:]); n > 0 {
		return n
	}
	if n := iban(text[i:]); n > 0 {
		return n
	}
	if n := iin(text[i:]); n > 0 {
		return n
	}
	return telephone(text[i:])
}

// spaced collects digits with at most one separator between two of them and
// returns them with the bytes they span.
func spaced(text, separators string) (number string, span int) {
	var b [16]byte
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
		if n == 0 || !strings.ContainsRune(separators, rune(c)) || i > span {
			break
		}
	}
	return string(b[:n]), span
}

func iin(text string) int {
	number, span := spaced(text, " -")
	if len(number) != 12 || Owner(number) != Person || !ValidCheckDigit(number) {
		return 0
	}
	month := number[2:4]
	if month < "01" || month > "12" || number[4:6] < "01" || number[4:6] > "31" || number[6] > '6' {
		return 0
	}
	if span < len(text) && wordByte(text[span]) {
		return 0
	}
	return span
}

// telephone recognises +7 and ten digits, and 7 or 8 and ten digits of which the
// first is 7, however they are grouped.
func telephone(text string) int {
	rest, plus := strings.CutPrefix(text, "+")
	if rest == "" || (rest[0] != '7' && rest[0] != '8') {
		return 0
	}
	n, span, gap := 0, 0, 0
	for i := 0; i < len(rest) && gap <= 2; i++ {
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
	if n != 11 || (!plus && rest[0] == '7' && !strings.ContainsAny(rest[:span], " -(")) {
		return 0
	}
	if plus {
		span++
	}
	return span
}

func iban(text string) int {
	const length = 20
	if len(text) < length || text[0] != 'K' || text[1] != 'Z' {
		return 0
	}
	for i := 2; i < length; i++ {
		c := text[i]
		if digit := c >= '0' && c <= '9'; !digit && (i < 4 || c < 'A' || c > 'Z') {
			return 0
		}
	}
	if len(text) > length && wordByte(text[length]) {
		return 0
	}
	return length
}

func email(text string) int {
	at := 0
	for at < len(text) && (wordByte(text[at]) && text[at] < 0x80 || strings.IndexByte("._%+-", text[at]) >= 0) {
		at++
	}
	if at == 0 || at >= len(text) || text[at] != '@' {
		return 0
	}
	end, dot := at+1, 0
	for end < len(text) && (wordByte(text[end]) && text[end] < 0x80 || text[end] == '-' || text[end] == '.') {
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

// wordByte is true for bytes that belong to a word: ASCII letters and digits,
// and every byte of a character beyond ASCII.
func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
