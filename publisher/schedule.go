package publisher

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// schedule starts a publication of the source again and again. A start is left
// out while the publication before still runs; what was missed while the system
// was down is not made up for, because one publication takes in everything.
func (s *Service) schedule() client.ScheduleOptions {
	source := s.cfg.Schedule.Source
	return client.ScheduleOptions{
		ID:   names.ScheduleSync(source),
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: s.cfg.Schedule.Every}}},
		Action: &client.ScheduleWorkflowAction{
			ID: names.PublicationID(source), Workflow: names.Publication, TaskQueue: names.QueuePublisher,
			Args:          []any{&workflowv1.PublicationInput{Source: source}},
			StaticSummary: "publish " + source,
		},
		Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: s.cfg.Schedule.Every,
		Note:          "publishes what changed in " + source,
	}
}
