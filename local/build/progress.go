package build

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

// Progress tells people what takes long: for each step that goes on a line every
// few seconds, with the time since it began and how far it is. Plain lines, so
// that a terminal and a log file show the same. A step that ends at once is
// not mentioned.
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

// Step does something that may take long. note says in a few words how far it is.
func (p *Progress) Step(title string, do func(note func(string)) error) error {
	s := &step{title: title, began: time.Now(), at: "starting"}
	p.mu.Lock()
	if p.steps[s] = true; len(p.steps) == 1 {
		p.stop = make(chan struct{})
		go p.tick(p.stop)
	}
	p.mu.Unlock()

	err := do(func(words string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		s.at = shortened(words)
	})

	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !s.told:
	case err != nil:
		p.say(s, "failed")
	default:
		p.say(s, "done")
	}
	if delete(p.steps, s); len(p.steps) == 0 {
		close(p.stop)
	}
	return err
}

type step struct {
	title string
	began time.Time
	at    string
	told  bool
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
	s.told = true
	elapsed := time.Since(s.began).Round(time.Second)
	fmt.Fprintf(p.out, "%2d:%02d  %s: %s\n", int(elapsed.Minutes()), int(elapsed.Seconds())%60, s.title, words)
}

func shortened(words string) string {
	const longest = 80
	runes := []rune(strings.TrimSpace(words))
	if len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return string(runes)
}
