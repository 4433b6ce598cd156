package goszakup

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// query selects rows of one entity.
type query struct {
	key      string         // names the query in the memory of listings
	keys     []rowKey       // rows near which hits are to be found; nil: anywhere
	match    func(doc) bool // nil: every row
	nothing  bool           // never hits
	from, to moment         // hits changed or began within, as far as known
}

type rowKey struct {
	entity Entity
	id     int64
}

// related selects the rows that point to another row.
func related(to Entity, id any, field string) query {
	want := text(id)
	if plain, ok := plainOf[to]; ok {
		to = plain // the register asked tells the world
	}
	return query{
		key: field + "=" + want, keys: []rowKey{{to, number(id)}}, from: math.MinInt64, to: math.MaxInt64,
		match: func(d doc) bool { return text(d[field]) == want },
	}
}

// everything selects every row.
var everything = query{from: math.MinInt64, to: math.MaxInt64}

// and narrows a query by a condition.
func (q *query) and(key string, match func(doc) bool) {
	q.key += "&" + key
	before := q.match
	if before == nil {
		q.match = match
		return
	}
	q.match = func(d doc) bool { return before(d) && match(d) }
}

// keyFields say which register a field of a filter leads to.
var keyFields = map[string]Entity{
	"trdBuyId": TrdBuy, "buyId": TrdBuy, "contractId": Contract, "contractRootId": Contract, "contractRegistryId": Contract,
	"rootrecordId": Plans, "lotId": Lots, "pointList": Plans, "plnPointId": Plans, "aktId": Acts, "waybillId": Waybills,
}

// dateFields are compared as times; the rest of a filter by equality.
var dateFields = map[string]bool{
	"lastUpdateDate": true, "indexDate": true, "publishDate": true, "crdate": true, "signDate": true, "approveDate": true, "revokeDate": true,
	"dateAction": true, "dateApply": true, "dateCreate": true, "timestamp": true, "startDate": true, "endDate": true, "decisionDate": true,
}

// where builds the query of a filter whose fields carry GraphQL names and
// whose values are lists of texts.
func where(e Entity, filter map[string][]string) query {
	q := everything
	for _, field := range sortedKeys(filter) {
		values := filter[field]
		key := field + "=" + strings.Join(values, ",")
		switch {
		case (e == Plans || e == ObPlans) && (field == "dateCreate" || field == "timestamp" || field == "indexDate"):
			// The portal's date filters of plans are broken: a lower bound
			// hits nothing, an upper bound alone is ignored.
			if len(values) > 0 && values[0] != "" {
				q.nothing = true
			}
		case (e == Lots || e == ObLots) && field == "plnPointRootrecordId":
			q.nothing = true
		case dateFields[field]:
			from, to := bounds(values)
			hits := func(d doc, name string) bool {
				v := text(d[name])
				return v != "" && v >= from && (to == "" || v <= to)
			}
			if field == "dateAction" { // of an act: approval or revocation
				q.and(key, func(d doc) bool { return hits(d, "approveDate") || hits(d, "revokeDate") })
			} else {
				q.and(key, func(d doc) bool { return hits(d, field) })
			}
			if m, ok := parseMoment(from); ok {
				q.from = max(q.from, m)
			}
			if m, ok := parseMoment(to); ok {
				q.to = min(q.to, m)
			}
		case field == "totalSum" || field == "amount":
			low, high := bounds(values)
			q.and(key, func(d doc) bool {
				v, err := strconv.ParseFloat(text(d[field]), 64)
				return err == nil && (low == "" || v >= float(low)) && (high == "" || v <= float(high))
			})
		default:
			q.and(key, textMatch(e, field, values))
			target, ok := keyFields[field]
			if field == keyOf(e) && !listed(e) {
				target, ok = e, true
				if plain, quasi := plainOf[e]; quasi {
					target = plain
				}
			}
			if ok {
				keys := []rowKey{}
				for _, v := range values {
					if id, err := strconv.ParseInt(v, 10, 64); err == nil {
						keys = append(keys, rowKey{target, id})
					}
				}
				q.keys = keys
			}
		}
	}
	return q
}

func float(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// bounds reads ["from","to"], ["from"], ["","to"]; a day as upper bound means
// its end.
func bounds(values []string) (from, to string) {
	if len(values) > 0 {
		from = values[0]
	}
	if len(values) > 1 {
		to = values[1]
	}
	if len(to) == len(time.DateOnly) && strings.Count(to, "-") == 2 {
		to += " 23:59:59"
	}
	return from, to
}

func parseMoment(s string) (moment, bool) {
	for _, layout := range []string{time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return moment(t.Unix()), true
		}
	}
	return 0, false
}

// textMatch compares by the portal's rules: plain is exact, "?x" a part,
// "?x*" a beginning, "*x" words.
func textMatch(e Entity, field string, values []string) func(doc) bool {
	fields := []string{field}
	switch field {
	case "nameOrFullNameRu":
		fields = []string{"nameRu", "fullNameRu"}
	case "nameOrFullNameKz":
		fields = []string{"nameKz", "fullNameKz"}
	case "nameDescriptionRu":
		fields = []string{"nameRu", "descriptionRu", "descRu"}
	case "nameDescriptionKz":
		fields = []string{"nameKz", "descriptionKz", "descKz"}
	case "strKato":
		fields = []string{"kato"}
	case "commonName":
		fields = []string{"nameRu", "orgNameRu"}
	}
	one := func(have, want string) bool {
		switch {
		case strings.HasPrefix(want, "?") && strings.HasSuffix(want, "*"):
			return strings.HasPrefix(strings.ToLower(have), strings.ToLower(strings.Trim(want, "?*")))
		case field == "strKato", strings.HasPrefix(field, "nameDescription"), strings.HasPrefix(want, "?"), strings.HasPrefix(want, "*"):
			return strings.Contains(strings.ToLower(have), strings.ToLower(strings.TrimLeft(want, "?*")))
		}
		return have == want
	}
	return func(d doc) bool {
		for _, f := range fields {
			have := []any{d[f]}
			if list, ok := d[f].([]any); ok {
				have = list
			}
			for _, h := range have {
				for _, want := range values {
					if h != nil && one(text(h), want) {
						return true
					}
				}
			}
		}
		return false
	}
}
