package publisher

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"

	"github.com/kzocds/kzocds/platform/blob"
	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/publication"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// CommandHelp lists the commands of an operator.
const CommandHelp = `An operator's commands, each a workflow that the Temporal UI shows:
  publisher roll-back SNAPSHOT|previous REASON   make an earlier snapshot current and hold publication
  publisher release                              let publication go on
  publisher cite SNAPSHOT REASON                 keep a snapshot for ever
  publisher accept not-shrunk REASON             let the check fail for one snapshot
  publisher withdraw OCID REASON                 take a process out of the publication
  publisher restore OCID                         put it back
  publisher compact                              fold deltas into files
  publisher collect                              remove what no snapshot needs
Settings follow as flags, as for the service.
`

// Command is an operator's word on the command line.
type Command struct{ in *workflowv1.OperateInput }

// ParseCommand reads a command and gives the flags behind it. Without a command
// there is none.
func ParseCommand(args []string) (c *Command, flags []string, err error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return nil, args, nil
	}
	end := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") })
	if end < 0 {
		end = len(args)
	}
	words, flags := args[1:end], args[end:]
	in := &workflowv1.OperateInput{Act: args[0]}
	var on *string
	switch in.Act {
	case names.ActRollBack, names.ActCite:
		on = &in.SnapshotId
	case names.ActAccept:
		on = &in.Check
	case names.ActWithdraw, names.ActRestore:
		on = &in.Ocid
	case names.ActRelease, names.ScheduleCompact, names.ScheduleCollect:
	default:
		return nil, nil, fault.New(fault.Invalid, "no command %q\n%s", in.Act, CommandHelp)
	}
	if on != nil {
		if len(words) == 0 {
			return nil, nil, fault.New(fault.Invalid, "%s needs to know on what\n%s", in.Act, CommandHelp)
		}
		*on, words = words[0], words[1:]
	}
	in.Reason = strings.Join(words, " ")
	return &Command{in}, flags, nil
}

// Run carries the command out and says what was done.
func (c *Command) Run(ctx context.Context, t client.Client, bucket blob.Bucket, w io.Writer) error {
	in := c.in
	if in.Act == names.ActRollBack && in.SnapshotId == "previous" {
		// Found out here and not in the workflow, where a repetition would go back
		// once more.
		id, err := previous(ctx, bucket)
		if err != nil {
			return err
		}
		in.SnapshotId = id
	}
	options := client.StartWorkflowOptions{
		ID: names.OperateID(in.Act, in.SnapshotId+in.Ocid+in.Check), TaskQueue: names.QueuePublisher, StaticSummary: "an operator: " + in.Act,
	}
	kind, input := names.Operate, any(in)
	switch in.Act {
	case names.ScheduleCompact:
		options.ID, kind, input = names.ScheduleCompact, names.Compact, &workflowv1.CompactInput{}
	case names.ScheduleCollect:
		options.ID, kind, input = names.ScheduleCollect, names.Collect, &workflowv1.CollectInput{}
	}
	run, err := t.ExecuteWorkflow(ctx, options, kind, input)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "start %s", options.ID)
	}
	var out map[string]any
	if err := run.Get(ctx, &out); err != nil {
		return err
	}
	if done, ok := out["done"].(string); ok {
		_, err = fmt.Fprintln(w, done)
		return err
	}
	return json.NewEncoder(w).Encode(out)
}

// previous is the snapshot that the current one was made from.
func previous(ctx context.Context, bucket blob.Bucket) (string, error) {
	var latest publication.Latest
	if err := decode(ctx, bucket, snapshot.LatestKey, &latest); err != nil {
		return "", err
	}
	var m publication.Manifest
	if err := decode(ctx, bucket, latest.Manifest, &m); err != nil {
		return "", err
	}
	if m.Parent == "" {
		return "", fault.New(fault.Conflict, "the current snapshot is the first: there is none before it")
	}
	return m.Parent, nil
}

func decode(ctx context.Context, bucket blob.Bucket, key string, v any) error {
	r, _, err := bucket.Get(ctx, key, blob.GetOptions{})
	if err != nil {
		return err
	}
	defer r.Close()
	return json.NewDecoder(io.LimitReader(r, maxManifest)).Decode(v)
}
