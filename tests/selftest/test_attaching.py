import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from PIL import Image

from accounts.models import AuditEvent, Role
from accounts.uploads import MAX_BYTES
from selftest import attaching, filling, reviewing, submitting
from selftest.errors import Locked, SelfCheckError
from selftest.models import Attachment, Materials, SelfCheck
from tests.campaigns import datong
from tests.selftest import files, world

pytestmark = pytest.mark.django_db


def by_name(value: object) -> str:
    return value if isinstance(value, str) else ""


@pytest.fixture
def self_check(media_root: Path) -> SelfCheck:
    return world.begun(materials=Materials.UPLOADED)


def attach(self_check: SelfCheck, name: str, content: bytes, *, item: int = 1, point: int | None = 0) -> Attachment:
    return attaching.attach(self_check, item, point, name, content, by=world.clerk(self_check))


def stored(media_root: Path) -> list[Path]:
    return [path for path in media_root.rglob("*") if path.is_file()]


def test_photo_is_kept_upright_without_place_and_camera_under_a_name_that_tells_nothing(self_check, media_root):
    kept = attach(self_check, "C:\\DCIM\\营业\u202e执照 .JPG", files.photo())

    content = kept.file.read()
    image = Image.open(BytesIO(content))
    assert (kept.name, kept.media_type, kept.size) == ("营业执照.jpg", "image/jpeg", len(content))
    assert kept.digest == hashlib.sha256(content).hexdigest()
    assert (image.size, dict(image.getexif()), "comment" in image.info) == ((20, 40), {}, False)
    assert [image.getpixel((10, line))[1] > 128 for line in (5, 35)] == [False, True]  # red above, white below
    assert files.SECRET not in content
    assert b"<script>" not in content
    (path,) = stored(media_root)
    assert len(path.name) >= 32
    assert "jpg" not in path.name


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("执照.pdf", files.PDF, "application/pdf"),
        ("图.png", files.drawing("RGBA"), "image/png"),
        ("图.PNG", files.drawing("P"), "image/png"),
        ("图.jpg", files.photo(size=(3600, 900), orientation=1), "image/jpeg"),
        ("制度.docx", files.word(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
    ids=by_name,
)
def test_kinds_that_are_taken(self_check, name, content, media_type):
    kept = attach(self_check, name, content)

    assert kept.media_type == media_type
    if media_type.startswith("image/"):
        assert max(Image.open(kept.file).size) <= 3000
    else:
        assert kept.file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("照片.exe", b"MZ\x90\x00" + b"\0" * 200, "不支持这种文件"),
        ("照片.jpg", b"MZ\x90\x00" + b"\0" * 200, "与扩展名 .jpg 不符"),
        ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "不支持这种文件"),
        ("图.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "与扩展名 .png 不符"),
        ("说明.pdf", b"<!doctype html><script>alert(1)</script>", "与扩展名 .pdf 不符"),
        ("说明.html", b"<!doctype html><script>alert(1)</script>", "不支持这种文件"),
        ("说明.docx", b"PK\x03\x04 only a zip", "与扩展名 .docx 不符"),
        ("宏.docx", files.word({"word/vbaProject.bin": b"x"}), "带有宏"),
        ("炸弹.docx", files.bomb_word, "压缩炸弹"),
        ("部件.docx", files.word() + b"PK\x01\x02" * 3000, "部件过多"),
        ("炸弹.png", files.bomb_image(), "尺寸过大"),
        ("大图.png", files.bomb_image(9000, 9000), "尺寸过大"),
        ("断.jpg", files.photo()[:300], "可能已损坏"),
        ("空.pdf", b"", "0 字节"),
        ("大.pdf", files.PDF + b"\0" * MAX_BYTES, "超过 10 MB"),
    ],
    ids=by_name,
)
def test_hostile_file_is_refused_with_the_reason_and_nothing_is_kept(self_check, media_root, name, content, why):
    with pytest.raises(SelfCheckError, match=why):
        attach(self_check, name, content if isinstance(content, bytes) else content())

    assert (Attachment.objects.count(), stored(media_root)) == (0, [])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\开机.pdf", "开机.pdf"),
        ("<img src=x>\"'\r\n.pdf", "img src=x'.pdf"),
        (".pdf.pdf", "pdf.pdf"),
        ("\u200b\u202e.pdf", "材料.pdf"),
        ("证" * 300 + ".pdf", "证" * 116 + ".pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
    ],
)
def test_name_is_cleaned(self_check, given, kept):
    assert attach(self_check, given, files.PDF).name == kept


def test_same_file_again_changes_nothing_and_another_place_takes_it_too(self_check, media_root):
    first = attach(self_check, "照片.jpg", files.photo())
    again = attach(self_check, "照片 (1).jpg", files.photo())
    elsewhere = attach(self_check, "照片.jpg", files.photo(), point=1)

    assert (again.pk, again.name, elsewhere.pk == first.pk) == (first.pk, "照片.jpg", False)
    assert len(stored(media_root)) == 2


def test_counts_are_limited_per_place_and_per_self_check(self_check, monkeypatch):
    monkeypatch.setattr(attaching, "MOST_PER_POINT", 2)
    monkeypatch.setattr(attaching, "MOST_PER_SELF_CHECK", 3)
    for number in range(2):
        attach(self_check, "执照.pdf", files.PDF + bytes([number]))

    with pytest.raises(SelfCheckError, match="每处最多上传 2 个"):
        attach(self_check, "执照.pdf", files.PDF)
    attach(self_check, "执照.pdf", files.PDF, point=1)
    with pytest.raises(SelfCheckError, match="最多上传 3 个"):
        attach(self_check, "执照.pdf", files.PDF, item=2, point=None)


def test_places_that_do_not_exist_and_people_of_others_are_refused(self_check):
    for item, point in ((1, 2), (1, -1), (2, 0), (4, None), (0, None)):
        with pytest.raises(SelfCheckError, match="没有这一项"):
            attach(self_check, "执照.pdf", files.PDF, item=item, point=point)
    with pytest.raises(PermissionDenied):
        attaching.attach(self_check, 1, 0, "a.pdf", files.PDF, by=world.person(world.institution(), name="stranger"))
    with pytest.raises(PermissionDenied):
        attaching.attach(self_check, 1, 0, "a.pdf", files.PDF, by=world.county_officer())


def test_round_that_leaves_materials_with_the_institution_takes_none(media_root):
    self_check = world.begun()

    assert not attaching.takes_files(self_check, 1)
    with pytest.raises(SelfCheckError, match="留存备查"):
        attach(self_check, "执照.pdf", files.PDF)


def test_only_open_items_take_files_and_give_them_back(media_root):
    self_check = world.filled(materials=Materials.UPLOADED)
    kept = attach(self_check, "执照.pdf", files.PDF)
    submission = submitting.submit(self_check, by=world.clerk(self_check))
    self_check.refresh_from_db()

    with pytest.raises(Locked):
        attach(self_check, "又一份.pdf", files.PDF + b"x")
    with pytest.raises(Locked):
        attaching.remove(kept, by=world.clerk(self_check))

    world.sign(submission)
    reviewing.return_items(SelfCheck.objects.get(), {2: "请附批准文件"}, by=world.county_officer())
    self_check.refresh_from_db()
    with pytest.raises(Locked):
        attach(self_check, "又一份.pdf", files.PDF + b"x")
    attach(self_check, "批准文件.pdf", files.PDF + b"x", item=2, point=None)


def test_file_that_a_version_names_stays_and_another_is_deleted(
    self_check, media_root, django_capture_on_commit_callbacks
):
    for item, values in {1: world.YES, 2: world.NOT_APPLICABLE, 3: world.NO}.items():
        world.answer(self_check, item, values)
    named, unnamed = attach(self_check, "甲.pdf", files.PDF), None
    submitting.withdraw(submitting.submit(self_check, by=world.clerk(self_check)), by=world.clerk(self_check))
    self_check.refresh_from_db()
    unnamed = attach(self_check, "乙.pdf", files.PDF + b"x")

    with django_capture_on_commit_callbacks(execute=True):
        for each in (named, unnamed, named):
            attaching.remove(each, by=world.clerk(self_check))

    assert not self_check.attachments.live().exists()
    assert [path.read_bytes() for path in stored(media_root)] == [files.PDF]
    assert list(Attachment.objects.visible_to(world.clerk(self_check))) == [named]
    assert AuditEvent.objects.filter(action="selftest.remove_attachment").count() == 2


def test_file_is_taken_away_when_its_row_cannot_be_kept(self_check, media_root):
    with connection.execute_wrapper(refuse_attachments), pytest.raises(DatabaseError):
        attach(self_check, "执照.pdf", files.PDF)

    assert (Attachment.objects.count(), stored(media_root)) == (0, [])


def refuse_attachments(execute, sql, params, many, context):
    if sql.startswith('INSERT INTO "selftest_attachment"'):
        raise DatabaseError("disk full")
    return execute(sql, params, many, context)


def test_regulators_see_what_a_signed_version_names_and_nothing_of_the_draft(media_root):
    self_check = world.filled(materials=Materials.UPLOADED)
    attach(self_check, "甲.pdf", files.PDF)
    officer, lead, clerk = world.county_officer(), datong.officer(), world.clerk(self_check)
    words = f'","digest":"{"0" * 64}","item":3,"name":"'
    filling.save_answer(self_check, 3, {"description": words}, base=1, by=clerk)

    submission = submitting.submit(self_check, by=clerk)
    assert [len(Attachment.objects.visible_to(user)) for user in (officer, lead, clerk)] == [0, 0, 1]
    world.sign(submission)
    assert [len(Attachment.objects.visible_to(user)) for user in (officer, lead, clerk)] == [1, 1, 1]

    reviewing.return_items(SelfCheck.objects.get(), {1: "请附新执照"}, by=officer)
    self_check.refresh_from_db()
    attaching.remove(Attachment.objects.get(), by=clerk)
    attach(self_check, "乙.pdf", files.PDF + b"x")

    assert [str(each) for each in Attachment.objects.visible_to(officer)] == ["甲.pdf"]
    assert [str(each) for each in Attachment.objects.visible_to(world.head(self_check))] == ["甲.pdf", "乙.pdf"]
    assert list(Attachment.objects.visible_to(world.county_officer("140214"))) == []
    assert list(Attachment.objects.visible_to(world.person(world.institution(), Role.LEGAL_REPRESENTATIVE))) == []


def test_places_of_an_item_hold_their_files(self_check):
    content = self_check.round.form.parsed
    second = attach(self_check, "执照.pdf", files.PDF, point=1)
    whole = attach(self_check, "批文.pdf", files.PDF, item=2, point=None)

    of_first = attaching.places(content.items[0], self_check.attachments.live())
    of_second = attaching.places(content.items[1], self_check.attachments.live())
    assert [(place.index, place.attachments) for place in of_first] == [(0, []), (1, [second])]
    assert [(place.index, place.attachments) for place in of_second] == [(None, [whole])]
