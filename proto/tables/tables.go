// Package tables declares the columnar tables of a snapshot: what the
// publisher writes as Parquet and the analytics service loads. The structs
// carry parquet-go tags and nothing else; column names are part of the public
// bulk data, so they are only ever added to.
//
// Grain: each table says what one row is, and Keys which columns tell its rows
// apart. No table repeats the amount of another grain, so that nothing is
// counted twice by joining. Money is an exact integer of the currency's minor
// unit (tiyn, 1/100 tenge) beside its currency; shares and scores are integers
// of a millionth (3.25 % is 32500). A missing amount is null, never 0. Times are
// instants in UTC; a column named *_day is the calendar day in the portal's
// zone. Text of a blank value is "", which is a member of its own and never
// dropped; an answer yes or no that the source does not give is null.
//
// The rows of one contracting process are replaced together: ocid is the key of
// a delta.
package tables

// Names of the tables.
const (
	Processes        = "processes"
	Lots             = "lots"
	LotPoints        = "lot_points"
	Bids             = "bids"
	BidPoints        = "bid_points"
	BidRejections    = "bid_rejections"
	Criteria         = "criteria"
	Awards           = "awards"
	Contracts        = "contracts"
	ContractVersions = "contract_versions"
	ContractGrounds  = "contract_grounds"
	ContractItems    = "contract_items"
	Payments         = "payments"
	Acts             = "acts"
	PlanPoints       = "plan_points"
	PlanBudgetLines  = "plan_budget_lines"
	PlanDeliveries   = "plan_deliveries"
	Complaints       = "complaints"
	ComplaintGrounds = "complaint_grounds"
	Enquiries        = "enquiries"
	Documents        = "documents"
	Parties          = "parties"
	PartyRoles       = "party_roles"
	Blacklist        = "blacklist"
)

// All lists the tables in the order of a manifest; processes come first.
func All() []string {
	return []string{
		Processes, Lots, LotPoints, Bids, BidPoints, BidRejections, Criteria, Awards,
		Contracts, ContractVersions, ContractGrounds, ContractItems, Payments, Acts,
		PlanPoints, PlanBudgetLines, PlanDeliveries,
		Complaints, ComplaintGrounds, Enquiries, Documents, Parties, PartyRoles, Blacklist,
	}
}

// Keys names, per table, the columns that tell its rows apart.
func Keys() map[string][]string {
	return map[string][]string{
		Processes:        {"ocid"},
		Lots:             {"ocid", "lot_id"},
		LotPoints:        {"ocid", "lot_id", "point_id"},
		Bids:             {"ocid", "lot_id", "bid_id"},
		BidPoints:        {"ocid", "lot_id", "bid_id", "point_id"},
		BidRejections:    {"ocid", "lot_id", "bid_id", "reason_id"},
		Criteria:         {"ocid", "lot_id", "bid_id", "evaluation_id", "criterion_id"},
		Awards:           {"ocid", "award_id", "lot_id"},
		Contracts:        {"ocid", "root_id", "contract_id"},
		ContractVersions: {"ocid", "root_id", "version_id"},
		ContractGrounds:  {"ocid", "root_id", "version_id", "ground_id"},
		ContractItems:    {"ocid", "root_id", "item_id"},
		Payments:         {"ocid", "root_id", "payment_id"},
		Acts:             {"ocid", "root_id", "act_id"},
		PlanPoints:       {"ocid", "root_id"},
		PlanBudgetLines:  {"ocid", "root_id", "line"},
		PlanDeliveries:   {"ocid", "root_id", "line"},
		Complaints:       {"ocid", "complaint_id"},
		ComplaintGrounds: {"ocid", "complaint_id", "ground"},
		Enquiries:        {"ocid", "enquiry_id"},
		Documents:        {"ocid", "part", "part_id", "document_id"},
		Parties:          {"ocid", "party_id"},
		PartyRoles:       {"ocid", "party_id", "role"},
		Blacklist:        {"ocid", "party_id", "entry_id"},
	}
}

// Empty gives, per table, a row without values: its columns and their types.
func Empty() map[string]any {
	return map[string]any{
		Processes: Process{}, Lots: Lot{}, LotPoints: LotPoint{}, Bids: Bid{}, BidPoints: BidPoint{}, BidRejections: BidRejection{},
		Criteria: Criterion{}, Awards: Award{}, Contracts: Contract{}, ContractVersions: ContractVersion{}, ContractGrounds: ContractGround{},
		ContractItems: ContractItem{}, Payments: Payment{}, Acts: Act{}, PlanPoints: PlanPoint{},
		PlanBudgetLines: PlanBudgetLine{}, PlanDeliveries: PlanDelivery{}, Complaints: Complaint{}, ComplaintGrounds: ComplaintGround{},
		Enquiries: Enquiry{}, Documents: Document{}, Parties: Party{}, PartyRoles: PartyRole{}, Blacklist: BlacklistEntry{},
	}
}

// Process is one contracting process (one compiled release).
type Process struct {
	OCID          string `parquet:"ocid"`
	Kind          string `parquet:"kind,dict"` // tender, contract or plan
	TenderID      string `parquet:"tender_id"` // public number of the announcement
	PortalID      string `parquet:"portal_id"` // id in the address of the announcement's page
	Title         string `parquet:"title"`
	TitleKK       string `parquet:"title_kk"`
	Status        string `parquet:"status,dict"`         // OCDS tender.status
	StatusDetails string `parquet:"status_details,dict"` // portal status id, e.g. 220
	Method        string `parquet:"method,dict"`         // OCDS procurementMethod
	MethodDetails string `parquet:"method_details,dict"` // portal method code, see code list procurementMethodDetails
	Rationale     string `parquet:"rationale,dict"`      // ground of a non-competitive method, as the source has it
	Category      string `parquet:"category,dict"`       // goods, works, services, mixed or ""
	PurchaseType  string `parquet:"purchase_type,dict"`  // portal id of the kind of purchase
	Centralised   *bool  `parquet:"centralised,optional"`
	QuasiPublic   bool   `parquet:"quasi_public"` // of the registers of the quasi-public sector
	BuyerID       string `parquet:"buyer_id,dict"`
	OrganiserID   string `parquet:"organiser_id,dict"`                         // tender.procuringEntity
	Published     *int64 `parquet:"published,optional,timestamp(microsecond)"` // tender.datePublished or the earlier period start
	PublishedDay  *int32 `parquet:"published_day,optional,date"`
	EnquiryStart  *int64 `parquet:"enquiry_start,optional,timestamp(microsecond)"`
	EnquiryEnd    *int64 `parquet:"enquiry_end,optional,timestamp(microsecond)"`
	TenderStart   *int64 `parquet:"tender_start,optional,timestamp(microsecond)"` // bids are accepted from
	TenderEnd     *int64 `parquet:"tender_end,optional,timestamp(microsecond)"`   // until
	Results       *int64 `parquet:"results,optional,timestamp(microsecond)"`      // results were published
	ValueMinor    *int64 `parquet:"value_minor,optional"`
	Currency      string `parquet:"currency,dict"`
	Lots          int32  `parquet:"lots"`
	PriorOCID     string `parquet:"prior_ocid"` // the failed purchase that this one repeats
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
	// complete once a contract in force or performed refers to an award of the lot.
	Status        string `parquet:"status,dict"`
	PortalStatus  string `parquet:"portal_status,dict"` // portal lot status id
	Method        string `parquet:"method,dict"`
	MethodDetails string `parquet:"method_details,dict"`
	PlannedMethod string `parquet:"planned_method,dict"` // method that the plan named
	Rationale     string `parquet:"rationale,dict"`      // ground of a non-competitive method: of the plan point, else previousUnsuccessful
	Competitive   bool   `parquet:"competitive"`
	Category      string `parquet:"category,dict"`
	Centralised   *bool  `parquet:"centralised,optional"`
	Reserved      *bool  `parquet:"reserved,optional"` // for organisations of disabled persons
	AntiDumping   *bool  `parquet:"anti_dumping,optional"`
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
	MinMinor      *int64 `parquet:"min_minor,optional"` // price below which a bid is dumping
	Currency      string `parquet:"currency,dict"`
	WinMinor      *int64 `parquet:"win_minor,optional"` // value of the winning bid in the lot
	WinnerID      string `parquet:"winner_id,dict"`
	WinnerName    string `parquet:"winner_name,dict"`
	WinnerRegion  string `parquet:"winner_region,dict"`
	WinnerCountry string `parquet:"winner_country,dict"` // ISO 3166-1 alpha-2, or ""
	Bids          int32  `parquet:"bids"`                // distinct bids
	Bidders       int32  `parquet:"bidders"`             // distinct tenderers
	Points        int32  `parquet:"points"`              // rows of lot_points
	Buyers        int32  `parquet:"buyers"`              // distinct buyers of the points
	Awarded       bool   `parquet:"awarded"`
	Contracted    bool   `parquet:"contracted"`
	Open          bool   `parquet:"open"` // effective status 210 or 220
	LastReleaseID string `parquet:"last_release_id"`
}

// LotPoint is one buyer's share of a lot: a plan point that the lot fulfils. A
// lot whose points are not known has one row for the whole lot.
type LotPoint struct {
	OCID           string `parquet:"ocid"`
	LotID          string `parquet:"lot_id"`
	PointID        string `parquet:"point_id"`  // id within the lot
	PlanRoot       string `parquet:"plan_root"` // root id of the plan point, "" when unknown
	BuyerID        string `parquet:"buyer_id,dict"`
	BuyerName      string `parquet:"buyer_name,dict"`
	BuyerNameKK    string `parquet:"buyer_name_kk,dict"`
	BuyerRegion    string `parquet:"buyer_region,dict"`
	Item           string `parquet:"item,dict"`
	ItemName       string `parquet:"item_name,dict"`
	ItemNameKK     string `parquet:"item_name_kk,dict"`
	Class          string `parquet:"class,dict"`
	DeliverKATO    string `parquet:"deliver_kato,dict"` // when the point has one place of delivery
	Quantity       string `parquet:"quantity"`          // exact decimal text
	UnitCode       string `parquet:"unit_code,dict"`
	UnitPriceMinor *int64 `parquet:"unit_price_minor,optional"`
	ValueMinor     *int64 `parquet:"value_minor,optional"`
	MinMinor       *int64 `parquet:"min_minor,optional"`
	WinMinor       *int64 `parquet:"win_minor,optional"` // of the winning bid, for this point
	Currency       string `parquet:"currency,dict"`
}

// Bid is one bid in one lot.
type Bid struct {
	OCID            string `parquet:"ocid"`
	LotID           string `parquet:"lot_id"`
	BidID           string `parquet:"bid_id"`
	TendererID      string `parquet:"tenderer_id,dict"`
	TendererName    string `parquet:"tenderer_name,dict"`
	TendererRegion  string `parquet:"tenderer_region,dict"`
	TendererCountry string `parquet:"tenderer_country,dict"`
	Tenderers       int32  `parquet:"tenderers"` // members of a consortium
	// Status is bidStatus* of the methodology: winner, secondPlace, valid,
	// disqualified, pending, withdrawn.
	Status     string `parquet:"status,dict"`
	Date       *int64 `parquet:"date,optional,timestamp(microsecond)"`
	ValueMinor *int64 `parquet:"value_minor,optional"`
	Currency   string `parquet:"currency,dict"`
	// Prequalified tells how the first round of admission ended: passed, corrected
	// (failed, then admitted), failed; "" when the source tells nothing of it.
	Prequalified string `parquet:"prequalified,dict"`
	// Score is the conditional discount for non-price criteria, in millionths of
	// the bid's value; Adjustment is what it takes off, rounded half away from zero.
	Score           *int64 `parquet:"score,optional"`
	AdjustmentMinor *int64 `parquet:"adjustment_minor,optional"`
	// Blacklisted: a tenderer was on the register of unreliable participants on the
	// day of the bid.
	Blacklisted *bool `parquet:"blacklisted,optional"`
}

// BidPoint is the offer of a bid for one point of a lot.
type BidPoint struct {
	OCID           string `parquet:"ocid"`
	LotID          string `parquet:"lot_id"`
	BidID          string `parquet:"bid_id"`
	PointID        string `parquet:"point_id"`
	TendererID     string `parquet:"tenderer_id,dict"`
	UnitPriceMinor *int64 `parquet:"unit_price_minor,optional"`
	ValueMinor     *int64 `parquet:"value_minor,optional"`
	Currency       string `parquet:"currency,dict"`
}

// BidRejection is one reason for which a bid was not admitted.
type BidRejection struct {
	OCID     string `parquet:"ocid"`
	LotID    string `parquet:"lot_id"`
	BidID    string `parquet:"bid_id"`
	ReasonID string `parquet:"reason_id,dict"`
	Kind     string `parquet:"kind,dict"` // article (of the law) or document
	Reason   string `parquet:"reason,dict"`
}

// Criterion is what one non-price criterion gave to one bid. The two pseudo
// criteria of the source, which repeat the years of experience and the total, are
// marked and count nowhere.
type Criterion struct {
	OCID            string `parquet:"ocid"`
	LotID           string `parquet:"lot_id"`
	BidID           string `parquet:"bid_id"`
	EvaluationID    string `parquet:"evaluation_id"`
	CriterionID     string `parquet:"criterion_id"`
	Criterion       string `parquet:"criterion,dict"`
	Pseudo          bool   `parquet:"pseudo"`
	Score           *int64 `parquet:"score,optional"` // millionths of the bid's value
	AdjustmentMinor *int64 `parquet:"adjustment_minor,optional"`
	Currency        string `parquet:"currency,dict"`
}

// Award is one award of one lot; an award of several lots has a row for each and
// no value, because its amount cannot be told apart by lot.
type Award struct {
	OCID            string `parquet:"ocid"`
	AwardID         string `parquet:"award_id"`
	LotID           string `parquet:"lot_id"`
	BidID           string `parquet:"bid_id"`
	Status          string `parquet:"status,dict"` // OCDS award status
	Place           int32  `parquet:"place"`       // 0 not stated
	Wins            bool   `parquet:"wins"`        // stands, and names the winner
	Awarded         *int64 `parquet:"awarded,optional,timestamp(microsecond)"`
	AwardedDay      *int32 `parquet:"awarded_day,optional,date"`
	SupplierID      string `parquet:"supplier_id,dict"`
	SupplierName    string `parquet:"supplier_name,dict"`
	SupplierRegion  string `parquet:"supplier_region,dict"`
	SupplierCountry string `parquet:"supplier_country,dict"`
	ValueMinor      *int64 `parquet:"value_minor,optional"`
	Currency        string `parquet:"currency,dict"`
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
	// EffectiveStatus is contractStatus* of the methodology: a performed contract
	// is complete, partiallyComplete when less was paid than agreed, overpaid when
	// more was; any other keeps its status.
	EffectiveStatus   string `parquet:"effective_status,dict"`
	MethodDetails     string `parquet:"method_details,dict"`
	Rationale         string `parquet:"rationale,dict"`
	Category          string `parquet:"category,dict"`
	BuyerID           string `parquet:"buyer_id,dict"`
	BuyerName         string `parquet:"buyer_name,dict"`
	BuyerNameKK       string `parquet:"buyer_name_kk,dict"`
	BuyerRegion       string `parquet:"buyer_region,dict"`
	SupplierID        string `parquet:"supplier_id,dict"`
	SupplierName      string `parquet:"supplier_name,dict"`
	SupplierRegion    string `parquet:"supplier_region,dict"`
	SupplierCountry   string `parquet:"supplier_country,dict"`
	Item              string `parquet:"item,dict"`
	ItemName          string `parquet:"item_name,dict"`
	ItemNameKK        string `parquet:"item_name_kk,dict"`
	Class             string `parquet:"class,dict"`
	Signed            *int64 `parquet:"signed,optional,timestamp(microsecond)"`
	SignedDay         *int32 `parquet:"signed_day,optional,date"`
	RegisteredDay     *int32 `parquet:"registered_day,optional,date"` // at the treasury
	EndDay            *int32 `parquet:"end_day,optional,date"`        // of the term
	CompletedDay      *int32 `parquet:"completed_day,optional,date"`
	TerminatedDay     *int32 `parquet:"terminated_day,optional,date"`
	BudgetYear        int32  `parquet:"budget_year"`         // 0 not stated
	FundingSource     string `parquet:"funding_source,dict"` // portal id
	MultiAnnual       *bool  `parquet:"multi_annual,optional"`
	Treasury          *bool  `parquet:"treasury,optional"`       // registered at the treasury
	HasSecurity       *bool  `parquet:"has_security,optional"`   // performance is secured
	Guarantee         *int64 `parquet:"guarantee,optional"`      // millionths of the value
	Advance           *int64 `parquet:"advance,optional"`        // advance payment agreed, millionths of the value
	LocalContent      *int64 `parquet:"local_content,optional"`  // millionths
	Blacklisted       *bool  `parquet:"blacklisted,optional"`    // a supplier was on the register of unreliable participants on the day of signing
	TerminationGround string `parquet:"termination_ground,dict"` // portal id
	ValueMinor        *int64 `parquet:"value_minor,optional"`
	PaidMinor         *int64 `parquet:"paid_minor,optional"` // as the contract itself states it
	Currency          string `parquet:"currency,dict"`
	Versions          int32  `parquet:"versions"` // rows of the chain, additional agreements included
	LotIDs            string `parquet:"lot_ids"`  // related lots, space separated
	LastReleaseID     string `parquet:"last_release_id"`
	Direct            bool   `parquet:"direct"` // without announcement
}

// ContractVersion is one row of a contract chain: the contract or an additional
// agreement.
type ContractVersion struct {
	OCID          string `parquet:"ocid"`
	RootID        string `parquet:"root_id"`
	VersionID     string `parquet:"version_id"`
	Agreement     bool   `parquet:"agreement"` // an additional agreement
	Number        string `parquet:"number"`
	Description   string `parquet:"description"`
	StatusDetails string `parquet:"status_details,dict"`
	Signed        *int64 `parquet:"signed,optional,timestamp(microsecond)"`
	SignedDay     *int32 `parquet:"signed_day,optional,date"`
	ValueMinor    *int64 `parquet:"value_minor,optional"` // of the contract with this version; null when the source does not keep it
	Currency      string `parquet:"currency,dict"`
}

// ContractGround is one ground of one additional agreement.
type ContractGround struct {
	OCID      string `parquet:"ocid"`
	RootID    string `parquet:"root_id"`
	VersionID string `parquet:"version_id"`
	GroundID  string `parquet:"ground_id,dict"` // portal id, or the text when the source has no id
	Ground    string `parquet:"ground,dict"`
}

// ContractItem is one line of a contract at its newest version.
type ContractItem struct {
	OCID           string `parquet:"ocid"`
	RootID         string `parquet:"root_id"`
	ItemID         string `parquet:"item_id"`
	LotID          string `parquet:"lot_id"`
	PlanRoot       string `parquet:"plan_root"`
	Item           string `parquet:"item,dict"`
	ItemName       string `parquet:"item_name,dict"`
	ItemNameKK     string `parquet:"item_name_kk,dict"`
	Class          string `parquet:"class,dict"`
	Category       string `parquet:"category,dict"`
	Quantity       string `parquet:"quantity"` // exact decimal text
	UnitCode       string `parquet:"unit_code,dict"`
	UnitPriceMinor *int64 `parquet:"unit_price_minor,optional"`
	ValueMinor     *int64 `parquet:"value_minor,optional"` // stated, else quantity × price rounded to the tiyn
	Currency       string `parquet:"currency,dict"`
	Origin         string `parquet:"origin,dict"` // country of the product, ISO 3166-1 alpha-2
	DeliverKATO    string `parquet:"deliver_kato,dict"`
	FundingSource  string `parquet:"funding_source,dict"`
	LocalContent   *int64 `parquet:"local_content,optional"` // millionths
}

// Payment is one payment under a contract.
type Payment struct {
	OCID       string `parquet:"ocid"`
	RootID     string `parquet:"root_id"`
	PaymentID  string `parquet:"payment_id"`
	Paid       *int64 `parquet:"paid,optional,timestamp(microsecond)"`
	PaidDay    *int32 `parquet:"paid_day,optional,date"`
	PayerID    string `parquet:"payer_id,dict"`
	PayeeID    string `parquet:"payee_id,dict"`
	ValueMinor *int64 `parquet:"value_minor,optional"`
	Currency   string `parquet:"currency,dict"`
}

// Act is one act of acceptance under a contract.
type Act struct {
	OCID          string `parquet:"ocid"`
	RootID        string `parquet:"root_id"`
	ActID         string `parquet:"act_id"`
	Number        string `parquet:"number"`
	StatusDetails string `parquet:"status_details,dict"`
	SignedDay     *int32 `parquet:"signed_day,optional,date"`
	DaysOverdue   *int32 `parquet:"days_overdue,optional"`
	Final         *bool  `parquet:"final,optional"`
	ValueMinor    *int64 `parquet:"value_minor,optional"`
	PenaltyMinor  *int64 `parquet:"penalty_minor,optional"`
	Currency      string `parquet:"currency,dict"`
}

// PlanPoint is one plan point at its newest version.
type PlanPoint struct {
	OCID           string `parquet:"ocid"`
	PointID        string `parquet:"point_id"` // row id of the newest version
	RootID         string `parquet:"root_id"`
	Title          string `parquet:"title"`
	TitleKK        string `parquet:"title_kk"`
	Status         string `parquet:"status,dict"` // portal status id
	MethodDetails  string `parquet:"method_details,dict"`
	Rationale      string `parquet:"rationale,dict"` // ground of a non-competitive method
	Category       string `parquet:"category,dict"`
	BuyerID        string `parquet:"buyer_id,dict"`
	BuyerName      string `parquet:"buyer_name,dict"`
	BuyerNameKK    string `parquet:"buyer_name_kk,dict"`
	BuyerRegion    string `parquet:"buyer_region,dict"`
	Item           string `parquet:"item,dict"`
	ItemName       string `parquet:"item_name,dict"`
	ItemNameKK     string `parquet:"item_name_kk,dict"`
	Class          string `parquet:"class,dict"`
	Year           int32  `parquet:"year"`  // budget year
	Month          int32  `parquet:"month"` // planned month 1-12, 99 last year, 0 unknown
	ApprovedDay    *int32 `parquet:"approved_day,optional,date"`
	PointType      string `parquet:"point_type,dict"`     // portal id: within one budget year, or longer
	FundingSource  string `parquet:"funding_source,dict"` // portal id
	BudgetType     string `parquet:"budget_type,dict"`    // portal id of the budget level
	Administrator  string `parquet:"administrator,dict"`  // code of the administrator of budget programmes
	Preliminary    *bool  `parquet:"preliminary,optional"`
	QuasiPublic    *bool  `parquet:"quasi_public,optional"`
	Reserved       *bool  `parquet:"reserved,optional"` // for organisations of disabled persons
	DeliverKATO    string `parquet:"deliver_kato,dict"` // when the point has one place of delivery
	ValueMinor     *int64 `parquet:"value_minor,optional"`
	BudgetMinor    *int64 `parquet:"budget_minor,optional"`   // sum of the budget lines, null without
	EstimateMinor  *int64 `parquet:"estimate_minor,optional"` // quantity × unit price, when that is exact
	UnitPriceMinor *int64 `parquet:"unit_price_minor,optional"`
	Currency       string `parquet:"currency,dict"`
	Quantity       string `parquet:"quantity"` // exact decimal text
	UnitCode       string `parquet:"unit_code,dict"`
	UnitName       string `parquet:"unit_name,dict"`
	Versions       int32  `parquet:"versions"` // rows of the point that are known: every edit at the portal makes one
	LastReleaseID  string `parquet:"last_release_id"`
}

// PlanBudgetLine is one line of the budget classification that pays for a plan
// point.
type PlanBudgetLine struct {
	OCID              string `parquet:"ocid"`
	RootID            string `parquet:"root_id"`
	Line              int32  `parquet:"line"` // from 1
	Administrator     string `parquet:"administrator,dict"`
	Programme         string `parquet:"programme,dict"`
	ProgrammeName     string `parquet:"programme_name,dict"`
	Subprogramme      string `parquet:"subprogramme,dict"`
	Specification     string `parquet:"specification,dict"` // economic class of the expense
	SpecificationName string `parquet:"specification_name,dict"`
	ValueMinor        *int64 `parquet:"value_minor,optional"`
	Currency          string `parquet:"currency,dict"`
}

// PlanDelivery is one place of delivery of a plan point.
type PlanDelivery struct {
	OCID   string `parquet:"ocid"`
	RootID string `parquet:"root_id"`
	Line   int32  `parquet:"line"` // from 1
	KATO   string `parquet:"kato,dict"`
	Region string `parquet:"region,dict"`
	Share  *int64 `parquet:"share,optional"` // millionths of the point
}

// Complaint is one complaint about a purchase.
type Complaint struct {
	OCID          string `parquet:"ocid"`
	ComplaintID   string `parquet:"complaint_id"`
	Status        string `parquet:"status,dict"` // code list complaintStatus
	ComplainantID string `parquet:"complainant_id,dict"`
	Complainant   string `parquet:"complainant,dict"`
	ReviewBodyID  string `parquet:"review_body_id,dict"`
	Received      *int64 `parquet:"received,optional,timestamp(microsecond)"`
	ReceivedDay   *int32 `parquet:"received_day,optional,date"`
	Reviewed      *int64 `parquet:"reviewed,optional,timestamp(microsecond)"` // the review began
	Resolved      *int64 `parquet:"resolved,optional,timestamp(microsecond)"`
	LotIDs        string `parquet:"lot_ids"`       // lots complained of, space separated; "" the whole purchase
	BuyerID       string `parquet:"buyer_id,dict"` // on which the lots agree
	Item          string `parquet:"item,dict"`     // one classification of the lots
	Class         string `parquet:"class,dict"`
	Grounds       int32  `parquet:"grounds"` // rows of complaint_grounds
}

// ComplaintGround is one reason that a complaint gives.
type ComplaintGround struct {
	OCID        string `parquet:"ocid"`
	ComplaintID string `parquet:"complaint_id"`
	Ground      string `parquet:"ground,dict"`
}

// Enquiry is a question or comment about the documentation.
type Enquiry struct {
	OCID        string `parquet:"ocid"`
	EnquiryID   string `parquet:"enquiry_id"`
	Type        string `parquet:"type,dict"` // code list enquiryType
	AuthorID    string `parquet:"author_id,dict"`
	Author      string `parquet:"author,dict"`
	Asked       *int64 `parquet:"asked,optional,timestamp(microsecond)"`
	AskedDay    *int32 `parquet:"asked_day,optional,date"`
	Answered    *int64 `parquet:"answered,optional,timestamp(microsecond)"`
	HasAnswer   bool   `parquet:"has_answer"`
	AnswerType  string `parquet:"answer_type,dict"`
	LotID       string `parquet:"lot_id"` // "" the whole purchase
	Title       string `parquet:"title"`
	Description string `parquet:"description"`
	Answer      string `parquet:"answer"`
}

// Document is one published document, without its content.
type Document struct {
	OCID         string `parquet:"ocid"`
	Part         string `parquet:"part,dict"` // tender, bid, award, contract, implementation
	PartID       string `parquet:"part_id"`   // id of the bid, award or contract
	DocumentID   string `parquet:"document_id"`
	Type         string `parquet:"type,dict"` // OCDS documentType
	Title        string `parquet:"title"`
	Format       string `parquet:"format,dict"`
	PublishedDay *int32 `parquet:"published_day,optional,date"`
	URL          string `parquet:"url"`
}

// Party is one organisation in one process.
type Party struct {
	OCID        string `parquet:"ocid"`
	PartyID     string `parquet:"party_id,dict"`
	Scheme      string `parquet:"scheme,dict"`
	Name        string `parquet:"name,dict"`
	NameKK      string `parquet:"name_kk,dict"`
	Roles       string `parquet:"roles,dict"`   // OCDS roles, space separated, sorted
	Region      string `parquet:"region,dict"`  // first two digits of KATO, or ""
	KATO        string `parquet:"kato,dict"`    // of the address
	Country     string `parquet:"country,dict"` // ISO 3166-1 alpha-2, or ""
	LegalForm   string `parquet:"legal_form,dict"`
	Size        string `parquet:"size,dict"`     // code of the size class (KRP)
	Sector      string `parquet:"sector,dict"`   // code of the sector of the economy (KSE)
	Type        string `parquet:"type,dict"`     // 1 legal entity, 2 natural person, 3 sole trader
	Activity    string `parquet:"activity,dict"` // main activity, OKED
	ParentID    string `parquet:"parent_id,dict"`
	ParentName  string `parquet:"parent_name,dict"`
	Resident    *bool  `parquet:"resident,optional"`
	Small       *bool  `parquet:"small,optional"` // a small business
	QuasiPublic *bool  `parquet:"quasi_public,optional"`
}

// PartyRole is one role of one organisation in one process.
type PartyRole struct {
	OCID    string `parquet:"ocid"`
	PartyID string `parquet:"party_id,dict"`
	Role    string `parquet:"role,dict"`
}

// BlacklistEntry is one entry of the register of unreliable suppliers about a
// party, repeated in each process that the party is in.
type BlacklistEntry struct {
	OCID      string `parquet:"ocid"`
	PartyID   string `parquet:"party_id,dict"`
	EntryID   string `parquet:"entry_id"`
	StartDay  *int32 `parquet:"start_day,optional,date"`
	EndDay    *int32 `parquet:"end_day,optional,date"` // null: not stated
	ReasonID  string `parquet:"reason_id,dict"`
	Reason    string `parquet:"reason,dict"`
	Withdrawn bool   `parquet:"withdrawn"` // taken out of the register before its end
}
