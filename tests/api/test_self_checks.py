"""A provincial portal that embeds the self-check: filling, handing in and review by programs."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jobs.running import run_job
from selftest import submitting
from selftest.models import SelfCheck
from tests.campaigns import datong
from tests.factories import accounts
from tests.selftest import files, world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def path(self_check: SelfCheck, *more: object) -> str:
    return "/".join(["/api/self-checks", str(self_check.pk), *map(str, more), ""])


def test_clerks_program_fills_and_hands_in(program):
    self_check = world.invited()
    clerk = program(world.clerk(self_check))
    full = {1: {**world.YES, "due_on": "2025-09-30"}, 2: world.NOT_APPLICABLE, 3: world.NO}

    assert clerk.post(path(self_check, "begin")).json()["state"] == "filling"
    saved = [clerk.patch(path(self_check, "answers", item), {"base": 0, **values}) for item, values in full.items()]
    overtaken = clerk.patch(path(self_check, "answers", 1), {"base": 0, "choice": "no"})
    incomplete = clerk.patch(path(self_check, "answers", 3), {"base": 1, "choice": ""})
    gaps = clerk.get(path(self_check, "gaps")).json()
    refused = clerk.post(path(self_check, "submit"))
    clerk.patch(path(self_check, "answers", 3), {"base": 2, "choice": "no"})
    version = clerk.post(path(self_check, "submit"))

    assert [answer.json()["revision"] for answer in (*saved, incomplete)] == [1, 1, 1, 2]
    assert overtaken.status_code == 409
    assert overtaken.json()["detail"].endswith("刚才修改了这一项，请核对后再保存。")
    assert gaps == [{"item": 3, "field": "choice", "words": "第 3 项没有选择"}]
    assert (refused.status_code, refused.json()) == (409, {"detail": "还有 1 处没有填完：第 3 项没有选择"})
    assert (version.status_code, version.json()["number"]) == (201, 1)
    assert clerk.get(path(self_check)).json()["draft"]["answers"][2]["choice"] == "no"


def test_header_block_is_saved_by_its_fields(program):
    self_check = world.begun()
    clerk, block = program(world.clerk(self_check)), self_check.blocks.first()

    saved = clerk.patch(path(self_check, "blocks", block.pk), {"base": 0, "values": {"address": "新街2号"}})
    unknown = clerk.patch(path(self_check, "blocks", block.pk), {"base": 1, "values": {"motto": "诚信"}})

    assert (saved.json()["values"]["address"], saved.json()["revision"]) == ("新街2号", 1)
    assert (unknown.status_code, unknown.json()["detail"]) == (409, "没有这一栏：motto。")


def test_bureaus_program_reads_what_was_signed_and_returns_it_but_never_the_draft(program):
    self_check = world.signed()
    bureau, clerk = program(world.county_officer()), program(world.clerk(self_check))

    before = bureau.get(path(self_check)).json()
    returned = bureau.post(path(self_check, "return"), {"items": {"2": "请说明分场所"}})
    clerk.patch(path(self_check, "answers", 2), {"base": 1, "reason": "草稿"})
    after = bureau.get(path(self_check)).json()

    assert (before["draft"], [row["choice"] for row in before["signed"]["answers"]]) == (None, ["yes", "na", "no"])
    assert (returned.json()["state"], returned.json()["versions"][0]["outcome"]) == ("returned", "returned")
    assert after["signed"] == before["signed"]
    assert [row["number"] for row in after["versions"]] == [1]


def test_problem_is_reported_mended_and_confirmed(program):
    problem = world.accepted().problems.get()
    bureau, clerk = program(world.county_officer()), program(world.clerk(problem.self_check))
    address = f"/api/self-check-problems/{problem.pk}/"

    reported = clerk.post(f"{address}report/", {"mended_on": "2025-09-20", "result": "已变更登记"})
    silent = bureau.post(f"{address}decide/", {"is_mended": False})
    confirmed = bureau.post(f"{address}decide/", {"is_mended": True})

    assert [answer.json().get("state") for answer in (reported, confirmed)] == ["reported", "confirmed"]
    assert (silent.status_code, silent.json()["detail"]) == (409, "退回整改须写明理由。")


def test_lists_show_what_each_may_see(program):
    self_check = world.signed()
    world.person(other := world.institution(county="140214"))

    def count(user: object, kind: str) -> int:
        return program(user).get(f"/api/{kind}/").json()["count"]

    stranger = world.person(other)
    for kind, expected in {"self-checks": [1, 1, 0, 0], "self-check-problems": [1, 1, 0, 0]}.items():
        people = [world.clerk(self_check), datong.officer(), world.county_officer("140214"), stranger]
        assert [count(user, kind) for user in people] == expected
    assert count(datong.officer(), "self-check-forms") == 1
    assert count(world.clerk(self_check), "self-check-rounds") == 1


def test_evidence_is_uploaded_read_by_those_entitled_and_taken_off(program):
    self_check = world.begun(materials="uploaded")
    clerk, bureau = program(world.clerk(self_check)), program(world.county_officer())
    here = {"item": 1, "point": 0}

    kept = clerk.post(
        path(self_check, "attachments"), here | {"file": upload("执照.pdf", files.PDF)}, format="multipart"
    )
    feigned = clerk.post(
        path(self_check, "attachments"), here | {"file": upload("执照.pdf", b"MZ")}, format="multipart"
    )
    file = path(self_check, "attachments", kept.json()["id"], "file")
    read, unsigned = clerk.get(file), bureau.get(file)
    taken_off = clerk.delete(path(self_check, "attachments", kept.json()["id"]))

    assert (kept.status_code, kept.json()["point"], kept.json()["media_type"]) == (201, 0, "application/pdf")
    assert feigned.status_code == 409
    assert (b"".join(read.streaming_content), unsigned.status_code) == (files.PDF, 404)
    assert taken_off.status_code == 204
    assert clerk.get(path(self_check)).json()["draft"]["attachments"] == []


def test_representative_signs_a_page_that_a_program_sends(program):
    version = world.submitted()
    self_check = version.self_check
    head = world.head(self_check)
    head.set_password(accounts.PASSWORD)
    head.save()
    given = {"way": "on_paper", "digest": version.digest, "signer_name": "高振华", "password": accounts.PASSWORD}

    def sign(**more: object) -> Any:
        page = {"page": upload("签字.pdf", files.PDF)}
        return program(head).post(path(self_check, "sign"), given | page | more, format="multipart")

    wrong_password, stale, signed = sign(password="x"), sign(digest="0" * 64), sign()

    assert (wrong_password.status_code, list(wrong_password.json()["fields"])) == (400, ["password"])
    assert (stale.status_code, stale.json()["detail"]) == (
        409,
        "页面上的内容不是当前版本，请刷新页面、重新阅读后再签署。",
    )
    assert (signed.status_code, bool(signed.json()["receipt_number"])) == (200, True)
    assert SelfCheck.objects.get().state == "submitted"


def test_lead_plans_opens_and_closes_a_round_and_reads_its_progress(program):
    institution = world.institution()
    campaign, form = datong.campaign(), world.form()
    lead = program(datong.officer())
    given = {"campaign": campaign.number, "form": form.pk, "title": "自查", "deadline": "2099-09-30"}

    made = lead.post("/api/self-check-rounds/", given)
    address = f"/api/self-check-rounds/{made.json()['id']}/"
    opening = lead.post(f"{address}open/")
    run_job(opening.json()["id"])
    progress = lead.get(f"{address}progress/").json()
    elsewhere = lead.get(f"{address}progress/", {"area": "1501"})
    closed = lead.post(f"{address}close/")

    assert (made.status_code, made.json()["state"], opening.status_code) == (201, "draft", 202)
    assert (progress["area"], progress["figures"]["asked"]) == ("1402", 1)
    assert progress["parts"] == [{"code": institution.county_id, "figures": progress["figures"]}]
    assert progress["items"][0] == {"item": 1, "yes": 0, "no": 0, "na": 0}
    assert (elsewhere.status_code, closed.json()["state"]) == (404, "closed")


def test_bureau_takes_a_difference_over_into_the_pool(program):
    self_check = world.filled()
    basic = self_check.blocks.get(kind="basic")
    clerk, lead = program(world.clerk(self_check)), program(datong.officer())
    clerk.patch(path(self_check, "blocks", basic.pk), {"base": 0, "values": {"address": "新街2号"}})
    world.sign(submitting.submit(self_check, by=world.clerk(self_check)))

    [change] = [row for row in lead.get("/api/self-check-changes/").json()["results"] if row["field"] == "address"]
    silent = lead.post(f"/api/self-check-changes/{change['id']}/decide/", {"is_accepted": False})
    taken = lead.post(f"/api/self-check-changes/{change['id']}/decide/", {"is_accepted": True})

    assert (silent.status_code, taken.json()["state"]) == (409, "accepted")
    assert clerk.get("/api/self-check-changes/").status_code == 403


def test_colleagues_read_each_others_comments_and_the_bureau_does_not(program):
    self_check = world.signed()
    clerk = program(world.clerk(self_check))

    made = clerk.post(path(self_check, "comments"), {"item": 1, "text": "请附人员名单"})

    assert (made.status_code, made.json()["by"]) == (201, world.clerk(self_check).name)
    assert [row["text"] for row in clerk.get(path(self_check)).json()["draft"]["comments"]] == ["请附人员名单"]
    assert "请附人员名单" not in program(world.county_officer()).get(path(self_check)).content.decode()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
