package pg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/pack"
	"github.com/kzocds/kzocds/proto/process"
)

// keepRaw is how much of an unreadable record is kept, bytes.
const keepRaw = 64 << 10

// state is the present version of an object.
type state struct {
	listed    bool // there is a row
	hash      []byte
	changedAt time.Time
	batch     int64 // of the present version
	gone      bool
	deleted   bool
	// versions are those stored in the batch being written; all of an object whose
	// source lists past states.
	versions []version
	present  *document.Document // new present version
	left     bool               // the source has it no more
	seen     bool
}

// version tells versions of an object within a batch apart.
type version struct {
	hash    document.Hash
	deleted bool
}

// Save implements the extractor's store.
//
// One entity is written by one transaction at a time, so what is read here does
// not change under it and new rows can go in by COPY.
func (s *Store) Save(ctx context.Context, from document.Crawl, set document.Set, next func(document.Saved) document.Crawl) (document.Crawl, error) {
	var to document.Crawl
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		w := writer{tx: tx, from: from, now: time.Now(), bodies: s.bodies}
		if err := w.turn(ctx); err != nil {
			return err
		}
		saved, err := w.write(ctx, set)
		if err != nil {
			return err
		}
		to = next(saved)
		return w.moved(ctx, to)
	})
	return to, classify(err, "store "+string(from.Entity))
}

// writer is one Save.
type writer struct {
	tx     pgx.Tx
	from   document.Crawl
	now    time.Time
	bodies Bodies
}

// turn waits for this entity's turn and makes sure that the walk is where the
// caller believes: a worker that was given up for dead and lives on must not
// move it.
func (w *writer) turn(ctx context.Context) error {
	if err := w.alone(ctx); err != nil {
		return err
	}
	at, err := crawl(w.tx.QueryRow(ctx, selectCrawl, w.from.Batch, w.from.Entity), w.from.Batch, w.from.Entity)
	if err != nil {
		return err
	}
	if at != w.from {
		return fault.New(fault.Conflict, "the walk of %s in batch %d is at %q by now, not at %q: another worker moved it", w.from.Entity, w.from.Batch, at.Cursor, w.from.Cursor)
	}
	return nil
}

// alone waits for this entity's turn.
func (w *writer) alone(ctx context.Context) error {
	_, err := w.tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('source.save.' || $1, 0))`, w.from.Entity)
	return err
}

func (w *writer) write(ctx context.Context, set document.Set) (document.Saved, error) {
	saved := document.Saved{KnownRun: w.from.KnownRun}
	states, err := w.states(ctx, set)
	if err != nil {
		return saved, err
	}
	withdrawn, err := w.withdrawn(ctx, set.Gone, states)
	if err != nil {
		return saved, err
	}
	var fresh []document.Document
	take := func(d *document.Document) {
		st := states[d.ID]
		st.seen = true
		v := version{d.Hash, d.Deleted}
		stored := slices.Contains(st.versions, v)
		if stored && (st.gone == st.left) || bytes.Equal(st.hash, d.Hash[:]) && st.deleted == d.Deleted && st.gone == st.left {
			saved.KnownRun++
			return
		}
		saved.KnownRun = 0
		if !stored {
			fresh = append(fresh, *d)
			st.versions = append(st.versions, v)
		}
		// Two versions within one batch: the newer one by the source's date is
		// the present one, at the same date the one fetched later.
		if st.batch == w.from.Batch && st.changedAt.After(d.ChangedAt) {
			return
		}
		st.hash, st.changedAt, st.batch, st.deleted, st.present = d.Hash[:], d.ChangedAt, w.from.Batch, d.Deleted, d
	}
	for i := range set.Documents {
		take(&set.Documents[i])
	}
	for i := range withdrawn {
		states[withdrawn[i].ID].left = true
		take(&withdrawn[i])
	}
	saved.KnownRun += int64(len(set.Gone) - len(withdrawn))
	saved.NewDocuments = int64(len(fresh))
	if err := w.documents(ctx, fresh); err != nil {
		return saved, err
	}
	if saved.Outbox, err = w.outbox(ctx, fresh); err != nil {
		return saved, err
	}
	saved.Fresh = fresh
	if saved.Quarantined, err = w.quarantine(ctx, set.Documents, set.Rejects); err != nil {
		return saved, err
	}
	if err := w.objects(ctx, states, set.Rejects); err != nil {
		return saved, err
	}
	if err := w.doubt(ctx, fresh); err != nil {
		return saved, err
	}
	if err := w.settle(ctx, set); err != nil {
		return saved, err
	}
	if err := w.drifted(ctx, set.Drift); err != nil {
		return saved, err
	}
	if err := w.schema(ctx, set.Origin, set.Schema); err != nil {
		return saved, err
	}
	if err := w.listed(ctx, set.Documents); err != nil {
		return saved, err
	}
	return saved, w.processes(ctx, set.Documents, set.Rejects)
}

// withdrawn makes the last versions of objects that the source has no more: the
// body known last. Objects that were never read and those that are gone already
// have none.
func (w *writer) withdrawn(ctx context.Context, gone []document.Gone, states map[string]*state) ([]document.Document, error) {
	notes := map[string]document.Gone{}
	var ids []string
	for _, g := range gone {
		if st := states[g.ID]; st.hash != nil && !st.gone {
			if _, twice := notes[g.ID]; !twice {
				ids = append(ids, g.ID)
			}
			notes[g.ID] = g
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := w.tx.Query(ctx, `select distinct on (d.id) d.id, d.hash, d.process_key, d.changed_at, d.url, d.body, d.origin, `+pack.Columns+`
		from source.object o join source.document d on d.entity = o.entity and d.id = o.id and d.batch = o.version_batch and d.hash = o.hash
		where o.entity = $1 and o.id = any($2) order by d.id, d.deleted`, w.from.Entity, ids)
	if err != nil {
		return nil, err
	}
	places := map[string]*pack.Row{}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (document.Document, error) {
		d := document.Document{Entity: w.from.Entity, Deleted: true}
		var hash []byte
		var changed *time.Time
		at := new(pack.Row)
		err := row.Scan(append([]any{&d.ID, &hash, &d.Process, &changed, &d.URL, (*[]byte)(&d.Body), &d.Origin}, at.Targets()...)...)
		if err != nil {
			return d, err
		}
		places[d.ID] = at
		note := notes[d.ID]
		d.Hash, d.FetchedAt, d.ChangedAt = document.Hash(hash), note.FetchedAt, value(changed)
		if note.URL != "" {
			d.URL = note.URL
		}
		if note.At.After(d.ChangedAt) {
			d.ChangedAt = note.At
		}
		return d, nil
	})
	if err != nil {
		return nil, err
	}
	var absent pack.Absent
	for i := range list {
		absent.Note(places[list[i].ID], list[i].Hash[:], (*[]byte)(&list[i].Body))
	}
	return list, w.bodies.Packs.Fill(ctx, &absent)
}

// states reads the present versions of everything in the set.
func (w *writer) states(ctx context.Context, set document.Set) (map[string]*state, error) {
	states := make(map[string]*state, len(set.Documents))
	for i := range set.Documents {
		states[set.Documents[i].ID] = &state{}
	}
	for i := range set.Rejects {
		if id := set.Rejects[i].ID; id != "" && states[id] == nil {
			states[id] = &state{}
		}
	}
	for i := range set.Gone {
		if id := set.Gone[i].ID; states[id] == nil {
			states[id] = &state{}
		}
	}
	if len(states) == 0 {
		return states, nil
	}
	rows, err := w.tx.Query(ctx, `select id, hash, changed_at, coalesce(version_batch, 0), gone, deleted from source.object
		where entity = $1 and id = any($2)`, w.from.Entity, slices.Collect(maps.Keys(states)))
	if err != nil {
		return nil, err
	}
	var again []string
	past := map[string]bool{}
	for i := range set.Documents {
		if d := &set.Documents[i]; d.Past {
			past[d.ID] = true
		}
	}
	var id string
	var hash []byte
	var changed *time.Time
	var batch int64
	var gone, deleted bool
	_, err = pgx.ForEachRow(rows, []any{&id, &hash, &changed, &batch, &gone, &deleted}, func() error {
		st := states[id]
		st.gone, st.deleted = gone, deleted
		st.listed, st.hash, st.changedAt, st.batch = true, bytes.Clone(hash), value(changed), batch
		if batch == w.from.Batch || past[id] {
			again = append(again, id)
		}
		return nil
	})
	if err != nil || len(again) == 0 {
		return states, err
	}
	rows, err = w.tx.Query(ctx, `select id, hash, deleted from source.document where entity = $1 and id = any($2) and (batch = $3 or id = any($4))`,
		w.from.Entity, again, w.from.Batch, slices.Collect(maps.Keys(past)))
	if err != nil {
		return nil, err
	}
	_, err = pgx.ForEachRow(rows, []any{&id, &hash, &deleted}, func() error {
		states[id].versions = append(states[id].versions, version{document.Hash(hash), deleted})
		return nil
	})
	return states, err
}

func (w *writer) documents(ctx context.Context, fresh []document.Document) error {
	if len(fresh) == 0 {
		return nil
	}
	bodies := make([]document.Body, len(fresh))
	for i := range fresh {
		bodies[i] = fresh[i].Body
	}
	places, err := w.bodies.keep(ctx, w.tx, bodies)
	if err != nil {
		return err
	}
	columns := []string{"entity", "id", "batch", "hash", "process_key", "changed_at", "fetched_at", "url", "deleted", "origin", "body"}
	if places != nil {
		columns = append(columns, "pack", "frame", "frame_length", "body_at", "body_size")
	}
	_, err = w.tx.CopyFrom(ctx, pgx.Identifier{Schema, "document"}, columns,
		pgx.CopyFromSlice(len(fresh), func(i int) ([]any, error) {
			d := &fresh[i]
			row := []any{string(d.Entity), d.ID, w.from.Batch, d.Hash[:], string(d.Process), nullable(d.ChangedAt), d.FetchedAt, d.URL, d.Deleted, d.Origin}
			if places == nil {
				return append(row, string(d.Body)), nil
			}
			p := places[i]
			return append(row, "", p.Pack, p.Frame, p.Length, p.At, p.Size), nil
		}))
	return err
}

// outbox notes what is to be published, and gives the number of the note.
func (w *writer) outbox(ctx context.Context, fresh []document.Document) (seq int64, err error) {
	if len(fresh) == 0 {
		return 0, nil
	}
	ids, hashes, deleted := make([]string, len(fresh)), make([][]byte, len(fresh)), make([]bool, len(fresh))
	for i := range fresh {
		ids[i], hashes[i], deleted[i] = fresh[i].ID, fresh[i].Hash[:], fresh[i].Deleted
	}
	err = w.tx.QueryRow(ctx, `insert into source.outbox (entity, batch, ids, hashes, deleted) values ($1, $2, $3, $4, $5) returning seq`,
		w.from.Entity, w.from.Batch, ids, hashes, deleted).Scan(&seq)
	return seq, err
}

// doubt queues new versions that the source may not have given whole.
func (w *writer) doubt(ctx context.Context, fresh []document.Document) error {
	var ids []string
	for i := range fresh {
		if fresh[i].Doubtful {
			ids = append(ids, fresh[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := w.tx.Exec(ctx, `insert into source.queue (batch, entity, id) select $1, $2, id from unnest($3::text[]) id on conflict do nothing`,
		w.from.Batch+1, w.from.Entity, ids)
	return err
}

// settle closes the differences that the set resolves. What cannot be read stays
// open.
func (w *writer) settle(ctx context.Context, set document.Set) error {
	var open bool
	if err := w.tx.QueryRow(ctx, `select exists (select from source.difference where entity = $1 and resolved_batch is null)`, w.from.Entity).Scan(&open); err != nil || !open {
		return err
	}
	read, gone, rejected := make([]string, len(set.Documents)), make([]string, len(set.Gone)), make([]string, len(set.Rejects))
	for i := range set.Documents {
		read[i] = set.Documents[i].ID
	}
	for i := range set.Gone {
		gone[i] = set.Gone[i].ID
	}
	for i := range set.Rejects {
		rejected[i] = set.Rejects[i].ID
	}
	_, err := w.tx.Exec(ctx, `update source.difference set
			state = case when id = any($3::text[]) then 'deleted' when id = any($4::text[]) then 'rejected' else state end,
			resolved_batch = case when id = any($4::text[]) and not id = any($2::text[]) then null else $5::bigint end
		where entity = $1 and resolved_batch is null and id = any($2::text[] || $3::text[] || $4::text[])`, w.from.Entity, read, gone, rejected, w.from.Batch)
	return err
}

// schema keeps what the source says of itself.
func (w *writer) schema(ctx context.Context, origin string, members []document.Member) error {
	if len(members) == 0 {
		return nil
	}
	names, types := make([]string, len(members)), make([]string, len(members))
	for i, m := range members {
		names[i], types[i] = m.Name, m.Type
	}
	_, err := w.tx.Exec(ctx, `insert into source.schema_member (origin, name, type, first_batch, last_batch)
		select distinct on (name) $1, name, type, $2::bigint, $2::bigint from unnest($3::text[], $4::text[]) v(name, type)
		on conflict (origin, name) do update set type = excluded.type, last_batch = excluded.last_batch`, origin, w.from.Batch, names, types)
	return err
}

// listed notes which volumes list the documents.
func (w *writer) listed(ctx context.Context, docs []document.Document) error {
	volumes := map[document.Volume]map[string]bool{}
	for i := range docs {
		v := docs[i].Volume
		if v.Name == "" {
			continue
		}
		if volumes[v] == nil {
			volumes[v] = map[string]bool{}
		}
		volumes[v][docs[i].ID] = true
	}
	for v, ids := range volumes {
		if _, err := w.tx.Exec(ctx, `with v as (
				insert into source.volume (source, place, name, met_batch) select source, $2, $3, number from source.batch where number = $1
				on conflict (source, place, name) do update set met_batch = excluded.met_batch returning number)
			insert into source.volume_item (volume, id, batch) select v.number, id, $1 from v, unnest($4::text[]) id
			on conflict (volume, id) do update set batch = excluded.batch`, w.from.Batch, v.Place, v.Name, slices.Collect(maps.Keys(ids))); err != nil {
			return err
		}
	}
	return nil
}

// drifted notes changes of the source's schema.
func (w *writer) drifted(ctx context.Context, list []document.Drift) error {
	for _, d := range list {
		if _, err := w.tx.Exec(ctx, `insert into source.drift (entity, field, kind, first_batch, last_batch) values ($1, $2, $3, $4, $4)
			on conflict (entity, field, kind) do update set last_batch = excluded.last_batch`, d.Entity, d.Field, d.Kind, w.from.Batch); err != nil {
			return err
		}
	}
	return nil
}

// objects brings the present states up to date.
func (w *writer) objects(ctx context.Context, states map[string]*state, rejects []document.Reject) error {
	e := w.from.Entity
	unreadable := map[string]process.Key{}
	for i := range rejects {
		if id := rejects[i].ID; id != "" && states[id].present == nil && !states[id].listed {
			unreadable[id] = rejects[i].Process
		}
	}
	var added, changed []*document.Document
	var seen []string
	for _, id := range slices.Sorted(maps.Keys(states)) {
		switch st := states[id]; {
		case st.present != nil && !st.listed:
			added = append(added, st.present)
		case st.present != nil:
			changed = append(changed, st.present)
		case st.seen:
			seen = append(seen, id)
		}
	}
	if len(added) > 0 {
		if _, err := w.tx.CopyFrom(ctx, pgx.Identifier{Schema, "object"},
			[]string{"entity", "id", "process_key", "hash", "changed_at", "version_batch", "first_batch", "last_batch", "first_seen", "last_seen", "deleted", "live", "counted_at"},
			pgx.CopyFromSlice(len(added), func(i int) ([]any, error) {
				d := added[i]
				return []any{string(e), d.ID, string(d.Process), d.Hash[:], nullable(d.ChangedAt), w.from.Batch, w.from.Batch, w.from.Batch, w.now, w.now, d.Deleted, d.Live, nullable(d.CountedAt)}, nil
			})); err != nil {
			return err
		}
	}
	stored := int64(len(added))
	if len(changed) > 0 {
		var ids, keys []string
		var hashes [][]byte
		var dates, counted []*time.Time
		var deleted, live, gone []bool
		for _, d := range changed {
			st := states[d.ID]
			ids, keys, hashes, dates = append(ids, d.ID), append(keys, string(d.Process)), append(hashes, d.Hash[:]), append(dates, nullable(d.ChangedAt))
			deleted, live, gone, counted = append(deleted, d.Deleted), append(live, d.Live), append(gone, st.left), append(counted, nullable(d.CountedAt))
		}
		// What another version takes the place of was seen last when the object was.
		if _, err := w.tx.Exec(ctx, `update source.document d set last_seen = o.last_seen from source.object o
			where o.entity = $1 and o.id = any($2) and d.entity = $1 and d.id = o.id and d.batch = o.version_batch and d.hash = o.hash
				and d.deleted = o.deleted`, e, ids); err != nil {
			return err
		}
		// Objects stored are those that can be read and that the source lists.
		var more int64
		if err := w.tx.QueryRow(ctx, `with before as (
				select count(*) filter (where hash is not null and not gone) as n from source.object where entity = $1 and id = any($4)),
			changed as (
				update source.object o set process_key = v.key, hash = v.hash, changed_at = v.changed_at, version_batch = $2,
					last_batch = $2, last_seen = $3, deleted = v.deleted, live = v.live and not v.gone, gone = v.gone,
					counted_at = case when v.gone then o.counted_at else v.counted_at end
				from unnest($4::text[], $5::text[], $6::bytea[], $7::timestamptz[], $8::bool[], $9::bool[], $10::bool[], $11::timestamptz[])
					v(id, key, hash, changed_at, deleted, live, gone, counted_at)
				where o.entity = $1 and o.id = v.id)
			select (select count(*) from unnest($10::bool[]) g where not g) - n from before`,
			e, w.from.Batch, w.now, ids, keys, hashes, dates, deleted, live, gone, counted).Scan(&more); err != nil {
			return err
		}
		stored += more
	}
	if len(seen) > 0 {
		if _, err := w.tx.Exec(ctx, `update source.object set last_batch = $2, last_seen = $3 where entity = $1 and id = any($4)`,
			e, w.from.Batch, w.now, seen); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(unreadable)) {
		if _, err := w.tx.Exec(ctx, `insert into source.object (entity, id, process_key, first_batch, last_batch, first_seen, last_seen)
			values ($1, $2, $3, $4, $4, $5, $5)`, e, id, unreadable[id], w.from.Batch, w.now); err != nil {
			return err
		}
	}
	if stored == 0 {
		return nil
	}
	_, err := w.tx.Exec(ctx, `insert into source.count (entity, stored) values ($1, $2)
		on conflict (entity) do update set stored = count.stored + excluded.stored`, e, stored)
	return err
}

// processes keeps the list of processes and its two counts. Keys are taken in
// order, so that entities written at the same time do not wait for one another
// in a circle; the counts come last, because their one row is everybody's.
func (w *writer) processes(ctx context.Context, docs []document.Document, rejects []document.Reject) error {
	readable, unreadable := map[string]bool{}, map[string]bool{}
	for i := range docs {
		readable[string(docs[i].Process)] = true
	}
	for i := range rejects {
		if key := string(rejects[i].Process); !readable[key] {
			unreadable[key] = true
		}
	}
	delete(readable, "")
	delete(unreadable, "")
	if len(readable)+len(unreadable) == 0 {
		return nil
	}
	all := map[string]bool{}
	for key := range unreadable {
		all[key] = false
	}
	for key := range readable {
		all[key] = true
	}
	keys := slices.Sorted(maps.Keys(all))
	stored := make([]bool, len(keys))
	for i, key := range keys {
		stored[i] = all[key]
	}
	_, err := w.tx.Exec(ctx, `with told as (
			insert into source.process as p (process_key, stored)
			select key, stored from unnest($1::text[], $2::bool[]) with ordinality v(key, stored, place) order by place
			on conflict (process_key) do update set stored = true where excluded.stored and not p.stored
			returning stored, xmax = 0 as first)
		update source.process_count c set listed = c.listed + n.listed, stored = c.stored + n.stored
		from (select count(*) filter (where first) as listed, count(*) filter (where stored) as stored from told) n
		where n.listed > 0 or n.stored > 0`, keys, stored)
	return err
}

// quarantine keeps what could not be read, and marks what can be read again.
func (w *writer) quarantine(ctx context.Context, docs []document.Document, rejects []document.Reject) (int64, error) {
	distinct := map[string]bool{}
	for i := range rejects {
		r := &rejects[i]
		digest := sha256.Sum256(r.Raw)
		distinct[r.ID+"\x00"+string(digest[:])] = true
		raw := r.Raw[:min(len(r.Raw), keepRaw)]
		if raw == nil {
			raw = []byte{}
		}
		if _, err := w.tx.Exec(ctx, `insert into source.quarantine
				(entity, id, digest, process_key, batch, rule, pointer, message, raw, raw_bytes, url, at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			on conflict (entity, id, digest) do update set resolved = null`,
			r.Entity, r.ID, digest[:], r.Process, w.from.Batch, r.Rule, printable(r.Pointer), printable(r.Message), raw, len(r.Raw), r.URL, r.At); err != nil {
			return 0, err
		}
	}
	var open bool
	if err := w.tx.QueryRow(ctx, `select exists (select from source.quarantine where entity = $1 and resolved is null)`, w.from.Entity).Scan(&open); err != nil {
		return 0, err
	}
	if open && len(docs) > 0 {
		ids := make([]string, len(docs))
		for i := range docs {
			ids[i] = docs[i].ID
		}
		if _, err := w.tx.Exec(ctx, `update source.quarantine set resolved = $2
			where entity = $1 and id = any($3) and resolved is null`, w.from.Entity, w.from.Batch, ids); err != nil {
			return 0, err
		}
	}
	return int64(len(distinct)), nil
}

// printable is text that PostgreSQL takes: names within a broken record may hold
// anything.
func printable(s string) string {
	return string(bytes.ReplaceAll(bytes.ToValidUTF8([]byte(s), []byte("\uFFFD")), []byte{0}, []byte("\uFFFD")))
}

// moved records how far the walk has come.
func (w *writer) moved(ctx context.Context, to document.Crawl) error {
	_, err := w.tx.Exec(ctx, `insert into source.crawl
			(batch, entity, cursor, pages, objects, new_documents, quarantined, total, known_run, done)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (batch, entity) do update set cursor = excluded.cursor, pages = excluded.pages, objects = excluded.objects,
			new_documents = excluded.new_documents, quarantined = excluded.quarantined, total = excluded.total,
			known_run = excluded.known_run, done = excluded.done, updated_at = now()`,
		to.Batch, to.Entity, to.Cursor, to.Pages, to.Objects, to.NewDocuments, to.Quarantined, to.Total, to.KnownRun, to.Done)
	return err
}
