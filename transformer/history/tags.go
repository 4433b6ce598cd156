package history

import (
	"bytes"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/transformer/mapping"
)

// Tags of the standard, in the order in which a release lists them.
var tagOrder = []string{
	"planning", "planningUpdate", "tender", "tenderAmendment", "tenderUpdate", "tenderCancellation",
	"award", "awardUpdate", "awardCancellation", "contract", "contractUpdate", "contractAmendment",
	"implementation", "implementationUpdate", "contractTermination",
}

// Tags tells what a release brings against what was published before (nil for
// the first release).
func Tags(published, content mapping.Object) []string {
	tags := map[string]bool{}
	ocid, _ := content["ocid"].(string)
	kind := kindOf(ocid)
	switch kind {
	case 'p':
		tags["planning"] = published == nil
		tags["planningUpdate"] = published != nil
	case 't':
		tenderTags(tags, published, content)
	}
	awardTags(tags, list(published, "awards"), list(content, "awards"))
	contractTags(tags, list(published, "contracts"), list(content, "contracts"))
	var out []string
	for _, tag := range tagOrder {
		if tags[tag] {
			out = append(out, tag)
		}
	}
	if len(out) == 0 { // parties or links changed, nothing of a stage
		switch {
		case kind == 't':
			out = []string{"tenderUpdate"}
		case published == nil:
			out = []string{"contract"}
		default:
			out = []string{"contractUpdate"}
		}
	}
	return out
}

// kindOf reads the kind of process (t, c or p) out of an ocid; an o before it
// means the register of the quasi-public sector.
func kindOf(ocid string) byte {
	key := strings.TrimPrefix(ocid[strings.LastIndexByte(ocid, '-')+1:], "o")
	if key == "" {
		return 't'
	}
	return key[0]
}

// amendmentFields are the terms on which bidders rely: a change of them amends
// the tender, any other change updates it.
var amendmentFields = []string{"tenderNumber", "title", "value", "tenderPeriod", "enquiryPeriod", "additionalSubmissionPeriod", "items", "procurementMethodDetails", "mainProcurementCategory"}

func tenderTags(tags map[string]bool, published, content mapping.Object) {
	before, now := member(published, "tender"), member(content, "tender")
	over := now["status"] == "cancelled" || now["status"] == "withdrawn"
	if published == nil {
		tags["tender"] = now["tenderNumber"] != nil || now["status"] != nil || slices.ContainsFunc(list(now, "lots"), func(l any) bool { return l.(mapping.Object)["status"] != nil })
		tags["tenderCancellation"] = over
		return
	}
	switch {
	case over && before["status"] != now["status"]:
		tags["tenderCancellation"] = true
	case amended(before, now):
		tags["tenderAmendment"] = true
	case !same(before, now) || !same(published["bids"], content["bids"]) ||
		!same(published["complaints"], content["complaints"]) || !same(published["nonPriceEvaluation"], content["nonPriceEvaluation"]):
		tags["tenderUpdate"] = true
	}
}

func amended(before, now mapping.Object) bool {
	for _, name := range amendmentFields {
		if before[name] != nil && !same(before[name], now[name]) {
			return true
		}
	}
	lots := byID(list(now, "lots"))
	for _, l := range list(before, "lots") {
		old := l.(mapping.Object)
		lot := lots[old["id"]]
		if lot == nil || !same(old["value"], lot["value"]) || !same(old["title"], lot["title"]) {
			return true
		}
	}
	return false
}

func awardTags(tags map[string]bool, before, now []any) {
	known := byID(before)
	for _, element := range now {
		award := element.(mapping.Object)
		old := known[award["id"]]
		cancelled := award["status"] == "cancelled" && (old == nil || old["status"] != "cancelled")
		switch {
		case old == nil:
			tags["award"] = true
			tags["awardCancellation"] = tags["awardCancellation"] || cancelled
		case cancelled:
			tags["awardCancellation"] = true
		case !same(old, award):
			tags["awardUpdate"] = true
		}
	}
}

func contractTags(tags map[string]bool, before, now []any) {
	known := byID(before)
	for _, element := range now {
		contract := element.(mapping.Object)
		old := known[contract["id"]]
		ended := contract["status"] == "terminated" && (old == nil || old["status"] != "terminated")
		if ended {
			tags["contractTermination"] = true
		}
		terms, done := parted(contract)
		termsBefore, doneBefore := parted(old)
		switch {
		case len(done) == 0 || same(doneBefore, done):
		case len(doneBefore) == 0:
			tags["implementation"] = true
		default:
			tags["implementationUpdate"] = true
		}
		switch {
		case old == nil:
			tags["contract"] = true
		case len(list(contract, "amendments")) > len(list(old, "amendments")):
			tags["contractAmendment"] = true
		case !ended && !same(termsBefore, terms):
			tags["contractUpdate"] = true
		}
	}
}

func positive(amount any) bool {
	text := string(mapping.AppendJSON(nil, amount))
	return amount != nil && strings.ContainsAny(text, "123456789") && !strings.HasPrefix(text, "-")
}

// same compares what is there now with what was published, where merging keeps
// entries that the source has dropped.
func same(before, now any) bool {
	return bytes.Equal(mapping.AppendJSON(nil, before), mapping.AppendJSON(nil, now))
}

// parted takes a contract apart into what was agreed and what has been done: acts,
// payments and what they brought about in the contract, its items and its budget
// lines. Sums of zero say that nothing was done.
func parted(contract mapping.Object) (terms, done mapping.Object) {
	terms, done = mapping.Object{}, mapping.Object{}
	for name, value := range contract {
		switch name {
		case "implementation", "dateCompleted":
			done[name] = value
		case "amountPaid":
			if positive(member(contract, name)["amount"]) {
				done[name] = value
			}
		case "items", "budgetLines":
			agreed, progress := partedList(list(contract, name))
			terms[name] = agreed
			if progress != nil {
				done[name] = progress
			}
		default:
			terms[name] = value
		}
	}
	return terms, done
}

func partedList(elements []any) (terms, done []any) {
	for _, element := range elements {
		object, ok := element.(mapping.Object)
		if !ok {
			terms = append(terms, element)
			continue
		}
		agreed, progress := mapping.Object{}, mapping.Object{}
		for name, value := range object {
			switch name {
			case "amountPaid", "advancePaid":
				if positive(member(object, name)["amount"]) {
					progress[name] = value
				}
			case "dateCompleted":
				progress[name] = value
			default:
				agreed[name] = value
			}
		}
		terms = append(terms, agreed)
		if len(progress) > 0 {
			progress["id"] = object["id"]
			done = append(done, progress)
		}
	}
	return terms, done
}

func member(o mapping.Object, name string) mapping.Object {
	m, _ := o[name].(mapping.Object)
	return m
}

func list(o mapping.Object, name string) []any {
	l, _ := o[name].([]any)
	return slices.Clip(l)
}

func byID(elements []any) map[any]mapping.Object {
	m := make(map[any]mapping.Object, len(elements))
	for _, element := range elements {
		object := element.(mapping.Object)
		m[object["id"]] = object
	}
	return m
}
