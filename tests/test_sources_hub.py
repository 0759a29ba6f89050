"""Pages on the Hub as input, from a server that speaks its protocol: the same dataset as from the files themselves."""

import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from release_steps import PAGE, desk

__all__ = ["desk"]


@pytest.fixture
def crawl(desk):
    """A dataset repository with pages in files, in an archive and in a table."""
    desk.write_pages("crawl", 1, 2)
    desk.write_pages("others", 3, 4)
    with tarfile.open(desk.home / "crawl" / "others.tar.gz", "w:gz") as archive:
        archive.add(desk.home / "others" / "3.txt", "3.txt")
        archive.add(desk.home / "others" / "4.txt", "4.txt")
    pq.write_table(pa.table({"text": [PAGE.format(n=5)]}), desk.home / "crawl" / "table.parquet")
    desk.control("adopt", {"repo": "me/crawl", "folder": str(desk.home / "crawl"), "tag": "v1.0.0"})
    return desk


def test_a_repository_gives_the_dataset_of_its_files(crawl):
    crawl.run("build crawl --out local")
    crawl.run("build hf://datasets/me/crawl --out remote")
    shard = "data/train-00000-of-00001.parquet"
    assert pq.read_table(crawl.home / "remote" / shard).num_rows == 5
    assert (crawl.home / "remote" / shard).read_bytes() == (crawl.home / "local" / shard).read_bytes()


def test_a_file_of_a_revision_can_be_given(crawl):
    crawl.run("build hf://datasets/me/crawl@v1.0.0/others.tar.gz --out remote")
    rows = pq.read_table(crawl.home / "remote" / "data/train-00000-of-00001.parquet")
    assert rows["headline"].to_pylist() == ["خبر 3", "خبر 4"]


def test_a_repository_that_there_is_not_is_named(crawl):
    said = crawl.run("build hf://datasets/me/nothing --out remote", code=2).stderr
    assert "hf://datasets/me/nothing" in said
    assert "Traceback" not in said
