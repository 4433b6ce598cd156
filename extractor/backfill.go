package extractor

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
)

// windowsAtOnce bounds the open windows in a plan that is handed out: what lies
// further back is planned and not told yet.
const windowsAtOnce = 100

// late are the entities that find their process only through what is stored: a
// back-fill reads them when the others are complete.
var late = []source.Entity{source.Complaint, source.Act, source.TreasuryPay, source.Waybill}

// planBackFill plans windows of ids for entities that have none yet, and says
// what is open: the newest of each entity first.
func (x *extraction) planBackFill(ctx context.Context, in *workflowv1.BackFillInput) (*workflowv1.BackFillPlan, error) {
	if in.GetSource() != x.cfg.Dataset {
		return nil, fault.New(fault.Invalid, "this extractor does not serve source %q", in.GetSource()).At("source", x.cfg.Dataset)
	}
	wanted, err := x.backward(in.GetEntities())
	if err != nil {
		return nil, err
	}
	if in.GetAgain() {
		if err := x.store.ForgetWindows(ctx, wanted); err != nil {
			return nil, err
		}
	}
	windows, err := x.store.Windows(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range wanted {
		if slices.ContainsFunc(windows, func(w document.Window) bool { return w.Entity == e }) {
			continue
		}
		from := x.serving(e).(backward)
		highest, objects, err := from.Highest(ctx, e)
		if err != nil {
			return nil, err
		}
		planned := divide(e, highest, objects, max(in.GetPace().GetWindow(), 0), x.cfg.BackFill.Window)
		if err := x.store.AddWindows(ctx, planned); err != nil {
			return nil, err
		}
		windows = append(windows, planned...)
	}
	windows = slices.DeleteFunc(windows, func(w document.Window) bool { return !slices.Contains(wanted, w.Entity) })
	return x.plan(windows), nil
}

// backward checks the entities asked for; none means all that can be read back.
func (x *extraction) backward(names []string) ([]source.Entity, error) {
	var able, wanted []source.Entity
	for _, e := range source.Entities() {
		if s := x.serving(e); s != nil && e != source.Reference {
			if _, ok := s.(backward); ok {
				able = append(able, e)
			}
		}
	}
	for _, name := range names {
		if !slices.Contains(able, source.Entity(name)) {
			return nil, fault.New(fault.Invalid, "the source has no entity %q that a back-fill can read", name).At("entities", texts(able)...)
		}
		wanted = append(wanted, source.Entity(name))
	}
	if len(able) == 0 {
		return nil, fault.New(fault.Invalid, "the sources of %s cannot be read back in pieces; their batches read everything", x.cfg.Dataset).At("source")
	}
	if len(wanted) == 0 {
		wanted = able
	}
	return wanted, nil
}

func texts(list []source.Entity) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = string(e)
	}
	return out
}

// divide cuts the ids of an entity into windows. An entity without objects has
// one that is done, so that it is not asked for again.
func divide(e source.Entity, highest, objects, window, usual int64) []document.Window {
	if window == 0 {
		window = usual
	}
	if highest == 0 {
		return []document.Window{{Entity: e, High: 1, Low: 0, Below: 0, Done: true}}
	}
	density := float64(max(objects, 0)) / float64(highest)
	var list []document.Window
	for high := highest + 1; high > 0; high -= window {
		low := max(high-window, 0)
		list = append(list, document.Window{Entity: e, High: high, Low: low, Below: high, Density: density})
	}
	return list
}

// plan sums the windows and lists the open ones in the order in which they are
// to be read: of all entities the newest first, those that find their process
// through others at last.
func (x *extraction) plan(windows []document.Window) *workflowv1.BackFillPlan {
	p := &workflowv1.BackFillPlan{Windows: int64(len(windows))}
	type open struct {
		document.Window
		late bool
		rank int
	}
	var list []open
	ranks := map[source.Entity]int{}
	var left float64
	for _, w := range windows {
		p.Calls, p.Objects, p.NewDocuments, p.Quarantined = p.Calls+w.Calls, p.Objects+w.Objects, p.NewDocuments+w.NewDocuments, p.Quarantined+w.Quarantined
		if w.Done {
			p.WindowsDone++
			continue
		}
		left += math.Ceil(float64(w.Below-w.Low) * w.Density / float64(x.serving(w.Entity).(backward).PageSize(w.Entity)))
		list = append(list, open{w, slices.Contains(late, w.Entity), ranks[w.Entity]})
		ranks[w.Entity]++
	}
	p.CallsLeft = int64(left)
	early := slices.ContainsFunc(list, func(o open) bool { return !o.late })
	list = slices.DeleteFunc(list, func(o open) bool { return early && o.late })
	slices.SortStableFunc(list, func(a, b open) int { return a.rank - b.rank })
	for _, o := range list[:min(len(list), windowsAtOnce)] {
		p.Open = append(p.Open, &workflowv1.BackFillWindow{Entity: string(o.Entity), High: o.High, Low: o.Low})
	}
	return p
}

// fetchBackFill reads a window on, a bounded number of pages. told hears of every
// step forward.
func (x *extraction) fetchBackFill(ctx context.Context, in *workflowv1.BackFillWindowInput, told func(document.Window)) (*workflowv1.BackFillWindowResult, error) {
	e := source.Entity(in.GetWindow().GetEntity())
	from := x.serving(e)
	if _, ok := from.(backward); !ok {
		return nil, fault.New(fault.Invalid, "no source gives %s in pieces", e).At("window.entity")
	}
	at, err := x.store.Window(ctx, e, in.GetWindow().GetHigh())
	if err != nil {
		return nil, err
	}
	rate := x.cfg.BackFill.Rate
	if r := in.GetPace().GetRate(); r > 0 {
		rate = r
	}
	x.backFill.SetFull(rate)
	var calls int64
	for ; calls < int64(x.cfg.Crawl.PagesPerFetch) && !at.Done; calls++ {
		told(at)
		if err := reserved(from); err != nil {
			return nil, err
		}
		if err := x.backFill.Wait(ctx); err != nil {
			return nil, err
		}
		page, err := from.Page(ctx, document.Walk{Entity: e, After: strconv.FormatInt(at.Below, 10), Floor: at.Low})
		if err != nil {
			return nil, err
		}
		if at, err = x.saveWindow(ctx, at, from, page); err != nil {
			if fault.KindOf(err) == fault.Conflict {
				return nil, fault.Wrap(fault.Unavailable, err, "the back-fill of %s was moved by another worker", e)
			}
			return nil, err
		}
	}
	told(at)
	return &workflowv1.BackFillWindowResult{Calls: calls, Done: at.Done}, nil
}

// reserved keeps a part of the day's budget for what is new.
func reserved(from Source) error {
	b, ok := from.(budgeted)
	if !ok {
		return nil
	}
	if left, daily := b.Budget(); daily > 0 && left <= daily/reserve {
		return fault.New(fault.RateLimited, "%d of %d requests of the day are left; they are kept for what is new", left, daily).Do("wait for the next day, or raise source.daily")
	}
	return nil
}

// reserve is the part of the day's budget, one in so many, that a back-fill does
// not touch.
const reserve = 10

func (x *extraction) saveWindow(ctx context.Context, at document.Window, from Source, page document.Page) (document.Window, error) {
	set, objects, err := x.gather(ctx, at.Entity, from, []document.Page{page})
	if err != nil {
		return at, err
	}
	below := at.Low
	if !page.End {
		if below, err = strconv.ParseInt(page.Next, 10, 64); err != nil {
			return at, fault.Wrap(fault.Internal, err, "the cursor %q of %s is no id", page.Next, at.Entity)
		}
	}
	var note freshNote
	batch, to, err := x.store.SaveWindow(ctx, x.cfg.Dataset, at, set, func(saved document.Saved) document.Window {
		note = freshNote{outbox: saved.Outbox, documents: saved.Fresh}
		to := at
		to.Below, to.Done = below, page.End
		to.Calls++
		to.Objects += objects
		to.NewDocuments += saved.NewDocuments
		to.Quarantined += saved.Quarantined
		return to
	})
	if err != nil {
		return at, err
	}
	note.batch = batch
	x.stow(ctx, at.Entity, note, objects, to.Quarantined-at.Quarantined)
	return to, nil
}

// begin is what the first batch reads when the past is left to a back-fill: the
// marks of the back-fill are set, and what is newer belongs to the batches.
func (x *extraction) begin(ctx context.Context) error {
	_, err := x.planBackFill(ctx, &workflowv1.BackFillInput{Source: x.cfg.Dataset})
	return err
}

// floor is above what a back-fill reads of an entity: walks down the ids end
// there. 0 without a back-fill.
func (x *extraction) floor(ctx context.Context, e source.Entity) (int64, error) {
	windows, err := x.store.Windows(ctx)
	if err != nil {
		return 0, err
	}
	floor := int64(0)
	for _, w := range windows {
		if w.Entity == e {
			floor = max(floor, w.High)
		}
	}
	return floor, nil
}

// unread says whether a back-fill of an entity is not finished.
func (x *extraction) unread(ctx context.Context, e source.Entity) (bool, error) {
	windows, err := x.store.Windows(ctx)
	return slices.ContainsFunc(windows, func(w document.Window) bool { return w.Entity == e && !w.Done }), err
}
