"""What the workbench shows. Each app offers its part in its todos.py, imported from AppConfig.ready:

    workbench.offer(todos=tasks_to_do, running=campaigns_running, figures=campaign_figures)

Each is a function of the user and says nothing for users whom it does not concern.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from itertools import chain

from accounts.models import User


class Urgency(IntEnum):
    OVERDUE = 0
    TODAY = 1
    SOON = 2
    WHENEVER = 3


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing this person has to do, and the one button that does it or leads there."""

    text: str
    url: str
    button: str
    urgency: Urgency = Urgency.WHENEVER
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """Something of the person's bureau that goes its way; `tone` is one of those of status tags."""

    text: str
    url: str
    state: str
    tone: str = "current"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: int
    unit: str
    url: str = ""
    note: str = ""


ToDos = Callable[[User], Iterable[ToDo]]
Runnings = Callable[[User], Iterable[Running]]
Figures = Callable[[User], Iterable[Figure]]

_todos: list[ToDos] = []
_running: list[Runnings] = []
_figures: list[Figures] = []


def offer(*, todos: ToDos | None = None, running: Runnings | None = None, figures: Figures | None = None) -> None:
    if todos:
        _todos.append(todos)
    if running:
        _running.append(running)
    if figures:
        _figures.append(figures)


def todos_of(user: User) -> list[ToDo]:
    """The most urgent first, then by the day it is due."""
    found = chain.from_iterable(part(user) for part in _todos)
    return sorted(found, key=lambda todo: (todo.urgency, todo.due_on or date.max))


def running_of(user: User) -> list[Running]:
    return list(chain.from_iterable(part(user) for part in _running))


def figures_of(user: User) -> list[Figure]:
    return list(chain.from_iterable(part(user) for part in _figures))
