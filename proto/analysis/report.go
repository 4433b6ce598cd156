package analysis

// Report is a table or chart that somebody built and wants to share. Equal
// reports have one id: a digest of the content.
type Report struct {
	Title string `json:"title,omitempty"` // at most 200 bytes
	// Query is checked against the catalogue; its language and snapshot are those of
	// whoever opens the report.
	Query Query `json:"query"`
	// Columns is how many of the last dimensions of Query are columns of a pivot; the
	// others are its rows.
	Columns int    `json:"columns,omitempty"`
	Chart   string `json:"chart,omitempty"` // kind of a chart; "" is a table
	// Screen is the id of the screen that the report was made on, "" for the builder.
	Screen string `json:"screen,omitempty"`
}

// SavedReport is a report with its id.
type SavedReport struct {
	ID     string `json:"id"` // 32 hexadecimal digits
	Report Report `json:"report"`
	Path   string `json:"path"` // /reports/saved/{id}
}

// SavedReportQuery asks for a saved report.
type SavedReportQuery struct {
	ID string `json:"id"`
}

// Forms that are made for each period.
const (
	FormEEC     = "eec"     // of the Eurasian Economic Commission
	FormMonthly = "monthly" // of the ministry: procedures and contracts of a month
	FormYearly  = "yearly"  // of the ministry: plans, procedures, contracts and payments of a year
)

// Forms lists the forms.
func Forms() []string { return []string{FormEEC, FormMonthly, FormYearly} }

// FormQuery asks for a form of a period: 2026, 2026-Q1 or 2026-01.
type FormQuery struct {
	Form   string `json:"form"`
	Period string `json:"period"`
	Lang   string `json:"lang,omitempty"`
}

// Form is a filled statutory form.
type Form struct {
	Meta       Meta         `json:"meta"`
	Form       string       `json:"form"`
	Title      string       `json:"title"`
	Period     string       `json:"period"`
	LegalBasis string       `json:"legalBasis"`
	Notes      []string     `json:"notes,omitempty"` // how it is filled, and what it cannot have
	Columns    []FormColumn `json:"columns"`
	Rows       []FormRow    `json:"rows"`
}

// FormColumn is a numbered column of figures.
type FormColumn struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	// Absent tells that the method does not exist in the country: its cells are
	// printed as ---.
	Absent bool `json:"absent,omitempty"`
}

// FormRow is a line of a form; Cells are as many as columns.
type FormRow struct {
	Code  string     `json:"code"` // 01
	Title string     `json:"title"`
	Unit  string     `json:"unit"`
	Level int        `json:"level,omitempty"` // 1: a part of the line above of level 0
	Cells []FormCell `json:"cells"`
}

// FormCell is a figure with the question that it answers; both are empty in an
// absent column.
type FormCell struct {
	Value   Cell    `json:"value"`
	Absent  bool    `json:"absent,omitempty"`
	Measure string  `json:"measure,omitempty"`
	Filters Filters `json:"filters,omitempty"`
}

// FormsQuery asks which forms there are.
type FormsQuery struct {
	Lang string `json:"lang,omitempty"`
}

// FormIndex lists the forms and the editions that were made on schedule.
type FormIndex struct {
	Meta     Meta       `json:"meta"`
	Forms    []FormInfo `json:"forms"`
	Editions []Edition  `json:"editions"` // newest period first
}

// FormInfo describes a form.
type FormInfo struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	LegalBasis string `json:"legalBasis"`
	// Periods show how periods of the form are written: 2026, 2026-Q1, 2026-01.
	Periods []string `json:"periods"`
}

// Edition is a form of a period that lies in the object store.
type Edition struct {
	Form     string     `json:"form"`
	Period   string     `json:"period"`
	Snapshot string     `json:"snapshot"`
	AsOf     string     `json:"asOf"`
	Files    []FormFile `json:"files"`
}

// FormFile is one file of an edition.
type FormFile struct {
	Lang      string `json:"lang"`
	MediaType string `json:"mediaType"`
	Key       string `json:"key"` // in the bucket
	URL       string `json:"url,omitempty"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
}

// FormBody is a form as a file.
type FormBody struct {
	Name     string `json:"name"`
	Snapshot string `json:"snapshot"`
	AsOf     string `json:"asOf"`
	Body     []byte `json:"body"` // XLSX
}
