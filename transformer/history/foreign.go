package history

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/transformer/mapping"
)

// foreign tells the history of a process whose documents are releases already.
// Batch by batch they are added in the order of their dates; a release that came
// late keeps its date and is merged in its place, but counts after those that
// were published before it. One that breaks the standard is left out and shown in
// quarantine; when the releases of a batch cannot be merged with those before,
// the whole batch is.
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
		added, broken := b.adopt(result.OCID, batch, read, changed, accepted)
		errors = append(errors, broken...)
		if len(added) > 0 {
			merged, err := b.Merger.Compile(bodies(accepted, added))
			if err != nil {
				broken = []mapping.Finding{{Rule: "ocds.merge", Severity: mapping.SeverityError, Message: err.Error()}}
			} else {
				broken = errorsOf(b.Validator.Compiled(merged))
			}
			errors = append(errors, broken...)
			if len(broken) == 0 {
				accepted, compiled = append(accepted, added...), merged
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
	result.State.Content = newest.Digest
	if content, err := decode(compiled); err == nil {
		result.Buyer = buyerOf(content)
	}
	return result, nil
}

// adopt turns read releases into releases of ours, without those that are known
// and those that break the standard.
func (b *Builder) adopt(ocid string, batch int64, read []Foreign, versions []Version, known []Release) (added []Release, errors []mapping.Finding) {
	slices.SortFunc(read, func(a, b Foreign) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID), cmp.Compare(a.DocumentID, b.DocumentID))
	})
	for _, f := range read {
		made := retold(ocid, f)
		same := func(r Release) bool { return r.ID == made.ID }
		for _, list := range [][]Release{known, added} {
			if i := slices.IndexFunc(list, same); i >= 0 && !bytes.Equal(list[i].Digest, made.Digest) {
				f.ID = "" // published already with another content
				made = retold(ocid, f)
			}
		}
		if slices.ContainsFunc(known, same) || slices.ContainsFunc(added, same) {
			continue
		}
		if broken := errorsOf(b.Validator.Release(made.Body)); len(broken) > 0 {
			for i := range broken {
				broken[i].ID = f.DocumentID
			}
			errors = append(errors, broken...)
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
	return added, errors
}

// retold is a release under the id of its publisher, or under one made of its
// content. Release ids need to be unique only within their process (standard,
// release.id); here they are unique over all, so the ocid goes before those
// that lack it.
func retold(ocid string, f Foreign) Release {
	body := maps.Clone(f.Content)
	made := complete(ocid, body, f.Tags, f.Date)
	if f.ID == "" {
		return made
	}
	made.ID = f.ID
	if !strings.HasPrefix(f.ID, ocid) {
		made.ID = ocid + "-" + f.ID
	}
	body["date"], body["tag"], body["id"] = mapping.FormatTime(f.Date), stringList(f.Tags), made.ID
	made.Body = mapping.AppendJSON(nil, body)
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
