// Package enginetest is the conformance suite of the engine port: random small
// worlds, a slow implementation of the definitions over their rows, and the
// comparison of both for every measure, dimension and filter.
package enginetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/proto/tables"
)

// World is the content of a snapshot.
type World struct {
	Processes        []tables.Process
	Lots             []tables.Lot
	LotPoints        []tables.LotPoint
	Bids             []tables.Bid
	BidRejections    []tables.BidRejection
	Criteria         []tables.Criterion
	Awards           []tables.Award
	Contracts        []tables.Contract
	ContractVersions []tables.ContractVersion
	ContractGrounds  []tables.ContractGround
	ContractItems    []tables.ContractItem
	Payments         []tables.Payment
	PlanPoints       []tables.PlanPoint
	PlanBudgetLines  []tables.PlanBudgetLine
	Complaints       []tables.Complaint
	ComplaintGrounds []tables.ComplaintGround
	Enquiries        []tables.Enquiry
	Parties          []tables.Party
	PartyRoles       []tables.PartyRole
	Blacklist        []tables.BlacklistEntry
}

// chance makes the members of a random world.
type chance struct{ *rand.Rand }

func (r chance) pick(options ...string) string { return options[r.IntN(len(options))] }

func (r chance) organisation(prefix string, most int) string {
	if r.IntN(12) == 0 {
		return ""
	}
	return fmt.Sprintf("KZ-BIN-%s%011d", prefix, r.IntN(most))
}

func (r chance) day() *int32 {
	if r.IntN(10) == 0 {
		return nil
	}
	d := int32(19_700 + r.IntN(900))
	return &d
}

func (r chance) moment() *int64 {
	if r.IntN(10) == 0 {
		return nil
	}
	m := int64(19_700*86_400+r.IntN(60*86_400)) * 1_000_000
	return &m
}

func (r chance) money() *int64 {
	if r.IntN(10) == 0 {
		return nil
	}
	v := int64(r.IntN(9)) * 1_000_003
	return &v
}

func (r chance) millionths() *int64 {
	if r.IntN(3) == 0 {
		return nil
	}
	v := int64(r.IntN(5)) * 12_345
	return &v
}

func (r chance) tri() *bool {
	if r.IntN(3) == 0 {
		return nil
	}
	b := r.IntN(2) == 0
	return &b
}

func (r chance) currency() string {
	return r.pick("KZT", "KZT", "KZT", "KZT", "KZT", "KZT", "USD", "")
}

func (r chance) method() string {
	return r.pick("openTender", "auction", "requestForQuotations", "singleSourcePlan", "singleSourcePlanNonPublic", "newMethod", "")
}

func (r chance) category() string { return r.pick("goods", "works", "services", "mixed", "") }

// item is a code with its division.
func (r chance) item() (code, class string) {
	switch code := r.pick("172312.700.000001", "172312.700.000002", "172312.500.000001", "620230.000.000000", "36.00.11.100.000.00.0778.000000000001", "17.23.12", "", "own code"); code {
	case "":
		return "", r.pick("mixed", "")
	case "own code":
		return code, ""
	default:
		return code, code[:2]
	}
}

func (r chance) region() string  { return r.pick("10", "71", "75", "") }
func (r chance) country() string { return r.pick("KZ", "KZ", "KZ", "RU", "CN", "") }
func (r chance) root() string    { return r.pick("", fmt.Sprintf("root-%d", r.IntN(12))) }

// portion is an amount in millionths of another, rounded half away from zero.
func portion(amount, millionths *int64) *int64 {
	if amount == nil || millionths == nil {
		return nil
	}
	n := (2**amount**millionths + 1_000_000) / 2_000_000
	return &n
}

// Random makes a world with about n processes. Members are few, so that groups
// meet and ties are common; every kind of gap occurs.
func Random(seed uint64, n int) World {
	r := chance{rand.New(rand.NewPCG(seed, 7))}
	var w World
	for i := range n {
		kind := r.pick("tender", "tender", "tender", "contract", "plan")
		p := tables.Process{
			OCID: fmt.Sprintf("ocds-kz0000-%s%d", kind[:1], i), Kind: kind, MethodDetails: r.method(), Category: r.category(),
			BuyerID: r.organisation("1", 4), PublishedDay: r.day(), ValueMinor: r.money(), Currency: r.currency(), LastRelease: int64(19_900+r.IntN(5)) * 86_400_000_000,
			Centralised: r.tri(), QuasiPublic: r.IntN(4) == 0, StatusDetails: r.pick("210", "220", "350", ""),
			Published: r.moment(), EnquiryStart: r.moment(), EnquiryEnd: r.moment(), TenderStart: r.moment(), TenderEnd: r.moment(), Results: r.moment(),
		}
		if r.IntN(4) == 0 {
			p.PriorOCID = "ocds-kz0000-t-earlier"
		}
		w.Processes = append(w.Processes, p)
		w.party(r, p, p.BuyerID, "buyer")
		contracts := r.IntN(3)
		switch kind {
		case "tender":
			for l := range r.IntN(4) {
				w.lot(r, p, fmt.Sprintf("%d-%d", i, l))
			}
			w.talk(r, p)
		case "contract":
			contracts = 1
		case "plan":
			contracts = 0
			w.plan(r, p, i)
		}
		for c := range contracts {
			root := fmt.Sprint(i)
			if r.IntN(8) == 0 {
				root = "shared"
			}
			w.contract(r, p, root, c)
		}
	}
	return w
}

func (w *World) lot(r chance, p tables.Process, id string) {
	lot := tables.Lot{
		OCID: p.OCID, LotID: id, Status: r.pick("210", "220", "complete", "complete", "unsuccessful", "cancelled", "withdrawn", ""),
		MethodDetails: p.MethodDetails, PlannedMethod: r.method(), Competitive: r.IntN(3) > 0, Category: r.category(),
		BuyerID: r.organisation("1", 4), BuyerRegion: r.region(), PublishedDay: p.PublishedDay, AwardedDay: r.day(), ValueMinor: r.money(), MinMinor: r.money(),
		Currency: r.currency(), WinnerID: r.organisation("2", 5), WinMinor: r.money(), Awarded: r.IntN(2) == 0,
		WinnerRegion: r.region(), WinnerCountry: r.country(), DeliverRegion: r.region(), Centralised: r.tri(), Reserved: r.tri(), AntiDumping: r.tri(),
		Rationale: r.pick("", "52", "previousUnsuccessful"), Points: 1, Buyers: 1,
	}
	lot.Item, lot.Class = r.item()
	lot.BuyerName, lot.BuyerNameKK = name(lot.BuyerID, "RU"), name(lot.BuyerID, "KK")
	lot.WinnerName = name(lot.WinnerID, "RU")
	bidders := map[string]bool{}
	n := r.IntN(4)
	for b := range n {
		bidder := r.organisation("2", 5)
		bid := tables.Bid{
			OCID: p.OCID, LotID: id, BidID: fmt.Sprint(b), TendererID: bidder, TendererName: name(bidder, "RU"), TendererRegion: r.region(), TendererCountry: r.country(),
			Status: r.pick("winner", "secondPlace", "valid", "disqualified", "withdrawn"), Date: r.moment(), ValueMinor: r.money(), Currency: r.currency(),
			Prequalified: r.pick("", "passed", "corrected", "failed"), Score: r.millionths(), Blacklisted: r.tri(),
		}
		bid.AdjustmentMinor = portion(bid.ValueMinor, bid.Score)
		w.Bids = append(w.Bids, bid)
		if bidder != "" {
			bidders[bidder] = true
		}
		for x := range r.IntN(3) {
			w.BidRejections = append(w.BidRejections, tables.BidRejection{OCID: p.OCID, LotID: id, BidID: bid.BidID, ReasonID: fmt.Sprint(x), Kind: r.pick("article", "document"), Reason: r.pick("no licence", "late", "")})
		}
		for x := range r.IntN(3) {
			c := tables.Criterion{OCID: p.OCID, LotID: id, BidID: bid.BidID, EvaluationID: "e", CriterionID: fmt.Sprint(x), Criterion: r.pick("experience", "quality"), Pseudo: r.IntN(4) == 0, Score: r.millionths(), Currency: bid.Currency}
			c.AdjustmentMinor = portion(bid.ValueMinor, c.Score)
			w.Criteria = append(w.Criteria, c)
		}
	}
	lot.Bids, lot.Bidders = int32(n), int32(len(bidders))
	for a := range r.IntN(3) {
		w.Awards = append(w.Awards, tables.Award{OCID: p.OCID, AwardID: fmt.Sprintf("a%d-%s", a, r.pick(id, "both")), LotID: id, Place: int32(r.IntN(3)), Wins: r.IntN(2) == 0, SupplierID: lot.WinnerID, SupplierName: lot.WinnerName, AwardedDay: r.day()})
	}
	if r.IntN(20) == 0 {
		return // the source does not give the lot of the bids
	}
	points := 1 + r.IntN(3)*r.IntN(2)
	buyers := map[string]bool{}
	for k := range points {
		point := tables.LotPoint{
			OCID: p.OCID, LotID: id, PointID: fmt.Sprint(k), PlanRoot: r.root(), BuyerID: lot.BuyerID, BuyerName: lot.BuyerName, BuyerNameKK: lot.BuyerNameKK,
			BuyerRegion: lot.BuyerRegion, Currency: lot.Currency, ValueMinor: lot.ValueMinor,
		}
		if points > 1 {
			point.BuyerID, point.BuyerRegion, point.ValueMinor = r.organisation("1", 4), r.region(), r.money()
			point.BuyerName, point.BuyerNameKK = name(point.BuyerID, "RU"), name(point.BuyerID, "KK")
		}
		point.Item, point.Class = r.item()
		if point.Item != "" {
			point.ItemName = "RU " + point.Item
		}
		buyers[point.BuyerID] = true
		w.LotPoints = append(w.LotPoints, point)
	}
	lot.Points, lot.Buyers = int32(points), int32(len(buyers))
	w.Lots = append(w.Lots, lot)
}

func (w *World) talk(r chance, p tables.Process) {
	for e := range r.IntN(3) {
		x := tables.Enquiry{OCID: p.OCID, EnquiryID: fmt.Sprint(e), Type: r.pick("question", "comment", ""), AuthorID: r.organisation("2", 5), Asked: r.moment(), AskedDay: r.day(), HasAnswer: r.IntN(3) > 0, AnswerType: r.pick("explanation", "rejection", "")}
		x.Author = name(x.AuthorID, "RU")
		if x.HasAnswer {
			x.Answered = r.moment()
		}
		w.Enquiries = append(w.Enquiries, x)
	}
	for c := range r.IntN(2) {
		x := tables.Complaint{
			OCID: p.OCID, ComplaintID: fmt.Sprint(c), Status: r.pick("review", "satisfied", "partiallySatisfied", "rejected"), ComplainantID: r.organisation("2", 5),
			ReviewBodyID: r.organisation("1", 4), Received: r.moment(), ReceivedDay: r.day(), Reviewed: r.moment(), Resolved: r.moment(), BuyerID: r.organisation("1", 4),
		}
		x.Complainant = name(x.ComplainantID, "RU")
		x.Item, x.Class = r.item()
		for g := range r.IntN(3) {
			w.ComplaintGrounds = append(w.ComplaintGrounds, tables.ComplaintGround{OCID: p.OCID, ComplaintID: x.ComplaintID, Ground: []string{"illegitimateAdmission", "illegitimateDiscount"}[g]})
		}
		w.Complaints = append(w.Complaints, x)
	}
}

func (w *World) plan(r chance, p tables.Process, i int) {
	q := tables.PlanPoint{
		OCID: p.OCID, PointID: fmt.Sprint(i), RootID: fmt.Sprintf("root-%d", i%12), Status: r.pick("2", "5", "9", "11", "350"), MethodDetails: r.method(),
		Rationale: r.pick("", "52", "53"), Category: r.category(), BuyerID: r.organisation("1", 4), BuyerRegion: r.region(),
		Year: int32([]int{0, 2024, 2025}[r.IntN(3)]), Month: int32([]int{0, 1, 12, 99}[r.IntN(4)]), ValueMinor: r.money(), EstimateMinor: r.money(), BudgetMinor: r.money(), Currency: r.currency(),
		PointType: r.pick("1", "2", ""), FundingSource: r.pick("1", "5", ""), BudgetType: r.pick("5", ""), Administrator: r.pick("123", "456", ""),
		Preliminary: r.tri(), Reserved: r.tri(), DeliverKATO: r.pick("710000000", "750000000", ""),
	}
	q.Item, q.Class = r.item()
	if q.Item != "" {
		q.ItemName = "RU " + q.Item
	}
	w.PlanPoints = append(w.PlanPoints, q)
	for l := range r.IntN(3) {
		line := tables.PlanBudgetLine{OCID: p.OCID, RootID: q.RootID, Line: int32(l + 1), Administrator: q.Administrator, Programme: r.pick("001", "002", ""), Subprogramme: r.pick("015", ""), Specification: r.pick("149", "159"), ValueMinor: r.money(), Currency: r.currency()}
		if line.Programme != "" {
			line.ProgrammeName = "RU " + line.Programme
		}
		w.PlanBudgetLines = append(w.PlanBudgetLines, line)
	}
}

func (w *World) contract(r chance, p tables.Process, root string, n int) {
	c := tables.Contract{
		OCID: p.OCID, ContractID: fmt.Sprintf("%s-%d", root, n), RootID: root, Status: r.pick("active", "pending", "cancelled", "terminated", "draft"),
		EffectiveStatus: r.pick("active", "complete", "partiallyComplete", "overpaid"), MethodDetails: r.method(), Rationale: r.pick("", "52"), Category: r.category(),
		BuyerID: r.organisation("1", 4), BuyerRegion: r.region(), SupplierID: r.organisation("2", 5), SupplierRegion: r.region(), SupplierCountry: r.country(),
		SignedDay: r.day(), ValueMinor: r.money(), PaidMinor: r.money(), Currency: r.currency(), Direct: p.Kind == "contract",
		BudgetYear: int32([]int{0, 2024, 2025}[r.IntN(3)]), FundingSource: r.pick("1", "5", ""), MultiAnnual: r.tri(), Treasury: r.tri(), HasSecurity: r.tri(),
		Guarantee: r.millionths(), Blacklisted: r.tri(),
	}
	c.Item, c.Class = r.item()
	w.Contracts = append(w.Contracts, c)
	w.party(r, p, c.SupplierID, "supplier")
	if n > 0 && w.Contracts[len(w.Contracts)-2].RootID == root && w.Contracts[len(w.Contracts)-2].OCID == p.OCID {
		return // the parts of a chain that is given twice are given once
	}
	for v := range r.IntN(3) {
		x := tables.ContractVersion{OCID: p.OCID, RootID: root, VersionID: fmt.Sprint(v), Agreement: v > 0, SignedDay: r.day(), ValueMinor: r.money(), Currency: r.currency()}
		w.ContractVersions = append(w.ContractVersions, x)
		for g := range r.IntN(3) {
			if x.Agreement {
				w.ContractGrounds = append(w.ContractGrounds, tables.ContractGround{OCID: p.OCID, RootID: root, VersionID: x.VersionID, GroundID: fmt.Sprint(19 + g), Ground: r.pick("", "increase", "termination")})
			}
		}
	}
	for k := range r.IntN(3) {
		x := tables.ContractItem{OCID: p.OCID, RootID: root, ItemID: fmt.Sprint(k), PlanRoot: r.root(), Category: r.category(), ValueMinor: r.money(), Currency: r.currency(), Origin: r.country()}
		x.Item, x.Class = r.item()
		if x.Item != "" {
			x.ItemName = "RU " + x.Item
		}
		w.ContractItems = append(w.ContractItems, x)
	}
	for y := range r.IntN(4) {
		w.Payments = append(w.Payments, tables.Payment{OCID: p.OCID, RootID: root, PaymentID: fmt.Sprint(y), PaidDay: r.day(), ValueMinor: r.money(), Currency: r.currency()})
	}
}

// party adds an organisation to a process, unless it is there.
func (w *World) party(r chance, p tables.Process, id, role string) {
	if id == "" {
		return
	}
	known := slices.ContainsFunc(w.Parties, func(t tables.Party) bool { return t.OCID == p.OCID && t.PartyID == id })
	if !known {
		w.Parties = append(w.Parties, tables.Party{
			OCID: p.OCID, PartyID: id, Name: name(id, "RU"), NameKK: name(id, "KK"), Roles: role, Region: r.region(), Country: r.country(), Small: r.tri(),
			LegalForm: r.pick("TOO", "AO", ""), Size: r.pick("105", ""), Sector: r.pick("111", ""), Type: r.pick("1", "3", ""), ParentID: r.pick("", "KZ-BIN-300000000001", "KZ-BIN-300000000002"),
		})
		if w.Parties[len(w.Parties)-1].ParentID != "" {
			w.Parties[len(w.Parties)-1].ParentName = name(w.Parties[len(w.Parties)-1].ParentID, "RU")
		}
		for e := range r.IntN(2) {
			w.Blacklist = append(w.Blacklist, tables.BlacklistEntry{OCID: p.OCID, PartyID: id, EntryID: fmt.Sprint(e), StartDay: r.day(), EndDay: r.day(), ReasonID: "5", Reason: r.pick("", "evaded"), Withdrawn: r.IntN(4) == 0})
		}
	}
	if !slices.ContainsFunc(w.PartyRoles, func(x tables.PartyRole) bool { return x.OCID == p.OCID && x.PartyID == id && x.Role == role }) {
		w.PartyRoles = append(w.PartyRoles, tables.PartyRole{OCID: p.OCID, PartyID: id, Role: role})
	}
}

// name is the one name of an organisation.
func name(id, lang string) string {
	if id == "" {
		return ""
	}
	return lang + " " + id
}

// Write writes the world as Parquet, two parts per table, and describes it.
func (w World) Write(t testing.TB, id string) snapshot.Snapshot {
	t.Helper()
	s := snapshot.Snapshot{ID: id, AsOf: "2026-07-31T10:00:00Z", Parts: map[string][]string{}, Rows: map[string]int64{}}
	dir := t.TempDir()
	write(t, &s, dir, tables.Processes, w.Processes)
	write(t, &s, dir, tables.Lots, w.Lots)
	write(t, &s, dir, tables.LotPoints, w.LotPoints)
	write(t, &s, dir, tables.Bids, w.Bids)
	write(t, &s, dir, tables.BidRejections, w.BidRejections)
	write(t, &s, dir, tables.Criteria, w.Criteria)
	write(t, &s, dir, tables.Awards, w.Awards)
	write(t, &s, dir, tables.Contracts, w.Contracts)
	write(t, &s, dir, tables.ContractVersions, w.ContractVersions)
	write(t, &s, dir, tables.ContractGrounds, w.ContractGrounds)
	write(t, &s, dir, tables.ContractItems, w.ContractItems)
	write(t, &s, dir, tables.Payments, w.Payments)
	write(t, &s, dir, tables.PlanPoints, w.PlanPoints)
	write(t, &s, dir, tables.PlanBudgetLines, w.PlanBudgetLines)
	write(t, &s, dir, tables.Complaints, w.Complaints)
	write(t, &s, dir, tables.ComplaintGrounds, w.ComplaintGrounds)
	write(t, &s, dir, tables.Enquiries, w.Enquiries)
	write(t, &s, dir, tables.Parties, w.Parties)
	write(t, &s, dir, tables.PartyRoles, w.PartyRoles)
	write(t, &s, dir, tables.Blacklist, w.Blacklist)
	return s
}

func write[T any](t testing.TB, s *snapshot.Snapshot, dir, table string, rows []T) {
	t.Helper()
	s.Rows[table] = int64(len(rows))
	if len(rows) == 0 {
		return // a table without rows has no part
	}
	half := len(rows) / 2
	for i, part := range [][]T{rows[:half], rows[half:]} {
		path := filepath.Join(dir, fmt.Sprintf("%s-%d.parquet", table, i))
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := parquet.Write(file, part); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		s.Parts[table] = append(s.Parts[table], path)
	}
}
