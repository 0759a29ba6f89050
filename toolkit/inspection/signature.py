"""The signature of a release, where the caller names the key that must have made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from toolkit.dataset.manifest.signing import verify_statement
from toolkit.errors import IntegrityError
from toolkit.inspection.findings import finding, place
from toolkit.storage.dataset_files import MANIFEST_NAME, STATEMENT_NAME
from toolkit.storage.filesystem import digest_file, read_text
from toolkit.storage.presence import is_absent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.diagnostics import Diagnostic
    from toolkit.inspection.aims import PublicKey

MAX_STATEMENT_BYTES: Final = 1024 * 1024


def find_signature_flaws(folder: Path, key: PublicKey) -> Iterator[Diagnostic]:
    """What is wrong with the signature, unless this key made it for this release. UsageError if it is no public key."""
    where = place(folder, STATEMENT_NAME)
    if is_absent(folder / STATEMENT_NAME):
        yield finding("I571", f"there is no {STATEMENT_NAME}, so nobody signed this release", where)
        return
    try:
        text = read_text(folder / STATEMENT_NAME, max_bytes=MAX_STATEMENT_BYTES, error=IntegrityError)
        _, sha256 = digest_file(folder / MANIFEST_NAME, error=IntegrityError)
        verify_statement(text, sha256, key.raw, file=key.file)
    except IntegrityError as fault:
        yield finding("I572", fault.message, where)
