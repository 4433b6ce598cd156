package goszakup

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

const (
	restDefault = 50
	restCap     = 500
)

// shape is how a REST service shows a document.
type shape struct {
	once  sync.Once
	inner *shape            // of what is nested; nil: this one
	known sync.Map          // docShape to []restField
	short []string          // fields of the reduced form; nil: all
	less  map[string]bool   // fields that only GraphQL has
	texts map[string]bool   // lists whose sums are written as texts
	names map[string]string // names that are not the snake case of GraphQL's, and objects that REST has too
}

var (
	graphQLOnly = map[string]bool{"lastUpdateDate": true, "finYear": true, "refSpecPurchaseTypeId": true}
	shapes      = map[string]*shape{
		"subject":      {short: []string{"pid", "bin", "iin", "parentSubject", "parentNameKz", "parentNameRu", "nameRu", "nameKz", "typeSupplier", "systemId", "indexDate"}},
		"subject/all":  {less: map[string]bool{"Employees": true, "Address": true, "Admins": true, "katoList": true, "branches": true}},
		"subject/one":  {less: map[string]bool{"Employees": true, "katoList": true, "branches": true}, names: map[string]string{"Address": "address", "Admins": "admins"}},
		"trd-buy":      {short: []string{"id", "numberAnno", "nameRu", "nameKz", "refTradeMethodsId", "publishDate", "startDate", "endDate", "totalSum", "refBuyStatusId", "orgBin", "systemId", "indexDate"}},
		"trd-buy/all":  {less: graphQLOnly},
		"lots":         {},
		"trd-app":      {names: map[string]string{"AppLots": "app_lots", "Offers": "offers"}},
		"contract":     {short: []string{"id", "contractNumber", "contractNumberSys", "trdBuyId", "trdBuyNumberAnno", "refContractTypeId", "refContractStatusId", "crdate", "contractSum", "contractSumWnds", "supplierId", "supplierBiin", "customerId", "customerBin", "indexDate", "systemId"}},
		"contract/all": {},
		"units":        {names: map[string]string{"Spec": "spec"}, texts: map[string]bool{"spec": true}},
		"plans":        {less: map[string]bool{"lastUpdateDate": true}, names: planNames},
		"plans/all":    {less: map[string]bool{"PlansKato": true, "PlansSpec": true}, names: planNames},
		"acts":         {},
		"treasury-pay": {},
		"rnu":          {},
		"plain":        {},
	}
	planNames = map[string]string{"PlansKato": "kato", "PlansSpec": "spec", "refSubjectTypeId": "ref_subject_types_id", "sum1": "sum_1", "sum2": "sum_2", "sum3": "sum_3"}
)

// restField is a field of a row: its name and where its value is, part being a
// field of a nested object that REST lays flat.
type restField struct{ name, key, part string }

// flattened are the fields of a plan's yearly act, which REST has in the point.
var flattened = []restField{
	{"plan_act_id", "PlanActs", "id"}, {"plan_act_number", "PlanActs", "planActNumber"}, {"ref_plan_status_id", "PlanActs", "refPlanStatusId"},
	{"plan_fin_year", "PlanActs", "planFinYear"}, {"plan_preliminary", "PlanActs", "planPreliminary"}, {"date_approved", "PlanActs", "dateApproved"},
}

// fields of a document in this shape, by name: snake case; objects of GraphQL
// that REST does not have are left out. They are worked out once for each set of
// keys.
func (sh *shape) fields(d doc) []restField {
	var key docShape
	if sh.short == nil {
		key = shapeOf(d)
	}
	if known, ok := sh.known.Load(key); ok {
		return known.([]restField)
	}
	keys := sh.short
	if keys == nil {
		keys = sortedKeys(d)
	}
	var list []restField
	for _, k := range keys {
		name, ok := sh.names[k]
		switch {
		case sh.less[k]:
		case ok:
			list = append(list, restField{name: name, key: k})
		case k == "PlanActs":
			list = append(list, flattened...)
		case unicode.IsUpper(rune(k[0])):
		default:
			list = append(list, restField{name: snake(k), key: k})
		}
	}
	slices.SortFunc(list, func(a, b restField) int { return strings.Compare(a.name, b.name) })
	sh.known.Store(key, list)
	return list
}

// value of a field as REST has it.
func (sh *shape) value(d doc, f restField) any {
	v := d[f.key]
	if f.part != "" {
		act, _ := v.(doc)
		return act[f.part]
	}
	switch v.(type) {
	case lazy, doc, []any:
		if v = sh.nested(v); sh.texts[f.name] {
			v = sumsAsTexts(v)
		}
	}
	return v
}

// within is the shape of what is nested in a row: all of its fields, under the
// names that the row's shape gives.
func (sh *shape) within() *shape {
	sh.once.Do(func() {
		if sh.short != nil || sh.less != nil || sh.texts != nil {
			sh.inner = &shape{names: sh.names}
		}
	})
	return cmp.Or(sh.inner, sh)
}

// rest renders a document in a shape.
func (sh *shape) rest(d doc) doc {
	out := doc{}
	for _, f := range sh.fields(d) {
		out[f.name] = sh.value(d, f)
	}
	return out
}

// append writes a document in a shape without making another one.
func (sh *shape) append(b []byte, d doc) []byte {
	b = append(b, '{')
	for i, f := range sh.fields(d) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(append(b, f.name...), '"', ':')
		v := d[f.key]
		if f.part == "" && !sh.texts[f.name] {
			b = sh.appendNested(b, v)
		} else {
			b = appendJSON(b, sh.value(d, f))
		}
	}
	return append(b, '}')
}

func (sh *shape) appendNested(b []byte, v any) []byte {
	switch v := v.(type) {
	case lazy:
		return sh.appendNested(b, v())
	case doc:
		return sh.within().append(b, v)
	case []any:
		b = append(b, '[')
		for i := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = sh.appendNested(b, v[i])
		}
		return append(b, ']')
	}
	return appendJSON(b, v)
}

// nested renders what hangs on a document.
func (sh *shape) nested(v any) any {
	switch v := v.(type) {
	case lazy:
		return sh.nested(v())
	case doc:
		return sh.within().rest(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = sh.nested(v[i])
		}
		return out
	}
	return v
}

// sumsAsTexts writes the sums of nested objects as texts.
func sumsAsTexts(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = sumsAsTexts(v[i])
		}
	case doc:
		for k, held := range v {
			if sum, ok := held.(money); ok {
				v[k] = text(sum)
			}
		}
	}
	return v
}

func snake(k string) string {
	if s, ok := snakes.Load(k); ok {
		return s.(string)
	}
	s := toSnake(k)
	snakes.Store(k, s) // as many as there are fields
	return s
}

var snakes sync.Map

func toSnake(k string) string {
	if k == "level" {
		return "level_"
	}
	var b strings.Builder
	for _, r := range k {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// listing is a paged REST service.
type listing struct {
	entity Entity
	shape  string
	next   string                                  // path of next_page where it is not the request's: a quirk of the portal
	filter func(*http.Request) map[string][]string // from the path; may be nil
	search []string                                // query parameters that select, as GraphQL names
	lack   string                                  // message of the 404 when nothing is found; empty: an empty list
}

func by(field, pathValue string) func(*http.Request) map[string][]string {
	return func(r *http.Request) map[string][]string { return map[string][]string{field: {r.PathValue(pathValue)}} }
}

func byQuery(field, name string) func(*http.Request) map[string][]string {
	return func(r *http.Request) map[string][]string {
		return map[string][]string{field: {r.URL.Query().Get(name)}}
	}
}

func (s *Server) routes(mux *http.ServeMux, prefix string) {
	get := func(path string, h http.HandlerFunc) { mux.HandleFunc(prefix+path, h) }
	list := func(path string, l listing) { get(path, s.listing(l)) }
	one := func(path string, e Entity, shape, lack string) { get(path, s.single(e, shape, lack)) }

	get("/journal", s.journal)
	list("/subject", listing{entity: Subjects, shape: "subject", search: []string{"bin", "iin", "nameRu", "nameKz"}})
	list("/subject/all", listing{entity: Subjects, shape: "subject/all"})
	one("/subject/{id}", Subjects, "subject/one", "Компания не найдена")
	get("/subject/biin/{biin}", s.subjectByBiin(""))
	get("/subject/biin/{biin}/address", s.subjectByBiin("Address"))
	get("/subject/biin/{biin}/employees", s.subjectByBiin("Employees"))
	list("/rnu", listing{entity: Rnu, shape: "rnu"})
	get("/rnu/{biin}", s.rnu)

	get("/plans", s.planOwners)
	list("/plans/all", listing{entity: Plans, shape: "plans/all"})
	list("/plans/deleted", listing{entity: DeletedPlans, shape: "plain", next: "/plans/spec"})
	get("/plans/kato", s.planParts("PlansKato"))
	get("/plans/spec", s.planParts("PlansSpec"))
	list("/plans/{bin}", listing{entity: Plans, shape: "plans", filter: by("subjectBiin", "bin")})
	one("/plans/view/{id}", Plans, "plans", "Пункт плана не найден")

	list("/trd-buy", listing{entity: TrdBuy, shape: "trd-buy"})
	list("/trd-buy/all", listing{entity: TrdBuy, shape: "trd-buy/all"})
	one("/trd-buy/{id}", TrdBuy, "trd-buy/all", "Объявление не найдено")
	get("/trd-buy/{first}/{second}", fork(map[string]http.HandlerFunc{
		"number-anno/": s.listing(listing{entity: TrdBuy, shape: "trd-buy/all", filter: by("numberAnno", "second"), lack: "Объявление не найдено"}),
		"bin/":         s.listing(listing{entity: TrdBuy, shape: "trd-buy", filter: by("orgBin", "second")}),
		"/commission":  s.children("Commission"),
		"/pause":       s.children("Pause"),
		"/cancel":      s.children("Cancel"),
	}))
	list("/trd-app", listing{entity: TrdApp, shape: "trd-app", search: []string{"id", "buyId", "supplierId", "supplierBinIin", "protId", "protNumber", "crFio", "modFio"}})

	list("/lots", listing{entity: Lots, shape: "lots", next: "/lots"})
	one("/lots/{id}", Lots, "lots", "Лот не найден")
	list("/lots/number-anno/{n}", listing{entity: Lots, shape: "lots", filter: by("trdBuyNumberAnno", "n")})
	list("/lots/bin/{bin}", listing{entity: Lots, shape: "lots", filter: by("customerBin", "bin")})

	list("/contract", listing{entity: Contract, shape: "contract"})
	list("/contract/all", listing{entity: Contract, shape: "contract/all"})
	one("/contract/{id}", Contract, "contract/all", "Договор не найден")
	get("/contract/{first}/{second}", fork(map[string]http.HandlerFunc{
		"/units":       s.contractUnits,
		"number-anno/": s.listing(listing{entity: Contract, shape: "contract", filter: by("trdBuyNumberAnno", "second")}),
		"supplier/":    s.listing(listing{entity: Contract, shape: "contract", filter: by("supplierBiin", "second")}),
		"customer/":    s.listing(listing{entity: Contract, shape: "contract", filter: by("customerBin", "second")}),
	}))
	list("/contract/number", listing{entity: Contract, shape: "contract", filter: byQuery("contractNumber", "number")})
	list("/contract/number/{$}", listing{entity: Contract, shape: "contract", filter: byQuery("contractNumber", "number")})
	list("/contract/number-sys", listing{entity: Contract, shape: "contract", filter: byQuery("contractNumberSys", "number")})
	list("/contract/number-sys/{$}", listing{entity: Contract, shape: "contract", filter: byQuery("contractNumberSys", "number")})

	list("/acts", listing{entity: Acts, shape: "acts"})
	one("/acts/{id}", Acts, "acts", "Акт не найден")
	list("/treasury-pay", listing{entity: TreasuryPay, shape: "treasury-pay"})
	get("/treasury-pay/{id}", s.payments)
	get("/refs/{dictionary}", s.dictionary)
	get("/refs/{dictionary}/{key}", s.dictionary)
}

// fork tells apart paths of two parts, of which either the first ("bin/") or
// the second ("/units") is fixed.
func fork(ways map[string]http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		way := ways[r.PathValue("first")+"/"]
		if way == nil {
			way = ways["/"+r.PathValue("second")]
		}
		if way == nil {
			way = notFound
		}
		way(w, r)
	}
}

// paging reads limit and search_after as the portal does: what cannot be read
// counts as absent.
func paging(r *http.Request) (limit int, after string) {
	limit = restDefault
	if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && n > 0 {
		limit = min(n, restCap)
	}
	return limit, r.URL.Query().Get("search_after")
}

func (s *Server) listing(l listing) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, cursor := paging(r)
		after, _ := strconv.ParseInt(cursor, 10, 64)
		filter := map[string][]string{}
		if l.filter != nil {
			filter = l.filter(r)
		}
		for _, field := range l.search {
			if v := r.URL.Query()[snake(field)]; len(v) > 0 {
				filter[field] = v
			}
		}
		if v := r.URL.Query()["lot_id"]; l.entity == TrdApp && len(v) > 0 {
			s.bidsOfLot(w, r, v[0])
			return
		}
		q := everything
		if len(filter) > 0 {
			q = where(l.entity, filter)
		}
		p := s.world.list(l.entity, q, max(0, after), limit, s.nowFor(r))
		if p.total == 0 && l.lack != "" {
			missing(w, l.lack)
			return
		}
		kind := suffering(r)
		more := s.faults.bendPage(kind, l.entity, after, &p, p.more)
		next := ""
		if more && len(p.ids) > 0 {
			path := l.next
			if path == "" {
				path = r.URL.Path
			}
			if kind == "no-prefix" {
				path = strings.TrimPrefix(path, "/v3")
			}
			next = fmt.Sprintf("%s?page=next&search_after=%d", path, p.ids[len(p.ids)-1])
		}
		items, sh := []any{}, shapes[l.shape]
		var b []byte
		for _, d := range p.docs {
			if kind != "" {
				items = append(items, bendRow(kind, l.entity, sh.rest(d)))
				continue
			}
			start := len(b)
			b = sh.append(b, d)
			items = append(items, rendered(b[start:]))
		}
		if kind == "null-page" {
			items = nil
		}
		envelope(w, p.total, limit, next, items)
	}
}

func envelope(w http.ResponseWriter, total, limit int, next string, items []any) {
	var list any // null when there is none
	if items != nil {
		list = items
	}
	writeJSON(w, http.StatusOK, appendJSON(nil, doc{"total": total, "limit": limit, "next_page": next, "items": list}))
}

func missing(w http.ResponseWriter, message string) {
	writeJSON(w, http.StatusNotFound, appendJSON(nil, doc{"name": "Not Found", "message": message, "code": 0, "status": 404, "type": "yii\\web\\NotFoundHttpException"}))
}

func (s *Server) bidsOfLot(w http.ResponseWriter, r *http.Request, lot string) {
	id, _ := strconv.ParseInt(lot, 10, 64)
	items := []any{}
	if l, ok := s.world.get(Lots, id, s.nowFor(r)); ok {
		p := s.world.list(TrdApp, related(TrdBuy, l["trdBuyId"], "buyId"), 0, restCap, s.nowFor(r))
		for _, d := range p.docs {
			lots, _ := d["AppLots"].([]any)
			if slices.ContainsFunc(lots, func(a any) bool { return number(a.(doc)["lotId"]) == id }) {
				items = append(items, shapes["trd-app"].rest(d))
			}
		}
	}
	envelope(w, len(items), restDefault, "", items)
}

func (s *Server) single(e Entity, shape, lack string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		d, ok := s.world.get(e, id, s.nowFor(r))
		if err != nil || !ok {
			missing(w, lack)
			return
		}
		writeJSON(w, http.StatusOK, appendJSON(nil, bendRow(suffering(r), e, shapes[shape].rest(d))))
	}
}

func (s *Server) subjectByBiin(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, ok := s.world.get(Subjects, s.world.pidOf(r.PathValue("biin")), s.nowFor(r))
		if !ok {
			missing(w, "Компания не найдена")
			return
		}
		if part == "" {
			writeJSON(w, http.StatusOK, appendJSON(nil, shapes["subject/one"].rest(d)))
			return
		}
		s.parts(w, d[part])
	}
}

func listOf(v any) []any {
	if l, ok := v.(lazy); ok {
		v = l()
	}
	list, _ := v.([]any)
	return list
}

// children lists what hangs on an announcement.
func (s *Server) children(field string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("first"), 10, 64)
		d, ok := s.world.get(TrdBuy, id, s.nowFor(r))
		if err != nil || !ok {
			missing(w, "Объявление не найдено")
			return
		}
		list := listOf(d[field])
		if field == "Pause" {
			list = slices.Clone(list)
			for i, p := range list { // lots come as one object of texts
				p := maps.Clone(p.(doc))
				ids := []any{}
				for _, l := range listOf(p["lots"]) {
					ids = append(ids, text(l.(doc)["id"]))
				}
				p["lots"] = doc{"id": ids}
				list[i] = p
			}
		}
		s.parts(w, list)
	}
}

// parts lists what hangs on a document; such lists are never longer than a page.
func (s *Server) parts(w http.ResponseWriter, v any) {
	items := []any{}
	for _, i := range listOf(v) {
		items = append(items, shapes["plain"].rest(i.(doc)))
	}
	envelope(w, len(items), restDefault, "", items)
}

// contractUnits lists the lines of a contract. Sample contracts hold theirs
// themselves.
func (s *Server) contractUnits(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("first"), 10, 64)
	if d, ok := s.world.get(Contract, id, s.nowFor(r)); ok && d["ContractUnits"] != nil {
		s.parts(w, d["ContractUnits"])
		return
	}
	s.listing(listing{entity: Units, shape: "units", filter: by("contractRegistryId", "first")})(w, r)
}

// payments lists the payments of a contract; a single one comes bare, as in
// the portal's example.
func (s *Server) payments(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	p := s.world.list(TreasuryPay, related(Contract, id, "contractId"), 0, restCap, s.nowFor(r))
	if len(p.docs) == 1 {
		writeJSON(w, http.StatusOK, appendJSON(nil, shapes["treasury-pay"].rest(p.docs[0])))
		return
	}
	s.parts(w, docsAsList(p.docs))
}

func (s *Server) rnu(w http.ResponseWriter, r *http.Request) {
	p := s.world.list(Rnu, where(Rnu, map[string][]string{"supplierBiin": {r.PathValue("biin")}}), 0, restCap, s.nowFor(r))
	if len(p.docs) == 0 {
		missing(w, "Поставщик не найден в реестре")
		return
	}
	var details []any
	for _, d := range p.docs {
		list, _ := d["Detail"].([]any)
		details = append(details, list...)
	}
	s.parts(w, details)
}

// planOwners lists the participants that have plans with their number.
func (s *Server) planOwners(w http.ResponseWriter, r *http.Request) {
	limit, cursor := paging(r)
	after, _ := strconv.ParseInt(cursor, 10, 64)
	counts := s.world.planOwners(s.nowFor(r))
	items, total, next := []any{}, 0, ""
	for id, d := range s.world.all(Subjects, s.nowFor(r)) {
		bin := text(d["bin"])
		if bin == "" || counts[bin] == 0 {
			continue
		}
		total++
		if after > 0 && id >= after {
			continue
		}
		switch {
		case len(items) < limit:
			items = append(items, doc{"pid": id, "bin": bin, "name_ru": d["nameRu"], "name_kz": d["nameKz"], "doc_count": counts[bin]})
		case next == "":
			next = fmt.Sprintf("%s?page=next&search_after=%d", r.URL.Path, number(items[len(items)-1].(doc)["pid"]))
		}
	}
	envelope(w, total, limit, next, items)
}

// planParts lists places or budget lines of all plan points.
func (s *Server) planParts(field string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, cursor := paging(r)
		after, _ := strconv.ParseInt(cursor, 10, 64)
		now := s.nowFor(r)
		extra := s.world.samples.extra[map[string]string{"PlansKato": "plans/kato", "PlansSpec": "plans/spec"}[field]]
		items, next := []any{}, ""
		last := int64(0)
		full := func(part doc) bool { // takes a part, unless the page is full
			id := number(part["id"])
			if after > 0 && id >= after {
				return false
			}
			if len(items) == limit {
				next = fmt.Sprintf("%s?page=next&search_after=%d", r.URL.Path, last)
				return true
			}
			items, last = append(items, shapes["plain"].rest(part)), id
			return false
		}
		s.world.walk(Plans, belowPart(after), now, func(g *generator, _ Entity, u *unit, row rowRef) bool {
			for _, part := range listOf(g.generated(Plans, u, row, now)[field]) {
				if full(part.(doc)) {
					return false
				}
			}
			return true
		})
		for _, part := range extra {
			if next != "" || full(part.(doc)) {
				break
			}
		}
		envelope(w, s.world.planParts(field, now)+len(extra), limit, next, items)
	}
}

func (s *Server) dictionary(w http.ResponseWriter, r *http.Request) {
	t, ok := s.world.refs[r.PathValue("dictionary")]
	if !ok {
		writeJSON(w, http.StatusOK, []byte(`{"error":"Справочник не найден","code":404}`))
		return
	}
	if key := r.PathValue("key"); key != "" {
		d, ok := t.by[key]
		if !ok {
			missing(w, "Запись не найдена")
			return
		}
		writeJSON(w, http.StatusOK, appendJSON(nil, bendRow(suffering(r), Dictionaries, refRow(d))))
		return
	}
	limit, after := paging(r)
	items, next := []any{}, ""
	for _, d := range t.items {
		if after != "" && compareKeys(text(d[t.key]), after) >= 0 {
			continue
		}
		if len(items) == limit {
			next = fmt.Sprintf("%s?page=next&search_after=%s", r.URL.Path, text(items[len(items)-1].(doc)[t.key]))
			break
		}
		items = append(items, bendRow(suffering(r), Dictionaries, refRow(d)))
	}
	envelope(w, len(t.items), limit, next, items)
}

func refRow(d doc) doc {
	out := doc{}
	for k, v := range d {
		switch k {
		case "code2":
			k = "code_2"
		case "code3":
			k = "code_3"
		case "level":
			k = "level_"
		default:
			k = snake(k)
		}
		out[k] = v
	}
	return out
}
