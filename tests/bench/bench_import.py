"""What an import of the pool costs, dry run and import together, over reading the same file with openpyxl and a bare
bulk_create of the same rows. On SQLite, or on the PostgreSQL of DATABASE_URL (in a test database of its own).

Run: python tests/bench/bench_import.py [number of institutions]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__" and len(sys.argv) <= 2:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="lianchou-bench-")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files import File  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from openpyxl import load_workbook  # noqa: E402

from accounts.models import Role  # noqa: E402
from institutions.models import Certificate, Domain, ImportRun, Institution  # noqa: E402
from institutions.services import confirm_import, start_import  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.running import run_job  # noqa: E402
from tests.bench.pool_rows import write_pool  # noqa: E402
from tests.factories.accounts import PLACES, region, user  # noqa: E402

ALLOWED_RATIO = 1.5
ALLOWED_MEGABYTES = 300
COUNTIES = ("140213", "140214", "140902")


def bare(path: Path) -> dict[str, float]:
    """openpyxl's streaming reader, then bulk_create of institutions, certificates and domain links."""
    domains = {domain.name: domain.pk for domain in Domain.objects.all()}
    started = time.perf_counter()
    book = load_workbook(path, read_only=True, data_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True)
    titles = next(rows)
    records = [dict(zip(titles, row, strict=True)) for row in rows]
    read = time.perf_counter() - started
    with transaction.atomic():
        institutions = Institution.objects.bulk_create(
            Institution(
                name=row["法人单位名称"],
                uscc=row["统一社会信用代码"],
                county_id=row["所在县区"],
                address=row["单位地址"],
                legal_representative=row["法定代表人"],
                legal_representative_phone=row["法定代表人联系电话"],
                contact=row["联系人"],
                contact_phone=row["联系电话"],
            )
            for row in records
        )
        certificates = Certificate.objects.bulk_create(
            Certificate(
                institution=institution,
                number=row["证书编号"],
                authorised_name=row["被授权机构名称"],
                issuer=row["发证机关名称"],
                approved_on=row["批准日期"],
                valid_until=row["有效日期"],
                top_manager=row["最高管理者"],
                technical_lead=row["技术负责人"],
                signatories=row["授权签字人"].split("、"),
            )
            for institution, row in zip(institutions, records, strict=True)
        )
        links = Certificate.domains.through
        links.objects.bulk_create(
            links(certificate_id=certificate.pk, domain_id=domains[name])
            for certificate, row in zip(certificates, records, strict=True)
            for name in row["领域"].split("、")
        )
    return {"read": read, "write": time.perf_counter() - started - read}


def ours(path: Path) -> dict[str, float]:
    """The upload kept, dry run, import: the services and the jobs as the application runs them."""
    officer = user("officer", Role.LEAD_OFFICER, at="scjg:140000")
    with path.open("rb") as stream, transaction.atomic():
        run = start_import(File(stream, name="pool.xlsx"), file_name="pool.xlsx", by=officer)
    started = time.perf_counter()
    finished(run.check_job_id)
    checked = time.perf_counter() - started
    run = ImportRun.objects.get(pk=run.pk)
    job = confirm_import(run, by=officer)
    started = time.perf_counter()
    finished(job.pk)
    return {"dry run": checked, "import": time.perf_counter() - started}


def finished(job_id: int) -> None:
    job = run_job(job_id)
    if job is None or job.state != Job(state="done").state:
        raise SystemExit(f"the job did not end well: {job and job.error}")


def measured(way: str, path: Path, count: int) -> dict[str, float]:
    """One way in a process of its own, on emptied tables."""
    empty()
    command = [sys.executable, __file__, way, str(path), json.dumps(connection.settings_dict["NAME"])]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ).stdout
    result = json.loads(output.splitlines()[-1])
    assert result.pop("institutions") == count
    return result


def empty() -> None:
    with connection.cursor() as cursor:
        for model in (Certificate.domains.through, Certificate, Institution):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main(count: int) -> int:
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(Path(settings.DATA_DIR) / "bench.sqlite3")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    call_command("loaddata", "fixtures/reference/domains.json", verbosity=0)
    for code in PLACES:
        region(code)
    path = Path(settings.DATA_DIR) / "pool.xlsx"
    write_pool(path, count, COUNTIES)
    measured("bare", path, count)
    results = {way: measured(way, path, count) for way in ("bare", "ours")}
    print(f"{count:,} institutions, {path.stat().st_size / 1e6:.1f} MB, {connection.vendor}")
    seconds = {}
    for way, result in results.items():
        memory = (result.pop("own MB"), result.pop("child MB"))
        seconds[way] = sum(result.values())
        steps = ", ".join(f"{name} {value:.1f} s" for name, value in result.items())
        print(f"{way:<6}{seconds[way]:>7.1f} s  ({steps})  peak {memory[0]:.0f} MB, child {memory[1]:.0f} MB")
    ratio = seconds["ours"] / seconds["bare"]
    print(f"ratio {ratio:.2f} (allowed {ALLOWED_RATIO}), memory allowed {ALLOWED_MEGABYTES} MB each")
    connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
    return int(ratio > ALLOWED_RATIO or max(memory) > ALLOWED_MEGABYTES)


def part(way: str, path: Path, name: str) -> None:
    connection.settings_dict["NAME"] = name
    result = {"bare": bare, "ours": ours}[way](path)
    result["institutions"] = Institution.objects.count()
    result["own MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result["child MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(result))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        part(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
