package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/flow"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/proto/transformation"
	"github.com/kzocds/kzocds/proto/workflow"
)

// quality answers how good what is published is: findings and scores by rule,
// field, buyer or day.
func (s *Service) quality(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "by", "rule", "buyer", "from", "to", "limit")
	if err != nil {
		return err
	}
	req := transformation.QualityRequest{By: q.Get("by"), Rule: q.Get("rule"), Buyer: q.Get("buyer"), From: q.Get("from"), To: q.Get("to")}
	if req.By == "" {
		req.By = "rule"
	}
	if req.Limit, err = positive(q, "limit"); err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), transformation.Service, transformation.VerbQuality, req)
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

// codes tells what the portal's codes in releases mean: the code lists of the
// local extension, completed by the portal's dictionaries.
func (s *Service) codes(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "list")
	if err != nil {
		return err
	}
	answer, err := s.ask.Ask(r.Context(), transformation.Service, transformation.VerbCodes, transformation.CodesRequest{List: q.Get("list")})
	if err != nil {
		return err
	}
	return writeJSON(w, r, answer)
}

// quarantine lists what could not be published, and why.
func (s *Service) quarantine(w http.ResponseWriter, r *http.Request) error {
	q, err := parameters(r, "rule", "after", "limit")
	if err != nil {
		return err
	}
	req := transformation.QuarantineRequest{Rule: q.Get("rule"), After: q.Get("after")}
	if req.Limit, err = positive(q, "limit"); err != nil {
		return err
	}
	return s.tell(w, r, transformation.VerbQuarantine, req)
}

// retryRequest chooses processes in quarantine: those named, all with a rule, or
// all.
type retryRequest struct {
	Processes []string `json:"processes,omitempty"` // process keys
	Rule      string   `json:"rule,omitempty"`
}

// started names a workflow that runs on an operator's word.
type started struct {
	Workflow string `json:"workflow"`
	Answer   string `json:"answer,omitempty"`
}

func (s *Service) retry(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	var req retryRequest
	if r.ContentLength != 0 {
		if err := readBody(r, &req); err != nil {
			return err
		}
	}
	const most = 1000
	if len(req.Processes) > most {
		return fault.New(fault.Invalid, "%d processes are named, at most %d", len(req.Processes), most).At("processes").Do("name a rule, or none for all")
	}
	id, err := s.flow.Retry(r.Context(), &workflowv1.RetryInput{ProcessKey: req.Processes, Rule: req.Rule})
	s.log.InfoContext(r.Context(), "operator action", "action", "retry", "workflow", id, "err", err)
	if err != nil {
		return err
	}
	return s.accepted(w, started{Workflow: id})
}

func (s *Service) mappings(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	return s.tell(w, r, transformation.VerbMappings, transformation.MappingsRequest{})
}

// comparison is the report of how two mapping versions differ.
func (s *Service) comparison(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	return s.tell(w, r, transformation.VerbComparison, transformation.ComparisonRequest{From: r.PathValue("from"), To: r.PathValue("to")})
}

// decide passes an operator's word on the later mapping version to the workflow that
// runs it.
func (s *Service) decide(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	action := r.PathValue("action")
	switch action {
	case workflow.UpdateAdopt, workflow.UpdateReject, workflow.UpdateCompare:
	default:
		return fault.New(fault.NotFound, "no action %q", action).At("action", workflow.UpdateAdopt, workflow.UpdateReject, workflow.UpdateCompare)
	}
	id := workflow.RemapID(r.PathValue("to"))
	answer, err := s.flow.Update(r.Context(), id, action)
	s.log.InfoContext(r.Context(), "operator action", "action", action, "workflow", id, "err", err)
	if err != nil {
		return err
	}
	return s.accepted(w, started{Workflow: id, Answer: answer})
}

// tell sends the transformer's answer to an operator, whose browser keeps nothing.
func (s *Service) tell(w http.ResponseWriter, r *http.Request, verb string, req any) error {
	answer, err := s.ask.Ask(r.Context(), transformation.Service, verb, req)
	if err != nil {
		return err
	}
	return private(w, http.StatusOK, answer)
}

func (s *Service) accepted(w http.ResponseWriter, body started) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	return private(w, http.StatusAccepted, text)
}

func private(w http.ResponseWriter, code int, body []byte) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(body) // when the client has gone nothing can be told any more
	return nil
}

func (t temporal) Update(ctx context.Context, id, name string) (answer string, err error) {
	handle, err := t.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	if err == nil {
		return answer, nil
	}
	if cause := flow.Fault(err); fault.KindOf(cause) == fault.Conflict {
		return "", cause
	}
	return "", fault.Wrap(fault.NotFound, err, "workflow %s does not take %s", id, name).Do("see /admin/mappings for the versions that are run")
}

func (t temporal) Retry(ctx context.Context, in *workflowv1.RetryInput) (string, error) {
	what := "all"
	switch {
	case len(in.ProcessKey) > 0:
		what = "processes-" + subject.Token(strings.Join(in.ProcessKey, "\x00"))
	case in.Rule != "":
		what = in.Rule
	}
	id := workflow.RetryID(what)
	_, err := t.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: workflow.QueueTransformer, StaticSummary: "transform what is in quarantine: " + what,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, workflow.RetryQuarantine, in)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "start %s", id)
	}
	return id, nil
}
