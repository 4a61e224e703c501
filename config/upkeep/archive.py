"""A backup as one file: an uncompressed tar of the database's dump, the files, their list and, last, the manifest.

The manifest comes last, so that a backup that was cut off has none.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, BinaryIO, Self

from config.upkeep import manifest as manifests
from config.upkeep.errors import UpkeepRefused
from config.upkeep.manifest import Manifest, Part

MANIFEST, FILES, MEDIA = "manifest.json", "files.json", "media/"
CHUNK = 1024 * 1024
TORN = "备份不完整（被截断，或者写到一半就中断了）。"


class Hashed(io.RawIOBase):
    """What is read through it is counted and digested."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.size, self.sha256 = source, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.size += len(data)
        self.sha256.update(data)
        return data

    def part(self, name: str) -> Part:
        return Part(name, self.size, self.sha256.hexdigest())


class Writer:
    """Writes beside the final name; what is not finished leaves nothing."""

    def __init__(self, path: Path) -> None:
        self.path, self.unfinished = path, path.with_name(f".{path.name}.part")

    def __enter__(self) -> Self:
        descriptor = os.open(self.unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.file = os.fdopen(descriptor, "wb")
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.PAX_FORMAT)
        return self

    def add(self, name: str, source: BinaryIO) -> Part:
        hashed, entry = Hashed(source), tarfile.TarInfo(name)
        entry.size = source.seek(0, os.SEEK_END)
        entry.mode = 0o600
        source.seek(0)
        self.tar.addfile(entry, hashed)
        return hashed.part(name)

    def add_bytes(self, name: str, data: bytes) -> Part:
        return self.add(name, io.BytesIO(data))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None:
                self.tar.close()
                self.file.flush()
                os.fsync(self.file.fileno())
                self.unfinished.rename(self.path)
                _fsync_folder(self.path.parent)
        finally:
            self.file.close()
            self.unfinished.unlink(missing_ok=True)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_manifest(path: Path) -> tuple[Manifest, bool]:
    """And whether this installation's SECRET_KEY sealed it. Raises UpkeepRefused."""
    with _opened(path) as tar:
        for entry in tar:
            if entry.name == MANIFEST:
                return manifests.read(_content(tar, entry).read())
    raise UpkeepRefused(TORN)


def read_all(path: Path, manifest: Manifest, place: Callable[[str], Path | None]) -> dict[str, str]:
    """Reads everything and compares it with the manifest; the SHA-256 of every file by its name.

    place: where a member's content goes, or None for nowhere. Raises UpkeepRefused.
    """
    found: dict[str, Part] = {}
    listed: dict[str, Part] = {}
    with _opened(path) as tar:
        for entry in tar:
            if entry.name == MANIFEST:
                continue
            _check_name(entry)
            part = _copied(tar, entry, place(entry.name))
            found[entry.name] = part
            if entry.name == FILES:
                listed = _listed(_content(tar, entry).read())
    _compare(found, {manifest.database.name: manifest.database, FILES: manifest.files} | listed)
    return {name.removeprefix(MEDIA): part.digest for name, part in listed.items()}


def file_list(parts: list[Part]) -> bytes:
    return json.dumps([[part.name, part.size, part.digest] for part in parts], ensure_ascii=False).encode()


def _listed(data: bytes) -> dict[str, Part]:
    try:
        return {name: Part(name, size, digest) for name, size, digest in json.loads(data)}
    except (ValueError, TypeError) as broken:
        raise UpkeepRefused("备份中的文件清单无法读取，备份已损坏。") from broken


def _compare(found: dict[str, Part], expected: dict[str, Part]) -> None:
    if absent := sorted(expected.keys() - found.keys()):
        raise UpkeepRefused(f"备份中缺少 {len(absent)} 个文件，如 {absent[0]}。{TORN}")
    if foreign := sorted(found.keys() - expected.keys()):
        raise UpkeepRefused(f"备份中有清单以外的文件 {len(foreign)} 个，如 {foreign[0]}，备份被改动过。")
    if changed := sorted(name for name, part in found.items() if part != expected[name]):
        raise UpkeepRefused(f"备份中 {len(changed)} 个文件与登记的摘要不符，如 {changed[0]}，备份已损坏或者被改动。")


def _check_name(entry: tarfile.TarInfo) -> None:
    """A file inside the folder it is unpacked to; nothing else."""
    parts = PurePosixPath(entry.name).parts
    if not entry.isreg() or entry.name.startswith("/") or ".." in parts:
        raise UpkeepRefused(f"备份中有不应有的内容：{entry.name}。")


def _copied(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path | None) -> Part:
    hashed = Hashed(_content(tar, entry))
    if target is None:
        while hashed.read(CHUNK):
            pass
        return hashed.part(entry.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        while data := hashed.read(CHUNK):
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return hashed.part(entry.name)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(entry)
    if content is None:
        raise UpkeepRefused(f"备份中有不应有的内容：{entry.name}。")
    return content


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    if not path.is_file():
        raise UpkeepRefused(f"没有这个文件：{path}")
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError) as broken:
        raise UpkeepRefused(TORN) from broken
