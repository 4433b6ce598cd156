package analysis

// Types of what is found. Each has a page.
const (
	FoundBuyer     = "buyer"
	FoundSupplier  = "supplier"
	FoundProcess   = "process" // an announcement
	FoundLot       = "lot"
	FoundContract  = "contract"
	FoundPlanPoint = "planPoint"
	FoundCategory  = "category"
)

// FoundTypes lists the types.
func FoundTypes() []string {
	return []string{FoundBuyer, FoundSupplier, FoundProcess, FoundLot, FoundContract, FoundPlanPoint, FoundCategory}
}

// SearchQuery asks for what words, a BIN, a number or a code of ENS TRU may mean.
type SearchQuery struct {
	// Text is at most 200 bytes; the first 12 words count. Every word must be found,
	// in some form; the last one may be unfinished.
	Text string `json:"q"`
	// Types keeps some; none means all.
	Types []string `json:"types,omitempty"`
	// Limit is the greatest number of results; 0 means 20, at most 100.
	Limit int    `json:"limit,omitempty"`
	Lang  string `json:"lang,omitempty"`
}

// Found is the answer to a SearchQuery, the best first.
type Found struct {
	Meta    Meta     `json:"meta"`
	Results []Result `json:"results"`
	// Corrected is what was looked for instead of words that nothing has; "" when
	// all words are known.
	Corrected string `json:"corrected,omitempty"`
	// More tells that there are more than given.
	More bool `json:"more,omitempty"`
}

// Result is one thing that was found.
type Result struct {
	Type  string            `json:"type"`
	ID    string            `json:"id"`
	OCID  string            `json:"ocid,omitempty"`
	Title string            `json:"title"`
	Names map[string]string `json:"names"` // by language
	// Context is one line: number, buyer, year, amount.
	Context string `json:"context,omitempty"`
	Date    string `json:"date,omitempty"` // 2026-01-31
	Path    string `json:"path"`
}
