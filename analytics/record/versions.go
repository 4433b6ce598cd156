package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kzocds/kzocds/proto/analysis"
)

// What of the changes of a release is given.
const (
	maxChanges = 200
	maxText    = 500 // bytes of a value
)

// Versions lists the releases with what each of them changed, out of the record's
// versioned release.
func (r Record) Versions(versioned json.RawMessage) ([]analysis.Version, error) {
	var body struct {
		Versioned json.RawMessage `json:"versionedRelease"`
	}
	if err := json.Unmarshal(versioned, &body); err != nil {
		return nil, fmt.Errorf("read a versioned release: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(body.Versioned))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("read a versioned release: %w", err)
	}
	versions := make([]analysis.Version, 0, len(r.Releases))
	place := map[string]int{}
	for _, x := range r.Releases {
		place[x.ID] = len(versions)
		versions = append(versions, analysis.Version{
			Release: x.ID, OCID: r.OCID, Date: x.Date, Tags: x.Tag, Changes: []analysis.Change{}, Path: analysis.ReleaseOf(x.ID),
		})
	}
	walk("", tree, func(pointer string, history []step) {
		var before *string
		for _, s := range history {
			after := textOf(s.Value)
			// The first release of a process has nothing to differ from.
			if i, ok := place[s.ReleaseID]; ok && i > 0 {
				v := &versions[i]
				if v.ChangeCount++; len(v.Changes) < maxChanges {
					v.Changes = append(v.Changes, analysis.Change{Pointer: pointer, Before: before, After: after})
				}
			}
			before = after
		}
	})
	return versions, nil
}

// step is one value of the history of a field.
type step struct {
	ReleaseID string
	Value     any
}

// walk calls found for every field that has a history, in the order of their
// names.
func walk(pointer string, node any, found func(string, []step)) {
	switch x := node.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			if name == "id" {
				continue
			}
			walk(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), x[name], found)
		}
	case []any:
		if history := historyOf(x); history != nil {
			found(pointer, history)
			return
		}
		for i, member := range x {
			at := fmt.Sprint(i)
			if o, ok := member.(map[string]any); ok {
				if id, ok := o["id"].(string); ok {
					at = "[" + id + "]"
				} else if id, ok := o["id"].(json.Number); ok {
					at = "[" + id.String() + "]"
				}
			}
			walk(pointer+"/"+at, member, found)
		}
	}
}

// historyOf reads a list of versioned values; nil when the list is none.
func historyOf(list []any) []step {
	var history []step
	for _, member := range list {
		o, ok := member.(map[string]any)
		if !ok {
			return nil
		}
		id, ok := o["releaseID"].(string)
		if _, dated := o["releaseDate"]; !ok || !dated {
			return nil
		}
		history = append(history, step{id, o["value"]})
	}
	return history
}

// textOf writes a value for people: texts as they are, the rest as JSON.
func textOf(v any) *string {
	if v == nil {
		return nil
	}
	text, ok := v.(string)
	if !ok {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil
		}
		text = string(raw)
	}
	if len(text) > maxText {
		cut := maxText
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return &text
}
