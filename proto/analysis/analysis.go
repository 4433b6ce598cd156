// Package analysis declares the questions that the analytics service answers
// (subjects svc.v1.analytics.<verb>) and their answers. The JSON is also the
// public JSON of the gateway's routes: the gateway passes it through, and fills
// in addresses.
//
// Exactness: counts are JSON integers, money and ratios are JSON strings with a
// fixed number of decimals (Column.Scale), null means that no row carried a
// value. Nothing is a floating point number.
package analysis

// Name of the service and its verbs, as subject.Question takes them.
const (
	Service     = "analytics"
	VerbCatalog = "catalog"
	VerbQuery   = "query"
	VerbFacets  = "facets"

	VerbRows       = "rows"        // RowsQuery -> Rows
	VerbExport     = "export"      // RowsQuery -> Export: its limit is that of the whole, 0 is none
	VerbEntity     = "entity"      // EntityQuery -> Entity
	VerbSearch     = "search"      // SearchQuery -> Found
	VerbSaveReport = "save-report" // Report -> SavedReport
	VerbReport     = "report"      // SavedReportQuery -> SavedReport
	VerbForm       = "form"        // FormQuery -> Form
	VerbFormFile   = "form-file"   // FormQuery -> FormBody
	VerbForms      = "forms"       // FormsQuery -> FormIndex
)

// Languages of labels and texts; the first is the default.
const (
	Russian = "ru"
	Kazakh  = "kk"
	English = "en"
)

// Languages lists the languages.
func Languages() []string { return []string{Kazakh, Russian, English} }

// FilterPrefix begins the name of a URL parameter that filters:
// filter.method=openTender.
const FilterPrefix = "filter."

// HavingPrefix begins the name of a URL parameter that keeps groups by a measure:
// having.lots=10..500.
const HavingPrefix = "having."

// Grammar of a filter value, the same in URLs, in JSON and in saved reports.
// Several values of one field are joined by or, several fields by and.
const (
	Not    = "!"  // leading: everything but the value
	Blank  = "~"  // the whole value: rows where the field is not stated
	Span   = ".." // between two bounds, inclusive; either may be left out; dates, periods and numbers only
	Escape = `\`  // leading: the rest is taken literally
)

// Filters maps the id of a field to the values it may have.
type Filters map[string][]string

// Query asks for measures, by dimensions, under filters.
type Query struct {
	Measures   []string `json:"measures"`
	Dimensions []string `json:"dimensions,omitempty"`
	Filters    Filters  `json:"filters,omitempty"`
	// Having keeps the groups in which a measure that is asked for lies in a range,
	// bounds inclusive and one of them optional: {"lots": "10..500"}. The groups
	// outside the range are part of Answer.Other.
	Having map[string]string `json:"having,omitempty"`
	// Order is a measure or dimension id, descending with a leading hyphen;
	// several are separated by commas. Without it the first dimension ascending
	// when it is a date, else the first measure descending. Ties are broken by
	// the dimensions, so equal requests have equal answers.
	Order string `json:"order,omitempty"`
	// Limit is the greatest number of rows; the rest is summed in Answer.Other.
	// 0 means 1,000; at most 10,000.
	Limit int    `json:"limit,omitempty"`
	Lang  string `json:"lang,omitempty"`
	// Snapshot is any published one that is still kept; the present one without it.
	// One of the past may have to be loaded first: fault.Unavailable says so.
	Snapshot string `json:"snapshot,omitempty"`
	// AsOf, instead of Snapshot, is a day (in the portal's zone) or an RFC 3339 time:
	// the newest snapshot that has no later release.
	AsOf string `json:"asOf,omitempty"`
	// Compare asks for every measure over another selection too: ComparePrevious or
	// CompareYear, which move the filters on the one date that is filtered.
	Compare string `json:"compare,omitempty"`
	// CompareFilters says the other selection: these fields have these values in it,
	// none when the list is empty, and all other filters stay.
	CompareFilters Filters `json:"compareFilters,omitempty"`
	// Cumulative adds running sums along the first dimension, which is a date.
	Cumulative bool `json:"cumulative,omitempty"`
}

// Values of Query.Compare.
const (
	// ComparePrevious is the period of the same length right before. A range of days
	// from the first of a month to the last of a month is counted in months.
	ComparePrevious = "previous"
	// CompareYear is the same period a year before.
	CompareYear = "year"
)

// ComparePrefix begins the name of a URL parameter of CompareFilters:
// compare.publishedYear=2019; an empty value takes the filter away.
const ComparePrefix = "compare."

// Columns that are made of a measure; their ids are the measure's, a dot and the role.
const (
	RoleCompare           = "compare"           // the measure over the other selection
	RoleChange            = "change"            // the measure less RoleCompare
	RoleGrowth            = "growth"            // RoleChange as a fraction of RoleCompare, null when that is 0 or null
	RoleCumulative        = "cumulative"        // the sum of the rows so far
	RoleCompareCumulative = "compareCumulative" // the sum of RoleCompare so far

	// Of a Diff: RoleChange divided by what the processes of the rows went through.
	RoleNewData    = "newData"    // processes that only the later snapshot has
	RoleCorrection = "correction" // processes with other newest releases, or that only the earlier has
	RoleMethod     = "method"     // processes with the same newest release in both
)

// VerbDiff asks for what changed between two snapshots: DiffQuery -> Diff.
const VerbDiff = "diff"

// DiffQuery asks for measures, by dimensions, under filters, in two snapshots.
// Each is an id, "current", a day (in the portal's zone) or an RFC 3339 time: the
// newest snapshot that has no later release.
type DiffQuery struct {
	From       string   `json:"from"`
	To         string   `json:"to"`
	Measures   []string `json:"measures"`
	Dimensions []string `json:"dimensions,omitempty"`
	Filters    Filters  `json:"filters,omitempty"`
	// Limit is the greatest number of rows; 0 means 1,000. Answer.Other then tells
	// the number of groups beyond it.
	Limit int    `json:"limit,omitempty"`
	Lang  string `json:"lang,omitempty"`
}

// Diff is a table of the later snapshot compared with the earlier: every measure
// has the columns RoleCompare, RoleChange and RoleGrowth, and those whose parts add
// up RoleNewData, RoleCorrection and RoleMethod, which add up to RoleChange. Rows
// come by the size of the first measure's change.
type Diff struct {
	Answer
	From DiffSide `json:"from"`
	To   DiffSide `json:"to"`
	// Processes counts what happened to processes between the snapshots.
	Processes DiffProcesses `json:"processes"`
	// Versions lists what of mapping, method and schema is another: only then do
	// figures of unchanged processes change by themselves. What they have from other
	// processes (the ground that a plan states for a lot) is told as method too.
	Versions []VersionChange `json:"versions"`
}

// DiffSide is one of the snapshots.
type DiffSide struct {
	Snapshot string `json:"snapshot"`
	AsOf     string `json:"asOf,omitempty"`
}

// DiffProcesses counts processes.
type DiffProcesses struct {
	New     int64 `json:"new"`
	Updated int64 `json:"updated"`
	Removed int64 `json:"removed"`
}

// VersionChange is a version that differs.
type VersionChange struct {
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Answer is the answer to a Query.
type Answer struct {
	Meta    Meta     `json:"meta"`
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
	// Other covers the groups beyond the limit and outside of Having: "groups" and every measure,
	// computed over their rows (a distinct count is not a sum). Absent when
	// there are none.
	Other Row `json:"other,omitempty"`
	// Totals holds every measure over all selected rows.
	Totals Row `json:"totals"`
}

// Meta says what an answer was computed from.
type Meta struct {
	Snapshot string `json:"snapshot"`
	// AsOf is the date of the newest release in the snapshot, RFC 3339 in UTC.
	AsOf string `json:"asOf,omitempty"`
	Lang string `json:"lang"`
	// Dataset is the dataset of the first measure.
	Dataset     string       `json:"dataset,omitempty"`
	Definitions []Definition `json:"definitions,omitempty"`
	// Excluded lists what the measures leave out, zero counts left away.
	Excluded []Excluded `json:"excluded,omitempty"`
	// Rows is the number of rows of Dataset under the filters.
	Rows int64 `json:"rows"`
	// ElapsedMs is the time spent computing, in milliseconds; 0 from the cache.
	ElapsedMs int64 `json:"elapsedMs"`
	// Compared tells about the other selection of a comparison.
	Compared *Compared `json:"compared,omitempty"`
}

// Compared is the other selection of a comparison.
type Compared struct {
	// Filters differ from those of the query.
	Filters Filters `json:"filters"`
	// Excluded and Rows are what Meta has, over the other selection.
	Excluded []Excluded `json:"excluded,omitempty"`
	Rows     int64      `json:"rows"`
}

// Definition names the version of a definition that was used.
type Definition struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Excluded counts the rows that a measure leaves out for a reason.
type Excluded struct {
	Measure string `json:"measure"`
	Reason  string `json:"reason"`
	Title   string `json:"title"`
	Rows    int64  `json:"rows"`
}

// Kinds of a column.
const (
	KindDimension = "dimension"
	KindMeasure   = "measure"
)

// Types of a column.
const (
	TypeCode   = "code"
	TypeText   = "text"
	TypeDate   = "date" // year 2026, quarter 2026-Q1, month 2026-01 or day 2026-01-31
	TypeInt    = "int"
	TypeMoney  = "money"
	TypeRatio  = "ratio"  // a fraction: 0.063500 is 6.35 %
	TypeNumber = "number" // an average or a number of days, with Scale decimals
)

// Column describes a column of the rows.
type Column struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Type  string `json:"type"`
	Unit  string `json:"unit,omitempty"`
	Title string `json:"title"`
	// Scale is the number of decimals of a money, ratio or number column.
	Scale int `json:"scale,omitempty"`
	// Additive tells that the rows, with Other, add up to the total.
	Additive bool `json:"additive,omitempty"`
	// Of is the measure that the column is made of, Role how; absent in the measure
	// itself.
	Of   string `json:"of,omitempty"`
	Role string `json:"role,omitempty"`
}

// CatalogQuery asks for the catalogue.
type CatalogQuery struct {
	Lang string `json:"lang,omitempty"`
}

// Catalog is the semantic layer in one language.
type Catalog struct {
	Meta       Meta        `json:"meta"`
	Measures   []Measure   `json:"measures"`
	Dimensions []Dimension `json:"dimensions"`
	Filters    []Filter    `json:"filters"`
	Flags      []Flag      `json:"flags"`
	Screens    []Screen    `json:"screens"`
	Limits     Limits      `json:"limits"`
}

// Flag is the definition of a red flag. The rows behind it are those of dataset
// flags filtered by its id.
type Flag struct {
	ID         string `json:"id"`
	Version    int    `json:"version"`
	Name       string `json:"name"`
	Definition string `json:"definition"`
	Rule       string `json:"rule"`
	LegalBasis string `json:"legalBasis"`
	ValidFrom  string `json:"validFrom"`
	ValidTo    string `json:"validTo,omitempty"`
	Sources    string `json:"sources,omitempty"`
	// Missing says what the data lack to compute the flag; it is then never raised.
	Missing string `json:"missing,omitempty"`
}

// Kinds of a chart. Bars are for members, columns for dates, map for the regions
// of the country, world for countries, grouped for several measures side by side.
const (
	ChartBars    = "bars"
	ChartColumns = "columns"
	ChartMap     = "map"
	ChartWorld   = "world"
	ChartGrouped = "grouped"
	// ChartHistogram is of bands and months in their own order.
	ChartHistogram = "histogram"
	// ChartTreemap is of a classification, from its coarsest level down with the
	// selection: the dimension is one of its levels.
	ChartTreemap = "treemap"
	// ChartMatrix is of Dimension by By.
	ChartMatrix = "matrix"
	// ChartFunnel is of measures that are steps of the chain that Dimension holds.
	ChartFunnel = "funnel"
)

// Stand-ins for a dimension that the reader chooses on the screen.
const (
	ChosenGrain = "grain" // one of Screen.Grains
	ChosenLevel = "level" // one of Screen.Levels
)

// Screen declares a dashboard: everything that a page needs to draw it.
type Screen struct {
	ID    string `json:"id"`    // T1
	Group string `json:"group"` // tenders, contracts, plans, planFact, eec, quality
	Title string `json:"title"`
	Help  string `json:"help"`
	// Tiles are measures shown as figures.
	Tiles []string `json:"tiles"`
	// Indicators are the measures that the indicator switch offers, the first by
	// default; a chart without measures shows the chosen one.
	Indicators []string `json:"indicators,omitempty"`
	// Grains are the dates that the grain switch offers, Levels the levels of the
	// classification; the first is the default.
	Grains []string `json:"grains,omitempty"`
	Levels []string `json:"levels,omitempty"`
	Charts []Chart  `json:"charts"`
	Tables []Table  `json:"tables,omitempty"`
	// Facets are the fields of the filter panes, Period is the date that the period
	// filter is about, Toggles are fields of yes or no.
	Facets  []string `json:"facets"`
	Period  string   `json:"period,omitempty"`
	Toggles []string `json:"toggles,omitempty"`
	// Onward is a field of months: a switch keeps those from the present one to the
	// end of the year.
	Onward string `json:"onward,omitempty"`
	// Range is the measure whose least and greatest value per group may be set.
	Range string `json:"range,omitempty"`
	// Selection is what is selected when the screen is opened.
	Selection Filters `json:"selection,omitempty"`
}

// Chart shows measures by a dimension.
type Chart struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Kind      string   `json:"kind"`
	Dimension string   `json:"dimension"`
	By        string   `json:"by,omitempty"` // the other dimension of a matrix
	Measures  []string `json:"measures,omitempty"`
	Colour    string   `json:"colour,omitempty"` // measure that colours the marks
	Limit     int      `json:"limit"`            // groups before the rest becomes "other"
	Width     int      `json:"width"`            // twelfths of the page
}

// Table shows groups: measures by several dimensions.
type Table struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Dimensions []string `json:"dimensions,omitempty"`
	Measures   []string `json:"measures,omitempty"`
	// Chosen tells that the reader chooses dimensions and measures, up to the limits;
	// those given are the ones to begin with.
	Chosen bool `json:"chosen,omitempty"`
	// Rows is a measure: the table lists the rows that it counts, and has no
	// dimensions and measures of its own.
	Rows string `json:"rows,omitempty"`
}

// Measure is the definition of an indicator.
type Measure struct {
	ID         string `json:"id"`
	Version    int    `json:"version"`
	Name       string `json:"name"`
	Definition string `json:"definition"`
	Formula    string `json:"formula"`
	Grain      string `json:"grain"`
	Type       string `json:"type"`
	Unit       string `json:"unit"`
	Scale      int    `json:"scale"`
	Dataset    string `json:"dataset"`
	LegalBasis string `json:"legalBasis"`
	ValidFrom  string `json:"validFrom"`
	ValidTo    string `json:"validTo,omitempty"`
	Reference  string `json:"reference,omitempty"`
	// VariantOf names the measure of which this is the reference methodology's own
	// formula.
	VariantOf   string      `json:"variantOf,omitempty"`
	Denominator string      `json:"denominator,omitempty"`
	Additive    bool        `json:"additive"`
	Excludes    []Exclusion `json:"excludes"`
}

// Exclusion is a reason for which a measure leaves rows out.
type Exclusion struct {
	Reason string `json:"reason"`
	Title  string `json:"title"`
}

// Dimension is something by which measures can be split.
type Dimension struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Definition string `json:"definition"`
	Type       string `json:"type"`
	// Datasets whose measures can be split by it.
	Datasets []string `json:"datasets"`
	// Hierarchy names the levels that the dimension belongs to, coarse first.
	Hierarchy []string `json:"hierarchy,omitempty"`
}

// Filter is a field that can be filtered.
type Filter struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Datasets []string `json:"datasets"`
	// Range tells that "a..b" is understood.
	Range bool `json:"range"`
	// Format shows how a value is written, such as 2026-01-31.
	Format string `json:"format"`
}

// Limits are the cost caps of a request.
type Limits struct {
	Measures     int `json:"measures"`
	Dimensions   int `json:"dimensions"`
	Rows         int `json:"rows"`
	FilterValues int `json:"filterValues"`
	FacetFields  int `json:"facetFields"`
}

// FacetsQuery asks for the values of fields with their counts under a
// selection.
type FacetsQuery struct {
	Fields  []string `json:"fields"`
	Filters Filters  `json:"filters,omitempty"`
	// Dataset is the one whose rows are counted: it must have every field and every
	// filter. Without it each field is counted in the first dataset that has the
	// field and the filters.
	Dataset string `json:"dataset,omitempty"`
	// Limit is the greatest number of values per field; 0 means 100.
	Limit int `json:"limit,omitempty"`
	// Search keeps, per field, the values whose label or id holds the text.
	Search map[string]string `json:"search,omitempty"`
	Lang   string            `json:"lang,omitempty"`
	// Snapshot and AsOf are those of Query.
	Snapshot string `json:"snapshot,omitempty"`
	AsOf     string `json:"asOf,omitempty"`
}

// Facets is the answer to a FacetsQuery.
type Facets struct {
	Meta   Meta    `json:"meta"`
	Facets []Facet `json:"facets"`
}

// Facet is one field. Counts are rows of Dataset under the selection without
// the field's own filter; values that no selected row has are kept with 0.
type Facet struct {
	Field   string `json:"field"`
	Title   string `json:"title"`
	Dataset string `json:"dataset"`
	// Total is the number of values, before the limit and after the search.
	Total  int64        `json:"total"`
	Values []FacetValue `json:"values"`
}

// States of a facet value.
const (
	StateSelected = "selected"
	StatePossible = "possible"
	StateExcluded = "excluded"
)

// FacetValue is one value of a field.
type FacetValue struct {
	ID    string `json:"id"` // as a filter takes it: blank is "~"
	Label string `json:"label"`
	Count int64  `json:"count"`
	State string `json:"state"`
}
