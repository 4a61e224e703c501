"""Another process, with surroundings of its own, that draws the same things and tells the digests of what came out.

`python -m tests.campaigns.draw.elsewhere [shuffled] [dated]` prints JSON. A digest is the SHA-256 of the transcript's
text with a proof, the preview and the verification that belong to it.
"""

import hashlib
import json
import locale
import sys
import time
from contextlib import suppress
from datetime import datetime
from random import Random

import time_machine

from campaigns import draw as engine
from tests.campaigns.draw.invented import OPTIONS, make_staffed_sheet
from tests.campaigns.draw.vectors import NAMES, options_of, read_vector

INVENTED = tuple(f"invented {number}" for number in range(5))
CASES = (*NAMES, *INVENTED)
ORDERS = range(3)
DATED = ("scarce", "seats", "invented 2")
LOTTO_DAYS = ("2010-05-27T21:00:00", "2026-11-23T09:00:00", "2027-12-29T09:00:00")  # when Hot Lotto's draws were bent
MOMENTS = (
    *LOTTO_DAYS,
    *(f"{year}-12-31T23:59:59" for year in (1999, 2024, 2025, 2026, 2027, 2037)),
    *(f"{year}-02-29T12:00:00" for year in (2000, 2024, 2028, 2096)),
    *(f"{year}-01-01T00:00:00" for year in (1971, 2000, 2026, 2027)),
    "2026-02-28T23:59:59",
    "2026-03-01T00:00:00",
    "2026-10-01T08:00:00",
    "2025-09-10T09:00:00",  # when most of the examples were frozen
    "2038-01-19T03:14:08",
    "2106-02-07T06:28:16",
)


def draw_of(name):
    """The sheet and the options of a vector, or of an invented draw."""
    if name.startswith("invented "):
        return make_staffed_sheet(Random(name)), OPTIONS
    return read_vector(f"{name}.sheet.json"), options_of(name)


def digest_of(name, order=0):
    """The digest of the draw from entries in one of many orders, of which 0 is the sheet's own."""
    sheet, options = draw_of(name)
    for key in ("institutions", "inspectors") if order else ():
        sheet[key] = Random(f"{key} {order}").sample(sheet[key], len(sheet[key]))
    try:
        text = text_of(sheet, options)
    except engine.Refused as refusal:  # by an engine that was bent on purpose: its teams fit no substitution
        text = str(refusal)
    return hashlib.sha256(text.encode()).hexdigest()


def text_of(sheet, options):
    transcript = engine.run(sheet, **options)
    proof = engine.prove(transcript, transcript["institutions"][0]["id"])
    said = [proof, str(engine.verify(transcript)), str(engine.preview(sheet))]
    return engine.dump(transcript) + json.dumps(said, ensure_ascii=False)


def draw_at(moment):
    """{case: digest} while the clock stands still at the moment, in this process's own time zone."""
    with time_machine.travel(datetime.fromisoformat(moment).astimezone(), tick=False):
        if {time.strftime("%Y-%m-%d"), str(datetime.now().date())} != {moment[:10]}:
            raise RuntimeError(f"the clock does not stand at {moment}")
        return {name: digest_of(name) for name in DATED}


def main(parts):
    with suppress(locale.Error):  # one this machine does not have; the variables are set all the same
        locale.setlocale(locale.LC_ALL, "")
    told = {"engine": engine.__file__, "time zone": time.tzname[0]}
    if "shuffled" in parts:
        told["shuffled"] = {name: sorted({digest_of(name, order) for order in ORDERS}) for name in CASES}
    if "dated" in parts:
        told["dated"] = {moment: draw_at(moment) for moment in MOMENTS}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
