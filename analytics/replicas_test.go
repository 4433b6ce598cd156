package analytics_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/kzocds/kzocds/analytics/internal/enginetest"
	"github.com/kzocds/kzocds/platform/bus"
	"github.com/kzocds/kzocds/platform/bus/bustest"
	"github.com/kzocds/kzocds/proto/analysis"
)

// A hundred clients ask two replicas, which share nothing but the publication, all
// at once: every answer to a question is the same, and none is an error.
func TestReplicasAnswerTheSameToAHundredClients(t *testing.T) {
	t.Parallel()
	store := &memory{objects: map[string][]byte{}}
	store.publish(t, "aa01", enginetest.Random(4, 60))
	questions := []analysis.Query{
		{Measures: []string{"procedures", "lots", "lotsValue", "buyers", "bidders", "priceReduction", "priceReductionShare"}},
		{Measures: []string{"lots"}, Dimensions: []string{"bidder"}, Limit: 2}, // ties
		{Measures: []string{"lotsValue", "lots"}, Dimensions: []string{"buyer", "method"}, Order: "lots", Limit: 3},
		{Measures: []string{"supplierConcentration", "topTenthValueShare"}, Dimensions: []string{"category"}},
		{Measures: []string{"lots", "bids", "contracts", "flags"}, Dimensions: []string{"class"}, Limit: 2},
		{Measures: []string{"lots"}, Dimensions: []string{"publishedMonth"}, Cumulative: true},
		{Measures: []string{"lots"}, Filters: analysis.Filters{"publishedYear": {"2025"}}, Compare: "previous", Dimensions: []string{"publishedQuarter"}, Order: "-lots.change"},
		{Measures: []string{"contractsValue"}, Dimensions: []string{"winner"}, Filters: analysis.Filters{"competitive": {"true"}}, Limit: 5},
	}
	facets := analysis.FacetsQuery{Fields: []string{"method", "buyer", "bidder", "class"}, Filters: analysis.Filters{"category": {"goods"}}, Limit: 3}
	// Each replica has a bus of its own, so that it is known who answers.
	var replicas []*bus.Conn
	for range 2 {
		conn := bustest.New(t)
		service, _ := start(t, conn, store, t.TempDir())
		until(t, "ready", func() bool { return service.Ready() == nil })
		until(t, "answering", func() bool {
			_, err := query(t, conn, questions[0])
			return err == nil
		})
		replicas = append(replicas, conn)
	}
	var (
		mu       sync.Mutex
		answered = map[int]string{}
		clients  sync.WaitGroup
	)
	same := func(question int, answer any, err error) {
		if err != nil {
			t.Errorf("question %d: %v", question, err)
			return
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if first, ok := answered[question]; ok && first != string(text) {
			t.Errorf("question %d is answered\n%s\nand\n%s", question, first, text)
		}
		answered[question] = string(text)
	}
	for client := range 100 {
		clients.Go(func() {
			conn := replicas[client%len(replicas)]
			for _, i := range rand.New(rand.NewPCG(uint64(client), 1)).Perm(len(questions) + 1) {
				if i == len(questions) {
					f, err := bus.Ask[analysis.FacetsQuery, analysis.Facets](context.Background(), conn, analysis.Service, analysis.VerbFacets, facets)
					f.Meta.ElapsedMs = 0
					same(i, f, err)
					continue
				}
				a, err := bus.Ask[analysis.Query, analysis.Answer](context.Background(), conn, analysis.Service, analysis.VerbQuery, questions[i])
				a.Meta.ElapsedMs = 0
				same(i, a, err)
			}
		})
	}
	clients.Wait()
	if len(answered) != len(questions)+1 {
		t.Errorf("%d questions were answered", len(answered))
	}
}
