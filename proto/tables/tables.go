// Package tables declares the columnar tables of a snapshot: what the
// publisher writes as Parquet and the analytics service loads. The structs
// carry parquet-go tags and nothing else; column names are part of the public
// bulk data, so they are only ever added to.
//
// Grain: each table says what one row is. Money is an exact integer of the
// currency's minor unit (tiyn, 1/100 tenge) beside its currency; a missing
// amount is null, never 0. Times are instants in UTC; a column named *_day is
// the calendar day in the portal's zone. Text of a blank value is "", which is
// a member of its own and never dropped.
package tables

// Names of the tables, in the order of a manifest.
const (
	Processes  = "processes"
	Lots       = "lots"
	Bids       = "bids"
	Contracts  = "contracts"
	PlanPoints = "plan_points"
	Parties    = "parties"
)

// All lists the tables.
func All() []string { return []string{Processes, Lots, Bids, Contracts, PlanPoints, Parties} }

// Process is one contracting process (one compiled release).
type Process struct {
	OCID          string `parquet:"ocid"`
	Kind          string `parquet:"kind,dict"` // tender, contract or plan
	TenderID      string `parquet:"tender_id"` // public number of the announcement
	Title         string `parquet:"title"`
	TitleKK       string `parquet:"title_kk"`
	Status        string `parquet:"status,dict"`         // OCDS tender.status
	StatusDetails string `parquet:"status_details,dict"` // portal status id, e.g. 220
	Method        string `parquet:"method,dict"`         // OCDS procurementMethod
	MethodDetails string `parquet:"method_details,dict"` // portal method code, see code list procurementMethodDetails
	Category      string `parquet:"category,dict"`       // goods, works, services, mixed or ""
	BuyerID       string `parquet:"buyer_id,dict"`
	Published     *int64 `parquet:"published,optional,timestamp(microsecond)"` // tender.datePublished or the earlier period start
	PublishedDay  *int32 `parquet:"published_day,optional,date"`
	ValueMinor    *int64 `parquet:"value_minor,optional"`
	Currency      string `parquet:"currency,dict"`
	Lots          int32  `parquet:"lots"`
	Releases      int32  `parquet:"releases"`
	LastReleaseID string `parquet:"last_release_id"`
	LastRelease   int64  `parquet:"last_release,timestamp(microsecond)"`
}

// Lot is one lot of an announcement.
type Lot struct {
	OCID      string `parquet:"ocid"`
	LotID     string `parquet:"lot_id"`
	LotNumber string `parquet:"lot_number"`
	TenderID  string `parquet:"tender_id"`
	Title     string `parquet:"title"`
	TitleKK   string `parquet:"title_kk"`
	// Status is the effective status of explorer methodology 2.0 (lotStatus*):
	// an OCDS lot status, a portal status id while the lot is active, or
	// complete once an active contract refers to an award of the lot.
	Status        string `parquet:"status,dict"`
	PortalStatus  string `parquet:"portal_status,dict"` // portal lot status id
	Method        string `parquet:"method,dict"`
	MethodDetails string `parquet:"method_details,dict"`
	Competitive   bool   `parquet:"competitive"`
	Category      string `parquet:"category,dict"`
	BuyerID       string `parquet:"buyer_id,dict"`
	BuyerName     string `parquet:"buyer_name,dict"`
	BuyerNameKK   string `parquet:"buyer_name_kk,dict"`
	BuyerRegion   string `parquet:"buyer_region,dict"`   // first two digits of the buyer's KATO, or ""
	DeliverRegion string `parquet:"deliver_region,dict"` // first two digits of the place of delivery when all agree, else ""
	// Item is the one classification of the lot: the ENS TRU code when all items
	// agree, else the deepest common prefix (dotted KPVED form NN.NN.NN.NNN), else "".
	Item          string `parquet:"item,dict"`
	ItemName      string `parquet:"item_name,dict"`
	ItemNameKK    string `parquet:"item_name_kk,dict"`
	Class         string `parquet:"class,dict"` // first two digits of Item, "mixed" or ""
	Published     *int64 `parquet:"published,optional,timestamp(microsecond)"`
	PublishedDay  *int32 `parquet:"published_day,optional,date"`
	AwardedDay    *int32 `parquet:"awarded_day,optional,date"`
	ValueMinor    *int64 `parquet:"value_minor,optional"`
	Currency      string `parquet:"currency,dict"`
	WinMinor      *int64 `parquet:"win_minor,optional"` // value of the winning bid in the lot
	WinnerID      string `parquet:"winner_id,dict"`
	WinnerName    string `parquet:"winner_name,dict"`
	Bids          int32  `parquet:"bids"`    // distinct bids
	Bidders       int32  `parquet:"bidders"` // distinct tenderers
	Awarded       bool   `parquet:"awarded"`
	Contracted    bool   `parquet:"contracted"`
	Open          bool   `parquet:"open"` // effective status 210 or 220
	LastReleaseID string `parquet:"last_release_id"`
}

// Bid is one bid in one lot.
type Bid struct {
	OCID         string `parquet:"ocid"`
	LotID        string `parquet:"lot_id"`
	BidID        string `parquet:"bid_id"`
	TendererID   string `parquet:"tenderer_id,dict"`
	TendererName string `parquet:"tenderer_name,dict"`
	// Status is bidStatus* of the methodology: winner, secondPlace, valid,
	// disqualified, pending, withdrawn.
	Status     string `parquet:"status,dict"`
	Date       *int64 `parquet:"date,optional,timestamp(microsecond)"`
	ValueMinor *int64 `parquet:"value_minor,optional"`
	Currency   string `parquet:"currency,dict"`
}

// Contract is one contract chain (root) at its newest version.
type Contract struct {
	OCID          string `parquet:"ocid"`
	ContractID    string `parquet:"contract_id"` // id of the newest version
	RootID        string `parquet:"root_id"`
	Number        string `parquet:"number"`
	Title         string `parquet:"title"`
	Status        string `parquet:"status,dict"`         // OCDS contract status
	StatusDetails string `parquet:"status_details,dict"` // portal status id
	MethodDetails string `parquet:"method_details,dict"`
	Category      string `parquet:"category,dict"`
	BuyerID       string `parquet:"buyer_id,dict"`
	BuyerName     string `parquet:"buyer_name,dict"`
	BuyerNameKK   string `parquet:"buyer_name_kk,dict"`
	BuyerRegion   string `parquet:"buyer_region,dict"`
	SupplierID    string `parquet:"supplier_id,dict"`
	SupplierName  string `parquet:"supplier_name,dict"`
	Item          string `parquet:"item,dict"`
	Class         string `parquet:"class,dict"`
	Signed        *int64 `parquet:"signed,optional,timestamp(microsecond)"`
	SignedDay     *int32 `parquet:"signed_day,optional,date"`
	ValueMinor    *int64 `parquet:"value_minor,optional"`
	PaidMinor     *int64 `parquet:"paid_minor,optional"`
	Currency      string `parquet:"currency,dict"`
	Versions      int32  `parquet:"versions"` // rows of the chain, additional agreements included
	LotIDs        string `parquet:"lot_ids"`  // related lots, space separated
	LastReleaseID string `parquet:"last_release_id"`
	Direct        bool   `parquet:"direct"` // without announcement
}

// PlanPoint is one plan point at its newest version.
type PlanPoint struct {
	OCID          string `parquet:"ocid"`
	PointID       string `parquet:"point_id"` // row id of the newest version
	RootID        string `parquet:"root_id"`
	Title         string `parquet:"title"`
	TitleKK       string `parquet:"title_kk"`
	Status        string `parquet:"status,dict"` // portal status id
	MethodDetails string `parquet:"method_details,dict"`
	Category      string `parquet:"category,dict"`
	BuyerID       string `parquet:"buyer_id,dict"`
	BuyerName     string `parquet:"buyer_name,dict"`
	BuyerNameKK   string `parquet:"buyer_name_kk,dict"`
	BuyerRegion   string `parquet:"buyer_region,dict"`
	Item          string `parquet:"item,dict"`
	Class         string `parquet:"class,dict"`
	Year          int32  `parquet:"year"`  // budget year
	Month         int32  `parquet:"month"` // planned month 1-12, 99 last year, 0 unknown
	ValueMinor    *int64 `parquet:"value_minor,optional"`
	Currency      string `parquet:"currency,dict"`
	Quantity      string `parquet:"quantity"` // exact decimal text
	UnitCode      string `parquet:"unit_code,dict"`
	LastReleaseID string `parquet:"last_release_id"`
}

// Party is one organisation in one process with its roles there.
type Party struct {
	OCID    string `parquet:"ocid"`
	PartyID string `parquet:"party_id,dict"`
	Scheme  string `parquet:"scheme,dict"`
	Name    string `parquet:"name,dict"`
	NameKK  string `parquet:"name_kk,dict"`
	Roles   string `parquet:"roles,dict"`   // OCDS roles, space separated, sorted
	Region  string `parquet:"region,dict"`  // first two digits of KATO, or ""
	Country string `parquet:"country,dict"` // ISO 3166-1 alpha-2, or ""
}
