"""Pictures that stand for what people would photograph, scan and sign."""

import io
import random
import zlib
from functools import cache

from PIL import Image, ImageDraw

from selftest.signing import Paper

VARIANTS = 12
"""Enough for nobody to see the same picture twice in a row; drawing takes longer than choosing."""


@cache
def signature(name: str) -> Paper:
    """A stroke, another for each name."""
    rng = random.Random(name)
    page = Image.new("RGB", (480, 180), "white")
    points = [(50 + step * 42, rng.randrange(40, 140)) for step in range(10)]
    ImageDraw.Draw(page).line(points, fill="black", width=5, joint="curve")
    return Paper("签名.png", _bytes(page, "PNG"))


def scan(seed: str) -> Paper:
    """A page with lines of text and a red seal."""
    return Paper("扫描件.png", _page(_variant(seed)))


def photo(seed: str) -> bytes:
    """A hall with a floor, a wall and a few instruments."""
    return _hall(_variant(seed))


def _variant(seed: str) -> int:
    return zlib.crc32(seed.encode()) % VARIANTS


@cache
def _page(variant: int) -> bytes:
    rng = random.Random(variant)
    page = Image.new("RGB", (620, 860), "white")
    pen = ImageDraw.Draw(page)
    pen.line([(190, 70), (430, 70)], fill="black", width=14)
    for row in range(14):
        pen.line([(70, 150 + row * 36), (rng.randrange(380, 550), 150 + row * 36)], fill="dimgray", width=4)
    pen.ellipse([(390, 670), (550, 830)], outline="red", width=7)
    return _bytes(page, "PNG")


@cache
def _hall(variant: int) -> bytes:
    rng = random.Random(variant)
    page = Image.new("RGB", (960, 720), (196, 204, 210))
    pen = ImageDraw.Draw(page)
    pen.polygon([(0, 520), (960, 470), (960, 720), (0, 720)], fill=(128, 126, 120))
    for left in range(60, 860, 210):
        top, shade = rng.randrange(200, 340), rng.randrange(60, 150)
        pen.rectangle(
            [(left, top), (left + 130, 530)], fill=(shade, shade + 20, shade + 40), outline=(40, 44, 50), width=4
        )
        pen.rectangle([(left + 22, top + 22), (left + 108, top + 84)], fill=(222, 232, 226))
    return _bytes(page, "JPEG")


def _bytes(page: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    page.save(stream, kind)
    return stream.getvalue()
