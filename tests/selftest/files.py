"""Files as people upload them, good and hostile."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
ORIENTATION, MODEL, GPS = 0x0112, 0x0110, 0x8825
SECRET = b"a camera of Zhang San"


def photo(*, size: tuple[int, int] = (40, 20), orientation: int = 6) -> bytes:
    """A JPEG as a phone takes it lying on its side: red left half, with camera, place, comment and a thumbnail's tail."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MODEL] = orientation, SECRET.decode()
    exif.get_ifd(GPS)[2] = (40.0, 5.0, 12.0)
    output = BytesIO()
    image.save(output, "JPEG", exif=exif, comment=SECRET, quality=95)
    return output.getvalue() + b"<script>" + SECRET


def drawing(mode: str = "RGB", size: tuple[int, int] = (8, 6)) -> bytes:
    output = BytesIO()
    Image.new(mode, size).save(output, "PNG")
    return output.getvalue()


def bomb_image(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few bytes that says it has 900 million pixels."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 100)) + part(b"IEND", b"")


def word(parts: dict[str, bytes] | None = None, *, types: bytes = b"") -> bytes:
    """A .docx with these parts besides its document."""
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    declared = types or b'<Types><Override PartName="/word/document.xml" ContentType="' + main + b'"/></Types>'
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", declared)
        package.writestr("_rels/.rels", b"<Relationships/>")
        package.writestr("word/document.xml", b"<document/>")
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return output.getvalue()


def bomb_word() -> bytes:
    return word({f"word/media/{number}.bin": b"\0" * 80_000_000 for number in range(4)})
