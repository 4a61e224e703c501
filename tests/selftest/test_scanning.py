"""The scanner's own protocol, spoken by a tiny clamd that knows one virus."""

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from accounts import scanning
from accounts.models import AuditEvent
from campaigns.errors import CampaignError
from campaigns.evidence import check_evidence
from selftest import attaching
from selftest.errors import SelfCheckError
from selftest.models import Attachment, Materials
from tests.selftest import files, world

VIRUS = b"X5O!P%@AP-not-a-real-virus"


class Clamd(socketserver.StreamRequestHandler):
    """Answers nINSTREAM: chunks led by their length, ended by an empty one."""

    def handle(self) -> None:
        assert self.rfile.readline() == b"nINSTREAM\n"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.seen.append(content)
        found = b"Eicar-Test-Signature FOUND" if VIRUS in content else b"OK"
        self.wfile.write(self.server.answer or b"stream: " + found + b"\n")


@contextmanager
def serving(server: socketserver.BaseServer, answer: bytes = b"") -> Iterator[socketserver.BaseServer]:
    server.seen, server.answer = [], answer
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clamd(settings) -> Iterator[socketserver.BaseServer]:
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Clamd)) as server:
        settings.CLAMD = "{}:{}".format(*server.server_address)
        yield server


def test_clean_content_passes_whole_and_a_virus_is_named(clamd):
    content = bytes(range(256)) * 5000

    scanning.scan(content)
    with pytest.raises(scanning.Infected) as found:
        scanning.scan(content + VIRUS + content)

    assert clamd.seen == [content, content + VIRUS + content]
    assert found.value.signature == "Eicar-Test-Signature"


def test_scanner_is_reached_by_a_unix_socket_too(settings, tmp_path):
    settings.CLAMD = str(tmp_path / "clamd.ctl")
    with serving(socketserver.UnixStreamServer(settings.CLAMD, Clamd)), pytest.raises(scanning.Infected):
        scanning.scan(VIRUS)


def test_without_a_scanner_nothing_is_asked(settings):
    settings.CLAMD = ""
    scanning.scan(VIRUS)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/no/such/clamd.ctl", "no-port", "127.0.0.1:x"])
def test_scanner_that_cannot_be_reached_lets_nothing_pass(settings, address):
    settings.CLAMD = address
    with pytest.raises(scanning.ScannerUnavailable, match="暂时不可用"):
        scanning.scan(b"clean")


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\n", b"stream: Can't allocate memory ERROR\n", b"\n", b"hello\n", b"\xff\n"]
)  # fmt: skip
def test_scanner_that_does_not_say_clean_lets_nothing_pass(settings, answer):
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Clamd), answer) as server:
        settings.CLAMD = "{}:{}".format(*server.server_address)
        with pytest.raises(scanning.ScannerUnavailable):
            scanning.scan(b"clean")


@pytest.mark.django_db
def test_infected_evidence_is_refused_and_put_on_record(clamd, media_root: Path):
    self_check = world.begun(materials=Materials.UPLOADED)
    with pytest.raises(SelfCheckError, match="没有接收"):
        attaching.attach(self_check, 1, 0, "执照.pdf", files.PDF + VIRUS, by=world.clerk(self_check))
    attaching.attach(self_check, 1, 0, "执照.pdf", files.PDF, by=world.clerk(self_check))

    event = AuditEvent.objects.get(action="selftest.infected")
    assert (event.actor, event.facts["signature"]) == (world.clerk(self_check), "Eicar-Test-Signature")
    assert Attachment.objects.count() == 1
    with pytest.raises(CampaignError, match="没有接收"):
        check_evidence("照片.pdf", files.PDF + VIRUS)


@pytest.mark.django_db
def test_evidence_is_refused_while_the_scanner_is_away(settings, media_root: Path):
    settings.CLAMD = "127.0.0.1:1"
    self_check = world.begun(materials=Materials.UPLOADED)
    with pytest.raises(SelfCheckError, match="暂时不可用"):
        attaching.attach(self_check, 1, 0, "执照.pdf", files.PDF, by=world.clerk(self_check))

    assert (Attachment.objects.count(), list(media_root.rglob("*.*"))) == (0, [])
