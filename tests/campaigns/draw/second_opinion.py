"""The draw protocol written a second time, from its text alone: slow, literal, with nothing of the engine in it.

It knows no proofs, and no refusals but that of a quota: given a sound sheet it returns what the transcript must hold.
"""

import hashlib
import hmac
import json
from fractions import Fraction


def canon(x):
    return json.dumps(x, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def merkle(leaves):
    """RFC 6962, section 2.1, recursively."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + merkle(leaves[:k]) + merkle(leaves[k:])).digest()


def listing(entries, kind, secret):
    leaves = []
    for e in sorted(entries, key=lambda e: e["id"]):
        salt = hmac.new(secret, (kind + "\n" + e["id"]).encode(), "sha256").digest()
        leaves.append(hashlib.sha256(b"\x00" + salt + canon(e)).digest())
    return {"count": len(leaves), "root": merkle(leaves).hex()}


def part(size, population, ratio):
    exact = Fraction(ratio.rstrip("%")) / 100 * population
    low = exact.numerator // exact.denominator
    rule = size.get("rounding", "ceil")
    up = exact > low if rule == "ceil" else exact - low >= Fraction(1, 2) if rule == "half_up" else False
    return max(low + up, 1 if exact else 0)


def quota_range(sheet):
    """The fewest and the most institutions with the flag that all lines together can draw."""
    plan = Opinion.__new__(Opinion)
    plan.sheet, plan.entries = sheet, {e["id"]: e for e in sheet["institutions"]}
    least, most = plan.bounds()
    return sum(least), sum(most)


class Opinion:
    def __init__(self, sheet, secret, frozen_at, contributions):
        self.sheet = sheet
        manifest = {k: sheet[k] for k in ("protocol", "draw", "title", "sources", "lines", "quota")}
        manifest["institutions"] = listing(sheet["institutions"], "institution", secret)
        manifest["inspectors"] = listing(sheet["inspectors"], "inspector", secret)
        manifest["secret_hash"] = sha(secret)
        manifest["frozen_at"] = frozen_at
        commitment = sha(canon(manifest))
        self.seed = sha(canon({"commitment": commitment, "contributions": contributions, "secret": secret.hex()}))
        self.entries = {e["id"]: e for e in sheet["institutions"]}
        self.people = {e["id"]: e for e in sheet["inspectors"]}
        self.recused = {i: set(e["recused"]) for i, e in self.people.items()}
        self.gone = set()
        self.cell_of = {}
        self.used = set()
        self.takeup = []  # institution ids now in the draw, in order
        self.seats = {}  # (institution, slot, number) -> person or None
        lines = [self.draw_line(n) for n in range(len(sheet["lines"]))]
        for line in lines:
            for cell in line["cells"]:
                for row in cell["drawn"]:
                    self.take_up(row["id"])
        self.transcript = {
            "manifest": manifest,
            "commitment": commitment,
            "secret": secret.hex(),
            "contributions": contributions,
            "contribution_commitments": {
                s: sha(f"contribution\n{s}\n{v}".encode()) for s, v in contributions.items() if s[:7] != "public:"
            },
            "seed": self.seed,
            "institutions": sorted(sheet["institutions"], key=lambda e: e["id"]),
            "inspectors": sorted(sheet["inspectors"], key=lambda e: e["id"]),
            "result": {"lines": lines, "teams": [self.team(i) for i in self.takeup]},
            "substitutions": [],
        }

    def ticket(self, kind, id, n):
        return sha(f"{self.seed}\n{kind}\n{id}\n{n}".encode())

    # Institutions

    def in_line(self, n):
        code = self.sheet["lines"][n]["code"]
        return [e for e in self.entries.values() if e["line"] == code and "excluded" not in e]

    def rank(self, n, e):
        lots = self.sheet["lines"][n].get("lots", {}).get(e["risk"], 1)
        return e["tier"], min(self.ticket("institution", e["id"], k) for k in range(lots)), e["id"]

    def size(self, n):
        size, population = self.sheet["lines"][n]["size"], len(self.in_line(n))
        if "count" in size:
            return min(size["count"], population)
        return population if "all" in size else part(size, population, size["ratio"])

    def bounds(self):
        """The least and the most places of the quota, per line."""
        quota, ns = self.sheet["quota"], range(len(self.sheet["lines"]))
        f = [sum(quota["flag"] in e["flags"] for e in self.in_line(n)) for n in ns]
        total, size = [len(self.in_line(n)) for n in ns], [self.size(n) for n in ns]
        least = [max(0, size[n] - total[n] + f[n]) if quota["mode"] == "exactly" else 0 for n in ns]
        return least, [min(size[n], f[n]) for n in ns]

    def places(self):
        quota, ns = self.sheet["quota"], range(len(self.sheet["lines"]))
        f = [sum(quota["flag"] in e["flags"] for e in self.in_line(n)) for n in ns]
        total = [len(self.in_line(n)) for n in ns]
        ideal = [Fraction(self.size(n) * f[n], total[n]) if total[n] else Fraction(0) for n in ns]
        share = [i * quota["count"] / sum(ideal) if sum(ideal) else Fraction(0) for i in ideal]
        least, most = self.bounds()
        got = [max(least[n], min(most[n], share[n].numerator // share[n].denominator)) for n in ns]
        while sum(got) < quota["count"]:
            n = min((n for n in ns if got[n] < most[n]), key=lambda n: (got[n] - share[n], n))
            got[n] += 1
        while sum(got) > quota["count"]:
            n = min((n for n in ns if got[n] > least[n]), key=lambda n: (share[n] - got[n], n))
            got[n] -= 1
        return got

    def cells(self, n):
        """[(name, all who are members before anything is drawn, how many are drawn)]"""
        size, everyone, quota = self.sheet["lines"][n]["size"], self.in_line(n), self.sheet["quota"]
        if isinstance(size.get("ratio"), dict):
            classes = [(c, [e for e in everyone if e["risk"] == c]) for c in sorted(size["ratio"])]
            return [(c, members, part(size, len(members), size["ratio"][c])) for c, members in classes]
        if quota is None:
            return [("*", everyone, self.size(n))]
        flagged = [e for e in everyone if quota["flag"] in e["flags"]]
        rest = [e for e in everyone if e not in flagged] if quota["mode"] == "exactly" else everyone
        place = self.places()[n]
        return [(quota["flag"], flagged, place), ("*", rest, self.size(n) - place)]

    def draw_line(self, n):
        line, records, drawn = self.sheet["lines"][n], [], []
        for name, eligible, number in self.cells(n):
            members = [e for e in eligible if e["id"] not in drawn]
            ranked = [e["id"] for e in sorted(members, key=lambda e: self.rank(n, e))]
            taken, population = ranked[:number], len(members)
            drawn += taken
            self.cell_of |= dict.fromkeys(taken, (n, name))
            records.append({"cell": name, "population": population, "size": len(taken), "drawn": taken})
        self.used |= set(drawn)
        for record, (_, members, _) in zip(records, self.cells(n), strict=True):
            ranked = [e["id"] for e in sorted(members, key=lambda e: self.rank(n, e)) if e["id"] not in drawn]
            record["drawn"] = [self.row(n, id) for id in record["drawn"]]
            record["reserve"] = [self.row(n, id) for id in ranked[: line["reserve"]]]
        asked = line["size"].get("count", 0)
        population = len(self.in_line(n))
        return {
            "code": line["code"],
            "population": population,
            "shortfall": max(0, asked - population),
            "cells": records,
        }

    def row(self, n, id):
        tier, ticket, _ = self.rank(n, self.entries[id])
        return {"id": id, "tier": tier, "ticket": ticket}

    # Inspectors

    def slots(self, institution):
        e = self.entries[institution]
        slots = e["team"] if "team" in e else next(x for x in self.sheet["lines"] if x["code"] == e["line"])["team"]
        return [(s["pool"].replace("{county}", e["county"]), s["number"]) for s in slots]

    def tasks(self, person):
        return sum(p == person for p in self.seats.values())

    def key(self, person):
        return self.tasks(person), self.ticket("inspector", person, self.tasks(person))

    def fit(self, place):
        institution, slot, _ = place
        pool, county = self.slots(institution)[slot][0], "county:" + self.entries[institution]["county"]
        found = [
            i
            for i, e in self.people.items()
            if i not in self.gone and pool in e["pools"] and not {institution, county} & self.recused[i]
        ]
        return sorted(found, key=self.key)

    def place_of(self, person, institution):
        return next((p for p, i in self.seats.items() if i == person and p[0] == institution), None)

    def free(self, place):
        for i in self.fit(place):
            if self.place_of(i, place[0]) is None and self.tasks(i) < self.people[i]["limit"]:
                return i
        return None

    def order(self, place):
        return self.takeup.index(place[0]), place[1], place[2]

    def take_up(self, institution):
        self.takeup.append(institution)
        for slot, (_, number) in enumerate(self.slots(institution)):
            for k in range(number):
                self.seats[institution, slot, k] = None
        for place in [p for p in self.seats if p[0] == institution]:
            self.fill(place)

    def fill(self, start):
        if (person := self.free(start)) is not None:
            self.seats[start] = person
            return True
        queue, parent, asked = [start], {start: None}, set()
        while queue:
            place = queue.pop(0)
            if (person := self.free(place)) is not None:
                while place is not None:
                    person, self.seats[place] = self.seats[place], person
                    place = parent[place]
                return True
            for i in self.fit(place):
                own = self.place_of(i, place[0])
                if own is not None:
                    reached = [own]
                elif self.tasks(i) >= self.people[i]["limit"] and i not in asked:
                    asked.add(i)
                    reached = sorted((p for p, who in self.seats.items() if who == i), key=self.order)
                else:
                    reached = []
                for p in reached:
                    if p not in parent:
                        parent[p] = place
                        queue.append(p)
        return False

    def team(self, institution):
        slots = self.slots(institution)
        seats = sorted((p, i) for p, i in self.seats.items() if p[0] == institution)
        gaps = [sum(p[1] == s and i is None for p, i in seats) for s in range(len(slots))]
        return {
            "institution": institution,
            "line": self.entries[institution]["line"],
            "members": [{"slot": p[1], "pool": slots[p[1]][0], "inspector": i} for p, i in seats if i is not None],
            "unfilled": [{"slot": s, "pool": slots[s][0], "number": g} for s, g in enumerate(gaps) if g],
        }

    # Substitutions

    def substitute(self, request):
        """Append the substitution; False where the protocol refuses it for want of a reserve."""
        before = {i: self.team(i) for i in self.takeup}
        found = getattr(self, request["kind"])(request)
        if found is None:
            return False
        teams = [self.team(i) for i in self.takeup if before.get(i) != self.team(i)]
        self.transcript["substitutions"].append({**request, **found, "teams": teams})
        return True

    def institution(self, request):
        out = request["out"]
        n, cell = self.cell_of[out]
        members = next(members for name, members, _ in self.cells(n) if name == cell)
        left = [e["id"] for e in sorted(members, key=lambda e: self.rank(n, e)) if e["id"] not in self.used]
        if not left:
            return None
        new = left[0]
        self.used.add(new)
        del self.cell_of[out]
        self.cell_of[new] = n, cell
        sat = [(p, i) for p, i in sorted(self.seats.items()) if p[0] == out and i is not None]
        old_slots = self.slots(out)
        self.seats = {p: i for p, i in self.seats.items() if p[0] != out}
        self.takeup.remove(out)
        self.takeup.append(new)
        county = "county:" + self.entries[new]["county"]
        for slot, (pool, number) in enumerate(self.slots(new)):
            for k in range(number):
                able = [
                    (p, i)
                    for p, i in sat
                    if p[1] == slot and old_slots[slot][0] == pool and not {new, county} & self.recused[i]
                ]
                self.seats[new, slot, k] = able[0][1] if able else None
                if able:
                    sat.remove(able[0])
        for place in [p for p, i in self.seats.items() if p[0] == new and i is None]:
            self.fill(place)
        return {"in": new}

    def inspector(self, request):
        place = self.place_of(request["out"], request["institution"])
        self.seats[place] = None
        self.recused[request["out"]].add(request["institution"])
        return {"unfilled": 0 if self.fill(place) else 1}

    def withdrawal(self, request):
        held = sorted((p for p, i in self.seats.items() if i == request["out"]), key=self.order)
        for place in held:
            self.seats[place] = None
        self.gone.add(request["out"])
        return {"unfilled": sum(not self.fill(place) for place in held)}
