package mapping

import (
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/proto/source"
)

// register holds the rows that the registers of participants have of the
// participants of a process, by the portal's id of the participant and by its
// number.
type register struct {
	byPid, byNumber map[string][]Document
}

func (r *register) add(d Document) {
	if r.byPid == nil {
		r.byPid, r.byNumber = map[string][]Document{}, map[string][]Document{}
	}
	if pid := keyOf(d.Body, "pid"); pid != "" {
		r.byPid[pid] = append(r.byPid[pid], d)
	}
	if number := keyOf(d.Body, "supplierBiin"); number != "" {
		r.byNumber[strings.TrimPrefix(number, iinPrefix)] = append(r.byNumber[strings.TrimPrefix(number, iinPrefix)], d)
	}
}

// rows lists the rows of a participant, each once, by entity and id.
func (r *register) rows(p *party) []Document {
	rows := slices.Clone(r.byNumber[p.number])
	for _, pid := range p.pids {
		rows = append(rows, r.byPid[pid]...)
	}
	slices.SortFunc(rows, compareDocuments)
	return slices.CompactFunc(rows, func(a, b Document) bool { return a.Entity == b.Entity && a.ID == b.ID })
}

// describeByRegisters writes what the registers say of a participant into its
// details.
func (m *mapper) describeByRegisters(p *party) {
	var listed, qualified []any
	for _, row := range m.register.rows(p) {
		m.at(row.Entity, row.ID)
		if row.Entity == source.Blacklist {
			listed = append(listed, m.blacklist(row)...)
			continue
		}
		qualification := Object{}
		m.fill(qualificationTable, row.Body, qualification)
		qualification["id"] = row.ID
		qualified = append(qualified, qualification)
	}
	if listed == nil && qualified == nil {
		return
	}
	known := details(p.object)
	if known == nil {
		known = Object{}
		p.object["details"] = known
	}
	if listed != nil {
		known["blacklist"] = listed
	}
	if qualified != nil {
		known["qualifications"] = qualified
	}
}

// blacklist makes the entries of a row: one for each decision, or one for the
// row when its decisions are not told.
func (m *mapper) blacklist(row Document) []any {
	decisions := objects(row.Body["Detail"])
	if len(decisions) == 0 {
		decisions = []Object{{}}
	}
	slices.SortStableFunc(decisions, func(a, b Object) int { return compareIDs(keyOf(a, "id"), keyOf(b, "id")) })
	var entries []any
	for i, decision := range decisions {
		entry := Object{}
		m.fill(blacklistTable, row.Body, entry)
		m.fill(decisionTable, decision, entry)
		entry["id"] = row.ID
		if i > 0 {
			entry["id"] = row.ID + "-" + pointKey(decision, i)
		}
		if bin := keyOf(decision, "customerBiin"); bin != "" {
			set(entry, []string{"customer", "scheme"}, "KZ-BIN")
			set(entry, []string{"customer", "id"}, bin)
		}
		if row.Deleted {
			entry["isWithdrawn"] = true
		}
		entries = append(entries, entry)
	}
	return entries
}

// blacklisted reports whether an entry that was not withdrawn covers the day of
// an instant, which is given as the release writes it. First and last day of an
// entry count.
func (m *mapper) blacklisted(refs any, date any) bool {
	day := localDay(date)
	if day == "" {
		return false
	}
	for _, ref := range objects(refs) {
		p := m.parties[key(ref["id"])]
		if p == nil {
			continue
		}
		for _, entry := range objects(details(p.object)["blacklist"]) {
			from, to := localDay(entry["startDate"]), localDay(entry["endDate"])
			if from != "" && from <= day && (to == "" || day <= to) && entry["isWithdrawn"] == nil {
				return true
			}
		}
	}
	return false
}

// localDay is the day of an instant at the portal, empty for what is no instant.
func localDay(instant any) string {
	text, _ := instant.(string)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	return t.In(portalZone).Format(layoutDay)
}

// markBlacklisted says of bids and contracts whether their bidder or supplier
// was on the blacklist on the day. What is false is not said: the register goes
// back to what the portal shows today.
func (m *mapper) markBlacklisted(release Object) {
	if m.register.byPid == nil {
		return
	}
	if bids, ok := release["bids"].(Object); ok {
		for _, bid := range objects(bids["details"]) {
			if m.blacklisted(bid["tenderers"], bid["date"]) {
				bid["tendererBlacklisted"] = true
			}
		}
	}
	for _, contract := range objects(release["contracts"]) {
		if m.blacklisted(contract["suppliers"], contract["dateSigned"]) {
			contract["supplierBlacklisted"] = true
		}
	}
}
