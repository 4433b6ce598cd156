package document

import (
	"time"

	"github.com/kzocds/kzocds/proto/source"
)

// Batch is one extraction over all entities.
type Batch struct {
	Number int64
	Source string
	// From and To bound the window of change by the source's clock. A zero From
	// is a complete walk.
	From, To time.Time
}

// Crawl is how far the walk of one entity within a batch has come.
type Crawl struct {
	Batch  int64
	Entity source.Entity
	// Cursor says where to go on; "" is the beginning.
	Cursor       string
	Pages        int64
	Objects      int64
	NewDocuments int64
	Quarantined  int64
	Total        int64
	KnownRun     int64 // unchanged objects in a row, up to the cursor
	Done         bool
}

// Counts of one entity.
type Counts struct {
	Entity      source.Entity
	Source      int64
	Stored      int64
	Quarantined int64
}

// Totals of a batch, for its result.
type Totals struct {
	Entities        []Counts
	ListedProcesses int64
	StoredProcesses int64
	NewDocuments    int64
}

// Fact is a stored version, or a reject, that is to be made known.
type Fact struct {
	Document *Document
	Reject   *Reject
	Batch    int64
}

// Saved is what storing a set of documents and rejects came to.
type Saved struct {
	NewDocuments int64
	Quarantined  int64
	KnownRun     int64 // unchanged documents in a row, up to the last of the set
	// Fresh are the documents that were new, and Outbox the number of the note that
	// they are to be published; 0 when there are none.
	Fresh  []Document
	Outbox int64
}

// Due is an object to be read by its id.
type Due struct {
	ID string
	// Deleted is when the source's journal says that it was deleted, zero when it
	// does not say so.
	Deleted time.Time
	// Tries counts the batches in which the journal's word and the source's answer
	// did not agree.
	Tries int
}

// States of a difference between a source and what is stored.
const (
	Missing  = "missing"  // the source lists it, we have never read it
	Late     = "late"     // the source lists a newer version than ours
	Deleted  = "deleted"  // we have it, the source lists it no more
	Rejected = "rejected" // the source lists it, and it cannot be read
)

// Difference is an object that is not the same here and there.
type Difference struct {
	ID    string
	State string
	Day   time.Time // day that the source counts it by, in its zone; zero: none
}

// Day is the count of one day; a zero Day stands for everything.
type Day struct {
	Day            time.Time
	Source, Stored int64
}

// Comparison is what comparing an entity with its source brought, and where the
// next one goes on.
type Comparison struct {
	Entity source.Entity
	Batch  int64
	// To is the end of the window compared, by the source's clock; zero: never.
	To time.Time
	// Rotation is the oldest day whose count was told, Below the lowest id that
	// was compared by id; zero begins at the newest.
	Rotation    time.Time
	Below       int64
	Days        []Day
	Differences []Difference
}

// Window is a range of ids [Low, High) that a back-fill reads from its upper end
// down, and how far it has come.
type Window struct {
	Entity    source.Entity
	High, Low int64
	Below     int64 // read down to here
	// Density is how many objects there are for each id, about.
	Density      float64
	Calls        int64
	Objects      int64
	NewDocuments int64
	Quarantined  int64
	Done         bool
}
