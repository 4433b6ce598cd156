package subject_test

import (
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/subject"
)

func TestSubjectsFitTheirStreams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ subject, stream string }{
		{subject.SourceDocumentStored(source.TrdBuy, "17379679"), subject.AllSource},
		{subject.ProcessChanged("ocds-kz0000-t17379679"), subject.AllOCDS},
		{subject.Quarantined("transform", "a.b *>"), subject.AllQuarantine},
	} {
		if !strings.HasPrefix(c.subject, strings.TrimSuffix(c.stream, ">")) {
			t.Errorf("%s is outside %s", c.subject, c.stream)
		}
		if n := strings.Count(c.subject, "."); n != 4 {
			t.Errorf("%s has %d dots, want 4", c.subject, n)
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add("ocds-kz0000-t1")
	f.Add("*.>")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		got := subject.Token(s)
		if len(got) != 16 || strings.ContainsAny(got, ".*> \t\r\n") {
			t.Errorf("Token(%q) = %q is no subject token", s, got)
		}
	})
}
