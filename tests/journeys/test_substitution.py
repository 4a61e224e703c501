"""An institution found closed is replaced by rule, the draw is disclosed, and anybody verifies it in the browser."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from campaigns import draw as engine
from campaigns.models import Draw, Task
from tests.campaigns import datong as campaigns
from tests.journeys import datong
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.worker]


def test_closed_institution_is_replaced_and_the_whole_draw_verified_by_anybody(people, enter, tmp_path):
    campaigns.officers()
    campaigns.pool()
    draw = campaigns.dispatched()
    officer, approver = map(enter, ("datong-officer", "datong-approver"))
    gone = Task.objects.filter(line__code="vehicle").select_related("institution").first()

    propose_replacement(officer, gone, photo(tmp_path))
    datong.approve(approver, "替换")
    came = entered(officer, gone)
    datong.disclose(approver)
    transcript = download_transcript(officer, draw, tmp_path)

    assert [row["in"] for row in transcript["substitutions"]] == [came.institution.uscc]
    verify(officer, tmp_path / "transcript.json", "核验通过")
    transcript["substitutions"][0]["in"] = gone.institution.uscc
    (tmp_path / "altered.json").write_text(engine.dump(transcript), encoding="utf-8")
    verify(officer, tmp_path / "altered.json", "核验未通过")
    expect(officer.page.locator(".verify-fault")).to_contain_text("substitutions[0].in")


def photo(folder: Path) -> Path:
    """The smallest picture that is one."""
    path = folder / "关门照片.png"
    path.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
            "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
            "0000000049454e44ae426082"
        )
    )
    return path


def propose_replacement(officer: Visitor, task: Task, evidence: Path) -> None:
    officer.go(f"/tasks/{task.pk}/")
    officer.open("替换机构")
    reserves = task.draw.drawn_institutions.filter(is_reserve=True).select_related("institution")
    assert [row for row in reserves if row.institution.name in officer.page.content()] == []
    officer.tick("已停业关闭")
    officer.fill("情况说明", "9月20日到场，大门封闭，社区证明已搬空。")
    officer.attach("证明材料", evidence)
    officer.press("提请替换")
    officer.sees("待审批")


def entered(officer: Visitor, gone: Task) -> Task:
    """The task of who came in by rule, once the worker has computed it; the old one stays with its history."""
    officer.go(f"/tasks/{gone.pk}/")
    for _ in range(40):
        if officer.page.get_by_text("已替换").count():
            break
        officer.page.wait_for_timeout(500)
        officer.page.reload()
    officer.look()
    came = Task.objects.select_related("institution").get(entered_through__task_out=gone)
    officer.sees(came.institution.name)
    return came


def download_transcript(visitor: Visitor, draw: Draw, folder: Path) -> dict[str, object]:
    visitor.go(f"/public/draws/{draw.code}/")
    visitor.sees("已公开")
    with visitor.downloads(folder / "transcript.json"):
        visitor.page.get_by_role("link", name=re.compile("全文|transcript")).first.click()
    transcript = json.loads((folder / "transcript.json").read_text(encoding="utf-8"))
    assert engine.verify(transcript) is None
    return transcript


def verify(visitor: Visitor, file: Path, outcome: str) -> None:
    visitor.go("/verify/")
    visitor.page.locator("#verify-files").set_input_files(file)
    expect(visitor.page.locator("[data-outcome]")).to_contain_text(outcome, timeout=30_000)
    visitor.look()
