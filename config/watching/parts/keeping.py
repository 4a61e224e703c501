"""What keeps the system safe over time: backups, the public log's head outside, queries that do not grow slow."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from campaigns import anchors, heads, publiclog
from config.upkeep.last import LATE_AFTER, last_backup
from config.watching import slow
from config.watching.parts.part import Level, Part, large, long

TOLD_WITHIN = timedelta(hours=24)


def backup() -> Part:
    last = last_backup()
    advice = "运行 manage.py backup，并安排每天一次、存到另一台机器（docs/how-to/backup.md）。"
    if last.made is None:
        words = f"备份没有成功过：{last.failure}" if last.failed_at else "未发现备份记录。"
        return Part(Level.BROKEN if settings.PRODUCTION or last.failed_at else Level.ATTENTION, words, advice)
    facts = [("最近一次", f"{timezone.localtime(last.made):%Y-%m-%d %H:%M}"), ("大小", large(last.size))]
    if last.has_failed_since:
        return Part(Level.BROKEN, f"最近一次备份失败：{last.failure}", advice, facts)
    if last.is_late:
        return Part(Level.ATTENTION, f"超过 {long(LATE_AFTER)}没有新的备份。", advice, facts)
    return Part(Level.OK, f"{long(timezone.now() - last.made)}前做过备份。", facts=facts)


def log_head() -> Part:
    """How far somebody outside knows the public log."""
    head = publiclog.head()
    if head.number == 0:
        return Part(Level.OK, "公开日志还没有记录。")
    told = [
        each for each in anchors.all_anchors() if each.origin.startswith((heads.MAILED, heads.STAMPED, heads.ENTERED))
    ]
    furthest = max((each.number for each in told), default=0)
    facts = [("日志条数", str(head.number)), ("外部已知", f"第 {furthest} 条" if furthest else "无")]
    if furthest < head.number:
        return Part(
            Level.ATTENTION,
            "公开日志的末条摘要还没有告知外部。",
            "配置 LOG_MAIL_TO 或 TIMESTAMP_URL；也可以抄下“公开日志锚点”页的摘要，交监督人员保存。",
            facts,
        )
    return Part(Level.OK, "公开日志的末条摘要外部已有留存。", facts=facts)


def slow_queries() -> Part:
    seen = slow.last_hour()
    if not seen.count:
        return Part(Level.OK, "最近一小时没有慢查询。")
    facts = [("次数", str(seen.count)), ("最慢", f"{seen.longest / 1000:.1f} 秒")]
    return Part(
        Level.ATTENTION,
        f"最近一小时约有 {seen.count} 次慢查询。",
        "在日志里查找 slow_query，把语句和时间告诉开发人员；同时看数据库服务器的负载。",
        facts,
    )
