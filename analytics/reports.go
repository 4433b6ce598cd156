package analytics

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/plan"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Bounds of saved reports.
const (
	maxReportBytes = 32 << 10
	maxReportTitle = 200
	reportsHourly  = 1_000
)

// Reports keeps reports that people share.
type Reports struct{ store ReportStore }

// ReportStore keeps reports by id.
type ReportStore interface {
	// SaveReport is idempotent; fault.RateLimited when more than hourly new ones
	// came within an hour.
	SaveReport(ctx context.Context, id string, body json.RawMessage, hourly int) error
	Report(ctx context.Context, id string) (json.RawMessage, error)
}

// Save checks a report and keeps it. Its id is a digest of its content, so equal
// reports are one.
func (r *Reports) Save(ctx context.Context, report analysis.Report) (analysis.SavedReport, error) {
	report.Title = strings.TrimSpace(report.Title)
	if len(report.Title) > maxReportTitle || report.Title != strings.ToValidUTF8(report.Title, "") || strings.ContainsRune(report.Title, 0) {
		return analysis.SavedReport{}, fault.New(fault.Invalid, "the title is longer than %d bytes, or no text", maxReportTitle).At("title")
	}
	charts := []string{analysis.ChartBars, analysis.ChartColumns, analysis.ChartMap, analysis.ChartGrouped}
	if report.Chart != "" && !slices.Contains(charts, report.Chart) {
		return analysis.SavedReport{}, fault.New(fault.Invalid, "there is no chart %s", short(report.Chart)).At("chart", charts...)
	}
	if report.Screen != "" && !slices.ContainsFunc(catalog.Screens(), func(s catalog.Screen) bool { return s.ID == report.Screen }) {
		return analysis.SavedReport{}, fault.New(fault.Invalid, "there is no screen %s", short(report.Screen)).At("screen")
	}
	report.Query.Lang, report.Query.Snapshot = "", ""
	if _, err := plan.Compile(report.Query); err != nil {
		return analysis.SavedReport{}, err
	}
	body, err := json.Marshal(report) // members in a fixed order, maps by key
	if err != nil {
		return analysis.SavedReport{}, fmt.Errorf("encode a report: %w", err)
	}
	if len(body) > maxReportBytes {
		return analysis.SavedReport{}, fault.New(fault.TooLarge, "the report has %d bytes, at most %d", len(body), maxReportBytes)
	}
	sum := sha256.Sum256(body)
	id := hex.EncodeToString(sum[:16])
	if err := r.store.SaveReport(ctx, id, body, reportsHourly); err != nil {
		return analysis.SavedReport{}, err
	}
	return saved(id, report), nil
}

var reportID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Saved gives a report by its id.
func (r *Reports) Saved(ctx context.Context, q analysis.SavedReportQuery) (analysis.SavedReport, error) {
	if !reportID.MatchString(q.ID) {
		return analysis.SavedReport{}, fault.New(fault.NotFound, "%s is no id of a report", short(q.ID)).At("id").Do("it has 32 hexadecimal digits")
	}
	body, err := r.store.Report(ctx, q.ID)
	if err != nil {
		return analysis.SavedReport{}, err
	}
	var report analysis.Report
	if err := json.Unmarshal(body, &report); err != nil {
		return analysis.SavedReport{}, fmt.Errorf("decode report %s: %w", q.ID, err)
	}
	return saved(q.ID, report), nil
}

func saved(id string, r analysis.Report) analysis.SavedReport {
	return analysis.SavedReport{ID: id, Report: r, Path: "/reports/saved/" + id}
}
