package publisher

import (
	"regexp"
	"strconv"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	names "github.com/kzocds/kzocds/proto/workflow"
)

// foldTime is a time of day.
var foldTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// schedules start publications of the source, compactions and collections again
// and again. A start is left out while the one before still runs; what was missed
// while the system was down is not made up for, because one takes in everything.
func (s *Service) schedules() []client.ScheduleOptions {
	source := s.cfg.Schedule.Source
	hour, minute, _ := strings.Cut(s.cfg.Deltas.Fold, ":")
	return []client.ScheduleOptions{
		{
			ID:   names.ScheduleSync(source),
			Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: s.cfg.Schedule.Every}}},
			Action: &client.ScheduleWorkflowAction{
				ID: names.PublicationID(source), Workflow: names.Publication, TaskQueue: names.QueuePublisher,
				Args:          []any{&workflowv1.PublicationInput{Source: source}},
				StaticSummary: "publish " + source,
			},
			Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: s.cfg.Schedule.Every,
			Note: "publishes what changed in " + source,
		},
		{
			ID:   names.ScheduleCompact,
			Spec: client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{{Hour: exactly(hour), Minute: exactly(minute)}}},
			Action: &client.ScheduleWorkflowAction{
				ID: names.ScheduleCompact, Workflow: names.Compact, TaskQueue: names.QueuePublisher,
				Args: []any{&workflowv1.CompactInput{}}, StaticSummary: "fold deltas into files",
			},
			Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
			Note:    "puts the current snapshot together anew, without deltas",
		},
		{
			ID:   names.ScheduleCollect,
			Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: s.cfg.Retention.Every}}},
			Action: &client.ScheduleWorkflowAction{
				ID: names.ScheduleCollect, Workflow: names.Collect, TaskQueue: names.QueuePublisher,
				Args: []any{&workflowv1.CollectInput{}}, StaticSummary: "remove what no snapshot needs",
			},
			Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: s.cfg.Retention.Every,
			Note: "removes snapshots by rule, and objects that none has any more",
		},
	}
}

func exactly(digits string) []client.ScheduleRange {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(err) // verified
	}
	return []client.ScheduleRange{{Start: n, End: n}}
}
