// Package enginetest is the conformance suite of the engine port: random small
// worlds, a slow implementation of the definitions over their rows, and the
// comparison of both for every measure, dimension and filter.
package enginetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/proto/tables"
)

// World is the content of a snapshot.
type World struct {
	Processes  []tables.Process
	Lots       []tables.Lot
	Bids       []tables.Bid
	Contracts  []tables.Contract
	PlanPoints []tables.PlanPoint
	Parties    []tables.Party
}

// Random makes a world with about n processes. Members are few, so that groups
// meet and ties are common; every kind of gap occurs.
func Random(seed uint64, n int) World {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	organisation := func(prefix string, most int) string {
		if r.IntN(12) == 0 {
			return ""
		}
		return fmt.Sprintf("KZ-BIN-%s%011d", prefix, r.IntN(most))
	}
	day := func() *int32 {
		if r.IntN(10) == 0 {
			return nil
		}
		d := int32(19_700 + r.IntN(900))
		return &d
	}
	money := func() *int64 {
		if r.IntN(10) == 0 {
			return nil
		}
		v := int64(r.IntN(9)) * 1_000_003
		return &v
	}
	currency := func() string { return pick("KZT", "KZT", "KZT", "KZT", "KZT", "KZT", "USD", "") }
	method := func() string {
		return pick("openTender", "auction", "requestForQuotations", "singleSourcePlan", "singleSourcePlanNonPublic", "newMethod", "")
	}
	category := func() string { return pick("goods", "works", "services", "mixed", "") }
	class := func() string { return pick("01", "10", "62", "mixed", "") }
	region := func() string { return pick("10", "71", "75", "") }

	var w World
	for i := range n {
		kind := pick("tender", "tender", "tender", "contract", "plan")
		p := tables.Process{
			OCID: fmt.Sprintf("ocds-kz0000-%s%d", kind[:1], i), Kind: kind, MethodDetails: method(), Category: category(),
			BuyerID: organisation("1", 4), PublishedDay: day(), ValueMinor: money(), Currency: currency(), LastRelease: int64(r.IntN(5)),
		}
		w.Processes = append(w.Processes, p)
		w.Parties = append(w.Parties, party(p.OCID, p.BuyerID, region(), "buyer")...)
		contracts := r.IntN(3)
		switch kind {
		case "tender":
			for l := range r.IntN(4) {
				lot := tables.Lot{
					OCID: p.OCID, LotID: fmt.Sprintf("%d-%d", i, l), Status: pick("210", "220", "complete", "unsuccessful", "withdrawn", ""),
					MethodDetails: p.MethodDetails, Competitive: r.IntN(3) > 0, Category: category(), Class: class(),
					BuyerID: organisation("1", 4), BuyerRegion: region(), PublishedDay: p.PublishedDay, ValueMinor: money(),
					Currency: currency(), WinnerID: organisation("2", 5), WinMinor: money(), Awarded: r.IntN(2) == 0,
				}
				lot.BuyerName, lot.BuyerNameKK = name(lot.BuyerID, "RU"), name(lot.BuyerID, "KK")
				lot.WinnerName = name(lot.WinnerID, "RU")
				if r.IntN(20) > 0 { // else the source does not give the lot of the bids
					w.Lots = append(w.Lots, lot)
				}
				for b := range r.IntN(4) {
					bidder := organisation("2", 5)
					w.Bids = append(w.Bids, tables.Bid{OCID: p.OCID, LotID: lot.LotID, BidID: fmt.Sprint(b), TendererID: bidder, TendererName: name(bidder, "RU")})
				}
			}
		case "contract":
			contracts = 1
		case "plan":
			contracts = 0
			w.PlanPoints = append(w.PlanPoints, tables.PlanPoint{
				OCID: p.OCID, PointID: fmt.Sprint(i), RootID: fmt.Sprint(i), Status: pick("2", "5", "9", "11", "350"), MethodDetails: method(),
				Category: category(), Class: class(), BuyerID: organisation("1", 4), BuyerRegion: region(),
				Year: int32([]int{0, 2024, 2025}[r.IntN(3)]), Month: int32([]int{0, 1, 12, 99}[r.IntN(4)]), ValueMinor: money(), Currency: currency(),
			})
		}
		for c := range contracts {
			root := fmt.Sprint(i)
			if r.IntN(8) == 0 {
				root = "shared"
			}
			w.Contracts = append(w.Contracts, tables.Contract{
				OCID: p.OCID, ContractID: fmt.Sprintf("%s-%d", root, c), RootID: root, Status: pick("active", "pending", "cancelled", "terminated", "draft"),
				MethodDetails: method(), Category: category(), Class: class(), BuyerID: organisation("1", 4), BuyerRegion: region(),
				SupplierID: organisation("2", 5), SignedDay: day(), ValueMinor: money(), Currency: currency(), Direct: kind == "contract",
			})
		}
	}
	return w
}

func party(ocid, id, region, role string) []tables.Party {
	if id == "" {
		return nil
	}
	return []tables.Party{{OCID: ocid, PartyID: id, Name: name(id, "RU"), NameKK: name(id, "KK"), Roles: role, Region: region}}
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
	write(t, &s, dir, tables.Bids, w.Bids)
	write(t, &s, dir, tables.Contracts, w.Contracts)
	write(t, &s, dir, tables.PlanPoints, w.PlanPoints)
	write(t, &s, dir, tables.Parties, w.Parties)
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
