"""Signatures and signed pages as they come from a browser: judged by their content, pictures encoded anew."""

import base64
import binascii
from io import BytesIO
from pathlib import PurePath

from PIL import Image, ImageOps

from accounts.models import User
from selftest import attaching, images
from selftest.errors import SelfCheckError
from selftest.models import SelfCheck
from selftest.signing import Paper

DRAWING_PREFIX = "data:image/png;base64,"
LONGEST_DRAWING = 600_000
MOST_PIXELS = 8_000_000
DRAWING_SIZE = (900, 400)
LEAST_INK = 150
LEAST_WIDTH = 25
DARK = 96
SCANS = (".pdf", ".jpg", ".jpeg", ".png")
TAKES = "PDF 或图片（JPG、PNG），不超过 10 MB"

EMPTY = "签名框是空的，请在框内签名。"
TOO_SMALL = "签名太短，看不清，请清除后重新签名。"
BROKEN = "签名没有完整送达，请清除后重新签名。"


def drawn_signature(data_url: str) -> Paper:
    """The drawing of the signature pad: only its ink, black on nothing. SelfCheckError, when there is none."""
    if not data_url:
        raise SelfCheckError(EMPTY)
    ink = _ink(_drawing(data_url))
    box = ink.point(lambda value: 255 if value >= DARK else 0).getbbox()
    if box is None:
        raise SelfCheckError(EMPTY)
    if box[2] - box[0] < LEAST_WIDTH or sum(ink.histogram()[DARK:]) < LEAST_INK:
        raise SelfCheckError(TOO_SMALL)
    ink = ink.crop(box)
    ink.thumbnail(DRAWING_SIZE)
    black = Image.merge("LA", (Image.new("L", ink.size, 0), ink))
    return Paper("signature.png", _saved(black))


def _drawing(data_url: str) -> Image.Image:
    if not data_url.startswith(DRAWING_PREFIX) or len(data_url) > LONGEST_DRAWING:
        raise SelfCheckError(BROKEN)
    try:
        content = base64.b64decode(data_url.removeprefix(DRAWING_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SelfCheckError(BROKEN) from error
    try:
        picture = Image.open(BytesIO(content), formats=("PNG",))
        if picture.width * picture.height > MOST_PIXELS:
            raise SelfCheckError(BROKEN)
        picture.load()
    except images.UNREADABLE as error:
        raise SelfCheckError(BROKEN) from error
    return picture


def _ink(picture: Image.Image) -> Image.Image:
    """How dark each point is on white paper, 0 to 255."""
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return ImageOps.invert(paper.convert("L"))


def scanned_paper(name: str, content: bytes, *, called: str, self_check: SelfCheck, by: User) -> Paper:
    """A scanned or photographed page under the name `called`. SelfCheckError, when it is not what it says."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in SCANS:
        raise SelfCheckError(f"请上传 {TAKES}。")
    examined = attaching.examine(name, content, self_check=self_check, by=by)
    return Paper(called + PurePath(examined.name).suffix, examined.content)


def _saved(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()
