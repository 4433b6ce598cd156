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
	// Live says that the object's children may still change without a new id, so
	// that they must be read again.
	Live bool
}

// Link is the way from an object to its process over other objects.
type Link struct {
	// Announcement is the id of the announcement, not its public number.
	Announcement string
	// Lots are ids of lots of that announcement.
	Lots []string
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
	// Total is how many objects the source says the walk has.
	Total int64
}
