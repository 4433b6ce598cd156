package analytics

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/analytics/record"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Most of what a page lists of related things.
const (
	maxRelated    = 200
	maxPlanPoints = 20
	maxIDBytes    = 200
)

// Pages answers what a page about one thing shows: numbers and rows from the
// snapshot, what happened from the published record.
type Pages struct {
	answerer *Answerer
	records  Records
}

// page is an entity on its way.
type page struct {
	*Pages
	now  snapshot.Loaded
	lang string
	analysis.Entity
}

// Entity gives the page of an entity.
func (p *Pages) Entity(ctx context.Context, q analysis.EntityQuery) (analysis.Entity, error) {
	lang, err := language(q.Lang)
	if err != nil {
		return analysis.Entity{}, err
	}
	fill, ok := map[string]func(*page, context.Context) error{
		analysis.EntityBuyer: (*page).buyer, analysis.EntitySupplier: (*page).supplier, analysis.EntityProcess: (*page).process, analysis.EntityLot: (*page).lot,
		analysis.EntityContract: (*page).contract, analysis.EntityCategory: (*page).category, analysis.EntityRegion: (*page).region,
	}[q.Kind]
	if !ok {
		return analysis.Entity{}, fault.New(fault.Invalid, "there is no kind of entity %s", short(q.Kind)).At("kind")
	}
	if q.ID == "" || len(q.ID) > maxIDBytes || strings.ContainsRune(q.ID, 0) {
		return analysis.Entity{}, fault.New(fault.Invalid, "%s is no id", short(q.ID)).At("id")
	}
	now, err := p.answerer.current("")
	if err != nil {
		return analysis.Entity{}, err
	}
	began := time.Now()
	e := &page{Pages: p, now: now, lang: lang, Entity: analysis.Entity{
		Meta: analysis.Meta{Snapshot: now.ID, AsOf: now.AsOf, Lang: lang}, Kind: q.Kind, ID: q.ID, Names: map[string]string{},
		Facts: []analysis.Fact{}, Numbers: []analysis.Number{}, Questions: []analysis.Question{}, Lists: []analysis.List{}, Timeline: []analysis.Event{},
		Versions: []analysis.Version{}, Flags: []analysis.RaisedFlag{}, Related: []analysis.Related{},
	}}
	if err := fill(e, ctx); err != nil {
		return analysis.Entity{}, err
	}
	if after, _ := p.answerer.engine.Current(); after.ID != now.ID {
		return p.Entity(ctx, q) // swapped in between: a page is of one snapshot
	}
	e.Path = analysis.Page(e.Kind, e.ID)
	e.Meta.ElapsedMs = time.Since(began).Milliseconds()
	return e.Entity, nil
}

func (e *page) unknown() error {
	return fault.New(fault.NotFound, "snapshot has no %s %s", e.Kind, short(e.ID)).At("id").Do("look for it with /search")
}

var binForm = regexp.MustCompile(`^[0-9]{12}$`)

// organisation finds the organisation that the page is about.
func (e *page) organisation(ctx context.Context) error {
	ids := []string{e.ID}
	if bin := strings.ReplaceAll(e.ID, " ", ""); binForm.MatchString(bin) {
		ids = append(ids, "KZ-BIN-"+bin)
	}
	for _, id := range ids {
		m, found, err := e.answerer.engine.Organisation(ctx, id)
		if err != nil {
			return ended(err)
		}
		if !found {
			continue
		}
		e.ID = id
		e.name(m.NameRU, m.NameKK, id)
		if bin, ok := strings.CutPrefix(id, "KZ-BIN-"); ok {
			e.fact(analysis.Fact{ID: "bin", Type: analysis.TypeText, Value: bin})
		}
		rows, err := e.answerer.Rows(ctx, analysis.RowsQuery{Dataset: string(catalog.Parties), Filters: analysis.Filters{"organisation": {plan.Escape(id)}}, Limit: 1, Lang: e.lang,
			Columns: []string{"partyRegion", "partyCountry", "partyType", "legalForm", "partySize", "partySector", "parent"}})
		if err != nil {
			return err
		}
		if len(rows.Rows) > 0 {
			e.cells(rows.Columns, rows.Rows[0].Cells)
		}
		return nil
	}
	return e.unknown()
}

func (e *page) name(ru, kk, fallback string) {
	if ru != "" {
		e.Names[analysis.Russian] = ru
	}
	if kk != "" {
		e.Names[analysis.Kazakh] = kk
	}
	e.Title = cmp.Or(titleOf(ru, kk, e.lang), fallback)
}

func (e *page) fact(f analysis.Fact) {
	if f.Value == "" {
		return
	}
	if f.Title == "" {
		f.Title = factTitles[f.ID].In(e.lang)
	}
	e.Facts = append(e.Facts, f)
}

// cells makes facts of the cells of a row that state something.
func (e *page) cells(columns []analysis.Column, cells analysis.Row) {
	for _, c := range columns {
		cell := cells[c.ID]
		f := analysis.Fact{ID: c.ID, Title: c.Title, Type: c.Type, Unit: c.Unit, Value: cell.Number}
		if cell.Member != nil {
			if cell.Member.ID == analysis.Blank {
				continue
			}
			f.Field, f.Member, f.Value = c.ID, cell.Member, cell.Member.Label
			f.Path = pathOf(c.ID, cell.Member.ID)
		}
		e.fact(f)
	}
}

// pathOf is the page of a member of a dimension.
func pathOf(field, id string) string {
	kind := ""
	switch field {
	case "buyer", "buyerParent", "parent", "organiser":
		kind = analysis.EntityBuyer
	case "winner", "bidder", "awardSupplier", "organisation":
		kind = analysis.EntitySupplier
	case "class", "subclass", "itemGroup", "itemKind", "item":
		if id != "mixed" {
			kind = analysis.EntityCategory
		}
	case "region", "partyRegion", "deliverRegion", "bidderRegion", "winnerRegion":
		kind = analysis.EntityRegion
	}
	return analysis.Page(kind, strings.TrimPrefix(id, analysis.Escape))
}

// numbers adds measures under a filter; each is what its query answers.
func (e *page) numbers(ctx context.Context, filters analysis.Filters, measures ...string) error {
	q := analysis.Query{Measures: measures, Filters: filters, Lang: e.lang}
	answer, err := e.answerer.Query(ctx, q)
	if err != nil {
		return err
	}
	for _, c := range answer.Columns {
		n := analysis.Number{Measure: c.ID, Title: c.Title, Type: c.Type, Unit: c.Unit, Scale: c.Scale, Value: answer.Totals[c.ID],
			Query: analysis.Query{Measures: []string{c.ID}, Filters: filters}}
		for _, x := range answer.Meta.Excluded {
			if x.Measure == c.ID {
				n.Excluded = append(n.Excluded, x)
			}
		}
		e.Numbers = append(e.Numbers, n)
	}
	return nil
}

// question adds a ready query.
func (e *page) question(id, kind, dimension string, limit int, filters analysis.Filters, measures ...string) {
	q := analysis.Query{Measures: measures, Dimensions: []string{dimension}, Filters: filters, Limit: limit}
	e.Questions = append(e.Questions, analysis.Question{ID: id, Kind: kind, Title: questionTitles[id].In(e.lang), Query: q})
}

// list adds ready questions for the rows of datasets under a filter.
func (e *page) list(ctx context.Context, filters analysis.Filters, datasets ...catalog.Dataset) error {
	for _, d := range datasets {
		q := analysis.RowsQuery{Dataset: string(d), Filters: filters}
		r, err := plan.CompileRows(q)
		if err != nil {
			return err
		}
		n, err := e.answerer.countRows(ctx, e.now.ID, r)
		if err != nil {
			return err
		}
		e.Lists = append(e.Lists, analysis.List{ID: string(d), Title: catalog.RowsOf(d).Name.In(e.lang), Count: n, Query: q})
	}
	return nil
}

// flags adds the red flags that are raised under a filter.
func (e *page) flags(ctx context.Context, filters analysis.Filters) error {
	answer, err := e.answerer.Query(ctx, analysis.Query{Measures: []string{"flags"}, Dimensions: []string{"flag"}, Filters: filters, Lang: e.lang})
	if err != nil {
		return err
	}
	for _, row := range answer.Rows {
		id := row["flag"].Member.ID
		i := slices.IndexFunc(catalog.RedFlags(), func(f catalog.Flag) bool { return f.ID == id })
		count, err := strconv.ParseInt(row["flags"].Number, 10, 64)
		if i < 0 || err != nil || count == 0 {
			continue
		}
		f := catalog.RedFlags()[i]
		own := maps.Clone(filters)
		own["flag"] = []string{id}
		e.Flags = append(e.Flags, analysis.RaisedFlag{ID: id, Name: f.Name.In(e.lang), Definition: f.Definition.In(e.lang), LegalBasis: f.LegalBasis.In(e.lang), Count: count,
			Rows: analysis.RowsQuery{Dataset: string(catalog.Flags), Filters: own}})
	}
	return nil
}

func (e *page) buyer(ctx context.Context) error {
	if err := e.organisation(ctx); err != nil {
		return err
	}
	of := analysis.Filters{"buyer": {plan.Escape(e.ID)}}
	if err := e.numbers(ctx, of, "procedures", "lots", "lotsValue", "contracts", "contractsValue", "paymentsValue", "executionShare", "suppliers", "largestSupplierShare",
		"averageBidders", "singleBidShare", "nonCompetitiveContractsValueShare", "priceReduction", "priceReductionShare", "agreements", "planPoints", "plannedValue",
		"complaints", "enquiries"); err != nil {
		return err
	}
	e.question("suppliers", analysis.ChartBars, "winner", 10, of, "contractsValue", "contracts")
	e.question("bidders", analysis.ChartBars, "bidder", 10, of, "lots", "winningBids")
	e.question("categories", analysis.ChartBars, "class", 10, of, "contractsValue", "contracts")
	e.question("methods", analysis.ChartBars, "method", 10, of, "contractsValue", "contracts")
	e.question("statuses", analysis.ChartBars, "lotStatus", 10, of, "lots", "lotsValue")
	e.question("overTime", analysis.ChartColumns, "signedYear", 30, of, "contractsValue", "contracts", "paymentsValue")
	e.question("plans", analysis.ChartColumns, "planYear", 30, of, "plannedValue", "planPoints")
	e.Links.Feed = feedOf(catalog.Lots, of)
	if err := e.list(ctx, of, catalog.Lots, catalog.Contracts, catalog.PlanPoints, catalog.Complaints, catalog.Enquiries, catalog.Flags); err != nil {
		return err
	}
	return e.flags(ctx, of)
}

func (e *page) supplier(ctx context.Context) error {
	if err := e.organisation(ctx); err != nil {
		return err
	}
	id := []string{plan.Escape(e.ID)}
	won, bid, listed := analysis.Filters{"winner": id}, analysis.Filters{"bidder": id}, analysis.Filters{"organisation": id}
	if err := e.numbers(ctx, won, "contracts", "contractsValue", "paymentsValue", "executionShare", "contractBuyers", "nonCompetitiveContractsValueShare", "agreements",
		"overpaidContracts", "flags"); err != nil {
		return err
	}
	if err := e.numbers(ctx, bid, "bids", "bidsValue", "winningBids", "rejectedBids", "rejectedShare"); err != nil {
		return err
	}
	if err := e.numbers(ctx, listed, "blacklistEntries"); err != nil {
		return err
	}
	e.question("buyers", analysis.ChartBars, "buyer", 10, won, "contractsValue", "contracts")
	e.question("categories", analysis.ChartBars, "class", 10, won, "contractsValue", "contracts")
	e.question("methods", analysis.ChartBars, "method", 10, won, "contractsValue", "contracts")
	e.question("competitors", analysis.ChartBars, "bidStatus", 10, bid, "bids", "bidsValue")
	e.question("regions", analysis.ChartBars, "region", 25, won, "contractsValue", "contracts")
	e.question("overTime", analysis.ChartColumns, "signedYear", 30, won, "contractsValue", "contracts", "paymentsValue")
	e.Links.Feed = feedOf(catalog.Contracts, won)
	if err := e.list(ctx, won, catalog.Contracts, catalog.Payments); err != nil {
		return err
	}
	if err := e.list(ctx, bid, catalog.Bids, catalog.Rejections); err != nil {
		return err
	}
	if err := e.list(ctx, listed, catalog.Blacklist); err != nil {
		return err
	}
	if err := e.list(ctx, won, catalog.Flags); err != nil {
		return err
	}
	return e.flags(ctx, won)
}

// subject adds what the pages of a category and a region have in common.
func (e *page) subject(ctx context.Context, of analysis.Filters, others ...string) error {
	if err := e.numbers(ctx, of, "procedures", "lots", "lotsValue", "averageBidders", "singleBidShare", "nonCompetitiveValueShare", "priceReductionShare", "medianLotValue",
		"contracts", "contractsValue", "paymentsValue", "suppliers", "topTenthValueShare", "planPoints", "plannedValue"); err != nil {
		return err
	}
	e.question("buyers", analysis.ChartBars, "buyer", 10, of, "contractsValue", "contracts")
	e.question("suppliers", analysis.ChartBars, "winner", 10, of, "contractsValue", "contracts")
	for i := 0; i+1 < len(others); i += 2 {
		e.question(others[i], analysis.ChartBars, others[i+1], 25, of, "contractsValue", "contracts")
	}
	e.question("methods", analysis.ChartBars, "method", 10, of, "lotsValue", "lots")
	e.question("overTime", analysis.ChartColumns, "signedYear", 30, of, "contractsValue", "contracts")
	e.question("plans", analysis.ChartColumns, "planYear", 30, of, "plannedValue", "planPoints")
	e.Links.Feed = feedOf(catalog.Lots, of)
	if err := e.list(ctx, of, catalog.Lots, catalog.Contracts, catalog.PlanPoints, catalog.Flags); err != nil {
		return err
	}
	return e.flags(ctx, of)
}

var (
	kpvedForm = regexp.MustCompile(`^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{1,3})?)?)?$`)
	// levels of the classification by the number of dots of a code of KPVED.
	levels = []string{"class", "subclass", "itemGroup", "itemKind"}
)

func (e *page) category(ctx context.Context) error {
	level := "item"
	if kpvedForm.MatchString(e.ID) {
		level = levels[strings.Count(e.ID, ".")]
	}
	f, _ := catalog.FieldByID(level)
	of := analysis.Filters{level: {plan.Escape(e.ID)}}
	m, some, err := e.member(ctx, f, of, "lots", "contracts", "planPoints")
	if err != nil {
		return err
	}
	title := label(f, plan.Member{ID: e.ID}, e.lang)
	known := f.Type == catalog.Code && slices.ContainsFunc(catalog.Dictionary(f.Dictionary), func(d catalog.Entry) bool { return d.Code == e.ID }) || f.Type == catalog.Named && title != e.ID
	if !some && !known {
		return e.unknown()
	}
	if some {
		title = m.Label
	}
	title = strings.TrimSpace(strings.TrimPrefix(title, e.ID))
	e.Title = cmp.Or(title, e.ID)
	for _, lang := range analysis.Languages() {
		if t := strings.TrimSpace(strings.TrimPrefix(label(f, plan.Member{ID: e.ID}, lang), e.ID)); t != "" && (known || f.Type == catalog.Named) {
			e.Names[lang] = t
		}
	}
	e.fact(analysis.Fact{ID: "code", Type: analysis.TypeCode, Value: e.ID, Field: level, Member: &analysis.Member{ID: plan.Escape(e.ID), Label: e.Title}})
	e.parents(level)
	return e.subject(ctx, of, "regions", "region")
}

// parents links the levels above a category.
func (e *page) parents(level string) {
	at := slices.Index(levels, level)
	code := e.ID
	if at < 0 {
		if len(code) < 10 {
			return
		}
		at = len(levels)
		code = code[:2] + "." + code[2:4] + "." + code[4:6] + code[6:10]
	}
	for i := range at {
		f, _ := catalog.FieldByID(levels[i])
		end := min(2+3*i, len(code))
		if i == 3 {
			end = len(code)
		}
		id := code[:end]
		e.Related = append(e.Related, analysis.Related{Relation: "parent", Kind: analysis.EntityCategory, ID: id, Title: label(f, plan.Member{ID: id}, e.lang), Path: analysis.Page(analysis.EntityCategory, id)})
	}
}

// member finds the name of a member by which some measure has something.
func (e *page) member(ctx context.Context, f catalog.Field, of analysis.Filters, measures ...string) (m analysis.Member, found bool, err error) {
	answer, err := e.answerer.Query(ctx, analysis.Query{Measures: measures, Dimensions: []string{f.ID}, Filters: of, Limit: 1, Lang: e.lang})
	if err != nil || len(answer.Rows) == 0 {
		return m, false, err
	}
	return *answer.Rows[0][f.ID].Member, true, nil
}

func (e *page) region(ctx context.Context) error {
	f, _ := catalog.FieldByID("region")
	i := slices.IndexFunc(catalog.Dictionary(f.Dictionary), func(d catalog.Entry) bool { return d.Code == e.ID })
	if i < 0 {
		return e.unknown()
	}
	title := catalog.Dictionary(f.Dictionary)[i].Title
	e.Title = title.In(e.lang)
	for _, lang := range analysis.Languages() {
		e.Names[lang] = title.In(lang)
	}
	e.fact(analysis.Fact{ID: "code", Type: analysis.TypeCode, Value: e.ID, Field: "region", Member: &analysis.Member{ID: e.ID, Label: e.Title}})
	return e.subject(ctx, analysis.Filters{"region": {plan.Escape(e.ID)}}, "categories", "class")
}

// story adds what the published record tells of the page's scope: time line,
// versions, plan points.
func (e *page) story(ctx context.Context, s record.Scope) (record.Record, error) {
	body, err := e.records.Record(ctx, e.OCID, false)
	if err != nil {
		return record.Record{}, err
	}
	r, err := record.Parse(body)
	if err != nil {
		return record.Record{}, err
	}
	versioned, err := e.records.Record(ctx, e.OCID, true)
	if err != nil {
		return record.Record{}, err
	}
	if e.Versions, err = r.Versions(versioned); err != nil {
		return record.Record{}, err
	}
	kazakh := e.lang == analysis.Kazakh
	e.Timeline = append(e.Timeline, r.Timeline(s, kazakh)...)
	for _, root := range r.PlanPoints(s) {
		if len(e.Related) == maxPlanPoints {
			break
		}
		ocid := r.PlanProcess(root)
		if ocid == "" {
			continue
		}
		related := analysis.Related{Relation: "plan", Kind: analysis.EntityProcess, ID: ocid, Title: planPointTitle.In(e.lang) + " " + root, Path: analysis.Page(analysis.EntityProcess, ocid)}
		body, err := e.records.Record(ctx, ocid, false)
		switch {
		case err == nil:
			point, err := record.Parse(body)
			if err != nil {
				return record.Record{}, err
			}
			related.Title = cmp.Or(titleOf(point.Compiled.Tender.Title, point.Compiled.Tender.TitleKK, e.lang), related.Title)
			e.Timeline = append(e.Timeline, point.Timeline(record.Scope{}, kazakh)...)
		case fault.KindOf(err) != fault.NotFound:
			return record.Record{}, err
		}
		e.Related = append(e.Related, related)
	}
	record.Sort(e.Timeline)
	for i := range e.Timeline {
		e.Timeline[i].Title = eventTitles[e.Timeline[i].Kind].In(e.lang)
	}
	e.Links.Provenance, e.Links.Record = analysis.ProvenanceOf(e.OCID), analysis.RecordOf(e.OCID)
	return r, nil
}

// relate links lots and contracts of the record.
func (e *page) relate(r record.Record, s record.Scope) {
	for _, l := range r.Compiled.Tender.Lots {
		if s.Lot != "" || len(e.Related) >= maxRelated {
			break
		}
		own, _ := r.Contract(s.Contract)
		if s.Contract == "" || slices.Contains(own.Lots, l.ID) {
			e.Related = append(e.Related, analysis.Related{Relation: "lot", Kind: analysis.EntityLot, ID: l.ID, Title: cmp.Or(titleOf(l.Title, l.TitleKK, e.lang), l.ID), Path: analysis.Page(analysis.EntityLot, l.ID)})
		}
	}
	for _, c := range r.Compiled.Contracts {
		if s.Contract != "" || len(e.Related) >= maxRelated {
			break
		}
		if s.Lot == "" || len(c.Lots) == 0 || slices.Contains(c.Lots, s.Lot) {
			e.Related = append(e.Related, analysis.Related{Relation: "contract", Kind: analysis.EntityContract, ID: c.Root(), Title: cmp.Or(c.Title, contractTitle.In(e.lang)+" "+cmp.Or(c.Number, c.Root())),
				Path: analysis.Page(analysis.EntityContract, c.Root())})
		}
	}
	if s != (record.Scope{}) {
		t := r.Compiled.Tender
		e.Related = append(e.Related, analysis.Related{Relation: "process", Kind: analysis.EntityProcess, ID: r.OCID, Title: cmp.Or(titleOf(t.Title, t.TitleKK, e.lang), r.OCID), Path: analysis.Page(analysis.EntityProcess, r.OCID)})
		return
	}
	for _, x := range r.Compiled.Related {
		if len(e.Related) >= maxRelated {
			break
		}
		if !slices.ContainsFunc(e.Related, func(o analysis.Related) bool { return o.ID == x.Identifier }) && x.Identifier != "" {
			relation := "prior"
			if slices.Contains(x.Relationship, "planning") {
				relation = "plan"
			}
			e.Related = append(e.Related, analysis.Related{Relation: relation, Kind: analysis.EntityProcess, ID: x.Identifier, Title: x.Identifier, Path: analysis.Page(analysis.EntityProcess, x.Identifier)})
		}
	}
}

// coded is a fact whose value is a code of the catalogue.
func (e *page) coded(field, id string) {
	f, ok := catalog.FieldByID(field)
	if id == "" || !ok {
		return
	}
	e.fact(analysis.Fact{ID: field, Title: f.Name.In(e.lang), Type: fieldType(f), Value: f.Label(id, e.lang), Field: field, Member: &analysis.Member{ID: plan.Escape(id), Label: f.Label(id, e.lang)}})
}

// party is a fact that names an organisation of the record.
func (e *page) party(id string, title catalog.Text, r record.Record, o record.Ref) {
	if o.ID == "" {
		return
	}
	name := r.NameOf(o, e.lang == analysis.Kazakh)
	e.fact(analysis.Fact{ID: id, Title: title.In(e.lang), Type: analysis.TypeText, Value: name, Member: &analysis.Member{ID: plan.Escape(o.ID), Label: name}, Path: analysis.Page(analysis.EntityBuyer, o.ID)})
}

func (e *page) money(id string, v record.Value) {
	e.fact(analysis.Fact{ID: id, Type: analysis.TypeMoney, Unit: v.Currency, Value: v.Amount.String()})
}

func (e *page) process(ctx context.Context) error {
	e.OCID = e.ID
	r, err := e.story(ctx, record.Scope{})
	if fault.KindOf(err) == fault.NotFound {
		return e.unknown()
	}
	if err != nil {
		return err
	}
	t, point := r.Compiled.Tender, r.Compiled.Planning.Point
	e.name(t.Title, t.TitleKK, e.ID)
	buyer, _ := catalog.FieldByID("buyer")
	of := analysis.Filters{"ocid": {plan.Escape(e.ID)}}
	var measures []string
	var datasets []catalog.Dataset
	switch {
	case point.ID != "" || point.RootID != "":
		e.fact(analysis.Fact{ID: "point", Type: analysis.TypeText, Value: cmp.Or(point.RootID, point.ID)})
		if point.Year > 0 {
			e.coded("planYear", strconv.Itoa(point.Year))
		}
		e.coded("planStatus", point.Status)
		e.coded("method", point.Method)
		e.party("buyer", buyer.Name, r, r.Compiled.Buyer)
		e.money("value", r.Compiled.Planning.Budget.Amount)
		measures, datasets = []string{"planPoints", "plannedValue", "plannedEstimate", "plannedBudget", "factLots", "factContracts", "factPayments"},
			[]catalog.Dataset{catalog.PlanPoints, catalog.BudgetLines, catalog.PlanFact}
	default:
		e.fact(analysis.Fact{ID: "number", Type: analysis.TypeText, Value: cmp.Or(t.Number, t.ID)})
		e.coded("method", t.Method)
		e.coded("tenderStatus", t.Status)
		e.party("buyer", buyer.Name, r, r.Compiled.Buyer)
		e.party("organiser", factTitles["organiser"], r, t.Organiser)
		e.fact(analysis.Fact{ID: "published", Type: analysis.TypeDate, Value: t.Published})
		e.money("value", t.Value)
		if t.PortalID != "" {
			e.Links.Portal = "/ru/announce/index/" + t.PortalID
		}
		measures = []string{"lots", "lotsValue", "bids", "averageBidders", "biddingPeriod", "priceReduction", "priceReductionShare", "contracts", "contractsValue", "paymentsValue", "enquiries", "complaints", "flags"}
		datasets = []catalog.Dataset{catalog.Lots, catalog.Bids, catalog.Awards, catalog.Contracts, catalog.Payments, catalog.Enquiries, catalog.Complaints, catalog.Parties, catalog.Flags}
	}
	e.relate(r, record.Scope{})
	if err := e.numbers(ctx, of, measures...); err != nil {
		return err
	}
	if err := e.list(ctx, of, datasets...); err != nil {
		return err
	}
	return e.flags(ctx, of)
}

// row finds the row of a dataset that an id names, and makes facts of it.
func (e *page) row(ctx context.Context, d catalog.Dataset, field string, columns ...string) error {
	rows, err := e.answerer.Rows(ctx, analysis.RowsQuery{Dataset: string(d), Filters: analysis.Filters{field: {plan.Escape(e.ID)}}, Columns: columns, Limit: 1, Lang: e.lang})
	if err != nil {
		return err
	}
	if len(rows.Rows) == 0 {
		return e.unknown()
	}
	e.OCID, e.Title = rows.Rows[0].OCID, rows.Rows[0].Title
	e.cells(rows.Columns, rows.Rows[0].Cells)
	return nil
}

func (e *page) lot(ctx context.Context) error {
	if err := e.row(ctx, catalog.Lots, "lotId", "publishedDay", "awardedDay", "buyer", "method", "plannedMethod", "competitive", "rationale", "lotStatus", "category", "item", "class",
		"region", "deliverRegion", "lotValue", "winner", "bids", "bidders", "reserved", "antiDumping"); err != nil {
		return err
	}
	scope := record.Scope{Lot: e.ID}
	r, err := e.story(ctx, scope)
	if err != nil {
		return err
	}
	l, _ := r.Lot(e.ID)
	e.name(l.Title, l.TitleKK, cmp.Or(e.Title, e.ID))
	e.fact(analysis.Fact{ID: "number", Type: analysis.TypeText, Value: l.Number})
	if id := r.Compiled.Tender.PortalID; id != "" {
		e.Links.Portal = "/ru/announce/index/" + id + "?tab=lots"
	}
	e.relate(r, scope)
	of := analysis.Filters{"ocid": {plan.Escape(e.OCID)}, "lotId": {plan.Escape(e.ID)}}
	if err := e.numbers(ctx, of, "lotsValue", "bids", "winningBids", "rejectedBids", "priceReduction", "priceReductionShare", "priceIncrease", "dumpingMargin"); err != nil {
		return err
	}
	if err := e.list(ctx, of, catalog.Bids, catalog.Rejections, catalog.Criteria, catalog.Awards); err != nil {
		return err
	}
	return e.flags(ctx, analysis.Filters{"ocid": of["ocid"], "subject": of["lotId"]})
}

func (e *page) contract(ctx context.Context) error {
	if err := e.row(ctx, catalog.Contracts, "rootId", "signedDay", "buyer", "winner", "method", "competitive", "rationale", "contractStatus", "category", "item", "class", "region",
		"contractValue", "paid", "payments", "agreements", "fundingSource", "budgetYear", "multiAnnual", "treasury", "direct"); err != nil {
		return err
	}
	scope := record.Scope{Contract: e.ID}
	r, err := e.story(ctx, scope)
	if err != nil {
		return err
	}
	c, _ := r.Contract(e.ID)
	e.name(cmp.Or(c.Title, e.Title), "", contractTitle.In(e.lang)+" "+cmp.Or(c.Number, e.ID))
	e.fact(analysis.Fact{ID: "number", Type: analysis.TypeText, Value: c.Number})
	e.relate(r, scope)
	of := analysis.Filters{"ocid": {plan.Escape(e.OCID)}, "rootId": {plan.Escape(e.ID)}}
	if err := e.numbers(ctx, of, "contractsValue", "paymentsValue", "executionShare", "paymentsCount", "agreements", "guaranteeValue", "positions", "positionsValue"); err != nil {
		return err
	}
	if err := e.list(ctx, of, catalog.ContractItems, catalog.Agreements, catalog.Payments); err != nil {
		return err
	}
	return e.flags(ctx, analysis.Filters{"ocid": of["ocid"], "subject": of["rootId"]})
}
