"""Each way a drawn task may end, by the hands of those concerned: officers at a desk, inspectors and the institution on a
phone. What comes before the steps that a journey is about is done by the services (tests/visits/world.py)."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role
from campaigns.models import Campaign, Task
from tests.factories import accounts
from tests.journeys import datong
from tests.journeys.visitor import DESK, PATIENCE, PHONE, Visitor
from tests.journeys.visits import end_on_site, follow, in_days, open_part, sign_in, sign_on_the_glass
from tests.selftest import files
from tests.visits import world
from visits import complaining
from visits.codes import MeasureKind, Outcome
from visits.models import Complaint, Evidence, Measure, Rectification, Referral, Visit

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media_root")]

POLICE, COUNTY = "ga:140200", "scjg:140213"


@pytest.fixture(autouse=True)
def _parts_go_elsewhere(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def meet(new_context, live_server, faults):
    """`meet(user, PHONE)`: this person, signed in; `meet(None)`: the public."""

    def opened(user, size=DESK):
        context = new_context(viewport=size, has_touch=size is PHONE)
        if user:
            sign_in(context, user, live_server.url)
        return Visitor(context.new_page(), live_server.url, faults)

    return opened


def state_of(task):
    return str(Task.objects.get(pk=task.pk).get_state_display())


def test_sound_institution_from_the_plan_to_the_end(meet):
    task = world.notified(partner="")
    officer = meet(world.officer())
    officer.go(task.get_absolute_url())
    plan_and_tell(officer)

    visit = Visit.objects.get()
    inspector = meet(world.team(task)[0], PHONE)
    inspector.go("/onsite/")
    inspector.open(task.institution.name)
    inspector.page.locator("footer").get_by_role("link", name="开始检查").click()
    inspector.press("现在开始检查")
    inspector.sees("已填 0 / 6 行")
    world.fill(visit)
    world.sign_all(visit)
    inspector.page.reload()
    inspector.sees("已填 6 / 6 行")
    end_on_site(inspector, "已实施检查", opinion="无异议")

    officer.go(task.get_absolute_url())
    write_sound_result(officer)
    assert state_of(task) == "已办结"


def plan_and_tell(officer):
    """From the page of the task and back to it."""
    now, page = timezone.localtime(), officer.page.url
    officer.open("登记送达")
    officer.tick("直接送达")
    officer.fill("送达时间", f"{now:%Y-%m-%dT%H:%M}")
    officer.fill("签收人", "高振华")
    officer.press("登记送达")
    officer.sees("已登记送达")
    officer.go(page.removeprefix(officer.site))
    officer.open("安排检查")
    officer.fill("检查日期", in_days(0))
    officer.fill("到场时间", f"{now:%H:%M}")
    officer.fill("预计结束时间", "12:00")
    officer.fill("结束日期", in_days(1))
    officer.press("保存")
    officer.sees("检查时间：")


def write_sound_result(officer):
    """Written, reviewed and looked at together."""
    officer.open("检查结果")
    officer.open("填写本部门结果")
    officer.fill("检查结果", "1　未发现问题")
    officer.fill("后续处置", "无需处置")
    officer.fill("处理情况", "未发现问题")
    officer.press("保存并提交审核")
    officer.sees("已提交第 1 版")
    officer.press("审核通过")
    officer.sees("审核通过")
    officer.open("登记联合研判")
    officer.tick("大同市市场监督管理局")
    officer.fill("研判意见", "未发现问题，同意。")
    officer.press("登记研判并认定")
    officer.sees("研判意见已登记")


def test_rectification_with_an_extension_to_its_verification(meet, tmp_path):
    task = world.concluded(partner="")
    officer, head = meet(world.officer()), meet(world.head(task), PHONE)
    order = order_rectification(officer, task, tmp_path)

    ask_for_more_time(head)
    officer.go(order.get_absolute_url())
    officer.press("同意延期")
    officer.sees("已同意延期")

    proof = tmp_path / "整改材料.pdf"
    proof.write_bytes(files.PDF)
    head.go(f"/my/rectifications/{order.pk}/")
    head.fill("整改情况", "已补齐复核签字，修订报告审批程序。")
    head.attach("整改材料", proof)
    head.press("报告整改完成")
    head.sees("已报告整改情况")

    officer.go(order.get_absolute_url())
    officer.sees(proof.name)
    officer.tick("已整改到位", "书面复查")
    officer.press("登记复查结论")
    officer.sees("已确认整改到位")
    assert state_of(task) == "已办结"


def ask_for_more_time(head):
    head.go("/my/rectifications/")
    head.open("查看并报告整改")
    head.page.locator("summary", has_text="申请延期").click()
    head.fill("申请延至", in_days(60))
    head.fill("理由", "设备检定排期较晚。")
    head.press("申请延期")
    head.sees("已申请延期")


def order_rectification(officer, task, folder):
    """Ordered, and the order opened as the institution will get it."""
    officer.go(task.get_absolute_url())
    follow(officer, "处理与整改")
    officer.open("责令整改")
    officer.fill("整改要求", "补齐原始记录的复核签字")
    officer.press("签发责令改正通知书")
    officer.sees("已签发《责令改正通知书》")
    order = Rectification.objects.get()
    with officer.downloads(folder / "通知书.pdf"):
        officer.page.locator("main").get_by_role("link", name="下载责令改正通知书").first.click()
    text = datong.text_of(folder / "通知书.pdf")
    assert [
        words for words in (order.number, task.institution.name, "补齐原始记录的复核签字") if words not in text
    ] == []
    return order


def test_fine_first_then_revocation_then_the_end(meet):
    task = world.concluded(partner="")
    police = world.measure(task, MeasureKind.POLICE)
    officer = meet(world.officer())
    officer.go(f"/tasks/{task.pk}/measures/")
    for kind in ("撤销资质认定", "罚款"):
        officer.open("提出处理措施")
        officer.fill("处理措施", kind)
        officer.press("提出")
        officer.sees(f"已提出{kind}")
    officer.go(f"/tasks/{task.pk}/measures/")
    officer.sees("等待大同市市场监管局决定罚款")
    fine, revocation = (Measure.objects.get(kind=kind) for kind in (MeasureKind.FINE, MeasureKind.REVOCATION))
    officer.go(revocation.get_absolute_url())
    officer.sees("先由上述单位作出决定")
    expect(officer.page.get_by_role("button", name="登记决定")).to_have_count(0)

    decide(officer, fine, "同市监罚〔2026〕7号", amount="30000")
    officer.sees("30,000.00 元")
    decide(officer, revocation, "同市监撤〔2026〕1号")
    decide(officer, police, "同市监移〔2026〕2号")
    assert state_of(task) == "已办结"


def decide(officer, measure, number, *, amount=""):
    officer.go(measure.get_absolute_url())
    officer.fill("文号", number)
    if amount:
        officer.fill("金额（元）", amount)
    officer.press("登记决定")
    officer.sees("已登记决定", number)
    officer.press("登记执行完毕")
    officer.sees("已登记执行完毕")


def test_referral_is_accepted_answered_and_closed(meet):
    task = world.concluded(partner="")
    officer, police = meet(world.officer()), meet(world.officer(POLICE))
    officer.go(task.get_absolute_url())
    officer.open("移送线索")
    hand_over(officer, to="大同市公安局", text="检测线软件可改写数据，涉嫌破坏计算机信息系统。")

    referral = Referral.objects.get()
    police.go("/referrals/")
    follow(police, task.institution.name)
    police.press("接收")
    police.sees("反馈办理情况")
    police.fill("办理情况", "已立案侦查。")
    police.press("反馈")
    police.sees("已立案侦查。")

    officer.go(f"/referrals/{referral.pk}/")
    officer.sees("已立案侦查。")
    officer.press("办结")
    officer.sees_no("不需要再跟踪的")
    assert Referral.objects.get().state == "closed"


def hand_over(officer, *, to, text):
    officer.fill("线索内容", text)
    officer.fill("接收单位", to)
    officer.fill("反馈期限", in_days(30))
    officer.press("移送")
    officer.sees("已移送，编号")


def test_closed_door_needs_a_photo_and_a_refused_signature_a_witness(meet, tmp_path):
    gone, refused = world.started(partner=""), world.started(partner="")
    world.fill(refused)
    picture = tmp_path / "大门.jpg"
    picture.write_bytes(files.photo(size=(640, 480)))
    inspector = meet(world.team(gone.task)[0], PHONE)
    find_nobody(inspector, gone, picture)
    be_refused(inspector, refused)

    assert Evidence.objects.whole().get().visit_id == gone.pk
    officer = meet(world.officer())
    officer.go(reverse("visits:results", args=[gone.task_id]))
    officer.open("填写本部门结果")
    assert officer.field("检查结果").evaluate("field => field.selectedOptions[0].text") == "12　迁出"
    officer.go(f"/visits/{refused.pk}/")
    officer.sees("负责人离开现场", "刘海燕")


def find_nobody(inspector, visit, picture):
    """Not ended before a photo is taken and both officers have signed."""
    inspector.go(f"/onsite/visits/{visit.pk}/")
    open_part(inspector.page, "end")
    inspector.page.locator(".os-option", has_text="已迁出").click()
    inspector.sees("请写明情况。", "请拍现场照片或选择文件作为证明。", "须有两名执法检查人员签字。")
    open_part(inspector.page, "")
    inspector.page.locator(".os-card label", has_text="拍照").locator("input").set_input_files(picture)
    inspector.page.locator("[data-net]", has_text="已上传").wait_for(timeout=PATIENCE)
    sign_as_officers(inspector, visit)
    end_on_site(inspector, "已迁出", words="大门上锁，邻居说三月已搬走。")


def be_refused(inspector, visit):
    inspector.go(f"/onsite/visits/{visit.pk}/")
    sign_as_officers(inspector, visit)
    inspector.page.get_by_label("谁签字").select_option(label="被检查机构拒绝签字")
    inspector.page.get_by_label(re.compile("^拒绝签字的理由")).fill("负责人离开现场")
    inspector.press("确认签字")
    sign_on_the_glass(inspector, "见证人", "刘海燕")
    end_on_site(inspector, "已实施检查")


def sign_as_officers(inspector, visit):
    open_part(inspector.page, "signatures")
    for each in visit.attendees.all():
        sign_on_the_glass(inspector, f"{each.name}（执法检查人员）")


def test_paper_is_typed_in_with_its_scan(meet, tmp_path):
    visit = world.planned(partner="")
    inspector = meet(world.team(visit.task)[0])
    inspector.go(f"/visits/paper/?what={visit.task.number}")
    with inspector.downloads(tmp_path / "检查表.pdf"):
        inspector.page.locator("main").get_by_role("link", name="打印检查表").first.click()
    text = datong.text_of(tmp_path / "检查表.pdf")
    assert visit.task.number in text

    inspector.fill("开始检查的时间", f"{timezone.localtime(visit.planned_start):%Y-%m-%dT%H:%M}")
    inspector.press("登记开始")
    for fieldset in inspector.page.locator(".paper-line").all():
        inspector.fill("检查情况", "未发现问题", within=fieldset)
    scan = tmp_path / "记录.pdf"
    scan.write_bytes(files.PDF)
    inspector.attach("纸质记录的扫描件", scan)
    inspector.tick(*(each.name for each in visit.attendees.all()))
    inspector.fill("被检查机构签字人", "高振华")
    inspector.fill("到场情况", "已实施检查")
    inspector.press("保存并结束检查")
    inspector.sees("检查已结束。")
    visit = Visit.objects.get()
    assert (visit.state, visit.outcome, visit.entries.count()) == ("ended", Outcome.INSPECTED, 6)
    assert [each.name for each in visit.evidence.whole()] == [scan.name]


def test_result_of_a_special_campaign_stands_for_the_visit(meet):
    source = world.concluded(partner="")
    task = world.task(source.institution, partner="")
    Campaign.objects.filter(pk=source.campaign_id).update(kind="special", title="机动车检验专项检查")
    officer, approver = meet(world.officer()), meet(world.approver())
    officer.go(task.get_absolute_url())
    officer.open("采纳检查结果")
    officer.page.get_by_role("radio").check()
    officer.fill("理由", "十日内专项检查过，事项相同。")
    officer.press("提出采纳")
    officer.sees("已提出采纳")

    approver.go("/workbench/")
    approver.open("去批准")
    approver.press("批准采纳")
    approver.sees("已批准采纳", "本任务采纳“机动车检验专项检查”")
    assert state_of(task) == "采纳结果"


def test_complaint_of_the_public_becomes_a_referral_and_is_answered(meet):
    ecology = accounts.bureau(world.ECOLOGY)
    user = accounts.user("pingcheng", Role.COUNTY_OFFICER, at=COUNTY)
    public, county = meet(None, PHONE), meet(user)
    public.go("/complaints/new/")
    public.fill("反映哪家机构", "平城机动车检测站")
    public.fill("机构所在县（市、区）", "平城区")
    public.fill("反映的问题", "尾气检测不上线就出报告。")
    public.fill("您的姓名", "赵清风")
    public.press("提交")
    number, code = public.page.locator("main dd.code").all_inner_texts()

    county.go("/complaints/")
    follow(county, "平城机动车检测站")
    county.sees("留有信息，加密保存")
    county.sees_no("赵清风")
    county.press("受理")
    county.open("移送线索")
    hand_over(county, to=ecology.name, text="尾气检测不上线就出报告。")
    complaining.answer_complaint(Complaint.objects.get(), answer="已移送生态环境部门。", by=user)

    public.go("/complaints/status/")
    public.fill("编号", number)
    public.fill("查询码", code)
    public.press("查询")
    public.sees("已答复", "已移送生态环境部门。")
