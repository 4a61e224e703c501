"""What the documents promise is what there is: settings, commands, the compose file."""

import re
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = (PROJECT / "config" / "settings.py").read_text()
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
NOT_FOR_PEOPLE = {"ENV_FILE"}


def settings_read() -> set[str]:
    """Every environment variable that config/settings.py reads."""
    return set(re.findall(r"""\b(?:env(?:\.\w+)?|text)\(\s*"([A-Z_]+)\"""", SETTINGS)) - NOT_FOR_PEOPLE


def test_every_setting_is_in_the_example_file():
    documented = set(re.findall(r"^([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    assert documented - COMPOSE_ONLY == settings_read()


def test_compose_gives_every_setting_to_each_of_our_processes():
    given = {name: set(COMPOSE["services"][name]["environment"]) for name in OURS}
    assert given == dict.fromkeys(OURS, settings_read())


def test_compose_takes_every_secret_from_outside_and_refuses_to_start_without():
    text = (PROJECT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(SECRET_KEY|ALLOWED_HOSTS|POSTGRES_PASSWORD|REDIS_PASSWORD)(.*?)\}", text)
    assert {rest for _, rest in secrets} == {":?"}
    assert re.findall(r"(?:PASSWORD|SECRET_KEY): (?!\$)\S+", text) == []


def test_compose_runs_our_processes_without_privileges():
    services = [COMPOSE["services"][name] for name in OURS]
    facts = {(service["user"], service["read_only"], tuple(service["cap_drop"])) for service in services}
    assert facts == {("lianchou", True, ("ALL",))}


def test_compose_waits_until_database_and_queue_answer():
    conditions = {"db": {"condition": "service_healthy"}, "redis": {"condition": "service_healthy"}}
    migrated = {"migrate": {"condition": "service_completed_successfully"}}
    for name in ("web", "worker", "beat"):
        assert COMPOSE["services"][name]["depends_on"] == conditions | migrated
    assert all("healthcheck" in COMPOSE["services"][name] for name in ("db", "redis", "worker"))


def test_compose_keeps_messages_when_memory_is_full_or_redis_restarts():
    command = COMPOSE["services"]["redis"]["command"]
    assert command[1:] == [
        "--requirepass",
        "${REDIS_PASSWORD:?}",
        "--appendonly",
        "yes",
        "--maxmemory-policy",
        "noeviction",
    ]


def test_image_runs_as_an_ordinary_user_and_is_built_by_the_set_up_scripts():
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE) == ["lianchou"]
    scripts = set(re.findall(r"(?:sh|python) (tooling/\S+)", dockerfile))
    assert scripts == {"tooling/system.sh", "tooling/fonts.sh", "tooling/python.sh", "tooling/vendor.py"}
    assert all((PROJECT / script).exists() for script in scripts)


def test_readme_names_every_command():
    readme = (PROJECT / "README.md").read_text()
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    commands = [path.stem for path in PROJECT.glob("*/management/commands/[a-z]*.py")]
    missing = [f"make {target}" for target in targets if f"make {target}" not in readme]
    missing += [command for command in commands if command not in readme]
    assert missing == []
