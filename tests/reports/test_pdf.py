import io
import socket
import threading
from pathlib import Path

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from reports.pdf import LONGEST_DATA_URI, ForbiddenResource, LockedFetcher, render_pdf


def page(body: str) -> str:
    return f'<html lang="zh-CN"><head><title>样张</title></head><body>{body}</body></html>'


def printed(body: str, **how) -> bytes:
    return render_pdf(page(body), stylesheets=("official.css",), **how)


def text_of(pdf: bytes) -> str:
    return "\n".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def font_names(pdf: bytes) -> set[str]:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    fonts = [font.get_object() for one in pages for font in one["/Resources"]["/Font"].values()]
    return {font["/BaseFont"].split("+")[1] for font in fonts}


def test_a_full_page_has_22_lines_of_28_characters():
    lines = text_of(printed(f"<p>{'检验检测机构监督抽查' * 62}</p>")).split("\n")[:22]
    assert [len(line) for line in lines] == [28] * 22


def place_of_last_text(sheet: pypdf.PageObject) -> float:
    places: list[float] = []
    sheet.extract_text(visitor_text=lambda *found: places.append(found[2][4] * found[1][0]))
    return places[-1]


def test_page_numbers_stand_in_dashes_on_the_outer_corner():
    sheets = pypdf.PdfReader(io.BytesIO(printed(f"<p>{'检验检测机构监督抽查' * 100}</p>"))).pages
    assert [one.extract_text().split("\n")[-1] for one in sheets] == ["— 1 —", "— 2 —"]
    assert [place_of_last_text(one) > 300 for one in sheets] == [True, False]


@pytest.mark.parametrize(
    ("face", "font"),
    [("fangsong", "FandolFang"), ("kaiti", "FandolKai"), ("heiti", "Noto-Sans-CJK-SC"), ("song", "Noto-Serif-CJK-SC")],
)
def test_each_face_is_embedded(face, font):
    pdf = printed("<p>检验检测</p>", computed_css=f"p {{ font-family: var(--{face}) }}")
    assert font_names(pdf) == {font, "Noto-Serif-CJK-SC"}


def test_rare_characters_of_names_are_printed():
    pdf = printed("<p>甄镕喆、王玥、李堃、赵婳、钱䶮、孙㛃</p>")
    assert "甄镕喆、王玥、李堃、赵婳、钱䶮、孙㛃" in text_of(pdf)
    assert font_names(pdf) == {"FandolFang", "Noto-Serif-CJK-SC"}


def test_equal_input_gives_equal_bytes_in_every_thread():
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(printed("<p>检验检测</p>"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [printed("<p>检验检测</p>")] * 2


REQUESTS = [
    '<img src="{url}">',
    '<link rel="stylesheet" href="{url}">',
    '<style>@import url("{url}");</style>',
    '<style>p {{ background: url("{url}") }}</style><p>文</p>',
    '<style>@font-face {{ font-family: X; src: url("{url}") }} p {{ font-family: X }}</style><p>文</p>',
    '<object data="{url}"></object>',
    '<link rel="attachment" href="{url}">',
]


@pytest.mark.parametrize("markup", REQUESTS)
def test_no_other_machine_is_asked(markup):
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.05)
        with pytest.raises(ForbiddenResource):
            printed(markup.format(url=f"http://127.0.0.1:{canary.getsockname()[1]}/x.png"))
        with pytest.raises(TimeoutError):
            canary.accept()


@pytest.mark.parametrize(
    "form", ["file://{path}", "FILE://{path}", "app:/print/../../{name}", "app:/print/%2e%2e/{name}"]
)
def test_no_other_file_is_read(form, tmp_path):
    canary = tmp_path / "canary.css"
    canary.write_text("p { color: red }")
    with pytest.raises(ForbiddenResource):
        printed(f'<link rel="stylesheet" href="{form.format(path=canary, name=canary.name)}">')


@pytest.mark.parametrize(
    "url",
    ["app:/print/", "app:/print/missing.css", "app:/fonts/x.otf", "app:/pdf.py", "//host/x", "ftp://host/x", "jar:x"],
)
def test_unknown_addresses_are_refused(url):
    with pytest.raises(ForbiddenResource):
        printed(f'<img src="{url}">')


def test_a_huge_data_uri_is_refused():
    with pytest.raises(ForbiddenResource):
        printed(f'<img src="data:image/png;base64,{"A" * LONGEST_DATA_URI}">')


def draw_font(path: Path) -> None:
    """A font of one square glyph for 检, named Licensed."""
    pen = TTGlyphPen(None)
    for number, corner in enumerate([(0, 0), (0, 800), (800, 800), (800, 0)]):
        (pen.lineTo if number else pen.moveTo)(corner)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord("检"): "square"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Licensed", "styleName": "Regular", "psName": "Licensed"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.save(path)


def test_agency_fonts_come_first(settings, tmp_path):
    draw_font(tmp_path / "FangSong.ttf")
    (tmp_path / "notes.txt").write_text("not a font")
    settings.FONT_DIR = tmp_path
    results: list[bytes] = []
    thread = threading.Thread(target=lambda: results.append(printed("<p>检验</p>")))  # a thread has its own press
    thread.start()
    thread.join()
    assert font_names(results[0]) == {"Agency-FangSong", "FandolFang", "Noto-Serif-CJK-SC"}


def test_fetcher_serves_its_own_style_sheets():
    assert LockedFetcher().fetch("app:/print/faces.css").content_type == "text/css"
