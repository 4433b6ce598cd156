package duckdb

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/fault"
)

// Changes divides the measures of a plan by what happened to the processes between
// the current snapshots of two engines. The parts of all measures must add up. The
// limit is of the groups of each side.
func Changes(ctx context.Context, earlier, later *Engine, p plan.Plan) (plan.Changes, error) {
	a, err := earlier.acquire()
	if err != nil {
		return plan.Changes{}, err
	}
	defer earlier.release(a)
	b, err := later.acquire()
	if err != nil {
		return plan.Changes{}, err
	}
	defer later.release(b)
	db, err := later.database(b.path, "READ_ONLY", filepath.Join(later.cfg.Directory, "spill"))
	if err != nil {
		return plan.Changes{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // the temporary table and the schema in use are those of a connection
	failed := func(err error) (plan.Changes, error) {
		return plan.Changes{}, fmt.Errorf("compare snapshots: %w", err)
	}
	for _, statement := range []string{
		"ATTACH " + quote(a.path) + " AS earlier (READ_ONLY)",
		`CREATE TEMP TABLE causes AS
		SELECT coalesce(b.ocid, a.ocid) AS changed,
		       CASE WHEN a.ocid IS NULL THEN '` + plan.NewProcess + `' WHEN b.ocid IS NULL THEN '` + plan.RemovedProcess + `' ELSE '` + plan.UpdatedProcess + `' END AS happened
		FROM loaded.releases b FULL JOIN earlier.releases a ON a.ocid = b.ocid
		WHERE a.ocid IS NULL OR b.ocid IS NULL OR a.last_release <> b.last_release`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return failed(err)
		}
	}
	c := plan.Changes{Earlier: a.ID, Later: b.ID}
	count := "SELECT count(*) FILTER (happened = 'new'), count(*) FILTER (happened = 'updated'), count(*) FILTER (happened = 'removed') FROM causes"
	if err := db.QueryRowContext(ctx, count).Scan(&c.New, &c.Updated, &c.Removed); err != nil {
		return failed(err)
	}
	p.Dimensions = append(slices.Clone(p.Dimensions), cause)
	p.Order, p.Having, p.Compare = nil, nil, nil
	for _, side := range []struct {
		schema string
		of     *store
		groups *[]plan.Group
	}{{"earlier", a, &c.EarlierGroups}, {"loaded", b, &c.LaterGroups}} {
		if _, err := db.ExecContext(ctx, "USE "+side.schema); err != nil {
			return failed(err)
		}
		s := &store{Loaded: side.of.Loaded, db: db, absent: side.of.absent}
		orgs, err := s.organisationsOf(ctx, p.Filters...)
		if err != nil {
			return failed(err)
		}
		var r plan.Result
		if _, err := s.groups(ctx, s.newQuery(p, orgs), &r); err != nil {
			return failed(err)
		}
		if r.TotalGroups > int64(len(r.Groups)) {
			return plan.Changes{}, fault.New(fault.Invalid, "the comparison has more than %d groups", p.Limit).At("dimensions").
				Do("ask for fewer dimensions or a narrower selection")
		}
		*side.groups = r.Groups
	}
	return c, nil
}

// Divisible tells whether the change of a measure can be divided by the processes
// that changed: it is a sum over rows.
func Divisible(m catalog.Measure) bool { return m.Additive && measures[m.ID].per == "" }
