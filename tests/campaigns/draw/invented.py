"""Random but sound sheets: small, short of people, with every feature of the protocol."""

from random import Random

COUNTIES = ("140212", "140213", "140214")
CLASSES = ("", "A", "B", "C", "D")
OPTIONS = {
    "frozen_at": "2026-03-01T09:00:00+08:00",
    "secret": bytes(range(32)),
    "contributions": {"public:开奖": "03 08 11", "scjg:140200": "骰子 6"},
}


def make_sheet(random: Random, *, institutions=14, inspectors=8):
    with_quota = random.random() < 0.4
    lines = [make_line(random, number, with_quota=with_quota) for number in range(random.randint(1, 3))]
    sheet = {
        "protocol": "lianchou-draw/1",
        "draw": "invented-1",
        "title": "虚构",
        "sources": ["scjg:140200", "public:开奖"],
        "lines": lines,
        "quota": None,
        "institutions": [make_institution(random, number, lines) for number in range(random.randint(0, institutions))],
        "inspectors": [make_inspector(random, number) for number in range(random.randint(0, inspectors))],
    }
    if with_quota:
        sheet["quota"] = {
            "flag": "centre",
            "count": random.randint(0, 4),
            "mode": random.choice(["exactly", "at_least"]),
        }
    return sheet


def make_line(random: Random, number: int, *, with_quota: bool):
    sizes = [
        {"count": random.randint(0, 6)},
        {
            "ratio": random.choice(["0%", "12.5%", "40%", "100%"]),
            "rounding": random.choice(["ceil", "half_up", "floor"]),
        },
        {"all": True},
        {"ratio": {"B": "50%", "A": "10%"}},
    ]
    line = {
        "code": f"line-{number}",
        "title": f"条目{number}",
        "size": random.choice(sizes[:3] if with_quota else sizes),
        "reserve": random.randint(0, 3),
        "team": make_team(random),
    }
    if random.random() < 0.5:
        line["lots"] = {"C": 2, "": 3}
    return line


def make_team(random: Random):
    pools = random.choices(["A", "B", "L:{county}"], k=random.randint(0, 3))
    return [{"pool": pool, "role": "检查人员", "number": random.choice([1, 1, 2, 3])} for pool in pools]


def make_institution(random: Random, number: int, lines):
    entry = {
        "id": f"I{number:02}",
        "line": random.choice(lines)["code"],
        "tier": random.choice([-1, 0, 0, 1]),
        "risk": random.choice(CLASSES),
        "county": random.choice(COUNTIES),
        "flags": ["centre"] if random.random() < 0.4 else [],
        "name": f"虚构{number}\u2028",
    }
    if random.random() < 0.1:
        entry["excluded"] = "已停业"
    if random.random() < 0.2:
        entry["team"] = make_team(random)
    return entry


def make_inspector(random: Random, number: int):
    pools = ["A", "B", *(f"L:{county}" for county in COUNTIES)]
    tokens = [f"I{number:02}" for number in range(14)] + [f"county:{county}" for county in COUNTIES]
    return {
        "id": f"P{number}",
        "pools": sorted(random.sample(pools, random.randint(0, 4))),
        "limit": random.choice([0, 1, 2, 2, 3]),
        "recused": sorted(random.sample(tokens, random.choice([0, 0, 2, 5]))),
    }


def make_staffed_sheet(random: Random):
    """One line with reserves, and just about as many people as it needs: seats are refilled by moving others."""
    line = {"code": "line-0", "title": "条目0", "size": {"count": random.randint(3, 8)}, "reserve": 1, "lots": {"C": 3}}
    line["team"] = make_team(random) or [{"pool": "A", "role": "检查人员", "number": 2}]
    entries = [make_institution(random, number, [line]) for number in range(14)]
    for entry in random.sample(entries, 5):
        entry["team"] = [slot | {"number": random.randint(1, 3)} for slot in line["team"]]
    return make_sheet(random, institutions=0, inspectors=0) | {
        "lines": [line],
        "quota": None,
        "institutions": entries,
        "inspectors": [make_staff(random, number) for number in range(random.randint(5, 12))],
    }


def make_staff(random: Random, number: int):
    recusal = random.choice([[], [], [f"I{random.randint(0, 13):02}"], [f"county:{random.choice(COUNTIES)}"]])
    pools = ["A", "B", *(f"L:{county}" for county in COUNTIES)]
    return {
        "id": f"P{number:02}",
        "pools": sorted(random.sample(pools, random.randint(1, 3))),
        "limit": random.randint(1, 4),
        "recused": recusal,
    }


def make_request(random: Random, teams):
    """A substitution that fits the teams as they stand, or None where there is nobody to replace."""
    members = [(team["institution"], member["inspector"]) for team in teams for member in team["members"]]
    kind = random.choice(["institution", "inspector", "withdrawal"])
    if kind == "institution" and teams:
        return {"kind": kind, "out": random.choice(teams)["institution"], "reason": "已停业"}
    if not members:
        return None
    institution, out = random.choice(members)
    if kind == "inspector":
        return {"kind": kind, "institution": institution, "out": out, "reason": "回避"}
    return {"kind": "withdrawal", "out": out, "reason": "病假"}
