package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Spend takes up to n requests of a day's limit to a host, and says how many it got
// and how many are left.
func (s *Store) Spend(ctx context.Context, host, day string, n, limit int64) (got, left int64, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var used int64
		err := tx.QueryRow(ctx, `insert into source.ledger (host, day, calls) values ($1, $2::text::date, 0)
			on conflict (host, day) do update set calls = ledger.calls returning calls`, host, day).Scan(&used)
		if err != nil {
			return err
		}
		got = max(0, min(n, limit-used))
		left = max(0, limit-used-got)
		_, err = tx.Exec(ctx, `update source.ledger set calls = calls + $3 where host = $1 and day = $2::text::date`, host, day, got)
		return err
	})
	return got, left, classify(err, "count the requests of the day")
}
