package nats_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/kzocds/kzocds/local/localtest"
	"github.com/kzocds/kzocds/local/nats"
)

func TestAMessageOfEightMebibytesOutlivesARestart(t *testing.T) {
	t.Parallel()
	dir, port := localtest.State(t), localtest.Port(t)
	body := bytes.Repeat([]byte("k"), 8<<20-1024) // headers count too

	session := func(how string, work func(js jetstream.JetStream)) {
		s, err := nats.Start(dir, port)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var options []client.Option
		if how == "in process" {
			options = append(options, s.Option())
		}
		conn, err := client.Connect(s.URL(), options...)
		if err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		defer conn.Close()
		js, err := jetstream.New(conn)
		if err != nil {
			t.Fatal(err)
		}
		work(js)
	}
	session("in process", func(js jetstream.JetStream) {
		if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s.>"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := js.Publish(t.Context(), "s.a", body); err != nil {
			t.Fatal(err)
		}
	})
	session("over TCP", func(js jetstream.JetStream) {
		stream, err := js.Stream(t.Context(), "S")
		if err != nil {
			t.Fatal(err)
		}
		msg, err := stream.GetMsg(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(msg.Data, body) {
			t.Errorf("message has %d bytes, want %d", len(msg.Data), len(body))
		}
	})
}

// A stream that cannot be written to takes nothing and answers nothing from then on:
// the server says so and ends, instead of letting everybody wait.
func TestAServerThatCannotWriteEnds(t *testing.T) {
	t.Parallel()
	dir := localtest.State(t)
	s, err := nats.Start(dir, localtest.Port(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := client.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s.>"}}); err != nil {
		t.Fatal(err)
	}
	// Its folder is gone, so that the next file of the stream cannot be made.
	if err := os.RemoveAll(dir.Join("nats", "jetstream", "$G", "streams", "S", "msgs")); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := conn.Publish("s.a", make([]byte, 4<<20)); err != nil {
			t.Fatal(err)
		}
	}
	<-s.Done()
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "make room on the disk") {
		t.Errorf("error %v", err)
	}
}
