"""Signed manifests: an in-toto statement about manifest.json in a DSSE envelope, signed with Ed25519.

Formats: in-toto.io/Statement/v1 and the protocol of DSSE 1.0 (github.com/secure-systems-lab/dsse). The manifest holds
the hash of every file and the digest of the rows, so that its own hash stands for the whole dataset.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final

from toolkit.dataset.untrusted import read_json
from toolkit.errors import IntegrityError
from toolkit.storage.dataset_files import MANIFEST_NAME, STATEMENT_NAME

if TYPE_CHECKING:
    from toolkit.dataset.manifest.model import Manifest

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "urn:article-dataset:release:v1"
PAYLOAD: Final = "application/vnd.in-toto+json"

_TEXT: Final = re.compile(r"[A-Za-z0-9+/=_-]*")
_NAME: Final = re.compile(r"[!-~]{0,200}")


def sign_manifest(sha256: str, manifest: Manifest, private_key: bytes, *, file: str, passphrase: bytes | None) -> bytes:
    """The content of manifest.intoto.json for the manifest whose file has the hash `sha256` (hex).

    `private_key` is PEM (PKCS #8) or OpenSSH, of Ed25519; the same key and manifest give the same bytes. UsageError,
    which names the key's `file`, for anything else, and without the extra `sign`.
    """
    from toolkit.dataset.manifest import keys  # noqa: PLC0415 - an extra

    key = keys.read_private(private_key, file=file, passphrase=passphrase)
    payload = json.dumps(_statement(sha256, manifest), ensure_ascii=False, sort_keys=True).encode()
    signature = {"keyid": keys.key_id(key.public_key()), "sig": _encode(key.sign(_authenticated(payload)))}
    envelope = {"payloadType": PAYLOAD, "payload": _encode(payload), "signatures": [signature]}
    return (json.dumps(envelope, indent=1) + "\n").encode()


def verify_statement(text: str, sha256: str, public_key: bytes, *, file: str) -> None:
    """IntegrityError unless manifest.intoto.json is signed by `public_key` and about the manifest of hash `sha256`.

    `public_key` is PEM or a line of OpenSSH (`ssh-ed25519 AAAA…`); UsageError, which names its `file`, if it is none.
    """
    from toolkit.dataset.manifest import keys  # noqa: PLC0415 - as above

    key = keys.read_public(public_key, file=file)
    payload, signatures = _read_envelope(text)
    if not any(keys.is_signed(_authenticated(payload), signature, key) for signature in signatures):
        raise IntegrityError(f"{STATEMENT_NAME}: no signature in it is of the key {keys.key_id(key)}")
    statement = read_json(payload.decode("utf-8", "replace"), file=STATEMENT_NAME).value
    subject = {"name": MANIFEST_NAME, "digest": {"sha256": sha256}}
    stated = statement if isinstance(statement, dict) else {}
    if (
        stated.get("_type") != STATEMENT
        or stated.get("predicateType") != PREDICATE
        or stated.get("subject") != [subject]
    ):
        raise IntegrityError(f"{STATEMENT_NAME}: is signed, but not about this {MANIFEST_NAME}")


def _statement(sha256: str, manifest: Manifest) -> dict[str, Any]:  # Any: what JSON takes
    return {
        "_type": STATEMENT,
        "subject": [{"name": MANIFEST_NAME, "digest": {"sha256": sha256}}],
        "predicateType": PREDICATE,
        "predicate": {"version": manifest.version, "digest": manifest.digest, "toolkit": manifest.toolkit},
    }


def _authenticated(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding, so that the type of the payload is signed too."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _read_envelope(text: str) -> tuple[bytes, list[bytes]]:
    fields = read_json(text, file=STATEMENT_NAME).object("payloadType", "payload", "signatures")
    fields["payloadType"].match(re.compile(re.escape(PAYLOAD)), repr(PAYLOAD))
    entries = [entry.object("keyid", "sig") for entry in fields["signatures"].list()]
    for entry in entries:
        entry["keyid"].match(_NAME, "the name of a key")
    texts = [fields["payload"], *(entry["sig"] for entry in entries)]
    payload, *signatures = [_decode(value.match(_TEXT, "base64")) for value in texts]
    return payload, signatures


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise IntegrityError(f"{STATEMENT_NAME}: not base64: {fault}") from fault
