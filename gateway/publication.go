package gateway

import (
	"encoding/json"
	"net/http"

	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/proto/workflow"
)

// previous stands for the snapshot before the current one.
const previous = "previous"

// operateRequest says what an act on the publication is about.
type operateRequest struct {
	Snapshot string `json:"snapshot,omitempty"` // of roll-back and cite; previous is the one before the current
	OCID     string `json:"ocid,omitempty"`     // of withdraw and restore
	Check    string `json:"check,omitempty"`    // of accept
	Reason   string `json:"reason,omitempty"`
}

// operate carries out an operator's word on the publication: roll-back, release,
// cite, accept, withdraw, restore, compact, collect. It answers with the workflow
// that does it.
func (s *Service) operate(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	var req operateRequest
	if r.ContentLength != 0 {
		if err := readBody(r, &req); err != nil {
			return err
		}
	}
	in := &workflowv1.OperateInput{Act: r.PathValue("act"), SnapshotId: req.Snapshot, Ocid: req.OCID, Check: req.Check, Reason: req.Reason}
	missing := func(field string, value string) error {
		if value != "" {
			return nil
		}
		return fault.New(fault.Invalid, "%s needs %s", in.Act, field).At(field)
	}
	var err error
	switch in.Act {
	case workflow.ActRollBack:
		if in.SnapshotId == previous {
			in.SnapshotId, err = s.parentOfCurrent(r)
		} else {
			err = missing("snapshot", in.SnapshotId)
		}
	case workflow.ActCite:
		err = missing("snapshot", in.SnapshotId)
	case workflow.ActAccept:
		err = missing("check", in.Check)
	case workflow.ActWithdraw, workflow.ActRestore:
		err = missing("ocid", in.Ocid)
	case workflow.ActRelease, workflow.ScheduleCompact, workflow.ScheduleCollect:
	default:
		err = fault.New(fault.NotFound, "no act %q", in.Act).At("act", workflow.ActRollBack, workflow.ActRelease, workflow.ActCite,
			workflow.ActAccept, workflow.ActWithdraw, workflow.ActRestore, workflow.ScheduleCompact, workflow.ScheduleCollect)
	}
	if err != nil {
		return err
	}
	id, err := s.flow.Operate(r.Context(), in)
	s.log.InfoContext(r.Context(), "operator action on the publication", "act", in.Act, "snapshot", in.SnapshotId, "ocid", in.Ocid,
		"check", in.Check, "reason", in.Reason, "workflow", id, "err", err)
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return json.NewEncoder(w).Encode(struct {
		Workflow string `json:"workflow"`
	}{id})
}

// parentOfCurrent is the snapshot that the current one was made from.
func (s *Service) parentOfCurrent(r *http.Request) (string, error) {
	raw, err := s.ask.Ask(r.Context(), publication.Service, publication.VerbBulk, publication.BulkRequest{})
	if err != nil {
		return "", err
	}
	var m publication.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return "", err
	}
	if m.Parent == "" {
		return "", fault.New(fault.Conflict, "the current snapshot is the first: there is none before it").At("snapshot")
	}
	return m.Parent, nil
}
