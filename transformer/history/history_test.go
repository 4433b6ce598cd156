package history_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/history/historytest"
	"github.com/kzocds/kzocds/transformer/internal/standard"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/privacy"
)

var noon = time.Date(2026, 7, 24, 12, 0, 0, 0, time.UTC)

// story writes the versions of documents batch by batch.
type story struct {
	t        testing.TB
	guard    *privacy.Guard
	batch    int64
	versions []history.Version
}

func newStory(t testing.TB) *story { return &story{t: t, guard: historytest.Guard(t), batch: 1} }

func (s *story) next() *story { s.batch++; return s }

// put adds a version that the source changed at noon of the batch's day.
func (s *story) put(entity source.Entity, id, body string) *story {
	s.t.Helper()
	return s.add(entity, id, body, false)
}

func (s *story) gone(entity source.Entity, id string) *story { return s.add(entity, id, "null", true) }

func (s *story) add(entity source.Entity, id, body string, deleted bool) *story {
	s.t.Helper()
	object, err := s.guard.Clean(entity, []byte(body))
	d := mapping.Document{Entity: entity, ID: id, Deleted: deleted, Body: object}
	if err != nil {
		d.Fault = err.Error()
	}
	s.versions = append(s.versions, history.Version{Document: d, Batch: s.batch, Hash: []byte(body), ChangedAt: noon.AddDate(0, 0, int(s.batch-1))})
	return s
}

func (s *story) build(b *history.Builder) history.Result {
	s.t.Helper()
	result, err := b.Build(history.Input{Key: "t101", Own: s.versions})
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

func tender(status int, more string) string {
	return fmt.Sprintf(`{"id":101,"numberAnno":"101-1","nameRu":"Мел","refBuyStatusId":%d,"orgBin":"020340002199"%s}`, status, more)
}

func lot(status int, amount, more string) string {
	return fmt.Sprintf(`{"id":5,"trdBuyId":101,"lotNumber":"1","nameRu":"Мел","refLotStatusId":%d,"amount":%s%s}`, status, amount, more)
}

func bid(status int) string {
	return fmt.Sprintf(`{"id":7,"supplierBinIin":"120440026517","AppLots":[{"id":71,"lotId":5,"amount":90,"statusId":%d}]}`, status)
}

func contract(id, root, kind, status int, more string) string {
	return fmt.Sprintf(`{"id":%d,"rootId":%d,"refContractTypeId":%d,"refContractStatusId":%d,"supplierBiin":"120440026517","customerBin":"020340002199","signDate":"2026-07-20 10:00:00","contractSum":90%s}`, id, root, kind, status, more)
}

func TestTagsTellWhatChanged(t *testing.T) {
	t.Parallel()
	b := historytest.Builder(t)
	start := func(t *testing.T) *story {
		return newStory(t).put(source.TrdBuy, "101", tender(220, "")).put(source.Lots, "5", lot(220, "100", "")).next()
	}
	for _, c := range []struct {
		name string
		play func(*story)
		want string // tags of the newest release; "" when there is none
	}{
		{"a status moves", func(s *story) { s.put(source.TrdBuy, "101", tender(250, "")) }, "tenderUpdate"},
		{"the period changes", func(s *story) { s.put(source.TrdBuy, "101", tender(220, `,"totalSum":5`)) }, "tenderUpdate"},
		{"the value of a lot changes", func(s *story) { s.put(source.Lots, "5", lot(220, "101", "")) }, "tenderAmendment"},
		{"a new revision", func(s *story) {
			s.put(source.TrdBuy, "102", `{"id":102,"numberAnno":"101-2","nameRu":"Мел","refBuyStatusId":210}`)
		}, "tenderAmendment"},
		{"a cancellation", func(s *story) { s.put(source.TrdBuy, "101", tender(430, "")) }, "tenderCancellation"},
		{"bids become visible", func(s *story) { s.put(source.TrdApp, "7", bid(400)) }, "tenderUpdate"},
		{"a winner", func(s *story) { s.put(source.TrdApp, "7", bid(360)) }, "tenderUpdate award"},
		{"a contract", func(s *story) {
			s.put(source.TrdApp, "7", bid(360)).next().put(source.Contract, "41", contract(41, 41, 1, 190, ""))
		}, "contract"},
		{"a contract is paid", func(s *story) {
			s.put(source.Contract, "41", contract(41, 41, 1, 190, "")).next().put(source.Contract, "41", contract(41, 41, 1, 190, `,"faktSum":10`))
		}, "implementation"},
		{"a contract is paid further", func(s *story) {
			s.put(source.Contract, "41", contract(41, 41, 1, 190, `,"faktSum":5`)).next().put(source.Contract, "41", contract(41, 41, 1, 190, `,"faktSum":10`))
		}, "implementationUpdate"},
		{"an additional agreement", func(s *story) {
			s.put(source.Contract, "41", contract(41, 41, 1, 190, "")).next().put(source.Contract, "42", contract(42, 41, 2, 190, ""))
		}, "contractAmendment"},
		{"a contract ends", func(s *story) {
			s.put(source.Contract, "41", contract(41, 41, 1, 190, "")).next().put(source.Contract, "41", contract(41, 41, 1, 340, ""))
		}, "contractTermination"},
		{"a contract is not concluded", func(s *story) {
			s.put(source.TrdApp, "7", bid(360)).put(source.Contract, "41", contract(41, 41, 1, 130, "")).next().put(source.Contract, "41", contract(41, 41, 1, 330, ""))
		}, "awardCancellation contractUpdate"},
		{"nothing that shows", func(s *story) { s.put(source.TrdBuy, "101", tender(220, `,"countLots":1`)) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			before := len(s.build(b).Releases)
			c.play(s)
			result := s.build(b)
			if len(result.Quarantine) > 0 {
				t.Fatalf("quarantine: %+v", result.Quarantine)
			}
			if c.want == "" {
				if len(result.Releases) != before {
					t.Errorf("a release was made: %s", result.Releases[len(result.Releases)-1].Body)
				}
				return
			}
			if len(result.Releases) == before {
				t.Fatal("no release was made")
			}
			if got := strings.Join(result.Releases[len(result.Releases)-1].Tags, " "); got != c.want {
				t.Errorf("tags = %s, want %s", got, c.want)
			}
		})
	}
}

func TestDatesOfReleasesIncreaseEvenWhenTheSourceDoesNot(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	for i, status := range []int{210, 220, 230, 240} {
		s.put(source.TrdBuy, "101", tender(status, ""))
		s.versions[i].ChangedAt = noon.Add(-time.Duration(i) * time.Hour)
		s.next()
	}
	var dates []string
	for _, r := range s.build(historytest.Builder(t)).Releases {
		dates = append(dates, mapping.FormatTime(r.Date))
	}
	if want := []string{"2026-07-24T12:00:00Z", "2026-07-24T12:00:01Z", "2026-07-24T12:00:02Z", "2026-07-24T12:00:03Z"}; !slices.Equal(dates, want) {
		t.Errorf("dates = %v", dates)
	}
}

func TestAContentThatComesBackIsANewRelease(t *testing.T) {
	t.Parallel()
	s := newStory(t).put(source.TrdBuy, "101", tender(210, "")).next().put(source.TrdBuy, "101", tender(420, "")).next().put(source.TrdBuy, "101", tender(210, ""))
	releases := s.build(historytest.Builder(t)).Releases
	if len(releases) != 3 || releases[0].ID == releases[2].ID {
		t.Errorf("%d releases", len(releases))
	}
}

func TestAValueThatTheSourceTakesAwayLeavesTheCompiledRelease(t *testing.T) {
	t.Parallel()
	s := newStory(t).put(source.TrdBuy, "101", tender(210, `,"totalSum":500,"endDate":"2026-08-01 10:00:00","kato":["551010000"]`)).put(source.Lots, "5", lot(210, "100", `,"descriptionRu":"белый"`)).
		next().put(source.TrdBuy, "101", tender(210, "")).put(source.Lots, "5", lot(210, "100", ""))
	result := s.build(historytest.Builder(t))
	if len(result.Quarantine) > 0 {
		t.Fatalf("quarantine: %+v", result.Quarantine)
	}
	for _, name := range []string{"totalSum", `"amount":500`, "endDate", "551010000", "белый", "null"} {
		if bytes.Contains(result.State.Compiled, []byte(name)) {
			t.Errorf("the compiled release still has %s: %s", name, result.State.Compiled)
		}
	}
	if !bytes.Contains(result.Releases[1].Body, []byte(`"endDate":null`)) {
		t.Errorf("the second release does not remove the end: %s", result.Releases[1].Body)
	}
}

func TestAQuarantinedProcessThatIsRepairedGoesOn(t *testing.T) {
	t.Parallel()
	b := historytest.Builder(t)
	s := newStory(t).put(source.TrdBuy, "101", tender(210, "")).next().put(source.TrdBuy, "101", `{"id":101}`)
	result := s.build(b)
	if len(result.Releases) != 1 || len(result.Quarantine) != 1 || result.QuarantineBatch != 2 || result.Quarantine[0].Pointer != "/numberAnno" {
		t.Fatalf("%d releases, quarantine of batch %d: %+v", len(result.Releases), result.QuarantineBatch, result.Quarantine)
	}
	result = s.next().put(source.TrdBuy, "101", tender(220, "")).build(b)
	if len(result.Releases) != 2 || len(result.Quarantine) != 0 || result.Releases[1].Batch != 3 {
		t.Fatalf("%d releases, quarantine %+v", len(result.Releases), result.Quarantine)
	}
}

func TestAProcessWithoutAnyDateIsQuarantined(t *testing.T) {
	t.Parallel()
	s := newStory(t).put(source.TrdBuy, "101", tender(210, ""))
	s.versions[0].ChangedAt = time.Time{}
	result := s.build(historytest.Builder(t))
	if len(result.Releases) != 0 || len(result.Quarantine) != 1 || result.Quarantine[0].Rule != "source.date.missing" {
		t.Errorf("result %+v", result)
	}
}

// refusing is a standard that refuses what contains a word.
type refusing struct {
	history.Merger
	history.Validator
	word, compiledWord string
}

func (r refusing) Release(body []byte) []mapping.Finding {
	if r.word != "" && bytes.Contains(body, []byte(r.word)) {
		return []mapping.Finding{{Rule: "test", Severity: mapping.SeverityError, Pointer: "/x", Message: "no"}}
	}
	return r.Validator.Release(body)
}

func (r refusing) Compiled(body []byte) []mapping.Finding {
	if r.compiledWord != "" && bytes.Contains(body, []byte(r.compiledWord)) {
		return []mapping.Finding{{Rule: "test", Severity: mapping.SeverityError, Pointer: "/y", Message: "no"}}
	}
	return r.Validator.Compiled(body)
}

func TestAReleaseThatBreaksTheStandardIsHeldBack(t *testing.T) {
	t.Parallel()
	std, err := standard.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]refusing{"release": {word: `"420"`}, "compiled": {compiledWord: `"420"`}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r.Merger, r.Validator = std, std
			b := &history.Builder{Config: mapping.Default(), Merger: r, Validator: r}
			s := newStory(t).put(source.TrdBuy, "101", tender(210, "")).next().put(source.TrdBuy, "101", tender(420, ""))
			result := s.build(b)
			if len(result.Releases) != 1 || len(result.Quarantine) != 1 || result.QuarantineBatch != 2 || result.State.Compiled == nil {
				t.Fatalf("%d releases, quarantine of batch %d: %+v", len(result.Releases), result.QuarantineBatch, result.Quarantine)
			}
			result = s.next().put(source.TrdBuy, "101", tender(220, "")).build(b)
			if len(result.Quarantine) != 0 {
				t.Errorf("still in quarantine: %+v", result.Quarantine)
			}
		})
	}
}

// randomStory is a process that grows, changes, loses values and objects, and
// now and then breaks.
func randomStory(t testing.TB, random *rand.Rand) *story {
	s := newStory(t)
	statuses := []int{210, 220, 250, 350, 420, 430, 999}
	for range 1 + random.IntN(6) {
		for range 1 + random.IntN(4) {
			id := 5 + random.IntN(3)
			pick := func(options ...string) string { return options[random.IntN(len(options))] }
			switch random.IntN(8) {
			case 0, 1:
				s.put(source.TrdBuy, "101", tender(statuses[random.IntN(len(statuses))], pick("", `,"totalSum":5.50`, `,"endDate":"2026-08-01 10:00:00"`, `,"kato":["551010000"]`)))
			case 2, 3:
				s.put(source.Lots, fmt.Sprint(id), fmt.Sprintf(`{"id":%d,"trdBuyId":101,"refLotStatusId":%s,"amount":%d%s}`, id, pick("210", "360", "370"), random.IntN(3),
					pick("", `,"descriptionRu":"x"`, `,"Plans":[{"id":9,"rootrecordId":8,"refEnstruCode":"171214.500.000000"}]`, `,"plnPointKatoList":["551010000"]`)))
			case 4:
				s.put(source.TrdApp, "7", fmt.Sprintf(`{"id":7,"supplierBinIin":"120440026517","AppLots":[{"id":71,"lotId":%d,"amount":%d,"statusId":%s}]}`, id, random.IntN(100), pick("360", "400")))
			case 5:
				n := 41 + random.IntN(3)
				s.put(source.Contract, fmt.Sprint(n), contract(n, 41, 2, 190, pick("", `,"faktSum":7`, fmt.Sprintf(`,"ContractUnits":[{"id":3,"lotId":%d,"totalSum":4}]`, id))))
			case 6:
				s.gone(source.Lots, fmt.Sprint(id))
			default:
				s.put(source.Lots, fmt.Sprint(id), pick(`{}`, `[`, fmt.Sprintf(`{"id":%d,"Plans":3}`, id)))
			}
		}
		s.next()
	}
	return s
}

func TestIncrementalEqualsFull(t *testing.T) {
	t.Parallel()
	b := historytest.Builder(t)
	random := rand.New(rand.NewPCG(7, 11))
	for range 150 {
		s := randomStory(t, random)
		full := s.build(b)
		for _, f := range full.Quarantine {
			if strings.HasPrefix(f.Rule, "ocds.") {
				t.Fatalf("the mapping breaks the standard: %+v", f)
			}
		}
		shuffled := *s
		shuffled.versions = slices.Clone(s.versions)
		random.Shuffle(len(shuffled.versions), func(i, j int) {
			shuffled.versions[i], shuffled.versions[j] = shuffled.versions[j], shuffled.versions[i]
		})
		if again := shuffled.build(b); !sameResult(full, again) {
			t.Fatalf("another order of arrival gives another history:\n%s\n%s", show(full), show(again))
		}
		if told := s.continued(b, random); !sameResult(full, told) {
			t.Fatalf("a history told batch by batch differs:\n%s\n%s", show(full), show(told))
		}
	}
}

// continued tells the story in parts, each from the state that the parts before
// led to. Of the versions that were told already a part is given only the newest
// of each document, as the database gives them.
func (s *story) continued(b *history.Builder, random *rand.Rand) history.Result {
	s.t.Helper()
	var whole history.Result
	for batch := int64(0); batch < s.batch; {
		batch = min(batch+1+random.Int64N(3), s.batch)
		in := history.Input{Key: "t101", Before: whole.State}
		newest := map[string]history.Version{}
		for _, v := range s.versions {
			id := string(v.Entity) + v.ID
			switch known := newest[id]; {
			case v.Batch > batch:
			case v.Batch > whole.State.Batch:
				in.Own = append(in.Own, v)
			case known.Batch < v.Batch || known.Batch == v.Batch && bytes.Compare(known.Hash, v.Hash) < 0:
				newest[id] = v
			}
		}
		in.Own = slices.AppendSeq(in.Own, maps.Values(newest))
		part, err := b.Build(in)
		if err != nil {
			s.t.Fatal(err)
		}
		if part.Looked == 0 {
			continue
		}
		part.Releases = append(whole.Releases, part.Releases...)
		whole = part
	}
	return whole
}

// TestTheCompiledReleaseIsTheNewestContent: whatever happened before, merging
// the releases gives what the newest state says, except for entries of lists,
// which stay.
func TestTheCompiledReleaseIsTheNewestContent(t *testing.T) {
	t.Parallel()
	b := historytest.Builder(t)
	random := rand.New(rand.NewPCG(3, 5))
	for range 150 {
		s := randomStory(t, random)
		result := s.build(b)
		if len(result.Releases) == 0 {
			continue
		}
		for _, f := range b.Validator.Compiled(result.State.Compiled) {
			if f.Severity == mapping.SeverityError || strings.Contains(f.Rule, "additional-field") {
				t.Fatalf("%+v: %s", f, result.State.Compiled)
			}
		}
		last := result.Releases[len(result.Releases)-1]
		var newest, compiled map[string]any
		for body, into := range map[*[]byte]*map[string]any{&last.Body: &newest, &result.State.Compiled: &compiled} {
			if err := json.Unmarshal(*body, into); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"id", "tag"} {
			delete(newest, name)
			delete(compiled, name)
		}
		if difference := missing("", newest, compiled, true); difference != "" {
			t.Fatalf("%s differs:\n%s\n%s", difference, last.Body, result.State.Compiled)
		}
	}
}

// missing is where compiled does not say what newest says; at the level of
// objects it must say no more either.
func missing(path string, newest, compiled any, exact bool) string {
	switch n := newest.(type) {
	case map[string]any:
		c, ok := compiled.(map[string]any)
		if !ok {
			if len(n) == 0 || onlyNulls(n) {
				return ""
			}
			return path
		}
		for _, name := range slices.Sorted(maps.Keys(n)) {
			if n[name] == nil {
				if c[name] != nil {
					return path + "/" + name
				}
				continue
			}
			if d := missing(path+"/"+name, n[name], c[name], exact); d != "" {
				return d
			}
		}
		for name := range c {
			if _, said := n[name]; exact && !said && !isList(c[name]) && !isEmpty(c[name]) {
				return path + "/" + name + " (stale)"
			}
		}
	case []any:
		c, _ := compiled.([]any)
		byID := map[any]any{}
		for _, e := range c {
			if o, ok := e.(map[string]any); ok {
				byID[o["id"]] = e
			}
		}
		for i, e := range n {
			if o, ok := e.(map[string]any); ok && o["id"] != nil {
				if d := missing(fmt.Sprint(path, "/", o["id"]), e, byID[o["id"]], exact); d != "" {
					return d
				}
			} else if i >= len(c) || missing(path, e, c[i], exact) != "" {
				return fmt.Sprint(path, "/", i)
			}
		}
	default:
		if fmt.Sprint(newest) != fmt.Sprint(compiled) {
			return path
		}
	}
	return ""
}

// isEmpty: an object of which every value was removed stays as an empty one.
func isEmpty(v any) bool { o, ok := v.(map[string]any); return ok && len(o) == 0 }

func isList(v any) bool { _, ok := v.([]any); return ok }

func onlyNulls(o map[string]any) bool {
	for _, v := range o {
		if inner, ok := v.(map[string]any); v != nil && !(ok && onlyNulls(inner)) {
			return false
		}
	}
	return true
}

func sameResult(a, b history.Result) bool { return show(a) == show(b) }

func show(r history.Result) string {
	var out strings.Builder
	for _, release := range r.Releases {
		fmt.Fprintf(&out, "%d %d %s", release.Ordinal, release.Batch, release.Body)
		for _, v := range release.Sources {
			fmt.Fprintf(&out, " %s/%s@%d", v.Entity, v.ID, v.Batch)
		}
		out.WriteByte('\n')
	}
	s := r.State
	fmt.Fprintf(&out, "%d %d %d %s %x\n%s\n%d %+v\n%+v", r.Looked, s.Batch, s.Releases, s.Date, s.Content, s.Compiled, r.QuarantineBatch, r.Quarantine, r.Findings)
	return out.String()
}

// TestNoPersonalDatumReachesAReleaseOrAFinding plants data in every text field
// of every sample and looks for it in what would be published.
func TestNoPersonalDatumReachesAReleaseOrAFinding(t *testing.T) {
	t.Parallel()
	const iin, mail, account, phone = "900230300059", "primer@example.kz", "KZ75125KZT1001300335", "+7 701 123 45 67"
	b := historytest.Builder(t)
	planted := 0
	var plant func(v any) any
	plant = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				if text, ok := member.(string); ok && strings.ContainsAny(text, "абвгдежзиклмнопрстуАБВГДЕЖЗИКЛМНОПРСТУ") {
					v[name] = text + " ИИН " + iin + ", " + mail + ", счет " + account + ", тел. " + phone
					planted++
					continue
				}
				v[name] = plant(member)
			}
			for _, name := range []string{"supplierFio", "customerFio", "crFio", "supplierIik", "supplierPhone", "email", "phone"} {
				v[name] = iin + mail + account + phone
			}
		case []any:
			for i := range v {
				v[i] = plant(v[i])
			}
		}
		return v
	}
	for name, s := range samples(t) {
		for i := range s.Own {
			decoder := json.NewDecoder(bytes.NewReader(s.Own[i].Body))
			decoder.UseNumber()
			var body any
			if err := decoder.Decode(&body); err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(plant(body))
			if err != nil {
				t.Fatal(err)
			}
			s.Own[i].Body = text
		}
		result, err := b.Build(s.Input(t))
		if err != nil {
			t.Fatal(err)
		}
		out := show(result)
		for _, datum := range []string{iin, mail, account, phone, "Пример Первый", "Пример Вторая", "ПРИМЕР СЕДЬМОЙ", "9002303000"} {
			if strings.Contains(out, datum) {
				t.Errorf("%s: %s is in what would be published", name, datum)
			}
		}
	}
	if planted < 50 {
		t.Errorf("only %d fields were planted", planted)
	}
}

func TestSamplesSatisfyTheStandardToTheLastWarning(t *testing.T) {
	t.Parallel()
	std, err := standard.New()
	if err != nil {
		t.Fatal(err)
	}
	b := historytest.Builder(t)
	for name, s := range samples(t) {
		result, err := b.Build(s.Input(t))
		if err != nil {
			t.Fatal(err)
		}
		if result.State.Compiled == nil {
			t.Errorf("%s has no record: %+v", name, result.Quarantine)
			continue
		}
		for _, r := range result.Releases {
			for _, f := range std.Release(r.Body) {
				t.Errorf("%s, release: %+v", name, f)
			}
		}
		for _, f := range std.Compiled(result.State.Compiled) {
			t.Logf("%s, compiled: %+v", name, f) // contradictions in the source's own data
			if strings.Contains(f.Rule, "field") || f.Severity == mapping.SeverityError {
				t.Errorf("%s, compiled: %+v", name, f)
			}
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	builder := historytest.Builder(b)
	s := newStory(b).put(source.TrdBuy, "101", tender(350, `,"totalSum":100`)).put(source.Lots, "5", lot(360, "100", "")).put(source.TrdApp, "7", bid(360)).
		put(source.Contract, "41", contract(41, 41, 1, 190, ""))
	in := history.Input{Key: "t101", Own: s.versions}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := builder.Build(in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "processes/s")
}
