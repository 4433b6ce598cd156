package indicators

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Settings choose the indicators and their limits. The file format is that of
// Cardinal: an indicator runs if its section exists.
type Settings struct {
	// Currency of the amounts that are compared; others are left out. Empty: any,
	// as only bids of one lot, in one currency, are compared with each other.
	Currency string
	// Price indicators only look at procedures with these procurementMethodDetails
	// (PriceComparison), or not at these (NoPriceComparison).
	NoPriceComparison []string
	PriceComparison   []string
	// Exclude leaves out procedures with these procurementMethodDetails altogether.
	Exclude []string

	R003 *R003 // short submission period
	R018 *R018 // single bid received
	R024 *Fence
	R025 *R025 // excessive unsuccessful bids
	R028 *struct{}
	R030 *struct{}
	R035 *R035 // all except winning bid disqualified
	R036 *struct{}
	R038 *R038 // excessive disqualified bids
	R048 *R048 // heterogeneous supplier
	R058 *Fence
}

// Fence replaces the fence that is calculated from the data.
type Fence struct{ Threshold *float64 }

// R003 settings.
type R003 struct {
	Threshold int            // days; default 15
	ByDetails map[string]int // by procurementMethodDetails
	Methods   []string       // procurementMethod codes; empty: all
}

// R018 settings.
type R018 struct {
	Methods []string // procurementMethod codes; default open, selective
}

// R025 settings.
type R025 struct {
	Percentile float64 // of the number of valid bids, from which a tenderer is a top tenderer; default 75
	Fence
}

// R035 settings.
type R035 struct{ Threshold int } // other disqualified tenderers; default 1

// R038 settings.
type R038 struct {
	MinimumBids      int // submitted bids of a tenderer; default 2
	MinimumProcesses int // contracting processes of a buyer or procuring entity; default 2
	Fence
}

// R048 settings.
type R048 struct {
	Digits           int // of an item code that make its class; default 2
	MinimumProcesses int // in which a supplier must have an award; default 20
	Fence
}

// Default settings run every indicator.
func Default() Settings {
	return Settings{
		R003: &R003{Threshold: 15},
		R018: &R018{Methods: []string{"open", "selective"}},
		R024: &Fence{}, R025: &R025{Percentile: 75}, R028: &struct{}{}, R030: &struct{}{},
		R035: &R035{Threshold: 1}, R036: &struct{}{},
		R038: &R038{MinimumBids: 2, MinimumProcesses: 2},
		R048: &R048{Digits: 2, MinimumProcesses: 20},
		R058: &Fence{},
	}
}

// Read reads settings in INI format. An unknown section or property is an error
// that names the line.
func Read(r io.Reader) (s Settings, err error) {
	defaults := Default()
	section := ""
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			end := strings.IndexByte(line, ']')
			if end < 0 {
				return s, fmt.Errorf("line %d: a section must end with ]", number)
			}
			section = line[1:end]
			if !s.enable(section, defaults) {
				return s, fmt.Errorf("line %d: there is no section %q", number, section)
			}
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return s, fmt.Errorf("line %d: neither a section nor name = value", number)
		}
		if comment := strings.Index(value, " #"); comment >= 0 {
			value = value[:comment]
		}
		if err := s.set(section, strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return s, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return s, lines.Err()
}

// sections of Cardinal's settings that are not about indicators.
var otherSections = []string{"exclusions", "defaults", "redactions", "corrections", "modifications", "codelists.bid_status", "codelists.award_status"}

func (s *Settings) enable(section string, d Settings) bool {
	switch section {
	case "R003":
		s.R003 = d.R003
	case "R018":
		s.R018 = d.R018
	case "R024":
		s.R024 = d.R024
	case "R025":
		s.R025 = d.R025
	case "R028":
		s.R028 = d.R028
	case "R030":
		s.R030 = d.R030
	case "R035":
		s.R035 = d.R035
	case "R036":
		s.R036 = d.R036
	case "R038":
		s.R038 = d.R038
	case "R048":
		s.R048 = d.R048
	case "R058":
		s.R058 = d.R058
	case "R003.procurement_method_details":
		return s.R003 != nil
	default:
		return slices.Contains(otherSections, section)
	}
	return true
}

func list(value string) (values []string) {
	for v := range strings.SplitSeq(value, "|") {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}

func (s *Settings) set(section, name, value string) error {
	whole := func(to *int) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return fmt.Errorf("%s = %s: must be a whole number", name, value)
		}
		*to = n
		return nil
	}
	ratio := func(to **float64) error {
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("%s = %s: must be a number", name, value)
		}
		*to = &n
		return nil
	}
	switch section + "." + name {
	case ".currency":
		s.Currency = value
	case ".no_price_comparison_procurement_methods":
		s.NoPriceComparison = list(value)
	case ".price_comparison_procurement_methods":
		s.PriceComparison = list(value)
	case "exclusions.procurement_method_details":
		s.Exclude = list(value)
	case "R003.threshold":
		return whole(&s.R003.Threshold)
	case "R003.procurement_methods":
		s.R003.Methods = list(value)
	case "R018.procurement_methods":
		s.R018.Methods = list(value)
	case "R024.threshold":
		return ratio(&s.R024.Threshold)
	case "R025.threshold":
		return ratio(&s.R025.Threshold)
	case "R025.percentile":
		var p *float64
		if err := ratio(&p); err != nil {
			return err
		}
		if *p < 0 || *p > 100 {
			return fmt.Errorf("percentile = %s: must be between 0 and 100", value)
		}
		s.R025.Percentile = *p
	case "R035.threshold":
		return whole(&s.R035.Threshold)
	case "R038.threshold":
		return ratio(&s.R038.Threshold)
	case "R038.minimum_submitted_bids":
		return whole(&s.R038.MinimumBids)
	case "R038.minimum_contracting_processes":
		return whole(&s.R038.MinimumProcesses)
	case "R048.threshold":
		return ratio(&s.R048.Threshold)
	case "R048.digits":
		return whole(&s.R048.Digits)
	case "R048.minimum_contracting_processes":
		return whole(&s.R048.MinimumProcesses)
	case "R058.threshold":
		return ratio(&s.R058.Threshold)
	default:
		switch {
		case section == "R003.procurement_method_details":
			days := 0
			if err := whole(&days); err != nil {
				return err
			}
			if s.R003.ByDetails == nil {
				s.R003.ByDetails = map[string]int{}
			}
			s.R003.ByDetails[name] = days
		case section != "exclusions" && slices.Contains(otherSections, section):
			// For prepare.
		default:
			return fmt.Errorf("there is no setting %q in section [%s]", name, section)
		}
	}
	return nil
}
