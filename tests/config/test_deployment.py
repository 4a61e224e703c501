"""docker-compose.yml, .env.example and the Dockerfile say what the code needs: settings, secrets, privileges, steps."""

import re
from pathlib import Path
from typing import Any

import yaml

from jobs.models import JobQueue

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = (
    "accounts", "campaigns", "config", "inspectors", "institutions", "jobs", "publications", "reports", "selftest",
    "visits", "workbooks",
)  # fmt: skip
COMPOSE_TEXT = (PROJECT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKERS = ("worker-draws", "worker-documents", "worker-mail", "worker-clock")
OURS = ("migrate", "web", *WORKERS, "beat")
EXAMPLE = set(re.findall(r"^([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
NOT_FOR_PEOPLE = {"ENV_FILE"}
NO_SETTING = {"HOST", "PORT", "DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}
"""Read from the environment elsewhere: arguments of `make run`, and what our own processes tell one another."""
SECRETS = {"SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "DOMAIN"}
"""Without them nothing starts; there is no default."""


def settings_read() -> set[str]:
    """Every environment variable that the settings read."""
    texts = [path.read_text() for path in (PROJECT / "config").rglob("*.py")]
    found = {name for text in texts for name in re.findall(r"""\b(?:env(?:\.\w+)?|text)\(\s*"([A-Z_]+)\"""", text)}
    return found - NOT_FOR_PEOPLE


def interpolated() -> dict[str, set[str]]:
    """What compose takes from .env, and what it does without: "?" refuses, "-" has a default."""
    found: dict[str, set[str]] = {}
    for name, how in re.findall(r"(?<!\$)\$\{([A-Z_]+)(?::(.))?", COMPOSE_TEXT):
        found.setdefault(name, set()).add(how)
    return found


def test_every_setting_is_in_the_example_file_and_nothing_else_is():
    assert settings_read() | set(interpolated()) == EXAMPLE


def test_nothing_reads_the_environment_past_the_settings():
    texts = [
        path.read_text() for room in ROOMS for path in (PROJECT / room).rglob("*.py") if path.name != "test_settings.py"
    ]
    pattern = r"""os\.(?:environ(?:\.\w+)?[\[(]|getenv\()\s*"([A-Z_]+)\""""
    assert {name for text in texts for name in re.findall(pattern, text)} <= NO_SETTING


def test_compose_gives_every_setting_to_each_of_our_processes():
    given = {name: set(SERVICES[name]["environment"]) for name in OURS}
    assert given == dict.fromkeys(OURS, settings_read())


def test_compose_takes_every_secret_from_outside_and_refuses_to_start_without():
    assert {name: interpolated()[name] for name in SECRETS} == {name: {"?"} for name in SECRETS}
    assert {name for name, how in interpolated().items() if how == {"?"}} == SECRETS
    assert re.findall(r"(?:PASSWORD|SECRET|SECRET_KEY|TOKEN): (?!\$)\S+", COMPOSE_TEXT) == []


def test_everything_runs_without_privileges_on_a_file_system_that_is_read_only():
    facts = {
        name: (service["read_only"], service["cap_drop"], service["security_opt"], "pids_limit" in service)
        for name, service in SERVICES.items()
    }
    assert facts == dict.fromkeys(SERVICES, (True, ["ALL"], ["no-new-privileges:true"], True))
    assert {SERVICES[name]["user"] for name in OURS} == {"lianchou"}
    assert {SERVICES[name]["user"] for name in ("proxy", "db", "redis")} == {"101:101", "999:999"}


def test_every_service_has_limits_logs_that_end_and_a_way_to_tell_that_it_is_well():
    assert all("memory" in service["deploy"]["resources"]["limits"] for service in SERVICES.values())
    assert all("max-size" in service["logging"]["options"] for service in SERVICES.values())
    checked = {name for name, service in SERVICES.items() if "test" in service["healthcheck"]}
    assert checked == set(SERVICES) - {"migrate"}
    assert {name for name, service in SERVICES.items() if "stop_grace_period" not in service} == {"migrate", "beat"}


def test_only_the_proxy_is_reached_from_outside_and_the_database_reaches_nobody():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name: SERVICES[name]["networks"] for name in ("proxy", "db", "redis")} == {
        "proxy": ["front"],
        "db": ["inside"],
        "redis": ["inside"],
    }


def test_every_queue_has_a_worker_of_its_own_and_the_clock_is_one():
    commands = [SERVICES[name]["command"] for name in WORKERS]
    assert sorted(command[command.index("-Q") + 1] for command in commands) == sorted(JobQueue.values)
    assert [name for name, service in SERVICES.items() if "beat" in service.get("command", [])] == ["beat"]
    assert "replicas" not in COMPOSE_TEXT


def test_our_processes_wait_until_database_and_queue_answer():
    conditions = {"db": {"condition": "service_healthy"}, "redis": {"condition": "service_healthy"}}
    migrated = {"migrate": {"condition": "service_completed_successfully"}}
    assert {name: SERVICES[name]["depends_on"] for name in OURS if name != "migrate"} == dict.fromkeys(
        OURS[1:], conditions | migrated
    )


def test_redis_keeps_messages_when_its_memory_is_full_or_it_restarts():
    command = " ".join(SERVICES["redis"]["command"])
    assert "--requirepass ${REDIS_PASSWORD:?}" in command
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_database_logs_neither_statements_nor_values():
    command = " ".join(SERVICES["db"]["command"])
    for setting in (
        "log_min_error_statement=panic",
        "log_error_verbosity=terse",
        "log_parameter_max_length_on_error=0",
    ):
        assert f"-c {setting}" in command
    assert "log_statement" not in command


def test_image_runs_as_an_ordinary_user_and_is_built_by_the_set_up_scripts():
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE) == ["lianchou"]
    in_image = re.findall(r"(?:RUN|&&) (?:sh|\S*python) tooling/([a-z]+\.(?:sh|py))( run)?", dockerfile)
    by_make = re.findall(r"[a-z]+\.(?:sh|py)", (PROJECT / "tooling" / "setup.sh").read_text())
    assert in_image == [("system.sh", " run"), ("fonts.sh", ""), ("python.sh", " run"), ("vendor.py", "")]
    assert {name for name, _ in in_image} == set(by_make)


def test_image_leaves_secrets_and_tests_outside():
    ignored = set((PROJECT / ".dockerignore").read_text().split())
    assert {".git", ".env", ".venv", "var", "tests", "tls", "backups"} <= ignored
