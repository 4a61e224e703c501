"""Heads of the public log made known outside: by mail, by time stamp, by hand, and on every notice."""

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rfc3161_client import VerificationError

from accounts.models import AuditEvent
from campaigns import anchors, drawing, heads, notices, publiclog, transitions
from campaigns import draw as engine
from campaigns.anchors import Anchor, LogNotTrusted
from tests.campaigns import datong
from tests.campaigns.test_anchors import planned, ready
from tests.factories import accounts


@pytest.fixture
def frozen(db):
    datong.pool(vehicle=3, eco=0, food=0)
    datong.officers(city=4, police=2, ecology=2, county=2)
    return datong.freeze(datong.agreed(planned("140200-2025-1")))


def test_head_is_mailed_once_to_those_who_watch_the_region(frozen, settings, mailoutbox):
    settings.LOG_MAIL_TO = ["140200=city@example.cn", "140000=province@example.cn", "140900=other@example.cn"]
    settings.PUBLIC_URL = "https://chou.example.gov.cn"

    assert [heads.mail_head(), heads.mail_head()] == [2, 0]

    assert [mail.to for mail in mailoutbox] == [["city@example.cn"], ["province@example.cn"]]
    head = publiclog.head()
    assert mailoutbox[0].subject == "抽取公开日志第 1 条"
    assert head.digest in mailoutbox[0].body.replace(" ", "")
    assert "https://chou.example.gov.cn/public/log/" in mailoutbox[0].body
    assert [(each.number, each.digest, each.origin) for each in anchors.all_anchors()] == [
        (1, head.digest, "电子邮件 2 人")
    ]
    datong.commit(frozen)
    assert heads.mail_head() == 2
    assert [each.number for each in anchors.all_anchors()] == [1, 3]


def test_nothing_is_mailed_or_stamped_unless_configured(frozen, mailoutbox):
    heads.tell()
    assert mailoutbox == []
    assert anchors.all_anchors() == []


def test_mail_that_cannot_be_sent_is_tried_again(frozen, settings, mailoutbox):
    settings.LOG_MAIL_TO = ["140200=city@example.cn"]
    settings.EMAIL_PORT, to_memory = 1, settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    heads.tell()
    assert anchors.all_anchors() == []
    settings.EMAIL_BACKEND = to_memory
    heads.tell()
    assert len(mailoutbox) == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority of our own on this machine; its certificate beside it as tsa.crt."""
    folder = tmp_path_factory.mktemp("tsa")
    make_authority(folder)
    handler = type("Handler", (Stamps,), {"folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()


TSA = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def make_authority(folder: Path) -> None:
    (folder / "tsa.cnf").write_text(TSA.format(folder=folder))
    (folder / "serial").write_text("01\n")
    openssl(folder, "req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=Test-CA -keyout ca.key -out ca.crt")
    openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=Test-TSA -keyout tsa.key -out tsa.csr")
    sign = "x509 -req -in tsa.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out tsa.crt"
    openssl(folder, f"{sign} -extfile tsa.cnf -extensions stamping")


def openssl(folder: Path, arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments.split()], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class Stamps(BaseHTTPRequestHandler):
    folder: Path

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        (self.folder / "query.tsq").write_bytes(query)
        openssl(self.folder, "ts -reply -config tsa.cnf -queryfile query.tsq -out answer.tsr")
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write((self.folder / "answer.tsr").read_bytes())

    def log_message(self, *arguments: object) -> None:
        pass


def test_head_is_time_stamped_so_that_others_can_verify_it(frozen, settings, authority):
    settings.TIMESTAMP_URL, folder = authority
    settings.TIMESTAMP_CERTIFICATES = str(folder / "ca.crt")

    path = heads.stamp_head()

    head = publiclog.head()
    assert path.name == "log-head-1.tsr"
    verified = openssl(folder, f"ts -verify -digest {head.digest} -in {path} -CAfile ca.crt")
    assert b"OK" in verified
    assert [(each.number, each.digest, each.origin) for each in anchors.all_anchors()] == [
        (1, head.digest, "时间戳 log-head-1.tsr")
    ]
    assert heads.stamp_head() is None


def test_stamp_of_an_unknown_authority_is_refused(frozen, settings, authority, tmp_path):
    settings.TIMESTAMP_URL, _ = authority
    make_authority(tmp_path)
    settings.TIMESTAMP_CERTIFICATES = str(tmp_path / "ca.crt")
    with pytest.raises(VerificationError):
        heads.stamp_head()
    assert anchors.all_anchors() == []


@pytest.mark.django_db(transaction=True)
def test_head_from_paper_stops_the_draw_once_somebody_is_certain(client):
    datong.pool(vehicle=3, eco=0, food=0)
    datong.officers(city=4, police=2, ecology=2, county=2)
    approval = ready("140200-2025-1")
    client.force_login(datong.supervisor())
    typed = {"number": 9, "digest": "a1" * 32, "origin": "某机构检查通知书"}

    refused = client.post("/log-heads/", typed)
    assert "不一致" in refused.content.decode()
    assert {each.origin for each in anchors.all_anchors()} == {anchors.WRITTEN}
    taken = client.post("/log-heads/", {**typed, "is_certain": "on"}, follow=True)
    assert "已停止冻结和抽取" in taken.content.decode()
    with pytest.raises(LogNotTrusted, match="第 9 条已经公布（人工录入 某机构检查通知书"):
        drawing.run_draw(approval)

    call_command("log_heads", set_aside="抄错了")
    assert drawing.run_draw(approval).state == "drawn"
    assert AuditEvent.objects.filter(action__in=["campaigns.enter_head", "campaigns.set_anchors_aside"]).count() == 2


def test_page_of_anchors_is_for_auditor_and_supervisor(client, frozen):
    for user, status in ((accounts.auditor(), 200), (datong.supervisor(), 200), (datong.officer(), 403)):
        client.force_login(user)
        assert client.get("/log-heads/").status_code == status


def test_command_compares_log_and_anchors(frozen, capsys):
    with pytest.raises(SystemExit):
        call_command("log_heads")
    assert "没有锚点可以比对" in capsys.readouterr().out
    head = publiclog.head()
    anchors.append_line(Anchor(head.number, head.digest, head.at, "通知书"))
    call_command("log_heads")
    assert f"末条摘要 {head.digest}" in capsys.readouterr().out
    anchors.append_line(Anchor(head.number, "0" * 64, head.at, "通知书"))
    with pytest.raises(SystemExit):
        call_command("log_heads")
    assert "第 1 条与已公布的日志头不一致（通知书）" in capsys.readouterr().out


def test_command_takes_a_head_from_paper(transactional_db, capsys):
    with pytest.raises(CommandError, match="64 个字符"):
        call_command("log_heads", add=["1", "abc"])
    call_command("log_heads", add=["0", engine.GENESIS], origin="第一次安装")
    assert [(each.number, each.origin) for each in anchors.all_anchors()] == [(0, "人工录入 第一次安装")]


def test_notice_carries_the_head_of_its_moment(frozen):
    datong.contribute(frozen)
    draw = datong.run(frozen)
    transitions.dispatch(draw.campaign, by=datong.approver())
    task = draw.tasks.get()
    datong.declared(draw.campaign)
    head = publiclog.head()
    notice = notices.issue_notice(task, by=datong.officer())
    assert (notice.log_number, notice.log_digest) == (head.number, head.digest)
