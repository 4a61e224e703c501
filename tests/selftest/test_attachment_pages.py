from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from selftest import attaching, submitting
from selftest.models import Attachment, Materials, SelfCheck
from tests.selftest import files, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def self_check(media_root: Path) -> SelfCheck:
    return world.begun(materials=Materials.UPLOADED)


@pytest.fixture
def clerk(self_check: SelfCheck) -> Client:
    return signed_in(world.clerk(self_check))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, self_check: SelfCheck, *given: tuple[str, bytes], point: str = "0", **headers: str):
    chosen = [SimpleUploadedFile(name, content) for name, content in given]
    return client.post(reverse("selftest:attach", args=[self_check.pk, 1]), {"point": point, "file": chosen}, **headers)


def test_files_are_uploaded_without_javascript_and_each_refusal_is_told(clerk, self_check):
    answer = upload(clerk, self_check, ("甲.pdf", files.PDF), ("乙.pdf", b"<html>"), ("丙.jpg", files.photo()))

    assert answer.url == reverse("selftest:fill_item", args=[self_check.pk, 1]) + "#attachments-0"
    assert [(each.name, each.point) for each in Attachment.objects.all()] == [("甲.pdf", 0), ("丙.jpg", 0)]
    words = [str(message) for message in clerk.get(reverse("selftest:my")).context["messages"]]
    assert words == ["“乙.pdf”：文件内容与扩展名 .pdf 不符，请用原来的软件另存后再上传。"]


def test_htmx_gets_the_place_anew_with_what_was_refused(clerk, self_check):
    answer = upload(clerk, self_check, ("甲.pdf", files.PDF), ("乙.exe", b"MZ"), HTTP_HX_REQUEST="true")
    page = answer.content.decode()

    kept = Attachment.objects.get()
    assert reverse("selftest:attachment", args=[kept.pk]) in page
    assert "“乙.exe”：不支持这种文件" in page
    assert 'id="attachments-0"' in page
    assert 'enctype="multipart/form-data"' in page


def test_request_without_a_file_or_with_an_odd_place_adds_nothing(clerk, self_check):
    assert "请先选择文件" in upload(clerk, self_check, HTTP_HX_REQUEST="true").content.decode()
    assert upload(clerk, self_check, ("甲.pdf", files.PDF), point="-1").status_code == 404
    upload(clerk, self_check, ("甲.pdf", files.PDF), point="7")
    assert not Attachment.objects.exists()


def test_file_is_removed(clerk, self_check):
    kept = attaching.attach(self_check, 1, 0, "甲.pdf", files.PDF, by=world.clerk(self_check))

    answer = clerk.post(reverse("selftest:remove_attachment", args=[kept.pk]), HTTP_HX_REQUEST="true")

    assert "甲.pdf" not in answer.content.decode()
    assert not Attachment.objects.live().exists()


@pytest.mark.parametrize(
    ("name", "content", "disposition", "media_type", "is_sandboxed"),
    [
        ("图.png", files.drawing(), "inline", "image/png", True),
        ("图.jpg", files.photo(), "inline", "image/jpeg", True),
        ("照.pdf", files.PDF + b"<script>alert(1)</script>", "inline", "application/pdf", False),
        ("表.docx", files.word(), "attachment", "application/octet-stream", True),
    ],
)
def test_file_is_served_as_what_it_is_and_can_do_nothing(
    clerk, self_check, name, content, disposition, media_type, is_sandboxed
):
    kept = attaching.attach(self_check, 1, 0, name, content, by=world.clerk(self_check))

    answer = clerk.get(reverse("selftest:attachment", args=[kept.pk]))

    assert answer.headers["Content-Disposition"].startswith(f"{disposition}; filename*=utf-8''")
    rules = answer.headers["Content-Security-Policy"]
    assert ("default-src 'none'" in rules, "sandbox" in rules) == (True, is_sandboxed)
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == (media_type, "nosniff")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert b"".join(answer.streaming_content) == kept.file.read()


def test_bureau_gets_the_file_once_it_is_signed_and_strangers_never(media_root):
    self_check = world.filled(materials=Materials.UPLOADED)
    kept = attaching.attach(self_check, 1, 0, "甲.pdf", files.PDF, by=world.clerk(self_check))
    path = reverse("selftest:attachment", args=[kept.pk])
    people = {
        "clerk": world.clerk(self_check),
        "officer": world.county_officer(),
        "another county": world.county_officer("140214"),
        "another institution": world.person(world.institution()),
    }

    def statuses() -> list[int]:
        return [signed_in(user).get(path).status_code for user in people.values()]

    assert statuses() == [200, 404, 404, 404]
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))
    assert statuses() == [200, 200, 404, 404]
    Path(kept.file.path).unlink()
    assert statuses() == [404, 404, 404, 404]
    assert Client().get(path).status_code == 302
