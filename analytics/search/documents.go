package search

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/tables"
)

// Document is one thing that can be found.
type Document struct {
	Type, ID, OCID   string // OCID is "" for what is of no one process
	TitleRU, TitleKK string
	// Number, PartyRU, PartyKK and Date make the line below the title.
	Number, PartyRU, PartyKK, Date string
	Codes                          []string // numbers that it is found by
	More                           []string // texts that it is found by, besides the titles
}

// Rank orders what is found equally well: organisations first.
func Rank(found string) int { return slices.Index(analysis.FoundTypes(), found) }

// layers tell which layer of a snapshot has the rows of a process in use.
type layers map[string]int

func layersOf(s snapshot.Snapshot) (layers, error) {
	l := layers{}
	for i, d := range s.Deltas {
		for p, err := range rows[tables.Process](d.Parts[tables.Processes]) {
			if err != nil {
				return nil, err
			}
			l[p.OCID] = i + 1
		}
		for _, ocid := range d.Removed {
			l[ocid] = i + 1
		}
	}
	return l, nil
}

// Everything gives the documents of a snapshot, organisations and categories
// first. Only the titles of organisations and categories are kept in memory.
func Everything(s snapshot.Snapshot) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		newest, err := layersOf(s)
		if err != nil {
			yield(Document{}, err)
			return
		}
		all := append([]snapshot.Delta{{Parts: s.Parts}}, s.Deltas...)
		documents(all, func(layer int, ocid string) bool { return newest[ocid] == layer }, yield)
	}
}

// Changed gives the documents of the processes of the last delta, and the ocids
// whose documents they replace.
func Changed(s snapshot.Snapshot) (ocids []string, docs iter.Seq2[Document, error], err error) {
	last := s.Deltas[len(s.Deltas)-1]
	ocids = slices.Clone(last.Removed)
	for p, err := range rows[tables.Process](last.Parts[tables.Processes]) {
		if err != nil {
			return nil, nil, err
		}
		ocids = append(ocids, p.OCID)
	}
	return ocids, func(yield func(Document, error) bool) {
		documents([]snapshot.Delta{last}, func(int, string) bool { return true }, yield)
	}, nil
}

// organisation is a party on its way to a document.
type organisation struct {
	ru, kk          string
	buyer, supplier bool
}

func documents(all []snapshot.Delta, current func(layer int, ocid string) bool, yield func(Document, error) bool) {
	ok := true
	give := func(d Document, err error) bool {
		ok = ok && yield(d, err) && err == nil
		return ok
	}
	parties, items := map[string]organisation{}, map[string][2]string{}
	for i, l := range all {
		for p, err := range rows[tables.Party](l.Parts[tables.Parties]) {
			if err != nil {
				give(Document{}, err)
				return
			}
			if !current(i, p.OCID) || p.PartyID == "" {
				continue
			}
			o := parties[p.PartyID]
			if p.Name != "" {
				o.ru = p.Name
			}
			if p.NameKK != "" {
				o.kk = p.NameKK
			}
			roles := strings.Fields(p.Roles)
			o.buyer = o.buyer || slices.Contains(roles, "buyer") || slices.Contains(roles, "procuringEntity")
			o.supplier = o.supplier || slices.Contains(roles, "supplier") || slices.Contains(roles, "tenderer")
			parties[p.PartyID] = o
		}
		for p, err := range rows[tables.LotPoint](l.Parts[tables.LotPoints]) {
			if err != nil {
				give(Document{}, err)
				return
			}
			if current(i, p.OCID) && p.Item != "" && p.ItemName+p.ItemNameKK != "" {
				items[p.Item] = [2]string{p.ItemName, p.ItemNameKK}
			}
		}
	}
	for id, o := range parties {
		_, number, _ := strings.Cut(strings.TrimPrefix(id, "KZ-"), "-")
		d := Document{ID: id, TitleRU: o.ru, TitleKK: o.kk, Codes: []string{number}}
		if strings.HasPrefix(id, "KZ-BIN-") {
			d.Number = number
		} else {
			d.Codes = nil // a pseudonym is nobody's number
		}
		if d.Type = analysis.FoundBuyer; o.buyer && !give(d, nil) {
			return
		}
		if d.Type = analysis.FoundSupplier; o.supplier && !give(d, nil) {
			return
		}
	}
	for code, name := range items {
		if !give(Document{Type: analysis.FoundCategory, ID: code, TitleRU: name[0], TitleKK: name[1], Number: code, Codes: []string{code}}, nil) {
			return
		}
	}
	for i, l := range all {
		for p, err := range rows[tables.Process](l.Parts[tables.Processes]) {
			if err != nil {
				give(Document{}, err)
				return
			}
			if !current(i, p.OCID) || p.Kind != "tender" {
				continue
			}
			o := parties[p.BuyerID]
			if !give(Document{Type: analysis.FoundProcess, ID: p.OCID, OCID: p.OCID, TitleRU: p.Title, TitleKK: p.TitleKK, Number: p.TenderID, PartyRU: o.ru, PartyKK: o.kk,
				Date: dayOf(p.PublishedDay), Codes: []string{p.TenderID, p.OCID}}, nil) {
				return
			}
		}
		for p, err := range rows[tables.Lot](l.Parts[tables.Lots]) {
			if err != nil {
				give(Document{}, err)
				return
			}
			if current(i, p.OCID) && !give(Document{Type: analysis.FoundLot, ID: p.LotID, OCID: p.OCID, TitleRU: p.Title, TitleKK: p.TitleKK, Number: p.LotNumber, PartyRU: p.BuyerName,
				PartyKK: p.BuyerNameKK, Date: dayOf(p.PublishedDay), Codes: []string{p.LotNumber, p.LotID, p.Item}, More: []string{p.ItemName, p.ItemNameKK}}, nil) {
				return
			}
		}
		for p, err := range rows[tables.Contract](l.Parts[tables.Contracts]) {
			if err != nil {
				give(Document{}, err)
				return
			}
			title := p.Title
			if title == "" {
				title = p.ItemName
			}
			if current(i, p.OCID) && !give(Document{Type: analysis.FoundContract, ID: p.RootID, OCID: p.OCID, TitleRU: title, TitleKK: p.ItemNameKK, Number: p.Number,
				PartyRU: joined(p.BuyerName, p.SupplierName), PartyKK: joined(p.BuyerNameKK, p.SupplierName), Date: dayOf(p.SignedDay), Codes: []string{p.Number, p.RootID, p.ContractID},
				More: []string{p.SupplierName, p.ItemName}}, nil) {
				return
			}
		}
		for p, err := range rows[tables.PlanPoint](l.Parts[tables.PlanPoints]) {
			if err != nil {
				give(Document{}, err)
				return
			}
			date := ""
			if p.Year > 0 {
				date = fmt.Sprint(p.Year)
			}
			if current(i, p.OCID) && !give(Document{Type: analysis.FoundPlanPoint, ID: p.OCID, OCID: p.OCID, TitleRU: p.Title, TitleKK: p.TitleKK, Number: p.RootID, PartyRU: p.BuyerName,
				PartyKK: p.BuyerNameKK, Date: date, Codes: []string{p.RootID, p.PointID, p.Item}, More: []string{p.ItemName, p.ItemNameKK}}, nil) {
				return
			}
		}
	}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " – " + b
}

func dayOf(day *int32) string {
	if day == nil {
		return ""
	}
	return time.Unix(int64(*day)*86400, 0).UTC().Format(time.DateOnly)
}

// rows reads Parquet files one batch after the other.
func rows[T any](paths []string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		for _, path := range paths {
			more, err := file(path, func(row T) bool { return yield(row, nil) })
			if err != nil {
				yield(zero, fmt.Errorf("read %s: %w", path, err))
			}
			if err != nil || !more {
				return
			}
		}
	}
}

func file[T any](path string, give func(T) bool) (more bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	r := parquet.NewGenericReader[T](f)
	defer r.Close()
	batch := make([]T, 512)
	for {
		n, err := r.Read(batch)
		for _, row := range batch[:n] {
			if !give(row) {
				return false, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}
