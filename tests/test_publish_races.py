"""Publications to one place, one of which is held up while the others go on; and stores that are not quite S3."""

import os
import shutil
from pathlib import Path

import pytest
from gate import running_gate
from release_steps import NEWS
from release_steps import desk as hub
from test_publish_s3 import PLACE, bucket, desk, keys, server, stand

import toolkit
from toolkit.errors import DestinationError

__all__ = ["bucket", "desk", "hub", "server"]


@pytest.fixture
def versions(desk, bucket):
    """1.0.0 is out, 1.1.0 and 1.2.0 are ready."""
    stand(bucket)
    for version, number in (("1.1.0", 12), ("1.2.0", 13)):
        desk.write_pages("pages", number)
        desk.build(version)
        shutil.copytree("dataset", version)
    return desk


def start(desk, gate, *command):
    """A process whose requests go through a gate, once it waits there."""
    desk.environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    desk.environment["AWS_ENDPOINT_URL"] = gate.address
    running = desk.start(*command)
    gate.wait()
    return running


def end(running, gate):
    """The exit code of a process that waits at a gate, and what it says."""
    gate.open()
    _, said = running.communicate(timeout=120)
    return running.returncode, said


HELD = {
    "before latest": ("GET /shelf/articles/v1.1.0/SHA256SUMS", "s3://shelf/articles: another publication has taken"),
    "at latest": ("PUT /shelf/articles/latest", "s3://shelf/articles/latest: somebody else changed it meanwhile"),
}


@pytest.mark.parametrize(("request_start", "told"), HELD.values(), ids=HELD.keys())
def test_a_publisher_that_comes_late_does_not_set_latest_back(versions, bucket, server, request_start, told):
    with running_gate(server, request_start) as gate:
        late = start(versions, gate, "publish", "1.1.0", PLACE)
        toolkit.publish("1.1.0", PLACE)
        toolkit.publish("1.2.0", PLACE)
        before = keys(bucket)
        assert before["latest"] == b"v1.2.0\n"
        assert "publishing.lock" not in before
        code, said = end(late, gate)
    assert keys(bucket) == before
    assert (code, told in said) == (8, True), said


def test_a_rollback_that_comes_late_does_not_set_latest_back(versions, bucket, server):
    stand(bucket, "1.1.0", "1.1.0")
    with running_gate(server, "PUT /shelf/articles/rolled-back") as gate:
        late = start(versions, gate, "rollback", PLACE, "v1.0.0")
        toolkit.rollback(PLACE, "v1.0.0")
        toolkit.publish("1.2.0", PLACE)
        before = keys(bucket)
        code, _ = end(late, gate)
    assert before["latest"] == b"v1.2.0\n"
    assert keys(bucket)["latest"] == b"v1.2.0\n"
    assert code == 8


def test_a_publisher_whose_claim_was_removed_writes_into_no_release_of_another(versions, bucket, server):
    shutil.copytree("1.1.0", "mine")
    versions.write_pages("pages", 14)
    versions.build("1.1.0")
    with running_gate(server, "GET /shelf/articles/v1.1.0/README.md") as gate:
        late = start(versions, gate, "publish", "mine", PLACE)
        bucket.Object("articles/publishing.lock").delete()
        toolkit.publish("dataset", PLACE)
        before = keys(bucket)
        code, _ = end(late, gate)
    assert keys(bucket) == before
    assert before["v1.1.0/README.md"] == Path("dataset/README.md").read_bytes()
    assert code == 8


def test_of_two_that_take_up_an_interrupted_publication_one_goes_on(versions, bucket, server):
    with running_gate(server, "PUT /shelf/articles/v1.1.0/croissant.json") as gate:
        late = start(versions, gate, "publish", "1.1.0", PLACE)
        assert toolkit.publish("1.1.0", PLACE).tag == "v1.1.0"
        code, _ = end(late, gate)
    assert code == 8
    found = {path.removeprefix("v1.1.0/"): data for path, data in keys(bucket).items() if path.startswith("v1.1.0/")}
    assert found == {path: (Path("1.1.0") / path).read_bytes() for path in found}
    assert toolkit.publish("1.1.0", PLACE).uploaded == ()


def test_of_two_that_find_an_empty_claim_the_second_writes_nothing(versions, bucket, server):
    bucket.Object("articles/publishing.lock").put(Body=b"")
    with running_gate(server, "PUT /shelf/articles/publishing.lock") as gate:
        late = start(versions, gate, "publish", "1.1.0", PLACE)
        bucket.Object("articles/publishing.lock").put(Body=b"v1.2.0 of somebody else\n")
        before = keys(bucket)
        code, said = end(late, gate)
    assert keys(bucket) == before
    assert (code, "publishing.lock: somebody else changed it meanwhile" in said) == (8, True), said


@pytest.mark.parametrize("dialect", ["terse", "old"])
def test_a_store_that_tells_conditions_otherwise_is_published_to(desk, bucket, server, monkeypatch, dialect):
    with running_gate(server, dialect=dialect) as gate:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gate.address)
        toolkit.publish("dataset", PLACE)
        desk.write_pages("pages", 12)
        desk.build("1.1.0")
        assert toolkit.publish("dataset", PLACE).tag == "v1.1.0"
        assert keys(bucket)["latest"] == b"v1.1.0\n"
        assert "publishing.lock" not in keys(bucket)
        bucket.Object("articles/publishing.lock").put(Body=b"rollback v1.0.0\n")
        assert toolkit.rollback(PLACE, "v1.0.0").tag == "v1.0.0"


def test_a_store_where_nothing_may_be_deleted_is_published_to(desk, bucket, server, monkeypatch):
    with running_gate(server, dialect="keeping") as gate:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gate.address)
        toolkit.publish("dataset", PLACE)
        assert keys(bucket)["publishing.lock"] == b""
        desk.write_pages("pages", 12)
        desk.build("1.1.0")
        toolkit.publish("dataset", PLACE)
        toolkit.rollback(PLACE, "v1.0.0")
        desk.write_pages("pages", 13)
        desk.build("1.2.0")
        assert toolkit.publish("dataset", PLACE).latest == "v1.2.0"
        assert toolkit.publish("dataset", PLACE).plan.is_done
    found = keys(bucket)
    assert (found["latest"], found["rolled-back"], found["publishing.lock"]) == (b"v1.2.0\n", b"", b"")


@pytest.mark.parametrize("dialect", ["terse", "old"])
def test_a_store_that_tells_conditions_otherwise_keeps_two_publications_apart(
    desk, bucket, server, monkeypatch, dialect
):
    bucket.Object("articles/publishing.lock").put(Body=b"v1.0.0 of somebody else\n")
    with running_gate(server, dialect=dialect) as gate:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gate.address)
        with pytest.raises(DestinationError, match="another publication holds it"):
            toolkit.publish("dataset", PLACE)


def test_a_repository_that_somebody_else_made_meanwhile_keeps_what_they_published(hub):
    hub.write_pages("pages", 11)
    hub.build("1.0.0")
    shutil.copytree("dataset", "mine")
    hub.write_pages("pages", 12)
    hub.build("1.0.0")
    with running_gate(hub.address, "POST /api/repos/create") as gate:
        hub.environment["HF_ENDPOINT"] = gate.address
        late = hub.start("publish", "mine", NEWS)
        gate.wait()
        hub.publish()
        before = hub.repository()
        code, said = end(late, gate)
    assert hub.repository() == before
    assert (code, "somebody else changed it meanwhile" in said) == (8, True), said
