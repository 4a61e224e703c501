"""Messages to the workers. They carry a job's id and may be lost, doubled, late or forged: the job's row decides."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models.functions import Now
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError

from jobs.kinds import GRACE_SECONDS, kind_of
from jobs.models import Job

IMPATIENTLY = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
"""A person is waiting: a broker that is down or hangs costs a second, not the queue library's usual seven."""

REST_SECONDS = 5
"""After a failure this process leaves messages to the sweeper for so long: one person waits a second, not everybody."""

_unreachable = (BrokerDown, RedisError, OSError)


class Broker:
    """Whether it is worth trying; each process finds out for itself."""

    def __init__(self) -> None:
        self.rests_until = 0.0

    @property
    def rests(self) -> bool:
        return time.monotonic() < self.rests_until

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Raises what the broker raises, and rests then."""
        try:
            with current_app.connection_for_write(transport_options=IMPATIENTLY) as connection:
                yield connection
        except _unreachable:
            self.rests_until = time.monotonic() + REST_SECONDS
            raise
        self.rests_until = 0.0


broker = Broker()


def send(job: Job) -> bool:
    """Tell the workers; False when the broker is down: the sweeper sends it later."""
    return not broker.rests and send_all([job]) == 1


def send_all(jobs: Iterable[Job]) -> int:
    """Returns how many were sent before the broker refused."""
    sent = 0
    try:
        with broker.connected() as connection:
            for job in jobs:
                _send(job, connection)
                sent += 1
    except _unreachable:
        pass
    return sent


def _send(job: Job, connection: Connection) -> None:
    seconds = kind_of(job.kind).seconds
    limits: dict[str, Any] = {"soft_time_limit": seconds, "time_limit": seconds + 2 * GRACE_SECONDS}
    current_app.send_task("jobs.tasks.run", [job.pk], queue=job.queue, retry=False, connection=connection, **limits)
    Job.objects.filter(pk=job.pk).update(sent_at=Now())


def messages_waiting() -> dict[str, int] | None:
    """How many messages each queue holds that no worker has taken; None when the broker does not answer."""
    try:
        with broker.connected() as connection:
            channel: Any = connection.channel()
            return {name: channel.queue_declare(queue=name).message_count for name in settings.JOB_QUEUES}
    except _unreachable:
        return None
