"""The draw engine: `lianchou-draw/1`, from the sheet to the verified transcript, as pure functions.

Plain Python without Django, clock, files (save in `python -m campaigns.draw`) or global randomness. In order of use:

check_sheet(sheet)                              raises SheetRefused at the first fault
preview(sheet)                                  a LineSize per line: all that is known before the randomness
freeze(sheet, secret=, frozen_at=)              Frozen: manifest, commitment and the two trees of leaves
GrowingFreeze(rules, …), preview_census(…)      the same for institutions that come one at a time, or only as counts
people_of(sources), public_of(sources)          who commits and reveals, and what comes into being in public
contribution_commitment(source, value)          what a person publishes first
run(sheet, secret=, frozen_at=, contributions=) the transcript, ready for dump()
run_over(pool, rules, …)                        the same for a Pool that is kept elsewhere, less its institutions
substitute(transcript, request)                 the transcript with one more substitution, or SubstitutionRefused
verify(transcript)                              None, or the first Difference
prove(transcript, id, kind), check_proof(proof, manifest), proof_problem(proof, manifest)
transcript_digest(transcript), result_digest(result)  SHA-256 of the canonical form, as hex text
make_entry(previous, at=, draw=, event=, facts=) the next entry of the public log; make_log(entries), head_of(entries)
verify_log(log, heads)                          None, or where the log is broken or lacks a printed head
canonical(value), dump(value), parse(text)      bytes to hash, text for files, and the strict way back

Every refusal is a Refused with `path`, `code`, `facts` and a plain English text that begins with the path.
"""

from campaigns.draw.canonical import canonical, dump, parse
from campaigns.draw.commitment import Frozen, Tree, contribution_commitment, make_seed, read_secret
from campaigns.draw.differences import Difference
from campaigns.draw.errors import (
    DrawError,
    JsonRefused,
    LogRefused,
    OptionsRefused,
    ProofRefused,
    Refused,
    SheetRefused,
    SubstitutionRefused,
    TranscriptRefused,
)
from campaigns.draw.front import Pool, PoolDisagrees, run_over
from campaigns.draw.growing import GrowingFreeze, preview_census
from campaigns.draw.log import GENESIS, LOG, entry_digest, head_of, make_entry, make_log, verify_log
from campaigns.draw.progress import Progress
from campaigns.draw.proofs import check_proof, proof_problem, prove
from campaigns.draw.sheet import PROTOCOL, people_of, public_of
from campaigns.draw.sizes import CellSize, Census, LineSize
from campaigns.draw.transcript import check_sheet, freeze, preview, result_digest, run, substitute, transcript_digest
from campaigns.draw.verification import verify

__all__ = [
    "GENESIS",
    "LOG",
    "PROTOCOL",
    "CellSize",
    "Census",
    "Difference",
    "DrawError",
    "Frozen",
    "GrowingFreeze",
    "JsonRefused",
    "LineSize",
    "LogRefused",
    "OptionsRefused",
    "Pool",
    "PoolDisagrees",
    "Progress",
    "ProofRefused",
    "Refused",
    "SheetRefused",
    "SubstitutionRefused",
    "TranscriptRefused",
    "Tree",
    "canonical",
    "check_proof",
    "check_sheet",
    "contribution_commitment",
    "dump",
    "entry_digest",
    "freeze",
    "head_of",
    "make_entry",
    "make_log",
    "make_seed",
    "parse",
    "people_of",
    "preview",
    "preview_census",
    "proof_problem",
    "prove",
    "public_of",
    "read_secret",
    "result_digest",
    "run",
    "run_over",
    "substitute",
    "transcript_digest",
    "verify",
    "verify_log",
]
