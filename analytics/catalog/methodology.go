package catalog

import (
	"fmt"
	"io"
	"strings"
)

// WriteMethodology writes the methodology document, in Markdown: every measure
// with its names, definitions, formula and exclusions, and the dimensions.
func WriteMethodology(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# Methodology

This document is made from the catalogue of the analytics service
(` + "`analytics/catalog`" + `). Change the catalogue, then run
` + "`go test ./catalog -update`" + ` in the module ` + "`analytics`" + `.

Everything is computed from the tables of the published snapshot
(` + "`proto/tables`" + `), so the figure of a chart, the answer of the API and the bulk
files of one snapshot agree. Money is added up in tiyn and shown in tenge with
two decimals; fractions have six decimals, rounded half away from zero; distinct
counts are exact. Days are calendar days in Kazakhstan. A blank value is a member
of its own. What a measure leaves out is counted in ` + "`meta.excluded`" + ` of every
answer.

A lot counts once in each total. Split by bidder it counts once for each of its
bidders, so those parts add up to more than the total. A lot of several buyers
counts once for each of them and its value is divided among them by their points.
A measure about something of which the snapshot has nothing at all (such as
enquiries, which only some sources tell) is null with the reason ` + "`notInData`" + `,
never 0.
A selection of bidders keeps the lots in which one of them takes part; an
excluded bidder removes every lot in which it takes part. Bids and bidders are
then those of the selected bidders only.
A bid for a lot that the source does not give is a bid of its procedure with
blank lot fields.

## Measures
`)
	for _, m := range measures {
		fmt.Fprintf(&b, "\n### %s\n\n", m.ID)
		fmt.Fprintf(&b, "| | name | definition |\n|---|---|---|\n")
		for _, lang := range Languages() {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", lang, m.Name.In(lang), m.Definition.In(lang))
		}
		fmt.Fprintf(&b, "\n- Formula: `%s`\n", m.Formula)
		fmt.Fprintf(&b, "- Unit: %s; one counted thing: %s; dataset: %s\n", m.Unit, m.Grain.EN, m.Dataset)
		if len(m.Excludes) == 0 {
			b.WriteString("- Excludes: nothing\n")
		}
		for _, r := range m.Excludes {
			t := reasons[r]
			fmt.Fprintf(&b, "- Excludes `%s`: %s (kk: %s; ru: %s)\n", r, t.EN, t.KK, t.RU)
		}
		if m.Denominator != (Text{}) {
			fmt.Fprintf(&b, "- Divided by: %s (kk: %s; ru: %s)\n", m.Denominator.EN, m.Denominator.KK, m.Denominator.RU)
		}
		if m.VariantOf != "" {
			fmt.Fprintf(&b, "- The reference methodology's own formula for `%s`, kept to reconcile its reports\n", m.VariantOf)
		}
		if m.Reference != "" {
			fmt.Fprintf(&b, "- Number in the reference methodology: %s\n", m.Reference)
		}
		fmt.Fprintf(&b, "- Legal basis: %s\n", m.LegalBasis.EN)
		fmt.Fprintf(&b, "- Data from %s; version %d of the definition\n", m.ValidFrom, m.Version)
	}
	b.WriteString("\n## Red flags\n\nA flag says that something is worth a look; it proves nothing. Flags are counted one by one, there is no score.\n")
	for _, f := range RedFlags() {
		fmt.Fprintf(&b, "\n### %s\n\n| | name | definition |\n|---|---|---|\n", f.ID)
		for _, lang := range Languages() {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", lang, f.Name.In(lang), f.Definition.In(lang))
		}
		fmt.Fprintf(&b, "\n- Rule: `%s`\n", f.Rule)
		if f.Sources != "" {
			fmt.Fprintf(&b, "- Known as: %s\n", f.Sources)
		}
		if !f.Computable() {
			fmt.Fprintf(&b, "- Not computed: %s (kk: %s; ru: %s)\n", f.Missing.EN, f.Missing.KK, f.Missing.RU)
		}
		fmt.Fprintf(&b, "- Legal basis: %s\n- Data from %s; version %d of the definition\n", f.LegalBasis.EN, f.ValidFrom, f.Version)
	}
	b.WriteString("\n## Dimensions and filters\n\n| id | kk | ru | en | definition | datasets | a value |\n|---|---|---|---|---|---|---|\n")
	for _, f := range fields {
		id := f.ID
		if !f.Dimension {
			id += " (filter only)"
		}
		var datasets []string
		for _, d := range f.Datasets {
			datasets = append(datasets, string(d))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | `%s` |\n",
			id, f.Name.KK, f.Name.RU, f.Name.EN, f.Definition.EN, strings.Join(datasets, ", "), f.Type.Format())
	}
	b.WriteString("\n## Code lists\n")
	written := map[string]bool{"": true, "flag": true}
	for _, f := range fields {
		if written[f.Dictionary] {
			continue
		}
		written[f.Dictionary] = true
		fmt.Fprintf(&b, "\n### %s\n\n| code | kk | ru | en |\n|---|---|---|---|\n", f.Dictionary)
		for _, e := range Dictionary(f.Dictionary) {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", e.Code, e.Title.KK, e.Title.RU, e.Title.EN)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
