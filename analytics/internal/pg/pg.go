// Package pg keeps in PostgreSQL what answers need beside the snapshot: shared
// reports and the search index.
package pg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kzocds/kzocds/platform/fault"
)

// Schema of the service.
const Schema = "analysis"

// Store works on a pool whose schema is migrated.
type Store struct{ pool *pgxpool.Pool }

// New makes a store.
func New(pool *pgxpool.Pool) *Store { return &Store{pool} }

// SaveReport keeps a report under its id; one that is there already stays. In an
// hour at most so many new ones are taken.
func (s *Store) SaveReport(ctx context.Context, id string, body json.RawMessage, hourly int) error {
	tag, err := s.pool.Exec(ctx, `
		insert into analysis.report (id, body)
		select $1, $2 where exists (select from analysis.report where id = $1)
			or (select count(*) from analysis.report where created_at > now() - interval '1 hour') < $3
		on conflict (id) do nothing`, id, body, hourly)
	if err != nil {
		return fmt.Errorf("save report %s: %w", id, err)
	}
	if tag.RowsAffected() > 0 {
		return nil
	}
	var there bool
	if err := s.pool.QueryRow(ctx, `select exists (select from analysis.report where id = $1)`, id).Scan(&there); err != nil {
		return fmt.Errorf("save report %s: %w", id, err)
	}
	if !there {
		return fault.New(fault.RateLimited, "%d reports were saved within an hour", hourly).After(10 * time.Minute).Do("share the address of the page instead: it has the whole question")
	}
	return nil
}

// Report gives a saved report.
func (s *Store) Report(ctx context.Context, id string) (body json.RawMessage, err error) {
	err = s.pool.QueryRow(ctx, `select body from analysis.report where id = $1`, id).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "no report is saved under this id").At("id")
	}
	if err != nil {
		return nil, fmt.Errorf("read report %s: %w", id, err)
	}
	return body, nil
}
