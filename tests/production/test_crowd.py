"""The virtual users themselves: what they note, and what counts as lost."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from tests.production.crowd import NO_ANSWER, Answer, Crowd, Page, Person, lost_writes
from tests.production.deeds import EditInstitution, SaveItem, Written, values_of
from tests.production.figures import by_kind

FORM = """<form method="post" class="search"><input name="q"></form>
<form method="post"><input type="hidden" name="token" value="t"><input name="contact" value="赵清风">
<select name="county"><option value="1">甲</option><option value="2" selected>乙</option></select>
<input type="radio" name="state" value="a"><input type="radio" name="state" value="b" checked>
<textarea name="address">迎宾街</textarea></form>"""


class Site(BaseHTTPRequestHandler):
    """Answers as the real one does; /broken ends in the middle."""

    stored: dict[str, str] = {}

    def do_GET(self) -> None:
        if self.path == "/broken":
            self.connection.close()
            return
        self.answer(404 if self.path == "/missing" else 200, FORM)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.stored[self.path] = (sent.get("contact") or sent["description"])[0]
        revision = int(sent.get("base", ["0"])[0]) + 1
        self.answer(302 if self.path.endswith("/edit/") else 200, json.dumps({"revision": revision}))

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: tests are quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    Site.stored.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_crowd_notes_every_answer_and_what_it_was_told_is_saved(url):
    people = [
        Person("public", [Page("front", "/"), Page("missing", "/missing"), Page("broken", "/broken")]),
        Person("portal", [], {"session": "s"}, [SaveItem(3, 1, 7)], 1.0),
        Person("officer", [], {"session": "s"}, [EditInstitution(9)], 1.0),
    ]
    crowd = Crowd([url, url], people, rate=150, probe="/healthz")

    crowd.start()
    until = time.monotonic() + 20
    while {200, 302, 404, NO_ANSWER} - set(crowd.count_by_status()) and time.monotonic() < until:
        time.sleep(0.05)
    crowd.stop()

    stored = {
        "selftest.answer 3:1": Site.stored["/my/selfchecks/3/items/1/save/"],
        "institutions.contact 9": Site.stored["/institutions/9/edit/"],
    }
    assert set(crowd.count_by_status()) == {200, 302, 404, NO_ANSWER}
    assert {answer.kind for answer in crowd.answers} == {
        "public", "portal write", "officer", "officer write", "trivial"
    }  # fmt: skip
    assert {each.place for each in crowd.acknowledged} == set(stored)
    assert lost_writes(crowd, stored) == []
    assert {each.place for each in lost_writes(crowd, {})} == set(stored)


@pytest.mark.parametrize(
    ("stored", "lost"),
    [("b", []), ("c", []), ("a", ["b"]), ("z", ["b"])],
    ids=["the last acknowledged", "sent later without an answer", "an earlier one", "something else"],
)
def test_last_acknowledged_write_or_a_later_one_has_to_stand(stored, lost):
    crowd = Crowd([], [], rate=1)
    crowd.written = [
        Written("p", "a", True),
        Written("p", "b", True),
        Written("p", "c", False),
        Written("q", "d", False),
    ]

    assert [each.value for each in lost_writes(crowd, {"p": stored})] == lost


def test_form_is_sent_as_a_browser_would():
    assert values_of(FORM) == {"token": "t", "contact": "赵清风", "county": "2", "state": "b", "address": "迎宾街"}


def test_times_are_measured_by_the_trivial_view():
    answers = [
        Answer("trivial", "/healthz", "GET", 200, 4.0, 0, "/healthz"),
        Answer("public", "front", "GET", 200, 18.0, 0, "/"),
        Answer("portal write", "save", "POST", 200, 40.0, 0, "/"),
        Answer("officer write", "edit", "POST", 302, 80.0, 0, "/"),
    ]

    found = {line.name: (line.ratio, line.is_held) for line in by_kind(answers, {"public": 5, "writes": 15})}

    assert found == {"trivial": (1.0, True), "public": (4.5, True), "writes": (20.0, False)}
