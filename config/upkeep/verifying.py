"""Is what stands in the default database whole: chains, draws, digests? One row of a table each."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection, models

from accounts.verification import verify_trail
from campaigns import anchors, drawing, publiclog, transcripts
from campaigns import draw as engine
from campaigns.draw.wording import difference_in_chinese
from campaigns.freezing import frozen_rules
from campaigns.models import Draw, DrawMinutes, LogEntry, LogEvent
from config.upkeep import chains, databases
from config.upkeep.backing_up import file_fields
from config.upkeep.manifest import Manifest
from publications import digests as publication_digests
from publications.models import PublicationVersion
from reports.models import DocumentVersion
from reports.official import content as official_content
from selftest.models import Submission
from visits.models import VisitSignature

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Check:
    """holds: None where it could not be told, which fails nothing and is shown."""

    name: str
    holds: bool | None
    words: str

    @property
    def line(self) -> str:
        return f"{ {True: '通过', False: '不符', None: '注意'}[self.holds] }  {self.name}：{self.words}"


def has_failed(checks: list[Check]) -> bool:
    return any(check.holds is False for check in checks)


def _check(name: str, faults: list[str], words: str) -> Check:
    more = f"等 {len(faults)} 处" if len(faults) > SHOWN else ""
    return Check(name, not faults, "；".join(faults[:SHOWN]) + more if faults else words)


def against_manifest(manifest: Manifest) -> list[Check]:
    """Before it is migrated: the same tables with as many rows, the same ends of the chains, sound in itself."""
    found = databases.counts()
    differing = [
        f"{table} 应有 {manifest.counts.get(table, '—')} 行，实有 {found.get(table, '—')} 行"
        for table in sorted(found.keys() | manifest.counts.keys())
        if found.get(table) != manifest.counts.get(table)
    ]
    heads = [
        f"{name}应到第 {expected.number} 条，实到第 {head.number} 条"
        for name, expected, head in (
            ("审计链", manifest.trail, chains.trail_head()),
            ("公开日志", manifest.log, chains.log_head()),
        )
        if head != expected
    ]
    return [
        _check("数据库", _unsound(), f"{manifest.server}，结构完好"),
        _check("各表行数", differing, f"{len(found)} 张表共 {sum(found.values())} 行"),
        _check("两条链的末条", heads, f"审计第 {manifest.trail.number} 条，公开日志第 {manifest.log.number} 条"),
    ]


def _unsound() -> list[str]:
    """Of SQLite, which checks its keys and pages only when asked."""
    if connection.vendor != databases.SQLITE:
        return []
    with connection.cursor() as cursor:
        pages = [row[0] for row in cursor.execute("PRAGMA integrity_check").fetchall() if row[0] != "ok"]
        keys = [f"{row[0]} 第 {row[1]} 行指向不存在的 {row[2]}" for row in cursor.execute("PRAGMA foreign_key_check")]
    return [*pages, *keys]


def whole(files: Mapping[str, str] | None = None) -> list[Check]:
    """Of a database with this code's tables. files: SHA-256 by name of every stored file; None leaves them out."""
    checks = [
        _told("审计链", _trail),
        _told("公开日志", _log),
        _told("抽取逐次重算", _draws),
        _told("文书和记录的摘要", _texts),
    ]
    if files is not None:
        checks.append(_told("上传文件的摘要", lambda: _files(files)))
    return checks


def anchored() -> Check:
    """Whether the log reaches as far as its heads outside the database: an older backup does not."""
    name = "数据库之外的日志头"
    if not anchors.all_anchors():
        return Check(
            name, None, "没有留存，不能断定这是最新的数据。请用 log_heads --add 录入手头最近一份通知书上的末条"
        )
    try:
        publiclog.check_trusted()
    except anchors.LogNotTrusted as behind:
        return Check(name, None, f"{behind}在此之前，系统不冻结、不抽取")
    return Check(name, True, f"一致，到第 {publiclog.head().number} 条")


def _told(name: str, faults_or_words: Callable[[], tuple[list[str], str]]) -> Check:
    try:
        faults, words = faults_or_words()
    except (DatabaseError, ValueError, LookupError, TypeError, engine.Refused) as broken:
        return Check(name, False, f"无法核验：{broken}")
    return _check(name, faults, words)


def _trail() -> tuple[list[str], str]:
    faults = [f"第 {fault.number} 条{fault.problem}" for fault in verify_trail()]
    return faults, f"第 1—{chains.trail_head().number} 条完整"


def _log() -> tuple[list[str], str]:
    difference = engine.verify_log(publiclog.whole())
    return [difference_in_chinese(difference)] if difference else [], f"第 1—{chains.log_head().number} 条完整"


def _draws() -> tuple[list[str], str]:
    draws = Draw.objects.select_related("campaign", "secret").order_by("pk")
    faults = [f"{draw.code}{fault}" for draw in draws for fault in _faults_of(draw)]
    drawn = draws.filter(transcript__isnull=False).count()
    return faults, f"{drawn} 次抽取、{draws.count() - drawn} 次冻结与留存的全文、摘要逐字节一致"


def _faults_of(draw: Draw) -> Iterator[str]:
    """Computed anew from the frozen rows, the secret and the contributions."""
    if not hasattr(draw, "transcript"):
        if _frozen_anew(draw) != draw.commitment:
            yield "的冻结内容与承诺摘要不符"
        return
    computed = drawing.compute(draw)
    if engine.dump(computed) != _kept_text(draw, computed):
        yield "重算的结果与留存的抽取全文不同"
    found = (computed["commitment"], computed["seed"], engine.result_digest(computed["result"]))
    if found != (draw.commitment, draw.seed, draw.result_digest):
        yield "的承诺、种子或者结果摘要与重算的不同"
    yield from _faults_since(draw)


def _frozen_anew(draw: Draw) -> str:
    """The commitment, from rows that are read one at a time."""
    rules = frozen_rules(draw)
    people = rules.pop("inspectors")
    freeze = engine.GrowingFreeze(rules, secret=bytes.fromhex(draw.secret.value), frozen_at=draw.manifest["frozen_at"])
    for entry in draw.frozen_institutions.order_by("position").values_list("entry", flat=True).iterator():
        freeze.add(entry)
    return freeze.close(people)[1]


def _kept_text(draw: Draw, computed: dict[str, Any]) -> str:
    """As it is kept; without the institutions where what is computed leaves them out, as a large draw's does that came
    from a database which kept them."""
    text: str = draw.transcript.text
    if transcripts.APART in computed:
        return text
    kept = cast("dict[str, Any]", engine.parse(text.encode()))
    kept.pop(transcripts.APART, None)
    return engine.dump(kept)


def _faults_since(draw: Draw) -> Iterator[str]:
    """Of its substitutions, and of what the public log says of it."""
    last = draw.substitutions.order_by("-number").first()
    if last:
        if difference := engine.verify(transcripts.current_transcript(draw)):
            yield f"的替换不能重算：{difference_in_chinese(difference)}"
        if transcripts.current_digest(draw) != last.transcript_digest:
            yield "的抽取全文与最后一次替换登记的摘要不符"
    said = LogEntry.objects.filter(draw=draw, event=LogEvent.DRAWN).first()
    if said and said.facts.get("result") != draw.result_digest:
        yield "的结果摘要与公开日志不符"


TEXTS: dict[type[models.Model], Callable[[Any], bool]] = {
    DrawMinutes: lambda row: row.digest == _sha256(row.text),
    Submission: lambda row: row.digest == _sha256(row.text),
    VisitSignature: lambda row: row.digest == _sha256(row.record),
    DocumentVersion: lambda row: row.digest == official_content.digest(row.content),
    PublicationVersion: lambda row: not row.digest or row.digest == publication_digests.digest_of(row),
}
"""What was fixed with its digest beside it, and how that is computed."""


def _texts() -> tuple[list[str], str]:
    faults, number = [], 0
    for model, agrees in TEXTS.items():
        for row in model._default_manager.order_by("pk").iterator(chunk_size=200):
            number += 1
            if not agrees(row):
                faults.append(f"{model._meta.verbose_name} {row.pk}")
    return faults, f"{number} 份一致"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _files(stored: Mapping[str, str]) -> tuple[list[str], str]:
    """Every file that a row names is there; where the row holds its digest, with that very content. stored may hold an
    empty text for one that was known to be lost."""
    faults, number = [], 0
    for model, field in file_fields():
        digest = digest_field(model, field)
        rows = model._base_manager.exclude(**{field.name: ""})  # noqa: SLF001  # of any model
        for name, expected in rows.values_list(field.name, digest or field.name).iterator():
            number += 1
            if name not in stored:
                faults.append(f"缺少 {name}")
            elif digest and expected and stored[name] not in {"", expected}:
                faults.append(f"{name} 的内容与登记的摘要不符")
    return faults, f"{number} 处引用的文件都在，内容一致"


def digest_field(model: type[models.Model], field: models.FileField) -> str | None:
    """The field of the same row that holds the file's SHA-256, if any does."""
    for name in (f"{field.name}_digest", "digest" if field.name == "file" else ""):
        try:
            if name:
                model._meta.get_field(name)
                return name
        except FieldDoesNotExist:
            continue
    return None
