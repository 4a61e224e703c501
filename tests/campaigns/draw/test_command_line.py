import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

from campaigns import draw as engine
from campaigns.draw import differences, errors, proofs, wording
from tests.campaigns.draw.test_log import make_log
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


def written(folder, name, value):
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_digest_is_of_the_canonical_form(tmp_path):
    transcript = read_vector("small.transcript.json")
    manifest = written(tmp_path, "manifest.json", transcript["manifest"])
    text = json.dumps(transcript, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert (
        command("digest", VECTORS / "small.transcript.json").stdout == f"{hashlib.sha256(text.encode()).hexdigest()}\n"
    )
    assert command("digest", manifest).stdout == f"{transcript['commitment']}\n"


def test_digest_tells_what_verification_cannot(tmp_path):
    """A substitution cut off, another reason: only the digest in the public log shows it."""
    cut, reworded = read_vector("scarce.transcript.json"), read_vector("scarce.transcript.json")
    cut["substitutions"].pop()
    reworded["substitutions"][0]["reason"] = "另有原因"
    paths = [
        VECTORS / "scarce.transcript.json",
        written(tmp_path, "cut.json", cut),
        written(tmp_path, "reworded.json", reworded),
    ]

    assert [command("verify", path).stdout for path in paths] == ["verified\n"] * 3
    assert len({command("digest", path).stdout for path in paths}) == 3


def test_commit_prints_what_the_page_would():
    commitment = read_vector("small.transcript.json")["contribution_commitments"]["witness:纪检"]

    given = command("commit", "witness:纪检", "山西大同")
    refused = [command("commit", "witness:纪检", value) for value in ("", "x" * 257, "e\u0301")]

    assert (given.returncode, given.stdout, given.stderr) == (0, f"{commitment}\n", "")
    assert [(end.returncode, end.stdout, end.stderr) for end in refused] == [
        (2, "", "contributions.witness:纪检: must not be empty\n"),
        (2, "", "contributions.witness:纪检: is longer than 256 characters\n"),
        (2, "", "contributions.witness:纪检: is not in Unicode normal form C\n"),
    ]


def test_verify_log_tells_whole_from_broken_from_cut_off(tmp_path):
    log = make_log()
    broken, cut = make_log(), engine.make_log(log["entries"][:2])
    broken["entries"][1]["facts"]["source"] = "witness:公证"
    head = f"4:{log['head']['digest']}"
    whole, broken, cut = (
        written(tmp_path, f"{name}.json", value) for name, value in [("a", log), ("b", broken), ("c", cut)]
    )
    grouped = "4: " + " ".join(log["head"]["digest"].upper()[place : place + 4] for place in range(0, 64, 4))

    ended = [
        command("verify-log", whole),
        command("verify-log", whole, "--head", head, "--head", grouped),
        command("verify-log", broken),
        command("verify-log", cut),
        command("verify-log", cut, "--head", head),
        command("verify-log", whole, "--head", "4:abc"),
    ]

    assert [(end.returncode, end.stdout.split(":")[0].strip()) for end in ended] == [
        (0, "verified"),
        (0, "verified"),
        (1, "entries[1].digest"),
        (0, "verified"),
        (1, "entries"),
        (2, ""),
    ]


def test_explained_verification_tells_every_step():
    transcript = read_vector("scarce.transcript.json")
    ended = command("verify", VECTORS / "scarce.transcript.json", "--explain", LC_ALL="C")
    lines = ended.stdout.splitlines()
    digest = engine.transcript_digest(transcript)
    people = len(transcript["contribution_commitments"])

    assert (ended.returncode, ended.stderr, lines[-1]) == (0, "", "verified")
    assert "".join(line[0] for line in lines[:-1]) == "✓" * (5 + people) + "·" + "✓" * (1 + 1 + 1 + 8) + "··"
    assert lines[1] == f"✓ 冻结清单：重新计算摘要（SHA-256），得 {transcript['commitment']}，与承诺摘要一致。"
    assert lines[-11] == "✓ 第 1 次替换：检查对象 I00 因“已停业”退出，按规则由 I17 递补；与记录一致。"
    assert lines[-2].startswith(f"· 本记录的摘要是 {digest}。")


def test_explained_difference_says_what_was_expected_and_found(tmp_path):
    transcript = read_vector("small.transcript.json")
    transcript["result"]["teams"][1]["institution"] = "V001"
    altered = written(tmp_path, "altered.json", transcript)
    transcript["institutions"][2]["excluded"] = "已停业"
    entries = written(tmp_path, "entries.json", transcript)
    transcript["manifest"]["lines"][0]["size"] = {"count": -1}
    sheet = written(tmp_path, "sheet.json", transcript)

    ended = [command("verify", path, "--explain") for path in (altered, entries, sheet)]
    root = engine.verify(json.loads(entries.read_text(encoding="utf-8"))).found
    promised = transcript["manifest"]["institutions"]["root"]

    assert [end.returncode for end in ended] == [1, 1, 1]
    assert [end.stdout.splitlines()[-2] for end in ended] == [
        "✗ 抽取结果不一致。result.teams[1].institution 处应为：V007；实为：V001。",
        f"✗ 检查对象名录不一致。institutions 处应为：冻结时根摘要为 {promised} 的名录；实为：{root}。",
        "✗ 冻结清单不一致。manifest.lines[0].size.count 处应为：协议允许的内容；实为：不合协议的内容（-1 小于 0）。",
    ]
    assert ended[0].stdout.splitlines()[-1] == "result.teams[1].institution: expected V007, found V001"


def test_text_in_a_file_cannot_pass_for_a_verdict(tmp_path):
    transcript = read_vector("small.transcript.json")
    transcript["seed"] = "x\nverified\u202e\x1b[2K"

    ended = command("verify", written(tmp_path, "forged.json", transcript))

    assert (ended.returncode, ended.stdout.count("\n")) == (1, 1)
    assert ended.stdout.endswith("found x\\nverified\\u202e\\x1b[2K\n")


def test_explained_proof_shows_the_entry_and_the_way_to_the_root(tmp_path):
    proof, transcript = read_vector("small.proofs.json")[0], read_vector("small.transcript.json")
    manifest = written(tmp_path, "manifest.json", transcript["manifest"])
    other = written(tmp_path, "other.json", proof | {"salt": "0" * 64})

    held = command("check-proof", written(tmp_path, "proof.json", proof), manifest, "--explain")
    failed = command("check-proof", other, manifest, "--explain")

    entry = json.dumps(proof["entry"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert (held.returncode, [line[0] for line in held.stdout.splitlines()]) == (0, ["✓", "✓", "·", "i"])
    assert held.stdout.splitlines()[0] == f"✓ 名录第 4 条（共 12 条），内容是 {entry}。"
    assert held.stdout.splitlines()[2].startswith(f"· 这份冻结清单的摘要是 {transcript['commitment']}。")
    assert (failed.returncode, failed.stdout.splitlines()[1:]) == (
        1,
        ["✗ 证明不成立。由证明算不出冻结清单公布的根摘要。", "the path does not lead to the published root"],
    )


def test_explained_refusal_is_chinese_too(tmp_path):
    unreadable = tmp_path / "unreadable.json"
    unreadable.write_text('{"a": 1, "a": 2}', encoding="utf-8")

    ended = command("verify", unreadable, "--explain")

    assert (ended.returncode, ended.stdout) == (2, "✗ 文件不能使用。a 处同一对象中出现两次。\n")


def fields_of(template):
    return {field for _, field, _, _ in Formatter().parse(template) if field}


def test_every_phrase_has_its_chinese_with_the_same_figures():
    english = errors.PROBLEMS | differences.PHRASES | proofs.FAULTS

    assert english.keys() == wording.PHRASES.keys()
    assert {
        code: fields_of(wording.PHRASES[code]) - fields_of(text)
        for code, text in english.items()
        if not fields_of(wording.PHRASES[code]) <= fields_of(text)
    } == {}
