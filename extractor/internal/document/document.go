// Package document has the source document: one version of one object as the
// source gave it, in canonical form.
package document

import (
	"encoding/hex"
	"time"

	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// Hash is the SHA-256 of a canonical body.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Document is one version of one source object.
type Document struct {
	Entity source.Entity
	// ID is the source's own key as text; of a dictionary row
	// "<dictionary>/<key>".
	ID   string
	Hash Hash
	// Process is the key of the contracting process that the object belongs to.
	// It is empty for objects of no single process and while Link is unresolved.
	Process process.Key
	// Link leads to the process when the object itself does not name it.
	Link Link
	// ChangedAt is when the source changed the object, by the source's own
	// dates; zero when it gives none.
	ChangedAt time.Time
	// FetchedAt is our clock; it never enters anything published but the
	// provenance.
	FetchedAt time.Time
	URL       string
	Body      Body
	// Deleted says that the source calls the object gone.
	Deleted bool
	// CountedAt is the date that the source counts the object by when it is asked
	// how many it has of a day; zero when there is none.
	CountedAt time.Time
	// Volume is the part of a publication that lists the document, where a source
	// can tell from its parts what has gone.
	Volume Volume
	// Origin is the adapter that the document came through.
	Origin string
	// Doubtful says that the source failed to give a part of the object, twice. It is
	// read again in the next batch, and believed if it says the same.
	Doubtful bool
	// Past says that the source lists the past states of the object as well, so that
	// one that is stored is no change when it is listed again.
	Past bool
	// Live says that the object's children may still change without a new id, so
	// that they must be read again.
	Live bool
}

// Volume is a part of a publication: a file, an object, an answer. The zero value
// is none.
type Volume struct {
	Place string // address in the configuration
	Name  string
}

// Link is the way from an object to its process over other objects.
type Link struct {
	// Announcement is the id of the announcement, not its public number.
	Announcement string
	// Lots are ids of lots of that announcement.
	Lots []string
	// Contracts are ids of contracts of the process, best first.
	Contracts []string
}

// Gone is the word of a source that it does not have an object any more. The
// store keeps it as a version whose body is the last one known, unless it never
// knew the object.
type Gone struct {
	Entity source.Entity
	ID     string
	// At is when the source withdrew it, zero when it does not say.
	At        time.Time
	FetchedAt time.Time
	URL       string
}

// Set is what is stored together.
type Set struct {
	Documents []Document
	Rejects   []Reject
	Gone      []Gone
	Drift     []Drift
	Schema    []Member // what the source has; none: it was not asked
	Origin    string   // the source of Schema
}

// Member is a member of a source's schema.
type Member struct {
	Name string // type and member: Lots.amount
	Type string // as the schema writes it; "" where none is told
}

// Reject is a record that could not be read. It is kept with its reason, and
// the rest goes on.
type Reject struct {
	Entity source.Entity
	// ID is empty when the record does not even say which object it is.
	ID      string
	Process process.Key
	Rule    string // stable rule id, such as source.json.duplicate-key
	Pointer string // JSON Pointer into the answer or the record
	Message string
	Raw     []byte
	URL     string
	At      time.Time
}

// Page is one page of a walk, newest id first.
type Page struct {
	Documents []Document
	Rejects   []Reject
	// Next is where the following page begins; End says there is none.
	Next string
	End  bool
	// Total is how many objects the source says the walk has; Part says that it is
	// to be added to those of the pages before.
	Total int64
	Part  bool
	// Gone lists what the source has withdrawn.
	Gone []Gone
	// Drift lists what the page shows of changes of the source's schema.
	Drift []Drift
	// Schema is all of it, where the page is the source's word on itself.
	Schema []Member
	// Missing lists ids of the walk that the source does not have. It was asked
	// twice.
	Missing []string
}

// Kinds of drift of a source's schema.
const (
	UnknownField  = "unknown"  // a record has a member that nobody knows; it is kept
	VanishedField = "vanished" // the source has lost a member, or a register
	RetypedField  = "retyped"  // a member has another type
)

// Schema stands for the entity where a drift is seen in what the source says of
// itself, and its field is a Member's name.
const Schema source.Entity = "schema"

// Drift is a change of a source's schema.
type Drift struct {
	Entity source.Entity
	Field  string // empty: the whole entity
	Kind   string
}
