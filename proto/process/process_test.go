package process_test

import (
	"testing"

	"github.com/kzocds/kzocds/proto/process"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		got  process.Key
		want process.Key
	}{
		{"an announcement loses its revision", process.OfAnnouncement("17379679-1"), "t17379679"},
		{"a second revision is the same process", process.OfAnnouncement("17379679-2"), "t17379679"},
		{"a number without revision stands as it is", process.OfAnnouncement(" 17379679 "), "t17379679"},
		{"no number, no process", process.OfAnnouncement(""), ""},
		{"zero means none at the portal", process.OfAnnouncement("0"), ""},
		{"a contract without announcement", process.OfContract("25609834"), "c25609834"},
		{"contract zero means none", process.OfContract("0"), ""},
		{"a plan point by its root", process.OfPlanPoint("87460941"), "p87460941"},
		{"a quasi-public announcement is no plain one", process.OfQuasiAnnouncement("17379679-1"), "ot17379679"},
		{"a quasi-public contract", process.OfQuasiContract("7"), "oc7"},
		{"a quasi-public plan point", process.OfQuasiPlanPoint("7"), "op7"},
		{"nothing is nothing there too", process.OfQuasiAnnouncement("0"), ""},
		{"another publisher's process", process.OfOCID(" ocds-213czf-000-00001 "), "xocds-213czf-000-00001"},
		{"no ocid, no process", process.OfOCID(""), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
	for key, want := range map[process.Key]string{"t1": "ocds-kz0000-t1", "ot1": "ocds-kz0000-ot1", process.OfOCID("ocds-213czf-000-00001"): "ocds-213czf-000-00001"} {
		if got := key.OCID("ocds-kz0000"); got != want {
			t.Errorf("ocid of %s is %q, want %q", key, got, want)
		}
	}
}
