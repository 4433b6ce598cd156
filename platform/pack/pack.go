// Package pack keeps many small texts in few objects of an object store. A pack
// is an object that is never altered: frames one after another, each compressed by
// itself (Zstandard), each with some texts one after another. Where a text lies is
// its Place; the places are the index, and lie elsewhere, in a database.
//
// So a text costs what it compresses to among its neighbours, is read by a request
// for one frame, and texts that lie together are read together.
package pack

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
)

// Place is where a text lies. Sizes are in bytes.
type Place struct {
	Pack   int64 // number of the pack, from 1
	Frame  int64 // where the frame begins in the pack
	Length int32 // of the frame, compressed
	At     int32 // where the text begins in the frame, decompressed
	Size   int32 // of the text
}

const (
	// frameSize is how much text a frame has, about. A larger frame compresses
	// better, a smaller one costs less when a single text is read.
	frameSize = 128 << 10
	// maxFrame bounds what decompressing a damaged pack may cost. A text above it
	// cannot be packed.
	maxFrame = 256 << 20
	// Frames of a pack with less than gap between them are read by one request of
	// at most maxRead.
	gap     = 32 << 10
	maxRead = 8 << 20
	// sideBySide is how many requests are under way at the same time.
	sideBySide = 8
)

// prefix of the keys of all packs.
const prefix = "packs/"

// Key is the key of a pack. Keys that follow one another differ at their
// beginning, so that a store that divides its load by keys can.
func Key(number int64) string {
	return fmt.Sprintf("%s%03d/%012d.zst", prefix, number%1000, number)
}

func numberOf(key string) (int64, bool) {
	name, ok := strings.CutSuffix(key[strings.LastIndexByte(key, '/')+1:], ".zst")
	n, err := strconv.ParseInt(name, 10, 64)
	return n, ok && err == nil && Key(n) == key
}

// Builder makes a pack in memory.
type Builder struct {
	number int64
	enc    *zstd.Encoder
	pack   []byte
	frame  []byte
	places []Place
	open   int // the first place whose frame is not closed
}

// Build begins the pack of a number, which must be used for no other.
func (s *Store) Build(number int64) *Builder { return &Builder{number: number, enc: s.enc} }

// Add adds a text.
func (b *Builder) Add(text []byte) error {
	if len(text) > maxFrame {
		return fault.New(fault.TooLarge, "a text of %d bytes cannot be packed, %d is the most", len(text), maxFrame)
	}
	if len(b.frame) > 0 && len(b.frame)+len(text) > frameSize {
		b.close()
	}
	b.places = append(b.places, Place{Pack: b.number, At: int32(len(b.frame)), Size: int32(len(text))})
	b.frame = append(b.frame, text...)
	return nil
}

func (b *Builder) close() {
	if b.open == len(b.places) {
		return
	}
	begin := len(b.pack)
	b.pack = b.enc.EncodeAll(b.frame, b.pack)
	for i := b.open; i < len(b.places); i++ {
		b.places[i].Frame, b.places[i].Length = int64(begin), int32(len(b.pack)-begin)
	}
	b.open, b.frame = len(b.places), b.frame[:0]
}

// Finish gives the pack, and the places of the texts in the order in which they
// were added. The builder is of no use after it.
func (b *Builder) Finish() (pack []byte, places []Place) {
	b.close()
	return b.pack, b.places
}

// Objects is what a Store needs of a bucket.
type Objects interface {
	Put(ctx context.Context, key string, r io.Reader, size int64, o blob.PutOptions) (blob.Info, error)
	Get(ctx context.Context, key string, o blob.GetOptions) (io.ReadCloser, blob.Info, error)
	List(ctx context.Context, prefix string, fn func(blob.Info) error) error
	Delete(ctx context.Context, keys ...string) error
}

// Store keeps packs in a bucket. It is safe for concurrent use.
type Store struct {
	objects Objects
	enc     *zstd.Encoder
	dec     *zstd.Decoder
}

// New makes a store. It asks nothing yet.
func New(objects Objects) (*Store, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "prepare compression")
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxFrame))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "prepare decompression")
	}
	return &Store{objects, enc, dec}, nil
}

// Put stores a pack.
func (s *Store) Put(ctx context.Context, number int64, pack []byte) error {
	sum := sha256.Sum256(pack)
	_, err := s.objects.Put(ctx, Key(number), bytes.NewReader(pack), int64(len(pack)), blob.PutOptions{ContentType: "application/zstd", SHA256: sum[:]})
	return err
}

// Wanted is a text that is to be read: its place and its SHA-256.
type Wanted struct {
	Place  Place
	Digest []byte
}

// Texts reads texts, in the order asked for. Each is checked against its digest: a
// pack that is missing, cut off or altered is an error that names it, never
// another text.
func (s *Store) Texts(ctx context.Context, wanted []Wanted) ([][]byte, error) {
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		p, q := wanted[a].Place, wanted[b].Place
		return cmp.Or(cmp.Compare(p.Pack, q.Pack), cmp.Compare(p.Frame, q.Frame), cmp.Compare(p.At, q.At))
	})
	texts := make([][]byte, len(wanted))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(sideBySide)
	for len(order) > 0 {
		n, end := 1, extent(wanted[order[0]].Place)
		first := wanted[order[0]].Place
		for n < len(order) {
			p := wanted[order[n]].Place
			if p.Pack != first.Pack || p.Frame > end+gap || extent(p)-first.Frame > maxRead {
				break
			}
			end = max(end, extent(p))
			n++
		}
		together := order[:n]
		order = order[n:]
		g.Go(func() error { return s.read(ctx, wanted, together, first.Frame, end, texts) })
	}
	return texts, g.Wait()
}

func extent(p Place) int64 { return p.Frame + int64(p.Length) }

// read reads texts that lie near one another in a pack.
func (s *Store) read(ctx context.Context, wanted []Wanted, order []int, from, to int64, texts [][]byte) error {
	number := wanted[order[0]].Place.Pack
	damaged := func(err error) error {
		return fault.Wrap(fault.Internal, err, "pack %s does not hold what its index says", Key(number)).About(Key(number)).
			Do("restore the object from a copy of the bucket; packs are never altered")
	}
	body, _, err := s.objects.Get(ctx, Key(number), blob.GetOptions{Offset: from, Length: to - from})
	if kind := fault.KindOf(err); err != nil && (kind == fault.NotFound || kind == fault.Invalid) {
		return damaged(err)
	} else if err != nil {
		return err
	}
	defer body.Close()
	piece := make([]byte, to-from)
	if _, err := io.ReadFull(body, piece); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault.Wrap(fault.Unavailable, err, "read pack %s: %v", Key(number), err)
	}
	var frame []byte
	at := int64(-1)
	for _, i := range order {
		p := wanted[i].Place
		if p.Frame != at {
			if frame, err = s.dec.DecodeAll(piece[p.Frame-from:extent(p)-from], frame[:0]); err != nil {
				return damaged(err)
			}
			at = p.Frame
		}
		if p.At < 0 || p.Size < 0 || int64(p.At)+int64(p.Size) > int64(len(frame)) {
			return damaged(fmt.Errorf("a text at %d of %d bytes is outside of its frame of %d bytes", p.At, p.Size, len(frame)))
		}
		text := bytes.Clone(frame[p.At : p.At+p.Size])
		if sum := sha256.Sum256(text); !bytes.Equal(sum[:], wanted[i].Digest) {
			return damaged(fmt.Errorf("a text has digest %x, not %x", sum, wanted[i].Digest))
		}
		texts[i] = text
	}
	return nil
}

// Collect deletes packs that were stored before an instant and whose numbers known
// does not have: a process that died between storing a pack and noting its places
// has left them behind.
func (s *Store) Collect(ctx context.Context, before time.Time, known func(numbers []int64) (map[int64]bool, error)) (deleted int, err error) {
	var old []int64
	sweep := func() error {
		if len(old) == 0 {
			return nil
		}
		kept, err := known(old)
		if err != nil {
			return err
		}
		var keys []string
		for _, n := range old {
			if !kept[n] {
				keys = append(keys, Key(n))
			}
		}
		old = old[:0]
		if len(keys) == 0 {
			return nil
		}
		deleted += len(keys)
		return s.objects.Delete(ctx, keys...)
	}
	err = s.objects.List(ctx, prefix, func(o blob.Info) error {
		if n, ours := numberOf(o.Key); ours && o.Modified.Before(before) {
			old = append(old, n)
		}
		if len(old) == 1000 {
			return sweep()
		}
		return nil
	})
	if err != nil {
		return deleted, err
	}
	return deleted, sweep()
}
