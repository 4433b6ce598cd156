package gateway

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/transformation"
)

func TestQualityIsTheTransformersAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["transformer.quality"] = transformation.Quality{Processes: 9, Rows: []transformation.QualityRow{{Buyer: "KZ-BIN-1", Processes: 9, Concerned: 3, Score: 0.6666}}}
	if w := b.get(t, "/api/v1/quality?by=buyer&rule=quality.item.sum&buyer=KZ-BIN-1&from=2026-01-01&to=2026-02-01&limit=5"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"score":0.6666`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	want := transformation.QualityRequest{By: "buyer", Rule: "quality.item.sum", Buyer: "KZ-BIN-1", From: "2026-01-01", To: "2026-02-01", Limit: 5}
	if got := b.back.asked["quality"]; got != want {
		t.Errorf("asked for %+v", got)
	}
	if b.get(t, "/api/v1/quality"); b.back.asked["quality"].(transformation.QualityRequest).By != "rule" {
		t.Error("without a grouping the answer is by rule")
	}
	for _, target := range []string{"/api/v1/quality?limit=-1", "/api/v1/quality?what=x"} {
		if w := b.get(t, target); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}

func TestCodesAreTheTransformersAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["transformer.codes"] = transformation.Codes{Codes: []transformation.Code{{List: "contractForm", Code: "77", Title: map[string]string{"kk": "Порталдан тыс", "ru": "Вне портала", "en": "Outside portal"}, Batch: 2}}}
	if w := b.get(t, "/api/v1/codes?list=contractForm"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"en":"Outside portal"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := b.back.asked["codes"]; got != (transformation.CodesRequest{List: "contractForm"}) {
		t.Errorf("asked for %+v", got)
	}
	if w := b.get(t, "/api/v1/codes?lists=x"); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWhatOperatorsMayDoWithMappingsAndQuarantine(t *testing.T) {
	t.Parallel()
	auth := []string{"Authorization", "Bearer operator-word", "Content-Type", "application/json"}
	for _, c := range []struct {
		name, method, target, body string
		code                       int
		done, answer               string
	}{
		{"the quarantine is listed", "GET", "/admin/quarantine?rule=source.shape&after=a&limit=3", "", 200, "", `"processes":[`},
		{"a wrong limit is refused", "GET", "/admin/quarantine?limit=0", "", 400, "", ""},
		{"everything is tried again", "POST", "/admin/quarantine/retry", "", 202, `retry [] ""`, `"workflow":"retry/all"`},
		{"some processes are tried again", "POST", "/admin/quarantine/retry", `{"processes":["t1","p2"]}`, 202, `retry [t1 p2] ""`, ""},
		{"processes with a rule are tried again", "POST", "/admin/quarantine/retry", `{"rule":"source.shape"}`, 202, `retry [] "source.shape"`, ""},
		{"an unknown member is refused", "POST", "/admin/quarantine/retry", `{"all":true}`, 400, "", ""},
		{"mapping versions are listed", "GET", "/admin/mappings", "", 200, "", `"state":"candidate"`},
		{"versions are compared", "GET", "/admin/mappings/1-aa/2-bb", "", 200, "", `"changed":4`},
		{"a version is adopted", "POST", "/admin/mappings/1-aa/2-bb/adopt", "", 202, "adopt remap/2-bb", `"answer":"as compared"`},
		{"a version is rejected", "POST", "/admin/mappings/1-aa/2-bb/reject", "", 202, "reject remap/2-bb", ""},
		{"a version is compared again", "POST", "/admin/mappings/1-aa/2-bb/compare", "", 202, "compare remap/2-bb", ""},
		{"another word is unknown", "POST", "/admin/mappings/1-aa/2-bb/praise", "", 404, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			b.back.answer["transformer.quarantine"] = transformation.Quarantine{Processes: []transformation.Held{}}
			b.back.answer["transformer.mappings"] = transformation.Mappings{Mappings: []transformation.Mapping{{Version: "2-bb", State: "candidate"}}}
			b.back.answer["transformer.comparison"] = transformation.Comparison{From: "1-aa", To: "2-bb", Changed: 4}
			if w := b.do(t, c.method, "/api/v1"+c.target, c.body); w.Code != http.StatusUnauthorized {
				t.Errorf("without a token: %d", w.Code)
			}
			if len(b.ops.done) > 0 || len(b.back.asked) > 0 {
				t.Fatalf("without a token something was done: %v, %v", b.ops.done, b.back.asked)
			}
			w := b.do(t, c.method, "/api/v1"+c.target, c.body, auth...)
			if w.Code != c.code || strings.Join(b.ops.done, ", ") != c.done || !strings.Contains(w.Body.String(), c.answer) {
				t.Errorf("%d, done %v: %s", w.Code, b.ops.done, w.Body)
			}
			if w.Code < 300 && w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("an operator's answer may be kept: %q", w.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestAMappingThatIsNotComparedYetIsNotAdopted(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.ops.refuse = fault.New(fault.Conflict, "mapping 2-bb is not compared yet").Do("wait")
	w := b.do(t, "POST", "/api/v1/admin/mappings/1-aa/2-bb/adopt", "", "Authorization", "Bearer operator-word")
	if w.Code != http.StatusConflict || !slices.Equal(b.ops.done, []string{"adopt remap/2-bb"}) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
