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
}
