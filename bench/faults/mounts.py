"""File systems that are made to be cut off or filled up: ext4 on a loop device, and tmpfs. Needs root."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EXT4_IOC_SHUTDOWN = 0x8004587D  # linux/ext4.h, _IOR('X', 125, __u32)
FLUSH_LOG, DROP_LOG = 1, 2
SBIN = ("/usr/sbin", "/sbin")
PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), *SBIN))


def why_no_mounts(*programs: str) -> str:
    """What keeps this machine from mounting; empty if nothing does."""
    missing = [program for program in ("mount", "umount", *programs) if shutil.which(program, path=PATH) is None]
    if not sys.platform.startswith("linux"):
        return "needs Linux"
    if os.geteuid() != 0:
        return "needs root"
    return f"needs {', '.join(missing)}" if missing else ""


class CannotMountError(OSError):
    """The machine lets no such file system be made; what fails later is a plain `OSError`."""


class LoopDisk:
    """An ext4 file system in a file, mounted at a folder; `CannotMountError` where that may not be."""

    def __init__(self, image: Path, folder: Path, *, mebibytes: int = 64) -> None:
        self._folder = folder
        with image.open("wb") as file:
            file.truncate(mebibytes * 2**20)
        try:
            _run("mkfs.ext4", "-q", "-F", str(image))
            self._device = _run("losetup", "--find", "--show", str(image)).strip()
        except OSError as refusal:
            raise CannotMountError(str(refusal)) from refusal
        try:
            self.mount()
        except OSError as refusal:
            _run("losetup", "--detach", self._device)
            raise CannotMountError(str(refusal)) from refusal

    def mount(self) -> None:
        """As after power came back: the journal is replayed."""
        _run("mount", self._device, str(self._folder))

    def unmount(self) -> None:
        _run("umount", str(self._folder))

    def cut(self, flags: int) -> None:
        """What is not on the medium by now never gets there; `FLUSH_LOG`: the journal still does."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", flags))
        finally:
            os.close(descriptor)

    def flush(self) -> None:
        """Bring everything to the medium."""
        _run("sync", "--file-system", str(self._folder))

    def close(self) -> None:
        """Take it away, from under a build that still runs too."""
        unmount(self._folder)
        _run("losetup", "--detach", self._device)


def try_memory(folder: Path) -> None:
    """`CannotMountError` if no tmpfs may be mounted at a folder."""
    try:
        mount_memory(folder, limit="size=1m")
    except OSError as refusal:
        raise CannotMountError(str(refusal)) from refusal
    unmount(folder)


def mount_memory(folder: Path, *, limit: str) -> None:
    """A tmpfs with a limit such as `size=1m` or `nr_inodes=30`."""
    _run("mount", "-t", "tmpfs", "-o", limit, "none", str(folder))


def widen_memory(folder: Path) -> None:
    """Room enough for everything."""
    _run("mount", "-o", "remount,size=64m,nr_inodes=10000", str(folder))


def unmount(folder: Path) -> None:
    """Take the file system away from a folder, though a build may still run there."""
    _run("umount", "--lazy", str(folder))


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": PATH})
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
