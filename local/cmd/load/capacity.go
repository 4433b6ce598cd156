package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// slow is the 99th percentile, milliseconds, above which answers are too slow.
const slow = 250

// first rate of the search, and how far it goes, requests per second.
const (
	firstRate = 10
	lastRate  = 5000
)

// fits reports whether all answers were given and quick.
func (r report) fits() bool { return r.Failed == 0 && r.P99 < slow }

// search asks at rates that double, then halves the interval between the last that
// fits and the first that does not, down to a tenth, then asks twice and four
// times as much as fits. Beyond what fits, requests may be refused with 429 but
// none may fail otherwise, and the answers given must not become fewer than half of
// those at the rate that fits: that would be collapse.
func search(ctx context.Context, ask func(rate float64) report, lines *json.Encoder) error {
	var most report
	tooMuch := 0.0
	try := func(rate float64) (report, error) {
		r := ask(rate)
		return r, errors.Join(ctx.Err(), lines.Encode(r))
	}
	for rate := float64(firstRate); rate <= lastRate && (tooMuch == 0 || tooMuch > 1.1*most.Rate); {
		r, err := try(rate)
		if err != nil {
			return err
		}
		if r.fits() {
			most = r
		} else {
			tooMuch = rate
		}
		switch {
		case tooMuch == 0:
			rate *= 2
		case most.Rate == 0:
			return fmt.Errorf("even %v requests per second do not fit: p99 %.0f ms, %d failed", rate, r.P99, r.Failed)
		default:
			rate = (most.Rate + tooMuch) / 2
		}
	}
	if tooMuch == 0 {
		return fmt.Errorf("%d requests per second still fit; there is no saturation to look at", lastRate)
	}
	var wrong []error
	for _, times := range []float64{2, 4} {
		r, err := try(times * most.Rate)
		if err != nil {
			return err
		}
		if other := r.Failed - r.refused(); other > 0 {
			wrong = append(wrong, fmt.Errorf("at %.0f requests per second %d of %d failed otherwise than by 429: %v", r.Rate, other, r.Requests, r.Failures))
		}
		if r.PerSecond < most.PerSecond/2 {
			wrong = append(wrong, fmt.Errorf("at %.0f requests per second %.0f are answered; at %.0f it were %.0f", r.Rate, r.PerSecond, most.Rate, most.PerSecond))
		}
	}
	// Who has gone beyond must come back.
	after, err := try(most.Rate / 2)
	if err != nil {
		return err
	}
	if !after.fits() {
		wrong = append(wrong, fmt.Errorf("after the overload half of the rate does not fit any more: p99 %.0f ms, %d failed", after.P99, after.Failed))
	}
	return errors.Join(wrong...)
}
