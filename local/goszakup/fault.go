package goszakup

import (
	"bytes"
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
	Delay float64  `json:"delay"` // seconds that "timeout" holds an answer; 0 means 60
	Limit int      `json:"limit"` // stop after so many faults; 0: never
}

// FaultKinds names every misbehaviour.
var FaultKinds = []string{
	"timeout",        // the answer is held back, then nothing comes
	"down",           // the connection is closed without an answer
	"5xx",            // 500, 502, 503 or 504 with an HTML body
	"429",            // with Retry-After: 1
	"truncated",      // half of the JSON, the connection is closed
	"error-200",      // 200 with an error body
	"repeated-rows",  // the first row of a page once more at its end
	"reordered-rows", // a page in ascending order; lastId is that of its last row
	"has-next-lie",   // hasNextPage true (next_page set) on the last page
	"still-cursor",   // lastId (search_after) stays where it was
	"null-lists",     // nested lists are null
	"malformed",      // the first row has text for an amount and no id
	"still-offset",   // rows of a feed seem to be of one instant a day: its next page may lead to itself
	"moving-clock",   // the clock moves on by an hour after the answer: rows change while being paged
}

// pageFaults bend the content of a page, the others the answer as a whole.
var pageFaults = []string{"repeated-rows", "reordered-rows", "has-next-lie", "still-cursor", "null-lists", "malformed"}

type faultSwitch struct {
	advance func(time.Duration)

	mu     sync.Mutex
	faults Faults
	chance chance
	made   int
}

func newFaultSwitch(f Faults, seed int64, advance func(time.Duration)) (*faultSwitch, error) {
	s := &faultSwitch{chance: newChance(uint64(seed)), advance: advance}
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

const faultHeader = "X-Standin-Fault" // from wrap to the handlers; never sent

func (s *faultSwitch) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del(faultHeader)
		kind, f := s.draw()
		switch kind {
		case "":
			next.ServeHTTP(w, r)
		case "moving-clock":
			next.ServeHTTP(w, r)
			s.advance(time.Hour)
		case "timeout":
			delay := 60 * time.Second
			if f.Delay > 0 {
				delay = time.Duration(f.Delay * float64(time.Second))
			}
			select {
			case <-r.Context().Done():
			case <-time.After(delay):
			}
			panic(http.ErrAbortHandler)
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
			writeJSON(w, http.StatusTooManyRequests, []byte(`{"name":"Too Many Requests","message":"Rate limit exceeded.","code":0,"status":429}`))
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
			r.Header.Set(faultHeader, kind)
			next.ServeHTTP(w, r)
		}
	})
}

// shapePage gives the way to bend a page of the request; the bent page and
// whether it promises a next one.
func (s *faultSwitch) shapePage(r *http.Request) func(*page, bool) bool {
	kind := r.Header.Get(faultHeader)
	if !slices.Contains(pageFaults, kind) {
		return func(_ *page, more bool) bool { return more }
	}
	return func(p *page, more bool) bool {
		if kind == "has-next-lie" {
			return true
		}
		if len(p.docs) == 0 {
			return more
		}
		p.docs, p.ids = slices.Clone(p.docs), slices.Clone(p.ids)
		switch kind {
		case "repeated-rows":
			p.docs = append(p.docs, p.docs[0])
		case "reordered-rows":
			slices.Reverse(p.docs)
			last := p.ids[len(p.ids)-1]
			slices.Reverse(p.ids)
			p.ids = append(p.ids, last) // the cursor still works
		case "still-cursor":
			p.ids[len(p.ids)-1] = p.ids[0] + 1
			return true
		case "null-lists":
			for i := range p.docs {
				p.docs[i] = withoutLists(p.docs[i])
			}
		case "malformed":
			p.docs[0] = malformed(p.docs[0])
		}
		return more
	}
}

// suffers tells whether the request was drawn for a fault.
func (s *faultSwitch) suffers(r *http.Request, kind string) bool {
	return r.Header.Get(faultHeader) == kind
}

// bendFeed bends a page of a feed.
func (s *faultSwitch) bendFeed(_ *http.Request, page doc, _ string) doc { return page }

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
