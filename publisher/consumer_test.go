package publisher

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/kzocds/kzocds/publisher/internal/pg"
)

func TestHandlersShareACommitAndAnswerForThemselves(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	committed := map[string]int{}
	poison := errors.New("poison")
	release := make(chan struct{})
	c := &combiner{queue: make(chan taken), apply: func(_ context.Context, changes ...pg.Change) error {
		<-release
		for _, change := range changes {
			if change.OCID == "bad" {
				return poison
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for _, change := range changes {
			committed[change.OCID]++
		}
		return nil
	}}
	go c.run(t.Context())
	const n = 100
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			id := fmt.Sprint(i)
			if i == 50 {
				id = "bad"
			}
			if err := c.take(t.Context(), pg.Change{OCID: id}); (err != nil) != (id == "bad") {
				t.Errorf("change %s: %v", id, err)
			}
		})
	}
	close(release)
	wait.Wait()
	if len(committed) != n-1 || committed["bad"] != 0 {
		t.Errorf("%d changes committed", len(committed))
	}
}

func TestAHandlerDoesNotWaitForACombinerThatEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := &combiner{queue: make(chan taken)}
	cancel()
	if err := c.take(ctx, pg.Change{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
