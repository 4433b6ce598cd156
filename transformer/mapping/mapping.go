// Package mapping makes an OCDS release of the portal's documents. It is pure:
// the same documents give the same release, in whatever order they come, and
// it reads neither clock nor database.
//
// Values are carried over by tables (see Tables), which are also the source of
// docs/mapping; the functions of the package decide identity and structure:
// which revision of an announcement counts, what an item is, who won, which
// rows make one contract.
//
// Documents arrive through the privacy boundary; what the boundary drops does
// not exist here.
package mapping

import (
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/quality"
)

// Version names the mapping. It changes when the same documents give another
// release.
const Version = "4"

// Config is what a deployment decides about its releases.
type Config struct {
	OCIDPrefix string // registered prefix, or the placeholder ocds-kz0000
	PortalURL  string // where the portal's pages lie, without final slash
}

// Default is a publication without registered prefix.
func Default() Config {
	return Config{OCIDPrefix: "ocds-kz0000", PortalURL: "https://goszakup.gov.kz"}
}

// Document is the version of a source object that counts as of a batch.
type Document struct {
	Entity  source.Entity
	ID      string
	Deleted bool   // the source says that the object is gone
	Body    Object // cleaned by the privacy boundary; nil when it cannot be read
	Fault   string // why Body is nil
}

// State is what is known of one process as of a batch.
type State struct {
	Key process.Key
	// Own are the documents of the process.
	Own []Document
	// Related are documents that the process refers to: plan points, and
	// announcements that it repeats.
	Related []Document
	// Subjects are the participants, and their rows in the registers (blacklist,
	// qualified suppliers).
	Subjects []Document
	// Listed reports whether the portal's dictionaries, as they are stored, have a
	// code of a code list (see Dictionaries). It bears on findings alone; nil knows
	// none.
	Listed func(list, code string) bool
}

// Severity of a finding.
const (
	SeverityError   = quality.Error   // the process cannot be published
	SeverityWarning = quality.Warning // published, and reported
)

// Finding is something wrong with the source's data.
type Finding struct {
	Rule     string // stable id, such as source.code.unknown
	Severity string
	Entity   source.Entity // document in which it was found; empty for the release
	ID       string
	Pointer  string // JSON Pointer into the document, or the release
	Message  string
	Value    string // offending value, shortened
}

// Map makes the release of a state, without id, date and tag, which need the
// history. A state with an error finding has no release.
func Map(cfg Config, state State) (Object, []Finding) {
	m := &mapper{cfg: cfg, currency: tenge, parties: map[string]*party{}, subjects: map[string]Object{}, unknowns: map[string]bool{}, listed: state.Listed}
	m.key, m.quasi = strings.CutPrefix(string(state.Key), "o")
	m.check(state.Own)
	if m.failed {
		return nil, m.findings
	}
	m.collect(state)
	var release Object
	switch {
	case strings.HasPrefix(m.key, "p"):
		release = m.planProcess()
	case strings.HasPrefix(m.key, "c"):
		release = m.directProcess()
	default:
		release = m.tenderProcess()
	}
	release["ocid"] = state.Key.OCID(cfg.OCIDPrefix)
	release["language"] = "ru"
	release["initiationType"] = "tender"
	m.addParties(release)
	for _, f := range quality.Check(release, m.key[0]) {
		m.failed = m.failed || f.Rule.Severity == SeverityError
		m.findings = append(m.findings, Finding{Rule: f.Rule.ID, Severity: f.Rule.Severity, Pointer: f.Pointer, Message: f.Rule.EN, Value: shorten(f.Value)})
	}
	slices.SortStableFunc(m.findings, func(a, b Finding) int {
		return strings.Compare(a.Rule+"\x00"+string(a.Entity)+a.ID+a.Pointer, b.Rule+"\x00"+string(b.Entity)+b.ID+b.Pointer)
	})
	if m.failed {
		return nil, m.findings
	}
	return release, m.findings
}

const tenge = "KZT"

type mapper struct {
	cfg      Config
	key      string
	currency string
	findings []Finding
	failed   bool
	unknowns map[string]bool
	listed   func(list, code string) bool
	entity   source.Entity // document being mapped, for findings
	id       string

	quasi         bool     // the process is of the registers of the quasi-public sector
	announcements []Object // revisions, oldest first
	lots          []Object
	applications  []Object
	contracts     []Object
	acts          []Object
	payments      []Object
	waybills      []Object
	complaints    []Object
	planPoints    []Object          // rows of the process, oldest first
	points        map[string]Object // related plan points by row id
	roots         map[string]Object // and the newest row by root id
	previous      map[string]Object // announcements by id
	gone          map[string]bool   // entity/id of documents that the source deleted
	subjects      map[string]Object
	register      register

	parties map[string]*party
	refs    []Object
}

// at names the document being mapped. An entity that has a twin for the
// quasi-public sector stands for the twin in such a process.
func (m *mapper) at(entity source.Entity, id string) {
	if twin := quasiOf[entity]; m.quasi && twin != "" {
		entity = twin
	}
	m.entity, m.id = entity, id
}

// quasiOf and plainOf lead from an entity to its twin.
var (
	quasiOf = map[source.Entity]source.Entity{
		source.TrdBuy: source.QuasiTrdBuy, source.Lots: source.QuasiLots, source.Contract: source.QuasiContract, source.PlanPoint: source.QuasiPlanPoint,
	}
	plainOf = map[source.Entity]source.Entity{
		source.QuasiTrdBuy: source.TrdBuy, source.QuasiLots: source.Lots, source.QuasiContract: source.Contract, source.QuasiPlanPoint: source.PlanPoint,
	}
)

// plain is the entity whose shape a document has.
func plain(entity source.Entity) source.Entity {
	if p := plainOf[entity]; p != "" {
		return p
	}
	return entity
}

func (m *mapper) warn(rule, pointer, value, message string) {
	m.findings = append(m.findings, Finding{Rule: rule, Severity: SeverityWarning, Entity: m.entity, ID: m.id, Pointer: pointer, Message: message, Value: shorten(value)})
}

func (m *mapper) fail(rule, pointer, message string) {
	m.failed = true
	m.findings = append(m.findings, Finding{Rule: rule, Severity: SeverityError, Entity: m.entity, ID: m.id, Pointer: pointer, Message: message})
}

// unknown reports a value that a dictionary of the mapping lacks, once per
// process.
func (m *mapper) unknown(dictionary, id string) {
	if m.unknowns[dictionary+"/"+id] {
		return
	}
	m.unknowns[dictionary+"/"+id] = true
	m.warn(quality.SourceCode, "", dictionary+"/"+id, "the mapping does not know this value of the dictionary; it is published as it is where the standard allows")
}

func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// check finds documents that cannot be mapped at all.
func (m *mapper) check(documents []Document) {
	sorted := slices.Clone(documents)
	slices.SortFunc(sorted, compareDocuments)
	for _, d := range sorted {
		m.at(d.Entity, d.ID)
		if d.Body == nil {
			if !d.Deleted {
				m.fail(quality.SourceMalformed, "", d.Fault)
			}
			continue
		}
		for _, name := range required[plain(d.Entity)] {
			if keyOf(d.Body, name) == "" {
				m.fail(quality.SourceKey, "/"+name, "the document has no "+name)
			}
		}
		for name, kind := range structural[plain(d.Entity)] {
			value, present := d.Body[name]
			if !present {
				continue
			}
			_, isObject := value.(Object)
			_, isList := value.([]any)
			if kind == 'o' && !isObject || kind == 'l' && !isList {
				m.fail(quality.SourceShape, "/"+name, "the member has another shape than the portal documents")
			}
		}
	}
	m.at("", "")
}

// required are the members without which a document has no place.
var required = map[source.Entity][]string{
	source.TrdBuy:    {"id", "numberAnno"},
	source.Lots:      {"id"},
	source.TrdApp:    {"id"},
	source.Contract:  {"id"},
	source.PlanPoint: {"id"},

	source.Complaint:   {"id"},
	source.Act:         {"id"},
	source.TreasuryPay: {"id"},
	source.Waybill:     {"id"},
}

// structural are members whose shape the mapping builds on: l for lists, o for
// objects.
var structural = map[source.Entity]map[string]byte{
	source.TrdBuy:    {"Lots": 'l', "Files": 'l'},
	source.Lots:      {"Plans": 'l', "Files": 'l'},
	source.TrdApp:    {"AppLots": 'l'},
	source.Contract:  {"ContractUnits": 'l'},
	source.PlanPoint: {"PlansKato": 'l', "PlansSpec": 'l'},
	source.Act:       {"Place": 'l'},
	source.Waybill:   {"Items": 'l'},
}

func compareDocuments(a, b Document) int {
	if c := strings.Compare(string(a.Entity), string(b.Entity)); c != 0 {
		return c
	}
	return compareIDs(a.ID, b.ID)
}

// collect sorts the documents by what they are, each kind by id.
func (m *mapper) collect(state State) {
	m.points, m.roots, m.previous, m.gone = map[string]Object{}, map[string]Object{}, map[string]Object{}, map[string]bool{}
	own := slices.Clone(state.Own)
	slices.SortFunc(own, compareDocuments)
	for _, d := range own {
		if d.Deleted {
			m.gone[string(plain(d.Entity))+"/"+d.ID] = true
		}
		body := d.Body
		if body == nil {
			body = Object{"id": d.ID}
		}
		switch plain(d.Entity) {
		case source.TrdBuy:
			m.announcements = append(m.announcements, body)
		case source.Lots:
			m.lots = append(m.lots, body)
		case source.TrdApp:
			m.applications = append(m.applications, body)
		case source.Contract:
			m.contracts = append(m.contracts, body)
		case source.PlanPoint:
			m.planPoints = append(m.planPoints, body)
		case source.Act:
			m.acts = append(m.acts, body)
		case source.TreasuryPay:
			m.payments = append(m.payments, body)
		case source.Waybill:
			m.waybills = append(m.waybills, body)
		case source.Complaint:
			m.complaints = append(m.complaints, body)
		}
	}
	related := slices.Clone(state.Related)
	slices.SortFunc(related, compareDocuments)
	for _, d := range related {
		if d.Body == nil {
			continue
		}
		switch plain(d.Entity) {
		case source.PlanPoint:
			m.points[d.ID] = d.Body
			m.roots[rootOf(d.Body)] = d.Body // ids ascend: the newest row stays
		case source.TrdBuy:
			m.previous[d.ID] = d.Body
		}
	}
	participants := slices.Clone(state.Subjects)
	slices.SortFunc(participants, compareDocuments)
	for _, d := range participants {
		switch {
		case d.Body == nil:
		case d.Entity == source.Subject:
			m.subjects[d.ID] = d.Body
		default:
			m.register.add(d)
		}
	}
}

func (m *mapper) isGone(entity source.Entity, object Object) bool {
	return m.gone[string(entity)+"/"+keyOf(object, "id")]
}

// money is an OCDS Value in the currency of the document being mapped.
func (m *mapper) money(amount any) Object { return Object{"amount": amount, "currency": m.currency} }

// rootOf is the id that all rows of a plan point share.
func rootOf(point Object) string {
	if root := keyOf(point, "rootrecordId"); root != "" {
		return root
	}
	return keyOf(point, "id")
}

// relatedProcess links to a process, which is of the same registers as this
// one.
func (m *mapper) relatedProcess(id, relationship string, key process.Key) Object {
	if m.quasi {
		key = "o" + key
	}
	return Object{"id": id, "relationship": []any{relationship}, "scheme": "ocid", "identifier": key.OCID(m.cfg.OCIDPrefix)}
}

// newest returns the latest instant that a release mentions, for processes
// whose documents carry no change time.
func Newest(value any) time.Time {
	var newest time.Time
	switch v := value.(type) {
	case Object:
		for name, member := range v {
			if name == "endDate" || name == "plannedCompletionDate" || name == "dateReviewDue" {
				continue // these lie in the future
			}
			if t := Newest(member); t.After(newest) {
				newest = t
			}
		}
	case []any:
		for _, element := range v {
			if t := Newest(element); t.After(newest) {
				newest = t
			}
		}
	case string:
		if len(v) == len("2006-01-02T15:04:05Z") && v[10] == 'T' {
			if t, err := time.Parse(time.RFC3339, v); err == nil {
				return t
			}
		}
	}
	return newest
}
