package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"io"
	"strconv"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/prepare"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/settings"
)

var prepareVerb = verb{
	name:    "prepare",
	summary: "correct compiled releases so that indicators can be calculated",
	lacks:   []string{"memory", "temp"},
	help: `
Writes the compiled releases corrected, one a line, in the order of the input, and with --issues
what it could not correct, as CSV:

  line,ocid,path,indexes,value,problem,input
  1,ocds-213czf-1,/bids/details[]/status,0,,not set,compiled.jsonl
  7,ocds-213czf-9,/bids/details[]/status,2,qualified,invalid,compiled.jsonl

Always corrected: one tenderer or supplier outside an array, and numbers as ids. Everything else is
chosen in a settings file, the one of ocds indicators:

  [defaults]       fills in what is not set: currencies, schemes, statuses, roles of parties
  [redactions]     removes placeholders: amounts, ids of organisations
  [corrections]    cancels awards whose contracts are all cancelled
  [modifications]  moves bids out of auctions, adds prefixes to ids, shortens procurementMethodDetails
  [codelists.bid_status], [codelists.award_status]
                   replace codes

Run it, read the issues, add settings, until the issues that remain do not matter:

  ocds indicators --print-settings > settings.ini
  ocds prepare --settings settings.ini --issues issues.csv compiled.jsonl -o prepared.jsonl
  ocds indicators --settings settings.ini prepared.jsonl

A problem is "not set", "invalid" (no code of OCDS), "is zero" (an amount), or "occupied"
(auctions that cannot be moved to bids, as there are bids).`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		p := &preparing{}
		f.StringVar(&p.settings, "settings", "", "settings `FILE`; ocds indicators --print-settings writes one")
		f.StringVar(&p.issues, "issues", "", "CSV `FILE` for what could not be corrected; it appears only when complete")
		return p.run
	},
}

type preparing struct{ settings, issues string }

// prepared is the output of a batch.
type prepared struct {
	text, issues []byte
	notes        []error
}

func (p *preparing) run(ctx context.Context, a *app) (err error) {
	s, err := readSettings(p.settings, &settings.File{})
	if err != nil {
		return err
	}
	if p.issues == "-" && (a.output == "" || a.output == "-") {
		return usage("--issues -: standard output is for the releases; give --output a file as well")
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	issues := &output{}
	if p.issues != "" {
		if issues, err = a.create(p.issues); err != nil {
			return err
		}
		defer func() { err = issues.finish(err) }()
		if _, err := io.WriteString(issues, "line,ocid,path,indexes,value,problem,input\n"); err != nil {
			return err
		}
	}
	docs := make([]ocds.Document, a.jobs)
	return a.write(func(w io.Writer) error {
		return forEach(ctx, a, inputs, a.reading(), func(worker int, list []read.Item) (r prepared, err error) {
			var rows bytes.Buffer
			table := csv.NewWriter(&rows)
			for j := range list {
				it := &list[j]
				v, err := flat(&docs[worker], it)
				if err != nil {
					r.notes = append(r.notes, err)
					continue
				}
				for _, issue := range prepare.Release(s, &docs[worker], v) {
					if p.issues == "" {
						break
					}
					if err := table.Write([]string{strconv.FormatInt(it.Line, 10), v.Get("ocid").Text(), issue.Path, issue.Indexes, issue.Value, string(issue.Problem), it.Input}); err != nil {
						return r, err
					}
				}
				r.text = append(v.AppendTo(r.text), '\n')
			}
			table.Flush()
			r.issues = rows.Bytes()
			return r, table.Error()
		}, func(r prepared) error {
			for _, n := range r.notes {
				if err := a.fault(n); err != nil {
					return err
				}
			}
			if p.issues != "" {
				if _, err := issues.Write(r.issues); err != nil {
					return err
				}
			}
			_, err := w.Write(r.text)
			return err
		})
	})
}
