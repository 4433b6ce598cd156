// Package catalog is the semantic layer: what can be measured, by what it can
// be split and filtered, and what the codes are called. Dashboards, API,
// exports and the methodology document are made from it.
//
// The catalogue says what a number means, not how an engine computes it. Every
// text exists in Kazakh, Russian and English; a test fails when one is missing.
// Definitions follow the reference methodology (its numbers 4.x.y are kept in
// Measure.Reference) where it is sound; where it is not, Definition says what
// is counted instead.
package catalog

import (
	"slices"
	"sync"
)

// Text is a text in the three languages of the product.
type Text struct{ KK, RU, EN string }

// In gives the text in a language; an unknown language gives Russian.
func (t Text) In(lang string) string {
	switch lang {
	case "kk":
		return t.KK
	case "en":
		return t.EN
	}
	return t.RU
}

// Complete tells whether no language is missing.
func (t Text) Complete() bool { return t.KK != "" && t.RU != "" && t.EN != "" }

// Dataset is a set of rows that measures are computed over. A dimension or a
// filter works on the datasets that have it.
type Dataset string

// Datasets.
const (
	// Lots is the star around the lot: announcements (tender processes) with
	// their lots and who took part. An announcement without lots is one row with
	// blank lot fields, so that it is counted as a procedure. A lot of several
	// buyers has a row for the share of each and counts once.
	Lots Dataset = "lots"
	// Bids has one row per bid in a lot.
	Bids Dataset = "bids"
	// Rejections has one row per reason for which a bid was not admitted.
	Rejections Dataset = "rejections"
	// Criteria has one row per bid and non-price criterion.
	Criteria Dataset = "criteria"
	// Awards has one row per award of a lot.
	Awards Dataset = "awards"
	// Enquiries has one row per question or comment on the documentation.
	Enquiries Dataset = "enquiries"
	// Complaints has one row per complaint and ground of it.
	Complaints Dataset = "complaints"
	// Contracts has one row per contract chain at its newest version.
	Contracts Dataset = "contracts"
	// ContractItems has one row per line of a contract.
	ContractItems Dataset = "contract_items"
	// Agreements has one row per additional agreement and ground of it.
	Agreements Dataset = "agreements"
	// Payments has one row per payment.
	Payments Dataset = "payments"
	// PlanPoints has one row per plan point at its newest version.
	PlanPoints Dataset = "plan_points"
	// BudgetLines has one row per budget line of a plan point.
	BudgetLines Dataset = "budget_lines"
	// PlanFact has the plan points with what became of them, and what was bought
	// without a plan point.
	PlanFact Dataset = "plan_fact"
	// Parties has one row per organisation and role in a process.
	Parties Dataset = "parties"
	// Blacklist has one row per entry of the register of unreliable suppliers.
	Blacklist Dataset = "blacklist"
	// Flags has one row per red flag that is raised.
	Flags Dataset = "flags"
)

// Datasets lists the datasets in the order in which one is chosen for a field
// that several have.
func Datasets() []Dataset {
	return []Dataset{
		Lots, Contracts, PlanPoints, Bids, Awards, Enquiries, Complaints, ContractItems, Agreements, Payments,
		Rejections, Criteria, BudgetLines, PlanFact, Parties, Blacklist, Flags,
	}
}

// Optional tells whether a source may lack everything that the dataset is about:
// its measures are then not known, which is not 0.
func (d Dataset) Optional() bool {
	switch d {
	case Rejections, Criteria, Enquiries, Complaints, Payments, Blacklist, BudgetLines:
		return true
	}
	return false
}

// Unit is the unit of a measure and decides its representation.
type Unit string

// Units.
const (
	Count    Unit = "count"    // an integer
	Tenge    Unit = "KZT"      // exact, 2 decimals, computed in tiyn
	Fraction Unit = "fraction" // numerator / denominator, 6 decimals, half away from zero
	Average  Unit = "average"  // things per thing, 4 decimals, half away from zero
	Days     Unit = "days"     // days of 24 hours, 2 decimals, half away from zero
)

// Scale is the number of decimals of a value in the unit. Engines give every
// value as an integer of 10^-Scale.
func (u Unit) Scale() int {
	switch u {
	case Tenge, Days:
		return 2
	case Fraction:
		return 6
	case Average:
		return 4
	}
	return 0
}

// Reason names why a row is left out of a measure.
type Reason string

// Reasons.
const (
	NoValue       Reason = "noValue"
	OtherCurrency Reason = "otherCurrency"
	Negative      Reason = "negativeReduction"
	NotValid      Reason = "notValid"
	Superseded    Reason = "superseded"
	RepeatedRoot  Reason = "repeatedRoot"
	NoIdentifier  Reason = "noIdentifier"
	Withdrawn     Reason = "withdrawn"
	NoDate        Reason = "noDate"
	NoBids        Reason = "noBids"
	NotDecided    Reason = "notDecided"
	NotInData     Reason = "notInData"
)

// Measure defines an indicator.
type Measure struct {
	ID         string
	Version    int
	Name       Text
	Definition Text
	// Formula is exact and language neutral, in the column names of the tables.
	Formula string
	// Grain is what one counted thing is.
	Grain      Text
	Unit       Unit
	Dataset    Dataset
	Excludes   []Reason
	LegalBasis Text
	// ValidFrom is the first day from which the source has the data.
	ValidFrom string
	// ValidTo is the last day on which the definition holds, "" without end.
	ValidTo string
	// Reference is the number in the reference methodology, "" when it has none.
	Reference string
	// VariantOf names the measure of which this is the reference's own formula, kept
	// so that its old reports can be reconciled.
	VariantOf string
	// Denominator says what a ratio or average is divided by.
	Denominator Text
	// Additive measures have parts that add up to the total, but see AddsUp.
	Additive bool
}

// AddsUp tells whether the parts of the measure by the field add up to the total.
// A lot stands under each of its bidders, and is counted under each of its buyers,
// among whom its value is divided.
func (m Measure) AddsUp(f Field) bool {
	return m.Additive && (m.Dataset != Lots || !f.Multiple && (!f.Shared || m.Unit != Count))
}

// Type says how the values of a dimension or filter look.
type Type string

// Types.
const (
	Code         Type = "code"         // a code with a dictionary
	Organisation Type = "organisation" // the id of an organisation, named by the data
	Year         Type = "year"         // 2026
	Quarter      Type = "quarter"      // 2026-Q1
	Month        Type = "month"        // 2026-01
	Week         Type = "week"         // 2026-W05, ISO 8601
	Day          Type = "day"          // 2026-01-31
	Named        Type = "named"        // a code named by the data or by a classification, in the languages it has
	Money        Type = "money"        // tenge, up to 2 decimals
	Identifier   Type = "identifier"   // the id of a process, lot or contract; it only filters
)

// Ordered types understand ranges.
func (t Type) Ordered() bool { return t != Code && t != Organisation && t != Named && t != Identifier }

// Format shows how a value is written.
func (t Type) Format() string {
	switch t {
	case Organisation:
		return "KZ-BIN-123456789012"
	case Year:
		return "2026"
	case Quarter:
		return "2026-Q1"
	case Month:
		return "2026-01"
	case Week:
		return "2026-W05"
	case Day:
		return "2026-01-31"
	case Money:
		return "1250000.50"
	case Identifier:
		return "id"
	}
	return "code"
}

// Field is something that rows can be filtered by and, when it is a dimension,
// split by.
type Field struct {
	ID         string
	Name       Text
	Definition Text
	Type       Type
	Datasets   []Dataset
	// Dimension is false for fields that only filter.
	Dimension bool
	// Closed lists all values of a field whose values never grow; others are
	// accepted although nothing may have them.
	Closed []string
	// Multiple tells that a row may have several values (bidders of a lot): the
	// parts then count a row once each and add up to more than the total.
	Multiple bool
	// Shared fields belong to the share of a lot that a buyer has: a lot of several
	// buyers is a row in the group of each.
	Shared bool
	// Hierarchy names the levels the field belongs to, coarse first.
	Hierarchy []string
	// Dictionary names the dictionary of a code.
	Dictionary string
}

// On tells whether the dataset has the field.
func (f Field) On(d Dataset) bool { return slices.Contains(f.Datasets, d) }

// MeasureByID finds a measure.
func MeasureByID(id string) (Measure, bool) {
	m, ok := measureIndex()[id]
	return m, ok
}

// FieldByID finds a field.
func FieldByID(id string) (Field, bool) {
	f, ok := fieldIndex()[id]
	return f, ok
}

var (
	measureIndex = sync.OnceValue(func() map[string]Measure {
		index := make(map[string]Measure, len(measures))
		for _, m := range measures {
			index[m.ID] = m
		}
		return index
	})
	fieldIndex = sync.OnceValue(func() map[string]Field {
		index := make(map[string]Field, len(fields))
		for _, f := range fields {
			index[f.ID] = f
		}
		return index
	})
)

// Measures lists the measures in the order of the methodology.
func Measures() []Measure { return slices.Clone(measures) }

// Fields lists the dimensions and filters.
func Fields() []Field { return slices.Clone(fields) }

// ReasonTitle names a reason.
func ReasonTitle(r Reason) Text { return reasons[r] }

// RoleTitle names what a column shows that is made of a measure; the roles are
// those of package analysis.
func RoleTitle(role string) Text { return roles[role] }

// Languages lists the languages.
func Languages() []string { return []string{"kk", "ru", "en"} }
