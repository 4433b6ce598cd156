package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// key is one setting: a leaf of the configuration struct.
type key struct {
	path  string // postgres.maxConns
	env   string // EXTRACTOR_POSTGRES_MAX_CONNS
	doc   string
	value reflect.Value // the field itself, settable
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[Secret]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func (k *key) secret() bool { return k.value.Type() == secretType }

// keysOf lists the settings of a struct in its order.
func keysOf(name string, cfg any) ([]*key, error) {
	v := reflect.ValueOf(cfg).Elem()
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("configuration of %s is a %s, not a struct", name, v.Type())
	}
	var keys []*key
	if err := walk(&keys, "", v); err != nil {
		return nil, err
	}
	byEnv := map[string]string{}
	for _, k := range keys {
		k.env = upperSnake(name) + "_" + upperSnake(k.path)
		if other, taken := byEnv[k.env]; taken {
			return nil, fmt.Errorf("settings %s and %s have the same environment name %s", other, k.path, k.env)
		}
		byEnv[k.env] = k.path
	}
	return keys, nil
}

func walk(keys *[]*key, prefix string, v reflect.Value) error {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		tag, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if tag == "-" {
			continue
		}
		if tag == "" {
			tag = lowerCamel(field.Name)
		}
		path := prefix + tag
		fv := v.Field(i)
		switch {
		case supported(fv.Type()):
			*keys = append(*keys, &key{path: path, doc: field.Tag.Get("doc"), value: fv})
		case fv.Kind() == reflect.Struct:
			inner := path + "."
			if strings.Contains(options, "inline") {
				inner = prefix
			}
			if err := walk(keys, inner, fv); err != nil {
				return err
			}
		default:
			return fmt.Errorf("setting %s has type %s, which is not a configuration type", path, fv.Type())
		}
	}
	return nil
}

func supported(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(textType) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String
	}
	return false
}

// set reads a value from text. A list is separated by commas. The error says
// what the setting takes and never repeats a secret.
func (k *key) set(text string) error {
	v := k.value
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	if v.Type() == durationType {
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a duration such as 30s, 5m or 1h30m", text)
		}
		v.SetInt(int64(d))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(f)
	case reflect.Slice:
		return k.setList(split(text))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a whole number from 0 that fits %d bits", text, v.Type().Bits())
		}
		v.SetUint(n)
	default:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a whole number that fits %d bits", text, v.Type().Bits())
		}
		v.SetInt(n)
	}
	return nil
}

func (k *key) setList(items []string) error {
	list := reflect.MakeSlice(k.value.Type(), 0, len(items))
	for _, item := range items {
		list = reflect.Append(list, reflect.ValueOf(item).Convert(k.value.Type().Elem()))
	}
	k.value.Set(list)
	return nil
}

func split(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// show prints the present value as a reader would write it.
func (k *key) show() string {
	if k.value.Kind() == reflect.Slice {
		items := make([]string, k.value.Len())
		for i := range items {
			items[i] = k.value.Index(i).String()
		}
		return strings.Join(items, ",")
	}
	return fmt.Sprint(k.value.Interface())
}

// upperSnake turns postgres.maxConns into POSTGRES_MAX_CONNS.
func upperSnake(path string) string {
	var b strings.Builder
	runes := []rune(path)
	for i, r := range runes {
		switch {
		case r == '.' || r == '-' || r == '_':
			b.WriteByte('_')
			continue
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1])):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// lowerCamel is the key of a field without a yaml tag: MaxConns is maxConns,
// NATS is nats, URLPath is urlPath.
func lowerCamel(name string) string {
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && (!unicode.IsUpper(r) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

// didYouMean names the valid key nearest to the wrong one.
func didYouMean(mark, wrong string, valid []string) string {
	best, distance := "", len(wrong)/2+2
	for _, v := range valid {
		if d := editDistance(strings.ToLower(wrong), strings.ToLower(v)); d < distance {
			best, distance = v, d
		}
	}
	if best == "" {
		return "; -help lists the settings"
	}
	return "; did you mean " + mark + best + "?"
}

// editDistance is Levenshtein's, over bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
