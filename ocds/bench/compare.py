"""Compares ocds with other tools on the same generated input, on one core.

    python3 compare.py --work DIR [--python VENV/bin/python] [--peers 20] [--sizes 10,100,1000] [--memory-only]

Builds ocds, generates release packages, runs each tool as a process pinned to one core and prints
tables in Markdown: processor time (user and system), elapsed time and the largest memory. A peer that is
not installed is named as missing. Peers are the Python packages ocdsmerge, ocdskit, flattentool and libcoveocds,
and the Rust ones ocdsmerge_rs and ocdscardinal, from PyPI:

    python3 -m venv VENV && VENV/bin/pip install ocdsmerge ocdskit flattentool libcoveocds ocdsmerge_rs ocdscardinal

The package ocdscardinal has no more than coverage; --cardinal names the program (reference.py says how to build it), whose
indicators and corrections are then measured, and compared with those of ocds, too. --rust-merge names the program of merge.rs: the
Rust merge without Python.
"""

import argparse
import glob
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
MODULE = HERE.parent
SCHEMA = MODULE / "schema" / "1.1.5"


# The largest memory of a process is at least that of the one it was forked from, so
# this program keeps small and leaves files to others.
def measure(command, repeat=3, stdin=None, stdout=None):
    """The best of several runs: processor seconds, elapsed seconds, MiB; None if it fails."""
    best = None
    for _ in range(repeat):
        started = time.monotonic()
        out = open(stdout, "wb") if stdout else subprocess.DEVNULL
        pid = subprocess.Popen(
            command,
            stdin=open(stdin, "rb") if stdin else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, "GOMAXPROCS": "1", "RAYON_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=lambda: os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]}),
        )
        errors = pid.stderr.read()
        _, status, usage = os.wait4(pid.pid, 0)
        pid.returncode = os.waitstatus_to_exitcode(status)
        if pid.returncode not in (0, 1):  # 1: findings
            return None, errors.decode(errors="replace").strip().splitlines()[-1:] or [str(pid.returncode)]
        run = (usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024)
        if best is None or run[0] < best[0]:
            best = run
    return best, None


def size(files):
    return sum(os.path.getsize(f) for f in files)


def same_flags(a, b):
    """Whether two answers flag the same; quartiles of nothing are null in one and left out in the other."""
    a, b = (json.load(open(name)) for name in (a, b))
    groups = ("OCID", "Buyer", "ProcuringEntity", "Tenderer")
    return all(a.get(g, {}) == b.get(g, {}) for g in groups)


def same_lines(a, b):
    with open(a) as x, open(b) as y:
        return all(json.loads(p) == json.loads(q) for p, q in zip(x, y, strict=True))


class Table:
    def __init__(self, title):
        print(f"\n### {title}\n\n| tool | MB | processor s | elapsed s | MB/s | memory MiB | ocds is |\n|---|---|---|---|---|---|---|")
        self.own = None

    def row(self, name, files, command, repeat=3, **how):
        run, failed = measure(command, repeat, **how)
        megabytes = size(files) / 1e6
        if failed:
            print(f"| {name} | {megabytes:.0f} | failed: {failed[0][:80]} | | | | |", flush=True)
            return
        rate = megabytes / run[0]
        if self.own is None:
            self.own = rate
        times = self.own / rate
        print(
            f"| {name} | {megabytes:.0f} | {run[0]:.2f} | {run[1]:.2f} | {rate:.1f} | {run[2]:.0f} | "
            + ("" if name.startswith("ocds ") else f"{times:.1f} times as fast")
            + " |",
            flush=True,
        )

    def missing(self, name):
        print(f"| {name} | not installed | | | | | |", flush=True)


def memory(ocds, packages, sizes, work):
    """What each job needs for inputs of growing size; what it wrote is deleted at once."""
    print("\n### Memory\n\n| job | MB | processor s | MB/s | memory MiB |\n|---|---|---|---|---|")
    out, tables = str(work / "out"), str(work / "tables")
    for megabytes in [int(s) for s in sizes.split(",")]:
        files = packages(megabytes)
        for name, command in (
            ("compile", ["compile", "-o", out]),
            ("compile --versioned", ["compile", "--versioned", "-o", out]),
            ("validate", ["validate", "-o", out]),
            ("coverage", ["coverage", "-o", out]),
            ("flatten --csv", ["flatten", "--csv", tables]),
            ("flatten --parquet", ["flatten", "--parquet", tables]),
        ):
            run, failed = measure([ocds, *command, "--jobs", "1", "--quiet", *files], 1)
            shutil.rmtree(tables, ignore_errors=True)
            if failed:
                print(f"| {name} | {megabytes} | failed: {failed[0][:80]} | | |", flush=True)
            else:
                print(f"| {name} | {megabytes} | {run[0]:.1f} | {megabytes / run[0]:.0f} | {run[2]:.0f} |", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--work", required=True)
    p.add_argument("--python", default=sys.executable, help="interpreter that has the peers")
    p.add_argument("--peers", type=int, default=20, help="MB given to the peers")
    p.add_argument("--cardinal", help="the program ocdscardinal")
    p.add_argument("--rust-merge", help="the program of merge.rs")
    p.add_argument("--sizes", default="10,100,1000", help="MB on which memory is measured")
    p.add_argument("--memory-only", action="store_true", help="no peers, only memory by size")
    a = p.parse_args()
    work = pathlib.Path(a.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "GOWORK": "off"}
    ocds, generate = str(work / "ocds"), str(work / "generate")
    for target, package in ((ocds, "./cmd/ocds"), (generate, "./bench/generate")):
        subprocess.run(["go", "build", "-o", target, package], cwd=MODULE, env=env, check=True)

    def packages(megabytes):
        folder = work / f"packages-{megabytes}"
        if not folder.exists():
            subprocess.run([generate, "-dir", folder, "-size", str(megabytes * 1_000_000)], check=True, stdout=subprocess.DEVNULL)
        return sorted(glob.glob(f"{folder}/*.json"))

    def has(module):
        return subprocess.run([a.python, "-c", f"import {module}"], capture_output=True).returncode == 0

    if a.memory_only:
        memory(ocds, packages, a.sizes, work)
        return

    tool = lambda name: str(pathlib.Path(a.python).parent / name)
    out = str(work / "out")
    files = packages(a.peers)
    schema = str(SCHEMA / "release-schema.json")
    peers = [a.python, str(HERE / "peers.py")]

    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    versions = subprocess.run(
        [a.python, "-m", "pip", "list", "--format", "json"], capture_output=True, text=True
    ).stdout
    names = {"ocdsmerge", "ocdskit", "flattentool", "libcoveocds", "ocdsmerge-rs", "ocdsmerge_rs", "ocdscardinal"}
    found = [f"{v['name']} {v['version']}" for v in json.loads(versions or "[]") if v["name"] in names]
    print(f"{cpu}, one core; {platform.system()} {platform.release()}; load {os.getloadavg()[0]:.1f} at the start")
    print(subprocess.run(["go", "version"], capture_output=True, text=True).stdout.strip() + f"; Python {platform.python_version()}; " + ", ".join(found))

    for form in ("compiled", "versioned"):
        t = Table(f"compile: {form} releases")
        t.row("ocds compile", files, [ocds, "compile", "--jobs", "1", "--quiet", "-o", out, *(["--versioned"] if form == "versioned" else []), *files])
        for module, language in (("ocdsmerge_rs", "Rust, called from Python"), ("ocdsmerge", "Python")):
            if has(module):
                t.row(f"{module} ({language})", files, [*peers, "merge", out, module, schema, form, *files], 1)
            else:
                t.missing(module)
        if a.rust_merge:
            t.row("ocdsmerge (Rust, a program of its own)", files, [a.rust_merge, form, schema, out, *files])
        t.row("for comparison: Python's json alone, no merging", files, [*peers, "parse", out, *files], 1)
        if has("ocdskit"):
            everything = str(work / "everything.json")
            with open(everything, "wb") as f:
                for name in files:
                    shutil.copyfileobj(open(name, "rb"), f)
            t.row(
                "ocdskit compile (Python)", files,
                [tool("ocdskit"), "--ascii", "compile", "--schema", schema, *(["--versioned", "--package"] if form == "versioned" else [])],
                1, stdin=everything, stdout=out,
            )
        else:
            t.missing("ocdskit")

    t = Table("validate: release packages")
    t.row("ocds validate", files, [ocds, "validate", "--jobs", "1", "--quiet", "-o", out, *files])
    if has("libcoveocds"):
        # Without the extensions, which it would fetch.
        standard = str(work / "standard.zip")
        with zipfile.ZipFile(standard, "w") as z:
            z.writestr("standard-1__1__5/", "")
            for f in SCHEMA.rglob("*"):
                if f.is_file():
                    z.write(f, f"standard-1__1__5/schema/{f.relative_to(SCHEMA)}")
        small = str(work / "small.json")
        subprocess.run([*peers, "plain", small, files[0]], check=True)
        shutil.rmtree(work / "cove", ignore_errors=True)
        t.row(
            "libcoveocds (Python)", [small],
            [tool("libcoveocds"), "--standard-zip", standard, "-d", "-o", str(work / "cove"), small], 1,
        )
    else:
        t.missing("libcoveocds")

    compiled = str(work / "compiled.jsonl")
    subprocess.run([ocds, "compile", "--quiet", "-o", compiled, *files], check=True)

    t = Table("coverage: compiled releases")
    t.row("ocds coverage", [compiled], [ocds, "coverage", "--jobs", "1", "-o", out, compiled])
    if has("ocdscardinal"):
        t.row("ocdscardinal coverage (Rust)", [compiled], [*peers, "coverage", out, compiled])
    else:
        t.missing("ocdscardinal")

    t = Table("flatten: CSV of compiled releases")
    t.row("ocds flatten --csv", [compiled], [ocds, "flatten", "--jobs", "1", "--csv", str(work / "csv"), compiled])
    t.row("ocds flatten --xlsx", [compiled], [ocds, "flatten", "--jobs", "1", "--xlsx", str(work / "tables.xlsx"), compiled], 1)
    t.row("ocds flatten --parquet", [compiled], [ocds, "flatten", "--jobs", "1", "--parquet", str(work / "parquet"), compiled], 1)
    if has("flattentool"):
        wrapped = str(work / "wrapped.json")
        subprocess.run([*peers, "wrap", wrapped, compiled], check=True)
        t.row(
            "flatten-tool (Python), CSV", [wrapped],
            [tool("flatten-tool"), "flatten", "-f", "csv", "-o", str(work / "flat"), "-m", "releases", "--root-list-path", "releases", "--root-id", "ocid", wrapped], 1,
        )
    else:
        t.missing("flattentool")

    settings = str(work / "settings.ini")
    with open(settings, "wb") as f:
        subprocess.run([ocds, "indicators", "--print-settings"], stdout=f, check=True)
    t = Table("indicators: compiled releases")
    t.row("ocds indicators", [compiled], [ocds, "indicators", "--jobs", "1", "--settings", settings, "-o", out, compiled])
    t.row("ocds indicators --compat cardinal", [compiled], [ocds, "indicators", "--jobs", "1", "--settings", settings, "--compat", "cardinal", "-o", out, compiled])
    if a.cardinal:
        t.row("Cardinal indicators (Rust)", [compiled], [a.cardinal, "indicators", "--settings", settings, compiled], stdout=out + ".cardinal")
    else:
        t.missing("Cardinal indicators (Rust)")
    t = Table("prepare: compiled releases")
    t.row("ocds prepare", [compiled], [ocds, "prepare", "--jobs", "1", "--settings", settings, "--issues", out + ".csv", "-o", out + ".prepared", compiled])
    if a.cardinal:
        t.row("Cardinal prepare (Rust)", [compiled], [a.cardinal, "prepare", "--settings", settings, "--errors", out + ".cardinal.csv", "--output", out + ".cardinal.prepared", compiled])
        print(f"\nThe results of ocds and Cardinal are the same: flags {same_flags(out, out + '.cardinal')}, corrected releases {same_lines(out + '.prepared', out + '.cardinal.prepared')}")
    else:
        t.missing("Cardinal prepare (Rust)")

    memory(ocds, packages, a.sizes, work)


if __name__ == "__main__":
    main()
