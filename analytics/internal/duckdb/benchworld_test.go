package duckdb_test

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/parquet-go/parquet-go"

	"github.com/kzocds/kzocds/analytics/snapshot"
	"github.com/kzocds/kzocds/proto/tables"
)

// The bench's world: macros, what is made for each month, and a query for each table.
//
//go:embed testdata/benchworld.sql
var worldSQL string

// months is the number of partitions of the world: ten years.
const months = 120

// benchSnapshot writes a skewed world once, as parts by month like the published
// ones, and keeps it among the temporary files of the machine. DuckDB writes it: a
// world of ten million lots would take this program a quarter of an hour.
func benchSnapshot(b *testing.B, lots int) snapshot.Snapshot {
	b.Helper()
	const version = 3 // raise it when the world changes
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("kzocds-bench-analytics-%d-v%d", lots, version))
	if _, err := os.Stat(dir); err != nil {
		work := dir + ".part"
		if err := os.MkdirAll(work, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := writeWorld(b.Context(), work, lots); err != nil {
			b.Fatal(err)
		}
		if err := os.Rename(work, dir); err != nil {
			b.Fatal(err)
		}
	}
	s := snapshot.Snapshot{ID: fmt.Sprintf("bench-%d", lots), Parts: map[string][]string{}, Rows: map[string]int64{}}
	for _, t := range tables.All() {
		parts, err := filepath.Glob(filepath.Join(dir, t+"-[0-9]*.parquet"))
		if err != nil {
			b.Fatal(err)
		}
		s.Parts[t] = parts
		for _, path := range parts {
			n, err := rowsOf(path)
			if err != nil {
				b.Fatal(err)
			}
			s.Rows[t] += n
		}
	}
	return s
}

func rowsOf(path string) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	p, err := parquet.OpenFile(file, info.Size())
	if err != nil {
		return 0, err
	}
	return p.NumRows(), nil
}

// writeWorld makes lots over ten years with skewed buyers and suppliers.
func writeWorld(ctx context.Context, dir string, lots int) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // macros and variables are those of a connection
	macros, rest, _ := strings.Cut(worldSQL, "-- make ")
	processes := max(lots/3, months) // a process has three lots on average
	for _, statement := range append([]string{
		fmt.Sprintf("SET VARIABLE processes = %d", processes), fmt.Sprintf("SET VARIABLE buyers = %d", max(lots/300, 10)),
		fmt.Sprintf("SET VARIABLE suppliers = %d", max(lots/80, 10)),
	}, strings.Split(macros, ";\n")...) {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	made, written, _ := strings.Cut(rest, "-- table ")
	queries := map[string]string{}
	for month := range months {
		done := filepath.Join(dir, fmt.Sprintf("done-%03d", month))
		if _, err := os.Stat(done); err == nil {
			continue // a run that was ended before is gone on with
		}
		from, to := processes*month/months, processes*(month+1)/months
		if _, err := db.ExecContext(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE span AS SELECT range AS i FROM range(%d, %d)", from, to)); err != nil {
			return err
		}
		for part := range strings.SplitSeq(made, "-- make ") {
			name, query, _ := strings.Cut(part, "\n")
			if _, err := db.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE "+name+" AS "+query); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		for part := range strings.SplitSeq(written, "-- table ") {
			table, query, _ := strings.Cut(part, "\n")
			if queries[table] == "" {
				if queries[table], err = whole(ctx, db, dir, table, strings.TrimSuffix(strings.TrimSpace(query), ";")); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			path := filepath.Join(dir, fmt.Sprintf("%s-%03d.parquet", table, month))
			if _, err := db.ExecContext(ctx, "COPY ("+queries[table]+") TO '"+path+"' (FORMAT parquet, COMPRESSION zstd)"); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		if err := os.WriteFile(done, nil, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// whole completes a query with the columns of a table that it does not give, each
// with the value that nothing stands for: null where the table allows it.
func whole(ctx context.Context, db *sql.DB, dir, table, query string) (string, error) {
	empty := filepath.Join(dir, "empty-"+table+".parquet")
	file, err := os.Create(empty)
	if err != nil {
		return "", err
	}
	if err := parquet.NewWriter(file, parquet.SchemaOf(tables.Empty()[table])).Close(); err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	rows, err := db.QueryContext(ctx, `WITH given AS (SELECT column_name FROM (DESCRIBE `+query+`))
		SELECT d.column_name, d.column_type, g.column_name IS NOT NULL, p.repetition_type = 'REQUIRED'
		FROM (DESCRIBE FROM read_parquet('`+empty+`')) d JOIN parquet_schema('`+empty+`') p ON p.name = d.column_name LEFT JOIN given g ON g.column_name = d.column_name`)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var (
			name, kind      string
			given, required bool
		)
		if err := rows.Scan(&name, &kind, &given, &required); err != nil {
			return "", err
		}
		value := "NULL"
		switch {
		case given:
			value = name
		case required && kind == "VARCHAR":
			value = "''"
		case required && kind == "BOOLEAN":
			value = "false"
		case required:
			value = "0"
		}
		columns = append(columns, value+"::"+kind+" AS "+name)
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM (" + query + ")", rows.Err()
}
