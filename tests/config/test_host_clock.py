"""A host whose clock is two days off, as PostgreSQL tells it; on SQLite there is no second clock to ask."""

from datetime import timedelta

import pytest
import time_machine
from celery.exceptions import Reject
from django.db import connection
from django.utils import timezone

from config import host_clock
from config.celery import app

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def _asks_the_database(settings, monkeypatch):
    settings.CLOCK_TOLERANCE_SECONDS = 60
    monkeypatch.setattr(host_clock, "host_clock", host_clock.HostClock())


@pytest.fixture(params=[-2, 2])
def _two_days_off(request, _asks_the_database):
    with time_machine.travel(timezone.now() + timedelta(days=request.param)):
        yield


@pytest.mark.usefixtures("_two_days_off")
def test_pages_of_a_host_with_a_wrong_clock_answer_503(client):
    answer = client.get("/public/draws/")

    if connection.vendor == "postgresql":
        assert answer.status_code == 503
        assert "这台服务器的时钟不准" in answer.content.decode()
    else:
        assert answer.status_code == 200
    assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("_asks_the_database")
def test_pages_of_a_host_in_time_are_served(client):
    assert client.get("/public/draws/").status_code == 200


@pytest.mark.usefixtures("_two_days_off")
def test_workers_and_clocks_with_a_wrong_clock_do_not_start():
    if connection.vendor != "postgresql":
        assert host_clock.end_with_wrong_clock() is None
        return
    with pytest.raises(SystemExit, match="the clock of this host is wrong"):
        host_clock.end_with_wrong_clock()


@pytest.mark.usefixtures("_two_days_off")
def test_a_task_goes_back_to_the_queue(monkeypatch):
    told: list[str] = []

    def shut_down(destination: list[str]) -> None:
        told.extend(destination)

    monkeypatch.setattr(app.control, "shutdown", shut_down)
    task = app.tasks["campaigns.tasks.tell_head"]
    task.push_request(called_directly=False, hostname="celery@here")
    try:
        if connection.vendor == "postgresql":
            with pytest.raises(Reject):
                task()
            assert told == ["celery@here"]
        else:
            assert task() is None
    finally:
        task.pop_request()
