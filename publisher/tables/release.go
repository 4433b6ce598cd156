package tables

import "encoding/json"

// The parts of a compiled release that the tables are made from: OCDS 1.1.5 with
// the extensions lots, bids, contract_buyer, contract_suppliers and
// ocds_kz_extension. Amounts stay text until they become tiyn.

type release struct {
	OCID      string     `json:"ocid"`
	Date      string     `json:"date"`
	Parties   []party    `json:"parties"`
	Buyer     *orgRef    `json:"buyer"`
	Planning  *planning  `json:"planning"`
	Tender    *tender    `json:"tender"`
	Bids      *bids      `json:"bids"`
	Awards    []award    `json:"awards"`
	Contracts []contract `json:"contracts"`
}

type orgRef struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameKK string `json:"name_kk"`
}

type party struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	NameKK     string   `json:"name_kk"`
	Roles      []string `json:"roles"`
	Identifier *struct {
		Scheme string `json:"scheme"`
	} `json:"identifier"`
	Address *address `json:"address"`
}

type address struct {
	KATO    string `json:"kato"`
	Country string `json:"country"`
}

type money struct {
	Amount   json.Number `json:"amount"`
	Currency string      `json:"currency"`
}

type period struct {
	Start string `json:"startDate"`
}

type planning struct {
	Budget *struct {
		Amount *money `json:"amount"`
	} `json:"budget"`
	PlanPoint *planPoint `json:"planPoint"`
}

type planPoint struct {
	ID            string `json:"id"`
	RootID        string `json:"rootId"`
	StatusDetails string `json:"statusDetails"`
	BudgetYear    int32  `json:"budgetYear"`
	PlannedMonth  int32  `json:"plannedMonth"`
	MethodDetails string `json:"procurementMethodDetails"`
}

type tender struct {
	ID            string  `json:"id"`
	Number        string  `json:"tenderNumber"`
	Title         string  `json:"title"`
	TitleKK       string  `json:"title_kk"`
	Status        string  `json:"status"`
	StatusDetails string  `json:"statusDetails"`
	Method        string  `json:"procurementMethod"`
	MethodDetails string  `json:"procurementMethodDetails"`
	Category      string  `json:"mainProcurementCategory"`
	DatePublished string  `json:"datePublished"`
	TenderPeriod  *period `json:"tenderPeriod"`
	EnquiryPeriod *period `json:"enquiryPeriod"`
	Value         *money  `json:"value"`
	Lots          []lot   `json:"lots"`
	Items         []item  `json:"items"`
}

type lot struct {
	ID             string   `json:"id"`
	Number         string   `json:"lotNumber"`
	Title          string   `json:"title"`
	TitleKK        string   `json:"title_kk"`
	Status         string   `json:"status"`
	StatusDetails  string   `json:"statusDetails"`
	Value          *money   `json:"value"`
	Buyer          *orgRef  `json:"buyer"`
	MethodDetails  string   `json:"procurementMethodDetails"`
	DeliveryPlaces []string `json:"deliveryPlaces"`
}

type item struct {
	RelatedLot        string      `json:"relatedLot"`
	Quantity          json.Number `json:"quantity"`
	DeliveryAddresses []address   `json:"deliveryAddresses"`
	Classification    *struct {
		ID            string `json:"id"`
		Description   string `json:"description"`
		DescriptionKK string `json:"description_kk"`
	} `json:"classification"`
	Unit *struct {
		ID string `json:"id"`
	} `json:"unit"`
}

type bids struct {
	Details []bid `json:"details"`
}

type bid struct {
	ID          string   `json:"id"`
	Status      string   `json:"status"`
	Date        string   `json:"date"`
	Tenderers   []orgRef `json:"tenderers"`
	Value       *money   `json:"value"`
	RelatedLots []string `json:"relatedLots"`
}

type award struct {
	ID          string   `json:"id"`
	Status      string   `json:"status"`
	Date        string   `json:"date"`
	Place       int32    `json:"place"`
	Value       *money   `json:"value"`
	Suppliers   []orgRef `json:"suppliers"`
	RelatedLots []string `json:"relatedLots"`
	RelatedBid  string   `json:"relatedBid"`
}

type contract struct {
	ID            string   `json:"id"`
	AwardID       string   `json:"awardID"`
	AwardIDs      []string `json:"awardIDs"`
	RootID        string   `json:"rootId"`
	VersionID     string   `json:"versionId"`
	Versions      int32    `json:"versions"`
	Number        string   `json:"number"`
	Title         string   `json:"title"`
	Status        string   `json:"status"`
	StatusDetails string   `json:"statusDetails"`
	MethodDetails string   `json:"procurementMethodDetails"`
	DateSigned    string   `json:"dateSigned"`
	Value         *money   `json:"value"`
	AmountPaid    *money   `json:"amountPaid"`
	Buyer         *orgRef  `json:"buyer"`
	Suppliers     []orgRef `json:"suppliers"`
	RelatedLots   []string `json:"relatedLots"`
	Items         []item   `json:"items"`
}
