"""The manifest: what a dataset was made from and what it consists of, and the files that vouch for it.

`model` is manifest.json, for which `inputs` hashes the documents; `sums` is SHA256SUMS; `signing` signs the manifest
(`keys`).
"""

from toolkit.dataset.manifest.inputs import document_hash, inputs_sha256
from toolkit.dataset.manifest.model import (
    PLACES,
    Counts,
    Inputs,
    ListedFile,
    Manifest,
    Source,
    manifest_from_json,
    manifest_to_json,
)
from toolkit.dataset.manifest.sums import release_sums, sums_from_text, sums_to_text

__all__ = [
    "PLACES",
    "Counts",
    "Inputs",
    "ListedFile",
    "Manifest",
    "Source",
    "document_hash",
    "inputs_sha256",
    "manifest_from_json",
    "manifest_to_json",
    "release_sums",
    "sums_from_text",
    "sums_to_text",
]
