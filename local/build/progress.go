package build

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

// Progress tells people what is being made: a line when something begins and
// ends, and every few seconds a line for each that goes on, with the time since
// it began and how far it is. Plain lines, so that a terminal and a log file
// show the same.
type Progress struct {
	out   io.Writer
	every time.Duration

	mu    sync.Mutex
	steps map[*step]bool
	stop  chan struct{} // closed when nothing goes on
}

// NewProgress writes to out, every so often.
func NewProgress(out io.Writer, every time.Duration) *Progress {
	return &Progress{out: out, every: every, steps: map[*step]bool{}}
}

type step struct {
	p     *Progress
	title string
	began time.Time
	at    string
}

func (p *Progress) begin(title string) *step {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &step{p: p, title: title, began: time.Now()}
	p.say(s, "begins")
	p.steps[s] = true
	if len(p.steps) == 1 {
		p.stop = make(chan struct{})
		go p.tick(p.stop)
	}
	return s
}

func (p *Progress) tick(stop <-chan struct{}) {
	t := time.NewTicker(p.every)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			p.mu.Lock()
			going := make([]*step, 0, len(p.steps))
			for s := range p.steps {
				going = append(going, s)
			}
			sort.Slice(going, func(i, j int) bool { return going[i].began.Before(going[j].began) })
			for _, s := range going {
				p.say(s, s.at)
			}
			p.mu.Unlock()
		}
	}
}

// say writes one line; the caller holds the lock.
func (p *Progress) say(s *step, words string) {
	elapsed := time.Since(s.began).Round(time.Second)
	fmt.Fprintf(p.out, "%2d:%02d  %s: %s\n", int(elapsed.Minutes()), int(elapsed.Seconds())%60, s.title, words)
}

func (s *step) note(words string) {
	const longest = 90
	if words = strings.TrimSpace(words); len(words) > longest {
		words = words[:longest] + "…"
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.at = words
}

func (s *step) done() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.say(s, "done")
}

func (s *step) end() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if delete(s.p.steps, s); len(s.p.steps) == 0 {
		close(s.p.stop)
	}
}
