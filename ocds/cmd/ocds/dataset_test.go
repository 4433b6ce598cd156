package main

import (
	"fmt"
	"strings"
	"testing"
)

const dataset = `{"ocid":"ocds-a1b2c3-1","id":"1","date":"2026-01-15T00:00:00Z","tag":["compiled"],"tender":{"id":"1","title":"A","value":{"amount":7,"currency":"KZT"}}}
{"ocid":"ocds-a1b2c3-2","id":"2","date":"2026-01-15T00:00:00Z","tag":["compiled"],"tender":{"id":"1","title":"B"},"relatedProcesses":[{"id":"1","scheme":"ocid","identifier":"ocds-a1b2c3-1","title":"A"}]}
`

func TestTheChecksOfADatasetAreWrittenAsLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rates := write(t, dir, "rates.csv", "date,currency,rate\n2026-01-01,KZT,0.002\n")
	before := write(t, dir, "before.jsonl", dataset+strings.ReplaceAll(strings.Split(dataset, "\n")[0], "c3-1", "c3-3")+"\n")
	records := `{"uri":"https://example.org/p.json","version":"1.1","publishedDate":"2026-01-01T00:00:00Z","publisher":{"name":"P"},"records":[` +
		fmt.Sprintf(`{"ocid":"ocds-a1b2c3-1","compiledRelease":%s}`, strings.Split(dataset, "\n")[0]) + `]}`
	const repeated = `{"check":"unique.tender_id","result":"fail","value":"50.00","meta":{"examples":["1"],"ids":2,"repeated":1}}` + "\n"
	for _, c := range []struct {
		name, in string
		args     []string
		lines    int
		want     []string
	}{
		{"the collection alone", dataset, []string{"--dataset"}, 26, []string{repeated,
			`{"check":"reference.related_process_identifier","result":"pass","value":"100.00","meta":{"failed":0,"passed":1}}` + "\n",
			`{"check":"coherent.value_realistic","result":"undefined","reason":"no exchange rates to US dollars were given"}` + "\n"}},
		{"with rates", dataset, []string{"--rates", rates}, 26, []string{repeated,
			`{"check":"coherent.value_realistic","result":"pass","value":"100.00","meta":{"failed":0,"passed":1}}` + "\n"}},
		{"with an earlier collection", dataset, []string{"--previous", before}, 29, []string{repeated,
			`{"check":"ocid","result":"fail","value":"66.67","meta":{"examples":["ocds-a1b2c3-3"],"failed":1,"passed":2}}` + "\n",
			`{"check":"tender_title","result":"pass","value":"100.00","meta":{"failed":0,"passed":2}}` + "\n"}},
		{"of records", records, []string{"--dataset"}, 26, []string{
			`{"check":"unique.tender_id","result":"pass","value":"100.00","meta":{"ids":1,"repeated":0}}` + "\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first := ""
			for _, jobs := range []string{"1", "4"} {
				code, out, errs := command(t, c.in, append([]string{"validate", "--jobs", jobs}, c.args...)...)
				if code != exitDone || errs != "" {
					t.Fatalf("exit code %d: %s", code, errs)
				}
				if n := strings.Count(out, "\n"); n != c.lines {
					t.Errorf("%d lines, want %d", n, c.lines)
				}
				for _, line := range c.want {
					if !strings.Contains(out, line) {
						t.Errorf("%s is not in\n%s", line, out)
					}
				}
				if first == "" {
					first = out
				}
				if out != first {
					t.Errorf("differs from\n%s\n%s", first, out)
				}
			}
		})
	}
}

func TestADatasetOrFlagThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	rates := write(t, t.TempDir(), "rates.csv", "date,currency,rate\n2026-01-01,KZT,much\n")
	for _, c := range []struct {
		name, in string
		args     []string
		code     int
		want     string
	}{
		{"releases that are not compiled", strings.ReplaceAll(dataset, "compiled", "tender"), []string{"--dataset"}, exitInput, "no compiled release; ocds compile"},
		{"a rate that is none", dataset, []string{"--rates", rates}, exitUsage, "line 2"},
		{"no file of rates", dataset, []string{"--rates", rates + "x"}, exitUsage, "--rates"},
		{"no earlier collection", dataset, []string{"--previous", rates + "x"}, exitInput, "rates.csvx"},
		{"a day that is none", dataset, []string{"--quality", "--today", "2026-02-30"}, exitUsage, "--today"},
		{"a limit of nothing", dataset, []string{"--dataset", "--limit", "0"}, exitUsage, "at least 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := command(t, c.in, append([]string{"validate"}, c.args...)...)
			if code != c.code || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("exit code %d: %s%s", code, out, errs)
			}
		})
	}
}
