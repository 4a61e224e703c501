"""The draw engine broken on purpose, in one place each: what the house's checks must notice.

A mutant is a file of campaigns/draw, a text that stands in it exactly once, and what stands there instead. It is put
into a copy of the package, which another Python loads in place of the true one and runs against checks.py.
`python -m tests.campaigns.draw.mutants` prints which check catches which mutant.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[3]
ENGINE = PROJECT / "campaigns" / "draw"
MOST_SECONDS = 120  # a mutant may never end; the others need a few seconds


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str


def mutants_of(file, *rows):
    return [Mutant(name, file, old, new) for name, old, new in rows]


SHEET = mutants_of(
    "sheet.py",
    ("missing sort", 'ordered = sorted(entries, key=itemgetter("id"))', "ordered = list(entries)"),
    ("second of an id let in", 'left["id"] == right["id"]', 'left["id"] > right["id"]'),
    ("float ratio", "Fraction(matched[1]) / 100", "Fraction(float(matched[1]) / 100)"),
    ("more than everybody", r"100(?:\.0{1,2})?)%", r"100(?:\.[0-9]{1,2})?)%"),
    ("other default rounding", 'given.get("rounding", "ceil")', 'given.get("rounding", "floor")'),
    ("class order as written", "for letter in sorted(ratio)}", "for letter in ratio}"),
    ("one person is enough", "len(people_of(sources)) < 2", "len(people_of(sources)) < 1"),
    ("flags in any order", "left >= right for left", "left == right for left"),
    ("pool of no county", "return self.pool.replace(COUNTY_IN_POOL, county)", "return self.pool"),
)
SIZES = mutants_of(
    "sizes.py",
    ("excluded counted in population", 'if "excluded" in entry:', 'if entry.get("excluded") == "":'),
    ("never at least one", "return max(1, rounded)", "return rounded"),
    ("one of an empty class", "if exact == 0:", "if ratio == 0:"),
    ("ceil always up", '{"ceil": ceil(exact)', '{"ceil": floor(exact) + 1'),
    ("half to even", "floor(exact + Fraction(1, 2))", "round(exact)"),
    ("floor rounded up", '"floor": floor(exact)}', '"floor": ceil(exact)}'),
    ("no shortfall", "shortfall = max(0, count - population)", "shortfall = 0"),
    (
        "count beyond population",
        "[CellSize(EVERYONE, population, min(count, population))]",
        "[CellSize(EVERYONE, population, count)]",
    ),
    ("quota lower bound dropped", 'max(0, size - (population - bearers)) if quota.mode == "exactly" else 0', "0"),
    (
        "quota lower bound always",
        'max(0, size - (population - bearers)) if quota.mode == "exactly" else 0',
        "max(0, size - (population - bearers))",
    ),
    ("quota upper bound by bearers only", "[min(size, bearers) for", "[bearers for"),
    ("tightest quota refused", "sum(lowest) <= quota.count", "sum(lowest) < quota.count"),
    ("fullest quota refused", "quota.count <= sum(highest)", "quota.count < sum(highest)"),
    ("share by bearers alone", "Fraction(size * bearers, population) if population", "Fraction(bearers) if population"),
    ("float shares", "ideal * quota.count / total if", "Fraction(float(ideal) * quota.count / float(total)) if"),
    ("share rounded", "min(max(floor(shares[line])", "min(max(round(shares[line])"),
    ("tie for one more to the last line", "places[max(with_room,", "places[max(reversed(list(with_room)),"),
    ("tie for one less to the last line", "places[min(with_spare,", "places[min(reversed(list(with_spare)),"),
    ("rest of a quota miscounted", 'flagged if quota.mode == "exactly" else places', "flagged"),
)
RANKING = mutants_of(
    "ranking.py",
    ("tiers upside down", "for tier in sorted(self._positions):", "for tier in sorted(self._positions, reverse=True):"),
    ("tiers as they come", "for tier in sorted(self._positions):", "for tier in self._positions:"),
    ("tier ignored", 'setdefault(entry["tier"], array("L"))', 'setdefault(0, array("L"))'),
    ("missing separator before the id", r'f"{seed}\ninstitution\n".encode()', r'f"{seed}\ninstitution".encode()'),
    ("missing separator in tickets", r'f"{seed}\n{kind}\n".encode()', r'f"{seed}{kind}\n".encode()'),
    ("missing separator before the number", r'f"{id}\n{number}".encode()', r'f"{id}{number}".encode()'),
    ("ticket counted from one", r'b"\n0")', r'b"\n1")'),
    ("reused ticket", 'make_ticket(entry["id"], lot)', 'make_ticket(entry["id"], 0)'),
    ("lots off by one", 'lots.get(entry["risk"], 1)):', 'lots.get(entry["risk"], 1) + 1):'),
    ("a lot too few", 'range(1, lots.get(entry["risk"], 1))', 'range(2, lots.get(entry["risk"], 1))'),
    ("highest lot counts", "min(tickets[number], make_ticket", "max(tickets[number], make_ticket"),
    ("lots of any class", 'lots.get(entry["risk"], 1)):', 'lots.get("C", 1)):'),
    ("highest ticket first", "in sorted(tickets)\n", "in sorted(tickets, reverse=True)\n"),
    ("excluded drawn", 'if "excluded" not in entry and (classes is', "if (classes is"),
    ("one too many", "ranking, taken), cell.size)))", "ranking, taken), cell.size + 1)))"),
    (
        "reserve includes drawn",
        "cell.cell, ranking, taken), line.reserve)",
        "cell.cell, ranking, set()), line.reserve)",
    ),
    ("reserve off by one", "taken), line.reserve)", "taken), line.reserve + 1)"),
    ("drawn by both cells", "taken.update(ranked.position for ranked in drawn[-1])", "taken.update(())"),
    ("neighbouring classes mixed", 'entry["risk"] == cell', 'entry["risk"] <= cell'),
    ("quota's flag ignored", 'lambda entry: quota.flag in entry["flags"]', "lambda entry: True"),
    (
        "flagged among the rest of exactly",
        'cell == EVERYONE and quota.mode == "exactly"',
        'cell == EVERYONE and quota.mode == ""',
    ),
    ("second stretch lost", "if pair[0] >= bound)", "if pair[0] > bound)"),
    ("second stretch overlaps", "if pair[0] >= bound)", "if pair[0] >= b'')"),
)
TEAMS = mutants_of(
    "teams.py",
    ("limit reached is not full", "return self.key[0] < self.limit", "return self.key[0] <= self.limit"),
    ("recusal by county ignored", " and team.county_token not in self.recused", ""),
    ("recusal by institution ignored", "team.institution not in self.recused and ", ""),
    ("tie broken by name", "(tasks, self._make_ticket(person.id, tasks), person.number)", 'tasks, b"", person.number'),
    ("ticket of the first task reused", "self._make_ticket(person.id, tasks)", "self._make_ticket(person.id, 0)"),
    (
        "fewest tasks ignored",
        'self._make_ticket = ticket_maker(seed, "inspector")',
        'self._make_ticket = ticket_maker(seed, "institution")',
    ),
    ("unfilled miscounted", "            if gap\n", "            if gap > 1\n"),
    ("twice in a team", "place.team is self for place", "place.team is None for place"),
    ("no refilling", "return self._refill(place)", "return False"),
    ("depth first", "asking = queue.popleft()", "asking = queue.pop()"),
    ("colleagues not asked", "yield from map(own.__getitem__, colleagues)", "yield from ()"),
    (
        "last taken up is asked first",
        "yield from sorted(person.held, key=_when_taken_up)",
        "yield from sorted(person.held, key=_when_taken_up, reverse=True)",
    ),
    ("a place short", "range(seated, slot.number)", "range(seated, slot.number - 1)"),
    ("who was moved is lost", "mover, target = displaced, reached_from[target]", "mover, target = None, None"),
    (
        "tasks not released",
        "for person in people:\n            self._renew_key(person)",
        "for person in people:\n            pass",
    ),
    ("what failed once is never tried again", "place.is_dead = False", "place.is_dead = True"),
    ("withdrawn comes back", "person.limit = 0", "person.limit = person.limit"),
    ("sent back where one left", "person.recused.add(team.institution)", "person.recused.discard(team.institution)"),
    (
        "left in any order",
        "left = sorted(person.held, key=_when_taken_up)",
        "left = sorted(person.held, key=_when_taken_up, reverse=True)",
    ),
    ("newcomer's team is not the last", "self._taken_up += 1", "self._taken_up += 0"),
    ("members out of place order", "insort(team.places, place, key=_in_place_order)", "team.places.insert(0, place)"),
    (
        "moved teams not shown",
        "    def _note(self, team: Team) -> None:\n",
        "    def _note(self, team: Team) -> None:\n        return\n",
    ),
)
SUBSTITUTION = [
    *mutants_of(
        "drawing.py",
        ("own team ignored", 'read_team(entry["team"]) if "team" in entry else ', ""),
        (
            "substitution takes the wrong reserve",
            "self._ranking_of(number), self._taken[number]), None)",
            "list(self._ranking_of(number))[::-1], self._taken[number]), None)",
        ),
        (
            "substitution takes who was drawn",
            "self._ranking_of(number), self._taken[number]), None)",
            "self._ranking_of(number), {-1}), None)",
        ),
        ("reserve enters twice", "self._taken[number].add(by.position)", "self._taken[number].discard(by.position)"),
        ("who enters belongs to another cell", "self.cells[by.id] = number, cell", 'self.cells[by.id] = number, "*"'),
        ("lots forgotten afterwards", "lots=line.lots,", "lots={},"),
        (
            "other line's ranking",
            "positions_by_line(self.sheet)[line.code]",
            "positions_by_line(self.sheet)[self.sheet.lines[0].code]",
        ),
    ),
    *mutants_of(
        "substitution.py",
        ("old team kept", "    staff.dissolve(old)\n", "    [staff._unseat(place) for place in old.places]\n"),
        (
            "tasks kept by who is released",
            "staff.release([person for person, _ in sat if person not in stayed])",
            "staff.release([])",
        ),
        (
            "stays in any slot",
            "if (place.slot, place.pool) == (number, pool)]",
            "if place.pool == pool and person not in stayed]",
        ),
        ("stays in another pool", "if (place.slot, place.pool) == (number, pool)]", "if place.slot == number]"),
        (
            "recused stays",
            "[person for person in able if person.may_inspect(new)][: slot.number]",
            "able[: slot.number]",
        ),
        ("more stay than are needed", "if person.may_inspect(new)][: slot.number]", "if person.may_inspect(new)]"),
        ("nobody stays", "if person.may_inspect(new)][: slot.number]", "if person.may_inspect(new)][:0]"),
        ("gap not told", '{"unfilled": int(not staff.fill(place))}', '{"unfilled": int(staff.fill(place))}'),
        (
            "last place refilled first",
            "sum(not staff.fill(place) for place in left)",
            "sum(not staff.fill(place) for place in left[::-1])",
        ),
    ),
]
DUPLICATED = r"""last = level[paired:]
    return parents + (hashlib.sha256(b"\x01" + last + last).digest() if last else b"")"""
COMMITMENT = mutants_of(
    "commitment.py",
    ("wrong leaf prefix", r'b"\x00" + salt', r'b"\x01" + salt'),
    ("no leaf prefix", r'b"\x00" + salt + encode(entry)', "salt + encode(entry)"),
    ("wrong node prefix", r'b"\x01" + level[start', r'b"\x00" + level[start'),
    (
        "odd Merkle node duplicated",
        "return parents + level[paired:]",
        DUPLICATED,
    ),
    (
        "sibling order",
        "level[start : start + 2 * DIGEST]).digest()",
        "level[start + DIGEST : start + 2 * DIGEST] + level[start : start + DIGEST]).digest()",
    ),
    ("path of the next leaf", "sibling = (index ^ 1) * DIGEST", "sibling = (index + 1) * DIGEST"),
    ("empty tree of zeros", "return hashlib.sha256().digest()", "return bytes(DIGEST)"),
    (
        "HMAC key and label swapped",
        r'hmac.new(secret, f"{kind}\n".encode(), "sha256")',
        r'hmac.new(f"{kind}\n".encode(), secret, "sha256")',
    ),
    ("HMAC label of the other list", 'secret=secret, kind="institution"', 'secret=secret, kind="inspector"'),
    ("missing separator in the salt", r'hmac.new(secret, f"{kind}\n".encode()', r'hmac.new(secret, f"{kind}".encode()'),
    ("missing separator in contributions", r'f"contribution\n{source}\n{value}"', r'f"contribution\n{source}{value}"'),
    ("public values committed", "for source in people_of(contributions)}", "for source in contributions}"),
    ("seed without the secret", '"secret": secret.hex()}', '"secret": ""}'),
    ("seed without the contributions", '"contributions": contributions,', '"contributions": {},'),
    ("seed without the commitment", '{"commitment": commitment,', '{"commitment": "",'),
    (
        "digest of the secret's text",
        '"secret_hash": hashlib.sha256(secret).hexdigest()',
        '"secret_hash": hashlib.sha256(secret.hex().encode()).hexdigest()',
    ),
)
CHECKING = [
    *mutants_of(
        "canonical.py",
        ("keys as they come", "sort_keys=True", "sort_keys=False"),
        ("other characters escaped", "ensure_ascii=False, sort_keys", "ensure_ascii=True, sort_keys"),
    ),
    *mutants_of(
        "proofs.py",
        (
            "path length unchecked",
            "    if len(sides) != len(siblings):\n        return None\n    for is_left, sibling in zip(sides, siblings, strict=True):",
            "    for is_left, sibling in zip(sides, siblings, strict=False):",
        ),
        (
            "sides swapped",
            "sibling + node if is_left else node + sibling",
            "node + sibling if is_left else sibling + node",
        ),
        ("count not compared", ' or proof["count"] != promised["count"]', ""),
        ("root not compared", 'if root != manifest[LISTS[proof["kind"]]]["root"]:', "if root is None:"),
        ("proof of the neighbour", '"index": index,', '"index": index ^ 1,'),
    ),
    *mutants_of(
        "verification.py",
        ("commitment not compared", "if computed == commitment:", "if computed:"),
        ("secret not compared", "if promised != computed:", "if not computed:"),
        ("roots not compared", 'if tree.root().hex() != promised["root"]:', "if not tree:"),
        ("counts not compared", 'if not is_same(tree.count, promised["count"]):', "if not tree:"),
        ("contributions not compared", "if promised != expected:", "if not expected:"),
        ("seed not compared", "    if computed == seed:\n        return\n", "    if computed:\n        return\n"),
        ("result not compared", 'expect(drawing.result, transcript["result"], ("result",))', "drawing.result"),
        (
            "substitutions not compared",
            "expect(substitute_in(drawing, request, path), record, path)",
            "substitute_in(drawing, request, path)",
        ),
    ),
]
MUTANTS = [*SHEET, *SIZES, *RANKING, *TEAMS, *SUBSTITUTION, *COMMITMENT, *CHECKING]


def copy_engine(folder):
    """The package alone, as it is, where `python -m` in the folder finds it first."""
    copied = folder / "campaigns" / "draw"
    half_written = shutil.ignore_patterns("*.pyc.*")
    shutil.copytree(ENGINE, copied, ignore=half_written)  # with what is compiled already, which saves half the time
    (folder / "campaigns" / "__init__.py").touch()
    return copied


def break_engine(mutant, folder):
    """A copy with the mutant's change; ValueError if the old text is not there, or not only once."""
    path = copy_engine(folder) / mutant.file
    source = path.read_text(encoding="utf-8")
    if source.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.file}: {source.count(mutant.old)} times {mutant.old!r}: renew mutant {mutant.name!r}"
        )
    path.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()


def find_fault(folder):
    """What the checks say of the engine in the folder: None, or {"check", "case", "error"}."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.campaigns.draw.checks"]
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"check": "time", "case": "", "error": "TimeoutExpired"}
    found = json.loads(ended.stdout)
    if not Path(found["engine"]).is_relative_to(folder.resolve()):
        raise RuntimeError(f"{found['engine']} was checked instead of the copy in {folder}")
    return found["fault"]


def print_table():
    chosen = [mutant for mutant in MUTANTS if not sys.argv[1:] or mutant.name in sys.argv[1:]]
    for mutant in chosen:
        with tempfile.TemporaryDirectory() as name:
            try:
                break_engine(mutant, Path(name))
                fault = find_fault(Path(name)) or {"check": "SURVIVED", "error": ""}
            except (ValueError, subprocess.CalledProcessError) as error:
                fault = {"check": "BROKEN", "error": str(error)}
        print(f"{mutant.file:16} {mutant.name:42} {fault['check']:32} {fault['error']}", flush=True)


if __name__ == "__main__":
    print_table()
