// Package search turns published rows into what can be looked for, and what
// people type into what is looked for: words in Russian and Kazakh forms, numbers
// and codes. It knows no database.
package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a question.
const (
	MaxText  = 200 // bytes
	maxWords = 12
	minCode  = 3 // characters of a number that is looked for by its beginning
)

// Words cuts text into words in small letters; ё is е. Digits are part of words.
func Words(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// CodePrefix begins the lexeme of a number or code, StemPrefix that of a Kazakh
// stem: neither is taken for a Russian word.
const (
	CodePrefix = "n_"
	StemPrefix = "k_"
)

// Code is the lexeme of a number, BIN or classification: its letters and digits
// without what people put between them. "" when there is no digit in it.
func Code(text string) string {
	code := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	if len(code) < minCode || !strings.ContainsFunc(code, unicode.IsDigit) {
		return ""
	}
	return CodePrefix + code
}

// Kazakh agglutinates: number, possession, case, in this order from the stem. The
// endings of each group, longest first; they are taken off from the end of the
// word as long as three letters stay.
var endings = [][]string{
	{"ның", "нің", "дың", "дің", "тың", "тің", "дан", "ден", "тан", "тен", "нан", "нен", "мен", "бен", "пен", "нда", "нде", "дағы", "дегі", "тағы", "тегі", "ға", "ге", "қа", "ке",
		"на", "не", "ны", "ні", "ды", "ді", "ты", "ті", "да", "де", "та", "те"},
	{"ымыз", "іміз", "ыңыз", "іңіз", "лары", "лері", "дары", "дері", "тары", "тері", "мыз", "міз", "ңыз", "ңіз", "сы", "сі", "ын", "ін", "ым", "ім", "ың", "ің", "ы", "і", "н"},
	{"лар", "лер", "дар", "дер", "тар", "тер"},
	{"лық", "лік", "дық", "дік", "тық", "тік", "лау", "леу", "дау", "деу", "тау", "теу", "шы", "ші", "у"},
}

const minStem = 3

// Stems are what a word of Kazakh may be a form of, itself among them: an ending
// may also be the end of the stem (шарт-ы, not шар-ты), so that each reading
// counts. Two forms of a word have a stem in common.
func Stems(word string) []string {
	stems := []string{word}
	for _, group := range endings {
		for _, s := range stems { // of the groups before
			letters := utf8.RuneCountInString(s)
			longest := ""
			for _, e := range group {
				if len(e) > len(longest) && strings.HasSuffix(s, e) && letters-utf8.RuneCountInString(e) >= minStem {
					longest = e
				}
			}
			if stem := strings.TrimSuffix(s, longest); longest != "" && !slices.Contains(stems, stem) {
				stems = append(stems, stem)
			}
		}
	}
	return stems
}

// spokenKazakh tells whether a text has letters that only Kazakh has.
func spokenKazakh(text string) bool {
	return strings.ContainsAny(strings.ToLower(text), "әғқңөұүһі")
}

// Latin spells a word in Latin letters, so that words can be compared by trigrams
// whatever the locale of the database, and typed on any keyboard.
func Latin(word string) string {
	var b strings.Builder
	for _, r := range word {
		if s, ok := latin[r]; ok {
			b.WriteString(s)
		} else if r < unicode.MaxASCII {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var latin = map[rune]string{
	'а': "a", 'ә': "a", 'б': "b", 'в': "v", 'г': "g", 'ғ': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'қ': "k", 'л': "l", 'м': "m", 'н': "n",
	'ң': "n", 'о': "o", 'ө': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ұ': "u", 'ү': "u", 'ф': "f", 'х': "h", 'һ': "h", 'ц': "c", 'ч': "ch", 'ш': "sh", 'щ': "sh",
	'ъ': "", 'ы': "y", 'і': "i", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia",
}

// Question is what somebody looks for.
type Question struct {
	// Words must all be found. Code is the whole text as a number, "" when it cannot
	// be one; whoever has it is found too.
	Words []Word
	Code  string
}

// Word is one word of a question.
type Word struct {
	Text   string
	Stems  []string
	Code   string // when it can be a number, or the beginning of one
	Prefix bool   // it may be unfinished
}

// Parse reads what somebody typed.
func Parse(text string) Question {
	var q Question
	words := Words(text)
	unfinished := text != "" && !strings.HasSuffix(text, " ")
	for i, w := range words {
		if len(q.Words) == maxWords {
			break
		}
		q.Words = append(q.Words, Word{Text: w, Stems: Stems(w), Code: Code(w), Prefix: unfinished && i == len(words)-1 && len([]rune(w)) >= minStem})
	}
	if digits := strings.Count(strings.Map(digit, text), "0"); digits >= 4 && digits*2 >= len(strings.Join(words, "")) {
		q.Code = Code(text)
	}
	return q
}

func digit(r rune) rune {
	if unicode.IsDigit(r) {
		return '0'
	}
	return -1
}

// Lexemes are what a document is found by besides its Russian words: Kazakh stems
// and codes, sorted, each once.
func (d Document) Lexemes() []string {
	var all []string
	for i, t := range append([]string{d.TitleKK, d.TitleRU}, d.More...) {
		if i > 0 && !spokenKazakh(t) {
			continue
		}
		for _, w := range Words(t) {
			for _, s := range Stems(w) {
				all = append(all, StemPrefix+s)
			}
		}
	}
	for _, c := range d.Codes {
		if code := Code(c); code != "" {
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
