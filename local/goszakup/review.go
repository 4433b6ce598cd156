package goszakup

import "fmt"

// What happens around bids besides the bidding: supplements, complaints,
// questions, reasons of rejection.

// complaint is an appeal against an announcement or its results.
type complaint struct {
	id       int64
	author   int // supplier
	lot      int
	filed    moment
	review   moment // taken up
	resolved moment
	outcome  int // an index of outcomes
	reason   int // an index of complaintReasons
}

const complaintsPerNotice = 4

// outcomes and complaintReasons are words of the older feed alone: the newer
// API tells that a decision was taken, not which.
var (
	outcomes         = []string{"rejected", "partiallySatisfied", "satisfied"}
	complaintReasons = []string{"illegitimateAdmission", "illegitimateDiscount", "illegitimateDisqualification"}
)

// Statuses of complaints in the newer API. The ids are ours.
const (
	complaintFiled   = 1
	complaintReview  = 2
	complaintDecided = 3
)

// remedy is a reason for which a bid is rejected: what the law says and which
// document was missing or wrong.
type remedy struct{ article, articleName, document, documentName string }

var rejections = []remedy{
	{"10", "несоответствие квалификационным требованиям", "2", "сведения о квалификации"},
	{"11", "несоответствие требованиям конкурсной документации", "1", "техническая спецификация"},
	{"7", "нарушение ограничений, предусмотренных статьей 7 Закона", "5", "справка об отсутствии задолженности"},
	{"26", "непредставление обеспечения заявки", "3", "обеспечение заявки"},
	{"12", "предоставление недостоверной информации", "4", "документы об опыте работы"},
}

// review plans the window in which bidders of a tender mend their bids; the law
// of 2025 has none.
func (g *generator) review(u *unit, n *notice, index int, close, review float64) {
	switch n.method {
	case 2, 22, 32, 120, 124, 128:
	default:
		return
	}
	c := newChance(g.seed, forReview, uint64(u.index), uint64(index))
	if n.day >= workDays(lawOf2025) || !c.hit(0.35) {
		return
	}
	n.repeatStart, n.repeatEnd = at(close+review*0.3), at(close+review*0.6)
	n.steps = append(n.steps, step{n.repeatStart, 230}, step{n.repeatEnd, 260})
}

// remove takes a refused announcement that nobody bid for, and its lots, from
// the registers.
func (g *generator) remove(u *unit, index int) {
	n := &u.notices[index]
	c := newChance(g.seed, forRemoval, uint64(u.index), uint64(index))
	status, when := statusAt(n.steps, never-1)
	if status == 410 && len(n.bids) == 0 && c.hit(0.3) {
		n.removed = when + moment(c.in(1, 40)*86400)
	}
}

// complain files complaints against an announcement.
func (g *generator) complain(u *unit, index, division int) {
	n := &u.notices[index]
	c := newChance(g.seed, forComplaint, uint64(u.index), uint64(index))
	add := func(filed, review, resolved moment, outcome int) {
		author := g.pickSupplier(&c, division, u.buyer)
		if len(n.bids) > 0 {
			author = n.bids[c.below(len(n.bids))].supplier
		}
		n.complaints = append(n.complaints, complaint{
			id: spaces[ComplaintAppeal].id(n.slot, n.lane, 0, int64(len(n.complaints))), author: author, lot: c.below(len(n.lots)),
			filed: filed, review: review, resolved: resolved, outcome: outcome, reason: c.below(len(complaintReasons)),
		})
	}
	if n.results == never || n.removed != never || n.single() {
		return
	}
	if n.appealed != never {
		length := n.results - n.appealed
		add(n.appealed, n.appealed+length/4, n.results, c.below(len(outcomes)))
	}
	if c.hit(0.022) { // against the results
		filed := n.results + moment(c.in(0.2, 3)*86400)
		add(filed, filed+86400, filed+moment(c.in(4, 12)*86400), c.below(5)/4)
	}
	if n.discusEnd != never && c.hit(0.006) { // against the documents
		filed := n.publish + moment(c.part()*float64(n.discusEnd-n.publish))
		add(filed, filed+40_000, n.results, c.below(5)/4)
	}
}

func (k *complaint) statusAt(now moment) (status int, since moment) {
	return statusAt([]step{{k.filed, complaintFiled}, {k.review, complaintReview}, {k.resolved, complaintDecided}}, now)
}

func (g *generator) complaintDoc(u *unit, n *notice, i int, now moment) doc {
	k := &n.complaints[i]
	status, changed := k.statusAt(now)
	s := g.supplier(k.author)
	decided := any(nil)
	if status == complaintDecided {
		decided = k.resolved.String()
	}
	return doc{
		"id": k.id, "trdBuyId": n.id, "numberAppeal": fmt.Sprint(k.filed.year(), "-", k.id%100_000), "complaintId": k.id + 1_000_000, "sysSubjectId": s.pid, "type": 2,
		"status": status, "active": "1", "dateApply": k.filed.String(), "startDate": k.filed.String(), "endDate": k.resolved.String(), "decisionDate": decided,
		"inspectSubjId": subjectBase, "inspectUserId": 500_000 + k.id%50, "crdate": k.filed.String(), "cruser": s.pid*4 + 1, "modifiedBy": s.pid*4 + 1,
		"lastUpdateDate": changed.String(), "isDeleted": 0, "indexDate": (changed + u.lag).String(),
		"Files": []any{doc{"id": k.id*2 + 1, "filePath": filePath("appeal", k.id), "appealId": k.id, "fileSrcId": 1, "fileId": k.id*2 + 1, "crdate": k.filed.String(), "cruser": s.pid*4 + 1}},
	}
}

// enquiry is a question or remark in the discussion of tender documents. Only
// the older feed has them.
type enquiry struct {
	kind, answerKind int // indexes of enquiryKinds, answerKinds
	author           int // supplier
	asked, answered  moment
	topic            int // an index of enquiries
	personal         bool
}

var (
	enquiryKinds = []string{"question", "comment"}
	answerKinds  = []string{"explanation", "rejectComments", "updateDocumentation"}
)

var enquiries = []struct{ title, text, answer string }{
	{"О сроках поставки", "Просим увеличить срок поставки до 30 календарных дней.", "Срок поставки установлен исходя из потребности заказчика."},
	{"О технической спецификации", "Допускается ли поставка эквивалента с улучшенными характеристиками?", "Допускается поставка товара с характеристиками не ниже заявленных."},
	{"О квалификационных требованиях", "Требование о наличии опыта ограничивает конкуренцию, просим исключить.", "Требование установлено правилами и исключению не подлежит."},
	{"Техникалық ерекшелік туралы", "Техникалық ерекшелікте көрсетілген параметрлерді нақтылауды сұраймыз.", "Техникалық ерекшелікке өзгерістер енгізілді."},
	{"О порядке оплаты", "Предусмотрен ли авансовый платеж?", "Авансовый платеж предусмотрен проектом договора."},
}

// enquiries of an announcement; only purchases with a discussion have any.
func (g *generator) enquiries(u *unit, n *notice) []enquiry {
	if n.discusEnd == never {
		return nil
	}
	c := newChance(g.seed, forEnquiry, uint64(n.id))
	count := pick(&c, []share[int]{{0, 45}, {1, 25}, {2, 15}, {3, 10}, {6, 5}})
	var list []enquiry
	for range count {
		e := enquiry{kind: c.below(2), author: g.pickSupplier(&c, products[u.points[n.lots[0].parts[0].point].product].division, u.buyer)}
		e.asked = n.publish + moment(c.part()*0.7*float64(n.discusEnd-n.publish))
		e.answered, e.answerKind = never, e.kind*(1+c.below(2))
		if c.hit(0.93) {
			e.answered = e.asked + moment(c.in(0.05, 0.9)*float64(n.discusEnd-e.asked))
		}
		e.topic, e.personal = c.below(len(enquiries)), c.hit(0.15)
		list = append(list, e)
	}
	return list
}
