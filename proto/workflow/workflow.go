// Package workflow names everything that Temporal sees: task queues, workflow
// and activity types, ids, queries, signals and search attributes. Services
// start and call one another's workflows and activities only by these names.
package workflow

import (
	"fmt"

	"github.com/kzocds/kzocds/proto/source"
)

// Task queues, one per service.
const (
	QueueExtractor   = "extractor"
	QueueTransformer = "transformer"
	QueuePublisher   = "publisher"
	QueueAnalytics   = "analytics"
)

// Workflow types.
const (
	// Publication runs one batch from source to Explorer; publisher queue.
	// PublicationInput -> PublicationResult.
	Publication = "Publication"
	// Extract fetches one batch; extractor queue. ExtractInput -> ExtractResult.
	Extract = "Extract"
	// Crawl fetches one entity of a batch; extractor queue.
	// CrawlInput -> CrawlProgress.
	Crawl = "Crawl"
	// Transform makes the releases of one batch; transformer queue.
	// TransformInput -> TransformResult.
	Transform = "Transform"
	// Publish makes and flips a snapshot; publisher queue.
	// PublishInput -> PublicationResult without the stages before it.
	Publish = "Publish"
)

// Activity types.
const (
	OpenBatch  = "OpenBatch"  // extractor: OpenBatchInput -> Batch
	FetchPages = "FetchPages" // extractor: CrawlInput -> CrawlProgress
	CloseBatch = "CloseBatch" // extractor: ExtractInput -> ExtractResult

	AwaitSource    = "AwaitSource"    // transformer: TransformInput -> TransformProgress: what is pending
	TransformShard = "TransformShard" // transformer: TransformShardInput -> TransformProgress
	SumTransform   = "SumTransform"   // transformer: TransformInput -> TransformResult

	AwaitProcesses = "AwaitProcesses" // publisher: PublishInput -> nothing
	PlanSnapshot   = "PlanSnapshot"   // publisher: PublishInput -> SnapshotPlan
	BuildPartition = "BuildPartition" // publisher: BuildInput -> BuildResult
	Assemble       = "Assemble"       // publisher: AssembleInput -> nothing; writes the manifest
	Gate           = "Gate"           // publisher: AssembleInput -> GateResult
	Flip           = "Flip"           // publisher: FlipInput -> nothing; writes latest.json

	LoadSnapshot = "LoadSnapshot" // analytics: LoadInput -> LoadResult
)

// Query, signals.
const (
	QueryProgress = "progress" // -> Progress
	SignalPause   = "pause"
	SignalResume  = "resume"
)

// Search attributes, all keywords, registered in the namespace.
const (
	AttrWindow   = "KzWindow"   // change window, 2026-07-24T00:00Z/2026-07-25T00:00Z, or all
	AttrEntity   = "KzEntity"   // entity being fetched, or all
	AttrStage    = "KzStage"    // extract, transform, publish, load, done, gate-failed
	AttrSnapshot = "KzSnapshot" // snapshot id, first 12 digits
)

// SearchAttributes lists the attributes to register.
func SearchAttributes() []string {
	return []string{AttrWindow, AttrEntity, AttrStage, AttrSnapshot}
}

// ScheduleSync is the id of the Schedule that starts a Publication.
func ScheduleSync(src string) string { return "sync-" + src }

// PublicationID is the workflow id of the publication of a source. The
// Schedule appends the start time.
func PublicationID(src string) string { return "publication/" + src }

// ExtractID, CrawlID, TransformID and PublishID are business ids: starting
// twice is starting once.
func ExtractID(src string, batch int64) string {
	return fmt.Sprintf("extract/%s/batch-%06d", src, batch)
}

func CrawlID(src string, batch int64, e source.Entity) string {
	return ExtractID(src, batch) + "/" + string(e)
}

func TransformID(src string, batch int64) string {
	return fmt.Sprintf("transform/%s/batch-%06d", src, batch)
}

func PublishID(src string, batch int64) string {
	return fmt.Sprintf("publish/%s/batch-%06d", src, batch)
}
