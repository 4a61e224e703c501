"""What it costs anyone to verify a draw of 100,000 institutions with the one packed file, start and reading included, in processor time.

Run: python tests/bench/bench_verify.py
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench_draw import make_sheet

from campaigns import draw as engine
from campaigns.draw import packing

INSTITUTIONS = 100_000
MOST_SECONDS = 10


def main() -> int:
    options = {"secret": bytes(32), "frozen_at": "2026-01-01T00:00:00Z", "contributions": {"public:开奖": "1"}}
    with tempfile.TemporaryDirectory() as name:
        transcript, verifier = Path(name) / "transcript.json", Path(name) / packing.FILE_NAME
        transcript.write_text(engine.dump(engine.run(make_sheet(INSTITUTIONS), **options)), encoding="utf-8")
        verifier.write_bytes(packing.pack())
        subprocess.run([sys.executable, "-I", "-S", verifier, "verify", transcript], check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        megabytes = transcript.stat().st_size / 1_000_000
    seconds = used.ru_utime + used.ru_stime
    print(f"{INSTITUTIONS:,} institutions ({megabytes:.0f} MB): verified in {seconds:.1f} s, of {MOST_SECONDS} allowed")
    return int(seconds > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
