"""Documents to print in tests and in the benchmark; every person and institution is invented."""

from dataclasses import replace
from datetime import date

from reports.documents import Contact, InspectionNotice, NoticeMatter, NoticeMember

JOINT = ("大同市市场监督管理局", "大同市公安局", "大同市生态环境局")

NOTICE = InspectionNotice(
    number="同市监检通〔2025〕1号",
    bureaus=JOINT,
    institution_name="大同市云冈区安顺机动车检测服务有限公司",
    institution_code="91140214MA0K1A2B3C",
    institution_address="大同市云冈区新胜西街18号",
    task_number="DT2025-JDC-0001",
    campaign_title="《关于组织开展2025年度检验检测机构监督抽查工作的通知》（同市监认证〔2025〕92号）",
    legal_basis=("《检验检测机构资质认定管理办法》", "《检验检测机构监督管理办法》"),
    matters=(
        NoticeMatter("资质认定条件和技术能力持续保持情况", "市场监管", "《检验检测机构监督管理办法》"),
        NoticeMatter("机动车安全技术检验行为", "公安", "《道路交通安全法》"),
        NoticeMatter("机动车排放检验行为", "生态环境", "《大气污染防治法》"),
    ),
    period="2025年10月20日至2025年10月22日",
    methods=("现场检查", "盲样考核", "授权签字人考试"),
    materials=("营业执照、资质认定证书及附表", "质量手册、程序文件", "检验报告、原始记录及视频资料"),
    team=(
        NoticeMember("甄镕喆", "大同市市场监督管理局", "SX-B02-00017", "组长"),
        NoticeMember("李堃", "大同市公安局", "SX-B02-00231", "组员"),
        NoticeMember("赵婳", "大同市云冈区市场监督管理局", "SX-B02-05521", "配合人员"),
        NoticeMember("钱䶮", "大同市计量测试所", "", "专家"),
    ),
    contact=Contact("甄镕喆", "0352-5550123"),
    issued_on=date(2025, 10, 19),
    verify_url="https://lianchou.example/public/proofs/QVfD3n8sW0aXkLm2Zr7TbYcE/",
    evidence=(
        ("抽取编号", "140200-2025-92-1"),
        ("承诺摘要", "9802 e9c2 6e62 8624 fe26 cd6f 35a6 03e1 6c95 e318 c35f c00a bad7 0d74 e6e5 8bb9"),
        ("公开日志第128条", "68df 93cc b9b9 823e 5ec2 fcf2 2c5a 5cb7 950d c489 35a5 f606 8491 6227 6ee7 3252"),
    ),
)


def notices(count: int) -> list[InspectionNotice]:
    """Notices to different institutions; every third one from a single bureau."""
    return [
        replace(
            NOTICE,
            number=f"同市监检通〔2025〕{place}号",
            institution_name=f"大同市第{place}机动车检测服务有限公司",
            task_number=f"DT2025-JDC-{place:04d}",
            bureaus=JOINT if place % 3 else JOINT[:1],
            verify_url=f"https://lianchou.example/verify/{place:08d}",
        )
        for place in range(1, count + 1)
    ]
