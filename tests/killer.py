"""Kills a process (SIGKILL) at a moment at which it could die: before an SQL statement, or before or after a COMMIT. (To the
database, after a statement is before the next.) For programs of their own, because it forks."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Killer:
    """Counts the moments at which the process could die, and dies at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.moment()
        return execute(sql, params, many, context)


def dies(act: Callable[[], object], at: int) -> bool:
    """In a child process; True when it was killed, False when it came to its end (or was refused) before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        killer = Killer(at)
        real_commit = BaseDatabaseWrapper._commit
        BaseDatabaseWrapper._commit = lambda wrapper: (killer.moment(), real_commit(wrapper), killer.moment())[1]
        try:
            with connection.execute_wrapper(killer.around):
                act()
        except Exception as error:  # noqa: BLE001  # a repetition of what is done may be refused: the test looks at the database
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
