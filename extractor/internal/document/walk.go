package document

import (
	"time"

	"github.com/kzocds/kzocds/proto/source"
)

// Walk is one way through objects of an entity at a source.
type Walk struct {
	Entity source.Entity
	// Since limits the walk to what the source changed from this moment on, in
	// the way that the source can be asked; zero is everything.
	Since time.Time
	// Parent limits the walk to the children of one object, by its id.
	Parent string
	// IDs limits the walk to these objects. A page names those that the source
	// does not have.
	IDs []string
	// Withdrawn walks the list of what the source has withdrawn instead.
	Withdrawn bool
	// After is where the page begins: the Next of the page before, "" for the
	// first. Where a source orders its objects by descending id this is an id,
	// and Floor ends the walk at the first object with an id below it.
	After string
	Floor int64
}

// Way says what a Step does.
type Way int

const (
	// WalkThrough fetches the pages of a walk.
	WalkThrough Way = iota
	// WalkChildren fetches the children of objects that changed in the batch, and
	// of live ones that were not read for longest.
	WalkChildren
	// WalkQueued fetches the objects that the queue names, by their ids.
	WalkQueued
	// WalkJournal reads what the source's journal says about the entity since the
	// last batch, and queues it.
	WalkJournal
	// Compare compares what the source counts with what is stored, and queues
	// what differs.
	Compare
	// Sweep queues stored objects that a complete walk of this batch did not
	// meet.
	Sweep
	// Vanished finds stored documents that no volume lists any more, by what the
	// walk of this batch has read.
	Vanished
	// Inspect compares the source's schema with the one that it showed last.
	Inspect
)

// Step is one part of how a batch reads an entity.
type Step struct {
	Walk
	Way Way
	// UntilKnown ends a walk after a row of unchanged objects.
	UntilKnown bool
	// Every skips the entity as long as the last batch that read it is not older,
	// by the source's clock; zero never skips.
	Every time.Duration
}

// Change is an entry of a source's journal.
type Change struct {
	Entity  source.Entity
	ID      string
	Deleted bool
	At      time.Time
}

// Listing is an object as a list names it: no more than is needed to see whether
// we have it.
type Listing struct {
	ID string
	// At is the date that the source counts the object by, zero when it has none.
	At time.Time
}
