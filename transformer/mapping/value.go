package mapping

import (
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the portal's zone must not depend on the machine
	"unicode"

	"github.com/shopspring/decimal"
)

// portalZone is the zone in which the portal writes its dates: UTC+6 until
// 29 February 2024, UTC+5 from 1 March 2024 on.
var portalZone = mustZone("Asia/Almaty")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // time/tzdata is compiled in
	}
	return zone
}

// at follows dotted member names into nested objects; the first element stands
// for a list.
func at(value any, path []string) any {
	for _, name := range path {
		if list, ok := value.([]any); ok {
			if len(list) == 0 {
				return nil
			}
			value = list[0]
		}
		object, ok := value.(Object)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

// key reads an id or a foreign key, for which the portal writes 0 when there is
// none, as number or text.
func key(value any) string {
	var s string
	switch v := value.(type) {
	case string:
		s = strings.TrimSpace(v)
	case json.Number:
		s = v.String()
	}
	if s == "0" {
		return ""
	}
	return s
}

// keyOf is key of a member.
func keyOf(object Object, name string) string { return key(object[name]) }

// clean decodes HTML entities, takes out control characters and trims blanks.
// Line ends stay.
func clean(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	if hasControl(s) {
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

// hasControl is the quick test that nearly all texts fail: a byte that is, or
// may begin, a control character that clean takes out.
func hasControl(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' && c != '\n' && c != '\t', c == 0x7f:
			return true
		case c == 0xc2 && i+1 < len(s) && s[i+1] < 0xa0: // U+0080 to U+009F
			return true
		}
	}
	return false
}

func text(value any) string {
	switch v := value.(type) {
	case string:
		return clean(v)
	case json.Number:
		return v.String()
	default:
		return ""
	}
}

// number normalises a decimal without changing its value: no exponent, no
// superfluous zeros. ok is false for what is no decimal.
func number(value any) (n json.Number, ok bool) {
	var s string
	switch v := value.(type) {
	case json.Number:
		s = v.String()
	case string:
		s = strings.TrimSpace(v)
	default:
		return "", false
	}
	if s == "" || len(s) > 40 {
		return "", false
	}
	if plainDecimal(s) {
		return json.Number(s), true
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.Exponent() > 30 || d.Exponent() < -30 {
		return "", false
	}
	return json.Number(d.String()), true
}

// plainDecimal reports whether s is already in normal form.
func plainDecimal(s string) bool {
	digits, fraction, hasFraction := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if digits == "" || len(digits) > 1 && digits[0] == '0' || s[0] == '-' && digits == "0" {
		return false
	}
	for _, part := range []string{digits, fraction} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return false
			}
		}
	}
	return !hasFraction || fraction != "" && fraction[len(fraction)-1] != '0'
}

func integer(value any) (int64, bool) {
	n, ok := number(value)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	return i, err == nil
}

func whole(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

func decimalOf(value any) (decimal.Decimal, bool) {
	n, ok := number(value)
	if !ok {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(n.String())
	return d, err == nil
}

// Layouts of the portal's dates, which carry no zone.
const (
	layoutSecond = "2006-01-02 15:04:05"
	layoutDay    = "2006-01-02"
)

// ParseTime reads a date of the portal as an instant in UTC, cut to the second.
// A zero date, and 1999-01-01 00:00:00, which the portal writes for an empty
// end, are no dates.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < len(layoutDay) || s[:4] == "0000" {
		return time.Time{}, false
	}
	var t time.Time
	var err error
	switch {
	case len(s) == len(layoutDay):
		t, err = time.ParseInLocation(layoutDay, s, portalZone)
	case strings.ContainsAny(s[10:], "Z+") || s[10] == 'T' && strings.Count(s[10:], "-") > 0:
		t, err = time.Parse(time.RFC3339, s)
	default:
		if i := strings.IndexByte(s, '.'); i > 0 {
			s = s[:i]
		}
		t, err = time.ParseInLocation(layoutSecond, strings.Replace(s, "T", " ", 1), portalZone)
	}
	if err != nil || s == "1999-01-01 00:00:00" || t.Year() < 1990 || t.Year() > 2100 {
		return time.Time{}, false
	}
	return t.UTC().Truncate(time.Second), true
}

// FormatTime writes an instant as releases do: UTC, to the second.
func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func instant(value any) string {
	s, ok := value.(string)
	if !ok {
		return ""
	}
	t, ok := ParseTime(s)
	if !ok {
		return ""
	}
	return FormatTime(t)
}

// objects lists the objects of a list, or the object itself.
func objects(value any) []Object {
	switch v := value.(type) {
	case Object:
		return []Object{v}
	case []any:
		list := make([]Object, 0, len(v))
		for _, element := range v {
			if object, ok := element.(Object); ok {
				list = append(list, object)
			}
		}
		return list
	default:
		return nil
	}
}

// keys lists ids of a list, without zeros and repetitions, in the given order.
func keys(value any) []string {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var ids []string
	seen := map[string]bool{}
	for _, element := range list {
		if id := key(element); id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

func truthy(value any) bool {
	switch v := value.(type) {
	case bool:
		return v
	default:
		k := key(v)
		return k != "" && k != "false"
	}
}

// compareIDs orders ids by number when both are numbers, else as text.
func compareIDs(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil && x != y {
		if x < y {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

func list(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
