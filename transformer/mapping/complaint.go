package mapping

import "github.com/kzocds/kzocds/proto/source"

// mapComplaints maps the complaints about the announcement. The portal gives no
// outcome: a complaint that was decided is resolved, and the older feeds may
// tell more.
func (m *mapper) mapComplaints(release Object) {
	var complaints []any
	for _, c := range m.complaints {
		m.at(source.Complaint, keyOf(c, "id"))
		complaint := Object{}
		m.fill(complaintTable, c, complaint)
		switch {
		case m.isGone(source.Complaint, c) || truthy(c["isDeleted"]):
			complaint["status"] = "withdrawn"
		case complaint["dateResolved"] != nil:
			complaint["status"] = "resolved"
		case complaint["dateReview"] != nil:
			complaint["status"] = "review"
		default:
			complaint["status"] = "pending"
		}
		if ref := m.party(member{pid: c["sysSubjectId"]}, "complainer"); ref != nil {
			complaint["complainer"] = ref
		}
		if ref := m.party(member{pid: c["inspectSubjId"]}, "reviewBody"); ref != nil {
			complaint["reviewBody"] = ref
		}
		complaints = append(complaints, complaint)
	}
	if complaints != nil {
		release["complaints"] = complaints
	}
}
