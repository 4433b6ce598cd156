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
	"github.com/kzocds/kzocds/ocds/prepare"
	"github.com/kzocds/kzocds/ocds/read"
)

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
