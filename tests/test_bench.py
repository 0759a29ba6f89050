"""The benchmark's own parts: the generator, the floor, the measuring. No time is asserted but that of burnt CPU."""

import io
import json
import sys
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.containers import CONTAINERS
from bench.contest import Case, Result
from bench.corpus import Corpus, make_pages, write_corpus
from bench.floor import write_floor
from bench.guard import find_slower
from bench.measure import CommandFailedError, Usage, measure
from bench.peers import parse_bare
from bench.plain import write_plainly
from bench.table import print_table

PAGES = 120
LABELS = ("تاريخ النشر:", "المصدر:", "كلمات دلالية:", "إقرأ أيضاً:")
INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200e\u200f\u202b\u202c"))


@pytest.fixture(scope="module")
def clean_pages():
    return list(make_pages(Corpus(pages=PAGES, clean=True)))


@pytest.fixture(scope="module")
def pages():
    return list(make_pages(Corpus(pages=PAGES)))


def test_a_seed_gives_the_same_pages_however_many_are_made(pages):
    assert list(make_pages(Corpus(pages=7))) == pages[:7]


def test_another_seed_gives_other_pages(pages):
    other = next(make_pages(Corpus(pages=1, seed=2)))
    assert other.raw != pages[0].raw


def test_page_is_headline_date_body_footer_and_related(clean_pages):
    for page in clean_pages:
        lines = page.raw.decode().split("\n")
        assert lines[0] == page.headline
        assert lines[1].startswith("تاريخ النشر: ")
        assert lines[1].endswith(f", {page.date:%B %Y} GMT")
        source = lines.index(f"المصدر: {page.source}")
        inline = {item.headline for item in page.related if item.kind == "inline"}
        body = [line for line in lines[2:source] if not any(headline in line for headline in inline)]
        assert body == list(page.paragraphs)
        related = source + 1 if page.tags_text is None else source + 2
        if page.tags_text is not None:
            assert lines[source + 1] == f"كلمات دلالية: {page.tags_text}".rstrip()
        block = [item for item in page.related if item.kind == "block"]
        rest = [part for item in block for part in ("إقرأ أيضاً:", item.headline, item.body) if part is not None]
        assert "\n".join(lines[related:]) == "\n".join(rest)


def test_teasers_stand_where_the_truth_counts_their_paragraph(clean_pages):
    teased = [page for page in clean_pages if any(item.age for item in page.related)]
    assert teased
    for page in teased:
        items = [item for item in page.related if item.kind == "inline"]
        lines = page.raw.decode().split("\n")
        assert lines[2 + items[0].paragraph] == " ".join(f"{item.headline} {item.age}" for item in items)


def test_no_line_of_a_text_is_a_label_by_accident(clean_pages):
    for page in clean_pages:
        texts = (page.headline, *page.paragraphs, *(item.headline for item in page.related))
        assert not [text for text in texts if text.startswith(LABELS)]


def test_tags_line_covers_the_tags(clean_pages):
    for page in clean_pages:
        assert (page.tags_text or "").startswith(" ".join(page.tags))


def test_what_the_web_does_leaves_the_words(clean_pages, pages):
    rough = [(page, clean) for page, clean in zip(pages, clean_pages, strict=True) if page.raw != clean.raw]
    assert 20 <= len(rough) <= 60
    for page, clean in rough:
        words = unicodedata.normalize("NFC", page.raw.decode().translate(INVISIBLE)).split()
        assert words == clean.raw.decode().split()


@pytest.mark.parametrize("mark", ["\r\n", "\ufeff", "\u00a0", "\u200f", "\n\n", "\u0654"])
def test_rough_pages_have_each_mark_of_the_web(pages, mark):
    assert any(mark in page.raw.decode() for page in pages)


def test_mean_size_is_near_the_one_asked_for():
    sizes = [len(page.raw) for page in make_pages(Corpus(pages=800, mean_bytes=6_000))]
    assert 5_500 < sum(sizes) / len(sizes) < 6_500


def test_files_are_a_thousand_a_folder(tmp_path):
    write_corpus(Corpus(pages=1_001, mean_bytes=1_200), tmp_path)
    assert {folder.name: len(list(folder.iterdir())) for folder in tmp_path.iterdir()} == {"00000": 1_000, "00001": 1}


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_holds_the_same_pages(tmp_path, container, pages):
    source = write_corpus(Corpus(pages=PAGES), tmp_path, container=container)
    assert read_container(source, container) == [page.raw.decode() for page in pages]


@pytest.mark.parametrize(("container", "first"), [("tar", "name"), ("jsonl", "1")])
def test_truth_names_a_page_as_a_row_does(tmp_path, container, first, pages):
    truth = tmp_path / "truth.jsonl"
    write_corpus(Corpus(pages=3), tmp_path / "out", container=container, truth=truth)
    lines = [json.loads(line) for line in truth.read_text("utf-8").split("\n")[:-1]]
    assert [line["headline"] for line in lines] == [page.headline for page in pages[:3]]
    assert lines[0]["file"] == (pages[0].name if first == "name" else first)
    assert sorted(lines[0]) == ["body", "date", "file", "headline", "related", "source", "tags", "tags_text"]


@pytest.mark.parametrize("container", ["files", "tar", "tar.zst"])
def test_floor_writes_every_page_as_it_is(tmp_path, container, pages):
    source = write_corpus(Corpus(pages=PAGES), tmp_path / "in", container=container)
    target = tmp_path / "floor.parquet"
    assert write_floor(source, target) == 120
    assert sorted(pq.read_table(target)["text"].to_pylist()) == sorted(page.raw.decode() for page in pages)
    column = pq.ParquetFile(target).metadata.row_group(0).column(0)
    assert (column.path_in_schema, column.compression) == ("text", "ZSTD")


def test_the_plain_program_writes_the_same_column_as_the_floor(tmp_path, pages):
    source, target = write_corpus(Corpus(pages=PAGES), tmp_path / "in"), tmp_path / "plain.parquet"
    assert write_plainly(source, target) == 120
    names = sorted(page.name for page in pages)
    raws = {page.name: page.raw for page in pages}
    assert pq.read_table(target)["text"].to_pylist() == [raws[name].decode() for name in names]
    column = pq.ParquetFile(target).metadata.row_group(0).column(0)
    assert (column.path_in_schema, column.compression) == ("text", "ZSTD")


def test_bare_parser_of_the_peers_reads_clean_pages(clean_pages):
    page = next(page for page in clean_pages if len(page.tags) == 1 and page.related and not page.related[0].age)
    row = parse_bare(page.raw.decode())
    assert (row["headline"], row["source"]) == (page.headline, page.source)
    assert row["tags"] == page.tags[0].split()


RUN = "import os, subprocess, sys\nsubprocess.{call}([sys.executable, '-S', '-c', {script!r}])\nos._exit(0)"


@pytest.mark.skipif(sys.platform != "linux", reason="subreapers are Linux's")
@pytest.mark.parametrize("call", ["run", "Popen"], ids=["waited for", "orphaned"])
def test_cpu_of_a_grandchild_is_counted_once(tmp_path, call):
    child = RUN.format(call=call, script="import time\nwhile time.process_time() < 0.5: pass")
    words = [sys.executable, "-S", "-c", RUN.format(call="run", script=child)]
    usage = measure(words, log=tmp_path / "log")
    assert 0.5 <= usage.cpu_s < 0.9


@pytest.mark.skipif(sys.platform != "linux", reason="PSS is Linux's")
def test_memory_shared_by_a_fork_is_counted_once_in_the_tree(tmp_path):
    script = "import os, time\nheld = b'x' * 150_000_000\nif os.fork() == 0: time.sleep(0.4); os._exit(0)\nos.wait()"
    usage = measure([sys.executable, "-S", "-c", script], log=tmp_path / "log")
    assert 150_000_000 < usage.largest_bytes < 200_000_000
    assert 150_000_000 < usage.tree_bytes < 200_000_000
    assert usage.tree_rss_bytes > 290_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="subreapers are Linux's")
def test_a_failing_command_is_an_error_with_its_output(tmp_path):
    with pytest.raises(CommandFailedError, match="exit code 3:\nbroken"):
        measure([sys.executable, "-S", "-c", "print('broken'); raise SystemExit(3)"], log=tmp_path / "log")


@pytest.mark.skipif(sys.platform != "linux", reason="subreapers are Linux's")
def test_a_command_beyond_its_time_is_killed_with_its_children(tmp_path):
    script = (
        "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); subprocess.run(['sleep', '60'])"
    )
    with pytest.raises(CommandFailedError, match="exit code -9"):
        measure([sys.executable, "-S", "-c", script], log=tmp_path / "log", timeout_s=0.5)
    assert not Path("/proc", (tmp_path / "log").read_text().strip()).exists()


def test_table_gives_the_ratio_to_the_floor_of_as_many_pages():
    def result(runner, pages, cpu_s):
        usage = Usage(
            wall_s=2.0, cpu_s=cpu_s, largest_bytes=3_000_000, tree_bytes=4_000_000, tree_rss_bytes=0, processes=1,
            exit_code=0,
        )  # fmt: skip
        return Result(case=Case(runner=runner, pages=pages), runs=(usage,))

    table = print_table([result("floor", 1_000, 2.0), result("floor", 10, 1.0), result("toolkit-1", 1_000, 3.0)])
    assert table.split("\n")[-1] == "| toolkit-1 | 1,000 | files | 2.00 | 3.00 | 1.50 | 500 | 3 | 4 |"


def test_guard_names_what_is_beyond_fifteen_percent():
    ratios = {"toolkit-1": 1.49, "toolkit-2": 1.51}
    assert find_slower(ratios, {"toolkit-1": 1.3, "toolkit-2": 1.3, "gone": 1.3}) == ["toolkit-2", "gone"]


def read_container(source, container):
    if container == "files":
        return [path.read_bytes().decode() for path in sorted(source.rglob("*.txt"))]
    if container == "zip":
        with zipfile.ZipFile(source) as archive:
            return [archive.read(name).decode() for name in archive.namelist()]
    if container == "jsonl":
        return [json.loads(line)["text"] for line in source.read_text("utf-8").split("\n")[:-1]]
    if container == "parquet":
        return pq.read_table(source)["text"].to_pylist()
    return read_tar(source)


def read_tar(source):
    with pa.input_stream(str(source), compression="zstd" if source.suffix == ".zst" else None) as stream:
        content = io.BytesIO(stream.read())
    with tarfile.open(fileobj=content) as archive:
        return [archive.extractfile(member).read().decode() for member in archive]
