"""The command line (section 8): anyone with Python and the file can draw again, verify and prove."""

import argparse
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaigns.draw.canonical import digest_of, dump, parse
from campaigns.draw.commitment import check_contributions, contribution_commitment, read_secret
from campaigns.draw.differences import Difference, Report, unheard
from campaigns.draw.errors import JsonRefused, OptionsRefused, Refused
from campaigns.draw.log import verify_log
from campaigns.draw.proofs import LISTS, proof_problem, prove
from campaigns.draw.transcript import run
from campaigns.draw.verification import verify
from campaigns.draw.wording import difference_in_chinese, phrase_in_chinese, step_in_chinese

Command = Callable[[argparse.Namespace], int]

DONE, DIFFERS, REFUSED = 0, 1, 2
REQUIRED_OPTIONS = ("secret", "frozen_at", "contributions")
ALL_OPTIONS = (*REQUIRED_OPTIONS, "substitutions")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done or true, 1 not verified, 2 refused with one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    given = _parser().parse_args(arguments)
    try:
        return int(given.command(given))
    except (Refused, OSError) as refusal:
        if isinstance(refusal, Refused) and getattr(given, "explain", False):
            place = f"{refusal.path} 处" if refusal.path else ""
            _say(f"✗ 文件不能使用。{place}{phrase_in_chinese(refusal.problem)}。")
        print(_visible(" ".join(str(refusal).split())), file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_name(), description="The draw protocol lianchou-draw/1.")
    commands = parser.add_subparsers(required=True)

    def add(name: str, command: Command, purpose: str, *files: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=purpose, description=purpose)
        for file in files:
            added.add_argument(file, type=Path)
        added.set_defaults(command=command)
        return added

    drawing = add("run", _run, "draw from a sheet and write the transcript", "sheet", "options")
    drawing.add_argument("-o", "--output", type=Path, required=True)
    verifying = add("verify", _verify, "recompute a transcript and compare", "transcript")
    proving = add("prove", _prove, "print the inclusion proof of one entry", "transcript")
    proving.add_argument("id")
    proving.add_argument("--kind", choices=tuple(LISTS), default="institution")
    checking = add("check-proof", _check_proof, "check an inclusion proof against a manifest", "proof", "manifest")
    chain = add("verify-log", _verify_log, "check the public log, and that it holds printed heads", "log")
    chain.add_argument("--head", type=_head, action="append", default=[], metavar="NUMBER:DIGEST")
    add("digest", _digest, "print the digest of a transcript, manifest or other JSON file", "file")
    committing = add("commit", _commit, "print the commitment to a contribution")
    committing.add_argument("source")
    committing.add_argument("value")
    for explained in (verifying, checking, chain):
        explained.add_argument("--explain", action="store_true", help="tell every step in Chinese, as it is done")
    return parser


def _run(given: argparse.Namespace) -> int:
    sheet, options = _read(given.sheet), _read(given.options)
    for key in options:
        if key not in ALL_OPTIONS:
            raise OptionsRefused((key,), "unknown_key")
    for key in REQUIRED_OPTIONS:
        if key not in options:
            raise OptionsRefused((key,), "missing")
    transcript = run(
        sheet,
        secret=read_secret(options["secret"]),
        frozen_at=options["frozen_at"],
        contributions=options["contributions"],
        substitutions=options.get("substitutions", []),
    )
    given.output.write_text(dump(transcript), encoding="utf-8", newline="\n")
    return DONE


def _verify(given: argparse.Namespace) -> int:
    transcript = _read(given.transcript)
    difference = verify(transcript, _report_to(given))
    if difference is None and given.explain:
        _tell("published", digest=transcript["commitment"])
        _tell("transcript_digest", digest=digest_of(transcript))
    return _conclude(difference, given)


def _verify_log(given: argparse.Namespace) -> int:
    return _conclude(verify_log(_read(given.log), given.head, _report_to(given)), given)


def _conclude(difference: Difference | None, given: argparse.Namespace) -> int:
    if difference is None:
        _say("verified")
        return DONE
    if given.explain:
        _say(difference_in_chinese(difference))
    _say(str(difference))
    return DIFFERS


def _digest(given: argparse.Namespace) -> int:
    _say(digest_of(_read(given.file)))
    return DONE


def _commit(given: argparse.Namespace) -> int:
    check_contributions({given.source: given.value}, (given.source,))
    _say(contribution_commitment(given.source, given.value))
    return DONE


def _prove(given: argparse.Namespace) -> int:
    sys.stdout.write(dump(prove(_read(given.transcript), given.id, given.kind)))
    return DONE


def _check_proof(given: argparse.Namespace) -> int:
    proof, manifest = _read(given.proof), _read(given.manifest)
    problem = proof_problem(proof, manifest, _report_to(given))
    if problem is None and given.explain:
        _tell("manifest_digest", digest=digest_of(manifest))
    elif problem is not None and given.explain:
        _say(f"✗ 证明不成立。{phrase_in_chinese(problem)}。")
    _say(problem or "included")
    return DONE if problem is None else DIFFERS


def _head(text: str) -> tuple[int, str]:
    """A printed head as people copy it: 17:9f86d081…, whose digest may be grouped and in capitals."""
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", "".join(text.split()).lower())
    if found is None:
        raise argparse.ArgumentTypeError("must be NUMBER:DIGEST, with 64 hex digits")
    return int(found[1]), found[2]


def _report_to(given: argparse.Namespace) -> Report:
    return _tell if given.explain else unheard


def _tell(step: str, **facts: object) -> None:
    _say(step_in_chinese(step, **facts))


def _say(text: str) -> None:
    print(_visible(text), flush=True)


def _visible(text: str) -> str:
    """The text in one line: what a file holds must not pass for a line of ours, nor turn the others around."""
    return "".join(
        character.encode("unicode_escape").decode() if _is_hidden(character) else character for character in text
    )


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _name() -> str:
    """As it was called: the module, or the one file that holds it all."""
    called = Path(sys.argv[0]).name
    return called if called.endswith(".pyz") else "python -m campaigns.draw"


def _read(path: Path) -> dict[str, Any]:
    value = parse(path.read_bytes())
    if not isinstance(value, dict):
        raise JsonRefused((), "not_object")
    return value


if __name__ == "__main__":
    sys.exit(main())
