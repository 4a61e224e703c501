"""The proxy of deploy/site.conf.template on this machine, with a certificate of its own, for tests: as nginx's image
renders and runs it, on free loopback ports."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tooling.services import ended, free_port, wait_for_port

TEMPLATE = Path(__file__).resolve().parent.parent / "deploy" / "site.conf.template"
VARIABLE = re.compile(r"\$\{([A-Z_]+)\}")
AROUND = """{user}
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 2048; }}
http {{
  log_format main '$remote_addr "$request" $status';
  access_log {folder}/image.log main;
  types {{ text/html html; text/css css; text/javascript js; }}
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""
"""What the image's own nginx.conf does around it."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """certificate: its own authority, to be trusted by who asks."""

    name: str
    https_port: int
    http_port: int
    health_port: int
    certificate: Path
    log: Path

    @property
    def url(self) -> str:
        return f"https://{self.name}:{self.https_port}"


def rendered(values: Mapping[str, str]) -> str:
    """As envsubst does; a name without a value is an error here."""
    return VARIABLE.sub(lambda found: values[found[1]], TEMPLATE.read_text(encoding="utf-8"))


def variables() -> set[str]:
    return set(VARIABLE.findall(TEMPLATE.read_text(encoding="utf-8")))


@contextmanager
def proxy(folder: Path, *, upstream: str, name: str = "lianchou.test") -> Iterator[Proxy]:
    """In front of `upstream` (host:port, or several as "a:1; server b:2"), until the block ends."""
    made = prepared(folder, upstream=upstream, name=name)
    with made.log.open("wb") as output:
        server = subprocess.Popen([nginx(), "-p", folder, "-c", folder / "nginx.conf"], stdout=output, stderr=output)
    with ended(server, signal.SIGQUIT):
        wait_for_port(server, made.https_port)
        yield made


def prepared(folder: Path, *, upstream: str, name: str) -> Proxy:
    """Configuration and certificate written into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    made = Proxy(name, free_port(), free_port(), free_port(), folder / "fullchain.pem", folder / "proxy.log")
    make_certificate(folder, name)
    values = {
        "SERVER_NAME": name,
        "HTTPS_LISTEN": f"127.0.0.1:{made.https_port}",
        "HTTP_LISTEN": f"127.0.0.1:{made.http_port}",
        "HEALTH_LISTEN": f"127.0.0.1:{made.health_port}",
        "HTTPS_PORT": str(made.https_port),
        "UPSTREAM": upstream,
        "TLS_FOLDER": str(folder),
    }
    (folder / "site.conf").write_text(rendered(values), encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=whose_processes()), encoding="utf-8")
    return made


def whose_processes() -> str:
    """Started by root, its processes would be nobody's, who may not write into this folder."""
    return "user root;" if os.getuid() == 0 else ""


def make_certificate(folder: Path, name: str) -> None:
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(["openssl", "req", "-x509", *key, *subject, *files], check=True, capture_output=True)


def nginx() -> str:
    """Debian keeps it where only root looks."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if found is None:
        raise SystemExit("nginx is not installed: run make setup-test")
    return found
