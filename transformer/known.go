package transformer

import (
	"slices"
	"sync"

	"github.com/kzocds/kzocds/transformer/history"
)

// known keeps the versions of documents to which many processes refer, such as
// participants: cleaned once, they serve every page of a batch. What is stored of
// a closed batch never changes, so nothing in it goes stale. It is safe for many
// goroutines; the versions are shared and only read.
type known struct {
	mu    sync.Mutex
	limit int // documents in each half
	// Documents that were asked for since the last turn, and before it.
	young, old map[place]versions
}

// place names what was asked for: the kind of reference and its key.
type place struct {
	kind int
	key  string
}

// versions are the versions of batches after one up to another, with the newest
// before.
type versions struct {
	after, upTo int64
	versions    []history.Version
}

func newKnown(limit int) *known {
	return &known{limit: max(limit/2, 1), young: map[place]versions{}, old: map[place]versions{}}
}

// documents returns what is known under keys, and asks read for the rest.
func (k *known) documents(kind int, keys []string, after, upTo int64, read func(missing []string) (map[string][]history.Version, error)) (map[string][]history.Version, error) {
	found := make(map[string][]history.Version, len(keys))
	var missing []string
	k.mu.Lock()
	for _, key := range keys {
		if _, done := found[key]; done {
			continue
		}
		r := place{kind, key}
		v, present := k.young[r]
		if !present {
			v, present = k.old[r]
		}
		if !present || v.upTo != upTo || v.after > after {
			missing = append(missing, key)
			found[key] = nil
			continue
		}
		k.keep(r, v)
		found[key] = v.versions
	}
	k.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	slices.Sort(missing)
	more, err := read(missing)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range missing {
		found[key] = more[key]
		k.keep(place{kind, key}, versions{after, upTo, more[key]})
	}
	return found, nil
}

// keep makes something young. When there are too many, the young become the old,
// and what was old and not asked for since is forgotten.
func (k *known) keep(r place, v versions) {
	if len(k.young) >= k.limit {
		k.young, k.old = map[place]versions{}, k.young
	}
	k.young[r] = v
}
