"""The 200 people of a load: who they are, what they open, what they write. Run in the site's own environment:

python -m tests.production.people 200              # prints them, with the cookies of a session each
python -m tests.production.people stored           # reads places from standard input, prints what stands there
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from tests.production.crowd import Page, Person
from tests.production.deeds import Deed, EditInstitution, SaveItem

PUBLIC, PORTAL = 0.60, 0.25
PORTAL_WRITES, OFFICER_WRITES = 0.25, 1 / 3
"""Of what they do: an institution's clerk saves answers; a third of 15 % are the 5 % of everything that officers write."""
EDITED_BY_EACH = 10
SAVED_ITEMS = range(1, 19)
DEEDS = {"save": SaveItem, "edit": EditInstitution}


def people_from(told: str) -> list[Person]:
    """What `main` printed, as people."""
    return [
        Person(
            kind=each["kind"],
            pages=[Page(name, path) for name, path in each["pages"]],
            cookies=each.get("cookies", {}),
            deeds=[_deed(*words) for words in each.get("deeds", [])],
            write_share=each.get("write_share", 0.0),
        )
        for each in json.loads(told)
    ]


def _deed(name: str, *arguments: int) -> Deed:
    return DEEDS[name](*arguments)  # type: ignore[no-any-return]


def people(count: int) -> list[dict[str, Any]]:
    """60 % of the public, 25 % of institutions, the others officers; of what is in the database now."""
    public, portal = round(count * PUBLIC), round(count * PORTAL)
    readers = [{"kind": "public", "pages": public_pages(number)} for number in range(public)]
    return [*readers, *clerks(portal), *officers(count - public - portal)]


def public_pages(number: int) -> list[tuple[str, str]]:
    """What one reader looks at: the newest, searches by every filter, some institutions and campaigns, open data."""
    from accounts.models import Region
    from campaigns.models import Campaign, Draw
    from institutions.models import Domain, Institution
    from publications.models import Publication, PublishedResult

    some = list(Institution.objects.order_by("pk")[number * 3 : number * 3 + 3])
    name, code, letters = some[0].name, some[0].identifier, some[0].initials
    county = some[0].county_id
    city = f"{county[:4]}00"
    domain = Domain.objects.order_by("code").values_list("pk", flat=True)[number % 9]
    year = 2019 + number % 8
    campaigns = list(Campaign.objects.exclude(publications=None).order_by("pk").values_list("number", flat=True))
    publications = list(Publication.objects.order_by("pk").values_list("code", flat=True))
    result = PublishedResult.objects.filter(is_current=True, institution=some[-1]).values_list("pk", flat=True).first()
    draws = list(Draw.objects.filter(disclosed_at__isnull=False).values_list("code", flat=True))
    assert Region.objects.filter(pk=city).exists()
    return [
        *[("front", "/public/")] * 4,
        ("figures", "/public/figures/"),
        ("search", f"/public/search/?q={name[:6]}"),
        ("search", f"/public/search/?q={code}"),
        *[("results", "/public/results/")] * 2,
        ("results filtered", f"/public/results/?region={city}&year={year}"),
        ("results filtered", f"/public/results/?domain={domain}&region={county}"),
        ("results filtered", f"/public/results/?domain={domain}"),
        ("results searched", f"/public/results/?q={name[:4]}"),
        ("results searched", f"/public/results/?q={letters}"),
        ("results turned", f"/public/results/?after={year}-06-15_{1 + number * 4000}"),
        *([("result", f"/public/results/{result}/")] if result else []),
        ("penalties", "/public/penalties/"),
        ("penalties", f"/public/penalties/?region={city}"),
        ("institutions", f"/public/institutions/?page={1 + number}"),
        ("institutions", f"/public/institutions/?q={name[:3]}"),
        *[("institution", f"/public/institutions/{each.identifier}/") for each in some],
        ("campaigns", "/public/campaigns/"),
        *[("campaign", f"/public/campaigns/{campaigns[number % len(campaigns)]}/") for _ in campaigns[:2]],
        ("publications", "/public/publications/"),
        *[("publication", f"/public/publications/{publications[number % len(publications)]}/") for _ in publications[:2]],
        ("plans", "/public/plans/"),
        ("matters", "/public/matters/"),
        ("draws", "/public/draws/"),
        *[("draw", f"/public/draws/{code}/") for code in draws[:1]],
        ("log", "/public/log/"),
        ("open data", "/public/data/"),
        ("feed", "/public/feed.atom"),
    ]  # fmt: skip


def clerks(count: int) -> list[dict[str, Any]]:
    """Each of an institution with an open self-check, which is filled by nobody else."""
    from accounts.models import Role, User
    from institutions.models import Representative
    from selftest.models import SelfCheck
    from tests.factories import accounts

    asked = SelfCheck.objects.filter(state="filling", institution__tasks__rectifications__isnull=False)
    chosen = SelfCheck.objects.filter(pk__in=asked.values("pk")).order_by("pk")[:count]
    found = []
    for self_check in chosen:
        name = f"crowd-clerk-{self_check.pk}"
        user = User.objects.filter(username=name).first() or accounts.user(name, Role.INSTITUTION_CLERK)
        Representative.objects.get_or_create(
            user=user, institution_id=self_check.institution_id, defaults={"role": Role.INSTITUTION_CLERK}
        )
        found.append(_signed_in(user) | {
            "kind": "portal", "pages": clerk_pages(self_check), "write_share": PORTAL_WRITES,
            "deeds": [("save", self_check.pk, item, user.pk) for item in SAVED_ITEMS],
        })  # fmt: skip
    return found


def clerk_pages(self_check: Any) -> list[tuple[str, str]]:
    from campaigns.models import Task
    from visits.models import Rectification

    own = Task.objects.filter(institution=self_check.institution_id).exclude(notice=None).order_by("-pk")
    orders = Rectification.objects.filter(task__institution=self_check.institution_id).order_by("-pk")
    form = f"/my/selfchecks/{self_check.pk}/"
    return [
        *[("workbench", "/workbench/")] * 2,
        ("self-checks", "/my/selfchecks/"),
        *[("self-check", form)] * 2,
        *[("item", f"{form}items/{item}/") for item in (1, 5, 9, 14)],
        ("header", f"{form}header/"),
        ("gaps", f"{form}check/"),
        ("rectifications", "/my/rectifications/"),
        *[("rectification", f"/my/rectifications/{pk}/") for pk in orders.values_list("pk", flat=True)[:2]],
        ("tasks", "/tasks/"),
        *[("task", f"/tasks/{pk}/") for pk in own.values_list("pk", flat=True)[:2]],
        ("own draws", "/my/draws/"),
        ("own publications", "/my/publications/"),
    ]


def officers(count: int) -> list[dict[str, Any]]:
    """A few of the province, some of cities, most of counties; each edits institutions that nobody else edits."""
    from accounts.models import Bureau, Role, User
    from institutions.models import Institution
    from tests.factories import accounts

    counties = Institution.objects.order_by("county").values_list("county", flat=True).distinct()
    places = list(Bureau.objects.filter(department="scjg", region__in=list(counties)).order_by("code"))
    found: list[dict[str, Any]] = []
    for number in range(count):
        county = places[number * 7 % len(places)].region_id
        role, place = [
            (Role.LEAD_OFFICER, "140000"), (Role.LEAD_OFFICER, f"{county[:4]}00"), (Role.LEAD_APPROVER, f"{county[:4]}00"),
            (Role.COUNTY_OFFICER, county), (Role.COUNTY_OFFICER, county), (Role.COUNTY_OFFICER, county),
        ][number % 6]  # fmt: skip
        name = f"crowd-officer-{number}"
        bureau = Bureau.objects.get(department="scjg", region=place)
        user = User.objects.filter(username=name).first() or accounts.user(name, role)
        User.objects.filter(pk=user.pk).update(bureau=bureau)
        own = Institution.objects.filter(county=county).order_by("pk").values_list("pk", flat=True)
        own = own[number // len(places) * EDITED_BY_EACH :][:EDITED_BY_EACH]
        found.append(_signed_in(user) | {
            "kind": "officer", "pages": officer_pages(county, list(own)), "write_share": OFFICER_WRITES,
            "deeds": [("edit", pk) for pk in own if role != Role.LEAD_APPROVER],
        })  # fmt: skip
    return found


def officer_pages(county: str, own: Sequence[int]) -> list[tuple[str, str]]:
    """What everybody opens whatever the level; what is not theirs to see answers 404 and is left out."""
    from campaigns.models import Campaign, Task
    from selftest.models import Round

    campaign = Campaign.objects.filter(state="dispatched").order_by("-pk").values_list("pk", flat=True)[0]
    tasks = Task.objects.filter(institution__in=own).order_by("-pk").values_list("pk", flat=True)[:3]
    round = Round.objects.filter(state="open").values_list("pk", flat=True).first()
    return [
        *[("workbench", "/workbench/")] * 3,
        *[("institutions", "/institutions/")] * 2,
        ("institutions filtered", f"/institutions/?region={county}"),
        ("institutions filtered", "/institutions/?q=检测&domain=vehicle"),
        *[("institution", f"/institutions/{pk}/") for pk in own[:2]],
        ("dossier", f"/institutions/{own[0]}/dossier/"),
        ("campaigns", "/campaigns/"),
        ("campaign", f"/campaigns/{campaign}/"),
        ("campaign tasks", f"/campaigns/{campaign}/tasks/"),
        ("campaign progress", f"/campaigns/{campaign}/progress/"),
        *[("tasks", "/tasks/")] * 2,
        ("tasks filtered", "/tasks/?state=notified"),
        *[("task", f"/tasks/{pk}/") for pk in tasks],
        ("results", f"/tasks/{tasks[0]}/results/"),
        ("calendar", "/visits/"),
        ("board", "/board/"),
        ("rectifications", "/rectifications/"),
        ("measures", "/measures/"),
        ("inspectors", "/inspectors/"),
        ("publications", "/publications/"),
        ("terms", "/publications/terms/"),
        *([("self-checks", f"/selfchecks/rounds/{round}/checks/")] if round else []),
        *([("progress of self-checks", f"/selfchecks/rounds/{round}/progress/")] if round else []),
        ("statistics", "/reports/"),
        ("statistics problems", "/reports/problems/"),
        ("statistics handling", "/reports/handling/"),
        ("statistics trends", "/reports/trends/"),
    ]


def _signed_in(user: Any) -> dict[str, Any]:
    from django.conf import settings

    from tests.sessions import session_of

    return {"cookies": {settings.SESSION_COOKIE_NAME: session_of(user)}, "name": user.username}


def stored(places: Iterable[str]) -> dict[str, str]:
    """What stands at each place in the database now."""
    from institutions.models import Institution
    from selftest.models import Answer

    found = {}
    for place in places:
        kind, key = place.split()
        if kind == "selftest.answer":
            self_check, item = key.split(":")
            found[place] = Answer.objects.get(self_check=self_check, item=item).description
        else:
            found[place] = Institution.objects.get(pk=key).contact
    return found


def main(argument: str) -> None:
    import django

    django.setup()
    told = stored(json.load(sys.stdin)) if argument == "stored" else people(int(argument))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
