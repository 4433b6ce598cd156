package main

import (
	"os"
	"strings"
	"testing"
)

func TestPrepareCorrectsAndReports(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings := write(t, dir, "settings.ini", "[defaults]\nbid_status = valid\n")
	input := write(t, dir, "in.jsonl", `{"ocid":"a","bids":{"details":[{"id":1,"tenderers":{"id":7}}]}}
{"ocid":"b","awards":[{"id":"1","status":"done, \"well\""}]}
`)
	for _, jobs := range []string{"1", "3"} {
		code, out, errs := command(t, "", "prepare", "--settings", settings, "--issues", dir+"/issues.csv", "--jobs", jobs, input)
		want := `{"ocid":"a","bids":{"details":[{"id":1,"tenderers":[{"id":"7"}],"status":"valid"}]}}
{"ocid":"b","awards":[{"id":"1","status":"done, \"well\""}]}
`
		if code != exitDone || out != want {
			t.Fatalf("exit code %d: %s%s", code, out, errs)
		}
		issues, err := os.ReadFile(dir + "/issues.csv")
		if want := "line,ocid,path,indexes,value,problem,input\n2,b,/awards[]/status,0,\"done, \"\"well\"\"\",invalid," + input + "\n"; err != nil || string(issues) != want {
			t.Errorf("%v\ngot  %s\nwant %s", err, issues, want)
		}
	}
}

func TestPrepareLeavesNoIssuesFileOfAFailedRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, _, _ := command(t, "{\"ocid\":\"a\"}\n{", "prepare", "--issues", dir+"/issues.csv", "-o", dir+"/out.jsonl")
	left, err := os.ReadDir(dir)
	if code != exitInput || err != nil || len(left) != 0 {
		t.Errorf("exit code %d, left %v, %v", code, left, err)
	}
}

func TestPrepareDoesNotMixItsOutputs(t *testing.T) {
	t.Parallel()
	if code, _, errs := command(t, "{}", "prepare", "--issues", "-"); code != exitUsage || !strings.Contains(errs, "--output") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
