"""Names that are made to harm: they stay names, of rows, in messages and in the folders that are written."""

from __future__ import annotations

import io
import os
import sys
import tarfile
import unicodedata

import pyarrow.parquet as pq
import pytest
from commands import toolkit_run
from made_pages import page

import toolkit

NAMES = {
    "bytes that are no UTF-8": (b"\xff\xfe\x80.txt", "\\xff\\xfe\\x80.txt"),
    "line ends": (b"a\nb\r.txt", "a\\x0ab\\x0d.txt"),
    "escape sequences": (b"\x1b[2J\x07.txt", "\\x1b[2J\\x07.txt"),
    "C1 controls": ("\x9b31m.txt".encode(), "\\xc2\\x9b31m.txt"),
    "an option": (b"--out=x.txt", "--out=x.txt"),
    "a dash": (b"-.txt", "-.txt"),
    "a shell command": (b"$(touch x);`id`|&.txt", "$(touch x);`id`|&.txt"),
    "a format": (b"%s%n{0}.txt", "%s%n{0}.txt"),
    "markup": (b"<script>&'\".txt", "<script>&'\".txt"),
    "a member of an archive": (b"a.zip!b.txt", "a.zip\\x21b.txt"),
    "an escape of ours": (b"\\x21.txt", "\\x5cx21.txt"),
    "spaces": (b" \t .txt", " \\x09 .txt"),
    "a formula": (b"=1+1.txt", "=1+1.txt"),
    "right to left": ("\u202egnp.txt".encode(), "\u202egnp.txt"),
    "no letter at all": ("\u200b.txt".encode(), "\u200b.txt"),
}


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take no such names")
def test_files_of_any_name_are_rows_under_names_that_read_back(tmp_path):
    (tmp_path / "raw").mkdir()
    for number, (name, _) in enumerate(NAMES.values()):
        path = os.fsencode(tmp_path / "raw") + b"/" + name
        with open(path, "wb") as file:  # noqa: PTH123 - a name in bytes
            file.write(page(headline=f"خبر {number}").encode())
    built = toolkit.build([tmp_path / "raw"], tmp_path / "out")
    assert built.rejected == 0
    rows = pq.read_table(next((tmp_path / "out" / "data").iterdir()), columns=["headline", "page"]).to_pylist()
    found = {row["headline"]: row["page"]["file"] for row in rows}
    assert found == {f"خبر {number}": file for number, (_, file) in enumerate(NAMES.values())}
    assert toolkit.validate([tmp_path / "out"]).ok


def archive(folder, names):
    with tarfile.open(folder / "a.tar", "w", format=tarfile.PAX_FORMAT) as opened:
        for number, name in enumerate(("good.txt", *names)):
            raw = (f"no page at all, number {number}" if number else page()).encode()
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            opened.addfile(member, io.BytesIO(raw))
    return folder / "a.tar"


ESCAPES = (
    "../../../up.txt",
    "/etc/root.txt",
    "a/../../b.txt",
    "..",
    "a.txt",
    "a.txt/inside.txt",
    "A.TXT",
    "a.txt.diagnostics.json",
    "C:\\windows.txt",
    "\\\\host\\share.txt",
    "~/home.txt",
    "x" * 4000 + ".txt",
    "/".join(["d" * 90] * 40) + "/deep.txt",
    "\u202egnp.txt",
    "con.txt",
    "a\nb.txt",
)


def test_rejects_of_any_name_are_written_below_the_folder_and_none_over_another(tmp_path):
    (tmp_path / "in").mkdir()
    built = toolkit.build([archive(tmp_path / "in", ESCAPES)], tmp_path / "out")
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "to")}
    restored = toolkit.restore_rejects(tmp_path / "out", tmp_path / "to")
    after = {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "to")}
    written = [path for path in (tmp_path / "to").rglob("*") if path.is_file()]
    pages = {path.read_text("utf-8") for path in written if not path.name.endswith(".diagnostics.json")}
    assert (restored.pages, len(pages), len(written)) == (built.rejected, built.rejected, 2 * built.rejected)
    assert built.rejected >= 13
    assert after == before
    assert not any(path.is_symlink() for path in written)


def run(*words, cwd):
    return toolkit_run(*words, cwd=cwd)


def test_a_folder_that_is_called_as_an_option_is_read_after_two_dashes(tmp_path):
    (tmp_path / "--fresh").mkdir()
    (tmp_path / "--fresh" / "-h.txt").write_text(page(), "utf-8")
    done = run("build", "--out", "out", "--", "--fresh", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "out" / "manifest.json").is_file()) == (0, True), done.stderr


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take no such names")
@pytest.mark.parametrize("form", ["text", "github"])
def test_no_control_or_bidi_character_of_a_name_reaches_the_terminal(tmp_path, form):
    (tmp_path / "raw").mkdir()
    for name in ("\x1b[2Ja.txt", "\u202eb.txt", "\u2066c\u200f.txt", "\x9bd.txt", "e\n::error::x.txt", "f\r.txt"):
        (tmp_path / "raw" / name).write_bytes(b"no page")
    for command in (("validate", "raw"), ("build", "raw", "--out", "out")):
        done = run(*command, "--format", form, cwd=tmp_path)
        said = done.stdout + done.stderr
        odd = {letter for letter in said if unicodedata.category(letter) in {"Cc", "Cf"} and letter != "\n"}
        assert odd == set()
        assert not any(line.startswith("::error::x") for line in said.splitlines())
        assert done.returncode == 1
