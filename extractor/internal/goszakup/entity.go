package goszakup

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the portal's zone, whatever the machine has

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

//go:embed query/*.graphql
var queries embed.FS

// entity says how one entity is asked for and read.
type entity struct {
	root string // GraphQL root; empty for what only REST has
	// plainRoot is the root that the query file names, when it is another.
	plainRoot string
	list      string // path of the REST list, when there is no root
	key       string // member that identifies an object
	// since is the filter that finds what changed from a moment on; empty when
	// the portal has none that works (reference of the API, sections 4 and 8).
	since string
	// window is a filter like since that finds some of what changed: a walk down
	// the ids finds the rest.
	window string
	// counted is the filter, and the member, that objects can be counted by; empty
	// when there is none that works.
	counted string
	// dates are the members, dotted when nested, that say when the object
	// changed, best first. The index date is not a date of the object and only
	// stands in for a missing one.
	dates []string
	// process derives the key of the contracting process, or the link to it.
	process func(document.Body) (process.Key, document.Link)
	page    string // portal page or API address of one object, %s is its id
	// children is the filter that finds the children of an announcement.
	children string
	// whole says that the entity is small and has no date: a batch reads all of
	// it, once a day, and what is not there any more has left.
	whole bool
	// withdrawn is the path of the list of withdrawn objects.
	withdrawn string
	// services are the names that the journal has for it.
	services []string
}

var entities = withTwins(map[source.Entity]entity{
	source.Subject: {
		root: "Subjects", key: "pid", since: "lastUpdateDate", counted: "lastUpdateDate",
		dates:    []string{"lastUpdateDate", "regdate", "indexDate"},
		process:  ofNone,
		page:     "/v3/subject/%s",
		services: []string{"subject"},
	},
	source.Blacklist: {
		root: "Rnu", key: "id", whole: true,
		dates:   []string{"startDate", "indexDate"},
		process: ofNone,
		page:    "/v3/rnu?id=%s",
	},
	source.QualifiedSupplier: {
		root: "qualifiedSuppliers", key: "id", whole: true,
		dates:   []string{"startDate"},
		process: ofNone,
		page:    "/v3/graphql#qualifiedSuppliers/%s",
	},
	source.PlanPoint: {
		root: "Plans", key: "id", withdrawn: "/v2/plans/deleted",
		services: []string{"plans", "pln_point", "plan"},
		dates:    []string{"timestamp", "dateCreate", "indexDate"},
		process: func(b document.Body) (process.Key, document.Link) {
			return process.OfPlanPoint(first(number(b, "rootrecordId"), number(b, "id"))), document.Link{}
		},
		page: "/v3/plans/view/%s",
	},
	source.TrdBuy: {
		root: "TrdBuy", key: "id", since: "indexDate", counted: "lastUpdateDate",
		services: []string{"trd-buy", "trd_buy"},
		dates:    []string{"lastUpdateDate", "publishDate", "indexDate"},
		process: func(b document.Body) (process.Key, document.Link) {
			return first(announcement(b.Text("numberAnno")), announcement(b.Text("id"))), document.Link{}
		},
		page: "/v3/trd-buy/%s",
	},
	source.Lots: {
		root: "Lots", key: "id", since: "indexDate", counted: "lastUpdateDate",
		services: []string{"lots"},
		dates:    []string{"lastUpdateDate", "TrdBuy.publishDate", "indexDate"},
		process: func(b document.Body) (process.Key, document.Link) {
			key := first(announcement(b.Text("trdBuyNumberAnno")), announcement(b.Text("TrdBuy", "numberAnno")))
			return key, document.Link{Announcement: first(number(b, "trdBuyId"), number(b, "TrdBuy", "id"))}
		},
		page: "/v3/lots/%s",
	},
	source.TrdApp: {
		root: "TrdApp", key: "id", counted: "dateApply", children: "buyId",
		services: []string{"trd-app", "trd_app"},
		dates:    []string{"dateApply", "indexDate"},
		process: func(b document.Body) (process.Key, document.Link) {
			link := document.Link{Announcement: first(number(b, "buyId"), number(b, "TrdBuy", "id"))}
			for _, lot := range b.At("AppLots").Elements() {
				if id := number(lot, "lotId"); id != "" {
					link.Lots = append(link.Lots, id)
				}
			}
			return announcement(b.Text("TrdBuy", "numberAnno")), link
		},
		page: "/v3/trd-app?id=%s",
	},
	source.Contract: {
		root: "Contract", key: "id", since: "indexDate", counted: "lastUpdateDate",
		services: []string{"contract"},
		dates:    []string{"lastUpdateDate", "signDate", "crdate", "indexDate"},
		process: func(b document.Body) (process.Key, document.Link) {
			key := announcement(b.Text("trdBuyNumberAnno"))
			if id := number(b, "trdBuyId"); id != "" || key != "" {
				return key, document.Link{Announcement: id}
			}
			return process.OfContract(first(number(b, "rootId"), number(b, "id"))), document.Link{}
		},
		page: "/v3/contract/%s",
	},
	source.Complaint: {
		root: "ComplaintAppeal", key: "id", since: "indexDate", counted: "lastUpdateDate",
		services: []string{"complaint", "complaint-appeal", "trd-complaint-appeal"},
		dates:    []string{"lastUpdateDate", "decisionDate", "dateApply", "crdate", "indexDate"},
		process: func(b document.Body) (process.Key, document.Link) {
			return "", document.Link{Announcement: number(b, "trdBuyId")}
		},
		page: "/v3/graphql#ComplaintAppeal/%s",
	},
	source.Act: {
		root: "Acts", key: "id", window: "dateAction",
		services: []string{"acts", "act"},
		dates:    []string{"revokeDate", "approveDate", "createDateAct", "aktDate"},
		process:  ofContract("contractRootId", "contractId"),
		page:     "/v3/acts/%s",
	},
	source.TreasuryPay: {
		list: "/v3/treasury-pay", key: "id",
		dates:   []string{"pdiUpdateDate", "lastUpdateDate", "payDate", "indexDate"},
		process: ofContract("contractId"),
		page:    "/v3/treasury-pay?id=%s",
	},
	source.Waybill: {
		root: "ContractWaybill", key: "id", window: "approveDate",
		services: []string{"waybill", "contract-waybill"},
		dates:    []string{"preparationDate", "crdate"},
		process:  ofContract("contractId"),
		page:     "/v3/graphql#ContractWaybill/%s",
	},
})

// withTwins adds the registers of the quasi-public sector.
func withTwins(list map[source.Entity]entity) map[source.Entity]entity {
	for quasiEntity, plain := range twin {
		list[quasiEntity] = quasi(list[plain])
	}
	return list
}

func ofNone(document.Body) (process.Key, document.Link) { return "", document.Link{} }

// ofContract leads to the process of a contract over the members named.
func ofContract(names ...string) func(document.Body) (process.Key, document.Link) {
	return func(b document.Body) (process.Key, document.Link) {
		var link document.Link
		for _, name := range names {
			if id := number(b, name); id != "" {
				link.Contracts = append(link.Contracts, id)
			}
		}
		return "", link
	}
}

// query is the GraphQL operation of an entity.
func query(e source.Entity) (string, error) {
	file := e
	if plain, ok := twin[e]; ok {
		file = plain
	}
	text, err := queries.ReadFile("query/" + string(file) + ".graphql")
	if err != nil {
		return "", fmt.Errorf("no query for entity %s: %w", e, err)
	}
	ordered := inOrder(string(text))
	if spec := entities[e]; spec.plainRoot != "" {
		return renamed(ordered, spec.plainRoot, spec.root), nil
	}
	return ordered, nil
}

// inOrder is a query whose selections name their members in the order of the canonical
// form: answers come in the order of the query, and have not to be sorted then.
func inOrder(query string) string {
	const cursor = "after: $after)"
	head, selection, _ := strings.Cut(query, cursor)
	tokens := selectionTokens.FindAllString(selection, -1)
	var level func() string
	level = func() string { // behind an opening brace
		var members []string
		for len(tokens) > 0 {
			token := tokens[0]
			tokens = tokens[1:]
			switch token {
			case "{":
				last := len(members) - 1
				members[last] += " { " + level() + " }"
			case "}":
				slices.Sort(members)
				return strings.Join(members, " ")
			default:
				members = append(members, token)
			}
		}
		return ""
	}
	tokens = tokens[1:]
	return head + cursor + " { " + level() + " }\n}\n"
}

var selectionTokens = regexp.MustCompile(`\w+|[{}]`)

// renamed is a query with another operation and root.
func renamed(text, from, to string) string {
	text = strings.Replace(text, "query "+from+"(", "query "+to+"(", 1)
	return strings.Replace(text, "\n  "+from+"(", "\n  "+to+"(", 1)
}

// closedAnnouncement has the states in which nothing more happens to an
// announcement: complete, purchase refused, cancelled (ref_buy_status).
var closedAnnouncement = map[string]bool{"350": true, "410": true, "430": true}

// Zone is the local time of the portal. Its dates carry none; history before
// March 2024 is on the older offset, as the time zone database has it.
var Zone = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err) // the database is compiled in
	}
	return zone
}()

// moment reads a date of the portal: seconds, microseconds or the day alone, in
// its zone. The portal writes 1999-01-01 for an empty date; that and everything
// unreadable is the zero time.
func moment(s string) time.Time {
	s = strings.Replace(strings.TrimSpace(s), "T", " ", 1)
	for _, layout := range []string{time.DateTime, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, Zone); err == nil && t.Year() > 1999 {
			return t
		}
	}
	return time.Time{}
}

// local writes a moment as the portal's filters take it.
func local(t time.Time) string { return t.In(Zone).Format(time.DateTime) }

// announcement is the key of the process of a public number, "" if the text is
// none.
func announcement(text string) process.Key {
	key := process.OfAnnouncement(text)
	if key == "" || !wholeNumber(string(key[1:])) {
		return ""
	}
	return key
}

// number is the key of a portal object under the names given, "" if there is
// none.
func number(b document.Body, names ...string) string {
	if s := b.Text(names...); wholeNumber(s) {
		return s
	}
	return ""
}

func first[S ~string](candidates ...S) S {
	for _, s := range candidates {
		if s != "" {
			return s
		}
	}
	return ""
}

// document makes a document of one record of a page, or the reason why it is
// none. The pointer is the record's place in the answer. nulls counts nested
// lists that the portal failed to give.
func (c *Client) document(e source.Entity, raw []byte, pointer, url string, now time.Time) (d document.Document, nulls int, bad *document.Reject) {
	spec := entities[e]
	read := canonical
	if spec.root == "" {
		read = canonicalREST
	}
	reject := func(id, rule, at, message string) *document.Reject {
		return &document.Reject{Entity: e, ID: id, Rule: rule, Pointer: pointer + at, Message: message, Raw: raw, URL: url, At: now}
	}
	body, broken := read(raw)
	if broken != nil {
		id := salvageID(raw, spec.key)
		r := reject(id, broken.Rule, broken.Pointer, broken.Message)
		r.Process = salvageProcess(raw, spec)
		return d, 0, r
	}
	if body[0] != '{' {
		return d, 0, reject("", RuleShape, "", "a record is an object, this is none")
	}
	body, nulls = body.EmptyLists(listsOf(e))
	id := body.Text(spec.key)
	if !wholeNumber(id) {
		r := reject("", RuleID, "/"+spec.key, "the record has no usable key")
		r.Process, _ = spec.process(body)
		return d, 0, r
	}
	d = document.Document{
		Entity: e, ID: id, Hash: document.HashOf(body), FetchedAt: now, Body: body,
		URL:     c.base + fmt.Sprintf(spec.page, id),
		Deleted: body.Text("isDeleted") == "1" || body.Text("deleted") == "1",
		Live:    (e == source.TrdBuy || e == source.QuasiTrdBuy) && !closedAnnouncement[body.Text("refBuyStatusId")],
	}
	if spec.counted != "" {
		d.CountedAt = moment(body.Text(spec.counted))
	}
	d.Process, d.Link = spec.process(body)
	for _, name := range spec.dates {
		if d.ChangedAt = moment(body.Text(strings.Split(name, ".")...)); !d.ChangedAt.IsZero() {
			break
		}
	}
	return d, nulls, nil
}
