package history

import (
	"time"

	"github.com/kzocds/kzocds/transformer/mapping"
)

// Mapper makes the content of a release of what is known of a process as of a
// batch: everything but id, date and tag, which follow from the history. It is
// pure: the same state gives the same content, in whatever order the documents
// stand. Content is nil when a finding is an error.
type Mapper interface {
	Map(state mapping.State) (mapping.Object, []mapping.Finding)
}

// Reader reads processes that have releases at their source already: each
// document of the state is a release of another publisher, and stays one. It is
// pure like a Mapper, and safe for many goroutines.
type Reader interface {
	// Read gives the releases of the state in any order. A document that cannot be
	// read is a finding of severity error; the others are read all the same.
	Read(state mapping.State) ([]Foreign, []mapping.Finding)
}

// Foreign is a release as its publisher made it.
type Foreign struct {
	// ID as its publisher gave it. It is published with the ocid before it, if it
	// does not begin with that; an empty one is made of the content. A release that
	// changed under the same id becomes a second one.
	ID   string
	Date time.Time
	Tags []string
	// Content is the body without id and tag; its date, if it has one, is the text
	// that is published. It is published as it is: nothing is compared with the
	// release before, nothing is removed by nulls.
	Content mapping.Object
	// DocumentID names the document (mapping.Document.ID) that it was read from.
	DocumentID string
}
