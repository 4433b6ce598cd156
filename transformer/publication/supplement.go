package publication

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// Supplement maps processes of the portal and adds what only its older feeds
// know. The portal's present interface comes first: a fact of a feed fills in
// what is absent and changes nothing. It implements history.Mapper.
type Supplement struct {
	Mapper     history.Mapper
	OCIDPrefix string
}

var _ history.Mapper = Supplement{}

// Map implements history.Mapper.
func (s Supplement) Map(state mapping.State) (mapping.Object, []mapping.Finding) {
	var feed []mapping.Document
	portal := state
	portal.Own = nil
	for _, d := range state.Own {
		if d.Entity == source.OCDSRelease {
			feed = append(feed, d)
		} else {
			portal.Own = append(portal.Own, d)
		}
	}
	if len(feed) == 0 {
		return s.Mapper.Map(state)
	}
	facts, findings := newest(feed)
	if len(portal.Own) == 0 {
		// The present interface does not know the process: the feed is all there is.
		content := alone(facts)
		if content == nil {
			return nil, append(findings, mapping.Finding{Rule: RuleBody, Severity: mapping.SeverityError, Message: "no release of the older feeds can be read"})
		}
		content["ocid"], content["language"], content["initiationType"] = state.Key.OCID(s.OCIDPrefix), "ru", "tender"
		return content, findings
	}
	content, found := s.Mapper.Map(portal)
	if content == nil {
		return nil, append(found, findings...)
	}
	for _, fact := range facts {
		fill(content, fact)
	}
	return content, append(found, findings...)
}

// Names of the portal's feeds, the first part of the ids of their documents.
const (
	tenders   = "tenders"
	contracts = "contracts"
	plans     = "plans"
)

// newest reads the feeds' documents in the order in which they are to be used:
// of the tenders feed the newest release, which is the whole state, then the
// contracts, then the plans.
func newest(documents []mapping.Document) (facts []mapping.Object, findings []mapping.Finding) {
	documents = slices.Clone(documents)
	slices.SortFunc(documents, func(a, b mapping.Document) int { return strings.Compare(a.ID, b.ID) })
	var tender mapping.Object
	others := map[string][]mapping.Object{}
	for _, d := range documents {
		name, _, _ := strings.Cut(d.ID, "/")
		switch {
		case d.Deleted:
		case d.Body == nil:
			findings = append(findings, mapping.Finding{Rule: RuleBody, Severity: mapping.SeverityWarning, Entity: d.Entity, ID: d.ID, Message: d.Fault})
		case name == tenders:
			if tender == nil || dateOf(tender) <= dateOf(d.Body) {
				tender = d.Body
			}
		default:
			others[name] = append(others[name], d.Body)
		}
	}
	if tender != nil {
		facts = append(facts, tender)
	}
	return append(append(facts, others[contracts]...), others[plans]...), findings
}

// dateOf is the date of a feed's release, which its adapter has written in UTC,
// so that texts compare like instants.
func dateOf(release mapping.Object) string {
	date, _ := release["date"].(string)
	return date
}

// alone makes the content of a release of the feeds alone.
func alone(facts []mapping.Object) mapping.Object {
	if len(facts) == 0 {
		return nil
	}
	content := maps.Clone(facts[0])
	for _, fact := range facts[1:] {
		for _, name := range []string{"contracts", "tender", "planning", "buyer"} {
			switch {
			case content[name] == nil:
				if fact[name] != nil {
					content[name] = fact[name]
				}
			case name == "contracts":
				content[name] = append(slices.Clip(list(content[name])), list(fact[name])...)
			}
		}
	}
	for _, name := range []string{"id", "date", "tag", "plannings"} {
		delete(content, name)
	}
	return content
}

// Fact is one row of the table of what the feeds add.
type Fact struct {
	At   string // path in the release, [] after a list whose elements match by id
	Kind Kind
	Note string
}

// Kind of a fact's value. A value of another kind is left out: it would keep the
// whole process from being published.
type Kind string

// The kinds.
const (
	Text    Kind = "text"
	Instant Kind = "date and time" // by RFC 3339, as the adapter writes it
	Link    Kind = "address on the web"
	Number  Kind = "number"
	Boolean Kind = "boolean"
	Texts   Kind = "list of texts"
	Object  Kind = "object"
	Objects Kind = "list of objects" // each with an id; those that are absent are added
)

// Facts are what the feeds add, in the order in which it is filled in.
func Facts() []Fact { return facts }

var facts = []Fact{
	{"tender.hasEnquiries", Boolean, ""},
	{"tender.enquiries", Objects, "questions and comments with their answers"},
	{"tender.requirements", Objects, "requirements of the qualification"},
	{"tender.submissionMethodDetails", Text, ""},
	{"tender.value.valueAddedTaxIncluded", Boolean, "the present interface does not say it"},
	{"tender.documents[].datePublished", Instant, "of a file"},
	{"tender.documents[].dateModified", Instant, "of a file"},
	{"tender.lots[].guaranteePercent", Number, ""},
	{"tender.lots[].lotDetails", Text, ""},
	{"tender.lots[].deliveryTerms", Object, ""},
	{"tender.lots[].lotPoints", Objects, "the buyers' shares of a lot"},
	{"tender.items[].relatedLotPoint", Text, ""},
	{"tender.items[].unit.minValue", Object, "threshold of dumping"},
	{"bids.details[].guaranteeType", Text, ""},
	{"bids.details[].discountPercent", Number, ""},
	{"bids.details[].correctionAttempt", Number, "attempts of the pre-qualification"},
	{"bids.details[].bidPoints", Objects, "offers for the shares of a lot"},
	{"bids.details[].disqualificationReasonsArticle", Objects, "articles of the law"},
	{"bids.details[].disqualificationReasonsDocuments", Objects, "documents"},
	{"nonPriceEvaluation", Objects, "conditional discounts for criteria other than the price"},
	{"complaints", Objects, ""},
	{"complaints[].status", Text, "the decision"},
	{"complaints[].dateReceived", Instant, ""},
	{"complaints[].dateReview", Instant, ""},
	{"complaints[].dateResolved", Instant, ""},
	{"complaints[].rationale", Texts, ""},
	{"complaints[].reviewBody", Object, ""},
	{"complaints[].relatedLots", Texts, ""},
	{"contracts[].guaranteePercent", Number, ""},
	{"contracts[].multiAnnual", Boolean, ""},
	{"contracts[].treasuryRegistration", Boolean, ""},
	{"contracts[].dateRegistered", Instant, ""},
	{"contracts[].documents[].datePublished", Instant, "of a file"},
	{"contracts[].documents[].dateModified", Instant, "of a file"},
	{"contracts[].implementation.transactions", Objects, "payments, when the portal lists none"},
	{"planning.planPoint.isPreliminary", Boolean, ""},
	{"parties[].identifier.uri", Link, "of organisations"},
	{"parties[].address.postalCode", Text, "of organisations"},
}

// fill adds the facts of one release of a feed to content.
func fill(content, release mapping.Object) {
	release = renamed(content, release)
	for _, f := range facts {
		supply(content, release, strings.Split(f.At, "."), f.Kind)
	}
	supplyParties(content, release)
}

// supply fills in one fact below two objects that are about the same thing.
func supply(to, from mapping.Object, path []string, kind Kind) {
	name, isList := strings.CutSuffix(path[0], "[]")
	value, present := from[name]
	if !present {
		return
	}
	if len(path) == 1 {
		supplyValue(to, name, value, kind)
		return
	}
	if isList {
		byID := map[any]mapping.Object{}
		for _, element := range list(value) {
			if o, ok := element.(mapping.Object); ok && o["id"] != nil {
				byID[o["id"]] = o
			}
		}
		for _, element := range list(to[name]) {
			o, ok := element.(mapping.Object)
			if match := byID[o["id"]]; ok && match != nil {
				supply(o, match, path[1:], kind)
			}
		}
		return
	}
	inner, ok := value.(mapping.Object)
	if !ok {
		return
	}
	below, ok := to[name].(mapping.Object)
	if !ok {
		if to[name] != nil || name == "value" { // nothing is said of a value that is none
			return
		}
		below = mapping.Object{}
	}
	supply(below, inner, path[1:], kind)
	if len(below) > 0 {
		to[name] = below
	}
}

func supplyValue(to mapping.Object, name string, value any, kind Kind) {
	if kind == Objects {
		known := list(to[name])
		have := map[any]bool{}
		for _, element := range known {
			if o, ok := element.(mapping.Object); ok {
				have[o["id"]] = true
			}
		}
		if name == "transactions" && len(known) > 0 {
			return // payments of two registers would count twice
		}
		for _, element := range list(value) {
			if o, ok := element.(mapping.Object); ok && idOf(o["id"]) != "" && !have[o["id"]] {
				have[o["id"]] = true
				known = append(slices.Clip(known), o)
			}
		}
		if len(known) > 0 {
			to[name] = known
		}
		return
	}
	word, _ := value.(string)
	if have, present := to[name]; (!present || have == decided && outcomes[word]) && kind.of(value) {
		to[name] = value
	}
}

// decided is the status of a complaint of which the portal says only that it was
// decided; a feed may know the outcome.
const decided = "resolved"

var outcomes = map[string]bool{"satisfied": true, "partiallySatisfied": true, "rejected": true}

// of reports whether a value is of the kind.
func (k Kind) of(value any) bool {
	switch v := value.(type) {
	case string:
		switch k {
		case Text:
			return v != ""
		case Instant:
			_, err := time.Parse(time.RFC3339, v)
			return err == nil
		case Link:
			u, err := url.Parse(v)
			return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
		}
	case json.Number:
		return k == Number
	case bool:
		return k == Boolean
	case mapping.Object:
		return k == Object && len(v) > 0
	case []any:
		return k == Texts && len(v) > 0 && !slices.ContainsFunc(v, func(e any) bool { _, text := e.(string); return !text })
	}
	return false
}

// renamed gives bids and contracts of a feed the ids that they have in the
// content. A bid is known by its id, else by its tenderer and lot; a contract by
// its id, its root or the row shown.
func renamed(content, release mapping.Object) mapping.Object {
	release = maps.Clone(release)
	bids, _ := release["bids"].(mapping.Object)
	known, _ := content["bids"].(mapping.Object)
	ids := map[any]any{}
	if details := list(bids["details"]); len(details) > 0 {
		byID, byPlace := map[any]bool{}, map[string]any{}
		for _, element := range list(known["details"]) {
			if bid, ok := element.(mapping.Object); ok {
				byID[bid["id"]] = true
				byPlace[placeOf(bid)] = bid["id"]
			}
		}
		var matched []any
		for _, element := range details {
			bid, ok := element.(mapping.Object)
			if !ok {
				continue
			}
			if id := byPlace[placeOf(bid)]; !byID[bid["id"]] && id != nil && placeOf(bid) != "" {
				ids[bid["id"]] = id
				bid = with(bid, "id", id)
			}
			matched = append(matched, bid)
		}
		release["bids"] = with(bids, "details", matched)
	}
	var evaluations []any
	for _, element := range list(release["nonPriceEvaluation"]) {
		if evaluation, ok := element.(mapping.Object); ok {
			if id := ids[evaluation["relatedBid"]]; id != nil {
				evaluation = with(evaluation, "relatedBid", id)
			}
			evaluations = append(evaluations, evaluation)
		}
	}
	if evaluations != nil {
		release["nonPriceEvaluation"] = evaluations
	}
	byAny := map[any]any{}
	for _, element := range list(content["contracts"]) {
		if contract, ok := element.(mapping.Object); ok {
			for _, name := range []string{"versionId", "rootId", "id"} {
				if contract[name] != nil {
					byAny[contract[name]] = contract["id"]
				}
			}
		}
	}
	var matched []any
	for _, element := range list(release["contracts"]) {
		contract, ok := element.(mapping.Object)
		if !ok {
			continue
		}
		for _, name := range []string{"id", "rootId"} {
			if id := byAny[contract[name]]; id != nil {
				contract = with(contract, "id", id)
				break
			}
		}
		matched = append(matched, contract)
	}
	if matched != nil {
		release["contracts"] = matched
	}
	return release
}

// placeOf tells a bid by its first tenderer and its first lot, "" when it lacks
// one of them.
func placeOf(bid mapping.Object) string {
	tenderers, lots := list(bid["tenderers"]), list(bid["relatedLots"])
	if len(tenderers) == 0 || len(lots) == 0 {
		return ""
	}
	tenderer, _ := tenderers[0].(mapping.Object)
	id, lot := idOf(tenderer["id"]), idOf(lots[0])
	if id == "" || lot == "" {
		return ""
	}
	return id + "\x00" + lot
}

func with(o mapping.Object, name string, value any) mapping.Object {
	o = maps.Clone(o)
	o[name] = value
	return o
}

// roles are those that only the feeds know of.
var roles = []string{"enquirer", "complainer", "reviewBody"}

// supplyParties adds the organisations that the facts refer to, and their roles
// there to those that are known.
func supplyParties(content, release mapping.Object) {
	parties := list(content["parties"])
	place := map[any]int{}
	for i, element := range parties {
		if party, ok := element.(mapping.Object); ok {
			place[party["id"]] = i
		}
	}
	changed := false
	for _, element := range list(release["parties"]) {
		party, ok := element.(mapping.Object)
		if !ok || idOf(party["id"]) == "" {
			continue
		}
		var played []any
		for _, role := range list(party["roles"]) {
			if name, ok := role.(string); ok && slices.Contains(roles, name) {
				played = append(played, name)
			}
		}
		if len(played) == 0 {
			continue
		}
		if !changed {
			parties, changed = slices.Clone(parties), true
		}
		i, known := place[party["id"]]
		if !known {
			place[party["id"]] = len(parties)
			parties = append(parties, with(party, "roles", played))
			continue
		}
		have := parties[i].(mapping.Object)
		all := slices.Clone(list(have["roles"]))
		for _, role := range played {
			if !slices.Contains(all, role) {
				all = append(all, role)
			}
		}
		slices.SortFunc(all, func(a, b any) int {
			x, _ := a.(string)
			y, _ := b.(string)
			return strings.Compare(x, y)
		})
		parties[i] = with(have, "roles", all)
	}
	if changed {
		slices.SortStableFunc(parties, func(a, b any) int {
			x, _ := a.(mapping.Object)
			y, _ := b.(mapping.Object)
			return strings.Compare(idOf(x["id"]), idOf(y["id"]))
		})
		content["parties"] = parties
	}
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}
