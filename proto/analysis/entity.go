package analysis

import "net/url"

// api is the root of the open API, for addresses in answers.
const api = "/api/v1"

// Page is the address of the page of an entity, and with the root of the API
// before it that of its data. An entity of another kind has none.
func Page(kind, id string) string {
	folder, ok := pages[kind]
	if !ok || id == "" {
		return ""
	}
	return "/" + folder + "/" + url.PathEscape(id)
}

var pages = map[string]string{
	EntityBuyer: "buyers", EntitySupplier: "suppliers", EntityProcess: "processes", EntityLot: "lots",
	EntityContract: "contracts", EntityCategory: "categories", EntityRegion: "regions",
}

// ProvenanceOf, RecordOf and ReleaseOf are addresses of the open API.
func ProvenanceOf(ocid string) string { return api + "/provenance/" + url.PathEscape(ocid) }
func RecordOf(ocid string) string     { return api + "/ocds/records/" + url.PathEscape(ocid) }
func ReleaseOf(id string) string      { return api + "/ocds/releases/" + url.PathEscape(id) }

// Feed is the address of the feed of new rows; its parameters are those of rows.
func Feed(format string) string { return api + "/feeds/" + format }

// Formats of a feed.
const (
	FeedAtom = "atom"
	FeedJSON = "json"
)

// Kinds of an entity. A plan point is a process.
const (
	EntityBuyer    = "buyer"    // ID: organisation, as the dimension buyer has it
	EntitySupplier = "supplier" // ID: organisation, as the dimensions bidder and winner have it
	EntityProcess  = "process"  // ID: ocid
	EntityLot      = "lot"      // ID: lot id
	EntityContract = "contract" // ID: root id of the contract's chain
	EntityCategory = "category" // ID: code of the classification on any level: 17, 17.23, 172312.700.000001
	EntityRegion   = "region"   // ID: first two digits of KATO
)

// EntityQuery asks for the page of an entity.
type EntityQuery struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Lang string `json:"lang,omitempty"`
}

// Entity is what a page about one thing shows. Lists that do not apply to a kind
// are empty; none is null.
type Entity struct {
	Meta  Meta              `json:"meta"`
	Kind  string            `json:"kind"`
	ID    string            `json:"id"`
	Path  string            `json:"path"` // /lots/123, also the page's own
	Title string            `json:"title"`
	Names map[string]string `json:"names"` // by language, as far as the data have them
	OCID  string            `json:"ocid,omitempty"`
	// Facts are what is known of the entity: BIN, region, status, method, dates.
	Facts []Fact `json:"facts"`
	// Numbers are measures of the catalogue under the entity's filter; each is what
	// its Query answers.
	Numbers []Number `json:"numbers"`
	// Questions are what else the page shows: ready parameters of /query.
	Questions []Question `json:"questions"`
	// Lists are the entity's rows: ready parameters of /rows.
	Lists []List `json:"lists"`
	// Timeline is what happened, oldest first, from plan to payment.
	Timeline []Event `json:"timeline"`
	// Versions are the releases, oldest first, with what each changed.
	Versions []Version `json:"versions"`
	// Flags are the red flags raised, most frequent first.
	Flags []RaisedFlag `json:"flags"`
	// Related are entities that belong to this one: lots of a process, the plan
	// points of a lot, the contract of a lot, a repeated purchase.
	Related []Related   `json:"related"`
	Links   EntityLinks `json:"links"`
}

// Fact is one thing known of an entity. Value is text as it is shown; Member is
// set when it is a member of a dimension (Field), so that a filter can be made of
// it, and Path when it has a page.
type Fact struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Type   string  `json:"type"` // as a column's; money comes with Unit
	Value  string  `json:"value"`
	Unit   string  `json:"unit,omitempty"`
	Field  string  `json:"field,omitempty"`
	Member *Member `json:"member,omitempty"`
	Path   string  `json:"path,omitempty"`
}

// Number is a measure with its value.
type Number struct {
	Measure  string     `json:"measure"`
	Title    string     `json:"title"`
	Type     string     `json:"type"`
	Unit     string     `json:"unit"`
	Scale    int        `json:"scale,omitempty"`
	Value    Cell       `json:"value"`
	Excluded []Excluded `json:"excluded,omitempty"`
	Query    Query      `json:"query"`
}

// Question is a ready query with what it shows.
type Question struct {
	ID    string `json:"id"`   // partners, categories, methods, overTime, …
	Kind  string `json:"kind"` // of a chart
	Title string `json:"title"`
	Query Query  `json:"query"`
}

// List is a ready question for rows.
type List struct {
	ID    string    `json:"id"` // lots, contracts, bids, payments, plan_points, …
	Title string    `json:"title"`
	Count int64     `json:"count"`
	Query RowsQuery `json:"query"`
}

// Kinds of an Event, in the order of a purchase.
const (
	EventPlanned    = "planned"
	EventPublished  = "published"
	EventEnquiries  = "enquiries" // end of the discussion
	EventOpened     = "opened"    // bids are accepted
	EventClosed     = "closed"    // no longer
	EventAwarded    = "awarded"
	EventSigned     = "signed"
	EventAmended    = "amended"
	EventAccepted   = "accepted" // an act
	EventPaid       = "paid"
	EventComplained = "complained"
	EventCompleted  = "completed"
	EventTerminated = "terminated"
)

// Event is something that happened at a date.
type Event struct {
	Date  string `json:"date"` // RFC 3339 with zone
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Text  string `json:"text,omitempty"` // what the source says of it
	// Amount is decimal text in Currency.
	Amount    string          `json:"amount,omitempty"`
	Currency  string          `json:"currency,omitempty"`
	OCID      string          `json:"ocid"`
	Path      string          `json:"path,omitempty"`  // page of what it is about
	Actor     *Related        `json:"actor,omitempty"` // organisation
	Documents []EventDocument `json:"documents,omitempty"`
}

// EventDocument is a published document.
type EventDocument struct {
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
	Type  string `json:"type,omitempty"` // OCDS documentType
}

// Version is one release.
type Version struct {
	Release string   `json:"release"`
	OCID    string   `json:"ocid"`
	Date    string   `json:"date"`
	Tags    []string `json:"tags"`
	// Changes are the first 200 values that the release changed; ChangeCount is the
	// number of all. The first release of a process has none: all is new.
	Changes     []Change `json:"changes"`
	ChangeCount int      `json:"changeCount"`
	Path        string   `json:"path"` // /api/v1/ocds/releases/{id}
}

// Change is one value that differs from the release before. Pointer is a path in
// the compiled release in which members of lists are named by their id:
// /contracts/[5]/value/amount. Before or After is null when there is none.
type Change struct {
	Pointer string  `json:"pointer"`
	Before  *string `json:"before"`
	After   *string `json:"after"`
}

// RaisedFlag is a red flag with the rows behind it.
type RaisedFlag struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Definition string    `json:"definition"`
	LegalBasis string    `json:"legalBasis,omitempty"`
	Count      int64     `json:"count"`
	Rows       RowsQuery `json:"rows"`
}

// Related is an entity with its page.
type Related struct {
	Relation string `json:"relation,omitempty"` // lot, contract, plan, buyer, supplier, organiser, prior, repeated, process
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	Title    string `json:"title"`
	Path     string `json:"path,omitempty"`
}

// EntityLinks lead away from the page. Addresses of the API are relative to the
// gateway; Portal is absolute, once the gateway has put the portal before it.
type EntityLinks struct {
	Portal     string `json:"portal,omitempty"`
	Provenance string `json:"provenance,omitempty"`
	Record     string `json:"record,omitempty"`
	Feed       string `json:"feed,omitempty"` // Atom feed of what is new
}
