"""Who does the work, and what waits to be done."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone

from config.upkeep import databases
from config.watching.models import SEEN_WITHIN, Heartbeat
from config.watching.parts.part import Level, Part, long
from jobs.models import Failure, Job, JobQueue
from jobs.overview import QueueFigures, failed_lately, queue_figures

AHEAD_SECONDS = 2
FAR_AHEAD_SECONDS = 30


def workers() -> Part:
    labels: dict[str, str] = dict(JobQueue.choices)
    alive = list(Heartbeat.objects.alive().filter(kind=Heartbeat.Kind.WORKER))
    served = {queue for each in alive for queue in each.queues}
    without = [labels[queue] for queue in settings.JOB_QUEUES if queue not in served]
    facts = [(each.name, "、".join(labels.get(queue, queue) for queue in each.queues)) for each in alive]
    advice = "查看 worker 服务是否在运行（docker compose ps、docker compose logs worker-documents 等），必要时重启。"
    if not alive:
        words = f"{long(SEEN_WITHIN)}内没有看到任何工作进程：抽取、生成文件、发邮件都在等。"
        return Part(Level.BROKEN, words, advice)
    if without:
        return Part(Level.BROKEN, f"没有工作进程处理：{'、'.join(without)}。", advice, facts)
    return Part(Level.OK, f"{len(alive)} 个工作进程在运行。", facts=facts)


def clock() -> Part:
    last = Heartbeat.objects.filter(kind=Heartbeat.Kind.CLOCK).aggregate(last=Min("seen_at"))["last"]
    alive = Heartbeat.objects.alive().filter(kind=Heartbeat.Kind.CLOCK)
    running = alive.count()
    if not running:
        ago = f"，最近一次是 {long(databases.now() - last)}前" if last else ""
        return Part(
            Level.BROKEN,
            f"定时器没有在运行{ago}：到期公布、提醒、补发任务都停着。",
            "查看 beat 服务是否在运行，必要时重启。",
        )
    if running > 1:
        return Part(Level.ATTENTION, f"有 {running} 个定时器同时运行。", "只保留一个 beat 服务，否则会重复提醒。")
    return Part(Level.OK, "定时器在运行。")


def waiting() -> Part:
    now = databases.now()
    facts = [(figures.queue.label, _in_words(figures, now)) for figures in queue_figures()]
    stuck = Job.objects.needing_attention().count()
    if stuck:
        return Part(
            Level.ATTENTION,
            f"有 {stuck} 个任务等了一分钟以上还没有人做。",
            "先看上面的“工作进程”和“队列服务”；都正常时说明任务太多，可增加 worker。",
            facts,
        )
    return Part(Level.OK, "没有积压的任务。", facts=facts)


def _in_words(figures: QueueFigures, now: datetime) -> str:
    since = f"，最久已等 {long(figures.age(now))}" if figures.age(now) else ""
    return f"等待 {figures.waiting}，进行中 {figures.running}{since}"


def failed() -> Part:
    """What ended for a reason of ours; what a business rule refuses is the owner's matter."""
    counts = dict(failed_lately().order_by().values_list("failure").annotate(Count("pk")))
    if not counts:
        return Part(Level.OK, "24 小时内没有因系统原因失败的任务。")
    facts = [(Failure(kind).label, f"{count} 个") for kind, count in counts.items()]
    return Part(
        Level.ATTENTION,
        f"24 小时内有 {sum(counts.values())} 个任务因系统原因没有完成，需要处理。",
        "在“后台任务”里查看原因，排除后重试；任务编号可用来查日志。",
        facts,
    )


def hosts() -> Part:
    alive = list(Heartbeat.objects.alive())
    off = {each.host: each.ahead_milliseconds / 1000 for each in sorted(alive, key=_distance)}
    facts = [
        (host, f"快 {seconds:.1f} 秒" if seconds >= 0 else f"慢 {-seconds:.1f} 秒") for host, seconds in off.items()
    ]
    facts.append(("数据库时间", f"{timezone.localtime(databases.now()):%Y-%m-%d %H:%M:%S}"))
    return _told(off.values(), facts)


def _distance(each: Heartbeat) -> int:
    return abs(each.ahead_milliseconds)


def _told(seconds: Iterable[float], facts: list[tuple[str, str]]) -> Part:
    most = max((abs(each) for each in seconds), default=0)
    advice = "在每台主机上启用时间同步（chrony），与数据库主机用同一个时间源。"
    if most > FAR_AHEAD_SECONDS:
        return Part(Level.BROKEN, f"各主机的时钟相差 {long(most)}，动态口令和期限会出错。", advice, facts)
    if most > AHEAD_SECONDS:
        return Part(Level.ATTENTION, f"各主机的时钟相差 {most:.1f} 秒。", advice, facts)
    return Part(Level.OK, "各主机的时钟一致。", facts=facts)
