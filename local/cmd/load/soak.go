package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// held is what the processes hold at a moment.
type held struct {
	Seconds    int     `json:"seconds"` // since the start
	MemoryMiB  float64 `json:"memoryMiB"`
	HeapMiB    float64 `json:"heapMiB"` // in use after the last collection, and since
	Goroutines float64 `json:"goroutines"`
	Files      float64 `json:"files"` // open files and connections
	DiskMiB    float64 `json:"diskMiB,omitempty"`
}

// watcher asks processes what they hold.
type watcher struct {
	addresses []string
	folder    string
	every     time.Duration
}

// soak watches while readers ask. It fails when a request failed or something has
// grown: the least of the last third is above the least of the second third by more
// than a tenth. The least, because memory goes up and down between collections; the
// first third fills caches. Disk is told and not judged, since
// the data may grow.
func (w watcher) soak(ctx context.Context, ask func(context.Context) report, lines *json.Encoder) error {
	began := time.Now()
	done := make(chan report, 1)
	go func() { done <- ask(ctx) }()
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	var seen []held
	for {
		select {
		case <-tick.C:
			h, err := w.look(ctx)
			if err != nil {
				return err
			}
			h.Seconds = int(time.Since(began).Seconds())
			seen = append(seen, h)
			if err := lines.Encode(h); err != nil {
				return err
			}
		case r := <-done:
			if err := lines.Encode(r); err != nil {
				return err
			}
			if r.Failed > 0 {
				return fmt.Errorf("%d of %d requests failed: %v", r.Failed, r.Requests, r.Failures)
			}
			return grown(seen)
		}
	}
}

func grown(seen []held) error {
	third := len(seen) / 3
	if third == 0 {
		return fmt.Errorf("%d looks are too few to tell whether anything grows: take a smaller -every or a longer -for", len(seen))
	}
	for name, value := range map[string]func(held) float64{
		"memory":          func(h held) float64 { return h.MemoryMiB },
		"heap":            func(h held) float64 { return h.HeapMiB },
		"goroutines":      func(h held) float64 { return h.Goroutines },
		"files and conns": func(h held) float64 { return h.Files },
	} {
		var before, after []float64
		for _, h := range seen[third : 2*third] {
			before = append(before, value(h))
		}
		for _, h := range seen[2*third:] {
			after = append(after, value(h))
		}
		if early, late := slices.Min(before), slices.Min(after); late > 1.1*early {
			return fmt.Errorf("%s grow: at least %.0f in the second third of the time, at least %.0f in the last", name, early, late)
		}
	}
	return nil
}

// look sums what the processes say of themselves. Services that share a process
// say the same; each process is counted once, by the time of its start.
func (w watcher) look(ctx context.Context) (held, error) {
	var h held
	processes := map[float64]bool{}
	for _, address := range w.addresses {
		families, err := metricsOf(ctx, address)
		if err != nil {
			return h, err
		}
		started := gauge(families, "process_start_time_seconds")
		if processes[started] {
			continue
		}
		processes[started] = true
		h.MemoryMiB += gauge(families, "process_resident_memory_bytes") / (1 << 20)
		h.HeapMiB += gauge(families, "go_memstats_heap_alloc_bytes") / (1 << 20)
		h.Goroutines += gauge(families, "go_goroutines")
		h.Files += gauge(families, "process_open_fds")
	}
	if w.folder == "" {
		return h, nil
	}
	err := filepath.WalkDir(w.folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // files come and go
		}
		if info, err := entry.Info(); err == nil {
			h.DiskMiB += float64(info.Size()) / (1 << 20)
		}
		return nil
	})
	return h, err
}

func metricsOf(ctx context.Context, address string) (map[string]*dto.MetricFamily, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, res.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(res.Body)
}

func gauge(families map[string]*dto.MetricFamily, name string) float64 {
	for _, m := range families[name].GetMetric() {
		return m.GetGauge().GetValue() + m.GetUntyped().GetValue()
	}
	return 0
}
