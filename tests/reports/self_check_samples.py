"""The official form of Shanxi 2025, filled by an invented vehicle inspection body with two certificates."""

import base64
import io
import json
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw

from selftest import filling, papers, signing, submitting
from selftest.models import HeaderBlock, SelfCheck, Signature, Submission, Way
from tests.selftest import world

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "reference" / "forms" / "shanxi-2025.json"
SHANXI = json.loads(FIXTURE.read_text(encoding="utf-8"))
ADDRESS = "https://lianchou.example/receipts/X/"
PROBLEMS = {
    8: ("授权签字人赵文斌的劳动合同已到期，续签手续未归档", "人事档案由行政部保管，未与质量部核对", "补签劳动合同并归档，质量部每季度核对一次人员档案", date(2025, 9, 12)),
    10: ("一台尾气分析仪（编号 YQ-017）的校准证书 8 月 20 日到期，8 月 21 日至 25 日仍在使用", "校准计划未设到期前提醒", "已停用并送校，对期间 14 份报告逐份复核，建立到期前 30 天提醒", date(2025, 9, 15)),
}  # fmt: skip
WITHOUT = {2: "没有异地分支机构和分场所", 15: "没有分包"}
BASIC = {
    "name": "大同市平城区顺达机动车检测有限公司", "address": "山西省大同市平城区永泰南路 128 号", "identifier": "91140213MA0K2X3Y4L",
    "legal_representative": "高振华", "legal_representative_phone": "13800000001", "contact": "李晓燕",
    "contact_phone": "0352-5550123",
}  # fmt: skip
CERTIFICATE = {
    "authorised_name": "大同市平城区顺达机动车检测有限公司", "issuer": "山西省市场监督管理局", "approved_on": "2022-06-15", "valid_until": "2028-06-14",
    "top_manager": "高振华", "top_manager_phone": "13800000001", "technical_lead": "王建军",
    "signatories": ["王建军", "赵文斌", "镕喆"],
}  # fmt: skip


def handwriting(width: int = 900, height: int = 480) -> str:
    """A drawing as the pad sends it."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    strokes = [
        [(180, 130), (300, 120)], [(240, 90), (236, 160)], [(190, 180), (290, 176), (286, 300)], [(190, 180), (186, 306)],
        [(215, 215), (262, 212), (258, 260), (218, 262), (215, 215)], [(380, 100), (372, 320)], [(340, 160), (420, 150)],
        [(340, 250), (425, 215)], [(450, 110), (440, 330)], [(445, 120), (560, 112)], [(470, 170), (540, 164)],
        [(465, 210), (560, 204)], [(505, 215), (490, 320), (470, 300)], [(515, 215), (580, 320)], [(640, 110), (620, 190)],
        [(600, 180), (700, 168)], [(650, 130), (648, 330)], [(610, 240), (710, 228)], [(720, 110), (760, 150)],
    ]  # fmt: skip
    for stroke in strokes:
        pen.line(stroke, fill=(0, 0, 0, 255), width=9, joint="curve")
    return data_url(picture)


def data_url(picture: Image.Image) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return papers.DRAWING_PREFIX + base64.b64encode(stream.getvalue()).decode()


def filled(**fields: object) -> SelfCheck:
    form = world.form(code="shanxi-2025", content=SHANXI["content"], title=SHANXI["title"])
    institution = world.institution(certificates=2, name=BASIC["name"])
    self_check = world.begun(of=institution, form=form, title="2025年度检验检测机构自查", **fields)
    clerk = world.clerk(self_check)
    fill_header(self_check)
    for item in form.parsed.numbers:
        values: dict[str, object] = {"choice": "no"}
        if item in PROBLEMS:
            names = ("description", "cause", "measure", "due_on")
            values = {"choice": "yes", **dict(zip(names, PROBLEMS[item], strict=True))}
        if item in WITHOUT:
            values = {"choice": "na", "reason": WITHOUT[item]}
        filling.save_answer(self_check, item, values, base=0, by=clerk)
    return self_check


def fill_header(self_check: SelfCheck) -> None:
    for block in self_check.blocks.all():
        values = BASIC if block.kind == HeaderBlock.Kind.BASIC else CERTIFICATE
        filling.save_header(block, values, base=0, by=world.clerk(self_check))


def submitted(**fields: object) -> Submission:
    self_check = filled(**fields)
    return submitting.submit(self_check, by=world.clerk(self_check))


def signed(**fields: object) -> Signature:
    submission = submitted(**fields)
    return signing.sign(
        submission, digest=submission.digest, signer_name="高振华", way=Way.ON_SCREEN,
        image=papers.drawn_signature(handwriting()), by=world.head(submission.self_check),
    )  # fmt: skip
