package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browserWalks has the Explorer's own tests walk the pages in Chromium.
func browserWalks(t *testing.T, s *system) {
	t.Run("the Explorer in the browser", func(t *testing.T) {
		walk := exec.CommandContext(t.Context(), "npm", "--prefix", filepath.Join(here, "../../gateway/explorer"), "run", "--silent", "e2e")
		walk.Dir = here
		walk.Env = append(os.Environ(), "EXPLORER_URL="+s.url(s.ports().Gateway, ""), "NO_COLOR=1")
		if out, err := walk.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, tail(out, 20_000))
		}
	})
}

// samplesArePublished looks for the portal's real records: each by a value that
// only the sample has.
func samplesArePublished(t *testing.T, s *system) {
	for _, c := range []struct{ what, ocid, value string }{
		{"announcement with its lot", "t17379679", "Крупа гречневая"},
		{"united lot", "t17379678", "42667799-ОЛ-ОИ2"},
		{"lot whose announcement is no sample", "t17379709", "83685322-ОИ4"},
		{"contract of an announcement", "t17359331", "970140002674/260023/00"},
		{"contract without announcement", "c25609834", "001040002068/260063/00"},
		{"plan point", "p87460941", "222314.700.000093"},
	} {
		status, body := get(t, s.url(s.ports().Gateway, "/api/v1/ocds/records/ocds-kz0000-"+c.ocid))
		if status != http.StatusOK || !strings.Contains(body, c.value) {
			t.Errorf("%s %s: %d, want a record with %q: %.400s", c.what, c.ocid, status, c.value, body)
		}
	}
	status, body := get(t, s.url(s.ports().Gateway, "/api/v1/query?measures=bids&filter.bidder="))
	if status != http.StatusBadRequest {
		t.Errorf("an empty filter value: %d %.300s, want 400", status, body)
	}
}
