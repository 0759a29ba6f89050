"""Releases on S3, against moto's server."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from functools import cache, partial
from pathlib import Path

import boto3
import pytest
from botocore.loaders import JSONFileLoader
from moto.server import ThreadedMotoServer
from release_steps import Desk
from s3fs import S3FileSystem

import toolkit
from toolkit.errors import DestinationError, InputError, OutputError, ToolkitError, UsageError
from toolkit.release import RefusalError
from toolkit.storage.folders import open_folder

BUCKET = "shelf"  # of its own: all servers of moto in one process share their buckets
PLACE = f"s3://{BUCKET}/articles"
SHARD = "data/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def server():
    """The address of one; its clients share what they read of the service, or each would parse megabytes of JSON."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    read = cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server, monkeypatch):
    """An empty bucket that s3fs finds through the environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server,
    }.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()  # others of this process may know another server
    made = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def desk(tmp_path, bucket, monkeypatch):
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, "")
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    return desk


def keys(bucket):
    return {thing.key.removeprefix("articles/"): thing.get()["Body"].read() for thing in bucket.objects.all()}


def stand(bucket, dataset="dataset", version="1.0.0"):
    """Put a dataset there as a release that was published before."""
    for path in Path(dataset).rglob("*"):
        if path.is_file():
            key = f"articles/v{version}/{path.relative_to(dataset).as_posix()}"
            bucket.Object(key).put(Body=path.read_bytes())
    bucket.Object("articles/latest").put(Body=f"v{version}\n".encode())


def publish(**options):
    return toolkit.publish("dataset", PLACE, **options)


def test_versions_stand_side_by_side(desk, bucket):
    made = publish()
    assert (made.destination, made.revision, made.tag) == (PLACE, "v1.0.0", "v1.0.0")
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    publish()
    found = keys(bucket)
    assert found["latest"] == b"v1.1.0\n"
    assert {path.partition("/")[0] for path in found} == {"latest", "v1.0.0", "v1.1.0"}
    for path, data in found.items():
        if path.startswith("v1.1.0/"):
            assert data == (Path("dataset") / path.removeprefix("v1.1.0/")).read_bytes()


def test_two_versions_are_compared_where_they_are(desk, bucket):
    stand(bucket)
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    stand(bucket, version="1.1.0")
    assert toolkit.diff(f"{PLACE}/v1.0.0", f"{PLACE}/v1.1.0").rows.added == 1


def test_a_build_compares_with_a_version_on_s3(desk, bucket):
    stand(bucket)
    desk.write_pages("pages", 12)
    desk.build("1.1.0", previous=f"{PLACE}/v1.0.0")
    assert "- 2 rows: 1 added, 0 removed" in Path("dataset/README.md").read_text("utf-8")


def validated(place=f"{PLACE}/v1.0.0"):
    result = toolkit.validate(place, workers=1)
    return result.subject, [(found.code, found.file) for found in result.diagnostics]


def test_a_release_is_validated_where_it_is(desk, bucket, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    stand(bucket)
    assert validated() == (f"{PLACE}/v1.0.0, 1 row in 1 shard", [])
    assert not list((tmp_path / "temporary").glob("toolkit-*"))  # the workers' server has a folder of its own there


def test_keys_by_which_consoles_make_folders_are_no_files_of_a_release(desk, bucket):
    stand(bucket)
    for folder in ("articles/v1.0.0/", "articles/v1.0.0/data/"):
        bucket.Object(folder).put(Body=b"")
    assert validated() == (f"{PLACE}/v1.0.0, 1 row in 1 shard", [])


def test_an_empty_file_is_read_as_others_are(bucket):
    bucket.Object("articles/empty").put(Body=b"")
    folder = open_folder(PLACE)
    assert folder.read("empty", max_bytes=5) == b""
    assert folder.holds("empty", b"")
    assert not folder.holds("empty", b"hello")


def test_a_damaged_release_is_told_by_the_names_that_its_files_have_there(desk, bucket):
    stand(bucket)
    bucket.Object(f"articles/v1.0.0/{SHARD}").put(Body=b"PAR1" * 100_000)
    bucket.Object("articles/v1.0.0/tags.json").delete()
    bucket.Object("articles/v1.0.0/notes/extra.bin").put(Body=b"x")
    _, found = validated(f"{PLACE}/v1.0.0/")
    assert set(found) >= {
        ("I503", f"{PLACE}/v1.0.0/tags.json"),
        ("I504", f"{PLACE}/v1.0.0/notes/extra.bin"),
        ("I505", f"{PLACE}/v1.0.0/{SHARD}"),
    }
    assert all(file.startswith(f"{PLACE}/v1.0.0/") for _, file in found)


def test_of_what_no_manifest_lists_nothing_is_fetched(desk, bucket, monkeypatch):
    stand(bucket)
    bucket.Object("articles/v1.0.0/data/extra.parquet").put(Body=bytes(30_000_000))
    command = f"ulimit -f 20000; exec '{sys.executable}' -m toolkit validate s3://shelf/articles/v1.0.0"  # in KiB
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "data/extra.parquet: I504" in done.stdout
    assert done.returncode == 5


def test_a_release_that_fits_on_no_disk_is_not_fetched(desk, bucket):
    stand(bucket)
    manifest = Path("dataset/manifest.json").read_text("utf-8")
    size = Path("dataset", SHARD).stat().st_size
    lie = manifest.replace(f'"bytes": {size}', f'"bytes": {2**60}')
    assert lie != manifest
    bucket.Object("articles/v1.0.0/manifest.json").put(Body=lie.encode())
    with pytest.raises(OutputError, match=r"s3://shelf/articles/v1\.0\.0: has 1,152,921,504,606,\d{3},\d{3} bytes"):
        toolkit.validate(f"{PLACE}/v1.0.0")


@pytest.mark.parametrize("name", ["data/../../../escaped", "x" * 300])
def test_a_name_that_no_copy_can_have_is_refused(desk, bucket, name):
    stand(bucket)
    bucket.Object(f"articles/v1.0.0/{name}").put(Body=b"x")
    with pytest.raises(InputError, match=rf"s3://shelf/articles/v1\.0\.0: holds a file '{re.escape(name[:190])}"):
        toolkit.validate(f"{PLACE}/v1.0.0")


def test_where_releases_stand_is_no_release(desk, bucket):
    stand(bucket)
    with pytest.raises(UsageError, match="s3://shelf/articles: no page found, but a dataset"):
        toolkit.validate(PLACE)


def test_a_dry_run_writes_nothing(desk, bucket):
    assert publish(dry_run=True).uploaded[:2] == ("README.md", "SHA256SUMS")
    assert keys(bucket) == {}


def test_publishing_again_writes_nothing(desk, bucket):
    publish()
    before = {thing.key: thing.last_modified for thing in bucket.objects.all()}
    assert publish().uploaded == ()
    assert {thing.key: thing.last_modified for thing in bucket.objects.all()} == before


def test_an_interrupted_publication_goes_on(desk, bucket):
    stand(bucket)
    for key in ("latest", "v1.0.0/SHA256SUMS", "v1.0.0/manifest.json"):
        bucket.Object(f"articles/{key}").delete()
    bucket.Object("articles/v1.0.0/tags.json").put(Body=b"half")
    release = hashlib.sha256(Path("dataset/manifest.json").read_bytes()).hexdigest()
    bucket.Object("articles/publishing.lock").put(Body=f"v1.0.0 {release}\n".encode())
    assert publish().uploaded == ("SHA256SUMS", "latest", "manifest.json", "tags.json")
    assert "publishing.lock" not in keys(bucket)
    assert keys(bucket)["latest"] == b"v1.0.0\n"


def test_while_another_publication_holds_it_nothing_is_written(desk, bucket):
    bucket.Object("articles/publishing.lock").put(Body=b"v1.0.0 of somebody else\n")
    with pytest.raises(DestinationError, match=r"s3://shelf/articles: another publication holds it") as failure:
        publish()
    assert failure.value.mend == (
        "Run again after it. If none runs, it was interrupted: remove or empty publishing.lock there."
    )
    assert list(keys(bucket)) == ["publishing.lock"]


def test_a_publication_that_is_refused_holds_nothing(desk, bucket):
    stand(bucket)
    desk.write_pages("pages", 12)
    desk.build("1.0.0")
    before = keys(bucket)
    with pytest.raises(RefusalError, match="R602"):
        publish()
    with pytest.raises(UsageError, match=r"v9\.9\.9 is not out"):
        toolkit.rollback(PLACE, "v9.9.9")
    assert keys(bucket) == before
    desk.build("1.1.0")
    assert publish().tag == "v1.1.0"


def test_of_two_publishers_at_once_nothing_is_mixed(desk, bucket):
    stand(bucket)
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    shutil.copytree("dataset", "mine")
    desk.write_pages("pages", 13)
    desk.build("1.1.0")
    shutil.copytree("dataset", "theirs")
    desk.environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    running = {name: desk.start("publish", name, PLACE) for name in ("mine", "theirs")}
    said = {name: process.communicate(timeout=120) for name, process in running.items()}
    codes = {name: process.returncode for name, process in running.items()}
    assert sorted(codes.values()) in ([0, 8], [0, 1]), said  # 1: it came when the winner was done
    winner = min(codes, key=codes.get)
    found = {path.removeprefix("v1.1.0/"): data for path, data in keys(bucket).items() if path.startswith("v1.1.0/")}
    assert found == {path: (Path(winner) / path).read_bytes() for path in found}
    assert "SHA256SUMS" in found


def test_a_rollback_points_latest_at_an_old_version(desk, bucket):
    stand(bucket)
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    stand(bucket, version="1.1.0")
    before = keys(bucket)
    assert toolkit.rollback(PLACE, "v1.0.0", dry_run=True).plan.replace == ("latest",)
    assert keys(bucket) == before
    assert toolkit.rollback(PLACE, "v1.0.0").uploaded == ("latest", "rolled-back")
    assert keys(bucket) == {**before, "latest": b"v1.0.0\n", "rolled-back": b"v1.1.0\n"}
    assert publish().uploaded == ()
    assert toolkit.rollback(PLACE, "v1.1.0").uploaded == ("latest",)
    assert keys(bucket) == before


def test_a_damaged_version_is_not_rolled_back_to(desk, bucket):
    stand(bucket)
    bucket.Object("articles/v1.0.0/manifest.json").put(Body=b"{}")
    with pytest.raises(ToolkitError):
        toolkit.rollback(PLACE, "v1.0.0")


def test_nothing_is_published_into_a_dataset(desk, bucket):
    bucket.Object("articles/manifest.json").put(Body=Path("dataset/manifest.json").read_bytes())
    with pytest.raises(UsageError, match="s3://shelf/articles: is a dataset"):
        publish()
    assert list(keys(bucket)) == ["manifest.json"]


@pytest.mark.parametrize("destination", ["s3://", "s3:///", "s3:///articles"])
def test_a_url_without_a_bucket_is_no_folder_of_this_machine(desk, tmp_path, destination):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match="names no bucket or host"):
        toolkit.publish("dataset", destination)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_bucket_that_is_not_there_is_a_failure_of_the_destination(desk, dry_run):
    with pytest.raises(DestinationError) as failure:
        toolkit.publish("dataset", "s3://nowhere-at-all/articles", dry_run=dry_run)
    assert failure.value.message == "s3://nowhere-at-all/articles: The specified bucket does not exist"


def test_who_may_not_write_there_is_told_where_to_look(desk, server):
    reset = partial(urllib.request.Request, f"{server}/moto-api/reset-auth", headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(reset(data=b"0")).close()
    try:
        with pytest.raises(DestinationError) as failure:
            publish()
    finally:
        urllib.request.urlopen(reset(data=b"inf")).close()
    assert failure.value.message.startswith("s3://shelf/articles: The AWS Access Key Id you provided does not exist")
    assert failure.value.mend.startswith("Check your credentials")
