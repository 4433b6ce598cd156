package pg

import (
	"bytes"
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/transformation"
	"github.com/kzocds/kzocds/transformer/internal/difference"
)

// comparePage is how many records of each mapping are compared at once.
const comparePage = 1000

// Compare compares the records of two mappings and stores the report. Both are
// read side by side in the order of ocid; documents are read only where digests
// differ.
func (s *Store) Compare(ctx context.Context, from, to Mapping, batch int64, progress func(done int64)) (transformation.Comparison, error) {
	c := transformation.Comparison{From: from.Version, To: to.Version, Batch: batch}
	var report difference.Report
	after, done := "", int64(0)
	for {
		old, err := s.digests(ctx, from.ID, after)
		if err != nil {
			return c, err
		}
		now, err := s.digests(ctx, to.ID, after)
		if err != nil {
			return c, err
		}
		if len(old) == 0 && len(now) == 0 {
			break
		}
		// What lies beyond the end of a full page is compared with the next one.
		last := ""
		for _, page := range [][]digested{old, now} {
			if len(page) == comparePage && (last == "" || page[len(page)-1].ocid < last) {
				last = page[len(page)-1].ocid
			}
		}
		after = last
		var differ []string
		i, j := 0, 0
		for i < len(old) || j < len(now) {
			switch {
			case j == len(now) || i < len(old) && old[i].ocid < now[j].ocid:
				if last == "" || old[i].ocid <= last {
					c.Vanished++
				}
				i++
			case i == len(old) || now[j].ocid < old[i].ocid:
				if last == "" || now[j].ocid <= last {
					c.Added++
				}
				j++
			default:
				if last == "" || old[i].ocid <= last {
					if bytes.Equal(old[i].digest, now[j].digest) {
						c.Equal++
					} else {
						differ = append(differ, old[i].ocid)
					}
				}
				i, j = i+1, j+1
			}
		}
		c.Changed += int64(len(differ))
		if err := s.compareDocuments(ctx, from.ID, to.ID, differ, &report); err != nil {
			return c, err
		}
		done += int64(len(old))
		progress(done)
		if last == "" {
			break
		}
	}
	if err := s.pool.QueryRow(ctx, `select (select count(distinct ocid) from ocds.quarantine where mapping = $1), (select count(distinct ocid) from ocds.quarantine where mapping = $2),
			(select count(*) from ocds.release n where mapping = $2 and not exists (select from ocds.release o where o.mapping = $1 and o.release_id = n.release_id)),
			(select count(*) from ocds.release o where mapping = $1 and not exists (select from ocds.release n where n.mapping = $2 and n.release_id = o.release_id))`,
		from.ID, to.ID).Scan(&c.QuarantinedBefore, &c.QuarantinedAfter, &c.ReleasesAdded, &c.ReleasesWithdrawn); err != nil {
		return c, classify(err, "compare mappings")
	}
	return c, s.saveComparison(ctx, &c, report.Lines())
}

type digested struct {
	ocid   string
	digest []byte
}

func (s *Store) digests(ctx context.Context, mapping int16, after string) ([]digested, error) {
	rows, err := s.pool.Query(ctx, `select ocid, digest from ocds.record where mapping = $1 and ocid > $2 and compiled is not null order by ocid limit $3`,
		mapping, after, comparePage)
	if err != nil {
		return nil, classify(err, "compare mappings")
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d digested, err error) {
		err = row.Scan(&d.ocid, &d.digest)
		return d, err
	})
	return all, classify(err, "compare mappings")
}

// compareDocuments adds to the report in which fields records differ.
func (s *Store) compareDocuments(ctx context.Context, from, to int16, ocids []string, report *difference.Report) error {
	const atOnce = 100
	for len(ocids) > 0 {
		n := min(atOnce, len(ocids))
		rows, err := s.pool.Query(ctx, `select o.ocid, o.compiled, n.compiled from ocds.record o join ocds.record n on n.mapping = $2 and n.ocid = o.ocid
			where o.mapping = $1 and o.ocid = any($3) order by o.ocid`, from, to, ocids[:n])
		if err != nil {
			return classify(err, "compare mappings")
		}
		var ocid string
		var old, now []byte
		if _, err := pgx.ForEachRow(rows, []any{&ocid, &old, &now}, func() error {
			fields, err := difference.Fields(old, now)
			if err != nil {
				return err
			}
			report.Add(ocid, fields)
			return nil
		}); err != nil {
			return classify(err, "compare mappings")
		}
		ocids = ocids[n:]
	}
	return nil
}

func (s *Store) saveComparison(ctx context.Context, c *transformation.Comparison, lines []difference.Line) error {
	return classify(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from ocds.comparison where from_version = $1 and to_version = $2`, c.From, c.To); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `insert into ocds.comparison (from_version, to_version, batch, equal, changed, added, vanished,
				quarantined_before, quarantined_after, releases_added, releases_withdrawn)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning compared_at`, c.From, c.To, c.Batch, c.Equal, c.Changed, c.Added, c.Vanished,
			c.QuarantinedBefore, c.QuarantinedAfter, c.ReleasesAdded, c.ReleasesWithdrawn).Scan(&c.ComparedAt); err != nil {
			return err
		}
		rows := make([][]any, len(lines))
		for i, l := range lines {
			rows[i] = []any{c.From, c.To, l.Path, l.Change, l.Processes, l.Values, l.Examples}
		}
		return copyRows(ctx, tx, "comparison_field", []string{"from_version", "to_version", "field", "change", "processes", "values", "examples"}, rows)
	}), "store the comparison of mappings")
}

// Comparison reads a stored report.
func (s *Store) Comparison(ctx context.Context, from, to string) (transformation.Comparison, error) {
	rows, err := s.pool.Query(ctx, comparisons+` where from_version = $1 and to_version = $2`, from, to)
	if err != nil {
		return transformation.Comparison{}, classify(err, "read the comparison of mappings")
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanComparison)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.New(fault.NotFound, "mapping versions %s and %s were not compared", from, to).
			Do("take the versions from /admin/mappings; a version is compared when its workflow remap/<version> has transformed everything")
	}
	if err != nil {
		return c, classify(err, "read the comparison of mappings")
	}
	rows, err = s.pool.Query(ctx, `select field, change, processes, values, examples from ocds.comparison_field
		where from_version = $1 and to_version = $2 order by processes desc, field, change`, from, to)
	if err != nil {
		return c, classify(err, "read the comparison of mappings")
	}
	c.Fields, err = pgx.CollectRows(rows, pgx.RowToStructByPos[transformation.FieldChange])
	return c, classify(err, "read the comparison of mappings")
}

const comparisons = `select from_version, to_version, compared_at, batch, equal, changed, added, vanished,
	quarantined_before, quarantined_after, releases_added, releases_withdrawn from ocds.comparison`

func scanComparison(row pgx.CollectableRow) (c transformation.Comparison, err error) {
	err = row.Scan(&c.From, &c.To, &c.ComparedAt, &c.Batch, &c.Equal, &c.Changed, &c.Added, &c.Vanished,
		&c.QuarantinedBefore, &c.QuarantinedAfter, &c.ReleasesAdded, &c.ReleasesWithdrawn)
	c.ComparedAt = c.ComparedAt.UTC()
	return c, err
}
