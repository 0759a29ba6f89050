"""The fault shim from Python: compiled, armed, asked what happened."""

from __future__ import annotations

import mmap
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

STATE = struct.Struct("=QQIIII1024s1024s")  # struct state of shim.c
KINDS = {
    "none": 0,
    "kill": 1,
    "enospc": 2,
    "eio": 3,
    "short": 4,
    "late": 5,
    "kill-one": 6,
    "cut": 7,
    "cut-after-log": 8,
}


def why_no_shim() -> str:
    """What keeps this machine from using the shim; empty if nothing does."""
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        return "the shim needs Linux and a C compiler (cc)"
    return ""


class Shim:
    """A compiled shim with its state file, for faults below one folder."""

    def __init__(self, folder: Path, prefix: Path) -> None:
        self.library = folder / "shim.so"
        self.log = folder / "calls.log"
        self._state_path = folder / "state"
        self._prefix = os.fsencode(prefix)
        compiler = shutil.which("cc")
        if compiler is None:
            raise FileNotFoundError("cc")
        source = Path(__file__).with_name("shim.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(self.library), str(source), "-ldl"], check=True)
        self.log.touch()
        self._state_path.write_bytes(bytes(STATE.size))
        with self._state_path.open("r+b") as file:
            self._state = mmap.mmap(file.fileno(), STATE.size)

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LD_PRELOAD": str(self.library),
            "FAULTS_STATE": str(self._state_path),
            "FAULTS_LOG": str(self.log),
        }

    def arm(self, *, at: int, kind: str, sticky: bool, logging: bool = False) -> None:
        """From now on calls are counted anew, and the one numbered `at` (from 1; 0: none) fails."""
        state = STATE.pack(0, at, KINDS[kind], int(sticky), 0, int(logging), self._prefix, b"")
        self._state[:] = state

    def disarm(self) -> None:
        """Nothing is counted any more."""
        self._state[:] = bytes(STATE.size)

    def first_failed(self) -> str:
        """The first call that failed, with its path; empty if none did."""
        return bytes(STATE.unpack(self._state[:])[7]).split(b"\0", 1)[0].decode(errors="replace")
