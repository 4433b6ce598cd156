package duckdb

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// rowKey says what a row of a dataset is: the entity it belongs to, and the
// columns that tell the rows of one ocid apart. The keys are those of the source
// and not numbers of the file, so that every replica breaks ties alike.
type rowKey struct {
	kind string // an expression
	id   string
	ties []string
}

var rowKeys = map[catalog.Dataset]rowKey{
	catalog.Lots:          {"'lot'", "lot_id", []string{"lot_id", "buyer::VARCHAR"}},
	catalog.Bids:          {"'lot'", "lot_id", []string{"lot_id", "bid_id"}},
	catalog.Rejections:    {"'lot'", "lot_id", []string{"lot_id", "bid_id", "reason_id"}},
	catalog.Criteria:      {"'lot'", "lot_id", []string{"lot_id", "bid_id", "evaluation_id", "criterion_id"}},
	catalog.Awards:        {"'lot'", "lot_id", []string{"lot_id", "award_id"}},
	catalog.Enquiries:     {"'process'", "ocid", []string{"enquiry_id"}},
	catalog.Complaints:    {"'process'", "ocid", []string{"complaint_id", "complaint_ground"}},
	catalog.Contracts:     {"'contract'", "root_id", []string{"root_id", "contract::VARCHAR"}},
	catalog.ContractItems: {"'contract'", "root_id", []string{"root_id", "item_id"}},
	catalog.Agreements:    {"'contract'", "root_id", []string{"root_id", "version_id", "ground_id"}},
	catalog.Payments:      {"'contract'", "root_id", []string{"root_id", "payment_id"}},
	catalog.PlanPoints:    {"'process'", "ocid", []string{"root_id"}},
	catalog.BudgetLines:   {"'process'", "ocid", []string{"root_id", "line::VARCHAR"}},
	catalog.PlanFact: {"CASE chain WHEN 'lotWithoutPlan' THEN 'lot' WHEN 'contractWithoutPlan' THEN 'contract' ELSE 'process' END",
		"CASE WHEN chain IN ('lotWithoutPlan', 'contractWithoutPlan') THEN subject ELSE ocid END", []string{"subject", "part"}},
	catalog.Parties:   {"'process'", "ocid", []string{"organisation::VARCHAR", "role"}},
	catalog.Blacklist: {"'supplier'", "party_id", []string{"party_id", "entry_id"}},
	catalog.Flags: {"CASE WHEN flag IN ('repeatedDirect', 'noSecurity', 'captiveSupplier', 'blacklistedSupplier', 'overpaid') THEN 'contract' ELSE 'lot' END",
		"subject", []string{"subject", "flag"}},
}

// ties are the columns that break ties, after the one ordered by.
func (k rowKey) all() []string { return append([]string{"ocid"}, k.ties...) }

// rowValues names the columns of the values that are not called like them.
var rowValues = map[string]string{
	"lots.share": "value", "bids.bidValue": "value", "criteria.criterionValue": "value", "contract_items.lineValue": "value",
	"agreements.agreedValue": "value", "payments.paidValue": "value", "budget_lines.budgetValue": "value",
}

func rowColumn(d catalog.Dataset, c plan.Column) string {
	if c.Field != nil {
		return columns[c.Field.ID]
	}
	if name, ok := rowValues[string(d)+"."+c.Value.ID]; ok {
		return name
	}
	return c.Value.ID
}

// Rows gives a page of rows.
func (e *Engine) Rows(ctx context.Context, r plan.Rows) (plan.RowsResult, error) {
	return fitting(ctx, e, func() (plan.RowsResult, error) { return e.rows(ctx, r) })
}

func (e *Engine) rows(ctx context.Context, r plan.Rows) (plan.RowsResult, error) {
	s, err := e.acquire()
	if err != nil {
		return plan.RowsResult{}, err
	}
	defer e.release(s)
	orgs, err := s.organisationsOf(ctx, r.Filters...)
	if err != nil {
		return plan.RowsResult{}, err
	}
	return s.page(ctx, r, orgs)
}

func (s *store) page(ctx context.Context, r plan.Rows, orgs organisations) (plan.RowsResult, error) {
	var st statement
	st.cells(r)
	st.selected(r, orgs)
	order, ties := rowColumn(r.Dataset, r.Order), rowKeys[r.Dataset].all()
	if r.After != nil {
		if err := st.after(r, order, ties); err != nil {
			return plan.RowsResult{}, err
		}
	}
	direction := " ASC"
	if r.Desc {
		direction = " DESC"
	}
	st.WriteString(" ORDER BY " + order + direction + " NULLS LAST, " + strings.Join(ties, ", ") + " LIMIT ")
	st.bind(r.Limit + 1) // one more tells whether rows follow
	return s.read(ctx, r, &st)
}

// read runs the statement of a page. A row beyond the limit tells that there are
// more.
func (s *store) read(ctx context.Context, r plan.Rows, st *statement) (plan.RowsResult, error) {
	out := plan.RowsResult{Snapshot: s.ID, AsOf: s.AsOf}
	key := rowKeys[r.Dataset].all()
	raw := make([]any, 3+len(r.Columns)+1+len(key))
	targets := make([]any, len(raw))
	for i := range raw {
		targets[i] = &raw[i]
	}
	rows, err := s.db.QueryContext(ctx, st.String(), st.args...)
	if err != nil {
		return plan.RowsResult{}, fmt.Errorf("rows of %s: %w", r.Dataset, err)
	}
	defer rows.Close()
	type named struct {
		row, column int
		key         int32
	}
	var organisations []named
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return plan.RowsResult{}, fmt.Errorf("rows of %s: %w", r.Dataset, err)
		}
		if len(out.Rows) == r.Limit {
			out.More = true
			continue
		}
		text := func(v any) string { t, _ := v.(string); return t }
		row := plan.Row{OCID: text(raw[0]), Kind: text(raw[1]), ID: text(raw[2]), Cells: make([]plan.Cell, len(r.Columns))}
		for i, c := range r.Columns {
			v := raw[3+i]
			switch {
			case c.Field == nil || c.Field.Type == catalog.Money:
				row.Cells[i].Value = whole(v)
			case c.Field.Type == catalog.Organisation:
				number, _ := v.(int32)
				organisations = append(organisations, named{len(out.Rows), i, number})
			default:
				row.Cells[i].Member.ID = memberID(*c.Field, v)
			}
		}
		out.Last = plan.Place{}
		if v := raw[3+len(r.Columns)]; v != nil {
			out.Last.Order = new(fmt.Sprint(v))
		}
		for _, v := range raw[4+len(r.Columns):] {
			out.Last.Keys = append(out.Last.Keys, text(v))
		}
		out.Rows = append(out.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return plan.RowsResult{}, fmt.Errorf("rows of %s: %w", r.Dataset, err)
	}
	wanted := map[int32][]*plan.Member{}
	for _, n := range organisations {
		wanted[n.key] = append(wanted[n.key], &out.Rows[n.row].Cells[n.column].Member)
	}
	if err := s.nameOrganisations(ctx, wanted); err != nil {
		return plan.RowsResult{}, err
	}
	codes := map[string]map[string][]*plan.Member{}
	for i, c := range r.Columns {
		if c.Field == nil || c.Field.Type != catalog.Named {
			continue
		}
		codes[c.Field.ID] = map[string][]*plan.Member{}
		for j := range out.Rows {
			m := &out.Rows[j].Cells[i].Member
			codes[c.Field.ID][m.ID] = append(codes[c.Field.ID][m.ID], m)
		}
	}
	if err := s.nameCodes(ctx, codes); err != nil {
		return plan.RowsResult{}, err
	}
	return out, s.nameRows(ctx, out.Rows)
}

// CountRows counts the rows of a question, over all pages.
func (e *Engine) CountRows(ctx context.Context, r plan.Rows) (snapshot string, n int64, err error) {
	n, err = fitting(ctx, e, func() (int64, error) {
		snapshot, n, err = e.countRows(ctx, r)
		return n, err
	})
	return snapshot, n, err
}

func (e *Engine) countRows(ctx context.Context, r plan.Rows) (snapshot string, n int64, err error) {
	s, err := e.acquire()
	if err != nil {
		return "", 0, err
	}
	defer e.release(s)
	orgs, err := s.organisationsOf(ctx, r.Filters...)
	if err != nil {
		return "", 0, err
	}
	var st statement
	st.WriteString("SELECT count(*) FROM " + string(r.Dataset) + " WHERE ")
	st.selected(r, orgs)
	if err := s.db.QueryRowContext(ctx, st.String(), st.args...).Scan(&n); err != nil {
		return "", 0, fmt.Errorf("count the rows of %s: %w", r.Dataset, err)
	}
	return s.ID, n, nil
}

// whole is an amount in the scale of its unit.
func whole(v any) plan.Value {
	switch n := v.(type) {
	case int64:
		return big.NewInt(n)
	case int32:
		return big.NewInt(int64(n))
	case *big.Int:
		return n
	}
	return nil
}

// selected writes the condition of the rows. Of a lot with several buyers the row
// that stands for it is given, unless a buyer is asked for: then the share.
func (st *statement) selected(r plan.Rows, orgs organisations) {
	fact, condition := string(r.Dataset), always
	if r.Measure != nil {
		m := measures[r.Measure.ID]
		condition = m.population()
		if r.Reason != "" {
			condition = m.leftOut(r.Reason)
		}
		if m.fact == "participations" { // the rows are lots
			condition = "lot IN (SELECT lot FROM participations WHERE " + condition + ")"
		}
	}
	st.where(fact, r.Filters, orgs)
	st.WriteString(" AND (" + condition + ")")
	if r.Dataset != catalog.Lots {
		return
	}
	st.WriteString(" AND is_lot")
	shares := strings.Contains(condition, "buyer") || slices.ContainsFunc(r.Filters, func(f plan.Filter) bool { return f.Field.Shared })
	if !shares {
		st.WriteString(" AND lead")
		return
	}
	st.WriteString(" AND row IN (SELECT min(row) FROM lots WHERE ")
	st.where(fact, r.Filters, orgs)
	st.WriteString(" AND (" + condition + ") GROUP BY lot)")
}

// cells writes a statement up to its condition: what a row is, its columns, and
// its place.
func (st *statement) cells(r plan.Rows) {
	key := rowKeys[r.Dataset]
	st.WriteString("SELECT ocid, " + key.kind + ", " + key.id)
	for _, c := range r.Columns {
		st.WriteString(", " + rowColumn(r.Dataset, c))
	}
	st.WriteString(", " + rowColumn(r.Dataset, r.Order) + ", " + strings.Join(key.all(), ", ") + " FROM " + string(r.Dataset) + " WHERE ")
}

// after writes the condition that a row comes after a place.
func (st *statement) after(r plan.Rows, order string, ties []string) error {
	if len(r.After.Keys) != len(ties) {
		return fault.New(fault.Invalid, "the cursor is of another question").At("cursor").Do("begin again without a cursor")
	}
	later := func() {
		st.WriteString("(" + strings.Join(ties, ", ") + ") > (")
		for i, k := range r.After.Keys {
			if i > 0 {
				st.WriteString(", ")
			}
			st.bind(k)
		}
		st.WriteString(")")
	}
	if r.After.Order == nil {
		st.WriteString(" AND " + order + " IS NULL AND ")
		later()
		return nil
	}
	var value any = *r.After.Order
	if f := r.Order.Field; f == nil || f.Type.Ordered() || f.Type == catalog.Organisation {
		n, err := strconv.ParseInt(*r.After.Order, 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "the cursor is not one that was given").At("cursor").Do("begin again without a cursor")
		}
		value = n
	}
	beyond := " > "
	if r.Desc {
		beyond = " < "
	}
	st.WriteString(" AND (" + order + beyond)
	st.bind(value)
	st.WriteString(" OR " + order + " IS NULL OR " + order + " = ")
	st.bind(value)
	st.WriteString(" AND ")
	later()
	st.WriteString(")")
	return nil
}

// nameRows fills in the titles of the entities.
func (s *store) nameRows(ctx context.Context, list []plan.Row) error {
	if len(list) == 0 {
		return nil
	}
	type entity struct{ kind, ocid, id string }
	of := func(r plan.Row) entity {
		if r.Kind == analysis.EntityProcess {
			return entity{r.Kind, r.OCID, ""}
		}
		return entity{r.Kind, r.OCID, r.ID}
	}
	places := map[entity][]int{}
	var ocids []string
	for i, r := range list {
		places[of(r)] = append(places[of(r)], i)
		ocids = append(ocids, r.OCID)
	}
	slices.Sort(ocids)
	rows, err := s.db.QueryContext(ctx, "SELECT kind, ocid, id, title_ru, title_kk FROM titles WHERE ocid IN (SELECT unnest(?::VARCHAR[])) ORDER BY kind, ocid, id, title_ru DESC", slices.Compact(ocids))
	if err != nil {
		return fmt.Errorf("titles: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			e      entity
			ru, kk string
		)
		if err := rows.Scan(&e.kind, &e.ocid, &e.id, &ru, &kk); err != nil {
			return fmt.Errorf("titles: %w", err)
		}
		for _, i := range places[e] {
			list[i].TitleRU, list[i].TitleKK = ru, kk
		}
	}
	return rows.Err()
}
