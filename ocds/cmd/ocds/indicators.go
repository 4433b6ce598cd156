package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/indicators"
	"github.com/kzocds/kzocds/ocds/prepare"
	"github.com/kzocds/kzocds/ocds/read"
)

var indicatorsVerb = verb{
	name:    "indicators",
	summary: "calculate red flags from compiled releases",
	help: `
Calculates the indicators of Cardinal from compiled releases and writes one JSON object: group
(OCID, Buyer, ProcuringEntity, Tenderer) -> id -> code -> value, and under Meta the quartiles and fences.
In procedures with several lots each lot is looked at by itself.

  R003 short submission period              R035 all except winning bid disqualified
  R018 single bid received                  R036 lowest bid disqualified
  R024 price close to winning bid           R038 excessive disqualified bids
  R025 excessive unsuccessful bids          R048 heterogeneous supplier
  R028 identical bid prices                 R058 heavily discounted bid
  R030 late bid won

  ocds indicators compiled.jsonl
  ocds indicators --settings settings.ini --map compiled.jsonl

Settings are those of Cardinal: an indicator runs if its section exists; without a
file all run. --print-settings writes a file with every setting to begin with.`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		i := &flagging{}
		f.StringVar(&i.settings, "settings", "", "settings `FILE`")
		f.BoolVar(&i.noMeta, "no-meta", false, "leave out quartiles and fences")
		f.BoolVar(&i.maps, "map", false, "add which organisations and lots are concerned, by ocid")
		f.BoolVar(&i.print, "print-settings", false, "write a settings file with every setting and its default")
		return i.run
	},
}

type flagging struct {
	settings            string
	noMeta, maps, print bool
}

const settingsFile = `; Amounts in other currencies are left out. Without it, any: bids are compared within one currency.
; currency = KZT
; Price indicators leave out these procurementMethodDetails, separated by |
; no_price_comparison_procurement_methods = Random Selection
; or look at these only
; price_comparison_procurement_methods = Reverse Auction

[exclusions]
; procurement_method_details = Test

; For ocds prepare
[defaults]
; currency = KZT
; item_classification_scheme = CPV
; bid_status = valid
; award_status = active
; party_roles = true

[redactions]
; amount = 0|999999999
; organization_id = placeholder

[corrections]
; award_status_by_contract_status = true

[modifications]
; move_auctions = true
; prefix_buyer_or_procuring_entity_id = KZ-BIN-
; prefix_tenderer_or_supplier_id = KZ-BIN-
; split_procurement_method_details = -

[codelists.bid_status]
; qualified = valid

[codelists.award_status]
; Active = active

[R003]
; threshold = 15
; procurement_methods = open|selective

[R003.procurement_method_details]
; openTender = 20

[R018]
; procurement_methods = open|selective

[R024]
; threshold = 0.05

[R025]
; percentile = 75
; threshold = 0.05

[R028]

[R030]

[R035]
; threshold = 1

[R036]

[R038]
; threshold = 0.5
; minimum_submitted_bids = 2
; minimum_contracting_processes = 2

[R048]
; digits = 2
; threshold = 10
; minimum_contracting_processes = 20

[R058]
; threshold = 0.5
`

func (i *flagging) run(ctx context.Context, a *app) error {
	if i.print {
		return a.write(func(w io.Writer) error {
			_, err := io.WriteString(w, settingsFile)
			return err
		})
	}
	settings := indicators.Default()
	if i.settings != "" {
		text, err := os.ReadFile(i.settings)
		if err != nil {
			return usage("--settings %v", err)
		}
		if settings, err = indicators.Read(bytes.NewReader(text)); err != nil {
			return usage("--settings %s: %v", i.settings, err)
		}
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	calculators := make([]*indicators.Calculator, a.jobs)
	for w := range calculators {
		calculators[w] = indicators.New(settings)
	}
	docs := make([]ocds.Document, a.jobs)
	err = forEach(ctx, a, inputs, a.reading(), func(worker int, list []read.Item) (notes []error, err error) {
		for j := range list {
			v, err := flat(&docs[worker], &list[j])
			if err != nil {
				notes = append(notes, err)
				continue
			}
			calculators[worker].Add(v)
		}
		return notes, nil
	}, func(notes []error) error {
		for _, n := range notes {
			if err := a.fault(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range calculators[1:] {
		calculators[0].Merge(c)
	}
	text, err := calculators[0].Result().JSON(!i.noMeta, i.maps)
	if err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

var prepareVerb = verb{
	name:    "prepare",
	summary: "correct compiled releases before indicators are calculated",
	help: `
Writes corrected compiled releases, one a line, and with --issues what was missing or wrong,
as JSON Lines. Always corrected: an object where the standard has an array (tenderers, suppliers), a
number as an id. What else is done is chosen in the settings file of ocds indicators: defaults for missing codes, placeholders to
remove, codes to replace, awards of cancelled contracts.

  ocds prepare --settings settings.ini --issues issues.jsonl compiled.jsonl -o prepared.jsonl`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		p := &preparing{}
		f.StringVar(&p.settings, "settings", "", "settings `FILE`; ocds indicators --print-settings writes one")
		f.StringVar(&p.issues, "issues", "", "`FILE` for what was missing or wrong")
		return p.run
	},
}

type preparing struct{ settings, issues string }

func (p *preparing) run(ctx context.Context, a *app) (err error) {
	var settings prepare.Settings
	if p.settings != "" {
		text, err := os.ReadFile(p.settings)
		if err != nil {
			return usage("--settings %v", err)
		}
		if settings, err = prepare.Read(bytes.NewReader(text)); err != nil {
			return usage("--settings %s: %v", p.settings, err)
		}
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	var issues *output
	if p.issues != "" {
		if issues, err = a.create(p.issues); err != nil {
			return err
		}
		defer func() { err = issues.finish(err) }()
	}
	type prepared struct {
		text, issues []byte
		notes        []error
	}
	docs := make([]ocds.Document, a.jobs)
	return a.write(func(w io.Writer) error {
		return forEach(ctx, a, inputs, a.reading(), func(worker int, list []read.Item) (r prepared, err error) {
			for j := range list {
				v, err := flat(&docs[worker], &list[j])
				if err != nil {
					r.notes = append(r.notes, err)
					continue
				}
				for _, issue := range settings.Release(&docs[worker], v) {
					b, err := json.Marshal(issue)
					if err != nil {
						return r, err
					}
					r.issues = fmt.Appendf(r.issues, "%s\n", b)
				}
				r.text = append(v.AppendTo(r.text), '\n')
			}
			return r, nil
		}, func(r prepared) error {
			for _, n := range r.notes {
				if err := a.fault(n); err != nil {
					return err
				}
			}
			if issues != nil {
				if _, err := issues.Write(r.issues); err != nil {
					return err
				}
			}
			_, err := w.Write(r.text)
			return err
		})
	})
}
