package analytics

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/kzocds/kzocds/platform/fault"
)

func bytesOf(n int64) func(any) int64 { return func(any) int64 { return n } }

func TestEqualQuestionsUnderWayAreComputedOnce(t *testing.T) {
	t.Parallel()
	a := newAnswers(100)
	var computed atomic.Int32
	go1 := make(chan struct{})
	compute := func(context.Context) (any, error) {
		computed.Add(1)
		<-go1
		return 7, nil
	}
	var asked sync.WaitGroup
	for range 20 {
		asked.Go(func() {
			if v, _, err := a.get(t.Context(), "k", bytesOf(1), compute); err != nil || v != 7 {
				t.Errorf("got %v, %v", v, err)
			}
		})
	}
	close(go1)
	asked.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
}

func TestTheOldestAnswerLeavesFirst(t *testing.T) {
	t.Parallel()
	a := newAnswers(2)
	get := func(key string) bool {
		_, kept, err := a.get(t.Context(), key, bytesOf(1), func(context.Context) (any, error) { return key, nil })
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	for _, step := range []struct {
		key  string
		kept bool
	}{{"a", false}, {"b", false}, {"a", true}, {"c", false}, {"a", true}, {"b", false}} {
		if kept := get(step.key); kept != step.kept {
			t.Errorf("%s kept=%t, want %t", step.key, kept, step.kept)
		}
	}
	if a.bytes > 2 {
		t.Errorf("%d bytes are kept", a.bytes)
	}
}

func TestAnAnswerBiggerThanTheCacheIsNotKept(t *testing.T) {
	t.Parallel()
	a := newAnswers(10)
	for range 2 {
		if _, kept, _ := a.get(t.Context(), "k", bytesOf(11), func(context.Context) (any, error) { return 1, nil }); kept {
			t.Error("kept")
		}
	}
}

func TestAFailureIsNotKeptAndAPanicIsOne(t *testing.T) {
	t.Parallel()
	a := newAnswers(10)
	_, _, err := a.get(t.Context(), "k", bytesOf(1), func(context.Context) (any, error) { panic("boom") })
	if fault.KindOf(err) != fault.Internal || !strings.Contains(err.Error(), "boom") {
		t.Errorf("got %v", err)
	}
	if v, kept, err := a.get(t.Context(), "k", bytesOf(1), func(context.Context) (any, error) { return 1, nil }); kept || err != nil || v != 1 {
		t.Errorf("after a failure: %v %t %v", v, kept, err)
	}
}

func TestAComputationEndsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	a := newAnswers(10)
	ctx, cancel := context.WithCancel(t.Context())
	started, ended := make(chan struct{}), make(chan struct{})
	go func() {
		<-started
		cancel()
	}()
	_, _, err := a.get(ctx, "k", bytesOf(1), func(ctx context.Context) (any, error) {
		close(started)
		<-ctx.Done()
		close(ended)
		return nil, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-ended
}

// Who computes, who asks the same meanwhile and who asks later are told apart.
func TestAnswersAreCountedByWhereTheyCameFrom(t *testing.T) {
	t.Parallel()
	reader := sdkmetric.NewManualReader()
	a := newAnswers(10)
	var err error
	if a.asked, err = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test").Int64Counter("answers"); err != nil {
		t.Fatal(err)
	}
	started, free := make(chan struct{}), make(chan struct{})
	compute := func(context.Context) (any, error) { close(started); <-free; return 1, nil }
	var asking sync.WaitGroup
	ask := func() {
		if _, _, err := a.get(t.Context(), "k", bytesOf(1), compute); err != nil {
			t.Error(err)
		}
	}
	asking.Go(ask)
	<-started
	for range 2 {
		asking.Go(ask)
	}
	counts := func() map[string]int64 {
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		found := map[string]int64{}
		for _, p := range all.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints {
			from, _ := p.Attributes.Value("from")
			found[from.AsString()] = p.Value
		}
		return found
	}
	for counts()["shared"] < 2 { // the others have asked
		runtime.Gosched()
	}
	close(free)
	asking.Wait()
	ask()
	if got, want := counts(), map[string]int64{"computed": 1, "shared": 2, "kept": 1}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
