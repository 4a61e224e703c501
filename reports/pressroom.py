"""Printing in several processes at once: each child renders one batch at a time, the parent keeps their order.

Children are programs of their own (`python -m reports.pressroom`): a worker of the queue may not fork, and a fork beside
its heartbeat thread would be unsafe. They get values and give bytes; they read no rows.
"""

import os
import pickle
import queue
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

from django.conf import settings

AHEAD = 2
"""Batches a child that wait beside the one it prints."""


class PrintingFailed(Exception):
    """A child could not print a batch; the text is its error."""


def printed(renderer: str, batches: Iterable[Sequence[Any]], *, processes: int) -> Iterator[bytes]:
    """The PDF of each batch, in order. renderer: module:function that takes a batch and gives bytes. With one process
    the batches are printed here."""
    if processes < 2:
        yield from map(_found(renderer), batches)
        return
    with _children(renderer, processes) as idle, ThreadPoolExecutor(processes) as threads:
        under_way: deque[Future[bytes]] = deque()
        for batch in batches:
            under_way.append(threads.submit(_print_in_child, idle, list(batch)))
            if len(under_way) >= processes * AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _found(renderer: str) -> Any:
    module, _, name = renderer.partition(":")
    return getattr(import_module(module), name)


Child = subprocess.Popen[bytes]


@contextmanager
def _children(renderer: str, processes: int) -> Iterator["queue.Queue[Child]"]:
    idle: queue.Queue[Child] = queue.Queue()
    with ExitStack() as stack:
        for _ in range(processes):
            child = subprocess.Popen(  # noqa: S603  # this interpreter, our own module
                [sys.executable, "-m", "reports.pressroom", renderer],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR,
            )  # fmt: skip
            stack.callback(_end, child)
            idle.put(child)
        yield idle


def _end(child: Child) -> None:
    """Also one that is still printing: nobody waits for it any more."""
    child.kill()
    child.communicate()


def _print_in_child(idle: "queue.Queue[Child]", batch: list[Any]) -> bytes:
    child = idle.get()
    if child.stdin is None or child.stdout is None:
        raise PrintingFailed("child without pipes")
    try:
        pickle.dump(batch, child.stdin)
        child.stdin.flush()
        error, content = pickle.load(child.stdout)  # noqa: S301  # written by our own child
    except (EOFError, OSError) as gone:
        raise PrintingFailed("printing process ended") from gone
    finally:
        idle.put(child)
    if error:
        raise PrintingFailed(error)
    return bytes(content)


def main() -> None:
    """A child: batches come in on standard input, (error, bytes) go out until the input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    render = _found(sys.argv[1])
    while True:
        try:
            batch = pickle.load(sys.stdin.buffer)  # noqa: S301  # written by our own parent
        except EOFError:
            return
        try:
            answer = ("", render(batch))
        except Exception as error:  # noqa: BLE001  # told to the parent, which raises
            answer = (f"{type(error).__name__}: {error}", b"")
        pickle.dump(answer, out)
        out.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    main()
