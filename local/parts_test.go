package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestATargetStartsWithWhatItStandsOn(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"":               "postgres nats s3 temporal goszakup extractor transformer analytics publisher gateway",
		"nats":           "nats",
		"temporal":       "postgres temporal",
		"gateway":        "postgres nats temporal gateway",
		"extractor,s3":   "postgres nats s3 temporal goszakup extractor",
		"publisher":      "postgres nats s3 temporal publisher",
		"nats analytics": "postgres nats s3 temporal analytics",
	} {
		parts, err := selected(table(), words(target), false)
		if got := strings.Join(namesOf(parts), " "); err != nil || got != want {
			t.Errorf("-target %q starts %q, %v; want %q", target, got, err, want)
		}
	}
}

func TestAnUnknownTargetIsNamedWithWhatThereIs(t *testing.T) {
	t.Parallel()
	if _, err := selected(table(), []string{"kafka"}, false); err == nil || !strings.Contains(err.Error(), "-target kafka") || !strings.Contains(err.Error(), "postgres, nats, s3") {
		t.Errorf("error %v", err)
	}
}

func TestEveryPartStandsOnEarlierOnes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range table() {
		for _, on := range p.on {
			if !seen[on] {
				t.Errorf("%s stands on %s, which starts later or not at all", p.name, on)
			}
		}
		seen[p.name] = true
	}
}

func TestTheListTellsPartsAndWhatTheyStandOn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	describe(&out, table())
	if got := out.String(); !strings.Contains(got, "temporal     workflows") || !strings.Contains(got, "stands on postgres") || strings.Count(got, "\n") != len(table()) {
		t.Errorf("list reads\n%s", got)
	}
}
