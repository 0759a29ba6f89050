"""Signed releases: who can verify them, and what breaks a signature."""

import base64
import json
import sys
from hashlib import sha256

import pytest
from commands import toolkit_run
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import toolkit
from toolkit.errors import UsageError

PAGE = """خبر
تاريخ النشر: 20th, September 2023 GMT
نص الخبر.
المصدر: سانا
كلمات دلالية: روسيا
"""


def write_keys(folder, name, private=None, *, password=None):
    """A key pair as `ssh-keygen` writes it: `NAME` and `NAME.pub`."""
    private = private or Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
    lock = forms.BestAvailableEncryption(password) if password else forms.NoEncryption()
    (folder / name).write_bytes(private.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.OpenSSH, lock))
    public = private.public_key().public_bytes(forms.Encoding.OpenSSH, forms.PublicFormat.OpenSSH)
    (folder / f"{name}.pub").write_bytes(public + b" editor@example.org\n")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("signed")
    (home / "pages").mkdir()
    (home / "pages/1.txt").write_text(PAGE, "utf-8")
    toolkit.build(home / "pages", home / "dataset", version="1.0.0", workers=1)
    write_keys(home, "editor")
    write_keys(home, "stranger")
    toolkit.publish(home / "dataset", home / "shelf", sign=home / "editor")
    return home


@pytest.fixture
def release(home, tmp_path):
    """A copy of the signed release."""
    import shutil

    return shutil.copytree(home / "shelf/v1.0.0", tmp_path / "release")


def found(release, key):
    return [diagnostic.code for diagnostic in toolkit.validate([release], key=key).diagnostics]


def test_a_signed_release_is_valid_with_and_without_the_key(home, release):
    assert found(release, home / "editor.pub") == []
    assert found(release, None) == []


def test_the_command_takes_the_key(home, release):
    done = toolkit_run("validate", release, "--key", home / "stranger.pub")
    assert done.returncode == 5
    assert "I572" in done.stdout


def test_another_key_did_not_sign_it(home, release):
    assert found(release, home / "stranger.pub") == ["I572"]


def test_a_release_that_nobody_signed(home):
    assert found(home / "dataset", home / "editor.pub") == ["I571"]


def test_a_signature_that_leads_nowhere_is_no_missing_one(home, release):
    (release / "manifest.intoto.json").unlink()
    (release / "manifest.intoto.json").symlink_to("nothing")
    assert "I572" in found(release, home / "editor.pub")


def test_a_changed_manifest_is_not_what_was_signed(home, release):
    manifest = release / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"version": "1.0.0"', '"version": "1.0.1"'), "utf-8")
    assert "I572" in found(release, home / "editor.pub")


CHANGES = {
    "payload": lambda text: text.replace('"payload": "ey', '"payload": "eY'),
    "signature": lambda text: text.replace('"sig": "', '"sig": "AAAA'),
    "type": lambda text: text.replace("application/vnd.in-toto+json", "application/json"),
    "no base64": lambda text: text.replace('"payload": "', '"payload": "='),
    "no JSON": lambda text: text[:-10],
    "no signature": lambda text: json.dumps({**json.loads(text), "signatures": []}),
    "empty": lambda text: "",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_statement_does_not_hold(home, release, change):
    statement = release / "manifest.intoto.json"
    before = statement.read_text("utf-8")
    statement.write_text(change(before), "utf-8")
    assert statement.read_text("utf-8") != before
    assert found(release, home / "editor.pub") == ["I572"]


def test_the_statement_of_another_release_does_not_hold(home, release, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/2.txt").write_text(PAGE.replace("خبر", "نبأ"), "utf-8")
    toolkit.build(tmp_path / "pages", tmp_path / "dataset", version="1.0.0", workers=1)
    toolkit.publish(tmp_path / "dataset", tmp_path / "shelf", sign=home / "editor")
    other = tmp_path / "shelf/v1.0.0/manifest.intoto.json"
    (release / "manifest.intoto.json").write_bytes(other.read_bytes())
    assert found(release, home / "editor.pub") == ["I572"]


def test_the_statement_says_what_was_published(home):
    envelope = json.loads((home / "shelf/v1.0.0/manifest.intoto.json").read_text("utf-8"))
    statement = json.loads(base64.b64decode(envelope["payload"]))
    manifest = (home / "dataset/manifest.json").read_bytes()
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": "manifest.json", "digest": {"sha256": sha256(manifest).hexdigest()}}]
    assert statement["predicate"]["version"] == "1.0.0"
    assert statement["predicate"]["digest"] == json.loads(manifest)["digest"]


def test_the_name_of_the_key_is_its_fingerprint(home):
    envelope = json.loads((home / "shelf/v1.0.0/manifest.intoto.json").read_text("utf-8"))
    kind, blob, *_ = (home / "editor.pub").read_text().split()
    fingerprint = base64.b64encode(sha256(base64.b64decode(blob)).digest()).decode().rstrip("=")
    assert kind == "ssh-ed25519"
    assert envelope["signatures"][0]["keyid"] == f"SHA256:{fingerprint}"


def test_signing_again_gives_the_same_bytes(home, tmp_path):
    toolkit.publish(home / "dataset", tmp_path / "again", sign=home / "editor")
    first, second = home / "shelf/v1.0.0/manifest.intoto.json", tmp_path / "again/v1.0.0/manifest.intoto.json"
    assert first.read_bytes() == second.read_bytes()


def test_keys_in_pem_sign_and_verify(home, tmp_path):
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    public = key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "key.pub.pem").write_bytes(public)
    toolkit.publish(home / "dataset", tmp_path / "shelf", sign=tmp_path / "key.pem")
    assert found(tmp_path / "shelf/v1.0.0", tmp_path / "key.pub.pem") == []


def test_a_locked_key_is_opened_by_the_environment(home, tmp_path, monkeypatch):
    write_keys(tmp_path, "locked", password=b"open sesame")
    with pytest.raises(UsageError, match="no private key that can be read"):
        toolkit.publish(home / "dataset", tmp_path / "shelf", sign=tmp_path / "locked")
    monkeypatch.setenv("TOOLKIT_KEY_PASSPHRASE", "open sesame")
    toolkit.publish(home / "dataset", tmp_path / "shelf", sign=tmp_path / "locked")
    assert found(tmp_path / "shelf/v1.0.0", tmp_path / "locked.pub") == []


def test_other_kinds_of_keys_are_refused(home, tmp_path):
    write_keys(tmp_path, "rsa", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with pytest.raises(UsageError, match="not a key of Ed25519"):
        toolkit.publish(home / "dataset", tmp_path / "shelf", sign=tmp_path / "rsa")
    with pytest.raises(UsageError, match="not a key of Ed25519"):
        toolkit.validate([home / "shelf/v1.0.0"], key=tmp_path / "rsa.pub")


def test_what_is_no_key_is_refused(home):
    with pytest.raises(UsageError, match="no public key that can be read"):
        toolkit.validate([home / "shelf/v1.0.0"], key=home / "dataset/README.md")
    with pytest.raises(UsageError, match="no private key that can be read"):
        toolkit.publish(home / "dataset", home / "other", sign=home / "editor.pub")


def test_a_key_is_for_datasets(home):
    with pytest.raises(UsageError, match="--key is of datasets"):
        toolkit.validate([home / "pages"], key=home / "editor.pub")


def test_signatures_without_their_extra_are_refused_with_its_name(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    monkeypatch.delitem(sys.modules, "toolkit.dataset.manifest.keys", raising=False)
    monkeypatch.delattr("toolkit.dataset.manifest.keys", raising=False)
    with pytest.raises(UsageError, match="a package that is not installed") as refused:
        toolkit.publish(home / "dataset", home / "other", sign=home / "editor")
    assert refused.value.mend == 'pip install "article-toolkit[sign]"'
