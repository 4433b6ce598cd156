// Package subject builds the NATS subjects and names the streams of kzocds.
//
// Facts: <stream>.v1.<noun>.<past-verb>.<key>, where key is a digest token,
// because an ocid or URL may hold characters that mean something in a subject;
// the true key is in header.Key. Questions: svc.v1.<service>.<verb>.
package subject

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/kzocds/kzocds/proto/source"
)

// Streams.
const (
	StreamSource     = "SOURCE"
	StreamOCDS       = "OCDS"
	StreamQuarantine = "QUARANTINE"
)

// Durable consumers, <service>-<purpose>.
const (
	ConsumerTransformer = "transformer-source"
	ConsumerPublisher   = "publisher-ocds"
)

// Wildcards of the streams.
const (
	AllSource     = "source.v1.>"
	AllOCDS       = "ocds.v1.>"
	AllQuarantine = "quarantine.v1.>"
)

// SnapshotPublished tells (core NATS, no stream) that a new snapshot became
// current; the body is its id.
const SnapshotPublished = "snapshot.v1.current.published"

// SourceDocumentStored is the subject of a stored source document.
func SourceDocumentStored(entity source.Entity, id string) string {
	return "source.v1." + strings.ReplaceAll(string(entity), "_", "-") + ".stored." + Token(id)
}

// ProcessChanged is the subject of a changed contracting process.
func ProcessChanged(ocid string) string { return "ocds.v1.process.changed." + Token(ocid) }

// Quarantined is the subject of something that could not be carried on at a
// stage (extract, transform, publish).
func Quarantined(stage, key string) string {
	return "quarantine.v1." + Token(stage) + ".quarantined." + Token(key)
}

// Question is the subject of a request to a service, answered by one of its
// replicas.
func Question(service, verb string) string { return "svc.v1." + service + "." + verb }

// Token makes a subject token of any text: the first 16 hex digits of its
// SHA-256. It is short, has no character with a meaning, and spreads evenly.
func Token(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
