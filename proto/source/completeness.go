package source

import "time"

// Service is the extractor's name in questions (proto/subject).
const Service = "extractor"

// VerbCompleteness asks for CompletenessAnswer: CompletenessRequest ->
// CompletenessAnswer.
const VerbCompleteness = "completeness"

// CompletenessRequest asks what of the source is here and what is not.
type CompletenessRequest struct {
	// Entity limits the answer to one entity.
	Entity Entity `json:"entity,omitempty"`
}

// CompletenessAnswer has an entry for each entity that was compared with its
// source.
type CompletenessAnswer struct {
	Entities []Completeness `json:"entities"`
}

// Completeness is what the last comparison of an entity with its source found.
type Completeness struct {
	Entity Entity `json:"entity"`
	// Source and Stored count objects.
	Source    int64     `json:"source"`
	Stored    int64     `json:"stored"`
	CheckedAt time.Time `json:"checkedAt"`
	// Differing counts the open differences by state: missing (never read), late
	// (the source has a newer version), deleted (the source lists it no more),
	// rejected (it cannot be read).
	Differing map[string]int64 `json:"differing"`
	// Days are those whose counts differ, the newest first, and Examples open
	// differences; both are cut short.
	Days     []DayCount   `json:"days"`
	Examples []Difference `json:"examples"`
}

// DayCount compares a day, in the source's zone.
type DayCount struct {
	Day    string `json:"day"` // 2026-07-24
	Source int64  `json:"source"`
	Stored int64  `json:"stored"`
}

// Difference is an object that is not the same here and there.
type Difference struct {
	ID    string `json:"id"`
	State string `json:"state"`
	// Batch that found it.
	Batch int64 `json:"batch"`
}
