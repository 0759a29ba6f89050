"""What tests look at in an output."""

import hashlib
from pathlib import Path


def hashes_of(out: Path) -> dict[str, str]:
    """The SHA-256 of every file below `out`, as it is on the disk, by relative path."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
