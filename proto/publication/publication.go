// Package publication declares the questions that the publisher answers
// (svc.v1.publisher.<verb>): the open feed, single records, the bulk index,
// provenance. Documents are raw JSON, as stored.
package publication

import (
	"encoding/json"
	"time"
)

// Service and its verbs.
const (
	Service = "publisher"

	VerbReleases   = "releases"   // FeedRequest -> FeedPage of releases
	VerbRecords    = "records"    // FeedRequest -> FeedPage of records
	VerbRelease    = "release"    // ReleaseRequest -> Document
	VerbRecord     = "record"     // RecordRequest -> Document
	VerbBulk       = "bulk"       // BulkRequest -> Bulk
	VerbProvenance = "provenance" // ProvenanceRequest -> Provenance
	VerbStatus     = "status"     // StatusRequest -> Status
)

// FeedRequest asks for a page in commit order.
type FeedRequest struct {
	Cursor string    `json:"cursor,omitempty"` // opaque; empty = from the beginning
	Since  time.Time `json:"since,omitzero"`   // only releases dated at or after
	Limit  int       `json:"limit,omitempty"`
}

// FeedPage is one page.
type FeedPage struct {
	Items []json.RawMessage `json:"items"`
	// Tombstones come after the items: what they name is published no more.
	Tombstones []Tombstone `json:"tombstones,omitempty"`
	// Next continues after the last item; it is set even at the end, so that a
	// follower can wait there for what comes.
	Next string `json:"next"`
	// Previous gives the page before, "" on the first.
	Previous string `json:"previous,omitempty"`
	// More is false when the page reached the end of the feed.
	More bool `json:"more"`
	Package
}

// Package is what a release or record package says about itself.
type Package struct {
	Extensions []string  `json:"extensions"`
	Publisher  Publisher `json:"publisher"`
	License    string    `json:"license"`
	Policy     string    `json:"publicationPolicy,omitempty"`
	// Newest is the date of its newest release: the package's publishedDate. Zero
	// for an empty page.
	Newest time.Time `json:"newest,omitzero"`
}

// Tombstone says that a process, or one release of it, is published no more.
// Should it be published again, it comes again.
type Tombstone struct {
	OCID      string    `json:"ocid"`
	ReleaseID string    `json:"releaseId,omitempty"` // empty: the whole process
	Date      time.Time `json:"date"`
}

// ReleaseRequest asks for one release.
type ReleaseRequest struct {
	ID string `json:"id"`
}

// RecordRequest asks for the record of a contracting process.
type RecordRequest struct {
	OCID      string    `json:"ocid"`
	Versioned bool      `json:"versioned,omitempty"`
	AsOf      time.Time `json:"asOf,omitzero"` // only releases dated up to this instant
}

// Document is one release or record.
type Document struct {
	Body   json.RawMessage `json:"body"`
	Digest string          `json:"digest"` // hex SHA-256, for ETag
	Package
}

// BulkRequest asks for the manifest of a snapshot.
type BulkRequest struct {
	Snapshot string `json:"snapshot,omitempty"` // empty = current
}

// Manifest lists everything that a snapshot consists of. It is also the text
// of snapshots/<id>/manifest.json in object storage.
//
// A snapshot is a complete older one, the base, and deltas over it. Datasets are
// the files of the base; without deltas they are those of the snapshot itself.
// To have the state of the snapshot, take the base and apply the deltas in their
// order: everything of a process in a delta replaces everything of that process.
type Manifest struct {
	Version   string            `json:"version"` // of this format: 1
	ID        string            `json:"id"`
	Parent    string            `json:"parent,omitempty"`
	Date      time.Time         `json:"date"` // of the newest release; no wall clock enters a manifest
	Publisher Publisher         `json:"publisher"`
	License   string            `json:"license"`
	Policy    string            `json:"publicationPolicy,omitempty"`
	Window    Window            `json:"sourceWindow"`
	Versions  map[string]string `json:"versions"` // mapping, method, schema
	Counts    Counts            `json:"counts"`
	// Cursor is the place in the feed of releases at which the snapshot was cut:
	// a follower that goes on from here misses nothing and gets nothing twice.
	Cursor   string    `json:"cursor,omitempty"`
	Datasets []Dataset `json:"datasets"`
	Base     *Base     `json:"base,omitempty"` // nil when there are no deltas
	Deltas   []Delta   `json:"deltas,omitempty"`
}

// Base tells which complete snapshot Datasets of a manifest with deltas are.
type Base struct {
	Snapshot string    `json:"snapshot"`
	Date     time.Time `json:"date"`
	Counts   Counts    `json:"counts"`
	Cursor   string    `json:"cursor,omitempty"`
}

// Delta holds every process that changed between two snapshots, whole. The last
// delta of a manifest contains at least what changed since the manifest's Parent,
// so whoever has the parent needs no other.
type Delta struct {
	Name      string   `json:"name"` // 0001; sorts in the order of application
	From      string   `json:"from"` // snapshot ids
	To        string   `json:"to"`
	Processes int64    `json:"processes"`         // that are new or replaced: the rows of table processes
	Releases  int64    `json:"releases"`          // that are new
	Removed   []string `json:"removed,omitempty"` // ocids of processes that are no longer published
	// RemovedReleases are releases that another mapping took back, of processes
	// that are still published.
	RemovedReleases []string  `json:"removedReleases,omitempty"`
	Datasets        []Dataset `json:"datasets"` // records, releases, compiled, tables, as in the manifest
}

// Publisher as in an OCDS package.
type Publisher struct {
	Name   string `json:"name"`
	Scheme string `json:"scheme,omitempty"`
	UID    string `json:"uid,omitempty"`
	URI    string `json:"uri,omitempty"`
}

// Window is the period of releases in the snapshot.
type Window struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Counts of a snapshot.
type Counts struct {
	Processes int64 `json:"processes"`
	Releases  int64 `json:"releases"`
}

// Dataset is a kind of file.
type Dataset struct {
	Name    string   `json:"name"`            // records, releases, compiled, tables, extensions, codelists
	Table   string   `json:"table,omitempty"` // of tables
	Objects []Object `json:"objects"`
}

// Object is a file.
type Object struct {
	Period    string `json:"period,omitempty"` // 2026-07
	Name      string `json:"name"`             // records/2026-07.jsonl.gz
	Key       string `json:"key"`              // in the bucket
	URL       string `json:"url,omitempty"`    // public; only in answers, never in the stored manifest
	MediaType string `json:"mediaType"`
	Bytes     int64  `json:"bytes"`
	Rows      int64  `json:"rows"`
	SHA256    string `json:"sha256"`
}

// Bulk is a manifest with what a page about the publication says, in kk, ru and
// en where it is text.
type Bulk struct {
	Manifest
	ManifestURL  string `json:"manifestUrl"`
	ChecksumsURL string `json:"checksumsUrl"`           // as sha256sum -c reads them
	SignatureURL string `json:"signatureUrl,omitempty"` // Ed25519 over the manifest; empty: not signed
	KeyURL       string `json:"keyUrl,omitempty"`       // public key, PEM

	Current     bool              `json:"current"`
	Permanent   string            `json:"permanentUrl"` // of this answer; stays as long as the snapshot
	Cited       bool              `json:"cited"`        // kept for ever
	Published   time.Time         `json:"published,omitzero"`
	Title       map[string]string `json:"title"`
	Description map[string]string `json:"description"`
	Frequency   string            `json:"frequency"` // ISO 8601 duration between two publications
	Citation    map[string]string `json:"citation"`
	Objects     []ObjectCount     `json:"objects"`
	Quality     *Quality          `json:"quality,omitempty"` // of the present publication
	Years       []YearFiles       `json:"years"`
	Changes     []SnapshotChange  `json:"changelog"` // newest first

	// JSONLD is a schema.org Dataset by language, for the page's head.
	JSONLD map[string]json.RawMessage `json:"jsonLd"`
}

// ObjectCount counts the rows of a table in the files of the base.
type ObjectCount struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

// Quality sums up what validation found.
type Quality struct {
	Quarantined int64           `json:"quarantined"` // processes held back
	Findings    []FindingStatus `json:"findings"`    // by rule, most frequent first
}

// YearFiles are the downloads of a year, or of all years.
type YearFiles struct {
	Year  string   `json:"year"` // "" for files of all years
	Files []Object `json:"files"`
}

// SnapshotChange is a line of the changelog.
type SnapshotChange struct {
	ID        string    `json:"id"`
	Published time.Time `json:"published"`
	Processes int64     `json:"processes"`
	Cited     bool      `json:"cited"`
}

// Latest is the text of latest.json, the only object that changes.
type Latest struct {
	Snapshot string `json:"snapshot"`
	Manifest string `json:"manifest"` // key
}

// ProvenanceRequest asks where a process came from.
type ProvenanceRequest struct {
	OCID string `json:"ocid"`
}

// Provenance leads from releases to source documents.
type Provenance struct {
	OCID     string              `json:"ocid"`
	Releases []ReleaseProvenance `json:"releases"`
}

// ReleaseProvenance is one release with the documents it was made from.
type ReleaseProvenance struct {
	ID             string           `json:"id"`
	Date           time.Time        `json:"date"`
	Tag            []string         `json:"tag"`
	MappingVersion string           `json:"mappingVersion"`
	Documents      []SourceDocument `json:"documents"`
}

// SourceDocument is a version of a source object.
type SourceDocument struct {
	Entity    string    `json:"entity"`
	ID        string    `json:"id"`
	Hash      string    `json:"hash"` // hex SHA-256 of the canonical body
	URL       string    `json:"url"`
	Origin    string    `json:"origin"` // adapter it came through: goszakup, goszakup-feed or ocds
	FetchedAt time.Time `json:"fetchedAt"`
}

// StatusRequest asks how the pipeline stands.
type StatusRequest struct{}

// Status of the pipeline.
type Status struct {
	Snapshot    string          `json:"snapshot"`
	Published   time.Time       `json:"published,omitzero"` // when the snapshot became current
	Date        time.Time       `json:"date,omitzero"`      // newest change of the source in it
	Processes   int64           `json:"processes"`
	Quarantined int64           `json:"quarantined"`
	Entities    []EntityStatus  `json:"entities"`
	Findings    []FindingStatus `json:"findings"`
	Waiting     []Waiting       `json:"waiting"`
}

// Waiting counts the messages of a stream that their consumer has not handled.
type Waiting struct {
	Consumer string `json:"consumer"`
	Messages int64  `json:"messages"`
}

// EntityStatus counts objects of one source entity.
type EntityStatus struct {
	Entity      string `json:"entity"`
	Source      int64  `json:"source"`
	Stored      int64  `json:"stored"`
	Quarantined int64  `json:"quarantined"`
}

// FindingStatus counts one rule.
type FindingStatus struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Count    int64  `json:"count"`
}
