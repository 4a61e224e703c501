"""Photographs and scans drawn anew, so that nothing but the picture is kept: no place, no camera, no hidden bytes."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.uploads import UploadRefused

LONGEST_EDGE = 3000
MOST_PIXELS = 60_000_000
"""Of the picture as it came: a phone takes 12 to 50 million, a bomb says it has many more."""
JPEG_QUALITY = 85
UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError)
"""What Pillow raises for pictures that are none, or broken."""


def redrawn(content: bytes) -> tuple[bytes, str]:
    """The picture turned upright, at most 3000 pixels wide and high, as JPEG or PNG like it came; and its ending."""
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UploadRefused("图片尺寸过大，请缩小后再上传。")
            return _encoded(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise UploadRefused("图片尺寸过大，请缩小后再上传。") from bomb
    except UNREADABLE as error:
        raise UploadRefused("图片无法打开，可能已损坏，请重新拍摄或另存后再上传。") from error


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    suffix = ".png" if image.format == "PNG" else ".jpg"
    image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))  # a JPEG is decoded no larger than needed
    upright = ImageOps.exif_transpose(image)
    drawn = upright.convert(_mode(upright, suffix))
    drawn.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    drawn.info = {}  # comments and colour profiles, which Pillow would write again
    output = BytesIO()
    if suffix == ".png":
        drawn.save(output, "PNG")
    else:
        drawn.save(output, "JPEG", quality=JPEG_QUALITY)
    return output.getvalue(), suffix


def _mode(image: Image.Image, suffix: str) -> str:
    if image.mode == "L" and "transparency" not in image.info:
        return "L"
    is_clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    return "RGBA" if suffix == ".png" and is_clear else "RGB"
