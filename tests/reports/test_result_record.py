import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from reports.result_record import CheckedLine, FoundProblem, record_of
from reports.result_record_pdf import render_result_record
from tests.visits import world
from visits.models import DepartmentResult

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def own(task, bureau: str = world.CITY) -> DepartmentResult:
    return DepartmentResult.objects.for_acts().get(task=task, bureau=bureau)


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_record_holds_the_departments_lines_problems_and_conclusion():
    task = world.concluded()

    record = record_of(own(task), made_by=world.officer())

    assert dict(record.head)["任务编号"] == task.number
    assert dict(record.head)["抽查方式"] == "上级分配"
    assert record.lines[0] == CheckedLine("检查事项 scjg", "未发现问题", "")
    assert "检查事项 sthj" not in {line.title for line in record.lines}
    assert record.problems == (
        FoundProblem(
            "报告管理", "原始记录缺少复核签字", "其他违反规定的行为", "《检验检测机构监督管理办法》第二十五条", "待处理"
        ),
    )
    assert dict(record.conclusion)["检查结果"] == "E 发现问题已责令改正"
    assert [(each.who, each.name) for each in record.signatures][-1] == ("被检查机构", "高振华")
    assert record.standing == "已认定"


def test_each_department_prints_its_own_lines():
    task = world.concluded()

    record = record_of(own(task, world.ECOLOGY), made_by=world.officer())

    assert ([line.title for line in record.lines], record.problems) == (["检查事项 sthj"], ())


def test_pdf_can_be_fetched_by_who_sees_the_task(client):
    task = world.concluded()
    url = reverse("reports:result_record", args=[own(task).pk])
    client.force_login(world.officer())

    answer = client.get(url)

    words = text_of(answer.content)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store, private")
    for said in ("随机抽查情况记录表", task.number, "原始记录缺少复核签字", "E发现问题已责令改正", "公示审批"):
        assert said in words
    client.force_login(world.head(task))
    assert client.get(url).status_code == 403


def test_long_words_and_markup_are_printed_as_they_are():
    task = world.ended().task
    result = world.write(task.results.get(bureau=world.CITY))
    DepartmentResult.objects.filter(pk=result.pk).update(words="<b>说明</b>" * 100)

    words = text_of(render_result_record(record_of(own(task), made_by=world.officer())))

    assert words.count("<b>说明</b>") == 100
