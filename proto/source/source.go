// Package source names the entities of the sources as the pipeline knows them,
// and where documents of them come from.
package source

// Entity is a kind of source object. The text is part of stored keys, subjects
// and workflow ids: never rename one.
type Entity string

// Entities of the portal's present interface (adapter goszakup).
const (
	Subject   Entity = "subject"    // participants: buyers, organisers, suppliers
	PlanPoint Entity = "plan_point" // annual plan points, one row per version
	TrdBuy    Entity = "trd_buy"    // announcements with files, commission, pause, cancellation
	Lots      Entity = "lots"
	TrdApp    Entity = "trd_app"  // bids with their per-lot parts
	Contract  Entity = "contract" // contracts with units, budget sums, agreements, treasury registration
	Reference Entity = "ref"      // dictionary rows; id = <dictionary>/<key>

	Complaint         Entity = "complaint"          // complaints about an announcement
	Act               Entity = "act"                // acceptance acts of a contract
	TreasuryPay       Entity = "treasury_pay"       // treasury payments of a contract
	Waybill           Entity = "waybill"            // waybills of a contract with items and members
	Blacklist         Entity = "rnu"                // rows of the register of unreliable participants with decisions
	QualifiedSupplier Entity = "qualified_supplier" // results of pre-qualification

	// The registers of the quasi-public sector have the shapes of the plain ones.
	// Their ids may collide with those, so they are entities of their own.
	QuasiPlanPoint Entity = "ob_plan_point"
	QuasiTrdBuy    Entity = "ob_trd_buy"
	QuasiLots      Entity = "ob_lots"
	QuasiContract  Entity = "ob_contract"
)

// OCDSRelease is one release of a publication that is OCDS already: the portal's
// older feeds, or anybody's. id = <feed>/<ocid>/<release id or content hash>.
const OCDSRelease Entity = "ocds_release"

// Entities lists all entities in the order in which a batch extracts them: what
// others refer to comes first.
func Entities() []Entity {
	return []Entity{
		Reference, Subject, Blacklist, QualifiedSupplier,
		PlanPoint, TrdBuy, QuasiPlanPoint, QuasiTrdBuy,
		Lots, QuasiLots, Contract, QuasiContract,
		TrdApp, Complaint, Act, TreasuryPay, Waybill,
		OCDSRelease,
	}
}

// OfProcess reports whether objects of the entity belong to one contracting
// process. Participants, registers of participants and dictionaries serve many.
func (e Entity) OfProcess() bool {
	switch e {
	case Reference, Subject, Blacklist, QualifiedSupplier:
		return false
	default:
		return true
	}
}

// Origins name the adapter that a document came through. The text is stored.
const (
	OriginPortal      = "goszakup"      // REST and GraphQL of the portal
	OriginFeed        = "goszakup-feed" // the portal's older OCDS feeds
	OriginPublication = "ocds"          // any OCDS publication
)
