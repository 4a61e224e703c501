"""A small disk that can be filled and freed: a tmpfs where this user may mount, a limit on file sizes where not."""

import os
import resource
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

BLOCK = 4096


class SmallDisk:
    def __init__(self, place: Path, *, megabytes: int) -> None:
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o777)  # the database's server is another user
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(place)]
        self.is_mounted = os.getuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
        self._ballast = place / "ballast"
        self._limited: dict[int, tuple[int, int]] = {}

    def fill(self, processes: Iterable[int] = ()) -> None:
        """Not a byte more fits. `processes` write there; they are limited where there is no small disk."""
        if self.is_mounted:
            self._fill()
        else:
            for pid in processes:
                with suppress(ProcessLookupError):
                    self._limited[pid] = resource.prlimit(pid, resource.RLIMIT_FSIZE, (BLOCK, resource.RLIM_INFINITY))

    def _fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(BLOCK))

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)
        for pid, limits in self._limited.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        self._limited.clear()

    def remove(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self.place)], check=False)
            self.is_mounted = False
