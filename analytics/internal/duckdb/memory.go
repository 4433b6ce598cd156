package duckdb

import (
	"context"
	"errors"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kzocds/kzocds/platform/fault"
)

// fitting asks something of DuckDB. What did not fit into the memory limit beside
// the other questions of the moment is asked once more when it is alone; what does
// not fit then is refused, because the same question would never be answered.
func fitting[T any](ctx context.Context, e *Engine, ask func() (T, error)) (T, error) {
	e.memory.RLock()
	answer, err := ask()
	e.memory.RUnlock()
	if !outOfMemory(err) {
		return answer, err
	}
	e.memory.Lock()
	defer e.memory.Unlock()
	if err := ctx.Err(); err != nil {
		return answer, err
	}
	if answer, err = ask(); outOfMemory(err) {
		err = fault.Wrap(fault.TooLarge, err, "the answer needs more memory than one question may have").
			Do("ask for less: fewer dimensions or measures, fewer rows, or a narrower selection")
	}
	return answer, err
}

func outOfMemory(err error) bool {
	var failed *duckdb.Error
	return errors.As(err, &failed) && failed.Type == duckdb.ErrorTypeOutOfMemory
}
