package mapping

import (
	"slices"
	"strings"

	"github.com/kzocds/kzocds/proto/source"
)

// iinPrefix marks the pseudonym of a natural person in a cleaned document.
const iinPrefix = "iin:"

// party is an organisation under construction.
type party struct {
	object Object
	roles  map[string]bool
	number string   // without the mark of a pseudonym
	pids   []string // ids at the portal
	rank   int      // of the source of its name
}

// member describes a participant as a document does.
type member struct {
	number any    // BIN, or the pseudonym of an IIN
	pid    any    // the portal's id
	nested Object // participant nested in the document
	nameRu any
	nameKz any
}

// Ranks of what is known of a participant: its own document counts most.
const (
	rankField = iota + 1
	rankNested
	rankDocument
)

// party registers a participant in a role and returns a reference to it, nil
// when the document names none.
func (m *mapper) party(p member, role string) Object {
	pid := key(p.pid)
	if pid == "" {
		pid = keyOf(p.nested, "pid")
	}
	document := m.subjects[pid]
	id, scheme, number := identify(key(p.number), p.nested, document)
	kind := kindOf(document, p.nested)
	if id == "" && pid != "" && kind != "person" && kind != "soleTrader" {
		id, scheme, number = "KZ-GOSZAKUP-"+pid, "KZ-GOSZAKUP", pid
	}
	if id == "" {
		return nil
	}
	known := m.parties[id]
	if known == nil {
		identifier := Object{"scheme": scheme, "id": number}
		known = &party{object: Object{"id": id, "identifier": identifier}, roles: map[string]bool{}, number: number}
		m.parties[id] = known
	}
	if pid != "" && !slices.Contains(known.pids, pid) {
		known.pids = append(known.pids, pid)
	}
	known.roles[role] = true
	if document != nil {
		m.describe(known, document, rankDocument)
	}
	if p.nested != nil {
		m.describe(known, p.nested, rankNested)
	}
	if names := (Object{"nameRu": p.nameRu, "nameKz": p.nameKz}); p.nameRu != nil || p.nameKz != nil {
		m.describe(known, names, rankField)
	}
	ref := Object{"id": id}
	m.refs = append(m.refs, ref)
	return ref
}

// describe fills in a party from a participant, unless a better source has.
func (m *mapper) describe(p *party, from Object, rank int) {
	if rank <= p.rank {
		return
	}
	seen := Object{}
	m.fill(subjectTable, from, seen)
	if seen["name"] == nil && seen["details"] == nil && p.rank > 0 {
		return
	}
	if known := details(seen); known != nil && strings.HasPrefix(p.object["id"].(string), "KZ-IIN-") {
		if delete(known, "dateRegistered"); len(known) == 0 {
			delete(seen, "details")
		}
	}
	if head := keyOf(from, "parentSubject"); head != "" && !strings.HasPrefix(head, iinPrefix) {
		parent := Object{"scheme": "KZ-BIN", "id": head}
		if name := text(from["parentNameRu"]); name != "" {
			parent["legalName"] = name
		}
		set(seen, []string{"details", "parent"}, parent)
	}
	legal := legalAddress(from)
	place := address(katoOf(from, legal), keyOf(from, "countryCode"))
	m.fill(addressTable, legal, place)
	if len(place) > 0 {
		seen["address"] = place
	}
	for name, value := range seen {
		p.object[name] = value
	}
	if seen["name"] != nil {
		p.rank = rank
	}
}

func details(o Object) Object {
	d, _ := o["details"].(Object)
	return d
}

// legalAddress is the address at which a participant is registered, nil when
// none is told.
func legalAddress(subject Object) Object {
	for _, name := range []string{"Address", "address"} {
		for _, address := range objects(subject[name]) {
			if keyOf(address, "addressType") == "1" {
				return address
			}
		}
	}
	return nil
}

// katoOf is the code of the legal address, else the first of the participant's
// codes.
func katoOf(subject, legal Object) string {
	if kato := keyOf(legal, "katoCode"); kato != "" {
		return kato
	}
	if codes := keys(subject["katoList"]); len(codes) > 0 {
		return codes[0]
	}
	return ""
}

func identify(number string, participants ...Object) (id, scheme, bare string) {
	candidates := []string{number}
	for _, p := range participants {
		candidates = append(candidates, keyOf(p, "bin"), keyOf(p, "iin"))
	}
	for _, c := range candidates {
		switch {
		case c == "":
		case strings.HasPrefix(c, iinPrefix):
			bare = strings.TrimPrefix(c, iinPrefix)
			return "KZ-IIN-" + bare, "KZ-IIN", bare
		default:
			return "KZ-BIN-" + c, "KZ-BIN", c
		}
	}
	for _, p := range participants {
		if inn := keyOf(p, "inn"); inn != "" {
			return "RU-INN-" + inn, "RU-INN", inn
		}
	}
	return "", "", ""
}

func kindOf(participants ...Object) string {
	for _, p := range participants {
		if kind, _ := p["personKind"].(string); kind != "" {
			return kind
		}
	}
	return ""
}

// addParties writes the parties in the order of their ids and their names into
// all references.
func (m *mapper) addParties(release Object) {
	ids := make([]string, 0, len(m.parties))
	for id := range m.parties {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var parties []any
	for _, id := range ids {
		p := m.parties[id]
		m.describeByRegisters(p)
		roles := make([]string, 0, len(p.roles))
		for role := range p.roles {
			roles = append(roles, role)
		}
		slices.Sort(roles)
		p.object["roles"] = list(roles)
		if name, ok := p.object["name"].(string); ok && p.object["identifier"] != nil && !strings.HasPrefix(id, "KZ-IIN-") {
			p.object["identifier"].(Object)["legalName"] = name
		}
		parties = append(parties, p.object)
	}
	for _, ref := range m.refs {
		if p := m.parties[ref["id"].(string)]; p != nil && p.object["name"] != nil {
			ref["name"] = p.object["name"]
		}
	}
	if parties != nil {
		release["parties"] = parties
	}
	m.markBlacklisted(release)
}

func customerOf(o Object) member {
	nested, _ := o["Customer"].(Object)
	pid := o["customerId"]
	if pid == nil {
		pid = o["customerPid"]
	}
	return member{number: o["customerBin"], pid: pid, nested: nested, nameRu: o["customerNameRu"], nameKz: o["customerNameKz"]}
}

func supplierOf(o Object, number string) member {
	nested, _ := o["Supplier"].(Object)
	return member{number: o[number], pid: o["supplierId"], nested: nested}
}

// References lists what the documents of a process refer to: ids of plan point
// rows, root ids of plan points, ids of participants and of announcements that
// it repeats. Rows of the registers of participants (blacklist, qualified
// suppliers) are found by their pid among Subjects, or by their supplierBiin
// among Numbers.
type References struct {
	Points, Roots, Subjects, Announcements []string
	Numbers                                []string // BINs; a natural person is found by pid alone
	Quasi                                  bool     // points, roots and announcements are of the registers of the quasi-public sector
}

// Refer finds the references in documents.
func Refer(documents []Document) References {
	var r References
	add := func(to *[]string, ids ...string) {
		for _, id := range ids {
			if id != "" && !slices.Contains(*to, id) {
				*to = append(*to, id)
			}
		}
	}
	numbers := func(o Object, names ...string) {
		for _, name := range names {
			if number := keyOf(o, name); !strings.HasPrefix(number, iinPrefix) {
				add(&r.Numbers, number)
			}
		}
	}
	for _, d := range documents {
		b := d.Body
		switch d.Entity {
		case source.TrdBuy, source.QuasiTrdBuy:
			add(&r.Subjects, keyOf(b, "orgPid"), keyOf(b, "customerPid"), keyOf(b, "idSupplier"))
			add(&r.Announcements, keyOf(b, "parentId"))
			numbers(b, "biinSupplier")
		case source.Lots, source.QuasiLots:
			add(&r.Subjects, keyOf(b, "customerId"))
			add(&r.Points, keys(b["pointList"])...)
			add(&r.Points, keyOf(b, "plnPointId"))
			for _, p := range objects(b["Plans"]) {
				add(&r.Points, keyOf(p, "id"))
			}
			add(&r.Roots, rootOfLotNumber(text(b["lotNumber"])))
		case source.TrdApp:
			add(&r.Subjects, keyOf(b, "supplierId"))
			numbers(b, "supplierBinIin")
		case source.Contract, source.QuasiContract:
			add(&r.Subjects, keyOf(b, "supplierId"), keyOf(b, "customerId"))
			numbers(b, "supplierBiin")
			for _, u := range objects(b["ContractUnits"]) {
				add(&r.Points, keyOf(u, "plnPointId"))
			}
		case source.PlanPoint, source.QuasiPlanPoint:
			add(&r.Subjects, keyOf(b, "sysSubjectsId"), keyOf(b, "sysOrganizatorId"), keyOf(b, "transferSysSubjectsId"))
		case source.Complaint:
			add(&r.Subjects, keyOf(b, "sysSubjectId"), keyOf(b, "inspectSubjId"))
		}
		switch d.Entity {
		case source.QuasiTrdBuy, source.QuasiLots, source.QuasiContract, source.QuasiPlanPoint:
			r.Quasi = true
		}
	}
	return r
}
