"""What independent tools read in a download folder: read.py TOOL FOLDER prints facts as JSON.

The test TestIndependentReaders compares them with what was put in. Each tool is imported where it is used; one that is
not installed ends the program with status 3 and its name.
"""

import glob
import gzip
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from decimal import Decimal

folder = pathlib.Path(sys.argv[2])


def files(pattern):
    return sorted(glob.glob(str(folder / pattern)))


def lines(pattern):
    for name in files(pattern):
        with gzip.open(name, "rt", encoding="utf-8") as f:
            yield from map(json.loads, f)


def minor(amounts):
    """The sum in 1/100, exact."""
    return int(sum((Decimal(a) for a in amounts if a), Decimal()) * 100)


def facts(processes, titles, lots, value):
    return {"processes": int(processes), "titles": sorted(titles), "lots": int(lots), "valueMinor": int(value)}


def archives():
    """The tables of the CSV archives, name to bytes."""
    for name in files("csv/*.tar.gz"):
        with tarfile.open(name) as archive:
            for member in archive:
                yield member.name, archive.extractfile(member).read()


def pandas_parquet():
    import pandas
    import pyarrow  # noqa: F401

    read = lambda table: pandas.concat([pandas.read_parquet(f) for f in files(f"parquet/{table}/*.parquet")])
    lots, processes = read("lots"), read("processes")
    assert set(lots.ocid) <= set(processes.ocid)
    return facts(len(processes), processes.title, len(lots), lots.value_minor.sum())


def pandas_csv():
    import pandas

    tables = {}
    for name, text in archives():
        tables.setdefault(name, []).append(pandas.read_csv(io.BytesIO(text), dtype=str))
    tables = {name: pandas.concat(parts) for name, parts in tables.items()}
    lots = tables["tender_lots.csv"]
    releases = tables["releases.csv"]
    assert set(lots.ocid) <= set(releases.ocid)
    return facts(len(releases), releases["tender/title"], len(lots), minor(lots["value/amount"].dropna()))


def pandas_xlsx():
    import openpyxl  # noqa: F401
    import pandas

    releases, lots = [], []
    for name in files("xlsx/*.xlsx"):
        sheets = pandas.read_excel(name, sheet_name=None, dtype=str, engine="openpyxl")
        releases.append(sheets["releases"])
        lots.append(sheets["tender_lots"])
    releases, lots = pandas.concat(releases), pandas.concat(lots)
    return facts(len(releases), releases["tender/title"], len(lots), minor(lots["value/amount"].dropna()))


def duckdb_parquet():
    import duckdb

    table = lambda name: f"read_parquet('{folder}/parquet/{name}/*.parquet')"
    titles = [t for (t,) in duckdb.sql(f"select title from {table('processes')}").fetchall()]
    sums = f"select count(*), sum(l.value_minor) from {table('lots')} l join {table('processes')} p using (ocid)"
    [(n, value)] = duckdb.sql(sums).fetchall()
    return facts(len(titles), titles, n, value)


def duckdb_csv():
    import duckdb

    with tempfile.TemporaryDirectory() as dir:
        for i, (name, text) in enumerate(archives()):
            pathlib.Path(dir, f"{i}-{name}").write_bytes(text)
        table = lambda name: f"read_csv('{dir}/*-{name}.csv', header=true, all_varchar=true, union_by_name=true)"
        titles = [t for (t,) in duckdb.sql(f'select "tender/title" from {table("releases")}').fetchall()]
        [(n, value)] = duckdb.sql(f'select count(*), sum("value/amount"::decimal(18,2)) * 100 from {table("tender_lots")}').fetchall()
        return facts(len(titles), titles, n, value)


def duckdb_json():
    import duckdb

    rows = duckdb.sql(
        f"select records[1].compiledRelease.tender.title, len(records[1].compiledRelease.tender.lots),"
        f" list_sum([(l.value.amount * 100)::decimal(18, 0) for l in records[1].compiledRelease.tender.lots])"
        f" from read_json('{folder}/records/*.jsonl.gz', format='newline_delimited')"
    ).fetchall()
    return facts(len(rows), [r[0] for r in rows], sum(r[1] for r in rows), sum(r[2] for r in rows))


def ocdsmerge():
    """Merges the releases of every record anew: the same compiled releases."""
    from ocdsmerge import Merger

    titles, lots, value = [], 0, 0
    merger = Merger(json.loads((SCHEMA / "release-schema.json").read_text()))
    for package in lines("records/*.jsonl.gz"):
        for record in package["records"]:
            compiled = merger.create_compiled_release(record["releases"])
            for made in ("id", "date", "tag"):
                compiled.pop(made), record["compiledRelease"].pop(made)
            assert compiled == record["compiledRelease"], record["ocid"]
            titles.append(compiled["tender"]["title"])
            lots += len(compiled["tender"]["lots"])
            value += minor(str(lot["value"]["amount"]) for lot in compiled["tender"]["lots"])
    return facts(len(titles), titles, lots, value)


def libcoveocds():
    """The Data Review Tool of the standard finds no error. It would fetch extensions and schema: the former are left out, the latter lies beside."""
    import libcoveocds  # noqa: F401

    found, counted = [], {}
    with tempfile.TemporaryDirectory() as dir:
        standard = pathlib.Path(dir, "standard.zip")
        with zipfile.ZipFile(standard, "w") as z:
            z.writestr("standard-1__1__5/", "")
            for f in SCHEMA.rglob("*"):
                if f.is_file():
                    text = f.read_text().replace("https://standard.open-contracting.org/schema/1__1__5", SCHEMA.as_uri())
                    z.writestr(f"standard-1__1__5/schema/{f.relative_to(SCHEMA)}", text)
        for kind in ("releases", "records"):
            package = None
            for one in lines(f"{kind}/*.jsonl.gz"):
                if package is None:
                    package = one
                else:
                    package[kind] += one[kind]
            package.pop("extensions")
            counted[kind] = len(package[kind])
            file = pathlib.Path(dir, f"{kind}.json")
            file.write_text(json.dumps(package))
            command = [str(pathlib.Path(sys.executable).with_name("libcoveocds")), "--standard-zip", str(standard), "-d", "-o", f"{dir}/{kind}", str(file)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                sys.exit(done.stderr)
            result = json.loads(done.stdout)
            assert result["version_used"] == "1.1", result["version_used"]
            found += result["validation_errors"]
            found += result.get("additional_closed_codelist_values", {}).items()
    return {"found": found, **counted}


SCHEMA = pathlib.Path(__file__).resolve().parents[3] / "ocds" / "schema" / "1.1.5"

try:
    print(json.dumps(globals()[sys.argv[1]](), ensure_ascii=False))
except ModuleNotFoundError as e:
    print(e.name)
    sys.exit(3)
