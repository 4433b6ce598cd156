package tables

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/kzocds/kzocds/ocds"
	row "github.com/kzocds/kzocds/proto/tables"
)

var derivers = sync.Pool{New: func() any {
	return &deriver{document: new(ocds.Document), organisations: map[string]*party{}, lotIndex: map[string]int{}}
}}

// order sorts the rows by their keys and leaves out a row whose key was there
// before, with a finding: a table with a key twice would count it twice.
func (d *deriver) order() {
	r := &d.rows
	unique(d, &r.Lots, "lots", func(x *row.Lot) [4]string { return [4]string{x.LotID} })
	unique(d, &r.LotPoints, "lot_points", func(x *row.LotPoint) [4]string { return [4]string{x.LotID, x.PointID} })
	unique(d, &r.Bids, "bids", func(x *row.Bid) [4]string { return [4]string{x.LotID, x.BidID} })
	unique(d, &r.BidPoints, "bid_points", func(x *row.BidPoint) [4]string { return [4]string{x.LotID, x.BidID, x.PointID} })
	unique(d, &r.BidRejections, "bid_rejections", func(x *row.BidRejection) [4]string { return [4]string{x.LotID, x.BidID, x.ReasonID} })
	unique(d, &r.Criteria, "criteria", func(x *row.Criterion) [4]string {
		return [4]string{x.LotID, x.BidID, x.EvaluationID, x.CriterionID}
	})
	unique(d, &r.Awards, "awards", func(x *row.Award) [4]string { return [4]string{x.AwardID, x.LotID} })
	unique(d, &r.Contracts, "contracts", func(x *row.Contract) [4]string { return [4]string{x.RootID, x.ContractID} })
	unique(d, &r.ContractVersions, "contract_versions", func(x *row.ContractVersion) [4]string { return [4]string{x.RootID, x.VersionID} })
	unique(d, &r.ContractGrounds, "contract_grounds", func(x *row.ContractGround) [4]string {
		return [4]string{x.RootID, x.VersionID, x.GroundID}
	})
	unique(d, &r.ContractItems, "contract_items", func(x *row.ContractItem) [4]string { return [4]string{x.RootID, x.ItemID} })
	unique(d, &r.Payments, "payments", func(x *row.Payment) [4]string { return [4]string{x.RootID, x.PaymentID} })
	unique(d, &r.Acts, "acts", func(x *row.Act) [4]string { return [4]string{x.RootID, x.ActID} })
	unique(d, &r.Complaints, "complaints", func(x *row.Complaint) [4]string { return [4]string{x.ComplaintID} })
	unique(d, &r.ComplaintGrounds, "complaint_grounds", func(x *row.ComplaintGround) [4]string { return [4]string{x.ComplaintID, x.Ground} })
	unique(d, &r.Enquiries, "enquiries", func(x *row.Enquiry) [4]string { return [4]string{x.EnquiryID} })
	unique(d, &r.Documents, "documents", func(x *row.Document) [4]string { return [4]string{x.Part, x.PartID, x.DocumentID} })
	unique(d, &r.Parties, "parties", func(x *row.Party) [4]string { return [4]string{x.PartyID} })
	unique(d, &r.PartyRoles, "party_roles", func(x *row.PartyRole) [4]string { return [4]string{x.PartyID, x.Role} })
	unique(d, &r.Blacklist, "blacklist", func(x *row.BlacklistEntry) [4]string { return [4]string{x.PartyID, x.EntryID} })
}

func unique[T any](d *deriver, rows *[]T, table string, key func(*T) [4]string) {
	list := *rows
	if len(list) < 2 {
		return
	}
	compare := func(a, b *T) int {
		x, y := key(a), key(b)
		for i := range x {
			if c := cmp.Compare(x[i], y[i]); c != 0 {
				return c
			}
		}
		return 0
	}
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = compare(&list[i-1], &list[i]) < 0
	}
	if sorted {
		return
	}
	// Rows are large: their order is found first, then each moves once.
	order := make([]int32, len(list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return compare(&list[a], &list[b]) })
	out := make([]T, 0, len(list))
	for _, n := range order {
		if len(out) > 0 && compare(&out[len(out)-1], &list[n]) == 0 {
			k := key(&list[n])
			d.finding("tables.repeated", at("", 0), "table %s: %s is there twice, the first counts", table, strings.TrimSpace(strings.Join(k[:], " ")))
			continue
		}
		out = append(out, list[n])
	}
	*rows = out
}
