// Package snapshot fetches what an engine loads: the manifest of a published
// snapshot and the Parquet parts of its tables, verified and kept on disk.
package snapshot

// Snapshot is what an engine loads.
type Snapshot struct {
	ID   string // digest, lower case
	AsOf string // date of the newest release, RFC 3339 in UTC
	// Parts are the local Parquet files per table of the complete snapshot that
	// it stands on, Rows the rows they must have.
	Parts map[string][]string
	Rows  map[string]int64
	// Deltas come in the order of their application: a process of one replaces all
	// rows, in all tables, that it had before.
	Deltas []Delta
}

// Delta is the files of the processes that changed.
type Delta struct {
	Parts   map[string][]string // local files per table
	Rows    map[string]int64    // that the files of a table must have
	Removed []string            // ocids of processes that are no longer there
}

// Loaded describes a loaded snapshot.
type Loaded struct {
	ID        string
	AsOf      string
	Currency  string           // that the sums of money are in; values in others are left out and counted
	Processes int64            // distinct ocids
	Rows      map[string]int64 // per table
}
