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
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
	if got := process.Key("t1").OCID("ocds-kz0000"); got != "ocds-kz0000-t1" {
		t.Errorf("OCID = %q", got)
	}
}
