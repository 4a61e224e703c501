"""What a request answers when it failed: 503 where the database is away, 507 where the disk is full, else 500."""

import errno
import logging
import sys
from dataclasses import dataclass
from http import HTTPStatus

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 10
DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL_STATE = "53100"
SQLITE_AWAY = ("database is locked", "unable to open database file", "disk i/o error", "readonly database")
"""SQLite says all else, such as a missing table, by the same exception; PostgreSQL by others."""
SQLITE_FULL = "disk is full"


@dataclass(frozen=True, slots=True)
class Outage:
    status: HTTPStatus
    template: str
    detail: str


BROKEN = Outage(HTTPStatus.INTERNAL_SERVER_ERROR, "500.html", "系统出错了，这次操作没有完成。请将编号告知系统管理员。")
AWAY = Outage(HTTPStatus.SERVICE_UNAVAILABLE, "503.html", "系统暂时连不上数据库，这次操作没有完成。请稍候再试。")
FULL = Outage(HTTPStatus.INSUFFICIENT_STORAGE, "507.html", "服务器的磁盘已满，这次操作没有完成。请联系系统管理员。")


def answer_failure(request: HttpRequest) -> HttpResponse:
    """The URL configuration's handler500: called by Django while it handles the exception."""
    outage = outage_of(sys.exc_info()[1])
    if outage is not BROKEN:
        _spare_the_database(request)
    request_id = getattr(request, "request_id", "")
    response = _problem(outage, request_id) if _is_for_programs(request) else _page(outage, request_id)
    if outage is AWAY:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def outage_of(error: BaseException | None) -> Outage:
    """An error of the database may stand behind another that it caused, as when the rollback fails as well."""
    while error is not None:
        if _means_full(error):
            return FULL
        if _means_away(error):
            return AWAY
        error = error.__cause__ or (error.__context__ if isinstance(error, DatabaseError) else None)
    return BROKEN


def _means_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in DISK_IS_FULL
    if isinstance(error, DatabaseError):
        return SQLITE_FULL in str(error) or getattr(error.__cause__, "sqlstate", "") == DISK_FULL_STATE
    return False


def _means_away(error: BaseException) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return connection.vendor != "sqlite" or any(words in str(error).lower() for words in SQLITE_AWAY)


def _spare_the_database(request: HttpRequest) -> None:
    """The session would be stored with the answer; each attempt waits for the database once more."""
    if (session := getattr(request, "session", None)) is not None:
        session.modified = False


def _is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or not request.accepts("text/html")


def _problem(outage: Outage, request_id: str) -> HttpResponse:
    body = {"detail": outage.detail} | ({"request_id": request_id} if request_id else {})
    return JsonResponse(body, status=outage.status, json_dumps_params={"ensure_ascii": False})


def _page(outage: Outage, request_id: str) -> HttpResponse:
    try:
        return render(None, outage.template, {"request_id": request_id}, status=outage.status)
    except Exception:
        logger.exception("the page of a failure could not be made")
        return HttpResponse(outage.detail, status=outage.status, content_type="text/plain; charset=utf-8")
