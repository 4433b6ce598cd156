package pack

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/pack/packtest"
)

func open(t *testing.T) (*Store, *packtest.Shelf) {
	t.Helper()
	s := packtest.NewShelf()
	store, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return store, s
}

// pack stores texts as a pack, and tells where they lie.
func pack(t *testing.T, s *Store, number int64, texts []string) []Wanted {
	t.Helper()
	b := s.Build(number)
	for _, text := range texts {
		if err := b.Add([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	content, places := b.Finish()
	if err := s.Put(t.Context(), number, content); err != nil {
		t.Fatal(err)
	}
	wanted := make([]Wanted, len(places))
	for i, p := range places {
		sum := sha256.Sum256([]byte(texts[i]))
		wanted[i] = Wanted{p, sum[:]}
	}
	return wanted
}

func TestEveryTextComesBack(t *testing.T) {
	t.Parallel()
	store, objects := open(t)
	chance := rand.New(rand.NewPCG(1, 1))
	var texts []string
	var wanted []Wanted
	for number := range int64(3) {
		var some []string
		for i := range 400 {
			size := chance.IntN(3000)
			switch i {
			case 7:
				size = 0
			case 90:
				size = 3 * frameSize
			}
			var text strings.Builder
			for text.Len() < size {
				fmt.Fprintf(&text, "%d-%d/%d ", number, i, chance.IntN(1000))
			}
			some = append(some, text.String())
		}
		wanted, texts = append(wanted, pack(t, store, number+1, some)...), append(texts, some...)
	}
	order := chance.Perm(len(texts))
	asked := make([]Wanted, len(order))
	for i, at := range order {
		asked[i] = wanted[at]
	}
	got, err := store.Texts(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range order {
		if string(got[i]) != texts[at] {
			t.Fatalf("text %d has %d bytes, want %d", at, len(got[i]), len(texts[at]))
		}
	}
	if objects.Reads != 3 {
		t.Errorf("%d requests for three small packs that are wanted whole", objects.Reads)
	}
	if one, err := store.Texts(t.Context(), wanted[500:501]); err != nil || string(one[0]) != texts[500] {
		t.Errorf("one of them: %v", err)
	}
	if none, err := store.Texts(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("none of them: %v", err)
	}
}

func TestADamagedPackIsNeverAnotherText(t *testing.T) {
	t.Parallel()
	store, objects := open(t)
	wanted := pack(t, store, 12, []string{strings.Repeat("first ", 300), strings.Repeat("second ", 300)})
	sound := bytes.Clone(objects.Content[Key(12)])
	for name, damage := range map[string]func(){
		"gone":    func() { delete(objects.Content, Key(12)) },
		"cut off": func() { objects.Content[Key(12)] = sound[:len(sound)/2] },
		"empty":   func() { objects.Content[Key(12)] = nil },
		"altered": func() {
			altered := bytes.Clone(sound)
			altered[len(altered)-9] ^= 1
			objects.Content[Key(12)] = altered
		},
		"another": func() {
			pack(t, store, 12, []string{strings.Repeat("other ", 300), strings.Repeat("secong ", 300)})
		},
	} {
		damage()
		if texts, err := store.Texts(t.Context(), wanted[1:]); err == nil || !strings.Contains(err.Error(), Key(12)) {
			t.Errorf("%s: %q, %v", name, texts, err)
		}
		objects.Content[Key(12)] = sound
	}
	astray := wanted[1]
	astray.Place.At += 1 << 20
	if _, err := store.Texts(t.Context(), []Wanted{astray}); fault.KindOf(err) != fault.Internal {
		t.Errorf("outside of the frame: %v", err)
	}
}

func TestPacksThatNobodyKnowsAreCollected(t *testing.T) {
	t.Parallel()
	store, objects := open(t)
	for number := range int64(5) {
		pack(t, store, number+1, []string{"text"})
	}
	objects.Content["packs/readme.txt"] = []byte("not ours")
	known := func(numbers []int64) (map[int64]bool, error) {
		slices.Sort(numbers)
		if !slices.Equal(numbers, []int64{1, 2, 3, 4, 5}) {
			t.Errorf("asked for %v", numbers)
		}
		return map[int64]bool{2: true, 4: true}, nil
	}
	if n, err := store.Collect(t.Context(), objects.Stored.Add(-time.Hour), known); err != nil || n != 0 {
		t.Errorf("young ones: %d, %v", n, err)
	}
	if n, err := store.Collect(t.Context(), objects.Stored.Add(time.Hour), known); err != nil || n != 3 {
		t.Errorf("%d collected, %v", n, err)
	}
	if objects.Content[Key(2)] == nil || objects.Content[Key(4)] == nil || len(objects.Content) != 3 {
		t.Errorf("left: %d", len(objects.Content))
	}
}
