"""`with_statement`: a signed statement of who published a release, beside its files (in-toto.io, DSSE)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from toolkit.arguments import file_of
from toolkit.dataset.manifest.signing import sign_manifest
from toolkit.errors import UsageError
from toolkit.release.contents import Release, ReleaseFile
from toolkit.storage.dataset_files import MANIFEST_NAME, STATEMENT_NAME
from toolkit.storage.filesystem import read_bytes

MAX_KEY_BYTES: Final = 64 * 1024
PASSPHRASE: Final = "TOOLKIT_KEY_PASSPHRASE"  # noqa: S105 - its name
"""The environment variable with the passphrase of a key; none is ever asked for or taken as an argument."""


def with_statement(release: Release, key: str | Path | None) -> Release:
    """The release with manifest.intoto.json, signed with the private key in a file; the release itself without one.

    UsageError if the file holds no key that can sign.
    """
    if key is None:
        return release
    with file_of("--sign"):
        private = read_bytes(Path(key), max_bytes=MAX_KEY_BYTES, error=UsageError)
    manifest = release.file(MANIFEST_NAME)
    data = sign_manifest(
        manifest.sha256,
        release.manifest,
        private,
        file=str(key),
        passphrase=os.environ.get(PASSPHRASE, "").encode() or None,
    )
    signed = ReleaseFile(path=STATEMENT_NAME, sha256=hashlib.sha256(data).hexdigest(), size=len(data), data=data)
    return replace(release, files=(*release.files, signed))
