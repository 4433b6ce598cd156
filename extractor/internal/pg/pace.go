package pg

import (
	"context"
	"time"

	"github.com/kzocds/kzocds/extractor/internal/pace"
)

// Turns implements pace.Queue. All times are the database's, so that no process needs
// a right clock.
func (s *Store) Turns(ctx context.Context, host string, n int, full, regained float64) (wait time.Duration, rate float64, err error) {
	var seconds float64
	err = s.pool.QueryRow(ctx, `insert into source.pace as p (host, next, rate, slowed)
			values ($1, clock_timestamp() + make_interval(secs => $2 / $3::float8), $3, '-infinity')
		on conflict (host) do update set rate = least($3, p.rate + $4),
			next = greatest(p.next, clock_timestamp()) + make_interval(secs => $2 / least($3, p.rate + $4))
		returning extract(epoch from next - clock_timestamp())::float8 - $2 / rate, rate`,
		host, float64(n), full, regained).Scan(&seconds, &rate)
	return time.Duration(max(0, seconds) * float64(time.Second)), rate, classify(err, "take a turn for requests")
}

// Slow implements pace.Queue.
func (s *Store) Slow(ctx context.Context, host string, full float64) error {
	_, err := s.pool.Exec(ctx, `update source.pace set rate = greatest($2::float8, rate / 2), slowed = clock_timestamp()
		where host = $1 and slowed <= clock_timestamp() - make_interval(secs => $3)`, host, full*pace.Slowest, pace.Rest.Seconds())
	return classify(err, "slow requests down")
}
