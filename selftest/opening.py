"""Opening a round takes long enough for a worker: one job a round."""

from accounts.models import User
from jobs.models import Job
from jobs.services import start_job
from selftest import rounds
from selftest.asked import newcomers
from selftest.models import Round
from selftest.states import RoundState

OPEN_JOB = "selftest.open_round"


def ask_to_open(round: Round, *, by: User) -> Job:
    """The job that opens the round; the same one while it runs."""
    return start_job(OPEN_JOB, f"启动自查：{round.title}", by=by, parameters={"round": round.pk}, key=job_key(round.pk))


def latest_job(round: int) -> Job | None:
    return Job.objects.filter(key=job_key(round)).order_by("-pk").first()


def job_key(round: int) -> str:
    return f"{OPEN_JOB}:{round}"


def why_not_open(round: Round) -> str:
    """What stands in the way, as a sentence; empty if nothing does."""
    if round.campaign.is_practice:
        return rounds.PRACTICE
    if round.state == RoundState.CLOSED:
        return "本轮自查已经结束。"
    if round.state == RoundState.DRAFT and round.is_over:
        return "截止日期已经过去，请先修改截止日期。"
    if not newcomers(round):
        return "范围内没有需要自查的机构。" if round.state == RoundState.DRAFT else "范围内的机构都已经在本轮自查中。"
    return ""
