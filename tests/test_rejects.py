"""`restore_rejects`: every rejected page is a file that the next build reads as the same page."""

import gzip
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_pages import page, write_pages

import toolkit

UNREADABLE = "تاريخ النشر: أمس"


def bad(name: str) -> bytes:
    """A page that no other is like, with a date that cannot be read."""
    return page(headline=name, date=UNREADABLE).encode()


def restored(tmp_path: Path, *inputs: Path) -> tuple[toolkit.RestoredRejects, dict[str, bytes]]:
    """What the rejects of a build of `inputs` are written as: bytes by path."""
    toolkit.build([*inputs, write_pages(tmp_path / "good", 1)], tmp_path / "dist", workers=1)
    made = toolkit.restore_rejects(tmp_path / "dist", tmp_path / "mend")
    files = (path for path in (tmp_path / "mend").rglob("*") if path.is_file() and path.suffix != ".json")
    return made, {path.relative_to(tmp_path / "mend").as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def mixed(tmp_path):
    """A folder with a rejected page in a file of each kind."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "plain.txt").write_bytes(bad("plain"))
    (raw / "CAPITAL.TXT").write_bytes(bad("capital"))
    (raw / "packed.txt.gz").write_bytes(gzip.compress(bad("packed")))
    with pa.CompressedOutputStream(str(raw / "zstd.txt.zst"), "zstd") as stream:
        stream.write(bad("zstd"))
    (raw / "a.jsonl").write_text(json.dumps({"text": page()}) + "\n" + json.dumps({"text": bad("line").decode()}))
    pq.write_table(pa.table({"text": [bad("row").decode()]}), raw / "b.parquet")
    (tmp_path / "member.txt").write_bytes(bad("member"))
    with tarfile.open(raw / "c.tar", "w") as archive:
        archive.add(tmp_path / "member.txt", "deep/member.txt")
    return raw


def test_every_kind_of_page_becomes_a_plain_text_file(tmp_path, mixed):
    made, files = restored(tmp_path, mixed)
    assert files == {
        "raw/plain.txt": bad("plain"),
        "raw/CAPITAL.TXT": bad("capital"),
        "raw/packed.txt": bad("packed"),
        "raw/zstd.txt": bad("zstd"),
        "raw/a.jsonl/2.txt": bad("line"),
        "raw/b.parquet/1.txt": bad("row"),
        "raw/c.tar/deep/member.txt": bad("member"),
    }
    assert made.pages == 7
    assert made.renamed == (
        ("raw/a.jsonl!2", "raw/a.jsonl/2.txt"),
        ("raw/b.parquet!1", "raw/b.parquet/1.txt"),
        ("raw/packed.txt.gz", "raw/packed.txt"),
        ("raw/zstd.txt.zst", "raw/zstd.txt"),
    )


def test_the_pages_that_are_mended_build(tmp_path, mixed):
    _, files = restored(tmp_path, mixed)
    for name in files:
        mended = (tmp_path / "mend" / name).read_text("utf-8").replace("أمس", "20th, September 2023 GMT")
        (tmp_path / "mend" / name).write_text(mended, "utf-8")
    again = toolkit.build(tmp_path / "mend", tmp_path / "again", workers=1)
    assert (again.pages, again.rows) == (7, 7)


def test_a_compressed_page_and_a_plain_one_of_its_name_are_two_files(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_bytes(bad("plain"))
    (tmp_path / "raw" / "a.txt.gz").write_bytes(gzip.compress(bad("packed")))
    made, files = restored(tmp_path, tmp_path / "raw")
    [(file, name)] = made.renamed
    assert (file, Path(name).name, files[name]) == ("raw/a.txt.gz", "a.txt", bad("packed"))
    assert files["raw/a.txt"] == bad("plain")


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("page.html", "page.html.txt"),
        (".hidden.txt", "\\x2ehidden.txt"),
        ("..txt", "\\x2e\\x2etxt.txt"),
    ],
)
def test_a_file_that_only_its_name_made_a_page_is_found_in_a_folder(tmp_path, given, written):
    (tmp_path / given).write_bytes(bad("odd"))
    _, files = restored(tmp_path, tmp_path / given)
    assert files == {written: bad("odd")}


def test_a_hidden_folder_that_was_an_input_is_not_hidden_among_the_rejects(tmp_path):
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.txt").write_bytes(bad("odd"))
    _, files = restored(tmp_path, tmp_path / ".hidden")
    assert files == {"\\x2ehidden/a.txt": bad("odd")}
    assert toolkit.validate(tmp_path / "mend").codes == {"P203": 1}
