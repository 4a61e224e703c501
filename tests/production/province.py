"""Fills the site in whose environment it runs: `python -m tests.production.province [INSTITUTIONS CAMPAIGNS]`."""

import sys
import time

import django

django.setup()

from tests.production.big_data import Size, fill  # noqa: E402  # after setup

if __name__ == "__main__":
    started = time.perf_counter()
    fill(Size(*map(int, sys.argv[1:])))
    print(f"filled in {time.perf_counter() - started:.0f} s")
