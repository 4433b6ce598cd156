package e2e

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/parquet-go/parquet-go"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/kzocds/kzocds/local/goszakup"
	"github.com/kzocds/kzocds/proto/subject"
)

// corpus are personal data that a source serves, by kind. They are found again
// whole, not as the beginning of something longer.
type corpus struct {
	kinds map[string]string
	form  *regexp.Regexp
}

// forms are what nearly all data of the corpus look like; the others are looked
// for as they are.
const forms = `(?i:пример(?:ов|ова) пример (?:№ \d+|[а-я]+))|Тестова Айгуль Маратовна|Тестовой Гульнары Сериковны|Тестов А\.Б\.|[a-z0-9.]+@example\.kz|\+7[ (0-9)-]{8,16}\d|KZ[0-9A-Z]{18}|\d{12,}`

func (c corpus) find(text []byte) []string {
	found := map[string]bool{}
	for _, match := range c.form.FindAll(text, -1) {
		if datum := string(match); c.kinds[datum] != "" {
			found[datum] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// corpusOf is what the stand-in invents of natural persons, and what the test
// plants besides. The names of sole proprietors are names of firms and published.
func corpusOf(t *testing.T, world goszakup.World, planted map[string]string) corpus {
	t.Helper()
	firms := map[string]bool{}
	for _, p := range world.Personal() {
		firms[p.Value] = firms[p.Value] || p.Kind == "proprietor"
	}
	usual := regexp.MustCompile(forms)
	kinds := map[string]string{}
	for _, p := range world.Personal() {
		switch {
		case p.Kind == "proprietor" || firms[p.Value]:
		case p.Kind == "text":
			for _, datum := range usual.FindAllString(p.Value, -1) {
				if !firms[datum] {
					kinds[datum] = p.Kind
				}
			}
		default:
			kinds[p.Value] = p.Kind
		}
	}
	for kind, datum := range planted {
		kinds[datum] = "planted " + kind
	}
	all := forms
	for datum := range kinds {
		if usual.FindString(datum) != datum {
			all += `|\b` + regexp.QuoteMeta(datum) + `\b`
		}
	}
	c := corpus{kinds, regexp.MustCompile(all)}
	for datum, kind := range kinds {
		if got := c.find([]byte(`x"` + datum + `",`)); !slices.Equal(got, []string{datum}) {
			t.Fatalf("the search is blind for the %s %q: %q", kind, datum, got)
		}
	}
	return c
}

// texts are members of the portal's answers that anybody may write anything into.
var texts = []string{"descriptionRu", "descriptionKz", "descRu", "descKz", "extraDescRu", "extraDescKz", "descriptionRus"}

// plant writes the data into every free text of an answer and counts them. One
// contract cannot be published for the shape of its lines, and the date of its
// signature holds them too.
func plant(v any, words string, broken int64, planted *atomic.Int64) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			plant(inner, words, broken, planted)
		}
	case map[string]any:
		if _, contract := v["ContractUnits"]; contract && fmt.Sprint(v["id"]) == fmt.Sprint(broken) {
			v["signDate"], v["ContractUnits"] = words, map[string]any{"id": 1, "contractNumber": words}
			planted.Add(1)
		}
		for name, inner := range v {
			if text, ok := inner.(string); ok && text != "" && slices.Contains(texts, name) {
				v[name] = text + ", " + words
				planted.Add(1)
				continue
			}
			plant(inner, words, broken, planted)
		}
	}
}

// infected is a portal that serves the planted data in every free text.
func infected(t *testing.T, data map[string]string) (address string, world goszakup.World, planted *atomic.Int64) {
	t.Helper()
	s, err := goszakup.New(goszakup.Options{Scale: 40, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	words := fmt.Sprintf("контактное лицо: %s, ИИН %s, тел. %s, %s, счет %s; для %s и %s", data["name"], data["number"], data["telephone"], data["address"], data["account"], data["unannounced"], data["initials"])
	planted = &atomic.Int64{}
	var broken int64
	for id := range s.World().Documents(goszakup.Contract) {
		broken = max(broken, id)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var said any
		if decoder.Decode(&said) == nil {
			plant(said, words, broken, planted)
			if body, err = json.Marshal(said); err != nil {
				panic(err) // what was decoded can be encoded
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body) // the reader may have gone
	}))
	t.Cleanup(server.Close)
	return server.URL, s.World(), planted
}

// TestNoPersonalDatumLeavesTheSystem plants personal data into what the source
// says, lets the system publish it, and looks for them wherever the system says
// anything: all published files, every route of the gateway's description, the
// operators' too, answers to a search for each datum, what the services say to one
// another, the streams, the workflows' histories, memos and search attributes, what
// the database holds behind the boundary, metrics, and the logs of all processes.
func TestNoPersonalDatumLeavesTheSystem(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(here, "../../transformer/privacy/testdata/planted.json"))
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]string
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	data["unannounced"], data["initials"] = "Тестовой Гульнары Сериковны", "Тестов А.Б." // names that no word announces
	source, world, planted := infected(t, data)
	c := corpusOf(t, world, data)
	env := append(slices.Clone(eager), "SOURCE_URL="+source, "SOURCE_TOKEN=t", "EXTRACTOR_ADAPTERS=goszakup,goszakup-feed", "GATEWAY_RATE=0")
	for _, service := range []string{"EXTRACTOR", "TRANSFORMER", "PUBLISHER", "ANALYTICS", "GATEWAY"} {
		env = append(env, service+"_TELEMETRY_LOG_LEVEL=debug")
	}
	s := install(t, env...)
	first := s.start(t, "ONCE=1")
	if code := first.ended(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	sum := first.summary()
	if err := sum.Agree(); err != nil || !sum.Published || sum.Counts.Quarantined != 1 {
		t.Errorf("%v %+v", err, sum)
	}
	if planted.Load() < 500 || len(c.kinds) < 250 {
		t.Fatalf("%d texts with planted data, %d data to look for: too few to tell anything", planted.Load(), len(c.kinds))
	}
	p := s.start(t)
	p.said("kzocds runs")

	looked := map[string]int{} // kind of place -> bytes
	look := func(place, where string, text []byte) {
		t.Helper()
		looked[place] += len(text)
		for _, datum := range c.find(text) {
			at := bytes.Index(text, []byte(datum))
			t.Errorf("%s, %s holds a %s: …%s", place, where, c.kinds[datum], text[max(0, at-100):at+len(datum)])
		}
	}
	for name, text := range s.published(t, sum.Snapshot) {
		look("files", name, text)
	}
	heard := s.overheard(t)
	answered := map[string]int{} // route -> answers that are none of refusal
	for _, r := range s.requests(t, sum.Snapshot) {
		status, body := s.answer(t, r)
		switch {
		case status < 300:
			answered[r.route]++
		case status >= 500 || strings.HasPrefix(r.route, "GET ") && !strings.HasPrefix(r.route, "GET /admin/"):
			t.Errorf("%s %s answers %d %.200s", r.route, r.path, status, body)
			continue
		}
		format := "." + regexp.MustCompile(`format=(\w+)|$`).FindStringSubmatch(r.path)[1]
		look("routes", r.route+" "+r.path, unpacked(t, format, body))
	}
	for route := range s.operations(t) {
		// There is one mapping: nothing to compare or to decide.
		if answered[route] == 0 && !strings.Contains(route, "/admin/mappings/{from}") {
			t.Errorf("no answer of %s was looked at", route)
		}
	}
	for _, path := range []string{"/", "/docs", "/.well-known/security.txt"} {
		_, body := get(t, s.url(s.ports().Gateway, path))
		look("routes", path, []byte(body))
	}
	if body := s.quarantine(t); !strings.Contains(string(body), "source.shape") {
		t.Errorf("the process that cannot be published is not in quarantine: %s", body)
	}
	for subject, text := range heard() {
		look("questions", subject, text)
	}
	for _, datum := range slices.Sorted(maps.Keys(c.kinds)) {
		path := "/api/v1/search?limit=50&lang=ru&q=" + url.QueryEscape(datum)
		status, body := get(t, s.url(s.ports().Gateway, path))
		if status != http.StatusOK {
			t.Errorf("%s answers %d %.200s", path, status, body)
		}
		look("search", path, []byte(body))
	}
	for name, text := range s.streams(t) {
		if name == subject.StreamSource {
			// From the extractor to the boundary, as the documents came.
			if len(c.find(text)) == 0 {
				t.Error("the source said nothing of what is looked for")
			}
			continue
		}
		look("streams", name, text)
	}
	for name, text := range s.workflows(t) {
		look("workflows", name, text)
	}
	for name, text := range s.tables(t) {
		look("database", name, text)
	}
	ports := s.ports()
	for name, port := range map[string]int{"extractor": ports.Extractor, "transformer": ports.Transformer, "publisher": ports.Publisher, "analytics": ports.Analytics, "gateway": ports.GatewayInternal} {
		status, body := get(t, s.url(port, "/metrics"))
		if status != http.StatusOK {
			t.Errorf("metrics of %s: %d", name, status)
		}
		look("metrics", name, []byte(body))
	}
	interrupt(t, p)
	if code := p.ended(); code != 0 {
		t.Errorf("Ctrl-C ends with code %d", code)
	}
	logs, err := filepath.Glob(filepath.Join(s.state, "logs", "*"))
	if err != nil || len(logs) < 4 {
		t.Fatalf("%v: %q", err, logs)
	}
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		look("logs", name, text)
	}
	for _, run := range []*process{first, p} {
		look("logs", "standard output", run.stdout.Bytes())
		look("logs", "standard error", []byte(run.stderr.String()))
	}
	for place, least := range map[string]int{"files": 1 << 20, "routes": 1 << 20, "search": 10 << 10, "questions": 1 << 20, "streams": 10 << 10, "workflows": 10 << 10, "database": 1 << 20, "metrics": 10 << 10, "logs": 10 << 10} {
		if looked[place] < least {
			t.Errorf("only %d bytes of %s were looked at", looked[place], place)
		}
	}
	t.Logf("%d data were looked for in %v bytes", len(c.kinds), looked)
}

// quarantine is what operators see of the processes that could not be published.
func (s *system) quarantine(t *testing.T) []byte {
	t.Helper()
	status, body := s.answer(t, request{route: "GET /admin/quarantine", path: api + "/admin/quarantine"})
	if status != http.StatusOK {
		t.Errorf("quarantine answers %d", status)
	}
	return body
}

// overheard listens to everything that the services say to one another on the bus,
// until the function that it returns is called.
func (s *system) overheard(t *testing.T) func() map[string][]byte {
	t.Helper()
	conn, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", s.ports().NATS))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	heard := map[string][]byte{}
	if _, err := conn.Subscribe(">", func(m *nats.Msg) {
		mu.Lock()
		defer mu.Unlock()
		heard[m.Subject] = append(heard[m.Subject], messageText(m.Header, m.Data)...)
	}); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return func() map[string][]byte {
		if err := conn.Drain(); err != nil {
			t.Error(err)
		}
		eventually(t, "the end of the bus", conn.IsClosed)
		mu.Lock()
		defer mu.Unlock()
		return heard
	}
}

func messageText(header nats.Header, data []byte) []byte {
	text := []byte("\n")
	for _, name := range slices.Sorted(maps.Keys(header)) {
		text = fmt.Appendf(text, "%s: %q\n", name, header[name])
	}
	return append(text, data...)
}

// streams are the messages that the streams keep.
func (s *system) streams(t *testing.T) map[string][]byte {
	t.Helper()
	conn, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", s.ports().NATS))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]byte{}
	list := js.ListStreams(t.Context())
	for info := range list.Info() {
		stream, err := js.Stream(t.Context(), info.Config.Name)
		if err != nil {
			t.Fatal(err)
		}
		consumer, err := stream.OrderedConsumer(t.Context(), jetstream.OrderedConsumerConfig{})
		if err != nil {
			t.Fatal(err)
		}
		texts[info.Config.Name] = nil
		for range info.State.Msgs {
			m, err := consumer.Next()
			if err != nil {
				t.Fatal(err)
			}
			texts[info.Config.Name] = append(append(texts[info.Config.Name], m.Subject()...), messageText(m.Headers(), m.Data())...)
		}
	}
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{subject.StreamSource, subject.StreamOCDS, subject.StreamQuarantine} {
		if _, ok := texts[name]; !ok {
			t.Errorf("there is no stream %s", name)
		}
	}
	return texts
}

// workflows are all that operators see of the workflows that ran: descriptions with
// memos and search attributes, and histories with what went in and out.
func (s *system) workflows(t *testing.T) map[string][]byte {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: fmt.Sprintf("127.0.0.1:%d", s.ports().Temporal), Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	texts := map[string][]byte{}
	var token []byte
	for page := true; page; page = len(token) > 0 {
		list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{NextPageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		token = list.GetNextPageToken()
		for _, w := range list.GetExecutions() {
			name := w.GetExecution().GetWorkflowId() + " " + w.GetExecution().GetRunId()
			texts[name] = saidBy(texts[name], w.ProtoReflect())
			for history := c.GetWorkflowHistory(t.Context(), w.GetExecution().GetWorkflowId(), w.GetExecution().GetRunId(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); history.HasNext(); {
				event, err := history.Next()
				if err != nil {
					t.Fatal(err)
				}
				texts[name] = saidBy(texts[name], event.ProtoReflect())
			}
		}
	}
	if len(texts) < 5 {
		t.Errorf("only %d workflows were looked at", len(texts))
	}
	return texts
}

// saidBy appends every text and all bytes of a message.
func saidBy(text []byte, m protoreflect.Message) []byte {
	one := func(kind protoreflect.Kind, v protoreflect.Value) {
		switch kind {
		case protoreflect.StringKind:
			text = append(append(text, '\n'), v.String()...)
		case protoreflect.BytesKind:
			text = append(append(text, '\n'), v.Bytes()...)
		case protoreflect.MessageKind:
			text = saidBy(text, v.Message())
		}
	}
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.IsList():
			for i := range v.List().Len() {
				one(field.Kind(), v.List().Get(i))
			}
		case field.IsMap():
			v.Map().Range(func(key protoreflect.MapKey, v protoreflect.Value) bool {
				text = append(append(text, '\n'), key.String()...)
				one(field.MapValue().Kind(), v)
				return true
			})
		default:
			one(field.Kind(), v)
		}
		return true
	})
	return text
}

// tables are the rows of all schemas of the database but the extractor's, which
// keeps the source's documents as they came.
func (s *system) tables(t *testing.T) map[string][]byte {
	t.Helper()
	conn := s.database(t)
	rows, err := conn.Query(t.Context(), `select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('source', 'pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]byte{}
	for _, name := range names {
		rows, err := conn.Query(t.Context(), `select row_to_json(t)::text from `+name+` t`)
		if err != nil {
			t.Fatal(name, err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(name, err)
		}
		texts[name] = []byte(strings.Join(lines, "\n"))
	}
	return texts
}

// published are all files of a snapshot, unpacked, and what leads to them.
func (s *system) published(t *testing.T, snapshot string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	read := func(key string) []byte {
		t.Helper()
		status, body := get(t, s.url(s.ports().S3, "/ocds/"+key))
		if status != http.StatusOK {
			t.Fatalf("%s: %d %.200s", key, status, body)
		}
		return []byte(body)
	}
	manifest := read("snapshots/" + snapshot + "/manifest.json")
	files["latest.json"], files["manifest.json"] = read("latest.json"), manifest
	var m struct {
		Datasets []struct{ Objects []struct{ Key string } }
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, d := range m.Datasets {
		for _, o := range d.Objects {
			kinds[filepath.Ext(o.Key)]++
			files[o.Key] = unpacked(t, o.Key, read(o.Key))
		}
	}
	for _, kind := range []string{".gz", ".xlsx", ".parquet", ".csv", ".json"} {
		if kinds[kind] == 0 {
			t.Errorf("the snapshot has no file %s: %v", kind, kinds)
		}
	}
	return files
}

// unpacked is the text of a published file.
func unpacked(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	switch filepath.Ext(name) {
	case ".gz": // JSON Lines, and CSV files one behind another
		r, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(name, err)
		}
		return readAll(t, r)
	case ".xlsx":
		r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(name, err)
		}
		var text []byte
		for _, part := range r.File {
			f, err := part.Open()
			if err != nil {
				t.Fatal(name, err)
			}
			text = append(text, readAll(t, f)...)
			f.Close()
		}
		return text
	case ".parquet":
		f, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(name, err)
		}
		var text []byte
		for _, group := range f.RowGroups() {
			rows := group.Rows()
			for buffer := make([]parquet.Row, 100); ; {
				n, err := rows.ReadRows(buffer)
				for _, row := range buffer[:n] {
					for _, value := range row {
						text = append(append(text, value.String()...), '\n')
					}
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(name, err)
				}
			}
			rows.Close()
		}
		return text
	default:
		return content
	}
}
