package analysis

// RowsQuery asks for the rows that figures are counted from, page by page.
type RowsQuery struct {
	// Dataset is one of the catalogue: lots, bids, contracts, … With Measure it may
	// be left out: it is then the dataset of the measure.
	Dataset string `json:"dataset,omitempty"`
	// Measure keeps the rows that it counts. Rows.Excluded tells how many others it
	// leaves out and why, and Reason gives those instead.
	Measure string `json:"measure,omitempty"`
	// Reason is one for which Measure leaves rows out: exactly these are given.
	Reason string `json:"reason,omitempty"`
	// Columns are fields and values of the dataset; without it the usual ones.
	Columns []string `json:"columns,omitempty"`
	Filters Filters  `json:"filters,omitempty"`
	// Order is a column of the dataset, descending with a leading hyphen; one. Ties
	// are broken by the keys of the row, so the order is total. Without it the
	// newest rows come first, by the first date of the dataset.
	Order string `json:"order,omitempty"`
	// Cursor is Rows.Next of the page before. It belongs to the question and the
	// snapshot that it was given for; another is refused.
	Cursor string `json:"cursor,omitempty"`
	// Limit is the number of rows of a page; 0 means 100, at most 1,000.
	Limit int    `json:"limit,omitempty"`
	Lang  string `json:"lang,omitempty"`
	// Snapshot and AsOf are those of Query.
	Snapshot string `json:"snapshot,omitempty"`
	AsOf     string `json:"asOf,omitempty"`
}

// Rows is a page of rows.
type Rows struct {
	// Meta.Rows is the number of rows that the question is about, over all pages.
	Meta    Meta   `json:"meta"`
	Dataset string `json:"dataset"`
	Measure string `json:"measure,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// Columns describe the cells of the rows; KindDimension cells are members.
	Columns []Column  `json:"columns"`
	Rows    []RowItem `json:"rows"`
	// Excluded tells what Measure leaves out of the rows under the filters; each
	// Reason can be asked for.
	Excluded []Excluded `json:"excluded,omitempty"`
	// Choices are all columns that can be asked for.
	Choices []Column `json:"choices,omitempty"`
	// Next is the cursor of the page after; "" on the last.
	Next string `json:"next,omitempty"`
}

// RowItem is one row.
type RowItem struct {
	OCID string `json:"ocid,omitempty"`
	// Kind and ID name the entity that the row belongs to: a lot for a bid, a
	// contract for a payment. Path is its page, such as /lots/123.
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Title string `json:"title"`
	Path  string `json:"path"`
	// Provenance is the address of the row's origin, /api/v1/provenance/{ocid}.
	Provenance string `json:"provenance,omitempty"`
	Cells      Row    `json:"cells"`
}

// Export is the answer to a RowsQuery for all rows. The rows come piece by piece:
// each piece is a Rows without Meta, asked for at At.
type Export struct {
	At string `json:"at"` // subject, see bus.Take
	// Head has everything of the answer but rows and cursor.
	Head Rows `json:"head"`
}
