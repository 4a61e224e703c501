"""Queries and time of the first pool's pages with 3 and with 2,000 institutions: the same queries, at most 12.

Run: python tests/bench/bench_pages.py
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="lianchou-bench-")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from institutions.models import Certificate, Institution  # noqa: E402
from tests.factories.accounts import lead_officer, region  # noqa: E402
from tests.factories.institutions import uscc  # noqa: E402

ALLOWED_QUERIES = 12
ROUNDS = 5
COUNTIES = ("140213", "140214")


def fill(count: int) -> None:
    places = [region(code) for code in COUNTIES]
    made = Institution.objects.bulk_create(
        Institution(name=f"大同第{number}检测有限公司", uscc=uscc(number), county=places[number % 2], initials="dtjc")
        for number in range(Institution.objects.count(), count)
    )
    papers = Certificate.objects.bulk_create(
        Certificate(institution=each, number=f"24{each.pk:010d}", authorised_name=each.name) for each in made
    )
    links = Certificate.domains.through
    links.objects.bulk_create(links(certificate_id=paper.pk, domain_id="food") for paper in papers)


def measure(client: Client, url: str) -> tuple[int, float]:
    """Queries of one request, and the median of several in milliseconds."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
        queries = len(captured)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = client.get(url)
        times.append(time.perf_counter() - started)
        assert answer.status_code == 200
    return queries, median(times) * 1000


def main() -> int:
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    call_command("loaddata", "fixtures/reference/domains.json", verbosity=0)
    client = Client()
    client.force_login(lead_officer())
    measured: dict[str, list[tuple[int, float]]] = {}
    for count in (3, 2000):
        fill(count)
        first = Institution.objects.order_by("pk")[0].pk
        pages = {
            "list, 50 rows": "/institutions/",
            "list, 500 rows": "/institutions/?per_page=500",
            "list, filtered": "/institutions/?region=140200&domain=food&q=dtjc",
            "detail": f"/institutions/{first}/",
        }
        for name, url in pages.items():
            measured.setdefault(name, []).append(measure(client, url))
    connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
    print(f"{'page':<18}{'queries (3 / 2,000)':>22}{'ms (3 / 2,000)':>20}")
    for name, ((few, few_ms), (many, many_ms)) in measured.items():
        print(f"{name:<18}{f'{few} / {many}':>22}{f'{few_ms:.0f} / {many_ms:.0f}':>20}")
    return int(any(few != many or many > ALLOWED_QUERIES for (few, _), (many, _) in measured.values()))


if __name__ == "__main__":
    sys.exit(main())
