package ocds_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/internal/corpus"
)

func TestTextsThatAreNotJSON(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		``, ` `, `{`, `[`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `[1,]`, `[1 2]`, `{"a" 1}`, `{a:1}`, `{"a":1 "b":2}`,
		`"`, `"\`, `"\x"`, `"\u12"`, `"\ud800"`, `"\ud800\u0041"`, "\"\n\"", "\"\x01\"", "\"\xff\"", "\"\xd0\"", "{\"\xff\":1}",
		`01`, `-`, `1.`, `.5`, `1e`, `+1`, `0x1`, `tru`, `nul`, `NaN`, `Infinity`, `1 2`, `{} {}`, `}`, `]`, `[}`, `{]`, "\x00",
		"\"\xc0\xaf\xc0\xaf\xc0\xaf\xc0\xaf\"", strings.Repeat("[", ocds.MaxDepth+1) + strings.Repeat("]", ocds.MaxDepth+1),
	} {
		if v, err := ocds.Parse([]byte(in)); err == nil {
			t.Errorf("%q was read as %s", in, v)
		}
	}
}

func TestASyntaxErrorNamesTheLine(t *testing.T) {
	t.Parallel()
	_, err := ocds.Parse([]byte("{\n\"a\": 1,\n\"b\": x\n}"))
	if err == nil || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), `'x'`) {
		t.Errorf("got %v", err)
	}
}

func TestNumbersAndStringsKeepTheirText(t *testing.T) {
	t.Parallel()
	const in = `{"a":1.500,"b":1E+2,"c":123456789012345678901234567890.123,"d":"\u0416/\/","e":-0.0}`
	v, err := ocds.Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if v.String() != in {
		t.Errorf("got %s", v)
	}
	if got := v.Get("d").Text(); got != "Ж//" {
		t.Errorf("text %q", got)
	}
}

func TestNamesWithEscapes(t *testing.T) {
	t.Parallel()
	v, err := ocds.Parse([]byte(`{"\u0061":1,"\"\\\n":2,"a":3}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Get("a").Text(); got != "3" || v.Len() != 2 || len(v.Duplicates()) != 1 {
		t.Errorf("a is %s of %s", got, v)
	}
	v.Touch()
	if again, err := ocds.Parse([]byte(v.String())); err != nil || again.Get("\"\\\n").Text() != "2" {
		t.Errorf("%v in %s", err, v)
	}
}

func TestObjectsWithManyMembers(t *testing.T) {
	t.Parallel()
	var b []byte
	for i := range 5000 {
		b = fmt.Appendf(b, `,"k%d":%d`, i%4000, i)
	}
	v, err := ocds.Parse(append(append([]byte{'{'}, b[1:]...), '}'))
	if err != nil {
		t.Fatal(err)
	}
	if v.Len() != 4000 || len(v.Duplicates()) != 1000 || v.Get("k7").Text() != "4007" || v.Get("k3999").Text() != "3999" {
		t.Errorf("%d members, %d repeated, k7 is %s", v.Len(), len(v.Duplicates()), v.Get("k7"))
	}
}

func TestCompareNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1", "1.0", 0}, {"10", "1e1", 0}, {"0.1", "1E-1", 0}, {"-0", "0.00", 0}, {"1", "2", -1}, {"-1", "-2", 1}, {"-5", "3", -1},
		{"0.10000000000000000001", "0.1", 1}, {"12345678901234567890123", "12345678901234567890124", -1}, {"-12345678901234567890123", "-12345678901234567890124", 1},
		{"100000000000000000000001", "99999999999999999999999", 1}, {"0", "-0.0000000000000000000000001", 1},
	} {
		if got := ocds.CompareNumbers([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("%s and %s: %d", c.a, c.b, got)
		}
		if got := ocds.CompareNumbers([]byte(c.b), []byte(c.a)); got != -c.want {
			t.Errorf("%s and %s: %d", c.b, c.a, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2024-02-29T05:00:00+06:00":      "2024-02-28T23:00:00Z exact",
		"2024-02-29T05:00:00.123456789Z": "2024-02-29T05:00:00.123456789Z exact",
		"2024-02-29t05:00:00z":           "2024-02-29T05:00:00Z exact",
		"2024-02-29T05:00:00-0130":       "2024-02-29T06:30:00Z inexact",
		"2024-02-29T05:00:00":            "2024-02-29T05:00:00Z inexact",
		"2024-02-29 05:00:00Z":           "2024-02-29T05:00:00Z inexact",
		"2024-02-29T05:00Z":              "2024-02-29T05:00:00Z inexact",
		"2024-02-29":                     "2024-02-29T00:00:00Z inexact",
		"2023-02-29":                     "no",
		"2024-13-01":                     "no",
		"2024-02-29T25:00:00Z":           "no",
		"2024-02-29T05:00:00+24:00":      "no",
		"2024-02-29T05:00:00.Z":          "no",
		"2024":                           "no",
		"":                               "no",
		"29.02.2024":                     "no",
		"2024-02-29Tabc":                 "no",
	} {
		got := "no"
		if at, exact, ok := ocds.ParseTime([]byte(in)); ok {
			got = at.Format(time.RFC3339Nano) + map[bool]string{true: " exact", false: " inexact"}[exact]
		}
		if got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

// The cases of RFC 7396, appendix A.
func TestMergePatch(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		var d ocds.Document
		target, err := d.Parse([]byte(c[0]))
		if err != nil {
			t.Fatal(err)
		}
		patch, err := d.Parse([]byte(c[1]))
		if err != nil {
			t.Fatal(err)
		}
		if got := ocds.MergePatch(target, patch).String(); got != c[2] {
			t.Errorf("%s patched with %s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestPointer(t *testing.T) {
	t.Parallel()
	v, err := ocds.Parse([]byte(`{"a/b":[{"m~n":7}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ocds.Pointer(v, "/a~1b/0/m~0n")
	if err != nil || got.Text() != "7" {
		t.Errorf("got %s, %v", got, err)
	}
	for _, p := range []string{"a", "/x", "/a~1b/1", "/a~1b/x", "/a~1b/0/m~0n/z"} {
		if _, err := ocds.Pointer(v, p); err == nil {
			t.Errorf("%s leads somewhere", p)
		}
	}
}

// FuzzParse compares with encoding/json, which is more lenient in three points: it
// replaces invalid UTF-8 and lone surrogates, and nests deeper.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,true,null,"x\u0416\n"],"b":{}}`, `{"Қазақстан":"Қазақстан Республикасы"}`, ` [ ] `, `{"a":1,"a":{"b":2}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := ocds.Parse(in)
		valid := json.Valid(in)
		if err == nil && !valid {
			t.Fatalf("%q was read as %s", in, v)
		}
		if err != nil {
			if valid && utf8.Valid(in) && !strings.Contains(err.Error(), "escape") && !strings.Contains(err.Error(), "deeper") {
				t.Fatalf("%q: %v", in, err)
			}
			return
		}
		var want, got any
		v.Touch()
		for _, p := range []struct {
			text []byte
			to   *any
		}{{in, &want}, {v.AppendTo(nil), &got}} {
			d := json.NewDecoder(bytes.NewReader(p.text))
			d.UseNumber()
			if err := d.Decode(p.to); err != nil {
				t.Fatalf("%v in %s", err, p.text)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q became %s", in, v)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	in := corpus.Process(1, 4)
	last := in[len(in)-1]
	var d ocds.Document
	b.SetBytes(int64(len(last)))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		if _, err := d.Parse(last); err != nil {
			b.Fatal(err)
		}
	}
}

// Words of one- and two-byte letters are checked eight bytes at a time: every
// position of every kind of fault must be found.
func TestInvalidUTF8IsFoundEverywhere(t *testing.T) {
	t.Parallel()
	text := []byte(`"abcШымкент қаласы, 2024 ж., 中文 and 🙂 тағы бірдеңе"`)
	if _, err := ocds.Parse(text); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(text)-1; i++ {
		for _, c := range []byte{0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xd0, 0xdf, 0xe0, 0xed, 0xf0, 0xf5, 0xff, 'a'} {
			changed := bytes.Clone(text)
			changed[i] = c
			_, err := ocds.Parse(changed)
			if valid := utf8.Valid(changed); valid != (err == nil) {
				t.Fatalf("byte %#x at %d: %v, valid %v", c, i, err, valid)
			}
		}
	}
}
