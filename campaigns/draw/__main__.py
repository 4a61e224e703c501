"""The command line (section 8): anyone with Python and the file can draw again, verify and prove."""

import argparse
import sys
from pathlib import Path
from typing import Any

from campaigns.draw.canonical import dump, parse
from campaigns.draw.commitment import read_secret
from campaigns.draw.errors import JsonRefused, OptionsRefused, Refused
from campaigns.draw.proofs import LISTS, proof_problem, prove
from campaigns.draw.transcript import run
from campaigns.draw.verification import verify

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
        print(" ".join(str(refusal).split()), file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m campaigns.draw", description="The draw protocol lianchou-draw/1.")
    commands = parser.add_subparsers(required=True)
    drawing = commands.add_parser("run", help="draw from a sheet and write the transcript")
    drawing.add_argument("sheet", type=Path)
    drawing.add_argument("options", type=Path)
    drawing.add_argument("-o", "--output", type=Path, required=True)
    drawing.set_defaults(command=_run)
    verifying = commands.add_parser("verify", help="recompute a transcript and compare")
    verifying.add_argument("transcript", type=Path)
    verifying.set_defaults(command=_verify)
    proving = commands.add_parser("prove", help="print the inclusion proof of one entry")
    proving.add_argument("transcript", type=Path)
    proving.add_argument("id")
    proving.add_argument("--kind", choices=tuple(LISTS), default="institution")
    proving.set_defaults(command=_prove)
    checking = commands.add_parser("check-proof", help="check an inclusion proof against a published manifest")
    checking.add_argument("proof", type=Path)
    checking.add_argument("manifest", type=Path)
    checking.set_defaults(command=_check_proof)
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
    difference = verify(_read(given.transcript))
    print("verified" if difference is None else difference)
    return DONE if difference is None else DIFFERS


def _prove(given: argparse.Namespace) -> int:
    sys.stdout.write(dump(prove(_read(given.transcript), given.id, given.kind)))
    return DONE


def _check_proof(given: argparse.Namespace) -> int:
    problem = proof_problem(_read(given.proof), _read(given.manifest))
    print("included" if problem is None else problem)
    return DONE if problem is None else DIFFERS


def _read(path: Path) -> dict[str, Any]:
    value = parse(path.read_bytes())
    if not isinstance(value, dict):
        raise JsonRefused((), "not_object")
    return value


if __name__ == "__main__":
    sys.exit(main())
