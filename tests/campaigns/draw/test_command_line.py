import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns.draw.vectors import VECTORS, read_vector

PROJECT = Path(__file__).parents[3]


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "campaigns.draw", *map(str, arguments)],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "1", "LC_ALL": "C"}, {"PYTHONHASHSEED": "2", "TZ": "UTC"}])
def test_run_writes_the_same_file_anywhere(tmp_path, environment):
    output = tmp_path / "transcript.json"

    ended = command("run", VECTORS / "scarce.sheet.json", VECTORS / "scarce.options.json", "-o", output, **environment)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert output.read_bytes() == (VECTORS / "scarce.transcript.json").read_bytes()


def test_run_refused_writes_nothing_and_one_line(tmp_path):
    sheet, output = tmp_path / "sheet.json", tmp_path / "transcript.json"
    changed = read_vector("small.sheet.json")
    changed["lines"][0]["size"] = {"ratio": "10 %"}
    sheet.write_text(json.dumps(changed), encoding="utf-8")

    ended = command("run", sheet, VECTORS / "small.options.json", "-o", output)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == ("lines[0].size.ratio: '10 %' is not a ratio from 0% to 100% with at most two decimals\n")
    assert not output.exists()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"secret": "AA" * 32}, "secret"),
        ({"contributions": {}}, "contributions.scjg:140200"),
        ({"surprise": 1}, "surprise"),
        ({"substitutions": [{"kind": "withdrawal", "out": "P9", "reason": "x"}]}, "substitutions[0].out"),
    ],
)
def test_run_refuses_options(tmp_path, change, path):
    options, output = tmp_path / "options.json", tmp_path / "transcript.json"
    options.write_text(json.dumps(read_vector("small.options.json") | change), encoding="utf-8")

    ended = command("run", VECTORS / "small.sheet.json", options, "-o", output)

    assert (ended.returncode, ended.stderr.split(": ")[0], ended.stderr.count("\n")) == (2, path, 1)
    assert not output.exists()


def test_verify_tells_true_from_altered_from_unreadable(tmp_path):
    altered, unreadable = tmp_path / "altered.json", tmp_path / "unreadable.json"
    transcript = read_vector("small.transcript.json")
    transcript["result"]["teams"][1]["institution"] = "V001"
    altered.write_text(json.dumps(transcript), encoding="utf-8")
    unreadable.write_text('{"a": 1, "a": 2}', encoding="utf-8")

    ended = [command("verify", path) for path in (VECTORS / "small.transcript.json", altered, unreadable)]

    assert [(end.returncode, end.stdout, end.stderr) for end in ended] == [
        (0, "verified\n", ""),
        (1, "result.teams[1].institution: expected V007, found V001\n", ""),
        (2, "", "a: stands twice in the same object\n"),
    ]


def test_proof_is_made_and_checked(tmp_path):
    proof, manifest, other = tmp_path / "proof.json", tmp_path / "manifest.json", tmp_path / "other.json"
    manifest.write_text(json.dumps(read_vector("small.transcript.json")["manifest"]), encoding="utf-8")
    other.write_text(json.dumps(read_vector("datong.transcript.json")["manifest"]), encoding="utf-8")

    made = command("prove", VECTORS / "small.transcript.json", "S1", "--kind", "inspector")
    proof.write_text(made.stdout, encoding="utf-8")

    assert (made.returncode, json.loads(made.stdout)) == (0, read_vector("small.proofs.json")[2])
    assert command("check-proof", proof, manifest).returncode == 0
    assert command("check-proof", proof, other).returncode == 1


def test_prove_refuses_who_is_not_there():
    ended = command("prove", VECTORS / "small.transcript.json", "NOBODY")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "institutions: there is no institution 'NOBODY'\n"


def test_missing_file_is_refused(tmp_path):
    ended = command("verify", tmp_path / "none.json")

    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
