package mapping

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/quality"
)

// tenderProcess maps an announcement with its lots, bids and contracts.
func (m *mapper) tenderProcess() Object {
	release := Object{}
	tender := make(Object, 28)
	tender["id"] = strings.TrimPrefix(m.key, "t")
	release["tender"] = tender
	announcement, revised := m.announcement()
	m.at(source.TrdBuy, keyOf(announcement, "id"))
	m.fill(announcementTable, announcement, tender)
	organiser, _ := announcement["Organizer"].(Object)
	if ref := m.party(member{number: announcement["orgBin"], pid: announcement["orgPid"], nested: organiser, nameRu: announcement["orgNameRu"], nameKz: announcement["orgNameKz"]}, "procuringEntity"); ref != nil {
		tender["procuringEntity"] = ref
	}
	m.decisions(tender, announcement)
	lots := m.mapLots(tender, announcement, revised)
	if m.isGone(source.TrdBuy, announcement) || truthy(announcement["isDeleted"]) {
		tender["status"] = "withdrawn"
		for _, v := range lots {
			v.made["status"] = "withdrawn"
		}
	}
	m.completeTender(tender, announcement, lots)
	m.documents(tender, announcement)
	m.buyer(release, announcement, lots)
	m.mapBids(release, tender)
	m.awardsAndContracts(release, tender, announcement)
	m.mapComplaints(release)
	m.relate(release, announcement, lots)
	return release
}

// decisions maps the newest cancellation and the newest suspension.
func (m *mapper) decisions(tender, announcement Object) {
	for name, d := range map[string]struct {
		table *Table
		from  string
	}{"cancellation": {cancellationTable, "Cancel"}, "suspension": {suspensionTable, "Pause"}} {
		rows := living(announcement[d.from])
		if len(rows) == 0 {
			continue
		}
		decision := Object{}
		m.fill(d.table, rows[len(rows)-1], decision)
		tender[name] = decision
	}
}

// announcement chooses the revision that counts: the newest that is not
// deleted. Without any, what lots and contracts say of the announcement stands
// in. revised tells the ids of older revisions.
func (m *mapper) announcement() (current Object, revised map[string]bool) {
	revised = map[string]bool{}
	revisions := slices.Clone(m.announcements)
	slices.SortStableFunc(revisions, func(a, b Object) int {
		if c := revision(a) - revision(b); c != 0 {
			return c
		}
		return compareIDs(keyOf(a, "id"), keyOf(b, "id"))
	})
	for _, r := range revisions {
		if current == nil || !m.isGone(source.TrdBuy, r) && !truthy(r["isDeleted"]) {
			current = r
		}
	}
	if current == nil {
		return m.impliedAnnouncement(), revised
	}
	for _, r := range revisions {
		if id := keyOf(r, "id"); id != keyOf(current, "id") {
			revised[id] = true
		}
	}
	return current, revised
}

func revision(announcement Object) int {
	_, after, _ := strings.Cut(text(announcement["numberAnno"]), "-")
	n, _ := strconv.Atoi(after)
	return n
}

func (m *mapper) impliedAnnouncement() Object {
	implied := Object{}
	for _, l := range m.lots {
		if nested, ok := l["TrdBuy"].(Object); ok {
			for name, value := range nested {
				implied[name] = value
			}
		}
		if n := l["trdBuyNumberAnno"]; n != nil {
			implied["numberAnno"] = n
		}
		if id := keyOf(l, "trdBuyId"); id != "" {
			implied["id"] = id
		}
	}
	for _, c := range m.contracts {
		if implied["numberAnno"] == nil && keyOf(c, "trdBuyNumberAnno") != "" {
			implied["numberAnno"] = c["trdBuyNumberAnno"]
		}
		if implied["id"] == nil {
			implied["id"] = keyOf(c, "trdBuyId")
		}
		for from, to := range map[string]string{"trdBuyNameRu": "nameRu", "trdBuyNameKz": "nameKz", "trdBuyItogiDatePublic": "itogiDatePublic", "faktTradeMethodsId": "refTradeMethodsId"} {
			if implied[to] == nil && c[from] != nil {
				implied[to] = c[from]
			}
		}
	}
	return implied
}

// lotView is a lot as source and as made.
type lotView struct {
	source    Object
	made      Object
	withdrawn bool
	roots     []string // plan points
}

func (m *mapper) mapLots(tender, announcement Object, revised map[string]bool) []*lotView {
	byID := map[string]Object{}
	var ids []string
	for _, l := range m.lots {
		id := keyOf(l, "id")
		byID[id] = l
		ids = append(ids, id)
	}
	for _, l := range objects(announcement["Lots"]) {
		if id := keyOf(l, "id"); id != "" && byID[id] == nil {
			byID[id] = l
			ids = append(ids, id)
		}
	}
	for _, c := range m.contracts {
		for _, u := range objects(c["ContractUnits"]) {
			if id := keyOf(u, "lotId"); id != "" && byID[id] == nil {
				byID[id] = Object{"id": id}
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, compareIDs)
	var views []*lotView
	var lots, items []any
	for _, id := range ids {
		l := byID[id]
		m.at(source.Lots, id)
		view := &lotView{source: l, made: make(Object, 14)}
		view.withdrawn = revised[keyOf(l, "trdBuyId")] || truthy(l["isDeleted"]) || m.isGone(source.Lots, l)
		m.fill(lotTable, l, view.made)
		if view.withdrawn {
			view.made = withdrawnLot(view.made)
		} else {
			if ref := m.party(customerOf(l), "buyer"); ref != nil {
				view.made["buyer"] = ref
			}
			made := m.lotItems(view)
			items = append(items, made...)
			if len(view.roots) > 0 {
				view.made["planPoints"] = list(view.roots)
			}
			m.shares(view)
		}
		lots = append(lots, view.made)
		views = append(views, view)
	}
	if lots != nil {
		tender["lots"] = lots
	}
	if items != nil {
		tender["items"] = items
	}
	return views
}

// withdrawnLot is what remains to be said of a lot that is deleted or goes on
// in a later revision.
func withdrawnLot(lot Object) Object {
	kept := Object{"status": "withdrawn"}
	for _, name := range []string{"id", "lotNumber", "title", "title_kk", "statusDetails"} {
		if lot[name] != nil {
			kept[name] = lot[name]
		}
	}
	return kept
}

// lotItems makes the items of a lot: one for each plan point that it buys. The
// item of a lot with one plan point has the lot's id, so that it stays the same
// item when the plan point becomes known later.
func (m *mapper) lotItems(view *lotView) []any {
	l := view.source
	lotID := keyOf(l, "id")
	if len(l) == 1 {
		return nil // only its id is known, from a contract
	}
	points := m.lotPoints(l)
	for _, p := range points {
		if root := rootOf(p); root != "" && !slices.Contains(view.roots, root) {
			view.roots = append(view.roots, root)
		}
	}
	if root := rootOfLotNumber(text(l["lotNumber"])); root != "" && len(view.roots) == 0 {
		view.roots = append(view.roots, root)
	}
	slices.SortFunc(view.roots, compareIDs)
	united := truthy(l["unionLots"]) || strings.Contains(text(l["lotNumber"]), "-ОЛ-")
	if len(points) == 0 {
		item := Object{"id": lotID, "relatedLot": lotID}
		m.fill(lotItemTable, l, item)
		if united {
			delete(item, "quantity")
		} else if len(view.roots) == 1 {
			item["relatedPlanPoint"] = view.roots[0]
		}
		addPlaces(item, keys(l["plnPointKatoList"]))
		return []any{item}
	}
	var items []any
	for i, p := range points {
		item := m.planItem(p)
		item["relatedLot"] = lotID
		item["id"] = lotID
		if len(points) > 1 {
			item["id"] = lotID + "-" + pointKey(p, i)
			item["relatedLotPoint"] = pointKey(p, i)
		} else if n, ok := number(l["count"]); ok && !united {
			item["quantity"] = n
		}
		if item["deliveryAddresses"] == nil {
			addPlaces(item, keys(l["plnPointKatoList"]))
		}
		items = append(items, item)
	}
	return items
}

// shares says what a lot takes of every plan point when it has several, and of
// all of them when it is delivered.
func (m *mapper) shares(view *lotView) {
	points := m.lotPoints(view.source)
	var terms Object
	for i, p := range points {
		own := Object{}
		m.fill(deliveryTermsTable, p, own)
		switch {
		case i == 0:
			terms = own
		case terms["name"] != own["name"]:
			terms = nil
		}
	}
	if len(terms) > 0 {
		view.made["deliveryTerms"] = terms
	}
	if len(points) < 2 {
		return
	}
	shares := make([]any, 0, len(points))
	for i, p := range points {
		share := Object{}
		m.fill(lotPointTable, p, share)
		share["id"] = pointKey(p, i)
		customer, _ := p["Customer"].(Object)
		if ref := m.party(member{number: p["subjectBiin"], pid: p["sysSubjectsId"], nested: customer, nameRu: p["subjectNameRu"], nameKz: p["subjectNameKz"]}, "buyer"); ref != nil {
			share["buyer"] = ref
		}
		shares = append(shares, share)
	}
	view.made["lotPoints"] = shares
}

func pointKey(point Object, position int) string {
	if root := rootOf(point); root != "" {
		return root
	}
	return strconv.Itoa(position + 1)
}

// lotPoints lists the plan points of a lot: the documents of the rows that it
// names, else what it says of them itself.
func (m *mapper) lotPoints(l Object) []Object {
	nested := objects(l["Plans"])
	byID := map[string]Object{}
	var ids []string
	for _, p := range nested {
		if id := keyOf(p, "id"); id != "" {
			byID[id] = p
			ids = append(ids, id)
		}
	}
	for _, id := range append(keys(l["pointList"]), keyOf(l, "plnPointId")) {
		if id != "" && byID[id] == nil && m.points[id] != nil {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareIDs)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		if len(nested) > 0 {
			return nested
		}
		if point := m.roots[rootOfLotNumber(text(l["lotNumber"]))]; point != nil {
			return []Object{point}
		}
		return nil
	}
	points := make([]Object, 0, len(ids))
	seen := map[string]bool{}
	for _, id := range ids {
		point := m.points[id]
		if point == nil {
			point = byID[id]
		}
		if root := rootOf(point); !seen[root] {
			seen[root] = true
			points = append(points, point)
		}
	}
	return points
}

var lotNumber = regexp.MustCompile(`^([0-9]{5,})-[^0-9-]+[0-9]*$`)

// rootOfLotNumber reads the root id of the plan point from a lot's number:
// 81861406-ЗЦП1. United lots and numbers from before 2016 have none.
func rootOfLotNumber(number string) string {
	if match := lotNumber.FindStringSubmatch(number); match != nil {
		return match[1]
	}
	return ""
}

func addPlaces(item Object, codes []string) {
	var places []any
	for _, code := range codes {
		places = append(places, address(code, kazakhstan))
	}
	if places != nil {
		item["deliveryAddresses"] = places
	}
}

// completeTender derives what the announcement leaves to its lots, and reports
// lots that it counts and nobody has seen.
func (m *mapper) completeTender(tender, announcement Object, lots []*lotView) {
	if m.quasi {
		tender["isQuasiPublic"] = true
	}
	live := slices.DeleteFunc(slices.Clone(lots), func(v *lotView) bool { return v.withdrawn })
	if counted, ok := integer(announcement["countLots"]); ok && counted > int64(len(live)) {
		m.at(source.TrdBuy, keyOf(announcement, "id"))
		m.warn(quality.SourceLots, "/countLots", strconv.FormatInt(counted, 10), fmt.Sprintf("the announcement counts more lots than the %d that are known", len(live)))
	}
	if tender["status"] == "complete" && len(live) > 0 && !slices.ContainsFunc(live, func(v *lotView) bool { return v.made["status"] != "unsuccessful" }) {
		tender["status"] = "unsuccessful"
	}
	if tender["procurementMethodDetails"] == nil && len(live) > 0 {
		first := live[0].source["refBuyTradeMethodsId"]
		if id := key(first); id != "" && !slices.ContainsFunc(live, func(v *lotView) bool { return keyOf(v.source, "refBuyTradeMethodsId") != id }) {
			if method, ok := methodByID[id]; ok {
				tender["procurementMethodDetails"] = method.Code
				tender["procurementMethod"] = method.Class
			}
		}
	}
	m.tenderTerms(tender, live)
	if tender["mainProcurementCategory"] == nil && tender["additionalProcurementCategories"] == nil {
		for _, v := range live {
			for _, p := range m.lotPoints(v.source) {
				if category := categories[keyOf(p, "refSubjectTypeId")]; category != "" && tender["mainProcurementCategory"] == nil {
					tender["mainProcurementCategory"] = category
				}
			}
		}
	}
}

// tenderTerms derives what follows from the method and the plan: how bids are
// made and compared, the legal ground of a direct purchase, the period in which
// the results are decided.
func (m *mapper) tenderTerms(tender Object, live []*lotView) {
	code, _ := tender["procurementMethodDetails"].(string)
	method := methodByCode[code]
	if method.Criteria != "" {
		tender["awardCriteria"] = method.Criteria
	}
	if len(method.Submission) > 0 {
		tender["submissionMethod"] = list(method.Submission)
	}
	if method.Class == "direct" {
		var grounds []string
		for _, v := range live {
			for _, p := range m.lotPoints(v.source) {
				if ground := named(p, "RefJustification"); ground != "" && !slices.Contains(grounds, ground) {
					grounds = append(grounds, ground)
				}
			}
		}
		if len(grounds) > 0 {
			tender["procurementMethodRationale"] = strings.Join(grounds, "; ")
		}
	}
	bidding, _ := tender["tenderPeriod"].(Object)
	if end, results := bidding["endDate"], tender["dateResultsPublished"]; end != nil && results != nil && end.(string) <= results.(string) {
		tender["awardPeriod"] = Object{"startDate": end, "endDate": results}
	}
	for _, name := range []string{"tenderPeriod", "additionalSubmissionPeriod", "enquiryPeriod", "awardPeriod"} {
		if period, ok := tender[name].(Object); ok {
			addDuration(period)
		}
	}
}

// addDuration counts the whole days of a period whose ends are known and in
// order.
func addDuration(period Object) {
	from, _ := period["startDate"].(string)
	to, _ := period["endDate"].(string)
	start, err := time.Parse(time.RFC3339, from)
	if err != nil {
		return
	}
	end, err := time.Parse(time.RFC3339, to)
	if err != nil || end.Before(start) {
		return
	}
	period["durationInDays"] = whole(int64(end.Sub(start) / (24 * time.Hour)))
}

var lotOfFile = regexp.MustCompile(`_([0-9]+)\.[A-Za-z0-9]+$`)

// documents lists the announcement's page and files, and the files of lots.
func (m *mapper) documents(tender, announcement Object) {
	var documents []any
	if id := keyOf(announcement, "id"); id != "" {
		notice := Object{"id": "notice", "documentType": "tenderNotice", "url": m.cfg.PortalURL + "/ru/announce/index/" + id, "format": "text/html", "language": "ru"}
		if published := tender["datePublished"]; published != nil {
			notice["datePublished"] = published
		}
		documents = append(documents, notice)
	}
	lotIDs := map[string]bool{}
	for _, l := range objects(tender["lots"]) {
		lotIDs[l["id"].(string)] = true
	}
	seen := map[string]bool{}
	add := func(file Object, lot string) {
		document := m.document(file)
		if document == nil || seen[document["id"].(string)] {
			return
		}
		seen[document["id"].(string)] = true
		if match := lotOfFile.FindStringSubmatch(text(file["originalName"])); match != nil && lotIDs[match[1]] {
			lot = match[1]
		}
		if lot != "" {
			document["relatedLots"] = []any{lot}
		}
		documents = append(documents, document)
	}
	for _, name := range []string{"Files", "GeneralFiles"} {
		for _, file := range objects(announcement[name]) {
			add(file, "")
		}
	}
	for _, l := range m.lots {
		id := keyOf(l, "id")
		for _, file := range objects(l["Files"]) {
			if lotIDs[id] {
				add(file, id)
			}
		}
	}
	slices.SortStableFunc(documents, func(a, b any) int {
		return strings.Compare(a.(Object)["id"].(string), b.(Object)["id"].(string))
	})
	if documents != nil {
		tender["documents"] = documents
	}
}

// document maps a file, nil when it has neither id nor address.
func (m *mapper) document(file Object) Object {
	document := Object{}
	m.fill(fileTable, file, document)
	address, _ := document["url"].(string)
	id := keyOf(file, "id")
	if id == "" && address != "" {
		id = path.Base(address)
	}
	if id == "" {
		return nil
	}
	document["id"] = id
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		delete(document, "url")
	}
	document["documentType"] = documentType(text(file["nameRu"]))
	if format := formats[strings.ToLower(path.Ext(text(file["originalName"])))]; format != "" {
		document["format"] = format
	}
	return document
}

var formats = map[string]string{
	".pdf": "application/pdf", ".zip": "application/zip", ".rar": "application/vnd.rar", ".doc": "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xls": "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
}

// buyer of the process: the announcement's one customer, else the customer on
// whom all lots agree, else the organiser.
func (m *mapper) buyer(release, announcement Object, lots []*lotView) {
	if ref := m.party(customerOf(announcement), "buyer"); ref != nil {
		release["buyer"] = ref
		return
	}
	var ids []string
	for _, v := range lots {
		if ref, ok := v.made["buyer"].(Object); ok && !slices.Contains(ids, ref["id"].(string)) {
			ids = append(ids, ref["id"].(string))
		}
	}
	if len(ids) == 0 {
		for _, c := range m.contracts {
			if ref := m.party(m.contractCustomer(c), "buyer"); ref != nil && !slices.Contains(ids, ref["id"].(string)) {
				ids = append(ids, ref["id"].(string))
			}
		}
	}
	switch {
	case len(ids) == 1:
		ref := Object{"id": ids[0]}
		m.refs = append(m.refs, ref)
		release["buyer"] = ref
	case release["tender"].(Object)["procuringEntity"] != nil:
		id := release["tender"].(Object)["procuringEntity"].(Object)["id"].(string)
		m.parties[id].roles["buyer"] = true
		ref := Object{"id": id}
		m.refs = append(m.refs, ref)
		release["buyer"] = ref
	}
}

// relate links the process to the plan points that it carries out and to the
// purchase that it repeats.
func (m *mapper) relate(release, announcement Object, lots []*lotView) {
	var roots []string
	for _, v := range lots {
		roots = append(roots, v.roots...)
	}
	for _, c := range objects(release["contracts"]) {
		for _, item := range objects(c["items"]) {
			if root := key(item["relatedPlanPoint"]); root != "" {
				roots = append(roots, root)
			}
		}
	}
	related := m.planRelations(roots)
	if parent := keyOf(announcement, "parentId"); parent != "" && parent != keyOf(announcement, "id") {
		if earlier := m.previous[parent]; earlier != nil {
			if k := process.OfAnnouncement(text(earlier["numberAnno"])); k != "" && string(k) != m.key {
				related = append(related, m.relatedProcess("prior-"+strings.TrimPrefix(string(k), "t"), "unsuccessfulProcess", k))
			}
		} else {
			m.at(source.TrdBuy, keyOf(announcement, "id"))
			m.warn(quality.SourceReference, "/parentId", parent, "the purchase that this one repeats is not known, so the two are not linked")
		}
	}
	if related != nil {
		release["relatedProcesses"] = related
	}
}

func (m *mapper) planRelations(roots []string) []any {
	slices.SortFunc(roots, compareIDs)
	var related []any
	for _, root := range slices.Compact(roots) {
		related = append(related, m.relatedProcess("plan-"+root, "planning", process.OfPlanPoint(root)))
	}
	return related
}
