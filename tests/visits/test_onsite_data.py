"""What devices send: in any order, any number of times, cut off and taken up again; what is refused, and why."""

import base64
import hashlib
import json
import posixpath
import re
from datetime import timedelta
from io import BytesIO
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Role
from campaigns.models.campaign import NoticeWindow
from inspectors.models import Inspector
from tests.factories import accounts, inspectors
from tests.selftest import files
from tests.visits import world
from visits import attending, scheduling, sheet, signing
from visits.models import Activity, Entry, Evidence, Operation, ReportSample, Visit, VisitSignature
from visits.views.onsite import FILES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LINE = "block:people"
FAR_BACK = timedelta(hours=3)


@pytest.fixture
def visit(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    return world.started()


def signed_in(user):
    client = Client(enforce_csrf_checks=False)
    client.force_login(user)
    return client


def officer_of(visit, number=0):
    return world.team(visit.task)[number]


def post(visit, what, body, *, by=None, **headers):
    client = signed_in(by or officer_of(visit))
    return client.post(f"/onsite/visits/{visit.pk}/{what}/", body, content_type="application/json", headers=headers)


def an_entry(line=LINE, *, base=None, settles=(), id=None, **values):
    return {
        "id": str(id or uuid4()), "line": line, "base": base, "values": values, "settles": list(settles),
        "device_at": timezone.now().isoformat(),
    }  # fmt: skip


def send(visit, *entries, by=None):
    return post(visit, "entries", {"device": "手机", "entries": list(entries)}, by=by).json()


def states(answer):
    return [each["state"] for each in answer["results"]]


def drawing():
    picture = Image.new("RGBA", (400, 200), (255, 255, 255, 0))
    ImageDraw.Draw(picture).line([(20, 30), (180, 160), (360, 40)], fill="black", width=6)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"


def sign(visit, signer, name, record, **more):
    return post(visit, "signatures", {"signer": signer, "name": name, "record": record, "drawing": drawing(), **more})


def told_of(content, **more):
    return {
        "id": str(uuid4()), "name": "现场.pdf", "size": len(content), "digest": hashlib.sha256(content).hexdigest(),
        "taken_at": timezone.now().isoformat(), "line": LINE, **more,
    }  # fmt: skip


def put(visit, id, offset, content):
    path = f"/onsite/evidence/{id}/part/?offset={offset}"
    return signed_in(officer_of(visit)).put(path, content, content_type="application/octet-stream")


def test_device_takes_along_all_that_the_visit_needs(visit):
    answer = signed_in(officer_of(visit)).get(f"/onsite/visits/{visit.pk}/data.json").json()

    found = answer["data"]
    assert found["visit"]["task"] == visit.task.number
    assert [line["key"] for line in found["lines"]] == [line.key for line in sheet.lines_of(visit)]
    assert {line["key"]: line["isOwn"] for line in found["lines"]}["matter:M-sthj"] is False
    assert [each["name"] for each in found["team"] if each["enforces"]] == [
        each.name for each in visit.attendees.all() if each.enforces
    ]
    assert [value for value, _ in answer["choices"]["answers"]] == ["sound", "problem", "na", "unchecked"]


def test_list_has_ones_own_visits_only(visit):
    stranger = inspectors.inspector(user=accounts.user("stranger", Role.INSPECTOR, at=world.CITY)).user

    def asked(user):
        return [each["pk"] for each in signed_in(user).get("/onsite/today.json").json()["visits"]]

    assert (asked(officer_of(visit)), asked(stranger)) == ([visit.pk], [])
    assert signed_in(stranger).get(f"/onsite/visits/{visit.pk}/data.json").status_code == 404
    assert post(visit, "entries", {"entries": []}, by=stranger).status_code == 404


def test_guest_officer_may_enter():
    visit = world.planned()
    guest = world.inspector(1, "scjg:140900")
    scheduling.add_guest(visit, guest, by=world.officer())

    assert post(visit, "start", {}, by=guest.user).status_code == 200
    assert states(send(visit, an_entry(answer="sound"), by=guest.user)) == ["applied"]


def test_start_arrives_again_and_counts_once():
    visit = world.planned()
    at = timezone.now() - timedelta(minutes=40)
    body = {"device_at": at.isoformat(), "latitude": 40.076512345, "longitude": 113.3, "reason": ""}

    first, again = post(visit, "start", body), post(visit, "start", {}, by=officer_of(visit, 1))

    visit.refresh_from_db()
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["changed"]["visit"]["state"] == "started"
    assert (visit.device_started_at, str(visit.latitude)) == (at, "40.07651")


@pytest.mark.parametrize(
    "place", [{"latitude": 91, "longitude": 0}, {"latitude": "x", "longitude": 1}, {"latitude": 1}]
)
def test_impossible_place_is_left_out(place):
    visit = world.planned()

    assert post(visit, "start", place).status_code == 200
    visit.refresh_from_db()
    assert visit.latitude is None


def test_start_before_the_notice_is_refused_with_the_rule():
    untold = world.planned(world.notified())
    told_later = world.planned(world.told(hours_ago=1, institution=None))

    first = post(untold, "start", {})
    second = post(told_later, "start", {"device_at": (timezone.now() - FAR_BACK).isoformat()})

    assert (first.status_code, second.status_code) == (422, 422)
    assert "《行政处罚法》第四十四条" in first.json()["words"]
    assert re.search("早于通知书送达.*第四十四条", second.json()["words"])


def test_start_with_an_expired_certificate_is_refused_with_the_rule():
    visit = world.planned(world.told(partner=""))
    yesterday = timezone.localdate() - timedelta(days=1)
    Inspector.objects.filter(user=officer_of(visit)).update(department_certificate_until=yesterday)

    answer = post(visit, "start", {})

    assert answer.status_code == 422
    assert "第四十二条" in answer.json()["words"]


def test_start_outside_the_window_asks_for_a_reason_by_the_time_of_the_device():
    visit = world.planned(world.told(hours_ago=25, notice_window=NoticeWindow.WITHIN_24H))

    now = post(visit, "start", {})
    with_device = post(visit, "start", {"device_at": (timezone.now() - FAR_BACK).isoformat()})

    assert (now.status_code, now.json()["kind"]) == (422, "window")
    assert with_device.status_code == 200


@pytest.mark.parametrize("clock", [timedelta(days=400), -timedelta(days=400)])
def test_wrong_clock_of_a_device_does_not_count(clock):
    visit = world.planned()

    assert post(visit, "start", {"device_at": (timezone.now() + clock).isoformat()}).status_code == 200


def test_entries_in_every_order_and_repeated_end_the_same(visit):
    own = [line.key for line in sheet.lines_of(visit) if line.department == "scjg"]
    for line, order in zip(own, permutations(range(3)), strict=True):
        first = an_entry(line, answer="sound")
        second = an_entry(line, base=first["id"], answer="problem", facts="一份")
        third = an_entry(line, base=second["id"], answer="problem", facts="两份")
        chain = [first, second, third]
        for number in order:
            send(visit, chain[number])
        answer = send(visit, *chain, *reversed(chain))

        assert states(answer)[2] == "applied"
        assert Operation.objects.filter(line=line).count() == 3
        assert answer["entries"][line]["facts"] == "两份"
        assert Entry.objects.get(line=line).facts == "两份"


def test_refused_entry_does_not_stop_the_others(visit):
    answer = send(
        visit, an_entry("matter:nothing", answer="sound"), an_entry(answer="perhaps"), an_entry(answer="sound"),
        an_entry("matter:M-sthj", answer="sound"),
    )  # fmt: skip

    assert states(answer) == ["refused", "refused", "applied", "refused"]
    assert [each["words"][:8] for each in answer["results"] if each["words"]] == [
        "检查表没有这一行",
        "检查情况不在可选",
        "“检查事项 st",
    ]


def test_rival_entry_is_told_to_both_and_settled_by_either(visit):
    mine, theirs = an_entry(answer="sound"), an_entry(answer="problem", facts="社保在别处")
    colleague = officer_of(visit, 1)
    send(visit, mine)

    answer = send(visit, theirs, by=colleague)

    assert states(answer) == ["rival"]
    assert (answer["entries"][LINE]["id"], answer["rivals"][0]["id"]) == (mine["id"], theirs["id"])
    assert (answer["entries"][LINE]["isMine"], answer["rivals"][0]["isMine"]) == (False, True)
    merged = an_entry(base=mine["id"], settles=[theirs["id"]], answer="problem", facts="一人社保在别处")
    settled = send(visit, merged)
    assert (states(settled), settled["rivals"], settled["entries"][LINE]["facts"]) == (
        ["applied"],
        [],
        "一人社保在别处",
    )


def test_texts_are_kept_in_one_normal_form(visit):
    answer = send(visit, an_entry(answer="problem", facts="cafe\u0301\r\n二"))

    assert answer["entries"][LINE]["facts"] == "café\n二"
    assert "café" in signing.record_of(visit)


@pytest.mark.parametrize("facts", ["\ud800", "a\x00b"])
def test_what_is_no_text_is_refused(visit, facts):
    assert states(send(visit, an_entry(answer="problem", facts=facts))) == ["refused"]


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{", '{"entries": 1}', '{"entries": [1]}', '{"entries": [{"id": "x"}]}',
        json.dumps({"entries": [an_entry(answer="sound") | {"device_at": "2025-01-01"}]}),
        json.dumps({"entries": [an_entry(answer="sound") | {"device_at": "0001-01-01T00:00:00Z"}]}),
        json.dumps({"entries": [an_entry(answer="sound") | {"base": 5}]}),
        json.dumps({"entries": [an_entry(answer=1)]}),
        json.dumps({"entries": [an_entry(answer="sound")] * 201}),
    ],
)  # fmt: skip
def test_broken_queue_is_refused_in_words(visit, body):
    answer = post(visit, "entries", body)

    assert answer.status_code == 422
    assert answer.json()["words"]
    assert not Operation.objects.exists()


def test_photo_cut_off_is_resumed(visit):
    content = files.PDF * 20
    cut = len(content) * 99 // 100
    told = told_of(content)
    post(visit, "evidence", told)

    half = put(visit, told["id"], 0, content[:cut]).json()["one"]
    again = post(visit, "evidence", told).json()["one"]
    repeated = put(visit, told["id"], 0, content[:cut]).json()["one"]
    ahead = put(visit, told["id"], cut + 1, content[cut + 1 :]).json()["one"]
    whole = put(visit, told["id"], cut, content[cut:]).json()["one"]
    after = put(visit, told["id"], cut, content[cut:]).json()["one"]

    assert [each["received"] for each in (half, again, repeated, ahead)] == [cut] * 4
    assert (half["isWhole"], whole["isWhole"], after["isWhole"]) == (False, True, True)
    assert Evidence.objects.get().file.read() == content


def test_photo_that_came_through_damaged_is_refused_and_can_be_sent_anew(visit):
    content = files.PDF
    told = told_of(content)
    post(visit, "evidence", told)

    spoilt = put(visit, told["id"], 0, content[:-1] + b"?")

    assert (spoilt.status_code, spoilt.json()["words"]) == (422, "文件在传输中损坏，请重新上传。")
    assert put(visit, told["id"], 0, content).json()["one"]["isWhole"]


def test_photo_is_not_what_it_says_or_too_large(visit):
    fake = told_of(b"not a picture", name="现场.jpg")
    post(visit, "evidence", fake)

    assert put(visit, fake["id"], 0, b"not a picture").status_code == 422
    assert post(visit, "evidence", told_of(b"x", size=11 * 1024 * 1024)).status_code == 422
    assert post(visit, "evidence", told_of(b"x", id="no")).status_code == 422
    assert put(visit, fake["id"], "-1", b"x").status_code == 422


def test_record_signed_offline_is_kept_with_what_changed_since(visit):
    world.fill(visit)
    record = signing.record_of(visit)
    names = [each.name for each in visit.attendees.all() if each.enforces]
    for name in names[:2]:
        assert sign(visit, "officer", name, record).status_code == 200
    send(visit, an_entry(base=str(Entry.objects.get(line=LINE).operation_id), answer="problem", facts="后来发现"))

    late = sign(visit, "institution", "高振华", record)
    sign(visit, "institution", "高振华", record)

    assert [each["changed"] for each in late.json()["changed"]["signatures"]] == [[LINE]] * 3
    assert VisitSignature.objects.count() == 3
    refused = post(visit, "end", {"outcome": "inspected"})
    assert (refused.status_code, "签字后记录又有变动" in refused.json()["words"]) == (422, True)
    ended = {"outcome": "inspected", "opinion": "无异议", "changes": "返程途中补记"}
    assert post(visit, "end", ended).json()["changed"]["visit"]["outcomeLabel"] == "已实施检查"


@pytest.mark.parametrize("record", ["", "{}", "[", '{"entries":[],"evidence":[],"task":"other","visit":1}', "[" * 5000])
def test_signature_under_another_record_is_refused(visit, record):
    name = visit.attendees.first().name

    answer = sign(visit, "officer", name, record)

    assert answer.status_code == 422
    assert "不是本次检查的记录" in answer.json()["words"]


def test_signature_of_a_stranger_or_without_a_line_is_refused(visit):
    record = signing.record_of(visit)

    assert "不是本次检查的执法检查人员" in sign(visit, "officer", "路人甲", record).json()["words"]
    assert "签名" in sign(visit, "institution", "高振华", record, drawing="").json()["words"]


def test_refusal_before_a_witness_ends_the_visit(visit):
    world.fill(visit)
    record = signing.record_of(visit)
    for name in [each.name for each in visit.attendees.all() if each.enforces][:2]:
        sign(visit, "officer", name, record)
    sign(visit, "institution", "", record, refused=True, words="不认可记录")

    without = post(visit, "end", {"outcome": "inspected"})
    sign(visit, "witness", "赵清风", record)

    assert "须有见证人签字" in without.json()["words"]
    assert post(visit, "end", {"outcome": "inspected"}).status_code == 200


def test_end_names_the_lines_without_an_answer_and_counts_once(visit):
    refused = post(visit, "end", {"outcome": "inspected"})

    assert (refused.status_code, refused.json()["kind"]) == (422, "unanswered")
    assert set(refused.json()["lines"]) == {line.key for line in sheet.lines_of(visit)}
    world.fill(visit)
    world.sign_all(visit)
    first, again = (post(visit, "end", {"outcome": "inspected"}).json() for _ in range(2))
    assert first["changed"]["visit"]["endedAt"] == again["changed"]["visit"]["endedAt"]


def test_nothing_is_entered_after_the_end():
    visit = world.ended()

    assert states(send(visit, an_entry(answer="problem", facts="晚了", base=None))) == ["refused"]
    assert post(visit, "evidence", told_of(b"x")).status_code == 422
    assert post(visit, "judge", {"number": "R-1", "severity": ""}).status_code == 422


def test_sample_asked_for_again_is_the_same(visit):
    body = {"register": [f"R-{number}" for number in range(40)], "count": 5, "words": "今天下雪", "period": "2025年"}

    first, again = (post(visit, "sample", body).json()["changed"]["sample"] for _ in range(2))
    other = post(visit, "sample", body | {"words": "别的"})

    assert first == again
    assert (other.status_code, ReportSample.objects.count(), len(first["chosen"])) == (422, 1, 5)
    judged = {"number": first["chosen"][0], "severity": "beyond", "facts": "项目不在附表"}
    found = [post(visit, "judge", judged).json()["changed"]["sample"]["checked"] for _ in range(2)]
    assert found == [{first["chosen"][0]: {"severity": "beyond", "facts": "项目不在附表"}}] * 2
    assert post(visit, "judge", {"number": "R-99", "severity": ""}).status_code == 422


def test_activity_told_again_is_one_and_its_result_may_come_after_the_visit(visit):
    body = {"kind": "blind_sample", "subject": "水样 A，化学需氧量", "result": "pending", "words": ""}
    for _ in range(2):
        post(visit, "activities", body)
    world.fill(visit)
    world.sign_all(visit)
    attending.end_visit(visit, outcome="inspected", by=officer_of(visit))

    late = post(visit, "activities", body | {"result": "failed", "words": "超差 30%"})

    assert [each["resultLabel"] for each in late.json()["changed"]["activities"]] == ["不合格"]
    assert Activity.objects.count() == 1
    assert post(visit, "activities", body | {"subject": "新样", "result": "passed"}).status_code == 422
    assert post(visit, "activities", body | {"result": "passed", "words": ""}).status_code == 422


def test_what_another_account_kept_on_the_device_is_not_taken(visit):
    other = officer_of(visit, 1)

    answer = post(
        visit, "entries", {"entries": [an_entry(answer="sound")]}, by=other, **{"X-Kept-By": str(officer_of(visit).pk)}
    )

    assert answer.status_code == 401
    assert not Operation.objects.exists()


def test_signed_out_device_is_sent_to_sign_in_and_a_missing_token_is_refused(visit):
    path = f"/onsite/visits/{visit.pk}/entries/"
    body = {"entries": [an_entry(answer="sound")]}
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer_of(visit))

    assert Client().post(path, body, content_type="application/json").status_code == 302
    assert strict.post(path, body, content_type="application/json").status_code == 403
    token = strict.get("/onsite/pulse.json").json()["token"]
    answer = strict.post(path, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert states(answer.json()) == ["applied"]


def test_pages_keep_all_their_files_for_offline():
    modules = [name for name in FILES if name.endswith(".js") and not name.startswith("vendor/")]
    sources = {name: Path(finders.find(name)).read_text(encoding="utf-8") for name in modules}
    imported = {
        posixpath.normpath(f"{posixpath.dirname(name)}/{path}")
        for name, source in sources.items()
        for path in re.findall(r'from "(\.[^"]+)"', source)
    }

    assert imported <= set(FILES)


def test_worker_and_manifest_are_open_to_everybody():
    worker, manifest = Client().get("/onsite/worker.js"), Client().get("/onsite/manifest.webmanifest")

    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "/static/js/onsite/app.js" in worker.content.decode()
    assert (manifest.json()["scope"], manifest.json()["start_url"]) == ("/onsite/", "/onsite/")


def test_ended_visit_of_yesterday_is_not_taken_along():
    visit = world.ended()
    Visit.objects.filter(pk=visit.pk).update(ended_at=timezone.now() - timedelta(days=2))

    assert signed_in(officer_of(visit)).get("/onsite/today.json").json()["visits"] == []
