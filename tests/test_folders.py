"""`Folder`: the same promises on this machine and behind a URL."""

import errno
import pickle
import uuid
from pathlib import Path

import pytest

from toolkit.errors import DestinationError, InputError, UsageError
from toolkit.release.folder import FolderDestination
from toolkit.storage.folders import map_url_errors, open_folder


@pytest.fixture(params=["local", "memory"])
def folder(request, tmp_path):
    place = tmp_path / "shelf" if request.param == "local" else f"memory://{uuid.uuid4()}/shelf"
    return open_folder(place, error=DestinationError)


def test_a_folder_that_is_not_there_holds_nothing(folder):
    assert folder.files() == {}


def test_what_is_written_is_read(folder, tmp_path):
    (tmp_path / "source").write_bytes(b"from a file")
    folder.write("deep/er/text", b"hello")
    folder.put("file", tmp_path / "source")
    assert folder.files() == {"deep/er/text": 5, "file": 11}
    assert folder.read("deep/er/text", max_bytes=5) == b"hello"
    with folder.open("file") as file:
        file.seek(5)
        assert file.read() == b"a file"


def test_a_folder_below_holds_what_stands_in_it(folder):
    folder.below("deep").below("er").write("text", b"hello")
    assert folder.files() == {"deep/er/text": 5}
    assert folder.below("deep/er").files() == {"text": 5}
    assert folder.below("deep").name == f"{folder.name}/deep"
    with pytest.raises(DestinationError, match="deep/nothing"):
        folder.below("deep").read("nothing", max_bytes=5)


def test_in_another_process_a_folder_below_a_url_is_the_same(tmp_path):
    folder = open_folder(f"local://{tmp_path}/").below("shelf")
    folder.write("text", b"hello")
    assert pickle.loads(pickle.dumps(folder)).read("text", max_bytes=5) == b"hello"


def test_a_file_is_replaced(folder):
    folder.write("text", b"old and long")
    folder.write("text", b"new")
    assert folder.read("text", max_bytes=100) == b"new"


def test_a_folder_says_whether_a_file_has_a_content(folder):
    folder.write("text", b"hello")
    assert folder.holds("text", b"hello")
    assert not folder.holds("text", b"hell")
    assert not folder.holds("text", b"hello, world")
    assert not folder.holds("nothing", b"hello")
    folder.write("long", b"hello" * 1000)
    assert not folder.holds("long", b"hello")


def test_a_folder_that_cannot_say_whether_a_file_is_there_raises_its_own_error(tmp_path):
    with pytest.raises(InputError, match="too long"):
        open_folder(tmp_path).holds("x" * 300, b"")


def test_what_a_check_forbids_is_not_written(folder):
    def forbid():
        raise DestinationError("not now")

    folder.write("text", b"old")
    with pytest.raises(DestinationError, match="not now"):
        folder.write("text", b"new", check=forbid)
    assert folder.holds("text", b"old")


def test_a_claim_is_given_once(folder):
    assert folder.claim("lock", b"mine")
    assert not folder.claim("lock", b"yours")
    assert folder.read("lock", max_bytes=100) == b"mine"
    folder.remove("lock")
    folder.remove("lock")
    assert folder.claim("lock", b"yours")


def test_too_large_a_file_is_not_read(folder):
    folder.write("text", b"hello")
    with pytest.raises(DestinationError, match="more than the 4 bytes"):
        folder.read("text", max_bytes=4)


def test_a_missing_file_is_the_folder_s_own_error(folder):
    folder.write("text", b"hello")
    with pytest.raises(DestinationError, match="nothing"):
        folder.read("nothing", max_bytes=4)
    with pytest.raises(DestinationError, match="nothing"), folder.open("nothing"):
        pass


def test_a_link_to_nothing_is_the_folder_s_own_error(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf/link").symlink_to(tmp_path / "gone")
    folder = open_folder(tmp_path / "shelf")
    with pytest.raises(InputError, match="link"):
        folder.read("link", max_bytes=10)


URLS = {
    "user": "s3://key:secret@bucket/x",
    "query": "https://example.org/x?token=secret",
    "chain": "zip://x::https://example.org/secret",
    "unknown": "gopher://example.org/secret?x",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_a_url_with_more_than_a_place_in_it_is_refused(url):
    with pytest.raises(UsageError) as refusal:
        open_folder(url)
    assert "key:" not in str(refusal.value)
    assert "token=" not in str(refusal.value)


def test_an_unknown_protocol_is_a_usage_error():
    with pytest.raises(UsageError, match="gopher"):
        open_folder("gopher://example.org/x")


@pytest.mark.parametrize("place", ["", "file://"])
def test_nothing_is_no_folder(place):
    with pytest.raises(UsageError, match="no folder is named"):
        open_folder(place)


def test_a_folder_is_held_under_every_name_that_it_has(tmp_path):
    (tmp_path / "shelf").mkdir()
    (tmp_path / "link").symlink_to("shelf")
    with (
        FolderDestination(tmp_path / "shelf").held("claim"),
        pytest.raises(DestinationError, match="another publication holds it"),
        FolderDestination(tmp_path / "link").held("claim"),
    ):
        pass


def test_holding_a_folder_leaves_what_is_beside_it_alone(tmp_path):
    (tmp_path / "shelf").mkdir()
    with FolderDestination(tmp_path / "shelf").held("claim"):
        pass
    assert list(tmp_path.iterdir()) == [tmp_path / "shelf"]


def test_a_rollback_where_nothing_is_out_makes_no_folder(tmp_path):
    with pytest.raises(UsageError, match="not out"):
        FolderDestination(tmp_path / "shelf").roll_back("1.0.0", dry_run=False)
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_fails_with_an_answer_of_its_own_is_the_folder_s_own_error(monkeypatch):
    def fail(*_, **__):
        cause = RuntimeError("503")
        cause.response = object()
        raise OSError("service unavailable") from cause

    shelf = open_folder(f"memory://{uuid.uuid4()}/shelf", error=DestinationError)
    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", fail)
    with pytest.raises(DestinationError, match="shelf/lock: service unavailable"):
        shelf.claim("lock", b"mine")


@pytest.mark.parametrize(
    ("refused", "mend"),
    [((), "Check your credentials"), (("/shelf/latest",), "Run again.")],
    ids=["by a server", "by the system of this machine"],
)
def test_credentials_are_a_matter_of_servers_only(refused, mend):
    with pytest.raises(InputError) as told, map_url_errors("shelf", error=InputError, mend="Run again."):
        raise PermissionError(errno.EACCES, "Permission denied", *refused)
    assert told.value.mend.startswith(mend)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # fsspec's, of a half-made file system
def test_a_server_that_does_not_answer_is_the_folder_s_own_error():
    with pytest.raises(DestinationError, match=r"ftp://127\.0\.0\.1:9/shelf: .*refused"):
        open_folder("ftp://127.0.0.1:9/shelf", error=DestinationError)


@pytest.mark.skipif(
    not Path("/sys/kernel").exists(), reason="this system has no folder in which even root may not write"
)
def test_a_destination_that_nobody_may_write_says_what_is_needed():
    with pytest.raises(DestinationError) as refusal:
        open_folder("/sys/shelf", error=DestinationError).write("a", b"")
    assert refusal.value.mend == "Permission to read and write there is needed."
    with pytest.raises(DestinationError) as refusal, FolderDestination("/sys/shelf").held("claim"):
        pass
    assert refusal.value.mend == "Permission to read and write there is needed."
