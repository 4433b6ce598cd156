// Package analysis declares the questions that the analytics service answers
// (svc.v1.analytics.<verb>) and the JSON of request and answer. The gateway
// passes the same JSON to the public, so field names are part of the open API
// and only ever added to.
package analysis

// Service and its verbs.
const (
	Service = "analytics"

	VerbCatalog = "catalog" // CatalogRequest -> Catalog
	VerbQuery   = "query"   // QueryRequest -> QueryAnswer
	VerbFacets  = "facets"  // FacetsRequest -> FacetsAnswer
)

// Filters maps a dimension to what is selected in it. One value: exact text;
// "!x" excludes x; "a..b" is a range of dates or numbers, either side may be
// empty; "~" is the blank member; a leading "\" takes the rest literally.
// Several values of one field are alternatives, fields are combined with and.
type Filters map[string][]string

// CatalogRequest asks for the semantic layer.
type CatalogRequest struct {
	Lang string `json:"lang,omitempty"` // kk, ru or en; texts in this language, all three when empty
}

// QueryRequest asks for a table of measures by dimensions.
type QueryRequest struct {
	Measures   []string `json:"measures"`
	Dimensions []string `json:"dimensions,omitempty"`
	Filters    Filters  `json:"filters,omitempty"`
	Order      string   `json:"order,omitempty"` // a measure or dimension of the request; leading "-" is descending
	Limit      int      `json:"limit,omitempty"` // groups; the rest is summed in Other. 0 = default of the service
	Lang       string   `json:"lang,omitempty"`
	Snapshot   string   `json:"snapshot,omitempty"` // empty = current
}

// FacetsRequest asks, per field, for every value with its count.
type FacetsRequest struct {
	Fields  []string          `json:"fields"`
	Filters Filters           `json:"filters,omitempty"`
	Search  map[string]string `json:"search,omitempty"` // per field: only values whose label contains the text
	Limit   int               `json:"limit,omitempty"`  // values per field
	Lang    string            `json:"lang,omitempty"`
	// Snapshot as in QueryRequest.
	Snapshot string `json:"snapshot,omitempty"`
}

// Meta says what an answer was computed from.
type Meta struct {
	Snapshot    string       `json:"snapshot"`
	AsOf        string       `json:"asOf"` // date of the newest release in the snapshot, RFC 3339
	Lang        string       `json:"lang"`
	Dataset     string       `json:"dataset,omitempty"`
	Definitions []Definition `json:"definitions,omitempty"`
	Excluded    []Exclusion  `json:"excluded,omitempty"`
	Rows        int64        `json:"rows"` // rows of the dataset under the selection
	ElapsedMS   float64      `json:"elapsedMs"`
}

// Definition names the version of a measure that was used.
type Definition struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Exclusion says how many selected rows a measure left out, and why.
type Exclusion struct {
	Measure string `json:"measure"`
	Reason  string `json:"reason"` // stable code: noValue, otherCurrency, noWinner, negativeReduction, ...
	Text    string `json:"text"`   // the reason in the language of the answer
	Rows    int64  `json:"rows"`
}

// Column describes a column of the answer.
type Column struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"` // dimension or measure
	Type  string `json:"type"` // code, text, date, int, money or ratio
	Unit  string `json:"unit,omitempty"`
	Title string `json:"title"`
}

// Member is a value of a dimension. A blank value has id "~".
type Member struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Row maps a column to a Member (dimension) or to a measure: an integer, an
// exact decimal as text (money in units of the currency, ratios as a fraction
// of one), or null when it can't be computed.
type Row map[string]any

// QueryAnswer is a table.
type QueryAnswer struct {
	Meta    Meta     `json:"meta"`
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
	Other   *Other   `json:"other,omitempty"`
	Totals  Row      `json:"totals"`
}

// Other is the groups beyond the limit, as one.
type Other struct {
	Groups   int64 `json:"groups"`
	Measures Row   `json:"measures"`
}

// FacetsAnswer holds the facets in the order asked for.
type FacetsAnswer struct {
	Meta   Meta    `json:"meta"`
	Facets []Facet `json:"facets"`
}

// Facet is one field under the selection of all other fields.
type Facet struct {
	Field  string       `json:"field"`
	Title  string       `json:"title"`
	Total  int64        `json:"total"` // distinct values, before limit and search
	Values []FacetValue `json:"values"`
}

// FacetValue is one value with the number of rows it has under the selection.
type FacetValue struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Count int64  `json:"count"`
	// State is selected, possible (a click gives rows) or excluded (none under
	// the present selection).
	State string `json:"state"`
}

// Catalog is the semantic layer.
type Catalog struct {
	Meta       Meta        `json:"meta"`
	Measures   []Measure   `json:"measures"`
	Dimensions []Dimension `json:"dimensions"`
}

// Text is a text in the three languages of the product; only one is set when
// the request named a language.
type Text struct {
	KK string `json:"kk,omitempty"`
	RU string `json:"ru,omitempty"`
	EN string `json:"en,omitempty"`
}

// Measure is an indicator with everything needed to explain a figure.
type Measure struct {
	ID         string   `json:"id"`
	Version    int      `json:"version"`
	Name       Text     `json:"name"`
	Definition Text     `json:"definition"`
	Formula    string   `json:"formula"`
	Grain      string   `json:"grain"`
	Unit       string   `json:"unit"` // count, KZT, share
	Type       string   `json:"type"` // int, money, ratio
	Dataset    string   `json:"dataset"`
	Excludes   Text     `json:"excludes"`
	Legal      string   `json:"legalBasis,omitempty"`
	ValidFrom  string   `json:"validFrom,omitempty"`
	Reference  string   `json:"reference,omitempty"` // number in the reference methodology, 4.1.2
	Dimensions []string `json:"dimensions"`          // what it can be broken down by
}

// Dimension is a field to group and filter by.
type Dimension struct {
	ID         string   `json:"id"`
	Name       Text     `json:"name"`
	Definition Text     `json:"definition"`
	Type       string   `json:"type"` // code, text, date, int
	Datasets   []string `json:"datasets"`
	Hierarchy  []string `json:"hierarchy,omitempty"` // from coarse to fine
	Searchable bool     `json:"searchable"`
}
