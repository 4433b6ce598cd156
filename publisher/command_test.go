package publisher

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
)

func TestCommandsOfAnOperatorAreRead(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]*workflowv1.OperateInput{
		"roll-back previous wrong figures": {Act: "roll-back", SnapshotId: "previous", Reason: "wrong figures"},
		"cite abc a report":                {Act: "cite", SnapshotId: "abc", Reason: "a report"},
		"accept not-shrunk asked":          {Act: "accept", Check: "not-shrunk", Reason: "asked"},
		"withdraw ocds-x-1 a court":        {Act: "withdraw", Ocid: "ocds-x-1", Reason: "a court"},
		"restore ocds-x-1":                 {Act: "restore", Ocid: "ocds-x-1"},
		"release":                          {Act: "release"},
		"collect":                          {Act: "collect"},
	} {
		c, flags, err := ParseCommand(append(slices.Collect(fields(line)), "-temporal.address", "x:1"))
		if err != nil || !proto.Equal(c.in, want) || !slices.Equal(flags, []string{"-temporal.address", "x:1"}) {
			t.Errorf("%s is read as %v with %v (%v)", line, c, flags, err)
		}
	}
	if c, flags, err := ParseCommand([]string{"-config", "file"}); c != nil || len(flags) != 2 || err != nil {
		t.Errorf("a service reads as %v with %v (%v)", c, flags, err)
	}
	for _, wrong := range []string{"roll-back", "delete everything", "accept"} {
		if _, _, err := ParseCommand(slices.Collect(fields(wrong))); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestTheSnapshotBeforeIsFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fill(3)
	first, _ := f.publish(3)
	if _, err := previous(t.Context(), f.memory); fault.KindOf(err) != fault.Conflict {
		t.Errorf("before the first: %v", err)
	}
	f.apply(f.transform(1, 1))
	f.publish(3)
	if id, err := previous(t.Context(), f.memory); err != nil || id != first.SnapshotId {
		t.Errorf("before the second: %s, %v", id, err)
	}
}
