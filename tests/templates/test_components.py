"""The house rules of templates, held against every file."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PRINTED = {"pdf", "email"}
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if not PRINTED & set(path.relative_to(TEMPLATES).parts))
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
STYLE_GUIDE = [TEMPLATES / "styleguide.html", *sorted((TEMPLATES / "styleguide").glob("*.html"))]

INLINE = {
    "style attribute": re.compile(r"<[^>]+\sstyle\s*="),
    "style element": re.compile(r"<style\b"),
    "script without src": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "event attribute": re.compile(r"<[^>]+\son[a-z]+\s*="),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx script attribute": re.compile(r"\bhx-on\b|\bhx-vars\b|js:"),
}


def relative(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_template_has_nothing_inline(path):
    text = path.read_text()
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_template_is_short(path):
    limit = 60 if path in COMPONENTS else 150
    assert max(len(path.read_text().splitlines()), limit) == limit


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_short_comment_stays_on_its_line(path):
    """`{# … #}` over two lines would be shown to the reader."""
    assert [line for line in path.read_text().splitlines() if line.count("{#") != line.count("#}")] == []


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_component_begins_with_a_comment(path):
    assert path.read_text().startswith(("{# ", "{% comment %} "))


def included_by(paths):
    return {name for path in paths for name in re.findall(r'"components/([a-z_]+)\.html"', path.read_text())}


def with_their_parts(names):
    """These components and all that they include, however deep."""
    reached = names | included_by([TEMPLATES / "components" / f"{name}.html" for name in names])
    return names if reached == names else with_their_parts(reached)


def test_style_guide_shows_every_component():
    shown = included_by(STYLE_GUIDE)
    frames = [TEMPLATES / "base.html", TEMPLATES / "public_base.html", TEMPLATES / "django_tables2" / "lianchou.html"]
    by_the_frame = included_by(frames) | {"form", "form_field"}
    assert {path.stem for path in COMPONENTS} - with_their_parts(shown | by_the_frame) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?page=sign-in", "?page=public", "?page=job"])
def test_style_guide_answers_with_debug(settings, query):
    settings.DEBUG = True
    assert Client().get(f"/styleguide/{query}").status_code == 200


@pytest.mark.django_db
def test_style_guide_is_missing_without_debug(settings):
    settings.DEBUG = False
    assert Client().get("/styleguide/").status_code == 404
