"""`explain`: a page is found by the name that a build prints, and read as a build reads it."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import zipfile
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import toolkit
from toolkit.errors import InputError, UsageError

PAGE = "عنوان\nتاريخ النشر: 20th, September 2023 GMT\nفقرة\nالمصدر: الراي\nكلمات دلالية: روسيا\n"
BAD = "عنوان {}\nتاريخ النشر: أمس\nفقرة\nالمصدر: الراي\nكلمات دلالية: روسيا\n"


def tar_of(**members):
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(f"d/{name}.txt")
            info.size = len(text.encode())
            archive.addfile(info, BytesIO(text.encode()))
    return made.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(BAD.format("b").encode()))
    (tmp_path / "c.tar").write_bytes(tar_of(x=PAGE, y=BAD.format("c")))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("x!1.txt", BAD.format("d"))
    records = [{"text": PAGE}, {"text": BAD.format("e")}, {"story": BAD}]
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    pq.write_table(pa.table({"text": [PAGE, BAD.format("f")]}), tmp_path / "f.parquet")
    return tmp_path


def test_every_name_that_a_build_prints_is_explained_with_the_same_findings(folder, tmp_path):
    built = toolkit.build([folder], tmp_path / "dist", skip_unreadable=True)
    printed = {found.file: found for found in built.diagnostics if found.code == "P203"}
    names = ["b.txt.gz", "c.tar!d/y.txt", "d.zip!x!1.txt", "e.jsonl!2", "f.parquet!2"]
    assert sorted(printed) == [f"{folder}/{name}" for name in names]
    for name, found in printed.items():
        explained = toolkit.explain(name)
        assert (explained.file, explained.accepted) == (name, False)
        assert found in explained.diagnostics


ODD_NAMES = ["a\nb.txt", "a\\b.txt", "c\nd.tar", "x.tar!y.txt", os.fsdecode(b"latin\xe9.txt")]


def test_a_name_with_escapes_is_explained_as_the_dataset_prints_it(tmp_path):
    (tmp_path / "raw").mkdir()
    for number, name in enumerate(ODD_NAMES):
        text = f"{number} {PAGE}"
        (tmp_path / "raw" / name).write_bytes(tar_of(**{"e\nf": text}) if name.endswith(".tar") else text.encode())
    toolkit.build(tmp_path / "raw", tmp_path / "dist")
    names = pq.read_table(tmp_path / "dist" / "data").column("page").combine_chunks().field("file").to_pylist()
    assert names == [r"a\x0ab.txt", r"a\x5cb.txt", r"c\x0ad.tar!d/e\x0af.txt", r"latin\xe9.txt", r"x.tar\x21y.txt"]
    for name in names:
        assert toolkit.explain(tmp_path / "raw" / name).file == f"{tmp_path}/raw/{name}"


@pytest.mark.parametrize("name", ["a.txt", "c.tar!d/x.txt", "e.jsonl!1", "f.parquet!1"])
def test_a_page_that_a_build_makes_a_row_is_one(folder, name):
    explained = toolkit.explain(folder / name)
    assert explained.accepted
    assert [line.block for line in explained.lines] == ["headline", "date", "body", "source", "tags"]


@pytest.mark.parametrize(
    ("name", "example"), [("c.tar", "c.tar!d/x.txt"), ("e.jsonl", "e.jsonl!1"), ("f.parquet", "f.parquet!1")]
)
def test_a_container_without_a_member_is_a_usage_error_that_names_one(folder, name, example):
    with pytest.raises(UsageError, match="a container of pages") as refused:
        toolkit.explain(folder / name)
    assert refused.value.mend == f"Name one of them, as in '{folder}/{example}'."


@pytest.mark.parametrize("name", ["c.tar!d/z.txt", "c.tar!x.txt", "e.jsonl!9", "e.jsonl!0", "a.txt!1"])
def test_a_name_that_no_page_of_the_file_has_is_a_usage_error(folder, name):
    with pytest.raises(UsageError, match="no such page in"):
        toolkit.explain(folder / name)


def test_a_file_without_a_page_is_a_usage_error(tmp_path):
    (tmp_path / "blank.jsonl").write_text("\n")
    with pytest.raises(UsageError, match="no page in it"):
        toolkit.explain(tmp_path / "blank.jsonl")


def test_the_text_of_a_record_is_in_the_field_that_is_named(folder):
    assert toolkit.explain(folder / "e.jsonl!3", text_field="story").diagnostics[0].code == "P203"
    with pytest.raises(InputError, match=r"e\.jsonl:3: S408 has no text in the field 'text'"):
        toolkit.explain(folder / "e.jsonl!3")


def test_a_file_whose_own_name_looks_like_that_of_a_record_is_that_file(folder):
    (folder / "e.jsonl!2").write_text(PAGE, "utf-8")
    assert toolkit.explain(folder / "e.jsonl!2").accepted


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (gzip.compress(bytes(2**24)), "S406"),
        (gzip.compress(PAGE.encode())[:-9], "S404"),
        (b"no gzip", "S405"),
    ],
    ids=["bomb", "cut short", "damaged"],
)
def test_what_a_build_cannot_read_cannot_be_explained(tmp_path, content, code):
    (tmp_path / "a.txt.gz").write_bytes(content)
    with pytest.raises(InputError, match=f"a.txt.gz: {code} "):
        toolkit.explain(tmp_path / "a.txt.gz")


def test_the_members_before_the_place_where_an_archive_is_cut_short_are_explained(tmp_path):
    (tmp_path / "c.tar").write_bytes(tar_of(x=PAGE, y=PAGE)[:1600])
    assert toolkit.explain(tmp_path / "c.tar!d/x.txt").accepted
    with pytest.raises(InputError, match="S404"):
        toolkit.explain(tmp_path / "c.tar!d/y.txt")


def test_a_page_that_is_too_large_is_a_reject_as_in_a_build(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a" * (16 * 1024 * 1024 + 1))
    explained = toolkit.explain(tmp_path / "a.txt")
    assert ([found.code for found in explained.diagnostics], explained.lines) == (["D104"], ())


@pytest.mark.parametrize("name", ["nowhere.txt", "nowhere.tar!x.txt", "a" * 300, "a.txt/b.txt"])
def test_a_file_that_there_is_not_cannot_be_read(folder, name):
    with pytest.raises(InputError):
        toolkit.explain(f"{folder}/{name}")


def test_a_folder_is_no_page(folder):
    with pytest.raises(InputError, match="a folder, not a regular file") as refused:
        toolkit.explain(folder)
    assert refused.value.mend == "Name a page in it."
