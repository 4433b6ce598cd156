package history

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/transformer/mapping"
)

// foreign tells the history of a process whose documents are releases already.
// Batch by batch they are added in the order of their dates; a release that came
// late keeps its date and is merged in its place, but counts after those that
// were published before it. One that cannot be read is left out and shown in
// quarantine; when the releases of a batch cannot be merged with those before,
// the whole batch is. What else breaks the standard is a finding: publications
// that break it somewhere are the rule, and nobody here can mend them.
func (b *Builder) foreign(in Input) (Result, error) {
	result := Result{OCID: in.Key.OCID(b.Config.OCIDPrefix), State: in.Before}
	if b.Reader == nil {
		return result, fmt.Errorf("process %s comes from another publisher, and nothing reads those", in.Key)
	}
	own := newTimeline(in.Own)
	var accepted []Release
	var compiled []byte
	for _, batch := range own.batches() {
		changed := own.advance(batch)
		result.Looked, result.Quarantine, result.QuarantineBatch = batch, nil, 0
		read, findings := b.Reader.Read(mapping.State{Key: in.Key, Own: documentsOf(changed)})
		result.Findings = findings
		errors := errorsOf(findings)
		if added := adopt(result.OCID, batch, read, changed, accepted); len(added) > 0 {
			merged, err := b.Merger.Compile(bodies(accepted, added))
			if err != nil {
				errors = append(errors, mapping.Finding{Rule: "ocds.merge", Severity: mapping.SeverityError, Message: err.Error()})
			} else {
				accepted, compiled = append(accepted, added...), merged
				for _, f := range b.Validator.Compiled(merged) {
					f.Severity = mapping.SeverityWarning
					result.Findings = append(result.Findings, f)
				}
			}
		}
		if len(errors) > 0 {
			result.Quarantine, result.QuarantineBatch = errors, batch
		}
		result.State.Batch = batch
	}
	if len(accepted) == 0 {
		return result, nil
	}
	for i := range accepted {
		accepted[i].Ordinal = i + 1
	}
	result.Releases = accepted[min(in.Before.Releases, len(accepted)):]
	newest := slices.MaxFunc(accepted, func(a, b Release) int { return a.Date.Compare(b.Date) })
	result.State.Releases, result.State.Date, result.State.Compiled = len(accepted), newest.Date, compiled
	result.State.Digest = Digest(compiled)
	result.State.Content = newest.Digest
	if content, err := decode(compiled); err == nil {
		result.Buyer = buyerOf(content)
	}
	return result, nil
}

// adopt turns read releases into releases of ours, without those that are known.
func adopt(ocid string, batch int64, read []Foreign, versions []Version, known []Release) (added []Release) {
	slices.SortFunc(read, func(a, b Foreign) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID), cmp.Compare(a.DocumentID, b.DocumentID))
	})
	for _, f := range read {
		made, fresh := fresh(ocid, f, known, added)
		if !fresh {
			continue
		}
		made.Batch = batch
		for _, v := range versions {
			if v.ID == f.DocumentID {
				made.Sources = append(made.Sources, v)
			}
		}
		added = append(added, made)
	}
	return added
}

// fresh is a release as it is published here, and whether it is not published
// yet. One that was published under the same id with another content gets an id
// of its own. If the earlier one is of the same document, the publisher has
// corrected it: the correction is dated a second after what it corrects, so that
// merging takes it for the newer.
func fresh(ocid string, f Foreign, lists ...[]Release) (Release, bool) {
	taken := func(r Release) (id, content bool) {
		for _, list := range lists {
			for i := range list {
				if list[i].ID == r.ID {
					return true, bytes.Equal(list[i].Digest, r.Digest)
				}
			}
		}
		return false, false
	}
	made := retold(ocid, f)
	id, same := taken(made)
	if !id || same {
		return made, !same
	}
	f.ID = ""
	if made = retold(ocid, f); second(taken(made)) {
		return made, false
	}
	for _, r := range lists[0] {
		if slices.ContainsFunc(r.Sources, func(v Version) bool { return v.ID == f.DocumentID }) && !f.Date.After(r.Date) {
			f.Date = r.Date.Add(time.Second)
		}
	}
	made = retold(ocid, f)
	return made, !second(taken(made))
}

func second(_, b bool) bool { return b }

// retold is a release under the id of its publisher, or under one made of its
// content. Release ids need to be unique only within their process (standard,
// release.id); here they are unique over all, so the ocid goes before those
// that lack it.
func retold(ocid string, f Foreign) Release {
	body := write(f.Content)
	defer body.free()
	if f.ID == "" {
		return complete(ocid, body, f.Tags, f.Date)
	}
	made := Release{ID: f.ID, OCID: ocid, Date: f.Date, Tags: f.Tags}
	if !strings.HasPrefix(f.ID, ocid) {
		made.ID = ocid + "-" + f.ID
	}
	date, stated := f.Content["date"].(string)
	if !stated {
		date = mapping.FormatTime(f.Date)
	}
	made.Body, _ = body.release(made.ID, f.Tags, date)
	made.Digest = Digest(made.Body)
	return made
}

func bodies(lists ...[]Release) [][]byte {
	var all [][]byte
	for _, list := range lists {
		for i := range list {
			all = append(all, list[i].Body)
		}
	}
	return all
}

func documentsOf(versions []Version) []mapping.Document {
	documents := make([]mapping.Document, len(versions))
	for i := range versions {
		documents[i] = versions[i].Document
	}
	return documents
}
