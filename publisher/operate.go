package publisher

import (
	"context"
	"fmt"
	"slices"

	"github.com/kzocds/kzocds/platform/fault"
	workflowv1 "github.com/kzocds/kzocds/proto/kzocds/workflow/v1"
	"github.com/kzocds/kzocds/proto/subject"
	names "github.com/kzocds/kzocds/proto/workflow"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// carryOut does what an operator says. Each act may be repeated: saying it twice
// is saying it once.
func (s *Service) carryOut(ctx context.Context, in *workflowv1.OperateInput) (*workflowv1.OperateResult, error) {
	out := &workflowv1.OperateResult{}
	var err error
	switch in.Act {
	case names.ActRollBack:
		return s.rollBack(ctx, in.SnapshotId, in.Reason)
	case names.ActRelease:
		out.Done, err = "publication goes on", s.store.Unhold(ctx)
	case names.ActCite:
		out.Done, err = fmt.Sprintf("snapshot %s is kept for ever", snapshot.Short(in.SnapshotId)), s.store.Cite(ctx, in.SnapshotId, in.Reason)
	case names.ActAccept:
		if !slices.Contains(acceptable, in.Check) {
			return nil, fault.New(fault.Invalid, "the check %q cannot be accepted", in.Check).At("check", acceptable...).
				Do("what another check finds is wrong: mend it")
		}
		out.Done, err = fmt.Sprintf("the check %s may fail for one snapshot", in.Check), s.store.Accept(ctx, in.Check, in.Reason)
	case names.ActWithdraw:
		out.Done, err = in.Ocid+" is withdrawn; the next publication leaves it out", s.store.Withdraw(ctx, in.Ocid, in.Reason)
	case names.ActRestore:
		out.Done, err = in.Ocid+" is put back; the next publication has it", s.store.Restore(ctx, in.Ocid)
	default:
		return nil, fault.New(fault.Invalid, "no act %q", in.Act).At("act", names.ActRollBack, names.ActRelease, names.ActCite,
			names.ActAccept, names.ActWithdraw, names.ActRestore)
	}
	if err != nil {
		return nil, err
	}
	latest, _, err := s.latest(ctx)
	out.SnapshotId = latest.Snapshot
	return out, err
}

// rollBack makes an earlier snapshot current and holds publication, or the next
// minute would bring the newer one back.
func (s *Service) rollBack(ctx context.Context, id, reason string) (*workflowv1.OperateResult, error) {
	if !snapshotID.MatchString(id) {
		return nil, fault.New(fault.Invalid, "a snapshot id has 64 hexadecimal digits, not %q", id).At("snapshot").
			Do("take the id from the changelog in GET /api/v1/bulk")
	}
	key, err := s.inUse(ctx, id)
	if err != nil {
		return nil, err
	}
	m, err := s.manifest(ctx, key)
	if err != nil {
		return nil, err
	}
	var parts []snapshot.Part
	for _, o := range snapshot.Objects(m) {
		parts = append(parts, snapshot.Part{Key: o.Key, Bytes: o.Bytes})
	}
	missing, err := s.missing(ctx, parts)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, fault.New(fault.Conflict, "%d of %d objects of snapshot %s are gone, first %s", len(missing), len(parts), snapshot.Short(id), missing[0]).
			About(id).Do("roll back to another snapshot")
	}
	if err := s.store.Hold(ctx, "rolled back to "+snapshot.Short(id)+": "+reason); err != nil {
		return nil, err
	}
	out := &workflowv1.OperateResult{SnapshotId: id, Done: fmt.Sprintf("snapshot %s is current, publication is on hold until release", snapshot.Short(id))}
	err = s.store.MakeCurrent(ctx, id, m.Base == nil, func() error {
		latest, etag, err := s.latest(ctx)
		if err != nil || latest.Snapshot == id {
			return err
		}
		out.Flipped = true
		return s.point(ctx, id, key, etag)
	})
	if err != nil {
		return nil, err
	}
	return out, s.bus.Publish(subject.SnapshotPublished, []byte(id))
}
