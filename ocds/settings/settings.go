// Package settings reads the settings file of the verbs indicators and prepare: INI,
// with the names that Cardinal gives its settings, so that one file serves both
// programs. An unknown section or key is an error that names the nearest known one.
package settings

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/ini.v1"
)

// File is the content of a settings file. A zero File computes no indicator and
// corrects nothing.
type File struct {
	// Currency is the only one in which prices are compared; empty: each by itself.
	Currency string
	// NoPriceComparison and PriceComparison are values of tender.procurementMethodDetails whose
	// prices are not, or are alone, compared. PriceComparison wins if both are set.
	NoPriceComparison, PriceComparison Set
	// Excluded are values of tender.procurementMethodDetails that no indicator looks at.
	Excluded Set

	// The indicators; nil: not computed.
	R003 *R003
	R018 *R018
	R024 *Threshold
	R025 *R025
	R028 *struct{}
	R030 *struct{}
	R035 *R035
	R036 *struct{}
	R038 *R038
	R048 *R048
	R058 *Threshold

	Defaults      Defaults
	Redactions    Redactions
	Corrections   Corrections
	Modifications Modifications
	// BidStatus and AwardStatus replace codes by codes.
	BidStatus, AwardStatus map[string]string
}

// Set is a set of texts; in the file they are separated by |.
type Set map[string]bool

// R003 are the settings of Short submission period, in whole days.
type R003 struct {
	Threshold int
	// Methods are the values of tender.procurementMethod looked at; empty: all.
	Methods Set
	// Details are thresholds by tender.procurementMethodDetails.
	Details map[string]int
}

// R018 are the settings of Single bid received.
type R018 struct {
	Methods Set // as in R003
}

// Threshold is the setting of R024 and R058: a ratio; nil: the fence of the data.
type Threshold struct{ Ratio *big.Rat }

// R025 are the settings of Excessive unsuccessful bids.
type R025 struct {
	Percentile int      // 0 to 100
	Ratio      *big.Rat // nil: the fence of the data
}

// R035 are the settings of All except winning bid disqualified.
type R035 struct {
	Threshold int // disqualified tenderers, at least 1
}

// R038 are the settings of Excessive disqualified bids.
type R038 struct {
	Ratio     *big.Rat // nil: the fence of the data
	Bids      int      // a tenderer must have submitted so many
	Processes int      // a buyer or procuring entity must have so many with bids
}

// R048 are the settings of Heterogeneous supplier.
type R048 struct {
	Digits    int  // leading characters of a code that are compared
	Threshold *int // nil: the fence of the data
	Processes int  // a supplier must have been awarded so many
}

// Defaults are what prepare writes where nothing is; empty: nothing.
type Defaults struct {
	Currency, ItemScheme, BidStatus, AwardStatus string
	PartyRoles                                   bool
}

// Redactions are placeholders that prepare removes.
type Redactions struct {
	Amounts       []string // JSON numbers
	Organizations Set      // ids
}

// Corrections are what prepare derives from other fields.
type Corrections struct {
	AwardStatusByContractStatus bool
}

// Modifications are what prepare moves and rewrites; empty: nothing.
type Modifications struct {
	MoveAuctions       bool
	BuyerPrefix        string // of buyer and procuring entity ids
	TendererPrefix     string // of tenderer and supplier ids
	SplitMethodDetails string // what follows it is cut off
}

// All is a file that computes every indicator with its defaults.
func All() *File {
	f := &File{}
	for _, s := range sections {
		if s.open != nil {
			s.open(f)
		}
	}
	return f
}

// Indicators are the codes of the indicators that are computed, in order.
func (f *File) Indicators() (codes []string) {
	for _, i := range []struct {
		code string
		on   bool
	}{
		{"R003", f.R003 != nil}, {"R018", f.R018 != nil}, {"R024", f.R024 != nil}, {"R025", f.R025 != nil},
		{"R028", f.R028 != nil}, {"R030", f.R030 != nil}, {"R035", f.R035 != nil}, {"R036", f.R036 != nil},
		{"R038", f.R038 != nil}, {"R048", f.R048 != nil}, {"R058", f.R058 != nil},
	} {
		if i.on {
			codes = append(codes, i.code)
		}
	}
	return codes
}

// key is a setting of a section.
type key struct {
	name string
	set  func(*File, string) error
}

// section is a part of the file. A section with entry takes any key.
type section struct {
	name  string
	open  func(*File) // called when the section is there
	keys  []key
	entry func(f *File, name, value string) error
}

var sections = []section{
	{name: "", keys: []key{
		{"currency", text(func(f *File) *string { return &f.Currency })},
		{"no_price_comparison_procurement_methods", set(func(f *File) *Set { return &f.NoPriceComparison })},
		{"price_comparison_procurement_methods", set(func(f *File) *Set { return &f.PriceComparison })},
	}},
	{name: "defaults", keys: []key{
		{"currency", text(func(f *File) *string { return &f.Defaults.Currency })},
		{"item_classification_scheme", text(func(f *File) *string { return &f.Defaults.ItemScheme })},
		{"bid_status", text(func(f *File) *string { return &f.Defaults.BidStatus })},
		{"award_status", text(func(f *File) *string { return &f.Defaults.AwardStatus })},
		{"party_roles", truth(func(f *File) *bool { return &f.Defaults.PartyRoles })},
	}},
	{name: "redactions", keys: []key{
		{"amount", func(f *File, v string) error {
			for _, s := range split(v) {
				if !number.MatchString(s) {
					return fmt.Errorf("%q is not a number", s)
				}
				f.Redactions.Amounts = append(f.Redactions.Amounts, s)
			}
			return nil
		}},
		{"organization_id", set(func(f *File) *Set { return &f.Redactions.Organizations })},
	}},
	{name: "corrections", keys: []key{
		{"award_status_by_contract_status", truth(func(f *File) *bool { return &f.Corrections.AwardStatusByContractStatus })},
	}},
	{name: "modifications", keys: []key{
		{"move_auctions", truth(func(f *File) *bool { return &f.Modifications.MoveAuctions })},
		{"prefix_buyer_or_procuring_entity_id", text(func(f *File) *string { return &f.Modifications.BuyerPrefix })},
		{"prefix_tenderer_or_supplier_id", text(func(f *File) *string { return &f.Modifications.TendererPrefix })},
		{"split_procurement_method_details", text(func(f *File) *string { return &f.Modifications.SplitMethodDetails })},
	}},
	{name: "codelists.bid_status", entry: func(f *File, name, value string) error {
		return enter(&f.BidStatus, name, value)
	}},
	{name: "codelists.award_status", entry: func(f *File, name, value string) error {
		return enter(&f.AwardStatus, name, value)
	}},
	{name: "exclusions", keys: []key{
		{"procurement_method_details", set(func(f *File) *Set { return &f.Excluded })},
	}},
	{name: "R003", open: r003, keys: []key{
		{"threshold", whole(func(f *File) *int { return &f.R003.Threshold }, 0, maxWhole)},
		{"procurement_methods", set(func(f *File) *Set { return &f.R003.Methods })},
	}},
	{name: "R003.procurement_method_details", open: r003, entry: func(f *File, name, value string) error {
		var days int
		err := whole(func(*File) *int { return &days }, 0, maxWhole)(f, value)
		if err == nil {
			err = enter(&f.R003.Details, name, days)
		}
		return err
	}},
	{name: "R018", open: func(f *File) { f.R018 = &R018{Methods: Set{"open": true, "selective": true}} }, keys: []key{
		{"procurement_methods", set(func(f *File) *Set { return &f.R018.Methods })},
	}},
	{name: "R024", open: func(f *File) { f.R024 = &Threshold{} }, keys: []key{
		{"threshold", ratio(func(f *File) **big.Rat { return &f.R024.Ratio })},
	}},
	{name: "R025", open: func(f *File) { f.R025 = &R025{Percentile: 75} }, keys: []key{
		{"percentile", whole(func(f *File) *int { return &f.R025.Percentile }, 0, 100)},
		{"threshold", ratio(func(f *File) **big.Rat { return &f.R025.Ratio })},
	}},
	{name: "R028", open: func(f *File) { f.R028 = &struct{}{} }},
	{name: "R030", open: func(f *File) { f.R030 = &struct{}{} }},
	{name: "R035", open: func(f *File) { f.R035 = &R035{Threshold: 1} }, keys: []key{
		{"threshold", whole(func(f *File) *int { return &f.R035.Threshold }, 0, maxWhole)},
	}},
	{name: "R036", open: func(f *File) { f.R036 = &struct{}{} }},
	{name: "R038", open: func(f *File) { f.R038 = &R038{Bids: 2, Processes: 2} }, keys: []key{
		{"threshold", ratio(func(f *File) **big.Rat { return &f.R038.Ratio })},
		{"minimum_submitted_bids", whole(func(f *File) *int { return &f.R038.Bids }, 0, maxWhole)},
		{"minimum_contracting_processes", whole(func(f *File) *int { return &f.R038.Processes }, 0, maxWhole)},
	}},
	{name: "R048", open: func(f *File) { f.R048 = &R048{Digits: 2, Processes: 20} }, keys: []key{
		{"digits", whole(func(f *File) *int { return &f.R048.Digits }, 1, maxWhole)},
		{"threshold", func(f *File, v string) error {
			f.R048.Threshold = new(int)
			return whole(func(f *File) *int { return f.R048.Threshold }, 0, maxWhole)(f, v)
		}},
		{"minimum_contracting_processes", whole(func(f *File) *int { return &f.R048.Processes }, 0, maxWhole)},
	}},
	{name: "R058", open: func(f *File) { f.R058 = &Threshold{} }, keys: []key{
		{"threshold", ratio(func(f *File) **big.Rat { return &f.R058.Ratio })},
	}},
}

const maxWhole = 1_000_000_000

func r003(f *File) {
	if f.R003 == nil {
		f.R003 = &R003{Threshold: 15}
	}
}

func text(at func(*File) *string) func(*File, string) error {
	return func(f *File, v string) error {
		*at(f) = v
		return nil
	}
}

func set(at func(*File) *Set) func(*File, string) error {
	return func(f *File, v string) error {
		s := Set{}
		for _, part := range split(v) {
			s[part] = true
		}
		*at(f) = s
		return nil
	}
}

// split keeps the spaces around the parts: a code may begin or end with one.
func split(v string) []string {
	v = strings.TrimSuffix(v, "|")
	if v == "" {
		return nil
	}
	return strings.Split(v, "|")
}

func truth(at func(*File) *bool) func(*File, string) error {
	return func(f *File, v string) error {
		switch strings.ToLower(v) {
		case "true", "yes", "on", "1":
			*at(f) = true
		case "false", "no", "off", "0":
			*at(f) = false
		default:
			return fmt.Errorf("%q must be true or false", v)
		}
		return nil
	}
}

func whole(at func(*File) *int, least, most int) func(*File, string) error {
	return func(f *File, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q must be a whole number from %d to %d", v, least, most)
		}
		*at(f) = n
		return nil
	}
}

// The digits are limited because the numbers are taken exactly.
var (
	number  = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?$`)
	decimal = regexp.MustCompile(`^[0-9]{1,30}(\.[0-9]{1,30})?$`)
)

func ratio(at func(*File) **big.Rat) func(*File, string) error {
	return func(f *File, v string) error {
		if !decimal.MatchString(v) {
			return fmt.Errorf("%q must be a decimal number such as 0.05", v)
		}
		*at(f), _ = new(big.Rat).SetString(v) // digits and a point
		return nil
	}
}

func enter[V any](m *map[string]V, name string, value V) error {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[name] = value
	return nil
}

// Parse reads a settings file. Errors name every fault, with section and key.
func Parse(text []byte) (*File, error) {
	loaded, err := ini.LoadSources(ini.LoadOptions{
		// A code may contain a colon, a semicolon, a number sign or end with a backslash.
		KeyValueDelimiters:         "=",
		IgnoreInlineComment:        true,
		IgnoreContinuation:         true,
		AllowShadows:               true, // to notice a key that is set twice
		AllowDuplicateShadowValues: true,
		SkipUnrecognizableLines:    false,
	}, text)
	if err != nil {
		return nil, fmt.Errorf("not an INI file: %w", err)
	}
	f := &File{}
	var faults []error
	fault := func(format string, a ...any) { faults = append(faults, fmt.Errorf(format, a...)) }
	for _, s := range loaded.Sections() {
		name := s.Name()
		if name == ini.DefaultSection {
			name = ""
		}
		i := slices.IndexFunc(sections, func(known section) bool { return known.name == name })
		if i < 0 {
			fault("section [%s] is not known; did you mean [%s]?", name, nearest(name, sectionNames()))
			continue
		}
		known := sections[i]
		if known.open != nil {
			known.open(f)
		}
		for _, k := range s.Keys() {
			if n := len(k.ValueWithShadows()); n > 1 {
				fault("%s is set %d times", place(name, k.Name()), n)
				continue
			}
			value := k.Value()
			if known.entry != nil {
				if err := known.entry(f, k.Name(), value); err != nil {
					fault("%s: %w", place(name, k.Name()), err)
				}
				continue
			}
			j := slices.IndexFunc(known.keys, func(x key) bool { return x.name == k.Name() })
			if j < 0 {
				fault("%s is not known; %s", place(name, k.Name()), suggestion(known, k.Name()))
				continue
			}
			if err := known.keys[j].set(f, value); err != nil {
				fault("%s: %w", place(name, k.Name()), err)
			}
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return f, nil
}

func place(section, key string) string {
	if section == "" {
		return key + " (before the first section)"
	}
	return "[" + section + "] " + key
}

func sectionNames() (names []string) {
	for _, s := range sections {
		if s.name != "" {
			names = append(names, s.name)
		}
	}
	return names
}

// suggestion for a key that the section does not have.
func suggestion(s section, name string) string {
	if len(s.keys) == 0 {
		return fmt.Sprintf("[%s] has no settings", s.name)
	}
	var names []string
	for _, k := range s.keys {
		names = append(names, k.name)
	}
	return fmt.Sprintf("did you mean %s?", nearest(name, names))
}

// nearest is the known name with the fewest changes from the given one.
func nearest(name string, known []string) string {
	name = strings.ToLower(name)
	return slices.MinFunc(known, func(a, b string) int {
		return cmp.Compare(distance(name, strings.ToLower(a)), distance(name, strings.ToLower(b)))
	})
}

// distance is the number of letters to insert, remove or replace (Levenshtein).
func distance(a, b string) int {
	const longest = 100 // a longer name is like none
	a = a[:min(len(a), longest)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
