package gateway

import (
	"net/http"

	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/proto/workflow"
)

// completeness says what of the source is here and what is not.
func (s *Service) completeness(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "entity")
	if err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), source.Service, source.VerbCompleteness, source.CompletenessRequest{Entity: source.Entity(q.Get("entity"))})
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

// backFillRequest says how hard a back-fill asks the source; what is 0 stays as
// it is. Entities count when it starts.
type backFillRequest struct {
	Entities []string `json:"entities,omitempty"`
	Rate     float64  `json:"rate,omitempty"`
	Parallel int32    `json:"parallel,omitempty"`
	Window   int64    `json:"window,omitempty"`
	// Again reads what was read already once more.
	Again bool `json:"again,omitempty"`
}

// backFill starts the back-fill, or changes the pace of the one that runs.
func (s *Service) backFill(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	var req backFillRequest
	if r.ContentLength != 0 {
		if err := readBody(r, &req); err != nil {
			return err
		}
	}
	switch {
	case req.Rate < 0:
		return fault.New(fault.Invalid, "the rate is %v requests a second", req.Rate).At("rate")
	case req.Parallel < 0:
		return fault.New(fault.Invalid, "parallel is %d windows", req.Parallel).At("parallel")
	case req.Window < 0:
		return fault.New(fault.Invalid, "the window is %d ids", req.Window).At("window")
	}
	for _, name := range req.Entities {
		if !known(source.Entity(name)) {
			return fault.New(fault.Invalid, "no entity %q", name).At("entities")
		}
	}
	err := s.flow.BackFill(r.Context(), &workflowv1.BackFillInput{
		Source: s.cfg.SourceName, Entities: req.Entities, Again: req.Again,
		Pace: &workflowv1.BackFillPace{Rate: req.Rate, Parallel: req.Parallel, Window: req.Window},
	})
	s.log.InfoContext(r.Context(), "operator action", "action", "back-fill", "workflow", workflow.BackFillID(s.cfg.SourceName), "err", err)
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func known(e source.Entity) bool {
	for _, k := range source.Entities() {
		if k == e {
			return true
		}
	}
	return false
}
