package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/ocds/indicators"
	"github.com/kzocds/kzocds/ocds/read"
	"github.com/kzocds/kzocds/ocds/settings"
)

var indicatorsVerb = verb{
	name:    "indicators",
	summary: "calculate red flags from compiled releases",
	lacks:   []string{"memory", "temp"},
	help: `
Reads compiled releases, or records with them, and writes one JSON object: group, id, indicator, value.

  {"OCID":{"ocds-213czf-1":{"R036":1}},
   "Buyer":{"KZ-BIN-990440000385":{"R038":0.8}},
   "Meta":{"R036":{"judged":5210},"R038":{"Buyer_q1":0, …

A group is OCID (contracting processes), Buyer, ProcuringEntity or Tenderer. What is not
there was not flagged, or could not be computed: Meta says how many were judged. Meta also has the quartiles
and fences that outliers were found with.

  R003  short submission period            the process                    1
  R018  single bid received                the process                    1
  R024  price close to winning bid         the process                    (next - winning) / winning bid
                                           winner and next bidder         processes
  R025  excessive unsuccessful bids        the tenderer                   won / valid bids
  R028  identical bid prices               the process                    1
                                           the bidders                    processes
  R030  late bid won                       the process                    1
                                           the winner                     processes
  R035  all except winning bid             the process                    disqualified tenderers
        disqualified                       the winner                     processes
  R036  lowest bid disqualified            the process                    1
  R038  excessive disqualified bids        buyer, entity and tenderer     disqualified / submitted bids
  R048  heterogeneous supplier             the supplier                   different item codes
  R058  heavily discounted bid             the process                    as R024
                                           the winner                     processes

A flag is a reason to look, not a proof. Each lot is judged by its own bids and awards, and a
process is flagged if one of its lots is; --map names the lots and the organisations.

Without --settings every indicator is computed. With it, those that have a section in the
file; the file is that of Cardinal and serves ocds prepare as well:

  ocds indicators --print-settings > settings.ini
  ocds prepare --settings settings.ini --issues issues.csv compiled.jsonl -o prepared.jsonl
  ocds indicators --settings settings.ini prepared.jsonl -o flags.json

--compat cardinal follows Cardinal where it judges otherwise: no lots, dates compared as text,
one currency, binary fractions. docs/data/indicators-cli.md lists every difference.`,
	prepare: func(f *flag.FlagSet) func(context.Context, *app) error {
		i := &flagging{}
		f.StringVar(&i.settings, "settings", "", "settings `FILE`; without it every indicator is computed")
		f.BoolVar(&i.noMeta, "no-meta", false, "leave out Meta: quartiles, fences and how many were judged")
		f.BoolVar(&i.maps, "map", false, "add Maps: the organisations and lots behind the flags, by ocid")
		f.BoolVar(&i.count, "count", false, "write the number of flagged per group to standard error")
		f.StringVar(&i.compat, "compat", "", "`IMPLEMENTATION` to follow where it judges otherwise: cardinal")
		f.BoolVar(&i.print, "print-settings", false, "write a settings file to begin with, and do nothing else")
		return i.run
	},
}

type flagging struct {
	settings, compat           string
	noMeta, maps, count, print bool
}

// readSettings reads the file of that name; without a name it is otherwise.
func readSettings(name string, otherwise *settings.File) (*settings.File, error) {
	if name == "" {
		return otherwise, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, usage("--settings %v", err)
	}
	s, err := settings.Parse(text)
	if err != nil {
		return nil, usage("--settings %s: %v", name, err)
	}
	return s, nil
}

func (i *flagging) run(ctx context.Context, a *app) error {
	if i.print {
		return a.write(func(w io.Writer) error {
			_, err := io.WriteString(w, settings.Example)
			return err
		})
	}
	if i.compat != "" && indicators.Compat(i.compat) != indicators.Cardinal {
		return usage("--compat %s: must be cardinal", i.compat)
	}
	s, err := readSettings(i.settings, settings.All())
	if err != nil {
		return err
	}
	if len(s.Indicators()) == 0 {
		return usage("--settings %s: no indicator has a section, such as [R003]; there is nothing to compute", i.settings)
	}
	if s.PriceComparison != nil && s.NoPriceComparison != nil {
		a.warn("price_comparison_procurement_methods is set: no_price_comparison_procurement_methods has no effect")
	}
	inputs, err := a.inputs()
	if err != nil {
		return err
	}
	// Positions order the items of all inputs: 16 TiB each.
	base := map[string]int64{}
	for n, in := range inputs {
		base[in.Name] = int64(n) << 44
	}
	counters := make([]*indicators.Counter, a.jobs)
	for w := range counters {
		counters[w] = indicators.NewCounter(s, indicators.Options{Compat: indicators.Compat(i.compat), Maps: i.maps})
	}
	docs := make([]ocds.Document, a.jobs)
	err = forEach(ctx, a, inputs, a.reading(), func(worker int, list []read.Item) (notes []error, err error) {
		for j := range list {
			it := &list[j]
			v, err := flat(&docs[worker], it)
			if err == nil {
				if err = counters[worker].Add(v, base[it.Input]+it.Offset); err != nil {
					err = it.Fault(err, "%v", err)
				}
			}
			if err != nil {
				notes = append(notes, err)
			}
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
	for _, c := range counters[1:] {
		counters[0].Merge(c)
	}
	r := counters[0].Result()
	if n := r.Input.Uncompiled; n > 0 {
		a.warn("%d of %d releases are tagged as parts of a process; make whole ones with ocds compile first", n, r.Input.Processes)
	}
	if i.count {
		i.counts(a, r)
	}
	if i.noMeta {
		r.Meta = nil
	}
	text, err := r.AppendTo(nil)
	if err != nil {
		return err
	}
	return a.write(func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

func (i *flagging) counts(a *app, r *indicators.Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.progress.clear()
	fmt.Fprintf(a.stderr, "Processes: %d, left out: %d cancelled, %d excluded\n", r.Input.Processes, r.Input.Cancelled, r.Input.Excluded)
	for _, g := range []struct {
		name  string
		flags indicators.Flags
	}{{"OCID", r.OCID}, {"Buyer", r.Buyer}, {"ProcuringEntity", r.ProcuringEntity}, {"Tenderer", r.Tenderer}} {
		fmt.Fprintf(a.stderr, "%s: %d\n", g.name, len(g.flags))
	}
}
