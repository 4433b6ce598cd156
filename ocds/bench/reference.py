"""Writes what other implementations give, for the tests to compare with.

    python3 reference.py merge [COUNT [SEED]]   merge/testdata/ocdsmerge.jsonl: hostile random processes and what ocdsmerge makes of them
    python3 reference.py coverage               coverage/testdata/ocdscardinal.json: what ocdscardinal counts in coverage/testdata/hostile.jsonl

With COUNT the cases go to standard output instead. Needs ocdsmerge 0.8.0 and ocdscardinal 0.0.8 from PyPI (see bench.sh).
"""

import json
import pathlib
import random
import sys
import warnings

MODULE = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = MODULE / "schema" / "1.1.5" / "release-schema.json"
STORED, SEED = 150, 7


class Hostile:
    """Releases of one process that contradict each other in every way the merge can meet."""

    def __init__(self, rng):
        self.r = rng

    def scalar(self):
        return self.r.choice([None, None, "x", "y", "1", 1, 1.0, 0, True, False, 1e22, -0.0, 12345678901234567890, 0.1])

    def identifier(self):
        return self.r.choice(["1", "1", 1, 1, 1.0, True, "True", "1.0", None, "None", "2", 2, "0", 0, "x", "title"] + ([{"a": 1}, [1]] if self.r.random() < 0.004 else []))

    def object(self, depth):
        made = {}
        if self.r.random() < 0.6:
            made["id"] = self.identifier()
        for name in ("title", "value", "items", "unit", "1", "additionalClassifications", "submissionMethod"):
            if self.r.random() < 0.26 - 0.07 * depth:
                made[name] = self.field(name, depth + 1)
        if self.r.random() < 0.02:
            made = {"releaseID": "a", "releaseDate": None, "releaseTag": ["tender"], "value": self.scalar()}
        return made

    def array(self, depth):
        return [self.object(depth) for _ in range(self.r.choice([0, 1, 1, 2, 2]))]

    def mixed(self, depth):
        return [self.r.choice([None, "x", 1, {}, {"id": 1}, [self.scalar()]]) for _ in range(self.r.choice([0, 1, 2]))]

    def field(self, name, depth):
        usual = {
            "tender": self.object, "unit": self.object, "buyer": self.object, "value": self.object,
            "awards": self.array, "items": self.array, "unknown": self.array, "1": self.array, "additionalClassifications": self.array,
            "list": self.mixed, "submissionMethod": self.mixed,
        }.get(name, lambda depth: self.scalar())
        kind = self.r.random()
        if kind < 0.8 or depth > 3:
            return usual(depth)
        return self.r.choice([lambda d: None, lambda d: None, lambda d: self.scalar(), self.object, self.array, self.mixed])(depth)

    def release(self, n):
        made = {"ocid": "o", "id": str(n), "date": f"2020-01-{n + 1:02}T00:00:00Z", "tag": ["tender"]}
        for name in ("language", "tender", "awards", "unknown", "list", "buyer"):
            if self.r.random() < 0.35:
                made[name] = self.field(name, 0)
        odd = self.r.random()
        if odd < 0.02:
            del made[self.r.choice(["date", "tag", "id", "ocid"])]
        elif odd < 0.05:
            made[self.r.choice(["date", "tag", "id", "ocid"])] = self.r.choice([None, 5, "p"])
        elif odd < 0.09:
            made["date"] = self.r.choice(["2020-01-01T05:00:00+06:00", "2020-01-02T00:00:00Z", "2020-01-02", "2020-01-01T00:00:00.000Z"])
        return made

    def process(self):
        releases = [self.release(n) for n in range(self.r.choice([1, 2, 2, 3, 3]))]
        if self.r.random() < 0.2:
            self.r.shuffle(releases)
        return releases


def merge(count, seed, out):
    from ocdsmerge import CompiledRelease, Merger, VersionedRelease
    from ocdsmerge.exceptions import DuplicateIdValueWarning
    from ocdsmerge.rules import get_merge_rules

    rules = get_merge_rules(json.loads(SCHEMA.read_bytes()))
    assert Merger(merge_rules=rules)
    rng = random.Random(seed)

    def attempt(do):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always", DuplicateIdValueWarning)
            try:
                made = {"release": do()}
            except Exception as e:
                return {"error": type(e).__name__}
        if seen:
            made["duplicates"] = len(seen)
        return made

    for _ in range(count):
        releases = Hostile(rng).process()
        text = json.dumps(releases)
        case = {"releases": releases, "cut": rng.randrange(1, len(releases) + 1)}
        for name, form in (("compiled", CompiledRelease), ("versioned", VersionedRelease)):

            def whole(given):
                merged = form(merge_rules=rules)
                merged.extend(json.loads(given))
                return json.loads(json.dumps(merged.asdict()))

            def continued():
                first, rest = releases[: case["cut"]], releases[case["cut"] :]
                merged = form(whole(json.dumps(first)), merge_rules=rules)
                merged.extend(json.loads(json.dumps(rest)))
                return json.loads(json.dumps(merged.asdict()))

            case[name] = attempt(lambda: whole(text))
            if case["cut"] < len(releases):
                case[name + "Continued"] = attempt(continued)
        out.write(json.dumps(case, separators=(",", ":")) + "\n")


def coverage():
    import ocdscardinal

    folder = MODULE / "coverage" / "testdata"
    counts = ocdscardinal.coverage(str(folder / "hostile.jsonl"))
    (folder / "ocdscardinal.json").write_text(json.dumps(counts, indent=0, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["coverage"]:
        coverage()
    elif sys.argv[1:] == ["merge"]:
        with open(MODULE / "merge" / "testdata" / "ocdsmerge.jsonl", "w") as f:
            merge(STORED, SEED, f)
    elif sys.argv[1:2] == ["merge"]:
        merge(int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else SEED, sys.stdout)
    else:
        sys.exit(__doc__)
