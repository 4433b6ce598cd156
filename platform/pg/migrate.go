package pg

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/kzocds/kzocds/platform/fault"
)

// migration is a file NNNN_name.sql.
type migration struct {
	number int
	file   string
	digest string // SHA-256, hex
	sql    string
}

var migrationFile = regexp.MustCompile(`^([0-9]{4})_[a-z0-9_]+\.sql$`)

// Migrate brings a schema to the state of the numbered files in fsys, which may
// lie in a folder. Each file runs once, in its own transaction, with the schema
// first in the search path; processes that start together take turns. A file is
// immutable once applied: a changed one is a Conflict. It makes the schema
// and its table <schema>.migration when they do not exist.
func Migrate(ctx context.Context, pool *pgxpool.Pool, schema string, fsys fs.FS) error {
	files, err := readMigrations(fsys)
	if err != nil {
		return fmt.Errorf("migrations of schema %s: %w", schema, err)
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate schema %s: %w", schema, err)
	}
	defer conn.Release()

	// A session lock, because it has to outlive the transactions. It falls with
	// the connection if the process dies.
	lock := lockKey(schema)
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lock); err != nil {
		return fmt.Errorf("lock the migrations of schema %s: %w", schema, err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", lock)

	name := pgx.Identifier{schema}.Sanitize()
	if _, err := conn.Exec(ctx, `create schema if not exists `+name+`;
		create table if not exists `+name+`.migration (
			number int primary key,
			file text not null,
			digest text not null,
			applied_at timestamptz not null default now())`); err != nil {
		return fmt.Errorf("prepare schema %s: %w", schema, err)
	}
	applied, err := appliedMigrations(ctx, conn.Conn(), name)
	if err != nil {
		return fmt.Errorf("read the migrations of schema %s: %w", schema, err)
	}
	for _, m := range files {
		digest, done := applied[m.number]
		delete(applied, m.number)
		if done && digest != m.digest {
			return fault.New(fault.Conflict, "migration %s of schema %s was changed after it had been applied", m.file, schema).
				Do("restore the file and put the change into a new one")
		}
		if done {
			continue
		}
		if err := apply(ctx, conn.Conn(), name, m); err != nil {
			return fmt.Errorf("migration %s of schema %s: %w", m.file, schema, err)
		}
	}
	for number := range applied {
		return fault.New(fault.Conflict, "schema %s has migration %04d, which this program does not know", schema, number).
			Do("run the newer program, or start with an empty database")
	}
	return nil
}

func appliedMigrations(ctx context.Context, conn *pgx.Conn, schema string) (map[int]string, error) {
	rows, err := conn.Query(ctx, `select number, digest from `+schema+`.migration`)
	if err != nil {
		return nil, err
	}
	applied := map[int]string{}
	var number int
	var digest string
	_, err = pgx.ForEachRow(rows, []any{&number, &digest}, func() error {
		applied[number] = digest
		return nil
	})
	return applied, err
}

func apply(ctx context.Context, conn *pgx.Conn, schema string, m migration) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local search_path to `+schema+`, public`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, m.sql); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into `+schema+`.migration (number, file, digest) values ($1, $2, $3)`, m.number, m.file, m.digest)
		return err
	})
}

// readMigrations lists the files by number, without gaps from 0001.
func readMigrations(fsys fs.FS) ([]migration, error) {
	var files []migration
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".sql" {
			return err
		}
		match := migrationFile.FindStringSubmatch(path.Base(name))
		if match == nil {
			return fmt.Errorf("%s is not named like 0001_name.sql", name)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		number, err := strconv.Atoi(match[1])
		if err != nil {
			return err
		}
		if number != len(files)+1 {
			return fmt.Errorf("%s should have number %04d", name, len(files)+1)
		}
		sum := sha256.Sum256(text)
		files = append(files, migration{number, path.Base(name), hex.EncodeToString(sum[:]), string(text)})
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no files named like 0001_name.sql")
	}
	return files, err
}

// lockKey spreads the advisory locks of the schemas.
func lockKey(schema string) int64 {
	sum := sha256.Sum256([]byte("kzocds migration " + schema))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
