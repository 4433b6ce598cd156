package pg

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/proto/publication"
)

// Quarantined counts processes in the transformer's quarantine, and findings by
// rule.
func (s *Store) Quarantined(ctx context.Context) (processes int64, rules []publication.FindingStatus, err error) {
	if err := s.pool.QueryRow(ctx, `select count(distinct process_key) from ocds.quarantine_v1`).Scan(&processes); err != nil {
		return 0, nil, classify(err)
	}
	rows, err := s.pool.Query(ctx, `select rule, severity, count(*) from ocds.quarantine_v1 group by 1, 2 order by 3 desc, 1, 2`)
	if err != nil {
		return 0, nil, classify(err)
	}
	rules, err = pgx.CollectRows(rows, pgx.RowToStructByPos[publication.FindingStatus])
	return processes, rules, classify(err)
}
