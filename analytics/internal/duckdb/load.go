package duckdb

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/tables"
)

// format changes whenever load.sql does; a file of another format is rebuilt.
const format = 7

// The statements that make the tables of a snapshot file out of views over the
// Parquet parts (part_<table>) and the table method_competitive.
//
//go:embed load.sql
var loadText string

// loadSQL is the text with every @calendar(name, days) written out as the levels
// of the day.
var loadSQL = regexp.MustCompile(`@calendar\((\w+), ((?:[^()]|\([^()]*\))+)\)`).ReplaceAllString(loadText, strings.Join([]string{
	"${2} AS ${1}_day", "year(dated(${2}))::INTEGER AS ${1}_year", "(year(dated(${2})) * 10 + quarter(dated(${2})))::INTEGER AS ${1}_quarter",
	"(year(dated(${2})) * 100 + month(dated(${2})))::INTEGER AS ${1}_month", "(isoyear(dated(${2})) * 100 + week(dated(${2})))::INTEGER AS ${1}_week",
}, ", "))

// build makes the file of a snapshot under another name and renames it when it
// is complete.
func (e *Engine) build(ctx context.Context, s snapshot.Snapshot, path string) (err error) {
	work, err := os.MkdirTemp(e.cfg.Directory, s.ID+building)
	if err != nil {
		return fmt.Errorf("load snapshot: %w", err)
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, "snapshot"+suffix)
	db, err := e.database(file, "READ_WRITE", filepath.Join(work, "spill"))
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("load snapshot: %w", err)
	}
	defer conn.Close()

	// Each statement reads the footers of all parts of its tables, hundreds of files;
	// this reads them once.
	if _, err := conn.ExecContext(ctx, "SET parquet_metadata_cache = true"); err != nil {
		return fmt.Errorf("load snapshot: %w", err)
	}
	loaded := snapshot.Loaded{ID: s.ID, AsOf: s.AsOf, Rows: map[string]int64{}}
	if err := newestLayers(ctx, conn, s.Deltas); err != nil {
		return err
	}
	for _, table := range tables.All() {
		if loaded.Rows[table], err = attach(ctx, conn, work, table, s); err != nil {
			return err
		}
	}
	for _, table := range tables.All() {
		if err := checkKey(ctx, conn, table); err != nil {
			return err
		}
	}
	if err := checkProcesses(ctx, conn); err != nil {
		return err
	}
	if err := mapMethods(ctx, conn); err != nil {
		return err
	}
	if loaded.Currency, err = money(ctx, conn); err != nil {
		return err
	}
	for statement := range strings.SplitSeq(loadSQL, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("load snapshot: %s: %w", firstLine(statement), err)
		}
	}
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM part_processes").Scan(&loaded.Processes); err != nil {
		return fmt.Errorf("count processes: %w", err)
	}
	for _, table := range tables.All() {
		if _, err := conn.ExecContext(ctx, "DROP VIEW part_"+table); err != nil {
			return err
		}
	}
	meta, err := json.Marshal(loaded)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "CREATE TABLE meta AS SELECT ?::INTEGER AS format, ?::VARCHAR AS loaded", format, string(meta)); err != nil {
		return fmt.Errorf("load snapshot: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("load snapshot: %w", err)
	}
	if err := conn.Close(); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close snapshot file: %w", err)
	}
	return os.Rename(file, path)
}

// readMeta reads what was loaded; an error tells that the file is not usable.
func (s *store) readMeta(ctx context.Context) error {
	var (
		f    int
		text string
	)
	if err := s.db.QueryRowContext(ctx, "SELECT format, loaded FROM meta").Scan(&f, &text); err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(s.path), err)
	}
	if f != format {
		return fmt.Errorf("%s has format %d, not %d", filepath.Base(s.path), f, format)
	}
	s.absent = map[catalog.Dataset]bool{}
	for _, d := range catalog.Datasets() {
		if !d.Optional() {
			continue
		}
		var some bool
		if err := s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+string(d)+")").Scan(&some); err != nil {
			return fmt.Errorf("read %s: %w", filepath.Base(s.path), err)
		}
		s.absent[d] = !some
	}
	return json.Unmarshal([]byte(text), &s.Loaded)
}

// newestLayers makes the table newest_layer: for each process of a delta the last
// layer that has it or removes it. Where there are no deltas it is empty.
func newestLayers(ctx context.Context, conn *sql.Conn, deltas []snapshot.Delta) error {
	if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE newest_layer (ocid VARCHAR PRIMARY KEY, layer INTEGER)"); err != nil {
		return err
	}
	const newer = " ON CONFLICT DO UPDATE SET layer = excluded.layer"
	for i, l := range deltas {
		for _, p := range l.Parts[tables.Processes] {
			insert := fmt.Sprintf("INSERT INTO newest_layer SELECT ocid, %d FROM read_parquet(%s)", i+1, quote(p))
			if _, err := conn.ExecContext(ctx, insert+newer); err != nil {
				return fmt.Errorf("processes of delta %d: %w", i+1, err)
			}
		}
		for _, ocid := range l.Removed {
			if _, err := conn.ExecContext(ctx, "INSERT INTO newest_layer VALUES (?, ?)"+newer, ocid, i+1); err != nil {
				return fmt.Errorf("removed processes of delta %d: %w", i+1, err)
			}
		}
	}
	return nil
}

// attach makes the view part_<table> over the parts of all layers and checks that
// each layer has the rows that its manifest says. An empty part with the columns
// of package tables is always among them, so that a table without parts, or an
// old part without a later column, has every column.
func attach(ctx context.Context, conn *sql.Conn, work, table string, s snapshot.Snapshot) (int64, error) {
	empty := filepath.Join(work, table+".parquet")
	if err := writeEmpty(empty, table); err != nil {
		return 0, err
	}
	var layers []string
	for i, l := range slices.Concat([]snapshot.Delta{{Parts: s.Parts, Rows: s.Rows}}, s.Deltas) {
		list := make([]string, 0, len(l.Parts[table])+1)
		for _, p := range append([]string{empty}, l.Parts[table]...) {
			list = append(list, quote(p))
		}
		read := "read_parquet([" + strings.Join(list, ", ") + "], union_by_name = true)"
		var rows int64
		if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM "+read).Scan(&rows); err != nil {
			return 0, fmt.Errorf("read parts of %s: %w", table, err)
		}
		if want := l.Rows[table]; rows != want {
			return 0, fault.New(fault.Invalid, "table %s has %d rows, its manifest says %d", table, rows, want).About("snapshot " + s.ID)
		}
		layers = append(layers, fmt.Sprintf("SELECT *, %d AS layer FROM %s", i, read))
	}
	view := "CREATE TEMP VIEW part_" + table + " AS SELECT p.* EXCLUDE (layer) FROM (" + strings.Join(layers, " UNION ALL BY NAME ") +
		") p LEFT JOIN newest_layer n ON n.ocid = p.ocid WHERE p.layer = coalesce(n.layer, 0)"
	if len(s.Deltas) == 0 {
		view = "CREATE TEMP VIEW part_" + table + " AS SELECT * EXCLUDE (layer) FROM (" + layers[0] + ")"
	}
	if _, err := conn.ExecContext(ctx, view); err != nil {
		return 0, fmt.Errorf("read parts of %s: %w", table, err)
	}
	var rows int64
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM part_"+table).Scan(&rows); err != nil {
		return 0, fmt.Errorf("read parts of %s: %w", table, err)
	}
	return rows, nil
}

func writeEmpty(path, table string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := parquet.NewWriter(file, parquet.SchemaOf(tables.Empty()[table]))
	if err := w.Close(); err != nil {
		return fmt.Errorf("columns of %s: %w", table, err)
	}
	return file.Close()
}

// checkKey refuses a table with two rows of one key: they would be counted
// twice.
func checkKey(ctx context.Context, conn *sql.Conn, table string) error {
	columns := strings.Join(tables.Keys()[table], ", ")
	query := fmt.Sprintf("SELECT concat_ws(' ', %[1]s), count(*) FROM part_%[2]s GROUP BY %[1]s HAVING count(*) > 1 ORDER BY 1 LIMIT 1", columns, table)
	var (
		key string
		n   int64
	)
	switch err := conn.QueryRowContext(ctx, query).Scan(&key, &n); err {
	case sql.ErrNoRows:
		return nil
	case nil:
		return fault.New(fault.Invalid, "table %s has %d rows for %s (%s)", table, n, key, columns).Do("the publisher must write each row once")
	default:
		return fmt.Errorf("check the key of %s: %w", table, err)
	}
}

// checkProcesses refuses rows that belong to no process: they would be counted
// as lots but not as procedures.
func checkProcesses(ctx context.Context, conn *sql.Conn) error {
	for _, table := range tables.All()[1:] {
		var (
			n    int64
			ocid sql.NullString
		)
		query := "SELECT count(*), min(t.ocid) FROM part_" + table + " t ANTI JOIN part_processes p ON p.ocid = t.ocid"
		if err := conn.QueryRowContext(ctx, query).Scan(&n, &ocid); err != nil {
			return fmt.Errorf("check the processes of %s: %w", table, err)
		}
		if n > 0 {
			return fault.New(fault.Invalid, "table %s has %d rows of processes that table processes lacks, the first is %s", table, n, ocid.String)
		}
	}
	return nil
}

// money sets the variable money: the currency that sums are in. It is tenge
// wherever something is valued in tenge or nothing is valued at all, and otherwise
// the currency of most values, the first by name among equals.
func money(ctx context.Context, conn *sql.Conn) (currency string, err error) {
	const query = `SELECT coalesce(max(currency) FILTER (currency = 'KZT'), arg_min(currency, (-n, currency)), 'KZT') FROM (
		SELECT currency, count(*) AS n FROM (
			SELECT currency FROM part_lots WHERE value_minor IS NOT NULL
			UNION ALL SELECT currency FROM part_contracts WHERE value_minor IS NOT NULL
			UNION ALL SELECT currency FROM part_plan_points WHERE value_minor IS NOT NULL
		) WHERE currency <> '' GROUP BY currency)`
	if err := conn.QueryRowContext(ctx, query).Scan(&currency); err != nil {
		return "", fmt.Errorf("currency: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "SET VARIABLE money = "+quote(currency)); err != nil {
		return "", fmt.Errorf("currency: %w", err)
	}
	return currency, nil
}

// mapMethods makes the table method_competitive out of the catalogue.
func mapMethods(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, `SELECT method_details FROM part_processes UNION SELECT method_details FROM part_contracts UNION SELECT method_details FROM part_plan_points`)
	if err != nil {
		return fmt.Errorf("methods: %w", err)
	}
	defer rows.Close()
	var codes []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return fmt.Errorf("methods: %w", err)
		}
		codes = append(codes, code)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("methods: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE method_competitive (method VARCHAR, competitive VARCHAR)"); err != nil {
		return err
	}
	for _, code := range codes {
		if _, err := conn.ExecContext(ctx, "INSERT INTO method_competitive VALUES (?, ?)", code, catalog.Competitive(code)); err != nil {
			return fmt.Errorf("methods: %w", err)
		}
	}
	return nil
}

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			return line
		}
	}
	return ""
}
