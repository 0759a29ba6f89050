"""croissant.json against manifest and contract."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from toolkit.dataset.croissant import croissant_json
from toolkit.dataset.untrusted import read_json
from toolkit.errors import IntegrityError
from toolkit.inspection.documents.differences import find_differences
from toolkit.inspection.findings import finding, place
from toolkit.storage.dataset_files import CROISSANT_NAME, REPORT_NAME
from toolkit.storage.filesystem import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.contract import Contract
    from toolkit.dataset.manifest import Manifest
    from toolkit.diagnostics import Diagnostic

MAX_CROISSANT_BYTES: Final = 16 * 1024 * 1024
WRITTEN_LATER: Final = (CROISSANT_NAME, REPORT_NAME)
"""Files that croissant.json cannot name, for they are written after it."""

TOLD_BY_ALL: Final = ("version", "identifier", "distribution")
"""What croissant.json of any version of the toolkit tells."""


def find_croissant_flaws(folder: Path, contract: Contract, manifest: Manifest, *, same: bool) -> Iterator[Diagnostic]:
    """Whatever croissant.json says that is not what manifest and contract say.

    `same` is whether this very version of the toolkit wrote it; of others only numbers and hashes are compared.
    """
    where = place(folder, CROISSANT_NAME)
    try:
        text = read_text(folder / CROISSANT_NAME, max_bytes=MAX_CROISSANT_BYTES, error=IntegrityError)
        found = read_json(text, file=CROISSANT_NAME).value
    except IntegrityError as fault:
        yield finding("I543", fault.message, where)
        return
    files = tuple(file for file in manifest.files if file.path not in WRITTEN_LATER)
    wanted = json.loads(croissant_json(contract, replace(manifest, files=files)))
    for path, said, true in find_differences("", _told(found, same=same), _told(wanted, same=same)):
        message = f"croissant.json says something else of {path or 'the dataset'} than the manifest"
        yield finding("I543", message, where, path=path, found=said, expected=true)


def _told(document: object, *, same: bool) -> object:
    if same or not isinstance(document, dict):
        return document
    return {key: document.get(key) for key in TOLD_BY_ALL}
