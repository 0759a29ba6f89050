"""manifest.json and SHA256SUMS: written as fixed, read as if an enemy had written them."""

import hashlib
import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.dataset.manifest import (
    Counts,
    Inputs,
    ListedFile,
    Manifest,
    Source,
    document_hash,
    inputs_sha256,
    manifest_from_json,
    manifest_to_json,
    release_sums,
    sums_from_text,
    sums_to_text,
)
from toolkit.documents import Document
from toolkit.errors import IntegrityError, ToolkitError, UsageError

MANIFEST = Manifest(
    version="1.2.0",
    toolkit="0.1.0",
    pyarrow="26.0.1",
    contract=Source(version="1.0.0", sha256="c" * 64),
    inputs=Inputs(count=4, bytes=5000, sha256="d" * 64),
    counts=Counts(
        pages=4, rows=2, rejected=1, duplicates=1, foreign=0, excluded=0, warnings=(("P223", 1), ("P222", 2))
    ),
    digest="sha256:" + "e" * 64,
    files=(
        ListedFile(path="rejects/rejects-00000.parquet", rows=1, bytes=900, sha256="a" * 64, published=False),
        ListedFile(path="README.md", rows=None, bytes=100, sha256="b" * 64),
    ),
)

TEXT = """{
 "format": "article-dataset/1",
 "version": "1.2.0",
 "toolkit": "0.1.0",
 "pyarrow": "26.0.1",
 "contract": {
  "version": "1.0.0",
  "sha256": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
 },
 "inputs": {
  "count": 4,
  "bytes": 5000,
  "sha256": "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
 },
 "counts": {
  "pages": 4,
  "rows": 2,
  "rejected": 1,
  "duplicates": 1,
  "foreign": 0,
  "excluded": 0,
  "warnings": {
   "P222": 2,
   "P223": 1
  }
 },
 "digest": "sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
 "files": [
  {
   "path": "README.md",
   "rows": null,
   "bytes": 100,
   "sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
   "published": true
  },
  {
   "path": "rejects/rejects-00000.parquet",
   "rows": 1,
   "bytes": 900,
   "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
   "published": false
  }
 ]
}
"""


def changed(path, value):
    """TEXT with the value at a path such as ("files", 0, "path") replaced."""
    document = json.loads(TEXT)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


def test_the_text_is_canonical():
    assert manifest_to_json(MANIFEST) == TEXT


def test_what_is_written_is_read_back():
    assert manifest_to_json(manifest_from_json(TEXT)) == TEXT


def test_order_of_keys_and_white_space_do_not_matter():
    shuffled = json.dumps(dict(reversed(json.loads(TEXT).items())))
    assert manifest_from_json(shuffled) == manifest_from_json(TEXT)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), "1.2", "version is '1.2'; expected a version X.Y.Z"),
        (("version",), "01.2.0", "version is '01.2.0'"),
        (("version",), "1.2.0\n", "version is '1.2.0\\\\n'"),
        (("version",), "١.2.0", "version is"),
        (("toolkit",), "", "toolkit is ''; expected a version"),
        (("toolkit",), "::error::", "toolkit is"),
        (("pyarrow",), None, "pyarrow is None"),
        (("contract",), [], r"contract is \[\]; expected an object"),
        (("contract", "version"), "1\ud800", "contract.version is '1\\\\ud800'; expected a text on one line"),
        (("contract", "version"), "a\u202eb", "contract.version is 'a\\\\u202eb'"),
        (("contract", "sha256"), "C" * 64, "contract.sha256 is"),
        (("inputs", "count"), -1, "inputs.count is -1; expected a whole number, not below 0"),
        (("inputs", "count"), True, "inputs.count is True"),
        (("inputs", "bytes"), 1.0, "inputs.bytes is 1.0"),
        (("inputs", "bytes"), 2**63, "inputs.bytes is 9223372036854775808"),
        (("inputs", "size"), 1, "inputs has the unknown key 'size'"),
        (("counts", "rows"), "2", "counts.rows is '2'"),
        (("counts", "warnings"), {"p222": 1}, "counts.warnings.p222 is 1; expected a code such as P222 as its key"),
        (("counts", "warnings"), {"P222": None}, "counts.warnings.P222 is None"),
        (("digest",), "e" * 64, "digest is"),
        (("files",), {}, "files is {}; expected a list"),
        (("files", 1), None, r"files\[1\] is None; expected an object"),
        (("files", 1, "rows"), -1, r"files\[1\].rows is -1"),
        (("files", 1, "sha256"), "a" * 63, r"files\[1\].sha256 is 'a+'; expected 64 hex digits"),
        (("files", 1, "published"), 1, r"files\[1\].published is 1; expected true or false"),
        (("files", 0, "path"), "Rejects/rejects-00000.parquet/x", r"files\[1\].path is .*expected a path of its own"),
        (("files", 0, "path"), "REJECTS/rejects-00000.parquet", r"files\[1\].path is"),
        (("files", 0, "path"), "manifest.json", r"files\[0\].path is 'manifest.json'"),
        (("files", 0, "path"), "sha256sums", r"files\[0\].path is 'sha256sums'"),
    ],
)
def test_a_fault_is_told_with_its_place(path, value, message):
    with pytest.raises(IntegrityError, match=message):
        manifest_from_json(changed(path, value))


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "a/../x",
        "a/..",
        "/etc/passwd",
        "//host/x",
        "a//b",
        "a/",
        "./a",
        "",
        ".",
        ".git/config",
        "a\\b",
        "..\\x",
        "C:x",
        "a\0b",
        "a\nb",
        "a b",
        "~/x",
        "-x",
        "a/\u2024\u2024/x",
        "a%2e%2e/x",
        "x" * 201,
        7,
        None,
    ],
    ids=repr,
)
def test_a_path_that_could_leave_the_dataset_is_refused(path):
    with pytest.raises(IntegrityError, match=r"files\[0\].path is .*expected a relative path"):
        manifest_from_json(changed(("files", 0, "path"), path))


@pytest.mark.parametrize("path", ["data/train-00000-of-00001.parquet", "a/b/c.d-e_f", "_x", "a..b"])
def test_a_path_that_stays_inside_is_taken(path):
    assert path in [file.path for file in manifest_from_json(changed(("files", 0, "path"), path)).files]


@pytest.mark.parametrize("key", ["format", "version", "inputs", "digest", "files"])
def test_a_missing_key_is_named(key):
    document = json.loads(TEXT)
    del document[key]
    with pytest.raises(IntegrityError, match=f"has no key '{key}'"):
        manifest_from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "manifest.json:1:1: not JSON"),
        ("[]", r"the document is \[\]; expected an object"),
        ('{"format": "article-dataset/1", "format": "x"}', "the key 'format' stands twice"),
        ('{"format": NaN}', "NaN is not JSON"),
        ('{"format": ' + "9" * 5_000 + "}", "manifest.json: "),
        ("[" * 200_000, "nested too deep"),
        (TEXT + "{}", "not JSON: Extra data"),
        (TEXT.replace('"format": "article-dataset/1"', '"format": "article-dataset/0"'), "format is"),
        (TEXT.replace('"format": "article-dataset/1"', '"format": "other/1"'), "format is 'other/1'"),
        (changed(("files",), [0] * 100_001), "expected at most 100000 files"),
    ],
    ids=[
        "empty",
        "list",
        "repeated key",
        "constant",
        "long number",
        "deep",
        "trailing",
        "format zero",
        "format",
        "files",
    ],
)
def test_what_is_no_manifest_is_refused(text, message):
    with pytest.raises(IntegrityError, match=message):
        manifest_from_json(text)


def test_a_newer_format_is_said_to_be_newer():
    text = '{"format": "article-dataset/2", "anything": 1}'
    with pytest.raises(UsageError, match=r"newer than 'article-dataset/1'[^\n]*\n *Upgrade"):
        manifest_from_json(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(
        [("format",), ("contract",), ("inputs", "count"), ("counts",), ("counts", "warnings"), ("files",)]
        + [("files", 0, key) for key in ("path", "rows", "bytes", "sha256", "published")]
    ),
    values,
)
def test_any_value_anywhere_is_taken_or_refused(path, value):
    try:
        manifest = manifest_from_json(changed(path, value))
    except ToolkitError:
        return
    assert manifest_from_json(manifest_to_json(manifest)) == manifest


@given(st.text(max_size=40) | st.text('{}[]",:0eE.-+ntf\\u', max_size=40))
def test_any_text_is_refused_in_our_own_words(text):
    with pytest.raises(ToolkitError):
        manifest_from_json(text)


@pytest.mark.parametrize(("excluded", "fits"), [(0, True), (1, False)])
def test_counts_add_up_when_every_page_is_somewhere(excluded, fits):
    counts = Counts(pages=10, rows=4, rejected=3, duplicates=2, foreign=1, excluded=excluded)
    assert counts.add_up is fits


PAGE = Document(file="a/ب.txt", raw=b"x", size=1, sha256=hashlib.sha256(b"x").hexdigest())


def test_a_document_is_hashed_by_name_size_and_content():
    written = b"\x08\0\0\0\0\0\0\0a/\xd8\xa8.txt" + b"\x01\0\0\0\0\0\0\0" + hashlib.sha256(b"x").digest()
    assert document_hash(PAGE) == hashlib.sha256(written).digest()


def test_inputs_are_hashed_in_order_whatever_the_pieces():
    first, second = b"\x01" * 32, b"\x02" * 32
    expected = hashlib.sha256(first + second).hexdigest()
    assert inputs_sha256([first, second]) == inputs_sha256([first + second, b""]) == expected
    assert inputs_sha256([second, first]) != expected


def test_a_release_carries_the_manifest_but_no_rejects():
    assert release_sums(MANIFEST, "f" * 64) == {"README.md": "b" * 64, "manifest.json": "f" * 64}


def test_sums_stand_in_the_order_of_their_paths():
    text = sums_to_text({"b": "b" * 64, "a/c": "a" * 64})
    assert text == "a" * 64 + "  a/c\n" + "b" * 64 + "  b\n"


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9), st.just("a" * 64)))
def test_any_path_is_read_back(found):
    assert sums_from_text(sums_to_text(found)) == found


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no coreutils")
def test_sha256sum_reads_them(tmp_path):
    names = ["plain", "with space", "عربي", "back\\slash", "line\nend", "carriage\rreturn"]
    for name in names:
        (tmp_path / name).write_text(name, "utf-8")
    text = sums_to_text({name: hashlib.sha256(name.encode()).hexdigest() for name in names})
    (tmp_path / "SHA256SUMS").write_text(text, "utf-8", newline="")
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout.count(b"OK")) == (0, 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 64 + "  x", "SHA256SUMS:1: the last line is cut short"),
        ("a" * 63 + "  x\n", "SHA256SUMS:1: "),
        ("A" * 64 + "  x\n", "SHA256SUMS:1: "),
        ("a" * 64 + "  x\n\n", "SHA256SUMS:2: ''"),
        ("a" * 64 + "  \n", "SHA256SUMS:1: "),
        ("a" * 64 + "  x\r\n", r"SHA256SUMS:1: .*x\\r'"),
        ("a" * 64 + "  x\n" + "b" * 64 + "  x\n", "SHA256SUMS:2: 'x' stands here a second time"),
        ("\\" + "a" * 64 + "  x\\t\n", "SHA256SUMS:1: .* has an escape"),
    ],
    ids=["cut short", "short hash", "upper case", "empty line", "no path", "line end of Windows", "repeated", "escape"],
)
def test_a_bad_line_is_told_by_its_number(text, message):
    with pytest.raises(IntegrityError, match=message):
        sums_from_text(text)
