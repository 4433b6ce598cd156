package goszakup

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Faults make the stand-in misbehave as the portal does, or worse.
type Faults struct {
	Kinds []string `json:"kinds"` // see FaultKinds; a kind may occur once
	Rate  float64  `json:"rate"`  // share of answers that suffer one of them; 0 means all
	Delay float64  `json:"delay"` // seconds that "timeout" and "slow" hold an answer; 0 means 60 and 1
	Limit int      `json:"limit"` // stop after so many faults; 0: never
}

// FaultKinds names every misbehaviour.
var FaultKinds = []string{
	// The answer as a whole.
	"timeout",   // the answer is held back, then nothing comes
	"slow",      // the answer is held back, then it comes
	"down",      // the connection is closed without an answer
	"5xx",       // 500, 502, 503 or 504 with an HTML body
	"429",       // with Retry-After: 1
	"401",       // the token is refused
	"403",       // the token is refused in another way
	"bad-token", // the portal's usual answer to a bad token: 404 Invalid Route
	"truncated", // half of the JSON, the connection is closed
	"error-200", // 200 with an error body

	// The page.
	"repeated-rows",   // the first row of a page once more at its end
	"overlapping-row", // the last row of the page before once more at the beginning
	"reordered-rows",  // a page in ascending order; lastId is that of its last row
	"has-next-lie",    // hasNextPage true (next_page set) on the last page
	"empty-next-page", // next_page empty, hasNextPage false, though rows follow
	"no-prefix",       // next_page without /v3
	"still-cursor",    // lastId (search_after) stays where it was
	"null-page",       // null instead of the list of rows
	"deleted-rows",    // the last row of the page is deleted before it is sent

	// The rows.
	"null-lists",         // nested lists are null
	"malformed",          // the first row has text for an amount and no id
	"microseconds",       // on every date and time
	"html-entities",      // in texts, and blanks at their end
	"numbers-as-strings", // every number
	"zero-for-none",      // 0 for null in every id
	"look-alikes",        // Cyrillic letters that look Latin in codes
	"field-appears",      // noveltySign, unknown until now
	"field-vanishes",     // one known field of every type (see vanishing)

	// Time.
	"index-delay",  // the registers are six hours behind the journal
	"still-offset", // rows of a feed seem to be of one instant a day: its next page may lead to itself
	"moving-clock", // the clock moves on by an hour after the answer: rows change while being paged
}

// indexDelay is how far behind the registers are for "index-delay".
const indexDelay moment = 6 * 3600

// faultSwitch draws which answers suffer.
type faultSwitch struct {
	advance func(time.Duration)
	remove  func(Entity, int64) // deletes a row
	world   func(Entity, int64) (doc, bool)

	mu     sync.Mutex
	faults Faults
	chance chance
	made   int
}

func newFaultSwitch(f Faults, seed int64) (*faultSwitch, error) {
	s := &faultSwitch{chance: newChance(uint64(seed))}
	return s, s.set(f)
}

func (s *faultSwitch) set(f Faults) error {
	for _, k := range f.Kinds {
		if !slices.Contains(FaultKinds, k) {
			return fmt.Errorf("no fault is called %q; there are %s", k, strings.Join(FaultKinds, ", "))
		}
	}
	if f.Rate < 0 || f.Rate > 1 || f.Delay < 0 || f.Limit < 0 {
		return fmt.Errorf("rate must be from 0 to 1, delay and limit not negative")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.made = f, 0
	return nil
}

func (s *faultSwitch) describe() doc {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := []any{}
	for _, k := range s.faults.Kinds {
		kinds = append(kinds, k)
	}
	return doc{"kinds": kinds, "made": s.made}
}

// draw decides which fault, if any, an answer suffers.
func (s *faultSwitch) draw() (string, Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faults
	if len(f.Kinds) == 0 || f.Limit > 0 && s.made >= f.Limit || f.Rate > 0 && !s.chance.hit(f.Rate) {
		return "", f
	}
	s.made++
	return f.Kinds[s.chance.below(len(f.Kinds))], f
}

// drawn is the key under which a request carries the fault drawn for it.
type drawn struct{}

// suffering is the fault of the page, rows or time that a request was drawn
// for; empty: none.
func suffering(r *http.Request) string {
	kind, _ := r.Context().Value(drawn{}).(string)
	return kind
}

func (s *faultSwitch) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, f := s.draw()
		hold := func(usual time.Duration) {
			if f.Delay > 0 {
				usual = time.Duration(f.Delay * float64(time.Second))
			}
			select {
			case <-r.Context().Done():
			case <-time.After(usual):
			}
		}
		refuse := func(status int, message string) {
			writeJSON(w, status, appendJSON(nil, doc{"name": http.StatusText(status), "message": message, "code": 0, "status": status}))
		}
		switch kind {
		case "":
			next.ServeHTTP(w, r)
		case "moving-clock":
			next.ServeHTTP(w, r)
			s.advance(time.Hour)
		case "timeout":
			hold(time.Minute)
			panic(http.ErrAbortHandler)
		case "slow":
			hold(time.Second)
			next.ServeHTTP(w, r)
		case "down":
			panic(http.ErrAbortHandler)
		case "5xx":
			s.mu.Lock()
			status := []int{500, 502, 503, 504}[s.chance.below(4)]
			s.mu.Unlock()
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			fmt.Fprintf(w, "<html><body><h1>%d %s</h1></body></html>", status, http.StatusText(status))
		case "429":
			w.Header().Set("Retry-After", "1")
			refuse(http.StatusTooManyRequests, "Rate limit exceeded.")
		case "401":
			refuse(http.StatusUnauthorized, "Your request was made with invalid credentials.")
		case "403":
			refuse(http.StatusForbidden, "Доступ запрещен")
		case "bad-token":
			notFound(w, r)
		case "error-200":
			writeJSON(w, http.StatusOK, []byte(`{"error":"Внутренняя ошибка сервиса","code":500}`))
		case "truncated":
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			body := answer.Body.Bytes()
			w.Header().Set("Content-Type", "application/json; charset=UTF-8")
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.WriteHeader(answer.Code)
			w.Write(body[:len(body)/2])
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), drawn{}, kind)))
		}
	})
}

// bendPage bends a page of a register; after is the cursor it was asked with.
// It answers whether the page promises a next one.
func (s *faultSwitch) bendPage(kind string, e Entity, after int64, p *page, more bool) bool {
	switch {
	case kind == "has-next-lie":
		return true
	case kind == "empty-next-page":
		return false
	case len(p.docs) == 0:
		return more
	}
	switch kind {
	case "repeated-rows", "overlapping-row", "reordered-rows", "still-cursor", "null-page", "deleted-rows", "null-lists", "malformed":
		p.docs, p.ids = slices.Clone(p.docs), slices.Clone(p.ids)
	}
	switch kind {
	case "repeated-rows":
		p.docs = append(p.docs, p.docs[0])
	case "overlapping-row":
		if d, ok := s.world(e, after); ok {
			p.docs = append([]doc{d}, p.docs...)
		}
	case "reordered-rows":
		slices.Reverse(p.docs) // the cursor still works
	case "still-cursor":
		p.ids[len(p.ids)-1] = p.ids[0] + 1
		return true
	case "null-page":
		p.docs = nil
	case "deleted-rows":
		s.remove(e, p.ids[len(p.ids)-1])
		p.docs, p.total = p.docs[:len(p.docs)-1], p.total-1
	case "null-lists":
		for i := range p.docs {
			p.docs[i] = withoutLists(p.docs[i])
		}
	case "malformed":
		p.docs[0] = malformed(p.docs[0])
	}
	return more
}

func withoutLists(d doc) doc {
	out := doc{}
	for k, v := range d {
		switch v.(type) {
		case []any, lazy:
			v = nil
		}
		out[k] = v
	}
	return out
}

// malformed breaks a row as no reader can mend it: text for an amount, no id.
func malformed(d doc) doc {
	out := doc{}
	for k, v := range d {
		switch k {
		case "totalSum", "amount", "price", "contractSum":
			v = "сто тысяч"
		case "id", "pid":
			v = nil
		}
		out[k] = v
	}
	return out
}

// bendings change single values of rows; the key is the name of the field in
// either protocol.
var bendings = map[string]func(key string, v any) any{
	"microseconds": func(_ string, v any) any {
		if s, ok := v.(string); ok && len(s) == len(time.DateTime) {
			if _, err := time.Parse(time.DateTime, s); err == nil {
				return s + ".884000"
			}
		}
		return v
	},
	"html-entities": func(key string, v any) any {
		if s, ok := v.(string); ok && (strings.HasSuffix(key, "Ru") || strings.HasSuffix(key, "_ru") || strings.HasSuffix(key, "Kz") || strings.HasSuffix(key, "_kz")) {
			return entities.Replace(s) + "  "
		}
		return v
	},
	"numbers-as-strings": func(_ string, v any) any {
		switch v.(type) {
		case int, int64, money, quantity, json.Number:
			return text(v)
		}
		return v
	},
	"zero-for-none": func(key string, v any) any {
		if v == nil && (strings.HasSuffix(key, "Id") || strings.HasSuffix(key, "_id")) {
			return 0
		}
		return v
	},
	"look-alikes": func(key string, v any) any {
		if s, ok := v.(string); ok && strings.HasSuffix(strings.ToLower(key), "code") {
			return lookAlikes.Replace(s)
		}
		return v
	},
}

var (
	entities   = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "'", "&#039;", "«", "&laquo;", "»", "&raquo;")
	lookAlikes = strings.NewReplacer("A", "А", "B", "В", "C", "С", "E", "Е", "H", "Н", "K", "К", "M", "М", "O", "О", "P", "Р", "T", "Т", "X", "Х")
)

// vanishing is the field of each type that "field-vanishes" takes away; of rows of
// dictionaries it is their Kazakh name.
var vanishing = map[string]string{
	"TrdBuy": "isLightIndustry", "Lots": "psdSign", "PlnPoint": "transferType", "TrdApp": "modFio", "Contract": "contractMs", "Subject": "krpCode", "ContractAct": "dayOverdue",
	"RnuList": "supplierInnunp", "TrdComplaintAppeal": "inspectUserId", "ContractWaybill": "transportWaybillData", "QualifiedSuppliers": "truId", "TreasuryPay": "ppn", "ContractUnits": "ksSum",
}

// novelty is the field that "field-appears" adds to each of these types.
const novelty = "noveltySign"

// bendRow bends a row of REST or of a feed.
func bendRow(kind string, e Entity, row any) any {
	if bend := bendings[kind]; bend != nil {
		return bendValues("", row, bend)
	}
	d, ok := row.(doc)
	field := vanishing[typeOf[e]]
	if e == Dictionaries {
		field = "nameKz"
	}
	if !ok || field == "" {
		return row
	}
	switch kind {
	case "field-appears":
		d[snake(novelty)] = 1
	case "field-vanishes":
		delete(d, snake(field))
	}
	return d
}

// typeOf is the GraphQL type of a register's rows.
var typeOf = func() map[Entity]string {
	m := map[Entity]string{Units: "ContractUnits", TreasuryPay: "TreasuryPay", DeletedPlans: "PlnPoint"}
	for _, f := range schema.Query.Fields {
		m[Entity(f.Name)] = f.Type.Name()
	}
	return m
}()

func bendValues(key string, v any, bend func(string, any) any) any {
	switch v := v.(type) {
	case lazy:
		return bendValues(key, v(), bend)
	case doc:
		out := doc{}
		for k, held := range v {
			out[k] = bendValues(k, held, bend)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = bendValues(key, v[i], bend)
		}
		return out
	}
	return bend(key, v)
}

// ParseFaults reads the form of the command line: kinds by comma and, after a
// colon, the rate, as in "429,truncated:0.1".
func ParseFaults(s string) (Faults, error) {
	if s == "" {
		return Faults{}, nil
	}
	if strings.HasPrefix(s, "{") {
		var f Faults
		return f, json.NewDecoder(bytes.NewReader([]byte(s))).Decode(&f)
	}
	kinds, rate, ok := strings.Cut(s, ":")
	f := Faults{Kinds: strings.Split(kinds, ",")}
	if ok {
		if _, err := fmt.Sscan(rate, &f.Rate); err != nil {
			return f, fmt.Errorf("rate of faults %q is no number", rate)
		}
	}
	return f, nil
}
