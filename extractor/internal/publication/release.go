package publication

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/upgrade"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// feed is the first part of the ids of documents of a publication.
const feed = "ocds"

// compiled is the last part of the id of a document that is a process's compiled
// release: there is one of each process, and a new one takes the place of the old.
const compiled = "compiled"

// releasesOf makes documents of an item: one of a release; of a record its whole
// releases, or its compiled release when it has only links to them.
func releasesOf(it *read.Item, url string, now time.Time) iter.Seq[outcome] {
	return func(yield func(outcome) bool) {
		old := it.Package != nil && oldVersion(it.Package.Head.Version)
		if it.Kind == read.Release {
			yield(releaseOf(it.JSON, "", old || it.Package == nil, it.Pointer(), url, now))
			return
		}
		var d ocds.Document
		record, err := d.Parse(it.JSON)
		if err != nil || len(d.Duplicates()) > 0 {
			// The canonical form says what is wrong and where.
			yield(releaseOf(it.JSON, "", false, it.Pointer(), url, now))
			return
		}
		ocid := record.Get("ocid").Text()
		whole := 0
		for i, r := range record.Get("releases").Items() {
			if r.Kind() == ocds.Object && !r.Get("id").Ok() && r.Get("url").Ok() {
				continue // a link
			}
			whole++
			if !yield(releaseOf(r.AppendTo(nil), ocid, old || it.Package == nil, it.Pointer()+"/releases/"+strconv.Itoa(i), url, now)) {
				return
			}
		}
		if whole > 0 {
			return
		}
		if c := record.Get("compiledRelease"); c.Kind() == ocds.Object {
			o := releaseOf(c.AppendTo(nil), ocid, old || it.Package == nil, it.Pointer()+"/compiledRelease", url, now)
			if o.reject == nil {
				o.document.ID = documentID(o.document.Process, compiled)
			}
			yield(o)
			return
		}
		yield(rejected(it.JSON, ocid, RuleRecord, it.Pointer(), "the record has neither whole releases nor a compiled release; links to releases are not followed", url, now))
	}
}

// oldVersion says whether a package is of OCDS 1.0, which had no version field.
func oldVersion(version string) bool { return version == "" || version == "1.0" }

// releaseOf makes a document of a release, or the reason why it is none. ocid is
// that of the record around it. maybeOld says that the release can be of 1.0.
func releaseOf(raw []byte, ocid string, maybeOld bool, pointer, url string, now time.Time) outcome {
	body, err := document.Canonical(raw)
	if err != nil {
		var bad *document.SyntaxError
		if !errors.As(err, &bad) {
			return outcome{err: err}
		}
		return rejected(raw, salvage(raw, ocid), bad.Rule, pointer+bad.Pointer, bad.Message, url, now)
	}
	var d ocds.Document
	release, err := d.Parse(raw)
	if err != nil {
		return outcome{err: err} // the canonical form has read it
	}
	changed := false
	if release.Kind() != ocds.Object {
		return rejected(raw, ocid, RuleShape, pointer, "a release is an object, this is none", url, now)
	}
	if own := release.Get("ocid"); own.Kind() == ocds.String && strings.TrimSpace(own.Text()) != "" {
		ocid = strings.TrimSpace(own.Text())
	} else if ocid != "" {
		release.Set("ocid", d.NewString(ocid))
		changed = true
	}
	key := process.OfOCID(ocid)
	if key == "" {
		return rejected(raw, "", RuleOCID, pointer+"/ocid", "the release has no ocid, so that it belongs to no process", url, now)
	}
	if maybeOld && !release.Get("parties").Ok() {
		upgrade.Release(&d, release)
		changed = true
	}
	if changed {
		if body, err = document.Canonical(release.AppendTo(nil)); err != nil {
			return outcome{err: err}
		}
	}
	made := document.Document{
		Entity: source.OCDSRelease, Hash: document.HashOf(body), Process: key, FetchedAt: now, URL: url, Body: body,
	}
	date := release.Get("date").Bytes()
	if at, _, ok := ocds.ParseTime(bytes.TrimSpace(date)); ok {
		made.ChangedAt = at.UTC()
	}
	switch id := body.Text("id"); {
	case slices.ContainsFunc(elements(release.Get("tag")), func(t string) bool { return t == compiled }):
		made.ID = documentID(key, compiled)
	case id == "":
		made.ID = documentID(key, made.Hash.String())
	default:
		// Publishers give the same id to several releases of a process; the date
		// tells those apart, and what has both the same is one release, corrected.
		made.ID = documentID(key, id+"@"+string(date))
	}
	return outcome{document: made}
}

func elements(list ocds.Value) (texts []string) {
	for _, e := range list.Items() {
		texts = append(texts, e.Text())
	}
	return texts
}

func documentID(key process.Key, release string) string {
	return feed + "/" + key.OCID("") + "/" + release
}

// rejected is a release that cannot be read. It names its process in its id
// only: nothing of that process is stored by it.
func rejected(raw []byte, ocid, rule, pointer, message, url string, now time.Time) outcome {
	r := &document.Reject{Entity: source.OCDSRelease, Rule: rule, Pointer: pointer, Message: message, Raw: bytes.Clone(raw), URL: url, At: now}
	if ocid != "" {
		r.Message = "process " + ocid + ": " + message
	}
	return outcome{reject: r}
}

// salvage finds the ocid of a text without canonical form, for the message.
func salvage(raw []byte, otherwise string) string {
	v, err := ocds.Parse(raw)
	if err != nil || v.Get("ocid").Kind() != ocds.String {
		return otherwise
	}
	return v.Get("ocid").Text()
}
