package transformer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-kit/kit/endpoint"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/transformation"
	"github.com/kzocds/kzocds/transformer/internal/pg"
	"github.com/kzocds/kzocds/transformer/mapping"
	"github.com/kzocds/kzocds/transformer/quality"
)

// question is one verb of the service: how its request reads and what answers
// it. Tracing, metrics, deadlines and recovery are the server's.
type question struct {
	verb     string
	decode   func([]byte) (any, error)
	endpoint endpoint.Endpoint
}

func (s *Service) questions() []question {
	return []question{
		{transformation.VerbQuarantine, bus.Decode[transformation.QuarantineRequest], bus.Endpoint(s.quarantine)},
		{transformation.VerbMappings, bus.Decode[transformation.MappingsRequest], bus.Endpoint(s.mappings)},
		{transformation.VerbComparison, bus.Decode[transformation.ComparisonRequest], bus.Endpoint(s.comparison)},
		{transformation.VerbCodes, bus.Decode[transformation.CodesRequest], bus.Endpoint(s.codeLists)},
		{transformation.VerbQuality, bus.Decode[transformation.QualityRequest], bus.Endpoint(s.quality)},
	}
}

const (
	defaultLimit = 100
	mostLimit    = 1000
)

// limited is the number of rows that a request gets.
func limited(limit int) (int, error) {
	switch {
	case limit == 0:
		return defaultLimit, nil
	case limit < 0 || limit > mostLimit:
		return 0, fault.New(fault.Invalid, "limit is %d: between 1 and %d", limit, mostLimit).At("limit")
	default:
		return limit, nil
	}
}

func (s *Service) quarantine(ctx context.Context, q transformation.QuarantineRequest) (transformation.Quarantine, error) {
	limit, err := limited(q.Limit)
	if err != nil {
		return transformation.Quarantine{}, err
	}
	current, err := s.store.Published(ctx)
	if err != nil {
		return transformation.Quarantine{}, err
	}
	held, err := s.store.Held(ctx, current.ID, pg.Choice{Rule: q.Rule}, q.After, limit)
	page := transformation.Quarantine{Processes: held}
	if len(held) == limit {
		page.Next = held[limit-1].OCID
	}
	return page, err
}

func (s *Service) mappings(ctx context.Context, _ transformation.MappingsRequest) (transformation.Mappings, error) {
	return s.store.Mappings(ctx)
}

func (s *Service) comparison(ctx context.Context, q transformation.ComparisonRequest) (transformation.Comparison, error) {
	return s.store.Comparison(ctx, q.From, q.To)
}

func (s *Service) quality(ctx context.Context, q transformation.QualityRequest) (transformation.Quality, error) {
	var err error
	if q.Limit, err = limited(q.Limit); err != nil {
		return transformation.Quality{}, err
	}
	for name, day := range map[string]string{"from": q.From, "to": q.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return transformation.Quality{}, fault.New(fault.Invalid, "%s is %q: a day such as 2026-07-24", name, day).At(name)
		}
	}
	out, err := s.store.Quality(ctx, q)
	for i, row := range out.Rows {
		if rule, ok := quality.ByID(row.Rule); ok {
			out.Rows[i].Sentence = map[string]string{"kk": rule.KK, "ru": rule.RU, "en": rule.EN}
		}
	}
	return out, err
}

// codeLists gives the code lists of the portal's values as the program has them,
// completed by the source's dictionaries.
func (s *Service) codeLists(ctx context.Context, q transformation.CodesRequest) (transformation.Codes, error) {
	lists := mapping.CodeLists()
	if _, known := lists[q.List]; q.List != "" && !known {
		return transformation.Codes{}, fault.New(fault.NotFound, "there is no code list %q", q.List).At("list", slices.Sorted(maps.Keys(lists))...)
	}
	out := transformation.Codes{Codes: []transformation.Code{}}
	for list, codes := range lists {
		if q.List != "" && q.List != list {
			continue
		}
		for code, title := range codes {
			out.Codes = append(out.Codes, codeOf(pg.Code{List: list, Code: code, EN: title.EN, RU: title.RU, KK: title.KK}))
		}
	}
	added, err := s.store.Codes(ctx, q.List)
	for _, c := range added {
		out.Codes = append(out.Codes, codeOf(c))
	}
	slices.SortFunc(out.Codes, func(a, b transformation.Code) int {
		return cmp.Or(strings.Compare(a.List, b.List), cmp.Compare(len(a.Code), len(b.Code)), strings.Compare(a.Code, b.Code))
	})
	return out, err
}

func codeOf(c pg.Code) transformation.Code {
	standard, closed := mapping.Standard(c.List, c.Code)
	return transformation.Code{
		List: c.List, Code: c.Code, Title: map[string]string{"kk": c.KK, "ru": c.RU, "en": c.EN}, Untranslated: strings.Fields(c.Untranslated),
		Standard: standard, Undecided: closed && standard == "", Batch: c.Batch,
	}
}
