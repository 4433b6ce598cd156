// Package snapshot says what a snapshot is, without doing any input or output:
// how its identity follows from its content, which objects it consists of, what
// is reused, and how its manifest reads. See docs/data/bulk.md.
//
// The content is two sets, (ocid, digest of the compiled release) and (release
// id, digest of the release), cut into monthly partitions. A snapshot's id is a
// digest of these sets and of the versions of mapping and method, so it depends
// neither on how the objects were made nor on when.
package snapshot

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Datasets of a manifest. Records and Releases are also what a partition is of.
const (
	Records    = "records"
	Releases   = "releases"
	Compiled   = "compiled"
	CSV        = "csv"
	XLSX       = "xlsx"
	Tables     = "tables"
	Extensions = "extensions"
	Codelists  = "codelists"
)

// Datasets of units that are none of a manifest: Years makes the CSV archive and
// the workbook of a year, Deltas everything of a delta.
const (
	Years  = "years"
	Deltas = "deltas"
)

// Mark is a place in commit order, a 64-bit transaction id: what has a smaller id
// came before it. Zero is unknown.
type Mark uint64

func (m Mark) String() string { return strconv.FormatUint(uint64(m), 10) }

// Plan is what a snapshot consists of and how it is put together: the files of a
// complete snapshot, the base, with deltas over it.
type Plan struct {
	ID         string
	Parent     string
	Mark       Mark   // everything before it is in the snapshot
	Base       string // ID itself when there are no deltas
	Recipe     Digest // of the files, see Recipe.Digest
	Partitions []Partition
	Deltas     []Delta
}

// Delta is everything of the processes that changed between two snapshots.
type Delta struct {
	Name             string // 0001; sorts in the order of application
	From, To         string // snapshot ids
	FromMark, ToMark Mark
	Processes        int64    // that are new or changed
	Releases         int64    // that are new
	Removed          []string // processes that are published no more
	RemovedReleases  []string
}

// Stack puts a delta on top of others. It takes in those below it that are not
// more than twice its size, so that sizes at least double from each to the one
// below: there are few deltas however many changes there were, and a change is
// written again a few times only. The result has the size of the new delta not
// counted anew where it took others in; merged says so.
func Stack(below []Delta, d Delta) (stack []Delta, merged bool) {
	stack = slices.Clone(below)
	for len(stack) > 0 && stack[len(stack)-1].Processes <= 2*d.Processes {
		last := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		d.From, d.FromMark = last.From, last.FromMark
		d.Processes += last.Processes
		merged = true
	}
	d.Name = "0001"
	if len(below) > 0 {
		n, err := strconv.Atoi(below[len(below)-1].Name)
		if err != nil {
			panic(err) // names are made here
		}
		d.Name = fmt.Sprintf("%04d", n+1)
	}
	return append(stack, d), merged
}

// Digest is a SHA-256.
type Digest [sha256.Size]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// DigestOf takes a stored digest.
func DigestOf(b []byte) (Digest, error) {
	var d Digest
	if len(b) != len(d) {
		return d, fmt.Errorf("a digest has %d bytes, not %d", len(d), len(b))
	}
	return Digest(b), nil
}

// Partition is one month of records (by first release) or of releases (by
// date), as a set: what it holds, not in which files.
type Partition struct {
	Dataset  string // Records or Releases
	Period   string // 2026-07
	Digest   Digest // of the sorted (id, digest) pairs, see Set
	Items    int64
	Mappings []string  // versions of the mapping that made the releases, sorted; only of Releases
	First    time.Time // dates of the oldest and the newest release; only of Releases
	Last     time.Time
}

// Set computes the digest of a partition from its members, which must come in
// ascending byte order of their ids. Lengths go into the digest before each id,
// so that no two different sets read alike.
type Set struct {
	h     hash.Hash
	last  string
	items int64
}

// NewSet starts an empty set.
func NewSet() *Set { return &Set{h: sha256.New()} }

// Add takes the next member.
func (s *Set) Add(id string, digest []byte) error {
	if s.items > 0 && id <= s.last {
		return fmt.Errorf("members out of order: %q after %q", id, s.last)
	}
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(id)))
	s.h.Write(n[:])
	s.h.Write([]byte(id))
	binary.BigEndian.PutUint32(n[:], uint32(len(digest)))
	s.h.Write(n[:])
	s.h.Write(digest)
	s.last = id
	s.items++
	return nil
}

// Sum is the digest of the members so far, and their number.
func (s *Set) Sum() (Digest, int64) { return Digest(s.h.Sum(nil)), s.items }

// ID is the identity of a snapshot: hex SHA-256 over a text that names, one a
// line, the format, the mapping versions, the method version and every
// partition with its digest, sorted by dataset and period. Empty partitions do
// not count.
func ID(partitions []Partition, method string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "kzocds snapshot 1\nmapping %s\nmethod %s\n", Mapping(partitions), method)
	for _, p := range sorted(partitions) {
		if p.Items > 0 {
			fmt.Fprintf(&b, "%s %s %d %s\n", p.Dataset, p.Period, p.Items, p.Digest)
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Mapping is the version of the mapping of a snapshot; several, sorted and
// separated by "+", while releases of older mappings are in it.
func Mapping(partitions []Partition) string {
	var all []string
	for _, p := range partitions {
		all = append(all, p.Mappings...)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "+")
}

func sorted(partitions []Partition) []Partition {
	return slices.SortedFunc(slices.Values(partitions), func(a, b Partition) int {
		return cmp.Or(cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Period, b.Period))
	})
}

// Unit is one step of building: everything that one pass over one partition
// makes. A unit of records makes the packages, the compiled releases and the
// tables of the month; a unit of releases makes the packages of the month; the
// unit of compiled makes the file of all months, a unit of years the CSV archive
// and the workbook of a year from its months; the unit of extensions makes the
// files of the local extension with its code lists; a unit of deltas makes all
// files of a delta.
type Unit struct {
	Dataset string // Records, Releases, Compiled, Years, Extensions or Deltas
	Period  string // month of Records and Releases, year of Years, name of Deltas
	// Key names the content, the way it is made and what is proved of it: the same
	// key gives the same bytes, so what was built under a key is never built again.
	Key     Digest
	Content Digest // digest of the partition; what the builder must find
	Items   int64
	Delta   Delta // of Deltas
}

// Recipe is what shapes the bytes beside the content.
type Recipe struct {
	Method    string // version of the tables' derivations and of the files' form
	Envelope  string // text that stands for the metadata of packages
	Extension Tree   // the local extension, published beside the data
	Proof     string // what is proved of the documents while they are written
}

// Tree is a set of files that keep their places relative to one another.
type Tree struct {
	Digest Digest
	Files  int
}

// Digest stands for the recipe.
func (r Recipe) Digest() Digest {
	h := sha256.New()
	for _, s := range []string{"kzocds recipe 2", r.Method, r.Envelope, r.Extension.Digest.String(), r.Proof} {
		fmt.Fprintf(h, "%d:%s\n", len(s), s)
	}
	return Digest(h.Sum(nil))
}

// Units lists what a complete snapshot of the partitions consists of, sorted,
// those that are made from others last.
func Units(partitions []Partition, r Recipe) []Unit {
	var units, joined []Unit
	all := NewSet()
	var total, ofYear int64
	var year *Set
	add := func(dataset, period string, items int64, content Digest) {
		u := Unit{Dataset: dataset, Period: period, Content: content, Items: items}
		u.Key = r.key(u)
		if dataset == Compiled || dataset == Years {
			joined = append(joined, u)
			return
		}
		units = append(units, u)
	}
	months := sorted(partitions)
	for i, p := range months {
		if p.Items == 0 {
			continue
		}
		add(p.Dataset, p.Period, p.Items, p.Digest)
		if p.Dataset != Records {
			continue
		}
		total += p.Items
		if year == nil {
			year, ofYear = NewSet(), 0
		}
		ofYear += p.Items
		// Partitions come sorted, so periods ascend.
		for _, s := range []*Set{all, year} {
			if err := s.Add(p.Period, p.Digest[:]); err != nil {
				panic(err)
			}
		}
		rest := months[i+1:]
		next := slices.IndexFunc(rest, func(n Partition) bool { return n.Dataset == Records && n.Items > 0 })
		if next < 0 || Year(rest[next].Period) != Year(p.Period) {
			content, _ := year.Sum()
			add(Years, Year(p.Period), ofYear, content)
			year = nil
		}
	}
	if total > 0 {
		content, _ := all.Sum()
		add(Compiled, "", total, content)
	}
	if r.Extension.Files > 0 {
		add(Extensions, "", int64(r.Extension.Files), r.Extension.Digest)
	}
	return append(units, joined...)
}

// Year of a period.
func Year(period string) string { return period[:min(4, len(period))] }

// DeltaUnits lists what the deltas of a plan consist of.
func DeltaUnits(deltas []Delta, r Recipe) []Unit {
	units := make([]Unit, len(deltas))
	for i, d := range deltas {
		content := sha256.Sum256([]byte(d.From + "\n" + d.To + "\n"))
		u := Unit{Dataset: Deltas, Period: d.Name, Content: content, Items: d.Processes, Delta: d}
		u.Key = r.key(u)
		units[i] = u
	}
	return units
}

func (r Recipe) key(u Unit) Digest {
	h := sha256.New()
	for _, s := range []string{"kzocds unit 2", r.Method, r.Envelope, r.Proof, u.Dataset, u.Period, u.Content.String()} {
		fmt.Fprintf(h, "%d:%s\n", len(s), s)
	}
	return Digest(h.Sum(nil))
}

// Part is an object that lies in the store.
type Part struct {
	Dataset   string
	Table     string // of Tables
	Period    string
	Name      string // records/2026-07.jsonl.gz
	Key       string // in the bucket
	MediaType string
	Bytes     int64
	Rows      int64
	SHA256    Digest
	// Sums are what the rows of a table add up to as they were derived; only when
	// it is built. The gate compares the object with them as it lies in the store.
	Sums []byte
}

// Key is where an object with this content and name lies: content-addressed, so
// snapshots share what they have in common and no key is ever rewritten.
func Key(sum Digest, name string) string {
	return Prefix(sum) + strings.ReplaceAll(name, "/", "-")
}

// Prefix is the folder of everything with one digest.
func Prefix(sum Digest) string {
	hex := sum.String()
	return "data/" + hex[:2] + "/" + hex + "/"
}

// Folder of everything about one snapshot.
func Folder(id string) string { return "snapshots/" + id + "/" }

// ManifestKey is where the manifest of a snapshot lies, as it was published
// first. It never changes.
func ManifestKey(id string) string { return Folder(id) + "manifest.json" }

// CompleteKey is where the manifest without deltas lies of a snapshot that was
// published with deltas first. It never changes either.
func CompleteKey(id string) string { return Folder(id) + "complete.json" }

// SumsKey is where the checksums of everything in a manifest lie, as sha256sum
// reads them.
func SumsKey(manifest string) string { return strings.TrimSuffix(manifest, ".json") + ".sha256" }

// SignatureKey is where the signature of a manifest lies.
func SignatureKey(manifest string) string { return manifest + ".sig" }

// LatestKey is the one key that changes: it names the current snapshot.
const LatestKey = "latest.json"

// Period is the month of an instant, by UTC, as releases carry it.
func Period(t time.Time) string { return t.UTC().Format("2006-01") }

// Short is the first 12 digits of an id: what people read.
func Short(id string) string { return id[:min(12, len(id))] }

// FormatMinor writes an amount in minor units as decimal text, 1234 as 12.34.
func FormatMinor(minor int64) string {
	sign, u := "", uint64(minor)
	if minor < 0 {
		sign, u = "-", -u
	}
	return sign + strconv.FormatUint(u/100, 10) + fmt.Sprintf(".%02d", u%100)
}
