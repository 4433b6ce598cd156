"""One job of a peer, run by compare.py in a process of its own.

Each reads the same release packages (or compiled releases) and writes what ocds
writes, so that reading, parsing and writing are included, as they are for ocds.
"""

import json
import pathlib
import sys
from collections import defaultdict


def grouped(files):
    groups = defaultdict(list)
    for file in files:
        for release in json.loads(pathlib.Path(file).read_bytes())["releases"]:
            groups[release["ocid"]].append(release)
    return groups


def merge(module, schema, form, files, out):
    if module == "ocdsmerge":
        from ocdsmerge import Merger

        merger = Merger(json.loads(pathlib.Path(schema).read_bytes()))
    else:
        from ocdsmerge_rs import Merger

        merger = Merger(rules=Merger.get_rules(Merger.dereference(json.loads(pathlib.Path(schema).read_bytes()))))
    make = merger.create_compiled_release if form == "compiled" else merger.create_versioned_release
    with open(out, "w") as f:
        for _, releases in sorted(grouped(files).items()):
            releases.sort(key=lambda r: r["date"])
            json.dump(make(releases), f, ensure_ascii=False, separators=(",", ":"))
            f.write("\n")


def coverage(files, out):
    import ocdscardinal

    with open(out, "w") as f:
        json.dump(ocdscardinal.coverage(files[0]), f)


def parse(files, out):
    """What json alone takes: to read, group and write without merging."""
    with open(out, "w") as f:
        for _, releases in sorted(grouped(files).items()):
            json.dump(releases[-1], f, ensure_ascii=False, separators=(",", ":"))
            f.write("\n")


def plain(files, out):
    """A package without its extensions."""
    package = json.loads(pathlib.Path(files[0]).read_bytes())
    package.pop("extensions", None)
    pathlib.Path(out).write_text(json.dumps(package, ensure_ascii=False))


def wrap(files, out):
    """JSON Lines as one document."""
    with open(files[0]) as f:
        pathlib.Path(out).write_text('{"releases":[' + ",".join(f) + "]}")


job, out, *rest = sys.argv[1:]
if job == "merge":
    merge(rest[0], rest[1], rest[2], rest[3:], out)
elif job == "coverage":
    coverage(rest, out)
else:
    {"parse": parse, "plain": plain, "wrap": wrap}[job](rest, out)
