package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// Kind says whose number or name something is.
type Kind uint8

// Kinds of number owners.
const (
	Unknown Kind = iota
	Organisation
	SoleTrader
	Person
)

// PseudonymPrefix starts every pseudonym that replaces an IIN.
const PseudonymPrefix = "iin:"

// Owner tells from a 12-digit number alone whether an organisation (BIN) or a
// natural person (IIN) owns it. The fifth digit decides: an IIN begins with the
// birth date, so its fifth digit is the tens of a day (0 to 3); a BIN has there
// the kind of the organisation (4 resident, 5 non-resident, 6 joint sole
// proprietor). Calendar and check digit are not looked at: a mistyped IIN is
// still somebody's. Anything that is no 12-digit number is Unknown.
func Owner(number string) Kind {
	if len(number) != 12 || !digits(number) {
		return Unknown
	}
	switch d := number[4]; {
	case d <= '3':
		return Person
	case d <= '6':
		return Organisation
	default:
		return Unknown
	}
}

// ValidCheckDigit verifies the last digit of a BIN or IIN: the weighted sum of
// the first eleven digits modulo 11 with the weights 1 to 11, and with 3 to 11,
// 1, 2 when that gives 10. A second 10 means that no such number exists.
func ValidCheckDigit(number string) bool {
	if len(number) != 12 || !digits(number) {
		return false
	}
	sum := func(first int) int {
		total := 0
		for i := range 11 {
			total += int(number[i]-'0') * ((first+i-1)%11 + 1)
		}
		return total % 11
	}
	check := sum(1)
	if check == 10 {
		check = sum(3)
	}
	return check == int(number[11]-'0')
}

// Key is the deployment's secret for pseudonyms. With another key the same
// person has another pseudonym, so publications of two deployments cannot be
// joined on persons.
type Key []byte

// Pseudonym replaces the number of a natural person: HMAC-SHA256 under the
// key, its first 80 bits in hexadecimal, after PseudonymPrefix.
func (k Key) Pseudonym(number string) string {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(number))
	return PseudonymPrefix + hex.EncodeToString(mac.Sum(nil)[:10])
}

// tradeForms are the words with which the name of a business begins. A name
// that begins otherwise and belongs to a natural person is taken for the
// person's own.
var tradeForms = map[string]bool{
	"ип": true, "жк": true, "кх": true, "фх": true, "кфх": true, "чп": true, "шқ": true,
	"индивидуальный": true, "жеке": true, "крестьянское": true, "фермерское": true, "шаруа": true, "частный": true,
	"тоо": true, "жшс": true, "ао": true, "ақ": true, "гу": true, "мм": true, "кгу": true, "кгп": true, "гкп": true, "гккп": true, "кгкп": true, "ргу": true, "ргп": true, "нао": true, "рмм": true, "кмм": true, "оо": true, "чу": true,
	"товарищество": true, "акционерное": true, "государственное": true, "республиканское": true, "коммунальное": true, "учреждение": true, "филиал": true,
}

// tradeName reports whether a name is a business's rather than a person's.
func tradeName(name string) bool {
	if strings.ContainsAny(name, `"«»“”`) {
		return true
	}
	first := strings.TrimFunc(firstWord(strings.ReplaceAll(strings.TrimSpace(name), "/", "")), func(r rune) bool { return !unicode.IsLetter(r) })
	return tradeForms[strings.ToLower(first)]
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
