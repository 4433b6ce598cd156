package pg

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/kzocds/kzocds/proto/publication"
)

// Quarantined counts the processes that the transformer holds back, and what it
// found by rule: the errors of processes in quarantine and the warnings of all.
func (s *Store) Quarantined(ctx context.Context) (processes int64, rules []publication.FindingStatus, err error) {
	if err := s.pool.QueryRow(ctx, `select count(distinct process_key) from ocds.quarantine_v1 where held`).Scan(&processes); err != nil {
		return 0, nil, classify(err)
	}
	rows, err := s.pool.Query(ctx, `select rule, severity, count(*) from (
			select rule, severity from ocds.quarantine_v1
			union all select rule, severity from ocds.finding_v1
		) found group by 1, 2 order by 3 desc, 1, 2`)
	if err != nil {
		return 0, nil, classify(err)
	}
	rules, err = pgx.CollectRows(rows, pgx.RowToStructByPos[publication.FindingStatus])
	return processes, rules, classify(err)
}
