// Package chaos runs the whole system, breaks it at random from a seed while it
// works, and looks whether it ends in the snapshot of an undisturbed run.
//
// The servers and the services are processes of their own, in a network and with
// file systems of their own, so that each can be broken alone and nothing outside
// is touched. NATS is in a second network namespace.
package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Kind of fault.
type Kind string

// Kinds. All but Kill end by themselves.
const (
	Kill      Kind = "kill"      // -9; the process is started again
	Stop      Kind = "stop"      // it hangs, and goes on
	Full      Kind = "full"      // no byte is left on its volume
	Slow      Kind = "slow"      // the whole network has little throughput and loses packets
	Clock     Kind = "clock"     // its clock jumps, and jumps back
	Partition Kind = "partition" // nothing passes between NATS and the others
)

// Victims.
const (
	Services = "services" // all five, and the stand-in of the portal
	NATS     = "nats"
	Store    = "s3"
	Postgres = "postgres"
	Temporal = "temporal"
	network  = "network"
)

// victims of each kind.
var victims = []struct {
	kind Kind
	of   []string
}{
	{Kill, []string{Services, NATS, Store, Postgres, Temporal}},
	{Stop, []string{Services, NATS, Store, Postgres, Temporal}},
	{Full, []string{NATS, Store, Postgres}},
	{Slow, []string{network}},
	{Clock, []string{Services, NATS, Store, Postgres, Temporal}},
	{Partition, []string{NATS}},
}

// Fault is one disturbance.
type Fault struct {
	Number int
	Kind   Kind
	Victim string
	// After is the time since the fault before ended, or the services started.
	After time.Duration
	// Lasts is how long; 0 for Kill.
	Lasts time.Duration
	// Jump of the clock.
	Jump time.Duration
	// Kilobits a second that the network lets through, and packets in a hundred that
	// it loses.
	Kilobits, Loss int
}

// mostAheadOfTemporal is how far the clock of Temporal goes ahead. Its timers never go
// back behind a time that it has seen: after a jump ahead and back workflows stand still
// until that time comes, which no program beside it can change.
const mostAheadOfTemporal = time.Minute

// Draw gives fault n of a seed: always the same.
func Draw(seed uint64, n int) Fault {
	chance := rand.New(rand.NewPCG(seed, uint64(n)))
	between := func(least, most time.Duration) time.Duration {
		return least + time.Duration(chance.Int64N(int64(most-least))).Truncate(time.Millisecond)
	}
	v := victims[chance.IntN(len(victims))]
	f := Fault{Number: n, Kind: v.kind, Victim: v.of[chance.IntN(len(v.of))], After: between(0, 3*time.Second)}
	switch f.Kind {
	case Stop:
		f.Lasts = between(500*time.Millisecond, 8*time.Second)
	case Full:
		f.Lasts = between(time.Second, 6*time.Second)
	case Slow:
		f.Lasts, f.Kilobits, f.Loss = between(2*time.Second, 8*time.Second), 500+chance.IntN(8000), 1+chance.IntN(5)
	case Clock:
		f.Lasts, f.Jump = between(time.Second, 6*time.Second), between(time.Minute, 24*time.Hour).Truncate(time.Second)
		if chance.IntN(2) == 0 {
			f.Jump = -f.Jump
		} else if f.Victim == Temporal {
			f.Jump = f.Jump%mostAheadOfTemporal + time.Second
		}
	case Partition:
		f.Lasts = between(time.Second, 15*time.Second)
	}
	return f
}

func (f Fault) String() string {
	s := fmt.Sprintf("%3d %-9s %-8s after %.1f s", f.Number, f.Kind, f.Victim, f.After.Seconds())
	if f.Lasts > 0 {
		s += fmt.Sprintf(", for %.1f s", f.Lasts.Seconds())
	}
	switch f.Kind {
	case Slow:
		s += fmt.Sprintf(", %d kbit/s, %d %% lost", f.Kilobits, f.Loss)
	case Clock:
		s += fmt.Sprintf(", by %s", f.Jump)
	}
	return s
}
