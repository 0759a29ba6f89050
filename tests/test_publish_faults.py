"""Publishing while the server fails: the remote is the old release or the new one, and running again succeeds.

In the suite some requests fail once, each in its own way, and a publication is run again from each state that such a
failure leaves; with TOOLKIT_LONG=1 every request fails in every way, and each publication is run again.
"""

import hashlib
import os
import re
import shutil
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from hub_server import KINDS, TOKEN, running_hub
from release_steps import NEWS, Desk, desk

import toolkit
from toolkit.errors import ToolkitError

__all__ = ["desk"]

LONG = os.environ.get("TOOLKIT_LONG") == "1"


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """The pages of two releases, built."""
    home = tmp_path_factory.mktemp("releases")
    desk = Desk(home, "")
    desk.write_pages("pages", 11, 12)
    desk.build("1.0.0")
    shutil.copytree(home / "dataset", home / "old")
    desk.write_pages("pages", 13)
    desk.build("1.1.0")
    shutil.copytree(home / "dataset", home / "new")
    return home


@pytest.fixture
def out(desk, releases):
    """A desk on which 1.0.0 is published and 1.1.0 is ready."""
    prepare(desk, releases)
    return desk


def prepare(desk, releases):
    shutil.copytree(releases / "new", desk.home / "dataset")
    adopt(desk, releases / "old", "v1.0.0")


def adopt(desk, folder, tag):
    desk.control("adopt", {"repo": "me/news", "folder": str(folder), "tag": tag})


def code_of(publish):
    try:
        publish()
    except ToolkitError as failure:
        return failure.exit_code
    return 0


def judge(desk, old, code):
    """What stands on the server after a publication that may have failed."""
    repository = desk.repository()
    refs, commits = repository["refs"], repository["commits"]
    new = {path: sha256 for path, sha256 in commits[refs["refs/heads/main"]].items() if path != ".gitattributes"}
    wanted = files_of(desk.home / "dataset")
    assert code in (0, 8)
    assert new in (old, wanted)
    assert commits[refs["refs/tags/v1.0.0"]].items() >= old.items()
    if "refs/tags/v1.1.0" in refs:
        assert commits[refs["refs/tags/v1.1.0"]].items() >= wanted.items()
    if code == 0:
        assert new == wanted
        assert "refs/tags/v1.1.0" in refs


def files_of(dataset):
    return {
        str(path.relative_to(dataset)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in dataset.rglob("*")
        if path.is_file()
    }


def converges(desk):
    """Running again succeeds, commits nothing twice and leaves the new release with its tag."""
    assert desk.publish().tag == "v1.1.0"
    repository = desk.repository()
    assert repository["refs"]["refs/tags/v1.1.0"] == repository["refs"]["refs/heads/main"]
    assert len(repository["commits"]) == 3  # the Hub's own, and two releases


WRITES = {
    "preupload": "POST /api/datasets/me/news/preupload",
    "batch": "POST /datasets/me/news.git/info/lfs",
    "upload": "PUT ",
    "verify": "POST /_lfs_verify",
    "commit": "POST /api/datasets/me/news/commit",
    "tag": "POST /api/datasets/me/news/tag",
}
OLD, COMMITTED, TAGGED, DONE = (8, 2, False), (8, 3, False), (8, 3, True), (0, 3, True)
"""What a publication leaves: its exit code, how many commits, and whether the new tag is there."""

READ_TREE, READ_FILE = "GET /api/datasets/me/news/tree", "GET /datasets/me/news/resolve"
READ_REFS = "GET /api/datasets/me/news/refs"
FAULTS = [
    (WRITES["preupload"], "500", DONE),
    (WRITES["batch"], "drop-after", DONE),
    (WRITES["batch"], "wrong-hash", OLD),
    (WRITES["upload"], "429", DONE),
    (WRITES["verify"], "half-body", DONE),
    (WRITES["commit"], "half-body", COMMITTED),
    (WRITES["commit"], "500", OLD),
    (WRITES["commit"], "wrong-hash", COMMITTED),
    (WRITES["tag"], "drop-before", COMMITTED),
    (WRITES["tag"], "429", COMMITTED),
    (READ_REFS, "drop-before", OLD),
    (READ_REFS, "wrong-hash", OLD),
    (READ_TREE, "wrong-hash", OLD),
    (READ_FILE, "wrong-hash", OLD),
    (READ_FILE, "half-body", DONE),
    (f"{READ_TREE}/v1.1.0", "wrong-hash", TAGGED),
]


@pytest.mark.parametrize(
    ("request_start", "kind", "left"), FAULTS, ids=[f"{start} {kind}" for start, kind, _ in FAULTS]
)
def test_a_request_that_fails_once_leaves_the_old_release_or_the_new_one(out, releases, request_start, kind, left):
    out.control("fault", {"match": request_start, "at": 1, "kind": kind})
    assert attempt(out, releases) == left


LEFT = [("commit", "drop-before", OLD), ("commit", "drop-after", COMMITTED), ("tag", "drop-after", TAGGED)]


@pytest.mark.parametrize(("request_name", "kind", "left"), LEFT, ids=["nothing", "a commit", "a commit and its tag"])
def test_running_again_goes_on_from_what_a_failure_left(out, releases, request_name, kind, left):
    out.control("fault", {"match": WRITES[request_name], "at": 1, "kind": kind})
    assert attempt(out, releases) == left
    out.control("fault", {"at": 0, "kind": "none", "times": 0})
    converges(out)


def attempt(desk, releases):
    """What a publication leaves, which is judged too."""
    code = code_of(desk.publish)
    judge(desk, files_of(releases / "old"), code)
    return code, len(desk.repository()["commits"]), "v1.1.0" in desk.tags()


FIRST = [
    ("POST /api/repos/create", "drop-after"),
    ("POST /api/repos/create", "429"),
    ("POST /api/datasets/me/news/commit", "drop-after"),
]


@pytest.mark.parametrize(("request_start", "kind"), FIRST, ids=[f"{start} {kind}" for start, kind in FIRST])
def test_a_first_release_that_fails_converges(desk, releases, request_start, kind):
    shutil.copytree(releases / "old", desk.home / "dataset")
    desk.control("fault", {"match": request_start, "at": 1, "kind": kind})
    assert code_of(desk.publish) == 8
    desk.control("fault", {"at": 0, "kind": "none", "times": 0})
    assert desk.publish().tag == "v1.0.0"
    assert desk.files_at("refs/tags/v1.0.0").items() >= files_of(releases / "old").items()
    assert len(desk.repository()["commits"]) == 2


def test_a_commit_of_other_files_than_were_sent_gets_no_tag(desk, releases):
    shutil.copytree(releases / "old", desk.home / "dataset")
    desk.control("fault", {"match": READ_TREE, "at": 2, "kind": "wrong-hash"})
    with pytest.raises(ToolkitError, match=r"^hf://datasets/me/news@[0-9a-f]{40}: README\.md is not what was sent"):
        desk.publish()
    assert desk.tags() == []


def test_a_release_that_no_reader_can_load_is_told_though_a_folder_has_its_name(out):
    shutil.copytree(out.home / "dataset", out.home / "me/news")
    out.control("fault", {"match": "HEAD ", "at": 1, "kind": "403"})
    with pytest.raises(ToolkitError) as failure:
        out.publish()
    assert failure.value.exit_code == 8
    assert failure.value.message.startswith(f"{NEWS}@v1.1.0: was committed, but load_dataset fails: ")


EVERY_WAY = [*((kind, 1) for kind in KINDS), ("drop-before", 1000)]


@pytest.mark.skipif(not LONG, reason="every request in every way takes half an hour: TOOLKIT_LONG=1")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("kind", "times"), EVERY_WAY, ids=[*KINDS, "down for good"])
def test_every_request_may_fail_in_every_way(releases, tmp_path, monkeypatch, kind, times):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    old, failures = files_of(releases / "old"), []
    for number in count(1):
        with running_hub() as address:
            desk = Desk(tmp_path / str(number), address)
            prepare(desk, releases)
            desk.control("fault", {"at": number, "kind": kind, "times": times})
            code = code_of(desk.publish)
            asked = desk.control("requests")
            if number > len(asked):
                break
            try:
                judge(desk, old, code)
                desk.control("fault", {"at": 0, "kind": "none", "times": 0})
                converges(desk)
            except (AssertionError, ToolkitError) as failure:
                failures.append((asked[number - 1], str(failure)))
        shutil.rmtree(desk.home)
    assert (failures, number > 30) == ([], True)


def test_of_two_publishers_at_once_one_wins_and_the_other_fails(out, releases):
    out.write_pages("others", 11, 12, 14)
    out.run("build others --out theirs --version 1.1.0")
    out.control("meet", 2)
    running = [out.start("publish", dataset, NEWS) for dataset in ("dataset", "theirs")]
    said = [process.communicate(timeout=120) for process in running]
    codes = [process.returncode for process in running]
    out.control("meet", 0)
    assert sorted(codes) == [0, 8], said
    winner = ("dataset", "theirs")[codes.index(0)]
    assert out.files_at("refs/tags/v1.1.0").items() >= files_of(out.home / winner).items()
    assert out.files_at("refs/heads/main") == out.files_at("refs/tags/v1.1.0")
    assert "somebody else changed it meanwhile" in said[codes.index(8)][1]
    assert "R602" in out.run(f"publish {('theirs', 'dataset')[codes.index(0)]} {NEWS}", code=1).stderr


def command_lines():
    """What every user of the machine can see of the running processes."""
    shown = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            shown.append(path.read_bytes())
        except OSError:
            continue
    return b"\n".join(shown)


@pytest.mark.parametrize(
    ("request_name", "fault", "code"),
    [("upload", "429", 0), ("commit", "echo", 8), ("commit", "500", 8)],
)
def test_a_token_is_found_nowhere(out, request_name, fault, code):
    out.control("fault", {"match": WRITES[request_name], "at": 1, "kind": fault})
    running = out.start("publish", "dataset", NEWS)
    seen, done = [], threading.Event()

    def watch():
        while not done.is_set():
            seen.append(command_lines())
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    out_text, err_text = running.communicate(timeout=120)
    done.set()
    watcher.join()
    assert running.returncode == code, err_text
    assert TOKEN not in out_text + err_text
    assert "OnlyForThisUpload" not in out_text + err_text
    if Path("/proc/self/cmdline").exists():
        assert any(b"publish\0dataset" in shown for shown in seen)
    assert not any(TOKEN.encode() in shown for shown in seen)
    kept = [path for path in out.home.rglob("*") if path.is_file()]
    assert [path for path in kept if TOKEN.encode() in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("request_start", "kind", "told"),
    [
        ("GET /api/datasets/me/news/refs", "401", "Client error '401 Unauthorized' for url"),
        ("POST /api/datasets/me/news/commit", "403", "403 Forbidden: made to fail"),
    ],
)
def test_who_may_not_write_there_is_told_where_to_look(out, request_start, kind, told):
    out.control("fault", {"match": request_start, "at": 1, "kind": kind})
    said = out.run(f"publish dataset {NEWS}", code=8).stderr
    assert f"error: {NEWS}: {told}" in said
    assert said.count("made to fail") == 1
    assert "\n  Check your credentials" in said


def test_a_token_in_a_url_is_refused(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    with pytest.raises(ToolkitError) as refusal:
        desk.publish("s3://AKIASECRETKEY:hunter2hunter2@bucket/news")
    assert refusal.value.exit_code == 2
    assert not re.search("hunter2|AKIASECRETKEY", str(refusal.value))


@pytest.mark.parametrize(
    ("request_start", "at", "kind"),
    [
        (WRITES["commit"], 1, "drop-before"),
        (WRITES["commit"], 1, "drop-after"),
        (WRITES["commit"], 1, "wrong-hash"),
        (READ_TREE, 5, "wrong-hash"),
    ],
    ids=["no commit", "a commit", "another commit", "a commit of other files"],
)
def test_a_rollback_that_fails_converges(out, releases, request_start, at, kind):
    adopt(out, releases / "new", "v1.1.0")
    out.control("fault", {"match": request_start, "at": at, "kind": kind})
    assert code_of(lambda: toolkit.rollback(NEWS, "v1.0.0", endpoint=out.address)) == 8
    assert out.tags() == ["v1.0.0", "v1.1.0"]
    assert out.files_at("refs/heads/main") in (out.files_at("refs/tags/v1.0.0"), out.files_at("refs/tags/v1.1.0"))
    out.control("fault", {"at": 0, "kind": "none", "times": 0})
    assert toolkit.rollback(NEWS, "v1.0.0", endpoint=out.address).tag == "v1.0.0-rollback.1"
    assert out.files_at("refs/heads/main") == out.files_at("refs/tags/v1.0.0")
    assert len(out.repository()["commits"]) == 4
