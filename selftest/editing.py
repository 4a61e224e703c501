"""Changes of a draft form's content, each made on the content as it stands now, so that two editors lose nothing."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from django.db import transaction

from accounts.models import User
from accounts.rules import require
from selftest.content import FormContent, HeaderField, Item
from selftest.errors import SelfCheckError
from selftest.models import FormTemplate, HeaderBlock
from selftest.publishing import edit_form

Change = Callable[[FormContent], FormContent]


class Way(StrEnum):
    """The ways an item can be moved."""

    UP = "up"
    DOWN = "down"


def add_item(form: FormTemplate, item: Item, *, by: User) -> FormTemplate:
    """At the end; it gets its number there."""
    return _change(form, lambda content: _with_items(content, [*content.items, item]), by)


def change_item(form: FormTemplate, item: Item, *, was: Item, by: User) -> FormTemplate:
    """`was` is the item as the editor last saw it, `item` what stands in its place from now on."""
    return _change(form, lambda content: _with_items(content, _replaced(content, was, [item])), by)


def remove_item(form: FormTemplate, item: Item, *, by: User) -> FormTemplate:
    return _change(form, lambda content: _with_items(content, _replaced(content, item, [])), by)


def move_item(form: FormTemplate, number: int, way: Way, *, by: User) -> FormTemplate:
    """One place up or down; nothing happens at the ends."""
    return _change(form, lambda content: _with_items(content, _moved(content, number, way)), by)


def change_fields(form: FormTemplate, kind: str, fields: tuple[HeaderField, ...], *, by: User) -> FormTemplate:
    """The columns of one header block, all together."""

    def change(content: FormContent) -> FormContent:
        if kind == HeaderBlock.Kind.BASIC:
            return replace(content, basic=fields)
        return replace(content, certificate=fields)

    return _change(form, change, by)


def describe(form: FormTemplate, *, letter: str, by: User, **values: object) -> FormTemplate:
    """Title, year, level, notice, note and the words of the letter. The title is printed on the form as well."""

    def change(content: FormContent) -> FormContent:
        return replace(content, title=str(values["title"]), letter=letter)

    return _change(form, change, by, **values)


@transaction.atomic
def _change(form: FormTemplate, change: Change, by: User, **values: object) -> FormTemplate:
    require(by, "edit", form)
    fresh = FormTemplate.objects.select_for_update(no_key=True).get(pk=form.pk)
    return edit_form(fresh, content=change(fresh.parsed).as_json(), by=by, **values)


def _with_items(content: FormContent, items: list[Item]) -> FormContent:
    return replace(content, items=tuple(replace(item, number=number) for number, item in enumerate(items, 1)))


def _replaced(content: FormContent, was: Item, by: list[Item]) -> list[Item]:
    if content.item(was.number) != was:
        raise SelfCheckError(f"第 {was.number} 项刚才被其他人修改或移动，请重新打开后再改。")
    place = was.number - 1
    return [*content.items[:place], *by, *content.items[place + 1 :]]


def _moved(content: FormContent, number: int, way: Way) -> list[Item]:
    items, place = list(content.items), number - 1
    other = place - 1 if way == Way.UP else place + 1
    if not (0 <= place < len(items)):
        raise SelfCheckError(f"自查表没有第 {number} 项。")
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    return items
