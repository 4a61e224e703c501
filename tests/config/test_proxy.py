"""The door of production: nginx with deploy/site.conf.template in front of a gunicorn that tells what it was told."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tooling import proxy as proxies
from tooling.services import ended, free_port, wait_for_port

PROJECT = Path(__file__).resolve().parents[2]
NAME = "chou.example.test"
TELLER = """
import json

def application(environ, start_response):
    size = len(environ["wsgi.input"].read())
    told = {key: value for key, value in environ.items() if key.startswith("HTTP_")} | {"size": size}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]
"""
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Port": "1",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "Proxy": "http://evil.test",
    "X-Request-ID": "made-up",
}


class Door:
    def __init__(self, proxy: proxies.Proxy) -> None:
        self.proxy = proxy

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, host: str = NAME, **headers: str):
        """(status, headers, body) over TLS, whose certificate is checked."""
        context = ssl.create_default_context(cafile=self.proxy.certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", self.proxy.https_port, context=context, timeout=20)
        connection._create_connection = lambda *args, **more: socket.create_connection(
            ("127.0.0.1", self.proxy.https_port), timeout=20
        )
        connection.host = host
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()


@pytest.fixture(scope="module")
def upstream(tmp_path_factory) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    folder, port = tmp_path_factory.mktemp("upstream"), free_port()
    (folder / "teller.py").write_text(TELLER)
    command = [sys.executable, "-m", "gunicorn", "teller:application", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [*command, "--no-control-socket"], cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}
    )
    with ended(server, signal.SIGTERM):
        wait_for_port(server, port)
        yield server, port


@pytest.fixture(scope="module")
def door(upstream, tmp_path_factory) -> Iterator[Door]:
    with proxies.proxy(tmp_path_factory.mktemp("proxy"), upstream=f"127.0.0.1:{upstream[1]}", name=NAME) as proxy:
        yield Door(proxy)


def test_compose_gives_the_template_all_it_asks_for():
    service = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]["proxy"]
    assert set(service["environment"]) == proxies.variables()


def test_nginx_takes_the_configuration_without_a_warning(tmp_path):
    proxies.prepared(tmp_path, upstream="127.0.0.1:9; server 127.0.0.1:10", name=NAME)
    command = [proxies.nginx(), "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, "[warn]" in run.stderr) == (0, False), run.stderr


def test_what_visitors_say_of_themselves_is_replaced(door):
    status, _, body = door.ask("/anything", **FORGED)
    told = json.loads(body)
    number = told.pop("HTTP_X_REQUEST_ID")
    assert (status, len(number), int(number, 16) > 0) == (200, 32, True)
    assert {key: told.get(key) for key in told if key.startswith(("HTTP_X_", "HTTP_F", "HTTP_P"))} == {
        "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        "HTTP_X_FORWARDED_PROTO": "https",
    }
    assert told["HTTP_HOST"] == f"{NAME}:{door.proxy.https_port}"


def test_pages_for_machines_are_not_let_through(door):
    assert [door.ask(path)[0] for path in ("/metrics", "/readyz", "/metrics?a=1", "//metrics", "/%6detrics")] == [
        404
    ] * 5
    assert door.ask("/healthz")[0] == 200
    inside = http.client.HTTPConnection("127.0.0.1", door.proxy.health_port, timeout=5)
    inside.request("GET", "/up")
    assert inside.getresponse().read() == b"ok\n"


def test_plain_http_is_sent_to_https_and_other_names_get_no_answer(door):
    plain = http.client.HTTPConnection("127.0.0.1", door.proxy.http_port, timeout=5)
    plain.request("GET", "/a?b=c", headers={"Host": NAME})
    moved = plain.getresponse()
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}:{door.proxy.https_port}/a?b=c")
    other = http.client.HTTPConnection("127.0.0.1", door.proxy.http_port, timeout=5)
    other.request("GET", "/", headers={"Host": "evil.test"})
    with pytest.raises(http.client.RemoteDisconnected):
        other.getresponse()
    with pytest.raises(ssl.SSLError):
        door.ask("/", host="evil.test")


def test_bodies_are_limited_and_old_tls_is_refused(door):
    assert json.loads(door.ask("/up", method="POST", body=b"x" * 21_000_000)[2])["size"] == 21_000_000
    status, _, page = door.ask("/up", method="POST", body=b"x" * 26_300_000)
    assert (status, "文件过大" in page.decode()) == (413, True)
    old = ssl.create_default_context(cafile=door.proxy.certificate)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)), socket.create_connection(("127.0.0.1", door.proxy.https_port)) as raw:
        old.wrap_socket(raw, server_hostname=NAME)


def test_guessing_passwords_is_slowed_down_and_the_log_holds_no_query(door, eventually):
    answers = [door.ask("/accounts/sign-in/?q=canary-5731", method="POST", body=b"")[0] for _ in range(40)]
    assert (answers[0], answers.count(429) > 5) == (200, True)
    eventually(lambda: door.proxy.log.read_text().count('"path":"/accounts/sign-in/"') == 40)
    told = [json.loads(line) for line in door.proxy.log.read_text().splitlines() if line.startswith("{")]
    assert {line["logger"] for line in told} == {"proxy"}
    written = [door.proxy.log, *door.proxy.certificate.parent.glob("*.log")]
    assert [path.name for path in written if "canary-5731" in path.read_text()] == []


def test_a_web_server_that_is_away_is_told_in_words(tmp_path):
    with proxies.proxy(tmp_path, upstream=f"127.0.0.1:{free_port()}", name=NAME) as away:
        status, headers, page = Door(away).ask("/workbench/")
    assert (status, headers["Retry-After"]) == (503, "10")
    assert "系统暂时不能使用" in page.decode()


@pytest.fixture
def site(worker_environment, tmp_path) -> Iterator[int]:
    """The port of our own web server as the image starts it, with two processes."""
    port = free_port()
    more = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LIANCHOU_ENV": "demo",
        "ALLOWED_HOSTS": f"{NAME},127.0.0.1",
        "HTTPS": "1",
        "BEHIND_PROXY": "1",
        "TRUSTED_PROXIES": "1",
        "LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:config.web_server"]
    with (tmp_path / "web.log").open("wb") as output:
        server = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}"],
            cwd=PROJECT,
            env=worker_environment | more,
            stdout=output,
            stderr=output,
        )
    with ended(server, signal.SIGTERM):
        wait_for_port(server, port)
        yield port


@pytest.mark.once_with_sqlite
def test_our_site_behind_the_door_sees_https_and_counts_requests_of_all_its_processes(
    transactional_db, site, tmp_path, eventually
):
    def plain(path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", site, timeout=60)
        connection.request("GET", path, headers=headers)
        return connection.getresponse()

    eventually(lambda: plain("/healthz").status == 200)
    with proxies.proxy(tmp_path / "proxy", upstream=f"127.0.0.1:{site}", name=NAME) as proxy:
        answers = [Door(proxy).ask("/accounts/sign-in/", **FORGED) for _ in range(12)]
        refused = [Door(proxy).ask(path)[0] for path in ("/metrics", "/readyz")]
    status, headers, _ = answers[0]
    assert (status, "secure" in headers["Set-Cookie"].lower(), refused) == (200, True, [404, 404])
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert len({headers["X-Request-ID"] for _, headers, _ in answers}) == 12
    lines = [json.loads(line) for line in (tmp_path / "web.log").read_text().splitlines() if line.startswith("{")]
    assert {headers["X-Request-ID"] for _, headers, _ in answers} <= {line.get("request_id") for line in lines}
    assert (plain("/").status, plain("/", **{"X-Forwarded-Proto": "https"}).status) == (301, 200)
    counted = plain("/metrics").read().decode()
    assert 'lianchou_requests_total{method="GET",route="accounts:sign_in",status="200"} 12.0' in counted
