"""Sixteen people in four processes press the same button at the same moment, round after round.

    python -m tests.campaigns.pressing HOST PORT < rounds.json

rounds.json: {"paths": [one per round], "sessions": [16 cookies], "password"}. Prints one JSON object: a list per round
of the 16 answers, each [status, where it leads].
"""

import http.client
import json
import multiprocessing
import sys
import threading
from multiprocessing.synchronize import Barrier
from typing import Any
from urllib.parse import urlencode

PROCESSES, THREADS = 4, 4
CSRF = "x" * 32


def press(host: str, port: int, session: str, told: dict[str, Any], barrier: Barrier) -> list[tuple[int, str]]:
    connection = http.client.HTTPConnection(host, port, timeout=120)
    body = urlencode({"password": told["password"]})
    headers = {
        "Cookie": f"{told['cookie']}={session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answers = []
    for path in told["paths"]:
        barrier.wait(timeout=300)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        answers.append((answer.status, answer.headers.get("Location", "")))
    return answers


def be_one_process(host: str, port: int, number: int, told: dict[str, Any], barrier: Barrier, results: Any) -> None:
    def person(seat: int) -> None:
        index = number * THREADS + seat
        try:
            results.put((index, press(host, port, told["sessions"][index], told, barrier)))
        except Exception as error:
            results.put((index, repr(error)))
            barrier.abort()  # or fifteen would wait for the one who is gone
            raise

    threads = [threading.Thread(target=person, args=(seat,)) for seat in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(host: str, port: int) -> None:
    told = json.load(sys.stdin)
    barrier, results = multiprocessing.Barrier(PROCESSES * THREADS), multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=be_one_process, args=(host, port, number, told, barrier, results))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    by_person = dict(results.get(timeout=900) for _ in range(PROCESSES * THREADS))
    for process in processes:
        process.join()
    if gone := [answers for answers in by_person.values() if isinstance(answers, str)]:
        sys.exit("\n".join(gone))
    print(json.dumps([[by_person[person][number] for person in by_person] for number in range(len(told["paths"]))]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
