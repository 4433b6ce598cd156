package history

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/kzocds/kzocds/transformer/mapping"
)

// members is the JSON of the members of an object, each written once: the
// content, and the release that holds it, are put together of them.
type members struct {
	text    []byte
	written []written // in the order of their names
}

type written struct {
	name     string
	from, to int // name and value in text
}

var pool = sync.Pool{New: func() any { return new(members) }}

// write writes the members of content. The result is used until it is freed.
func write(content mapping.Object) *members {
	m := pool.Get().(*members)
	m.text, m.written = m.text[:0], m.written[:0]
	for name := range content {
		m.written = append(m.written, written{name: name})
	}
	slices.SortFunc(m.written, func(a, b written) int { return cmp.Compare(a.name, b.name) })
	for i := range m.written {
		w := &m.written[i]
		m.write(w, content[w.name])
	}
	return m
}

func (m *members) write(w *written, value any) {
	w.from = len(m.text)
	m.text = append(mapping.AppendJSON(m.text, w.name), ':')
	m.text = mapping.AppendJSON(m.text, value)
	w.to = len(m.text)
}

// free lets the memory be used again, unless something huge has come through.
func (m *members) free() {
	if cap(m.text) <= 1<<20 {
		pool.Put(m)
	}
}

// digest is the SHA-256 of the members.
func (m *members) digest() []byte {
	sum := sha256.Sum256(m.text)
	return sum[:]
}

// release is the members with an id, a date and tags in place of their own, as
// JSON with sorted names; at is where the text of the id begins in it.
func (m *members) release(id string, tags []string, date string) (text []byte, at int) {
	list := make([]any, len(tags))
	for i, tag := range tags {
		list[i] = tag
	}
	given := map[string]any{"id": id, "date": date, "tag": list}
	all := make([]written, 0, len(m.written)+len(given))
	for _, w := range m.written {
		if _, replaced := given[w.name]; !replaced {
			all = append(all, w)
		}
	}
	own := len(m.text)
	for name, value := range given {
		w := written{name: name}
		m.write(&w, value)
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b written) int { return cmp.Compare(a.name, b.name) })
	text = append(make([]byte, 0, len(m.text)+len(all)+1), '{')
	for i, w := range all {
		if i > 0 {
			text = append(text, ',')
		}
		if w.name == "id" {
			at = len(text) + len(`"id":"`)
		}
		text = append(text, m.text[w.from:w.to]...)
	}
	m.text = m.text[:own]
	return append(text, '}'), at
}
