package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

func TestCompletenessIsTheExtractorsAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.back.answer["extractor.completeness"] = source.CompletenessAnswer{Entities: []source.Completeness{{Entity: source.Lots, Source: 5, Stored: 4, Differing: map[string]int64{"missing": 1}}}}
	if w := b.get(t, "/api/v1/completeness?entity=lots"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"missing":1`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := b.back.asked["completeness"].(source.CompletenessRequest); got.Entity != source.Lots {
		t.Errorf("asked for %+v", got)
	}
	b.back.answer["extractor.completeness"] = fault.New(fault.Invalid, "no entity").At("entity")
	if w := b.get(t, "/api/v1/completeness?entity=x"); w.Code != http.StatusBadRequest {
		t.Errorf("unknown entity: %d", w.Code)
	}
}

func TestABackFillIsStartedByAnOperator(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	if w := b.do(t, "POST", "/api/v1/admin/workflows/back-fill", ""); w.Code != http.StatusUnauthorized {
		t.Fatalf("without a token: %d", w.Code)
	}
	auth := []string{"Authorization", "Bearer operator-word", "Content-Type", "application/json"}
	for _, c := range []struct {
		name, body string
		code       int
		want       string
	}{
		{"without a body everything at the configured pace", "", http.StatusAccepted, "back-fill goszakup [] 0 0 0"},
		{"with a pace", `{"entities":["lots"],"rate":2.5,"parallel":4,"window":1000}`, http.StatusAccepted, "back-fill goszakup [lots] 2.5 4 1000"},
		{"an unknown entity", `{"entities":["news"]}`, http.StatusBadRequest, ""},
		{"a negative rate", `{"rate":-1}`, http.StatusBadRequest, ""},
		{"a negative number of windows", `{"parallel":-1}`, http.StatusBadRequest, ""},
		{"an empty window", `{"window":-1}`, http.StatusBadRequest, ""},
		{"an unknown member", `{"speed":9}`, http.StatusBadRequest, ""},
	} {
		b.ops.done = nil
		w := b.do(t, "POST", "/api/v1/admin/workflows/back-fill", c.body, auth...)
		if w.Code != c.code || strings.Join(b.ops.done, "") != c.want {
			t.Errorf("%s: %d, %v", c.name, w.Code, b.ops.done)
		}
	}
}
