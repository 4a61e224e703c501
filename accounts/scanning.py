"""The virus scanner: ClamAV's clamd, asked for every uploaded file where the setting CLAMD names it.

Configured and not answering means that nothing is taken: the scan fails closed.
"""

import logging
from io import BytesIO

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.conf import settings

from accounts.uploads import UploadRefused

TIMEOUT_SECONDS = 30

logger = logging.getLogger(__name__)


class Infected(UploadRefused):
    """The scanner knows this file as `signature`."""

    def __init__(self, signature: str) -> None:
        super().__init__("文件被病毒查杀程序拦截，没有接收。请先在本机查杀病毒，或换一个文件。")
        self.signature = signature


class ScannerUnavailable(UploadRefused):
    """The scanner is configured and gives no answer."""

    def __init__(self) -> None:
        super().__init__("病毒查杀服务暂时不可用，现在不能上传文件。请稍后再试；一直不行请联系系统管理员。")


def scan(content: bytes) -> None:
    """Infected or ScannerUnavailable, unless the scanner finds the content clean or none is configured."""
    if not settings.CLAMD:
        return
    try:
        found = _scanner(settings.CLAMD).instream(BytesIO(content))
    except (ClamdError, OSError, ValueError) as error:
        logger.exception("clamd at %s gives no answer", settings.CLAMD)
        raise ScannerUnavailable from error
    status, signature = found.get("stream", ("", None))
    if status == "FOUND":
        logger.warning("clamd found %s in an uploaded file", signature)
        raise Infected(signature or "")
    if status != "OK":
        logger.error("clamd at %s answers %s", settings.CLAMD, found)
        raise ScannerUnavailable


def _scanner(address: str) -> ClamdNetworkSocket:
    """`/path/to/clamd.ctl`, or `host:port`."""
    if address.startswith("/"):
        return ClamdUnixSocket(address, timeout=TIMEOUT_SECONDS)
    host, _, port = address.rpartition(":")
    return ClamdNetworkSocket(host, int(port), timeout=TIMEOUT_SECONDS)
