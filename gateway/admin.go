package gateway

import (
	"net/http"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/workflow"
)

// adminRequest says what to act on. Without a workflow, pause and resume act on
// the schedule that starts new runs.
type adminRequest struct {
	Workflow string `json:"workflow,omitempty"`
}

// admin carries out an operator's word on the workflows: start (a run now),
// pause, resume.
func (s *Service) admin(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	var req adminRequest
	if r.ContentLength != 0 {
		if err := readBody(r, &req); err != nil {
			return err
		}
	}
	var err error
	action := r.PathValue("action")
	switch action {
	case "start":
		err = s.flow.Trigger(r.Context(), s.cfg.SourceName)
	case workflow.SignalPause, workflow.SignalResume:
		if req.Workflow != "" {
			err = s.flow.Signal(r.Context(), req.Workflow, action)
		} else {
			err = s.flow.PauseSchedule(r.Context(), s.cfg.SourceName, action == workflow.SignalPause)
		}
	default:
		err = fault.New(fault.NotFound, "no action %q", action).At("action", "start", workflow.SignalPause, workflow.SignalResume)
	}
	s.log.InfoContext(r.Context(), "operator action", "action", action, "workflow", req.Workflow, "err", err)
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
