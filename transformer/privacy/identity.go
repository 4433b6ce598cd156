package privacy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// PseudonymPrefix starts every pseudonym that replaces an IIN.
const PseudonymPrefix = "iin:"

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
