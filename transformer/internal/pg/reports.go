package pg

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/transformation"
)

// Choice of processes in quarantine: those named, those with a rule, or, when
// both are empty, all.
type Choice struct {
	Rule string
	Keys []string
}

// Held lists processes in quarantine in the order of ocid, after one.
func (s *Store) Held(ctx context.Context, mapping int16, choice Choice, after string, limit int) ([]transformation.Held, error) {
	rows, err := s.pool.Query(ctx, `select q.ocid, q.process_key, q.batch, q.at, r.compiled is not null, q.rule, q.severity, q.entity, q.id, q.pointer, q.message, q.value
		from (select distinct ocid from ocds.quarantine where mapping = $1 and ocid > $2
			and ($3 = '' or rule = $3) and (cardinality($4::text[]) = 0 or process_key = any($4)) order by ocid limit $5) chosen
		join ocds.quarantine q on q.mapping = $1 and q.ocid = chosen.ocid
		join ocds.record r on r.mapping = $1 and r.ocid = q.ocid
		order by q.ocid, q.ordinal`, mapping, after, choice.Rule, orEmpty(choice.Keys), limit)
	if err != nil {
		return nil, classify(err, "read the quarantine")
	}
	all := []transformation.Held{}
	var h transformation.Held
	var f transformation.Finding
	_, err = pgx.ForEachRow(rows, []any{&h.OCID, &h.ProcessKey, &h.Batch, &h.Since, &h.Published,
		&f.Rule, &f.Severity, &f.Entity, &f.ID, &f.Pointer, &f.Message, &f.Value}, func() error {
		if n := len(all); n == 0 || all[n-1].OCID != h.OCID {
			h.Since = h.Since.UTC()
			all = append(all, h)
		}
		last := &all[len(all)-1]
		last.Findings = append(last.Findings, f)
		return nil
	})
	return all, classify(err, "read the quarantine")
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Mappings lists the mappings that are run, the current one first, and the
// comparisons, the newest first.
func (s *Store) Mappings(ctx context.Context) (transformation.Mappings, error) {
	out := transformation.Mappings{}
	rows, err := s.pool.Query(ctx, `select version, state, entered_at,
			(select coalesce(sum(transformed), 0)::bigint from ocds.process_count where mapping = m.id),
			(select coalesce(sum(held), 0)::bigint from ocds.process_count where mapping = m.id),
			(select count(distinct (bucket, process_key)) from ocds.pending where mapping = m.id)
		from ocds.mapping m where state <> 'retired' order by state = 'current' desc, id`)
	if err != nil {
		return out, classify(err, "list mappings")
	}
	if out.Mappings, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m transformation.Mapping, err error) {
		err = row.Scan(&m.Version, &m.State, &m.EnteredAt, &m.Processes, &m.Held, &m.Pending)
		m.EnteredAt = m.EnteredAt.UTC()
		return m, err
	}); err != nil {
		return out, classify(err, "list mappings")
	}
	if rows, err = s.pool.Query(ctx, comparisons+` order by compared_at desc`); err != nil {
		return out, classify(err, "list comparisons of mappings")
	}
	out.Comparisons, err = pgx.CollectRows(rows, scanComparison)
	return out, classify(err, "list comparisons of mappings")
}

// groupings are the ways in which findings are added up: the columns of a group,
// and the column by which the processes are counted that it could concern; none
// when all could.
var groupings = map[string]struct{ columns, of string }{
	"rule":  {`f.rule, f.severity, '', '', null::date`, ``},
	"field": {`f.rule, f.severity, f.field, '', null::date`, ``},
	"buyer": {`'', '', '', f.buyer, null::date`, `buyer`},
	"day":   {`'', '', '', '', f.day`, `day`},
}

// Quality adds up the findings about what is published.
func (s *Store) Quality(ctx context.Context, q transformation.QualityRequest) (transformation.Quality, error) {
	out := transformation.Quality{Rows: []transformation.QualityRow{}}
	by, known := groupings[q.By]
	if !known {
		return out, fault.New(fault.Invalid, "findings are not grouped by %q", q.By).At("by", "rule", "field", "buyer", "day")
	}
	// A process without day has no release.
	const chosen = ` where mapping = (select ocds.published()) and day is not null
		and ($1 = '' or buyer = $1) and ($2 = '' or day >= $2::date) and ($3 = '' or day <= $3::date) `
	if err := s.pool.QueryRow(ctx, `select count(*) from ocds.record`+chosen, q.Buyer, q.From, q.To).Scan(&out.Processes); err != nil {
		return out, classify(err, "count processes")
	}
	totals, total := ``, `$6::bigint`
	if by.of != "" {
		totals = `, totals as (select ` + by.of + `, count(*) as processes from ocds.record` + chosen + `and $6::bigint >= 0 group by 1)`
		total = `(select processes from totals t where t.` + by.of + ` = g.` + by.of + `)`
	}
	rows, err := s.pool.Query(ctx, `
		with g (rule, severity, field, buyer, day, concerned, findings) as (
			select `+by.columns+`, count(distinct f.ocid), count(*)
			from ocds.finding f`+chosen+`and ($4 = '' or f.rule = $4) group by 1, 2, 3, 4, 5
			order by 6 desc, 1, 3, 4, 5 limit $5
		)`+totals+`
		select g.rule, g.severity, g.field, g.buyer, coalesce(g.day::text, ''), `+total+`, g.concerned, g.findings
		from g order by g.concerned desc, g.rule, g.field, g.buyer, g.day`, q.Buyer, q.From, q.To, q.Rule, q.Limit+1, out.Processes)
	if err != nil {
		return out, classify(err, "add up findings")
	}
	out.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (g transformation.QualityRow, err error) {
		err = row.Scan(&g.Rule, &g.Severity, &g.Field, &g.Buyer, &g.Day, &g.Processes, &g.Concerned, &g.Findings)
		if g.Processes > 0 {
			const digits = 1e4 // a score needs no more than four
			g.Score = math.Floor(digits*float64(g.Processes-g.Concerned)/float64(g.Processes)) / digits
		}
		return g, err
	})
	if out.Cut = len(out.Rows) > q.Limit; out.Cut {
		out.Rows = out.Rows[:q.Limit]
	}
	return out, classify(err, "add up findings")
}
