"""Writes what other implementations give, for the tests to compare with.

    python3 reference.py merge [COUNT [SEED]]        merge/testdata/ocdsmerge.jsonl: hostile random processes and what ocdsmerge makes of them
    python3 reference.py cardinal PROGRAM [SEED DIR] cmd/ocds/testdata/cardinal: random compiled releases and what Cardinal makes of them

With COUNT the cases go to standard output, with DIR to that folder. Needs ocdsmerge 0.8.0 from PyPI (see bench.sh), and the
program ocdscardinal 0.0.8, whose source is on PyPI as well:

    pip install maturin && pip download --no-deps --no-build-isolation --no-binary ocdscardinal ocdscardinal==0.0.8
    tar xf ocdscardinal-0.0.8.tar.gz && cd ocdscardinal-0.0.8 && rm rust-toolchain.toml && cargo build --release
"""

import json
import os
import pathlib
import random
import subprocess
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


SETTINGS = """currency = KZT
no_price_comparison_procurement_methods = barter
[exclusions]
procurement_method_details = secret
[R003]
procurement_methods = open|selective
[R003.procurement_method_details]
auction = 7
[R018]
[R024]
[R025]
percentile = 50
[R028]
[R030]
[R035]
[R036]
[R038]
[R048]
minimum_contracting_processes = 5
[R058]
"""

THRESHOLDS = """currency = KZT
[R024]
threshold = 0.05
[R025]
percentile = 25
threshold = 0.4
[R035]
threshold = 2
[R038]
threshold = 0.2
minimum_submitted_bids = 5
minimum_contracting_processes = 3
[R048]
digits = 3
threshold = 9
minimum_contracting_processes = 3
[R058]
threshold = 0.45
"""

CORRECTIONS = """[defaults]
currency = KZT
item_classification_scheme = x_KPVED
award_status = active
party_roles = true
[redactions]
amount = 0|99999999
organization_id = none
[corrections]
award_status_by_contract_status = true
[modifications]
move_auctions = true
prefix_buyer_or_procuring_entity_id = B-
prefix_tenderer_or_supplier_id = T-
split_procurement_method_details = (
[codelists.bid_status]
accepted = valid
[codelists.award_status]
won = active
"""


class Procurement:
    """Compiled releases of one market: few bidders, prices that repeat, members left out."""

    def __init__(self, rng):
        self.r = rng

    def some(self, chance, made):
        return made() if self.r.random() < chance else None

    def object(self, **members):
        return {name: value for name, value in members.items() if value is not None}

    def organization(self, kind, number):
        return self.object(id=self.some(0.97, lambda: f"{kind}{number}"), name=f"{kind} {number}")

    def date(self, month=2):
        return f"2024-{month:02}-{self.r.randrange(1, 29):02}T{self.r.randrange(24):02}:00:00Z"

    def bid(self, number):
        r = self.r
        status = r.choice(["valid"] * 6 + ["disqualified", "disqualified", "withdrawn", "invited", "pending", "accepted"])
        amount = r.choice([100, 100, 101, 102.5, 110, 120, 150, 200, 300, 0, 99999999])
        return self.object(
            id=str(number),
            status=self.some(0.95, lambda: status),
            date=self.some(0.9, lambda: self.date()),
            tenderers=[self.organization("t", r.randrange(9)) for _ in range(r.choice([1] * 9 + [2]))],
            value=self.some(0.95, lambda: self.object(amount=self.some(0.97, lambda: amount), currency=self.some(0.95, lambda: r.choice(["KZT"] * 9 + ["USD"])))),
        )

    def process(self, number):
        r = self.r
        # Pending and accepted awards make the outcome open.
        final = r.random() < 0.85
        bids = [self.bid(n) for n in range(r.choice([0, 1, 2, 2, 3, 3, 4, 5]))]
        lowest = sorted((b for b in bids if b.get("status") == "valid"), key=lambda b: b.get("value", {}).get("amount", 1e9))
        awards = []
        for n in range(r.choice([0, 1, 1, 1, 1, 2])):
            suppliers = [self.organization("t", r.randrange(9))]
            if lowest and r.random() < 0.8:
                suppliers = lowest[0]["tenderers"]
            awards.append(
                self.object(
                    id=str(n),
                    status=self.some(0.97, lambda: "active" if n == 0 or r.random() < 0.3 else r.choice(["cancelled", "unsuccessful"] if final else ["pending", "won"])),
                    suppliers=suppliers,
                    items=[self.object(id=str(i), classification=self.some(0.95, lambda: self.object(id=f"{r.randrange(10, 40)}.{r.randrange(10)}", scheme="x_KPVED"))) for i in range(r.choice([0, 1, 2]))],
                )
            )
        return self.object(
            ocid=f"ocds-a1b2c3-{number}",
            tag=["compiled"],
            parties=[self.organization("b", n) for n in range(3)],
            buyer=self.some(0.95, lambda: self.organization("b", r.randrange(3))),
            tender=self.object(
                id="1",
                status=self.some(0.95, lambda: r.choice(["complete"] * 9 + ["cancelled"])),
                procurementMethod=r.choice(["open", "open", "selective", "limited", "direct"]),
                procurementMethodDetails=self.some(0.7, lambda: r.choice(["tender", "auction", "auction (repeated)", "barter", "secret"])),
                procuringEntity=self.organization("b", r.randrange(4)),
                numberOfTenderers=self.some(0.8, lambda: r.randrange(5)),
                tenderPeriod=self.some(0.9, lambda: self.object(startDate=self.date(1), endDate=self.some(0.95, lambda: self.date(r.choice([1, 2, 2]))))),
            ),
            bids=self.some(0.95, lambda: {"details": bids}),
            auctions=self.some(0.05, lambda: [{"stages": [{"id": "1", "bids": [self.bid(90)]}]}]),
            awards=self.some(0.95, lambda: awards),
            contracts=[self.object(id=str(n), awardID=self.some(0.95, lambda: str(n)), status=r.choice(["active", "cancelled", "terminated"])) for n in range(r.choice([0, 1, 2]))],
        )


def cardinal(program, seed, folder):
    made = Procurement(random.Random(seed))
    folder.mkdir(parents=True, exist_ok=True)
    compiled = folder / "compiled.jsonl"
    compiled.write_text("".join(json.dumps(made.process(n), separators=(",", ":")) + "\n" for n in range(150)))
    for name, text in (("fences.ini", SETTINGS), ("thresholds.ini", THRESHOLDS), ("prepare.ini", CORRECTIONS)):
        (folder / name).write_text(text)

    def run(*arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True, env={**os.environ, "RAYON_NUM_THREADS": "1"}).stdout

    def ordered(value, under_maps=False):
        """Its lists of organisations have no order."""
        if isinstance(value, dict):
            return {k: ordered(v, under_maps or k == "Maps") for k, v in sorted(value.items())}
        return sorted(value) if isinstance(value, list) and under_maps else value

    (folder / "coverage.json").write_text(json.dumps(ordered(json.loads(run("coverage", str(compiled)))), indent=0) + "\n")
    prepared = folder / "prepared.jsonl"
    run("prepare", "--settings", str(folder / "prepare.ini"), "--output", str(prepared), "--errors", str(folder / "issues.csv"), str(compiled))
    for name in ("fences", "thresholds"):
        flags = ordered(json.loads(run("indicators", "--settings", str(folder / f"{name}.ini"), "--map", str(prepared))))
        (folder / f"{name}.json").write_text(json.dumps(flags, indent=0) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["cardinal"] and len(sys.argv) > 2:
        target = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else MODULE / "cmd" / "ocds" / "testdata" / "cardinal"
        cardinal(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else SEED, target)
    elif sys.argv[1:] == ["merge"]:
        with open(MODULE / "merge" / "testdata" / "ocdsmerge.jsonl", "w") as f:
            merge(STORED, SEED, f)
    elif sys.argv[1:2] == ["merge"]:
        merge(int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else SEED, sys.stdout)
    else:
        sys.exit(__doc__)
