package transformer

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/fault"
	pipelinev1 "github.com/kzocds/kzocds/proto/kzocds/pipeline/v1"
	"github.com/kzocds/kzocds/proto/subject"
	"github.com/kzocds/kzocds/transformer/internal/pg"
)

const (
	marksAtOnce = 512 // messages whose marks may wait for one commit
	inFlight    = 2048
)

// consume notes the processes of stored source documents as changed, until ctx
// ends. A message is acknowledged when its mark is committed, so that the
// consumer's floor tells how far the list is complete.
func (s *Service) consume(ctx context.Context) error {
	marks := make(chan markRequest)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.commitMarks(marks)
	}()
	err := s.bus.Consume(ctx, bus.ConsumeConfig{
		Stream: subject.StreamSource, Durable: subject.ConsumerTransformer, MaxInFlight: inFlight, Workers: marksAtOnce, Stage: "transform",
	}, func(ctx context.Context, m bus.Msg) error {
		mark, concerned, err := markOf(m.Data)
		if err != nil || !concerned {
			return err
		}
		request := markRequest{ctx, mark, make(chan error, 1)}
		marks <- request
		return <-request.answer
	})
	close(marks)
	<-stopped
	return err
}

// markOf reads which process a stored document belongs to. Participants and
// dictionaries belong to none.
func markOf(data []byte) (mark pg.Mark, concerned bool, err error) {
	var m pipelinev1.SourceDocumentStored
	if err := proto.Unmarshal(data, &m); err != nil {
		return pg.Mark{}, false, fault.Wrap(fault.Invalid, err, "the message is no SourceDocumentStored")
	}
	if m.ProcessKey == "" {
		return pg.Mark{}, false, nil
	}
	if m.Batch <= 0 {
		return pg.Mark{}, false, fault.New(fault.Invalid, "SourceDocumentStored without batch").About(m.Entity + "/" + m.Id).At("batch")
	}
	return pg.Mark{Key: m.ProcessKey, Batch: m.Batch}, true, nil
}

type markRequest struct {
	ctx    context.Context
	mark   pg.Mark
	answer chan error
}

// commitMarks stores marks, all that wait in one statement: while one commit is
// under way the next group gathers.
func (s *Service) commitMarks(requests <-chan markRequest) {
	for first := range requests {
		group := []markRequest{first}
	gather:
		for len(group) < marksAtOnce {
			select {
			case next, open := <-requests:
				if !open {
					break gather
				}
				group = append(group, next)
			default:
				break gather
			}
		}
		marks := make([]pg.Mark, 0, len(group))
		seen := map[pg.Mark]bool{}
		for _, r := range group {
			if !seen[r.mark] {
				seen[r.mark] = true
				marks = append(marks, r.mark)
			}
		}
		err := s.store.Mark(context.WithoutCancel(first.ctx), marks)
		for _, r := range group {
			r.answer <- err
		}
	}
}
