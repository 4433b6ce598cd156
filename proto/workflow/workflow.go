// Package workflow names everything that Temporal sees: task queues, workflow
// and activity types, ids, queries, signals and search attributes. Services
// start and call one another's workflows and activities only by these names.
package workflow

import (
	"fmt"
	"strings"

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
	// BackFill reads what a source had before the first batch; extractor queue.
	// BackFillInput -> BackFillProgress.
	BackFill = "BackFill"
	// Transform makes the releases of one batch; transformer queue.
	// TransformInput -> TransformResult.
	Transform = "Transform"
	// Remap runs a mapping version beside the current one until an operator
	// decides; queue of the version. RemapInput -> RemapResult.
	Remap = "Remap"
	// RetryQuarantine transforms processes in quarantine anew; transformer queue.
	// RetryInput -> RetryResult.
	RetryQuarantine = "RetryQuarantine"
	// Publish makes and flips a snapshot; publisher queue.
	// PublishInput -> PublicationResult without the stages before it.
	Publish = "Publish"
	// Compact puts the current snapshot together anew, without deltas; publisher
	// queue. CompactInput -> PublicationResult.
	Compact = "Compact"
	// Collect removes what no snapshot needs; publisher queue.
	// CollectInput -> CollectResult.
	Collect = "Collect"
	// MakeForms fills the statutory forms of the loaded snapshot; analytics queue.
	// Nothing -> number of editions made.
	MakeForms = "MakeForms"
	// Operate carries out an operator's word on the publication; publisher queue.
	// OperateInput -> OperateResult.
	Operate = "Operate"
)

// Acts of Operate.
const (
	ActRollBack = "roll-back" // make an earlier snapshot current and hold publication
	ActRelease  = "release"   // end a hold
	ActCite     = "cite"      // keep a snapshot for ever
	ActAccept   = "accept"    // let a check fail once
	ActWithdraw = "withdraw"  // take a process out of the publication
	ActRestore  = "restore"   // put it back
)

// Activity types.
const (
	OpenBatch  = "OpenBatch"  // extractor: OpenBatchInput -> Batch
	FetchPages = "FetchPages" // extractor: CrawlInput -> CrawlProgress
	CloseBatch = "CloseBatch" // extractor: ExtractInput -> ExtractResult

	PlanBackFill  = "PlanBackFill"  // extractor: BackFillInput -> BackFillPlan
	FetchBackFill = "FetchBackFill" // extractor: BackFillWindowInput -> BackFillWindowResult

	AwaitSource    = "AwaitSource"    // transformer: TransformInput -> TransformProgress: what is pending
	TransformShard = "TransformShard" // transformer: TransformShardInput -> TransformProgress
	SumTransform   = "SumTransform"   // transformer: TransformInput -> TransformResult

	BeginRemap      = "BeginRemap"      // transformer: RemapInput -> RemapScope
	CompareMappings = "CompareMappings" // transformer: RemapScope -> MappingComparison
	AdoptMapping    = "AdoptMapping"    // transformer: RemapInput -> AdoptResult
	RejectMapping   = "RejectMapping"   // transformer: RemapInput -> nothing
	RetryProcesses  = "RetryProcesses"  // transformer: RetryInput -> RetryResult

	AwaitProcesses = "AwaitProcesses" // publisher: PublishInput -> nothing
	PlanSnapshot   = "PlanSnapshot"   // publisher: PublishInput -> SnapshotPlan
	BuildPartition = "BuildPartition" // publisher: BuildInput -> BuildResult
	Assemble       = "Assemble"       // publisher: AssembleInput -> nothing; writes the manifest
	Gate           = "Gate"           // publisher: AssembleInput -> GateResult
	Flip           = "Flip"           // publisher: FlipInput -> nothing; writes latest.json
	PlanCompaction = "PlanCompaction" // publisher: CompactInput -> SnapshotPlan
	CollectGarbage = "CollectGarbage" // publisher: CollectInput -> CollectResult
	CarryOut       = "CarryOut"       // publisher: OperateInput -> OperateResult

	LoadSnapshot = "LoadSnapshot" // analytics: LoadInput -> LoadResult
	PlanForms    = "PlanForms"    // analytics: nothing -> form/period, a list
	MakeForm     = "MakeForm"     // analytics: form/period -> analysis.Edition
	PublishForms = "PublishForms" // analytics: list of analysis.Edition -> nothing
)

// Query, signals, updates.
const (
	QueryProgress = "progress" // -> Progress
	QueryEstimate = "estimate" // of a BackFill -> BackFillProgress
	// UpdatePace and the signal of the same name change how hard a running
	// BackFill asks the source: BackFillPace.
	UpdatePace   = "pace"
	SignalPause  = "pause"
	SignalResume = "resume"

	// Updates of Remap, without argument. They answer at once; the workflow goes on.
	UpdateAdopt   = "adopt"   // make the version current
	UpdateReject  = "reject"  // forget it
	UpdateCompare = "compare" // catch up with the current version and compare again
)

// QueueMapping is the queue of the transformers that run a mapping version,
// current or not.
func QueueMapping(version string) string { return QueueTransformer + "/" + version }

// Search attributes, all keywords, registered in the namespace.
const (
	AttrWindow   = "KzWindow"   // change window, 2026-07-24T00:00Z/2026-07-25T00:00Z, or all
	AttrEntity   = "KzEntity"   // entity being fetched, or all
	AttrStage    = "KzStage"    // extract, transform, remap, decide, publish, load, done, gate-failed
	AttrSnapshot = "KzSnapshot" // snapshot id, first 12 digits
)

// SearchAttributes lists the attributes to register.
func SearchAttributes() []string {
	return []string{AttrWindow, AttrEntity, AttrStage, AttrSnapshot}
}

// ScheduleSync is the id of the Schedule that starts a Publication.
func ScheduleSync(src string) string { return "sync-" + src }

// ScheduleCompact, ScheduleCollect and ScheduleForms are the ids of the Schedules of
// Compact, Collect and MakeForms.
const (
	ScheduleCompact = "compact"
	ScheduleCollect = "collect"
	ScheduleForms   = "forms"
)

// OperateID is the workflow id of an operator's act on a snapshot, a process or a
// check, or on nothing in particular.
func OperateID(act, on string) string { return strings.TrimSuffix("operate/"+act+"/"+on, "/") }

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

// BackFillID is the workflow id of the back-fill of a source: there is one.
func BackFillID(src string) string { return "back-fill/" + src }

func TransformID(src string, batch int64) string {
	return fmt.Sprintf("transform/%s/batch-%06d", src, batch)
}

// RemapID is the id of the workflow that runs a mapping version beside the
// current one.
func RemapID(version string) string { return "remap/" + version }

// RetryID is the id of a retry of processes in quarantine; what names the choice.
func RetryID(what string) string { return "retry/" + what }

func PublishID(src string, batch int64) string {
	return fmt.Sprintf("publish/%s/batch-%06d", src, batch)
}
