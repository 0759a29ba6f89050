"""Signed manifests: an in-toto statement about manifest.json in a DSSE envelope, signed with Ed25519.

Formats: in-toto.io/Statement/v1 and the protocol of DSSE 1.0 (github.com/secure-systems-lab/dsse). The manifest holds
the hash of every file and the digest of the rows, so that its own hash stands for the whole dataset.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from toolkit.dataset.untrusted import read_json
from toolkit.errors import IntegrityError, UsageError
from toolkit.storage import MANIFEST_NAME, STATEMENT_NAME

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from toolkit.dataset.manifest import Manifest

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "urn:article-dataset:release:v1"
PAYLOAD: Final = "application/vnd.in-toto+json"

_TEXT: Final = re.compile(r"[A-Za-z0-9+/=_-]*")
_NAME: Final = re.compile(r"[!-~]{0,200}")


def sign_manifest(
    sha256: str, manifest: Manifest, private_key: bytes, *, file: str, passphrase: bytes | None = None
) -> bytes:
    """The content of manifest.intoto.json for the manifest whose file has the hash `sha256` (hex).

    `private_key` is PEM (PKCS #8) or OpenSSH, of Ed25519; the same key and manifest give the same bytes. UsageError,
    which names the key's `file`, for anything else.
    """
    key = _private(private_key, file, passphrase)
    payload = json.dumps(_statement(sha256, manifest), ensure_ascii=False, sort_keys=True).encode()
    signature = {"keyid": _key_id(key.public_key()), "sig": _encode(key.sign(_authenticated(payload)))}
    envelope = {"payloadType": PAYLOAD, "payload": _encode(payload), "signatures": [signature]}
    return (json.dumps(envelope, indent=1) + "\n").encode()


def verify_statement(text: str, sha256: str, public_key: bytes, *, file: str) -> None:
    """IntegrityError unless manifest.intoto.json is signed by `public_key` and about the manifest of hash `sha256`.

    `public_key` is PEM or a line of OpenSSH (`ssh-ed25519 AAAA…`); UsageError, which names its `file`, if it is none.
    """
    key = _public(public_key, file)
    payload, signatures = _read_envelope(text)
    if not any(_is_signed(key, signature, payload) for signature in signatures):
        raise IntegrityError(f"{STATEMENT_NAME}: no signature in it is of the key {_key_id(key)}")
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


def _is_signed(key: Ed25519PublicKey, signature: bytes, payload: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra

    try:
        key.verify(signature, _authenticated(payload))
    except InvalidSignature:
        return False
    return True


def _key_id(key: Ed25519PublicKey) -> str:
    """`SHA256:…`, as `ssh-keygen -l` prints it."""
    raw = key.public_bytes_raw()
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", raw))
    return f"SHA256:{_encode(hashlib.sha256(blob).digest()).rstrip('=')}"


def _private(raw: bytes, file: str, passphrase: bytes | None) -> Ed25519PrivateKey:
    _require_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    load = serialization.load_ssh_private_key if b"OPENSSH" in raw else serialization.load_pem_private_key
    try:
        key = load(raw, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        mend = "Give its passphrase in TOOLKIT_KEY_PASSPHRASE, or make a key with `ssh-keygen -t ed25519`."
        raise UsageError(f"{file}: no private key that can be read", mend=mend) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{file}: not a key of Ed25519", mend="Make one with `ssh-keygen -t ed25519`.")
    return key


def _public(raw: bytes, file: str) -> Ed25519PublicKey:
    _require_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

    load = serialization.load_ssh_public_key if raw.startswith(b"ssh-") else serialization.load_pem_public_key
    try:
        key = load(raw.strip())
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise UsageError(f"{file}: no public key that can be read", mend="Name the file that ends in .pub.") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{file}: not a key of Ed25519")
    return key


def _require_cryptography() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise UsageError(
            "signatures need a package that is not installed", mend='pip install "article-toolkit[sign]"'
        ) from None


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise IntegrityError(f"{STATEMENT_NAME}: not base64: {fault}") from fault
