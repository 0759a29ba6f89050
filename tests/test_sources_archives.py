"""Archives and compressed pages as inputs: the same pages as files, bounded, never cut short in silence."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.hostile.makers import zip64_of
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.sources import SourceOptions, SourceTask, plan, read
from toolkit.sources.tasks import Part

if TYPE_CHECKING:
    from pathlib import Path

STRICT = SourceOptions()
SKIPPING = SourceOptions(skip_unreadable=True)
CODECS = {"bz2": "bz2", "gz": "gzip", "xz": "xz", "zst": "zstd"}
PAGES = {f"{number:03}.txt": f"الصفحة {number}\n" * (number * 7) for number in range(1, 40)}


def found_in(*inputs: Path, options: SourceOptions = STRICT, shard_bytes: int = 256_000_000) -> list:
    planned = plan([str(given) for given in inputs], options, shard_bytes=shard_bytes)
    return [*planned.unreadable, *(found for task in planned.tasks for found in read(task, options))]


def pages_in(path: Path) -> dict[str, str]:
    return {found.file: found.raw.decode() for found in found_in(path)}


def compressed(raw: bytes, codec: str) -> bytes:
    if codec == "xz":
        return lzma.compress(raw)
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(raw)
    return sink.getvalue().to_pybytes()


def tar(pages: dict[str, str], layout: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for name, text in pages.items():
            add(archive, name, text.encode())
    return buffer.getvalue()


def add(archive: tarfile.TarFile, name: str, raw: bytes = b"", **fields: object) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(raw)
    for field, value in fields.items():
        setattr(member, field, value)
    archive.addfile(member, io.BytesIO(raw))


def zipped(pages: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in pages.items():
            archive.writestr(name, text)
    return buffer.getvalue()


CONTAINERS = {
    "gnu.tar": tar(PAGES),
    "pax.tar": tar(PAGES, tarfile.PAX_FORMAT),
    "ustar.tar": tar(PAGES, tarfile.USTAR_FORMAT),
    "a.tar.gz": gzip.compress(tar(PAGES)),
    "a.tgz": gzip.compress(tar(PAGES)),
    "a.tar.zst": compressed(tar(PAGES), "zstd"),
    "a.tar.bz2": bz2.compress(tar(PAGES)),
    "a.tbz": bz2.compress(tar(PAGES)),
    "a.tbz2": bz2.compress(tar(PAGES)),
    "a.tar.xz": lzma.compress(tar(PAGES)),
    "a.txz": lzma.compress(tar(PAGES)),
    "deflated.zip": zipped(PAGES),
    "stored.zip": zipped(PAGES, zipfile.ZIP_STORED),
}


def write(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("name", CONTAINERS)
def test_an_archive_holds_the_same_pages_as_files(tmp_path, name):
    path = write(tmp_path / name, CONTAINERS[name])
    assert pages_in(path) == {f"{name}!{page}": text for page, text in PAGES.items()}


@pytest.mark.parametrize(("ending", "codec"), CODECS.items())
def test_a_compressed_page_is_the_page(tmp_path, ending, codec):
    path = write(tmp_path / f"a.txt.{ending}", compressed("روسيا".encode(), codec))
    (found,) = found_in(path)
    assert (found.file, found.raw, found.size) == (f"a.txt.{ending}", "روسيا".encode(), 10)


@pytest.mark.parametrize(("ending", "codec"), CODECS.items())
def test_frames_that_follow_one_another_are_one_stream(tmp_path, ending, codec):
    path = write(tmp_path / f"a.txt.{ending}", compressed(b"one ", codec) + compressed(b"two", codec))
    assert pages_in(path) == {f"a.txt.{ending}": "one two"}


@pytest.mark.parametrize("layout", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_long_and_foreign_names_of_tar_members_are_read(tmp_path, layout):
    name = "/".join(["مجلد" * 6] * 3) + "/" + "a" * 60 + ".txt"
    path = write(tmp_path / "a.tar", tar({name: "text", "b.txt": "next"}, layout))
    assert pages_in(path) == {f"a.tar!{name}": "text", "a.tar!b.txt": "next"}


def test_members_that_are_no_pages_are_left_out_as_in_a_folder(tmp_path):
    pages = {"README.md": "x", "._a.txt": "x", ".git/b.txt": "x", "./a.txt": "text", "b/": ""}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        for name, text in pages.items():
            add(opened, name, text.encode())
        add(opened, "folder.txt", type=tarfile.DIRTYPE)
    assert pages_in(write(tmp_path / "a.tar", archive.getvalue())) == {"a.tar!a.txt": "text"}
    assert pages_in(write(tmp_path / "a.zip", zipped(pages))) == {"a.zip!a.txt": "text"}


HOSTILE = {
    "/etc/passwd.txt": "\\x2fetc/passwd.txt",
    "../../up.txt": "\\x2e\\x2e/\\x2e\\x2e/up.txt",
    "a/../b.txt": "a/\\x2e\\x2e/b.txt",
    "a//./b.txt": "a/b.txt",
    "new\nline.txt": "new\\x0aline.txt",
    "esc\x1b[31m.txt": "esc\\x1b[31m.txt",
    "C:\\up.txt": "C:\\x5cup.txt",
    "b\udce9.txt": "b\\xe9.txt",
}


@pytest.mark.parametrize(("name", "file"), HOSTILE.items(), ids=HOSTILE.values())
def test_a_hostile_member_name_is_only_a_name(tmp_path, name, file):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as opened:
        add(opened, name, b"text")
    assert pages_in(write(tmp_path / "a.tar", archive.getvalue())) == {f"a.tar!{file}": "text"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


def test_a_nul_in_a_pax_name_is_only_a_name(tmp_path):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as opened:
        add(opened, "a.txt", b"text", pax_headers={"path": "a\0b.txt"})
    assert pages_in(write(tmp_path / "a.tar", archive.getvalue())) == {"a.tar!a\\x00b.txt": "text"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_truncated_archive_is_never_silent(tmp_path, name):
    whole, path = CONTAINERS[name], tmp_path / name
    end_mark = -(-len(whole.rstrip(b"\0")) // 512) * 512 + 1024 if name.endswith(".tar") else len(whole)
    ends = sorted({0, 1, 2, 100, end_mark - 1, *random.Random(name).sample(range(end_mark), 60)})
    for end in ends:
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=f"{name}.*: S40[45] "):
            found_in(path)
        listed = [found for found in found_in(path, options=SKIPPING) if not isinstance(found, Document)]
        assert [found.code in {"S404", "S405"} for found in listed] == [True], end


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_truncated_page_is_never_silent(tmp_path, ending):
    codec = {"gz": "gzip", "zst": "zstd"}[ending]
    raw = "".join(PAGES.values()).encode()
    whole = compressed(raw, codec) + compressed(raw, codec)
    path = tmp_path / f"a.txt.{ending}"
    ends = set(random.Random(1).sample(range(len(whole)), 60)) - {len(whole) // 2}
    for end in sorted(ends | {0, 1, len(whole) - 1}):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"S404 .*cut short|S404 the file is empty"):
            found_in(path)


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_follows_the_end_of_an_archive_is_refused(tmp_path, name):
    path = write(tmp_path / name, CONTAINERS[name] + b"garbage" * 100)
    with pytest.raises(InputError, match=r"S405 damaged|S404 cut short"):
        found_in(path)


def test_two_tar_archives_joined_to_one_file_are_refused(tmp_path):
    path = write(tmp_path / "a.tar", tar(PAGES) + tar({"more.txt": "more"}))
    with pytest.raises(InputError, match="S405 damaged: data after the archive's end mark"):
        found_in(path)


@pytest.mark.parametrize(("ending", "codec"), CODECS.items())
def test_frames_of_nothing_end_no_stream(tmp_path, ending, codec):
    one, nothing, two = (compressed(text, codec) for text in (b"one ", b"", b"two"))
    path = write(tmp_path / f"a.txt.{ending}", nothing + one + nothing + nothing + two + nothing)
    assert pages_in(path) == {f"a.txt.{ending}": "one two"}


@pytest.mark.skipif(shutil.which("zstd") is None, reason="the zstd command is not installed")
@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.zst", "a.tar.bz2", "a.tar.xz", "deflated.zip", "stored.zip"])
def test_a_flipped_bit_is_never_silent(tmp_path, name):
    whole = CONTAINERS[name]
    if name.endswith(".zst"):  # pyarrow writes no checksums
        whole = subprocess.run(["zstd", "-q", "--check"], input=tar(PAGES), capture_output=True, check=True).stdout
    path, dice = tmp_path / name, random.Random(name)
    expected = {f"{name}!{page}": text.encode() for page, text in PAGES.items()}
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        found = found_in(path, options=SKIPPING)
        pages = {page.file: page.raw for page in found if isinstance(page, Document)}
        assert pages == expected or any(not isinstance(page, Document) for page in found)


def test_a_damaged_zip_member_does_not_hide_the_others(tmp_path):
    whole = bytearray(zipped({"a.txt": "one", "b.txt": "two", "c.txt": "three"}, zipfile.ZIP_STORED))
    whole[whole.index(b"two")] = ord("T")
    found = found_in(write(tmp_path / "a.zip", bytes(whole)), options=SKIPPING)
    assert [page.file for page in found] == ["a.zip!a.txt", "a.zip!b.txt", "a.zip!c.txt"]
    assert [getattr(page, "code", "page") for page in found] == ["page", "S405", "page"]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("LNKTYPE", "a hard link"),
        ("SYMTYPE", "a symbolic link"),
        ("FIFOTYPE", "a pipe"),
        ("CHRTYPE", "a device"),
        ("BLKTYPE", "a device"),
    ],
)
def test_links_and_devices_in_a_tar_are_listed_and_not_read(tmp_path, kind, what):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        add(opened, "a.txt", type=getattr(tarfile, kind), linkname="/etc/passwd")
        add(opened, "b.txt", b"text")
        add(opened, "link", type=getattr(tarfile, kind), linkname="b.txt")
    listed, page = found_in(write(tmp_path / "a.tar", archive.getvalue()), options=SKIPPING)
    assert (listed.code, listed.file, page.file) == ("S403", "a.tar!a.txt", "a.tar!b.txt")
    assert listed.message == f"is {what}, not a regular file"


def test_a_link_in_a_zip_is_listed_and_not_read(tmp_path):
    entry = zipfile.ZipInfo("a.txt")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    (listed,) = found_in(tmp_path / "a.zip", options=SKIPPING)
    assert listed.code == "S403"


@pytest.mark.parametrize("name", ["inner.zip", "inner.tar.gz", "inner.jsonl", "inner.txt.gz", "inner.txt.xz"])
def test_a_container_in_an_archive_is_listed_and_not_read(tmp_path, name):
    for path, raw in (("a.tar", tar({name: "x", "b.txt": "y"})), ("a.zip", zipped({name: "x", "b.txt": "y"}))):
        listed, page = found_in(write(tmp_path / path, raw), options=SKIPPING)
        assert (listed.code, listed.file, page.file) == ("S406", f"{path}!{name}", f"{path}!b.txt")


def test_the_second_member_of_one_name_is_listed_and_not_read(tmp_path):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        for name, text in (("a.txt", b"one"), ("./a.txt", b"two"), ("b.txt", b"three")):
            add(opened, name, text)
    first, second, last = found_in(write(tmp_path / "a.tar", archive.getvalue()), options=SKIPPING)
    assert (first.raw, second.code, second.file, last.raw) == (b"one", "S407", "a.tar!a.txt", b"three")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GNU tar packs sparse files")
def test_sparse_members_are_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    os.truncate(tmp_path / "a.txt", 1_000_000)
    for layout in ("gnu", "posix"):
        command = ["tar", f"--format={layout}", "--sparse", "-cf", "a.tar", "a.txt"]
        subprocess.run(command, cwd=tmp_path, check=True)
        with pytest.raises(InputError, match="S406 holds a sparse file"):
            found_in(tmp_path / "a.tar")


def test_a_volume_that_begins_with_the_rest_of_a_member_is_refused(tmp_path):
    volume = {"GNU.volume.filename": "a.txt", "GNU.volume.size": "4", "GNU.volume.offset": "2"}
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT, pax_headers=volume) as archive:
        add(archive, "GNUFileParts.1/a.txt", b"xt")
    with pytest.raises(InputError, match="S406 holds a sparse file or a piece of one"):
        found_in(tmp_path / "a.tar")


@pytest.mark.parametrize("field", [{"path": "b.txt"}, {"size": "2"}], ids=["path", "size"])
def test_one_name_or_size_for_all_members_is_refused(tmp_path, field):
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT, pax_headers=field) as archive:
        add(archive, "a.txt", b"text")
    with pytest.raises(InputError, match=r"a\.tar: S405 damaged: one path or size for all members"):
        found_in(tmp_path / "a.tar")


def test_bytes_after_the_end_of_what_a_zip_member_has_packed_are_refused(tmp_path):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    raw = bytearray(zipped({"a.txt": packer.compress(b"text") + packer.flush() + b"more"}, zipfile.ZIP_STORED))
    entry = raw.rindex(b"PK\1\2")
    struct.pack_into("<H", raw, entry + 10, zipfile.ZIP_DEFLATED)
    struct.pack_into("<I", raw, entry + 16, zlib.crc32(b"text"))
    struct.pack_into("<I", raw, entry + 24, len(b"text"))
    with pytest.raises(InputError, match=r"a\.zip.* S405 damaged: its compressed data does not end where it should"):
        found_in(write(tmp_path / "a.zip", bytes(raw)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_zip_methods_are_beyond_the_bounds(tmp_path, method):
    path = write(tmp_path / "a.zip", zipped({"a.txt": "text" * 100}, method))
    with pytest.raises(InputError, match=r"a\.zip!a\.txt: S406 is compressed by method"):
        found_in(path)


def test_an_encrypted_zip_member_is_beyond_the_bounds(tmp_path):
    whole = bytearray(zipped({"a.txt": "text"}))
    whole[whole.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(InputError, match="S406 is encrypted"):
        found_in(write(tmp_path / "a.zip", bytes(whole)))


def test_a_member_beyond_16_mib_keeps_size_and_hash_but_no_bytes(tmp_path):
    text = "x" * (16 * 1024 * 1024 + 1)
    raw = {"a.tar": tar({"a.txt": text, "b.txt": "y"}), "a.zip": zipped({"a.txt": text, "b.txt": "y"}, 0)}
    for name, archive in raw.items():
        large, small = found_in(write(tmp_path / name, archive))
        assert (large.raw, large.size, small.raw) == (None, 16_777_217, b"y")
        assert large.sha256 == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip64_archive_is_read(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        for name in ("a.txt", "b.txt"):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(b"text")
    assert pages_in(tmp_path / "a.zip") == {"a.zip!a.txt": "text", "a.zip!b.txt": "text"}


@pytest.mark.parametrize(
    ("count", "wide", "comment"),
    [(2, True, b""), (2, True, b"c" * 65_535), (65_535, False, b""), (65_535, True, b""), (70_000, True, b"")],
    ids=["few", "few, and the longest comment", "most of 16 bits", "as many in 64 bits", "more"],
)
def test_members_are_counted_in_16_bits_or_in_64(tmp_path, count, wide, comment):
    names = [f"{number:05}.txt".encode() for number in range(count)]
    local = [struct.pack("<4s22x2H", b"PK\3\4", 9, 0) + name for name in names]
    central = [struct.pack("<4s24xH12xL", b"PK\1\2", 9, 39 * number) + name for number, name in enumerate(names)]
    start, size = 39 * len(names), 55 * len(names)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, len(names), len(names), size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[min(count, 0xFFFF)] * 2, size, start, len(comment))
    path = write(tmp_path / "a.zip", b"".join([*local, *central, *([end64, locator] if wide else []), end, comment]))
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == count
    found = found_in(path)
    assert (len(found), found[-1].file) == (count, f"a.zip!{count - 1:05}.txt")


def test_a_piece_of_a_split_zip_archive_is_beyond_the_bounds(tmp_path):
    last = zipped({"a.txt": "text"})
    last = last.replace(b"PK\5\6\0\0\0\0", b"PK\5\6\2\0\0\0")
    with pytest.raises(InputError, match=r"a\.zip: S406 is the last piece of an archive that was split"):
        found_in(write(tmp_path / "a.zip", last))


@pytest.mark.parametrize(("disk", "disks"), [(2, 3), (2, 0), (0, 3)])
def test_a_piece_of_a_split_zip64_archive_is_beyond_the_bounds(tmp_path, disk, disks):
    whole = zip64_of(1)
    end64, locator = whole.index(b"PK\6\6"), whole.index(b"PK\6\7")
    last = bytearray(whole)
    struct.pack_into("<2L", last, end64 + 16, disk, disk)
    struct.pack_into("<L", last, locator + 16, disks)
    with pytest.raises(InputError, match=r"a\.zip: S406 is the last piece of an archive that was split"):
        found_in(write(tmp_path / "a.zip", bytes(last)))


@pytest.mark.parametrize(
    ("header", "reason"),
    [(b"\x00\x90", "with a window of more than 128 MiB"), (b"\x01\x50\x07", "with a dictionary")],
    ids=["window", "dictionary"],
)
def test_a_zstd_frame_that_asks_for_more_than_is_given_is_beyond_the_bounds(tmp_path, header, reason):
    frame = b"\x28\xb5\x2f\xfd" + header + b"\x21\x00\x00text"
    with pytest.raises(InputError, match=rf"a\.txt\.zst: S406 was packed by zstd {reason}"):
        found_in(write(tmp_path / "a.txt.zst", frame))


def test_what_xz_has_packed_with_a_dictionary_that_needs_more_memory_than_is_given_is_beyond_the_bounds(tmp_path):
    raw = lzma.compress(b"text", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 256 << 20}])
    with pytest.raises(InputError, match=r"a\.txt\.xz: S406 was packed by xz with a dictionary of more than 128 MiB"):
        found_in(write(tmp_path / "a.txt.xz", raw))


def test_streams_of_xz_may_have_zeros_between_them_and_at_the_end(tmp_path):
    raw = lzma.compress(b"one ") + bytes(100_000) + lzma.compress(b"two") + bytes(4)
    assert pages_in(write(tmp_path / "a.txt.xz", raw)) == {"a.txt.xz": "one two"}


def test_entries_of_a_zip_archive_may_be_as_long_as_they_can_be(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(20):
            entry = zipfile.ZipInfo(f"{number:02}.txt")
            entry.comment = b"c" * 65_535
            entry.extra = struct.pack("<2H", 0xCAFE, 65_531) + bytes(65_531)
            archive.writestr(entry, f"page {number}")
    assert pages_in(tmp_path / "a.zip") == {f"a.zip!{number:02}.txt": f"page {number}" for number in range(20)}


@pytest.mark.parametrize("size", [65_536, 65_537, 65_600, 65_794, 131_073])
def test_a_zip_member_is_read_wherever_its_steps_end(tmp_path, size):
    path = write(tmp_path / "a.zip", zipped({"a.txt": "a" * size}))
    assert pages_in(path) == {"a.zip!a.txt": "a" * size}


def test_an_empty_archive_is_read(tmp_path):
    assert found_in(write(tmp_path / "a.tar", tar({})), write(tmp_path / "a.zip", zipped({}))) == []


@pytest.mark.parametrize(("ending", "parts"), [("tar", 8), ("zip", 8)])
def test_a_large_archive_is_cut_and_every_member_is_read_once_in_order(tmp_path, ending, parts):
    dice = random.Random(1)
    pages = {f"{number:04}.txt": dice.randbytes(18_000).hex() for number in range(1000)}
    path = write(tmp_path / f"a.{ending}", zipped(pages, 0) if ending == "zip" else tar(pages))
    tasks = plan([str(path)], STRICT, shard_bytes=4_000_000).tasks
    assert len(tasks) >= parts
    found = [[page.file for page in read(task, STRICT)] for task in tasks]
    assert list(chain.from_iterable(found)) == [f"a.{ending}!{name}" for name in pages]
    assert all(found)


@pytest.mark.parametrize("ending", ["tar", "zip", "jsonl", "parquet", "tar.zst"])
def test_parts_are_of_one_file_and_one_that_changes_between_them_is_told(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", large(ending))
    first, *_, last = plan([str(path)], STRICT, shard_bytes=4_000_000).tasks
    assert [*read(first, STRICT)]
    os.utime(path, ns=(0, 0))
    with pytest.raises(InputError, match=rf"a\.{ending}: S401 changed since it was cut into parts"):
        [*read(last, STRICT)]


def large(ending: str) -> bytes:
    """A container that is read in parts."""
    pages = {f"{number:04}.txt": random.Random(number).randbytes(50_000).hex() for number in range(400)}
    if ending == "zip":
        return zipped(pages, 0)
    if ending == "jsonl":
        return "".join(json.dumps({"text": text}) + "\n" for text in pages.values()).encode()
    if ending == "parquet":
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table({"text": [*pages.values()]}), sink, row_group_size=50, compression="none")
        return sink.getvalue().to_pybytes()
    return compressed(tar(pages), "zstd") if ending == "tar.zst" else tar(pages)


def in_three_parts(path: Path, size: int) -> list[SourceTask]:
    """Three tasks that read the first, second and last third of a container."""
    (whole,) = plan([str(path)], SKIPPING, shard_bytes=256_000_000).tasks
    borders = [0, size // 3, 2 * size // 3, None]
    parts = [Part(start=start or 0, stop=stop) for start, stop in pairwise(borders)]
    return [replace(whole, runs=(replace(whole.runs[0], part=part),)) for part in parts]


@pytest.mark.parametrize("ending", ["tar.zst", "tar.gz", "tar.xz", "jsonl.zst", "jsonl.gz", "jsonl.xz"])
def test_one_part_of_a_damaged_stream_tells_so(tmp_path, ending):
    dice = random.Random(1)
    pages = {f"{number:03}.txt": dice.randbytes(4000).hex() for number in range(200)}
    raw = tar(pages) if "tar" in ending else b"".join(b'{"text": "%s"}\n' % text.encode() for text in pages.values())
    whole = bytearray(compressed(raw, CODECS[ending.partition(".")[2]]))
    path = write(tmp_path / f"a.{ending}", bytes(whole))
    tasks = in_three_parts(path, len(whole))
    found = [[page.raw.decode() for page in read(task, STRICT)] for task in tasks]
    assert list(chain.from_iterable(found)) == list(pages.values())
    assert all(found)
    path.write_bytes(whole[: len(whole) // 2] + whole[len(whole) // 2 + 20_000 :])
    found = [[getattr(page, "code", "page") for page in read(task, SKIPPING)] for task in tasks]
    assert [sum(codes.count(code) for code in ("S404", "S405")) for codes in found] in ([0, 1, 0], [0, 0, 1])
    assert set(found[0]) == {"page"}
