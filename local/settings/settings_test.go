package settings_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/local/settings"
)

func TestWithoutKnobsTheSystemStandsOnTheDocumentedPorts(t *testing.T) {
	t.Parallel()
	s, err := settings.FromEnvironment(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Ports()
	if p.Gateway != 8080 || p.TemporalUI != 8233 || p.Temporal != 7233 || p.S3 != 9000 || p.NATS != 4222 || p.PostgreSQL != 5433 || p.StandIn != 8090 {
		t.Errorf("ports %+v", p)
	}
	if s.Scale != 2000 || s.Seed != 1 || s.Source != "goszakup" || !s.StandIn() || s.ObjectStore != "embedded" || s.Once {
		t.Errorf("settings %+v", s)
	}
	if filepath.Base(s.StateDir) != ".local" || !filepath.IsAbs(s.StateDir) {
		t.Errorf("state directory %s", s.StateDir)
	}
}

func TestKnobsAreRead(t *testing.T) {
	t.Parallel()
	s, err := settings.FromEnvironment([]string{
		"SCALE=60", "SEED=7", "PORT_OFFSET=100", "STATE_DIR=/srv/kz", "SOURCE_URL=https://portal.example", "SOURCE_TOKEN=t",
		"OBJECT_STORE=minio", "DATABASE_URL=postgres://u:p@db:5432/kzocds", "NATS_URL=nats://bus:4222", "TEMPORAL_ADDRESS=flow:7233",
		"S3_ENDPOINT=https://s3.example", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=s", "ONCE=1",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := settings.Settings{
		Scale: 60, Seed: 7, PortOffset: 100, StateDir: "/srv/kz", Source: "goszakup", SourceURL: "https://portal.example", SourceToken: "t",
		ObjectStore: "minio", DatabaseURL: "postgres://u:p@db:5432/kzocds", NATSURL: "nats://bus:4222", TemporalAddress: "flow:7233",
		S3Endpoint: "https://s3.example", S3AccessKey: "a", S3SecretKey: "s", Once: true,
	}
	if s != want {
		t.Errorf("settings %+v\nwant     %+v", s, want)
	}
	if s.StandIn() || s.Ports().Gateway != 8180 {
		t.Errorf("stand-in %v, gateway %d", s.StandIn(), s.Ports().Gateway)
	}
}

func TestABadKnobIsNamedWithWhatIsWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environ []string
		want    string
	}{
		"scale that is no number":     {[]string{"SCALE=many"}, "SCALE=many: want a whole number from 1 to"},
		"scale below one":             {[]string{"SCALE=0"}, "SCALE=0: want a whole number from 1 to"},
		"port beyond the last":        {[]string{"PORT_OFFSET=60000"}, "PORT_OFFSET=60000: want a whole number from 0 to 56430"},
		"unknown source":              {[]string{"SOURCE=ted"}, "SOURCE=ted: want goszakup or ocds"},
		"unknown store":               {[]string{"OBJECT_STORE=ftp"}, "OBJECT_STORE=ftp: want embedded or minio"},
		"once that is neither":        {[]string{"ONCE=maybe"}, "ONCE=maybe: want 0 or 1"},
		"publication without address": {[]string{"SOURCE=ocds"}, "SOURCE=ocds needs SOURCE_URL"},
		"publication of another kind": {[]string{"SOURCE=ocds", "SOURCE_URL=ftp://host/data"}, "SOURCE_URL: want http or https addresses, s3://bucket/prefix, files or folders"},
		"portal without token":        {[]string{"SOURCE_URL=https://portal.example"}, "SOURCE_URL needs SOURCE_TOKEN"},
		"store without credentials":   {[]string{"S3_ENDPOINT=http://s3"}, "S3_ENDPOINT needs AWS_ACCESS_KEY_ID"},
		"address that is none":        {[]string{"TEMPORAL_ADDRESS=flow"}, "TEMPORAL_ADDRESS=flow: want host:port"},
		"database of another kind":    {[]string{"DATABASE_URL=mysql://u:secret@db/x"}, "DATABASE_URL: want an address such as postgres://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := settings.FromEnvironment(c.environ)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v should say %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q tells the password", err)
			}
		})
	}
}

func TestPlacesOfAPublication(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	s, err := settings.FromEnvironment([]string{"SOURCE=ocds", "SOURCE_URL= https://publisher.example/api?from={since}  data/2024 s3://bucket/below /srv/x.jsonl.gz"})
	if err != nil {
		t.Fatal(err)
	}
	want := "https://publisher.example/api?from={since} " + filepath.Join(here, "data", "2024") + " s3://bucket/below /srv/x.jsonl.gz"
	if s.SourceURL != want || s.StandIn() {
		t.Errorf("places %q, want %q", s.SourceURL, want)
	}
}

func TestAllBadKnobsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := settings.FromEnvironment([]string{"SCALE=x", "SOURCE=y"})
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("error %v should have two lines", err)
	}
}
