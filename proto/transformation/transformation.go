// Package transformation declares the questions that the transformer answers
// (svc.v1.transformer.<verb>): what is in quarantine and why, which mapping
// versions are run and how they differ, and the quality of what is published.
package transformation

import "time"

// Service and its verbs.
const (
	Service = "transformer"

	VerbQuarantine = "quarantine" // QuarantineRequest -> Quarantine
	VerbMappings   = "mappings"   // MappingsRequest -> Mappings
	VerbComparison = "comparison" // ComparisonRequest -> Comparison
	VerbQuality    = "quality"    // QualityRequest -> Quality
	VerbCodes      = "codes"      // CodesRequest -> Codes
)

// CodesRequest asks what the codes of the portal in releases mean.
type CodesRequest struct {
	List string `json:"list,omitempty"` // code list of the local extension, such as contractForm; empty for all
}

// Codes are entries of code lists, in the order of list and code.
type Codes struct {
	Codes []Code `json:"codes"`
}

// Code is one entry.
type Code struct {
	List string `json:"list"`
	Code string `json:"code"`
	// Title in kk, ru and en.
	Title map[string]string `json:"title"`
	// Untranslated are the languages of Title in which nobody has said it yet, of a
	// code that a dictionary of the source added: there stands the source's symbol of
	// the code, or its name in another language.
	Untranslated []string `json:"untranslated,omitempty"`
	// Standard is the code of the standard's closed list that the code stands for;
	// empty where there is no such list, or nobody has decided (Undecided): the field
	// of the standard is then left out.
	Standard  string `json:"standard,omitempty"`
	Undecided bool   `json:"undecided,omitempty"`
	// Batch that brought the code, of one that a dictionary of the source added to
	// the code list as it is published; 0 of the others.
	Batch int64 `json:"batch,omitempty"`
}

// QuarantineRequest asks for processes whose newest documents could not be
// published, in the order of ocid.
type QuarantineRequest struct {
	Rule  string `json:"rule,omitempty"`  // only with this rule
	After string `json:"after,omitempty"` // ocid; empty for the first page
	Limit int    `json:"limit,omitempty"`
}

// Quarantine is one page.
type Quarantine struct {
	Processes []Held `json:"processes"`
	// Next continues after the last process; empty at the end.
	Next string `json:"next,omitempty"`
}

// Held is a process in quarantine.
type Held struct {
	OCID       string `json:"ocid"`
	ProcessKey string `json:"processKey"`
	// Batch is the one that could not be published.
	Batch int64     `json:"batch"`
	Since time.Time `json:"since"`
	// Published says that an earlier state of the process is published.
	Published bool      `json:"published"`
	Findings  []Finding `json:"findings"`
}

// Finding is one reason.
type Finding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Entity   string `json:"entity,omitempty"` // of the document; empty when found in the release
	ID       string `json:"id,omitempty"`
	Pointer  string `json:"pointer"`
	Message  string `json:"message"`
	Value    string `json:"value,omitempty"`
}

// MappingsRequest asks which mapping versions are run.
type MappingsRequest struct{}

// Mappings lists them, the current one first, and what was compared.
type Mappings struct {
	Mappings    []Mapping    `json:"mappings"`
	Comparisons []Comparison `json:"comparisons"` // without fields
}

// Mapping is a mapping version.
type Mapping struct {
	Version   string    `json:"version"`
	State     string    `json:"state"` // current or candidate
	EnteredAt time.Time `json:"enteredAt"`
	Processes int64     `json:"processes"` // with a record
	Held      int64     `json:"held"`      // in quarantine without one
	Pending   int64     `json:"pending"`   // to be transformed
}

// ComparisonRequest asks how two mapping versions differ.
type ComparisonRequest struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Comparison of the records that two mapping versions made of the same documents.
type Comparison struct {
	From              string    `json:"from"`
	To                string    `json:"to"`
	ComparedAt        time.Time `json:"comparedAt"`
	Batch             int64     `json:"batch"` // as of which both were complete
	Equal             int64     `json:"equal"`
	Changed           int64     `json:"changed"`
	Added             int64     `json:"added"`    // processes with a record only in the new version
	Vanished          int64     `json:"vanished"` // only in the old one
	QuarantinedBefore int64     `json:"quarantinedBefore"`
	QuarantinedAfter  int64     `json:"quarantinedAfter"`
	ReleasesAdded     int64     `json:"releasesAdded"`
	ReleasesWithdrawn int64     `json:"releasesWithdrawn"`
	// Fields that differ, the ones that differ in most processes first.
	Fields []FieldChange `json:"fields,omitempty"`
}

// FieldChange counts how often a field of the compiled release differs.
type FieldChange struct {
	Field     string   `json:"field"`  // tender/lots/value/amount
	Change    string   `json:"change"` // added, removed or changed
	Processes int64    `json:"processes"`
	Values    int64    `json:"values"`
	Examples  []string `json:"examples"` // ocids
}

// QualityRequest asks for findings and scores. Empty filters let everything
// through.
type QualityRequest struct {
	// By is what the answer is grouped by: rule, field, buyer or day.
	By    string `json:"by"`
	Rule  string `json:"rule,omitempty"`
	Buyer string `json:"buyer,omitempty"` // id of the party
	From  string `json:"from,omitempty"`  // days of the newest release, portal time, both included
	To    string `json:"to,omitempty"`
	Limit int    `json:"limit,omitempty"`
}

// Quality of what is published.
type Quality struct {
	// Processes that the filters of buyer and day let through.
	Processes int64        `json:"processes"`
	Rows      []QualityRow `json:"rows"`
	// Cut says that there are more rows than the limit.
	Cut bool `json:"cut"`
}

// QualityRow is one group.
type QualityRow struct {
	Rule     string `json:"rule,omitempty"`
	Severity string `json:"severity,omitempty"`
	// Sentence says by language (kk, ru, en) what the rule found; nil for rules of
	// the standard's schema, whose id is all there is.
	Sentence map[string]string `json:"sentence,omitempty"`
	Field    string            `json:"field,omitempty"`
	Buyer    string            `json:"buyer,omitempty"`
	Day      string            `json:"day,omitempty"`
	// Processes that count here: all of the request, of the buyer, or of the day.
	Processes int64 `json:"processes"`
	// Concerned are the processes among them with at least one finding.
	Concerned int64 `json:"concerned"`
	Findings  int64 `json:"findings"`
	// Score is the share of processes without finding, from 0 to 1.
	Score float64 `json:"score"`
}
