// Package record reads published records: what happened in a contracting
// process, and what each of its releases changed. It knows OCDS and the Kazakh
// extension, and nothing of where records come from.
package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Record is as much of a published record as a page shows.
type Record struct {
	OCID     string    `json:"ocid"`
	Releases []Release `json:"releases"`
	Compiled Compiled  `json:"compiledRelease"`
}

// Release is the head of a release.
type Release struct {
	ID   string   `json:"id"`
	Date string   `json:"date"`
	Tag  []string `json:"tag"`
}

// Compiled is the newest state of a process.
type Compiled struct {
	Date    string  `json:"date"`
	Parties []Party `json:"parties"`
	Buyer   Ref     `json:"buyer"`
	Related []struct {
		Relationship []string `json:"relationship"`
		Identifier   string   `json:"identifier"`
	} `json:"relatedProcesses"`
	Planning struct {
		Budget struct {
			Amount Value `json:"amount"`
		} `json:"budget"`
		Point struct {
			ID           string `json:"id"`
			RootID       string `json:"rootId"`
			Status       string `json:"statusDetails"`
			Method       string `json:"procurementMethodDetails"`
			DateApproved string `json:"dateApproved"`
			Year         int    `json:"budgetYear"`
		} `json:"planPoint"`
	} `json:"planning"`
	Tender struct {
		ID        string `json:"id"`
		Number    string `json:"tenderNumber"`
		PortalID  string `json:"portalId"`
		Title     string `json:"title"`
		TitleKK   string `json:"title_kk"`
		Status    string `json:"statusDetails"`
		Method    string `json:"procurementMethodDetails"`
		Value     Value  `json:"value"`
		Published string `json:"datePublished"`
		Enquiries Period `json:"enquiryPeriod"`
		Bidding   Period `json:"tenderPeriod"`
		Organiser Ref    `json:"procuringEntity"`
		Lots      []Lot  `json:"lots"`
		Items     []struct {
			Lot            string         `json:"relatedLot"`
			PlanPoint      string         `json:"relatedPlanPoint"`
			Classification Classification `json:"classification"`
		} `json:"items"`
		Documents []Document `json:"documents"`
	} `json:"tender"`
	Awards     []Award     `json:"awards"`
	Contracts  []Contract  `json:"contracts"`
	Complaints []Complaint `json:"complaints"`
}

// Party is an organisation of the process.
type Party struct {
	Ref
	NameKK string   `json:"name_kk"`
	Roles  []string `json:"roles"`
}

// Ref names an organisation.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Value is an amount; the digits are kept as they were published.
type Value struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

// Period is a stretch of time.
type Period struct {
	Start string `json:"startDate"`
	End   string `json:"endDate"`
}

// Classification is a code with its name.
type Classification struct {
	ID            string `json:"id"`
	Description   string `json:"description"`
	DescriptionKK string `json:"description_kk"`
}

// Document is a published document.
type Document struct {
	Title     string `json:"title"`
	TitleKK   string `json:"title_kk"`
	URL       string `json:"url"`
	Type      string `json:"documentType"`
	Published string `json:"datePublished"`
}

// Lot is a lot of the tender.
type Lot struct {
	ID      string `json:"id"`
	Number  string `json:"lotNumber"`
	Title   string `json:"title"`
	TitleKK string `json:"title_kk"`
	Status  string `json:"statusDetails"`
	Value   Value  `json:"value"`
	Buyer   Ref    `json:"buyer"`
}

// Award is an award.
type Award struct {
	ID        string     `json:"id"`
	Status    string     `json:"status"`
	Date      string     `json:"date"`
	Lots      []string   `json:"relatedLots"`
	Suppliers []Ref      `json:"suppliers"`
	Value     Value      `json:"value"`
	Documents []Document `json:"documents"`
}

// Contract is a contract chain at its newest version.
type Contract struct {
	ID         string   `json:"id"`
	RootID     string   `json:"rootId"`
	VersionID  string   `json:"versionId"`
	AwardID    string   `json:"awardID"`
	Lots       []string `json:"relatedLots"`
	Number     string   `json:"number"`
	Title      string   `json:"title"`
	Status     string   `json:"statusDetails"`
	Signed     string   `json:"dateSigned"`
	Completed  string   `json:"dateCompleted"`
	Terminated string   `json:"dateTerminated"`
	Value      Value    `json:"value"`
	Buyer      Ref      `json:"buyer"`
	Suppliers  []Ref    `json:"suppliers"`
	Amendments []struct {
		ID          string `json:"id"`
		Date        string `json:"date"`
		Number      string `json:"number"`
		Description string `json:"description"`
		Value       Value  `json:"value"`
	} `json:"amendments"`
	Items []struct {
		Lot       string `json:"relatedLot"`
		PlanPoint string `json:"relatedPlanPoint"`
	} `json:"items"`
	Documents      []Document `json:"documents"`
	Implementation struct {
		Transactions []struct {
			ID    string `json:"id"`
			Date  string `json:"date"`
			Value Value  `json:"value"`
			Payee Ref    `json:"payee"`
		} `json:"transactions"`
		Milestones []struct {
			ID        string     `json:"id"`
			Title     string     `json:"title"`
			Signed    string     `json:"dateSigned"`
			Met       string     `json:"dateMet"`
			Value     Value      `json:"value"`
			Documents []Document `json:"documents"`
		} `json:"milestones"`
	} `json:"implementation"`
}

// Root is the id that the contract has on pages and in tables.
func (c Contract) Root() string {
	if c.RootID != "" {
		return c.RootID
	}
	return c.ID
}

// Complaint is a complaint.
type Complaint struct {
	ID         string   `json:"id"`
	Number     string   `json:"number"`
	Received   string   `json:"dateReceived"`
	Lots       []string `json:"relatedLots"`
	Complainer Ref      `json:"complainer"`
}

// Parse reads a record with its compiled release.
func Parse(body json.RawMessage) (Record, error) {
	var r Record
	if err := json.Unmarshal(body, &r); err != nil {
		return Record{}, fmt.Errorf("read a record: %w", err)
	}
	return r, nil
}

// Contract finds a contract by its root.
func (r Record) Contract(root string) (Contract, bool) {
	for _, c := range r.Compiled.Contracts {
		if c.Root() == root {
			return c, true
		}
	}
	return Contract{}, false
}

// Lot finds a lot.
func (r Record) Lot(id string) (Lot, bool) {
	for _, l := range r.Compiled.Tender.Lots {
		if l.ID == id {
			return l, true
		}
	}
	return Lot{}, false
}

// PlanPoints lists the plan points that a lot or a contract, or with neither the
// whole process, comes from.
func (r Record) PlanPoints(s Scope) []string {
	var roots []string
	seen := map[string]bool{"": true}
	add := func(root string) {
		if !seen[root] {
			seen[root] = true
			roots = append(roots, root)
		}
	}
	for _, x := range r.Compiled.Tender.Items {
		if s.Contract == "" && (s.Lot == "" || x.Lot == s.Lot) {
			add(x.PlanPoint)
		}
	}
	for _, c := range r.Compiled.Contracts {
		for _, x := range c.Items {
			if s.takes(c) && (s.Lot == "" || x.Lot == s.Lot || x.Lot == "") {
				add(x.PlanPoint)
			}
		}
	}
	return roots
}

// PlanProcess is the process of a plan point among the related ones; "" when the
// record does not relate it.
func (r Record) PlanProcess(root string) string {
	for _, x := range r.Compiled.Related {
		if slices.Contains(x.Relationship, "planning") && (strings.HasSuffix(x.Identifier, "-p"+root) || strings.HasSuffix(x.Identifier, "-op"+root)) {
			return x.Identifier
		}
	}
	return ""
}
