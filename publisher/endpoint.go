package publisher

import (
	"github.com/go-kit/kit/endpoint"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/proto/publication"
)

// question is one verb of the service: how its request reads and what answers
// it. Tracing, metrics, deadlines and recovery are the server's.
type question struct {
	verb     string
	decode   func([]byte) (any, error)
	endpoint endpoint.Endpoint
}

// questionsOf lists every verb.
func questionsOf(q Questions) []question {
	return []question{
		{publication.VerbReleases, bus.Decode[publication.FeedRequest], bus.Endpoint(q.Releases)},
		{publication.VerbRecords, bus.Decode[publication.FeedRequest], bus.Endpoint(q.Records)},
		{publication.VerbRelease, bus.Decode[publication.ReleaseRequest], bus.Endpoint(q.Release)},
		{publication.VerbRecord, bus.Decode[publication.RecordRequest], bus.Endpoint(q.Record)},
		{publication.VerbBulk, bus.Decode[publication.BulkRequest], bus.Endpoint(q.Bulk)},
		{publication.VerbProvenance, bus.Decode[publication.ProvenanceRequest], bus.Endpoint(q.Provenance)},
		{publication.VerbStatus, bus.Decode[publication.StatusRequest], bus.Endpoint(q.Status)},
	}
}
