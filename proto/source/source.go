// Package source names the entities of the procurement portal as the pipeline
// knows them.
package source

// Entity is a kind of source object. The text is part of stored keys, subjects
// and workflow ids: never rename one.
type Entity string

// Entities, in the order in which a batch extracts them: what others refer to
// comes first.
const (
	Subject   Entity = "subject"    // participants: buyers, organisers, suppliers
	PlanPoint Entity = "plan_point" // annual plan points, one row per version
	TrdBuy    Entity = "trd_buy"    // announcements
	Lots      Entity = "lots"
	TrdApp    Entity = "trd_app" // bids with their per-lot parts
	Contract  Entity = "contract"
	Reference Entity = "ref" // dictionary rows; id = <dictionary>/<key>
)

// Entities lists all entities in extraction order.
func Entities() []Entity {
	return []Entity{Reference, Subject, PlanPoint, TrdBuy, Lots, TrdApp, Contract}
}

// OfProcess reports whether objects of the entity belong to one contracting
// process. Participants and dictionaries serve many.
func (e Entity) OfProcess() bool {
	switch e {
	case PlanPoint, TrdBuy, Lots, TrdApp, Contract:
		return true
	default:
		return false
	}
}
