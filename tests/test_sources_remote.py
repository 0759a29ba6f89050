"""URLs as inputs, against real servers on this machine: an HTTP server and an S3 server (moto)."""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
import tarfile
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, ClassVar

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_pages import page

import toolkit
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.sources import SourceOptions, plan, read, user_path
from toolkit.sources.remote import TOGETHER, fetch_together
from toolkit.storage.folders import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

ClientTimeout = pytest.importorskip("aiohttp").ClientTimeout

STRICT = SourceOptions()
SKIPPING = SourceOptions(skip_unreadable=True)
PAGES = {"a.txt": b"one", "b.txt": "روسيا".encode()}


def found_in(*inputs: str, options: SourceOptions = STRICT) -> list:
    planned = plan(inputs, options, shard_bytes=256_000_000)
    return [*planned.unreadable, *(found for task in planned.tasks for found in read(task, options))]


def pages_in(*inputs: str) -> dict[str, bytes]:
    return {found.file: found.raw for found in found_in(*inputs)}


def fill(folder: Path) -> None:
    """One file of each kind, each with the same two pages."""
    for name, raw in PAGES.items():
        (folder / name).write_bytes(raw)
    (folder / "a.txt.gz").write_bytes(gzip.compress(b"one"))
    with tarfile.open(folder / "p.tar.gz", "w:gz") as archive, zipfile.ZipFile(folder / "p.zip", "w") as zipped:
        for name, raw in PAGES.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
            zipped.writestr(name, raw)
    (folder / "p.jsonl").write_bytes(b'{"text": "one"}\n{"text": "\xd8\xb1"}\n')
    pq.write_table(pa.table({"text": ["one", "two"]}), folder / "p.parquet")
    (folder / "cut.tar.gz").write_bytes((folder / "p.tar.gz").read_bytes()[:-20])
    (folder / "README.md").write_text("no page")


CONTENTS = {
    "a.txt": {"a.txt": b"one"},
    "a.txt.gz": {"a.txt.gz": b"one"},
    "p.tar.gz": {"p.tar.gz!a.txt": b"one", "p.tar.gz!b.txt": "روسيا".encode()},
    "p.zip": {"p.zip!a.txt": b"one", "p.zip!b.txt": "روسيا".encode()},
    "p.jsonl": {"p.jsonl!1": b"one", "p.jsonl!2": b"\xd8\xb1"},
    "p.parquet": {"p.parquet!1": b"one", "p.parquet!2": b"two"},
}


class Ranges(SimpleHTTPRequestHandler):
    """Serves files, and pieces of them."""

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        path = self.translate_path(self.path)
        if not wanted:
            super().do_GET()
            return
        with open(path, "rb") as file:  # noqa: PTH123
            raw = file.read()
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        piece = raw[int(first) : int(last) + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(piece) - 1}/{len(raw)}")
        self.send_header("Content-Length", str(len(piece)))
        self.end_headers()
        self.wfile.write(piece)

    def send_head(self):
        if self.path.startswith("/refused"):
            self.send_error(403)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


class WholeFiles(SimpleHTTPRequestHandler):
    """Serves files in one piece only."""

    def log_message(self, *_: object) -> None:
        pass


class Shrunk(Ranges):
    """Says of every file that it has nine bytes more than are sent."""

    def do_HEAD(self) -> None:
        size = Path(self.translate_path(self.path)).stat().st_size
        self.send_response(200)
        self.send_header("Content-Length", str(size + 9))
        self.end_headers()


class Unlisted(WholeFiles):
    """Says nothing of folders."""

    def list_directory(self, path: object) -> None:
        self.send_error(404)


class Replaced(Ranges):
    """Replaces `a.jsonl` by another of its size when the second piece of it is asked for."""

    asked = 0

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        Replaced.asked += 1
        if path.name == "a.jsonl" and Replaced.asked == 2:
            replace(path)
        super().do_GET()


class Busy(WholeFiles):
    """Refuses the first `refusals` requests, and has time again at once."""

    refusals = 0
    status = 503
    again = "0"
    asked: ClassVar = []

    def parse_request(self) -> bool:
        if super().parse_request() and Busy.refusals:
            self.asked.append(self.command)
            Busy.refusals -= 1
            self.send_response(self.status)
            self.send_header("Retry-After", self.again)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        return True


def replace(path: Path) -> None:
    """Other bytes, as many, and another time of the last change."""
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    os.utime(path, (0, 0))


def large_table() -> bytes:
    """A table that is read in parts."""
    sink = io.BytesIO()
    pages = ["one" + random.Random(number).randbytes(50_000).hex() for number in range(100)]
    pq.write_table(pa.table({"text": pages}), sink, row_group_size=10, compression="none")
    return sink.getvalue()


def large_lines(word: str) -> bytes:
    """Sixty lines that are fetched in several pieces."""
    return (b'{"text": "%s' % word.encode() + bytes([120] * 1_000_000) + b'"}\n') * 60


@contextmanager
def serve(folder: Path, handler: type[SimpleHTTPRequestHandler]) -> Iterator[str]:
    fill(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("site"), Ranges) as url:
        yield url


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_on_a_web_server_is_read_by_its_ending(site, name):
    assert pages_in(f"{site}/{name}") == CONTENTS[name]


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "p.tar.gz", "p.jsonl"])
def test_a_server_that_sends_whole_files_only_is_enough_for_streams(tmp_path, name):
    with serve(tmp_path, WholeFiles) as url:
        assert pages_in(f"{url}/{name}") == CONTENTS[name]


@pytest.mark.parametrize("name", ["a.txt", "p.jsonl"])
def test_a_file_that_gives_less_than_its_server_says_is_cut_short(tmp_path, name):
    with serve(tmp_path, Shrunk) as url, pytest.raises(InputError, match=r"S404 cut short: .* of [0-9]+ bytes"):
        found_in(f"{url}/{name}")


def test_a_slow_server_is_read_as_long_as_it_sends_something(tmp_path, monkeypatch):
    class Slow(WholeFiles):
        def copyfile(self, source, outputfile) -> None:
            for _ in range(4):
                outputfile.write(source.read(64))
                sleep(0.5)
            super().copyfile(source, outputfile)

    monkeypatch.setattr("aiohttp.client.DEFAULT_TIMEOUT", ClientTimeout(total=1))
    with serve(tmp_path, Slow) as url:
        assert pages_in(f"{url}/p.tar.gz") == CONTENTS["p.tar.gz"]
        assert open_folder(url).holds("p.tar.gz", (tmp_path / "p.tar.gz").read_bytes())


def test_no_more_of_a_file_is_fetched_than_it_is_compared_with(tmp_path):
    asked = []

    class Asked(Ranges):
        def do_GET(self) -> None:
            asked.append(self.headers["Range"])
            super().do_GET()

    with serve(tmp_path, Asked) as url:
        assert not open_folder(url).holds("p.tar.gz", b"mine\n")
    assert asked == ["bytes=0-5"]


def test_a_server_that_sends_whole_files_only_is_not_enough_for_tables(tmp_path):
    with serve(tmp_path, WholeFiles) as url, pytest.raises(InputError, match=r"S402 .*range requests"):
        found_in(f"{url}/p.parquet")


def test_parts_of_a_file_on_a_web_server_are_of_one_file(tmp_path):
    with serve(tmp_path, Ranges) as url:
        (tmp_path / "a.parquet").write_bytes(large_table())
        first, *_, last = plan([f"{url}/a.parquet"], STRICT, shard_bytes=4_000_000).tasks
        assert len([*read(first, STRICT)]) == 10
        replace(tmp_path / "a.parquet")
        with pytest.raises(InputError, match=r"a\.parquet: S401 changed since it was cut into parts"):
            [*read(last, STRICT)]
        (tmp_path / "a.parquet").unlink()
        (listed,) = read(last, SKIPPING)
        assert listed.code == "S402"


def test_a_file_that_is_fetched_at_once_may_be_made_anew_for_every_request(tmp_path):
    class Made(Ranges):
        def end_headers(self) -> None:
            self.send_header("ETag", f'"{random.random()}"')
            super().end_headers()

    with serve(tmp_path, Made) as url:
        assert pages_in(f"{url}/p.tar.gz") == CONTENTS["p.tar.gz"]


def test_a_file_on_a_web_server_that_is_replaced_between_two_pieces_is_told(tmp_path):
    with serve(tmp_path, Replaced) as url:
        (tmp_path / "a.jsonl").write_bytes(large_lines("one"))
        *pages, told = found_in(f"{url}/a.jsonl", options=SKIPPING)
    assert {page.raw[:3] for page in pages} == {b"one", b"two"}
    assert (told.code, told.message) == ("S401", "changed while it was read, after a.jsonl!60")


INDEXES = [
    ("", "HOST"),
    ("/", "HOST"),
    ("?id=5", "HOST"),
    ("/?id=a/b.txt", "HOST"),
    ("/deep/", "deep"),
    ("/deep/?id=5", "deep"),
]


@pytest.mark.parametrize(("end", "name"), INDEXES)
def test_a_url_of_a_web_server_is_read_as_it_is_and_named_without_its_query(tmp_path, end, name):
    (tmp_path / "deep").mkdir()
    for folder in (tmp_path, tmp_path / "deep"):
        (folder / "index.html").write_bytes(b"one")
    with serve(tmp_path, WholeFiles) as url:
        host = url.removeprefix("http://")
        for user in ("", "me:secret@"):
            assert pages_in(f"http://{user}{host}{end}") == {name.replace("HOST", host): b"one"}


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_busy_is_asked_again_when_it_says(tmp_path, monkeypatch, status):
    monkeypatch.setattr(Busy, "status", status)
    with serve(tmp_path, Busy) as url:
        for refusals in (1, 4):
            monkeypatch.setattr(Busy, "refusals", refusals)
            assert pages_in(f"{url}/p.jsonl") == CONTENTS["p.jsonl"]
            assert Busy.refusals == 0


def test_a_server_that_says_by_a_date_when_it_has_time_is_asked_then(tmp_path, monkeypatch):
    monkeypatch.setattr(Busy, "refusals", 5)
    monkeypatch.setattr(Busy, "again", "Wed, 21 Oct 2015 07:28:00 GMT")
    started = monotonic()
    with serve(tmp_path, Busy) as url:
        assert pages_in(f"{url}/p.jsonl") == CONTENTS["p.jsonl"]
    assert monotonic() - started < 12  # without its word, it is asked after 15 seconds


@pytest.mark.parametrize("again", ["soon", "Wed, 21 Oct 99999999999999999999 07:28:00 GMT"])
def test_a_server_that_says_nothing_of_use_is_asked_again_all_the_same(tmp_path, monkeypatch, again):
    monkeypatch.setattr(Busy, "refusals", 2)
    monkeypatch.setattr(Busy, "again", again)
    with serve(tmp_path, Busy) as url:
        assert pages_in(f"{url}/p.jsonl") == CONTENTS["p.jsonl"]


def test_a_server_that_is_always_busy_is_unreadable_and_waited_for_once(tmp_path, monkeypatch):
    monkeypatch.setattr(Busy, "refusals", 1000)
    monkeypatch.setattr(Busy, "asked", [])
    with serve(tmp_path, Busy) as url, pytest.raises(InputError, match=r"/p\.jsonl: S402 cannot be read: 503"):
        found_in(f"{url}/p.jsonl")
    assert Busy.asked == ["HEAD", "GET", "GET", "GET", "GET", "GET"]


def test_the_query_of_a_url_is_no_part_of_a_name_or_a_message(site):
    assert pages_in(f"{site}/p.tar.gz?token=secret") == CONTENTS["p.tar.gz"]
    with pytest.raises(InputError) as refused:
        found_in(f"{site}/cut.tar.gz?token=secret")
    assert f"{site}/cut.tar.gz: S404" in refused.value.message
    assert "secret" not in refused.value.message
    assert pages_in(f"{site}/p.tar.gz?path=a/b.txt/") == CONTENTS["p.tar.gz"]
    assert user_path([f"{site}/a.jsonl?token=secret"], "a.jsonl!3") == f"{site}/a.jsonl!3"


def test_a_dataset_whose_server_lists_no_files_is_not_told_to_be_damaged(tmp_path):
    toolkit.build([Path(__file__).parent.parent / "raw"], tmp_path / "dist", workers=1)
    with serve(tmp_path, Unlisted) as url, pytest.raises(InputError, match="its server does not list the files"):
        toolkit.validate(f"{url}/dist")


def test_a_dataset_whose_server_sends_whole_files_only_is_not_told_to_be_damaged(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text(page(body=random.Random(0).randbytes(6_000_000).hex()), "utf-8")
    toolkit.build(tmp_path / "raw", tmp_path / "dist", workers=1)
    with serve(tmp_path, WholeFiles) as url, pytest.raises(InputError, match=r"train-00000-.*range requests"):
        toolkit.diff(f"{url}/dist", tmp_path / "dist")


def test_a_url_that_holds_nothing_is_a_usage_error(site):
    with pytest.raises(UsageError, match=r"gone\.txt: no such file"):
        found_in(f"{site}/gone.txt")


def test_files_of_several_sites_and_folders_stand_beside_each_other(site, tmp_path):
    (tmp_path / "c.txt").write_bytes(b"three")
    assert pages_in(f"{site}/a.txt", str(tmp_path / "c.txt")) == {"a.txt": b"one", "c.txt": b"three"}


def test_a_server_that_is_gone_is_unreadable():
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9/a\.txt: S402"):
        found_in("http://127.0.0.1:9/a.txt")
    (listed,) = found_in("http://127.0.0.1:9/a.txt", options=SKIPPING)
    assert (listed.code, listed.file) == ("S402", "a.txt")


def test_s3_without_s3fs_is_a_usage_error_with_the_command_that_installs_it():
    code = """
import subprocess
import sys
from toolkit.sources import SourceOptions, plan
sys.modules["s3fs"] = None
try:
    plan(["s3://news/raw"], SourceOptions(), shard_bytes=1)
except Exception as failure:
    print(type(failure).__name__, failure.mend)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == 'UsageError pip install "article-toolkit[s3]"\n'


def test_a_protocol_that_no_extra_brings_is_told_with_the_package_that_fsspec_names(monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(UsageError, match="gs://news/raw: what reads such URLs is not installed") as refused:
        found_in("gs://news/raw")
    assert refused.value.mend == "Please install gcsfs to access Google Storage"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # fsspec's, of a half-made file system
def test_a_server_that_is_asked_at_once_and_is_gone_is_unreadable():
    with pytest.raises(InputError, match=r"ftp://127\.0\.0\.1:9/a\.txt: S402 cannot be read: .*refused"):
        found_in("ftp://127.0.0.1:9/a.txt")


def test_an_archive_that_is_a_url_of_its_own_is_unreadable():
    with pytest.raises(InputError, match=r"zip://a\.zip: S402"):
        found_in("zip://a.zip")


@pytest.mark.parametrize(
    "url",
    [
        "nothing://host/a.txt",
        "zip://a.txt::http://127.0.0.1/a.zip",
        "file:///etc/passwd",
        "jlab://host/a.txt",
        "dir://a",
    ],
)
def test_other_urls_are_usage_errors(url):
    with pytest.raises(UsageError):
        found_in(url)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server_module = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    folder = tmp_path_factory.mktemp("bucket")
    fill(folder)
    server = server_module.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        system = s3fs.S3FileSystem()
        system.makedirs("news", exist_ok=True)  # a process has one store: a second turn of this module finds its bucket
        for path in folder.iterdir():
            system.put(str(path), f"news/raw/{path.name}")
            system.put(str(path), f"news/raw/deep/{path.name}")
        for name in ("manifest.json", "SHA256SUMS", "data/train-00000-of-00001.parquet"):
            system.pipe(f"news/release/{name}", b'{"format": "article-dataset/1"}')
        yield "s3://news"
    server.stop()


@pytest.mark.parametrize("name", CONTENTS)
def test_an_object_of_a_bucket_is_read_by_its_ending(bucket, name):
    assert pages_in(f"{bucket}/raw/{name}") == CONTENTS[name]


def test_a_prefix_of_a_bucket_is_a_folder(bucket):
    found = found_in(f"{bucket}/raw/", options=SKIPPING)
    pages = sorted([*CONTENTS, "b.txt"])
    assert list(dict.fromkeys(page.file.partition("!")[0] for page in found)) == [
        *[name for name in pages if name < "cut"],
        "cut.tar.gz",
        *[f"deep/{name}" for name in pages if name < "cut"],
        "deep/cut.tar.gz",
        *[f"deep/{name}" for name in pages if name > "cut"],
        *[name for name in pages if name > "cut"],
    ]
    with pytest.raises(InputError, match=r"s3://news/raw/cut\.tar\.gz: S404"):
        found_in(f"{bucket}/raw/")


def test_a_dataset_in_a_bucket_is_no_input(bucket):
    with pytest.raises(UsageError, match="s3://news/release: a dataset, not pages"):
        found_in(f"{bucket}/release")


def test_a_dataset_below_a_prefix_is_left_out_and_nothing_beside_it(bucket):
    system = sys.modules["s3fs"].S3FileSystem()
    for name in ("manifest.json", "data/train-00000-of-00001.parquet", "rejects/rejects-00000.parquet", "z.txt"):
        system.pipe(f"news/mixed/releases/v1.0.0/{name}", b'{"format": "article-dataset/1"}')
    for name in ("a.txt", "releases/b.txt", "releases/v1.0.0.txt", "crawl/c.txt"):
        system.pipe(f"news/mixed/{name}", b"page")
    system.pipe(
        {"news/mixed/crawl/manifest.json": b"{}", "news/mixed/crawl/SHA256SUMS": b"", "news/mixed/z/manifest.json": b""}
    )
    assert list(pages_in(f"{bucket}/mixed")) == ["a.txt", "crawl/c.txt", "releases/b.txt", "releases/v1.0.0.txt"]
    with pytest.raises(UsageError, match=r"s3://news/mixed/releases/v1\.0\.0: a dataset, not pages"):
        found_in(f"{bucket}/mixed/releases/v1.0.0")


def test_hidden_objects_below_a_prefix_are_no_pages(bucket):
    system = sys.modules["s3fs"].S3FileSystem()
    for name in (".a.txt", ".git/b.txt", "deep/.c.txt", "deep/.git/d.txt", "deep/e.f.txt"):
        system.pipe(f"news/hidden/{name}", b"page")
    assert list(pages_in(f"{bucket}/hidden")) == ["deep/e.f.txt"]


def test_objects_below_a_prefix_with_other_endings_are_counted(bucket):
    system = sys.modules["s3fs"].S3FileSystem()
    for name in ("a.txt", "b.html", "deep/c.HTML", "deep/d", "deep/.e.html", "deep/empty/", "old/f.html"):
        system.pipe(f"news/others/{name}", b"page")
    system.pipe("news/others/old/manifest.json", b'{"format": "article-dataset/1"}')
    assert plan([f"{bucket}/others"], SourceOptions(), shard_bytes=1000).others == {".html": 2, "": 1}


def test_a_prefix_with_nothing_but_datasets_says_so(bucket):
    sys.modules["s3fs"].S3FileSystem().pipe("news/weekly/v1.0.0/manifest.json", b'{"format": "article-dataset/1"}')
    with pytest.raises(UsageError, match="s3://news/weekly: no page found, but a dataset") as refusal:
        found_in(f"{bucket}/weekly")
    assert refusal.value.mend == (
        "What a build wrote is no input. To validate it, name it itself: s3://news/weekly/v1.0.0"
    )


def test_pages_of_a_bucket_are_fetched_together_and_the_others_one_by_one(bucket):
    pages = {f"{number:03}.txt": b"page %d" % number for number in range(TOGETHER + 2)}
    pages |= {"060.txt": b"", "061.txt": b"x" * 1_000_000, "062.txt.gz": gzip.compress(b"zipped")}
    system = sys.modules["s3fs"].S3FileSystem()
    system.pipe({f"news/many/{name}": raw for name, raw in pages.items()})
    (task,) = plan([f"{bucket}/many"], SKIPPING, shard_bytes=256_000_000).tasks
    system.rm("news/many/005.txt")
    paths = [name.encode() for name in sorted(pages)]
    fetched = dict(zip(paths, fetch_together(f"{bucket}/many", paths), strict=True))
    assert [path for path in paths if fetched[path] is None] == [b"005.txt", b"060.txt", b"061.txt", b"062.txt.gz"]
    found = list(read(task, SKIPPING))
    assert [page.file for page in found] == sorted(pages)
    assert [page.file for page in found if not isinstance(page, Document)] == ["005.txt"]
    assert {page.file: page.raw for page in found if isinstance(page, Document)} == {
        name: raw for name, raw in pages.items() if name not in {"005.txt", "062.txt.gz"}
    } | {"062.txt.gz": b"zipped"}
    with pytest.raises(InputError, match=r"s3://news/many/005\.txt: S402"):
        list(read(task, STRICT))


def test_what_changed_since_the_last_build_of_this_process_is_seen(bucket):
    system = sys.modules["s3fs"].S3FileSystem(skip_instance_cache=True)
    system.pipe({"news/daily/a.txt": b"one", "news/daily/old/b.txt": b"two"})
    assert pages_in(f"{bucket}/daily") == {"a.txt": b"one", "old/b.txt": b"two"}
    system.pipe({"news/daily/a.txt": b"other", "news/daily/c.txt": b"three", "news/daily/old/d.txt": b"four"})
    assert pages_in(f"{bucket}/daily/a.txt") == {"a.txt": b"other"}
    assert pages_in(f"{bucket}/daily") == {
        "a.txt": b"other",
        "c.txt": b"three",
        "old/b.txt": b"two",
        "old/d.txt": b"four",
    }


def test_parts_of_an_object_are_of_one_object(bucket):
    system = sys.modules["s3fs"].S3FileSystem(skip_instance_cache=True)
    system.pipe("news/large/a.parquet", large_table())
    for given in (f"{bucket}/large", f"{bucket}/large/a.parquet"):
        tasks = plan([given], STRICT, shard_bytes=4_000_000).tasks
        assert sum(len([*read(task, STRICT)]) for task in tasks) == 100
    system.pipe("news/large/a.parquet", large_table().replace(b"one", b"two"))
    with pytest.raises(InputError, match=r"a\.parquet: S401 changed since it was cut into parts"):
        [*read(tasks[-1], STRICT)]


def test_an_object_that_is_replaced_between_two_pieces_is_told(bucket):
    system = sys.modules["s3fs"].S3FileSystem(skip_instance_cache=True)
    system.pipe("news/long/a.jsonl", large_lines("one"))
    (task,) = plan([f"{bucket}/long/a.jsonl"], STRICT, shard_bytes=256_000_000).tasks
    found = read(task, STRICT)
    next(found)
    system.pipe("news/long/a.jsonl", large_lines("two"))
    with pytest.raises(InputError, match=r"a\.jsonl: S401 changed while it was read, after a\.jsonl![0-9]+"):
        list(found)


class Plain(fsspec.AbstractFileSystem):
    """What it opens does not say where it is from, as with SFTP and SMB; its files are those of a folder here."""

    protocol = "plain"

    def info(self, path: str, **_: object) -> dict[str, object]:
        return {"name": path, "size": Path("/", path).stat().st_size, "type": "file"}

    def _open(self, path: str, **_: object) -> io.BytesIO:
        return io.BytesIO(Path("/", path).read_bytes())


def test_parts_are_of_one_file_also_where_it_does_not_say_where_it_is_from(tmp_path):
    fsspec.register_implementation("plain", Plain, clobber=True)
    path = tmp_path / "a.parquet"
    path.write_bytes(large_table())
    first, *_, last = plan([f"plain:/{path}"], STRICT, shard_bytes=4_000_000).tasks
    assert len([*read(first, STRICT)]) == 10
    path.write_bytes(large_table() + b"PAR1")
    with pytest.raises(InputError, match=r"a\.parquet: S401 changed since it was cut into parts"):
        [*read(last, STRICT)]


def test_a_question_mark_in_a_key_is_part_of_the_name(bucket):
    pages = {"page?id=1.txt": b"one", "page?id=2.txt": b"two", "page.txt": b"three"}
    sys.modules["s3fs"].S3FileSystem().pipe({f"news/asked/{name}": raw for name, raw in pages.items()})
    assert pages_in(f"{bucket}/asked") == pages
    sys.modules["s3fs"].S3FileSystem().pipe("news/why?/a.txt.gz", gzip.compress(b"four"))
    assert pages_in(f"{bucket}/why?/a.txt.gz") == {"a.txt.gz": b"four"}
    assert list(pages_in(f"{bucket}/asked", f"{bucket}/raw/a.txt")) == [
        *(f"asked/{name}" for name in sorted(pages)),
        "a.txt",
    ]


@pytest.mark.parametrize("url", ["s3://", "s3:///raw", "https:///raw/a.txt"])
def test_a_url_without_a_bucket_or_host_is_a_usage_error(url):
    with pytest.raises(UsageError, match="names no bucket or host"):
        found_in(url)


@pytest.mark.parametrize("url", ["dbfs:///raw", "viewfs:///raw"])
def test_a_url_whose_settings_name_the_host_needs_none(url):
    with pytest.raises(UsageError) as told:
        found_in(url)
    assert "names no bucket or host" not in told.value.message


def test_a_bucket_that_is_not_there_is_a_usage_error(bucket):
    with pytest.raises(UsageError, match="s3://gone/raw: no such file or folder"):
        found_in("s3://gone/raw")
