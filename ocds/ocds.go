// Package ocds is the Open Contracting Data Standard in Go.
//
// The package itself holds what all of its parts share: a JSON value model that
// keeps numbers and strings exactly as they were written and can be edited in place
// (Document, Value), the standard's times, and the names of release tags. The
// parts are
//
//   - schema: the schemas of OCDS 1.1.5, code lists and registered extensions;
//   - merge: compiled and versioned releases;
//   - validate: findings about releases, records and packages;
//   - pack: release and record packages;
//   - read: streams of releases and records from files of any size;
//   - flatten: tables as CSV, Excel and Parquet;
//   - coverage: how often each field is filled;
//   - indicators: red flags.
//
// The command ocds (cmd/ocds) offers them on the command line.
package ocds

// Tag is what a release is about: a code of the list releaseTag.
type Tag string

// The release tags of OCDS 1.1.
const (
	TagPlanning             Tag = "planning"
	TagPlanningUpdate       Tag = "planningUpdate"
	TagTender               Tag = "tender"
	TagTenderAmendment      Tag = "tenderAmendment"
	TagTenderUpdate         Tag = "tenderUpdate"
	TagTenderCancellation   Tag = "tenderCancellation"
	TagAward                Tag = "award"
	TagAwardUpdate          Tag = "awardUpdate"
	TagAwardCancellation    Tag = "awardCancellation"
	TagContract             Tag = "contract"
	TagContractUpdate       Tag = "contractUpdate"
	TagContractAmendment    Tag = "contractAmendment"
	TagContractTermination  Tag = "contractTermination"
	TagImplementation       Tag = "implementation"
	TagImplementationUpdate Tag = "implementationUpdate"
	TagCompiled             Tag = "compiled"
)
