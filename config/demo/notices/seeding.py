"""`seed_demo --notice …`: one notice's demo in an empty database, up to a stage, on the days of the notice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from config.demo.notices import datong, jincheng, national, shanxi, xinzhou
from config.demo.notices.opening import open_place
from config.demo.notices.stages import Say, Show, StageReached
from config.demo.passwords import hashed_once
from config.demo.visits.cast import Cast
from config.demo.visits.clock import at, turned_clock


@dataclass(frozen=True, slots=True)
class Notice:
    """`day`: to which its visits are counted; `fill` enters the pools, `play` the campaign up to the stage."""

    title: str
    place: str
    day: date
    fill: Callable[[Mapping[str, User], int | None], None]
    play: Callable[[Show, Say], None]


NOTICES = {
    "datong-2025": Notice("大同市 2025 年度", "datong", datong.DAY, datong.fill, datong.play),
    "shanxi-2024": Notice("山西省 2024 年", "shanxi", shanxi.DAY, shanxi.fill, shanxi.play),
    "national-2023": Notice("全国 2023 年度", "national", national.DAY, national.fill, national.play),
    "jincheng-2022": Notice("晋城市 2022 年", "jincheng", jincheng.DAY, jincheng.fill, jincheng.play),
    "xinzhou-2023": Notice("忻州市 2023 年度", "xinzhou", xinzhou.DAY, xinzhou.fill, xinzhou.play),
}


def seed_notice(name: str, stage: str, say: Say, *, visits: int | None = None) -> None:
    """`visits`: at most so many institutions are visited, None for as many as the demo has."""
    notice = NOTICES[name]
    with hashed_once(), turned_clock() as clock:
        clock.turn_to(at(date(notice.day.year, 1, 4), "09:00"))
        say("行政区划、部门、机关单位、领域、抽查事项和账号")
        accounts = open_place(name)
        say("检查对象名录库和检查人员名录库")
        notice.fill(accounts, visits)
        cast = Cast(accounts, at(notice.day, "17:30"), notice.place)
        say(f"{notice.title}：{stage}")
        notice.play(Show(cast, clock, StageReached.named(stage), visits), say)
