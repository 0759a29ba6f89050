"""Keys of Ed25519. Without the extra `sign` the import of this module is a UsageError."""

from __future__ import annotations

import base64
import hashlib

from toolkit.errors import UsageError

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError as fault:
    MESSAGE = "signatures need a package that is not installed"
    raise UsageError(MESSAGE, mend='pip install "article-toolkit[sign]"') from fault


def read_private(raw: bytes, *, file: str, passphrase: bytes | None) -> Ed25519PrivateKey:
    """The key in PEM (PKCS #8) or OpenSSH; UsageError, which names its `file`, for anything else."""
    load = serialization.load_ssh_private_key if b"OPENSSH" in raw else serialization.load_pem_private_key
    try:
        key = load(raw, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        mend = "Give its passphrase in TOOLKIT_KEY_PASSPHRASE, or make a key with `ssh-keygen -t ed25519`."
        raise UsageError(f"{file}: no private key that can be read", mend=mend) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{file}: not a key of Ed25519", mend="Make one with `ssh-keygen -t ed25519`.")
    return key


def read_public(raw: bytes, *, file: str) -> Ed25519PublicKey:
    """The key in PEM or a line of OpenSSH (`ssh-ed25519 AAAA…`); UsageError, which names its `file`, if it is none."""
    load = serialization.load_ssh_public_key if raw.startswith(b"ssh-") else serialization.load_pem_public_key
    try:
        key = load(raw.strip())
    except (ValueError, UnsupportedAlgorithm) as fault:
        raise UsageError(f"{file}: no public key that can be read", mend="Name the file that ends in .pub.") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{file}: not a key of Ed25519")
    return key


def is_signed(data: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether `signature` is the one of `data` by the owner of `key`."""
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def key_id(key: Ed25519PublicKey) -> str:
    """`SHA256:…`, as `ssh-keygen -l` prints it."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", key.public_bytes_raw()))
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"
