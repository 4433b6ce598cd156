// Package goszakup stands in for the Kazakh procurement portal's unified
// services: REST v3 and GraphQL v3 with token, paging, caps and quirks, over
// real sample records and a seeded generator. It is a test instrument: nothing
// but tests and the local stack may know it.
package goszakup

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Options shape the stand-in.
type Options struct {
	Scale  int       // contracting processes to make, about; 0: sample records only
	Seed   int64     // equal seeds make equal worlds
	Token  string    // what callers must present; empty: any token
	Clock  time.Time // the instant the world stands at; zero: DefaultClock
	Faults Faults    // misbehaviour from the start
}

// Server serves one world.
type Server struct {
	world   *world
	token   string
	clock   atomic.Int64 // moment
	faults  *faultSwitch
	queries prepared
	recent  recentChanges
}

// New makes a stand-in; it computes nothing ahead.
func New(o Options) (*Server, error) {
	if o.Clock.IsZero() {
		o.Clock = DefaultClock
	}
	s := &Server{token: o.Token}
	var err error
	if s.faults, err = newFaultSwitch(o.Faults, o.Seed); err != nil {
		return nil, err
	}
	s.world = newWorld(o.Seed, o.Scale)
	s.faults.advance = s.Advance
	s.faults.remove = func(e Entity, id int64) { s.world.remove(e, id, s.now()) }
	s.faults.world = func(e Entity, id int64) (doc, bool) { return s.world.get(e, id, s.now()) }
	s.queries.queries = map[preparedKey]*ast.QueryDocument{}
	s.clock.Store(int64(momentOf(o.Clock)))
	return s, nil
}

func (s *Server) now() moment { return moment(s.clock.Load()) }

// nowFor is the instant at which a request sees the registers.
func (s *Server) nowFor(r *http.Request) moment {
	if suffering(r) == "index-delay" {
		return s.now() - indexDelay
	}
	return s.now()
}

// Delete takes a visible row away for good, as "deleted-rows" does; the journal
// tells so where it covers the register. False: there is no such row.
func (s *Server) Delete(e Entity, id int64) bool { return s.world.remove(e, id, s.now()) }

// Advance moves the clock; objects change state and the journal tells so.
func (s *Server) Advance(d time.Duration) { s.clock.Add(int64(d / time.Second)) }

// World is what the stand-in holds at its present clock.
func (s *Server) World() World { return World{s.world, s.now()} }

// Handler serves the portal's paths and, under /_standin, the instrument's own.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v3/graphql", s.graphql)
	for _, version := range []string{"v2", "v3"} {
		s.routes(mux, "GET /"+version)
	}
	for _, f := range Feeds {
		mux.HandleFunc("GET /"+string(f), s.feedPage(f))
	}
	mux.HandleFunc("GET /download/{folder}/{hash}", s.download)
	mux.HandleFunc("/", notFound)

	portal := s.authorised(s.faults.wrap(mux))
	all := http.NewServeMux()
	all.Handle("/", portal)
	all.HandleFunc("POST /_standin/advance", s.advance)
	all.HandleFunc("POST /_standin/faults", s.setFaults)
	all.HandleFunc("POST /_standin/delete", s.deleteRow)
	all.HandleFunc("GET /_standin/world", s.exactWorld)
	all.HandleFunc("GET /_standin/personal", s.personal)
	all.HandleFunc("GET /_standin", s.describe)
	return all
}

// authorised answers as the portal does for a missing or wrong token.
func (s *Server) authorised(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || token == "" || s.token != "" && token != s.token {
			notFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusNotFound, []byte(`{"name":"Not Found","message":"Invalid Route"}`))
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // a caller that has gone is nobody's fault
}

// download serves the same small document for every file.
func (s *Server) download(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Write([]byte("%PDF-1.4\n% a stand-in for a file of the portal\n%%EOF\n"))
}

func (s *Server) advance(w http.ResponseWriter, r *http.Request) {
	days, err := strconv.ParseFloat(r.URL.Query().Get("days"), 64)
	if err != nil || days < 0 || days > 3660 {
		writeJSON(w, http.StatusBadRequest, []byte(`{"error":"days must be a number from 0 to 3660"}`))
		return
	}
	s.Advance(time.Duration(days * float64(24*time.Hour)))
	s.describe(w, r)
}

func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	v := s.World()
	counts := doc{}
	for _, e := range Entities {
		counts[string(e)] = v.Count(e)
	}
	writeJSON(w, http.StatusOK, appendJSON(nil, doc{"clock": v.At().Format(time.RFC3339), "counts": counts, "processes": v.Processes(), "faults": s.faults.describe()}))
}

// deleteRow takes a row away: ?entity=Lots&id=50000000.
func (s *Server) deleteRow(w http.ResponseWriter, r *http.Request) {
	e, id := Entity(r.URL.Query().Get("entity")), number(r.URL.Query().Get("id"))
	if !slices.Contains(Entities, e) {
		writeJSON(w, http.StatusBadRequest, appendJSON(nil, doc{"error": fmt.Sprintf("no register is called %q", e)}))
		return
	}
	if !s.Delete(e, id) {
		writeJSON(w, http.StatusNotFound, appendJSON(nil, doc{"error": fmt.Sprintf("%s has no row %d", e, id)}))
		return
	}
	s.describe(w, r)
}

// exactWorld lists every row that the stand-in holds as JSON Lines: of a
// register (?entity=Lots), of a root as a query would be answered
// (?entity=Lots&selection={id Plans{id}}), or of an older feed (?feed=ocds).
func (s *Server) exactWorld(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v, e, f := s.World(), Entity(q.Get("entity")), Feed(q.Get("feed"))
	rows := v.Documents(e)
	var err error
	switch {
	case slices.Contains(Feeds, f):
		rows = func(yield func(int64, []byte) bool) {
			for b := range v.Feed(f) {
				if !yield(0, b) {
					return
				}
			}
		}
	case !slices.Contains(Entities, e):
		err = fmt.Errorf("no register is called %q", e)
	case q.Get("selection") != "":
		rows, err = v.Answers(e, q.Get("selection"))
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, appendJSON(nil, doc{"error": err.Error()}))
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	out := bufio.NewWriter(w)
	for _, b := range rows {
		out.Write(append(b, '\n'))
	}
	out.Flush() // a caller that has gone is nobody's fault
}

// personal lists the personal data that the world serves, as JSON Lines.
func (s *Server) personal(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jsonl")
	out := bufio.NewWriter(w)
	for _, p := range s.World().Personal() {
		out.Write(append(appendJSON(nil, doc{"kind": p.Kind, "value": p.Value}), '\n'))
	}
	out.Flush()
}

func (s *Server) setFaults(w http.ResponseWriter, r *http.Request) {
	var f Faults
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&f); err != nil {
		writeJSON(w, http.StatusBadRequest, appendJSON(nil, doc{"error": err.Error()}))
		return
	}
	if err := s.faults.set(f); err != nil {
		writeJSON(w, http.StatusBadRequest, appendJSON(nil, doc{"error": err.Error()}))
		return
	}
	s.describe(w, r)
}
