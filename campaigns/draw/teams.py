"""Which inspectors go where (section 5): the direct choice, and the refilling search when there is none.

The search is breadth first, as the protocol has it, in forms that give the same answer in less time: a place is looked
at as soon as it is reached (the queue holds whom to ask next, not what they answered), and what a search that failed
has reached is never entered again, since nobody there can become free until someone is released.
"""

from bisect import insort
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from typing import TypeAlias

from campaigns.draw.ranking import ticket_maker
from campaigns.draw.sheet import Entry, Slot

Key: TypeAlias = tuple[int, bytes, int]  # tasks, ticket, the person's number: the order in which people are asked


@dataclass(slots=True, eq=False)
class Person:
    """An inspector in this draw; `held` are the places they hold, at most one in a team."""

    number: int
    id: str
    pools: frozenset[str]
    limit: int
    recused: set[str]
    key: Key = (0, b"", 0)
    held: list["Place"] = field(default_factory=list)
    groups: list["Group"] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        return self.key[0] < self.limit

    def may_inspect(self, team: "Team") -> bool:
        return team.institution not in self.recused and team.county_token not in self.recused


@dataclass(slots=True, eq=False)
class Place:
    """One place of a team; `is_dead` once a search that failed has reached it."""

    team: "Team"
    slot: int
    pool: str
    position: int
    holder: Person | None = None
    is_dead: bool = False


@dataclass(slots=True, eq=False)
class Team:
    """The team of one institution; `order` is when it was taken up, `places` stand in place order."""

    institution: str
    line: str
    county: str
    slots: tuple[Slot, ...]
    order: int
    places: list[Place] = field(default_factory=list)
    county_token: str = ""

    def __post_init__(self) -> None:
        self.county_token = f"county:{self.county}"

    def has(self, person: Person) -> bool:
        return any(place.team is self for place in person.held)

    def record(self) -> dict[str, object]:
        """The team as the transcript shows it."""
        filled = [place for place in self.places if place.holder is not None]
        members = [
            {"slot": place.slot, "pool": place.pool, "inspector": place.holder.id} for place in filled if place.holder
        ]
        gaps = [slot.number for slot in self.slots]
        for place in filled:
            gaps[place.slot] -= 1
        unfilled = [
            {"slot": number, "pool": self.slots[number].pool_in(self.county), "number": gap}
            for number, gap in enumerate(gaps)
            if gap
        ]
        return {"institution": self.institution, "line": self.line, "members": members, "unfilled": unfilled}


@dataclass(slots=True, eq=False)
class Group:
    """The people of one pool (or those of them who are not recused for one county).

    waiting: a heap that holds a key, perhaps an outdated one, of everybody who is free.
    full: the keys of those at their limit, in order, less the dead: those a search that failed has asked.
    """

    waiting: list[Key]
    full: list[Key]


class Staff:
    """All inspectors with their tasks so far, and the teams formed from them."""

    def __init__(self, inspectors: Iterable[Entry], *, seed: str) -> None:
        self.teams: dict[str, Team] = {}  # by institution, in the order in which they were taken up
        self._before: dict[Team, dict[str, object] | None] | None = None  # records of changed teams, while watched
        self._make_ticket = ticket_maker(seed, "inspector")
        self._people = [
            Person(number, entry["id"], frozenset(entry["pools"]), entry["limit"], set(entry["recused"]))
            for number, entry in enumerate(inspectors)
        ]
        self._pools: dict[str, list[Person]] = {}
        self._groups: dict[tuple[str, str], Group] = {}
        self._passed_over: Counter[tuple[str, str]] = Counter()
        self._taken_up = 0
        self._dead: list[Place] = []
        for person in self._people:
            self._renew_key(person)
            self._enlist(person)
        self.by_id = {person.id: person for person in self._people}

    def _enlist(self, person: Person) -> None:
        for pool in person.pools:
            self._pools.setdefault(pool, []).append(person)

    # Teams

    def take_up(self, institution: Entry, slots: tuple[Slot, ...]) -> Team:
        """A new team without members, the last in order."""
        team = Team(institution["id"], institution["line"], institution["county"], slots, self._taken_up)
        self._taken_up += 1
        self.teams[team.institution] = team
        if self._before is not None:
            self._before[team] = None
        return team

    def fill_team(self, team: Team) -> None:
        """Fill what is empty, slot by slot; where one place of a slot stays empty, its others would as well."""
        for number, slot in enumerate(team.slots):
            pool = slot.pool_in(team.county)
            seated = sum(place.slot == number for place in team.places)
            for position in range(seated, slot.number):
                place = Place(team, number, pool, position)
                insort(team.places, place, key=_in_place_order)
                if not self.fill(place):
                    team.places.remove(place)
                    break

    def fill(self, place: Place) -> bool:
        """Give the place to the first fit person who is free, else to whom the refilling search finds."""
        person = self._first_free(place)
        if person is None:
            return self._refill(place)
        self._seat(person, place)
        self._count_task(person)
        return True

    def watch(self) -> None:
        """From now on remember how teams were before they changed."""
        self._before = {}

    def changed_teams(self) -> list[dict[str, object]]:
        """The records of all new teams and of those that differ from when `watch` was called, in order."""
        before = self._before or {}
        changed = [
            team for team in before if self.teams.get(team.institution) is team and team.record() != before[team]
        ]
        return [team.record() for team in sorted(changed, key=lambda team: team.order)]

    def _note(self, team: Team) -> None:
        if self._before is not None and team not in self._before:
            self._before[team] = team.record()

    def _seat(self, person: Person, place: Place) -> None:
        self._note(place.team)
        place.holder = person
        person.held.append(place)

    def _unseat(self, place: Place) -> None:
        self._note(place.team)
        if place.holder is not None:
            place.holder.held.remove(place)
        place.holder = None

    def move(self, person: Person, *, to: Team, slot: int) -> None:
        """A person of a dissolved team stays for the one that takes its place; tasks do not change."""
        position = sum(place.slot == slot for place in to.places)
        place = Place(to, slot, to.slots[slot].pool_in(to.county), position)
        to.places.append(place)
        self._seat(person, place)

    def dissolve(self, team: Team) -> None:
        """Take the team out of the draw; its people keep their tasks until they are released."""
        del self.teams[team.institution]
        for place in team.places:
            self._unseat(place)

    # Who is asked next

    def _renew_key(self, person: Person) -> None:
        tasks = len(person.held)
        person.key = (tasks, self._make_ticket(person.id, tasks), person.number)

    def _count_task(self, person: Person) -> None:
        self._renew_key(person)
        if not person.is_free:
            for group in person.groups:
                insort(group.full, person.key)

    def release(self, people: Iterable[Person]) -> None:
        """People who have given up places are asked again; with them what no search could fill may be filled."""
        for person in people:
            self._renew_key(person)
            for group in person.groups:
                heappush(group.waiting, person.key)
        for place in self._dead:
            place.is_dead = False
        self._dead.clear()
        for group in self._groups.values():
            group.full.clear()
        for person in self._people:
            if not person.is_free:
                for group in person.groups:
                    group.full.append(person.key)
        for group in self._groups.values():
            group.full.sort()

    def withdraw(self, person: Person) -> list[Place]:
        """The person leaves all places, in the order in which they were held, and is fit for none afterwards."""
        left = sorted(person.held, key=_when_taken_up)
        for place in left:
            self._unseat(place)
        person.limit = 0
        for pool in person.pools:
            self._pools[pool].remove(person)
        person.groups.clear()
        self.release([person])
        return left

    def leave(self, person: Person, team: Team) -> Place:
        """The person leaves this team for good."""
        place = next(place for place in person.held if place.team is team)
        self._unseat(place)
        person.recused.add(team.institution)
        self.release([person])
        return place

    def _group(self, place: Place) -> Group:
        """The pool's people; without those recused for the county once passing them over has cost more than a list."""
        token = place.team.county_token
        if self._passed_over[place.pool, token] <= len(self._pools.get(place.pool, ())):
            token = ""
        found = self._groups.get((place.pool, token))
        if found is None:
            found = self._groups[place.pool, token] = self._make_group(place.pool, token)
        return found

    def _pass_over(self, person: Person, place: Place) -> None:
        if place.team.county_token in person.recused:
            self._passed_over[place.pool, place.team.county_token] += 1

    def _make_group(self, pool: str, token: str) -> Group:
        people = [person for person in self._pools.get(pool, ()) if token not in person.recused]
        waiting = [person.key for person in people if person.is_free]
        heapify(waiting)
        group = Group(waiting, sorted(person.key for person in people if not person.is_free))
        for person in people:
            person.groups.append(group)
        return group

    def _first_free(self, place: Place) -> Person | None:
        """The fit person, not yet in the team and below their limit, with the lowest key."""
        waiting = self._group(place).waiting
        passed: list[Key] = []
        found = None
        while waiting and found is None:
            key = waiting[0]
            person = self._people[key[2]]
            if not person.is_free or key > person.key:  # whoever is released later is listed again
                heappop(waiting)
            elif key < person.key:
                heapreplace(waiting, person.key)
            elif person.may_inspect(place.team) and not place.team.has(person):
                found = person
            else:
                self._pass_over(person, place)
                passed.append(heappop(waiting))
        for key in passed:
            heappush(waiting, key)
        return found

    # The refilling search

    def _refill(self, empty: Place) -> bool:
        """Move people along the shortest chain that ends with someone free; where there is none nobody moves."""
        search = Search({empty: None})
        queue: deque[Place] = deque([empty])
        while queue:
            asking = queue.popleft()
            for place in self._held_by_fit(asking, search):
                if place.is_dead or place in search.reached_from:
                    continue
                search.reached_from[place] = asking
                person = self._first_free(place)
                if person is not None:
                    self._shift(person, place, search.reached_from)
                    return True
                queue.append(place)
        self._bury(search)
        return False

    def _held_by_fit(self, place: Place, search: "Search") -> Iterator[Place]:
        """The places that people fit for this one hold and could give up for it, in the order of asking."""
        team, group = place.team, self._group(place)
        own = {
            member.holder.key: member
            for member in team.places
            if member.holder is not None and self._is_fit(member.holder, place)
        }
        colleagues = sorted(own)
        still_unasked: list[Key] = []
        for key in search.unasked.get(group, group.full):
            person = self._people[key[2]]
            if person in search.asked:
                continue
            while colleagues and colleagues[0] < key:
                yield own[colleagues.pop(0)]
            if key in own or not person.may_inspect(team):
                self._pass_over(person, place)
                still_unasked.append(key)
            else:
                search.asked.add(person)
                yield from sorted(person.held, key=_when_taken_up)
        yield from map(own.__getitem__, colleagues)
        search.unasked[group] = still_unasked

    def _is_fit(self, person: Person, place: Place) -> bool:
        return place.pool in person.pools and person.may_inspect(place.team)

    def _shift(self, person: Person, place: Place, reached_from: dict[Place, Place | None]) -> None:
        """The person found takes the place; whoever held it takes the place it was reached from; and so on."""
        free = person
        mover: Person | None = person
        target: Place | None = place
        while target is not None and mover is not None:
            displaced = target.holder
            self._unseat(target)
            self._seat(mover, target)
            mover, target = displaced, reached_from[target]
        self._count_task(free)

    def _bury(self, search: "Search") -> None:
        """Nothing that this search has reached can be filled, and nobody it has asked be freed, before a release."""
        for place in search.reached_from:
            place.is_dead = True
            self._dead.append(place)
        numbers = {person.number for person in search.asked}
        for group in {group for person in search.asked for group in person.groups}:
            group.full[:] = [key for key in group.full if key[2] not in numbers]


@dataclass(slots=True, eq=False)
class Search:
    """A refilling search under way.

    reached_from: for each place reached, the one whose refilling would empty it (None for where the search began).
    asked: those at their limit whose places have been reached; each is asked once.
    unasked: of a group's full people those whom the search has passed, but not asked.
    """

    reached_from: dict[Place, Place | None]
    asked: set[Person] = field(default_factory=set)
    unasked: dict[Group, list[Key]] = field(default_factory=dict)


def _in_place_order(place: Place) -> tuple[int, int]:
    return place.slot, place.position


def _when_taken_up(place: Place) -> int:
    return place.team.order
