"""Releases, from the first to a roll-back, as docs/publishing.md tells them."""

import hashlib
import json
import shutil
import subprocess
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from huggingface_hub.utils import logging as hub_logging
from release_steps import NEWS, desk

import toolkit
from toolkit.errors import DestinationError, ToolkitError, UsageError
from toolkit.release import Plan, RefusalError, loading
from toolkit.release.checks import refuse_absent
from toolkit.release.contents import read_release

__all__ = ["desk"]


def sums(folder):
    """SHA-256 by path of the files of a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def published(dataset):
    """What a release of the dataset carries."""
    listed = json.loads((dataset / "manifest.json").read_text("utf-8"))["files"]
    private = {file["path"] for file in listed if not file["published"]}
    return {path: sha256 for path, sha256 in sums(dataset).items() if path not in private}


def test_two_releases_and_a_rollback(desk):
    # The first release: build it, look at the plan, publish it.
    desk.write_pages("pages", 11, 12, 13)
    desk.run("build pages --out dataset --version 1.0.0")
    plan = desk.ask(f"publish dataset {NEWS} --dry-run")
    assert plan["dry_run"]
    assert plan["revision"] is None
    before = sums(desk.home / "dataset")
    first = desk.ask(f"publish dataset {NEWS}")
    assert first["tag"] == "v1.0.0"
    assert sums(desk.home / "dataset") == before
    assert first["uploaded"] == plan["uploaded"] == sorted(published(desk.home / "dataset"))
    shutil.copytree(desk.home / "dataset", desk.home / "old")

    # Pages are mended, added and taken down; the card's changelog tells so.
    desk.write_pages("pages", 14, 15)
    page = desk.home / "pages/13.txt"
    page.write_text(page.read_text("utf-8").replace("نص الخبر", "نص الخبر المصحح"), "utf-8")
    (desk.home / "take-downs").write_text("11.txt\n")
    desk.run(f"build pages --out dataset --version 1.1.0 --previous {NEWS}@v1.0.0 --exclude take-downs")
    diff = desk.ask(f"diff {NEWS}@v1.0.0 dataset")
    assert diff["rows"] == {"added": 2, "removed": 1, "changed": 1, "tags_only": 0}
    assert diff["bump"] == "minor"
    notes = desk.run(f"publish dataset {NEWS} --dry-run").stdout
    assert "- Taken down, 1: 11.txt." in notes

    # The second release sends what changed, and nothing else.
    second = desk.ask(f"publish dataset {NEWS}")
    assert second["tag"] == "v1.1.0"
    assert {"article.odcs.yaml", "layout.yaml"} <= set(second["unchanged"])
    assert desk.files_at("refs/heads/main").items() >= published(desk.home / "dataset").items()
    assert desk.tags() == ["v1.0.0", "v1.1.0"]

    # Readers pin a version.
    assert desk.load("v1.0.0", "v1.1.0") == [
        ["خبر 11", "خبر 12", "خبر 13"],
        ["خبر 12", "خبر 13", "خبر 14", "خبر 15"],
    ]

    # Back to the first: a new commit with the old files, and a tag of its own. No tag moves.
    before = desk.repository()["refs"]
    back = desk.ask(f"rollback {NEWS} v1.0.0")
    assert back["tag"] == "v1.0.0-rollback.1"
    assert desk.files_at("refs/heads/main") == desk.files_at("refs/tags/v1.0.0")
    assert desk.load("main") == [["خبر 11", "خبر 12", "خبر 13"]]
    after = desk.repository()["refs"]
    assert {ref: after[ref] for ref in before if "tags" in ref} == {ref: before[ref] for ref in before if "tags" in ref}


def test_a_dry_run_changes_nothing(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    before = sums(desk.home / "dataset")
    shown = desk.run(f"publish dataset {NEWS} --dry-run")
    assert "add 9" in shown.stdout
    assert [request for request in desk.control("requests") if not request.startswith("GET ")] == []
    assert sums(desk.home / "dataset") == before


def test_publishing_again_sends_nothing(desk):
    desk.release("1.0.0", 11)
    again = desk.publish()
    assert again.uploaded == ()
    assert len(desk.repository()["commits"]) == 2  # the Hub's own, and the release


def test_a_release_is_validated_on_the_hub(desk):
    desk.stand("1.0.0", 11)
    desk.stand("1.1.0", 12)
    assert desk.run(f"validate {NEWS}@v1.0.0").stdout == f"valid: {NEWS}@v1.0.0, 1 row in 1 shard\n"
    assert desk.ask(f"validate {NEWS}")["ok"]


def test_a_version_never_changes(desk):
    desk.stand("1.0.0", 11)
    desk.write_pages("pages", 12)
    desk.build("1.0.0")
    refused = desk.refused()
    assert "R602 version is out already: v1.0.0 is out, and differs in README.md" in refused


def test_a_version_that_an_interrupted_publication_left_without_its_tag_does_not_change_either(desk):
    desk.stand("1.0.0", 11)
    desk.build("1.0.1")
    desk.control("adopt", {"repo": "me/news", "folder": str(desk.home / "dataset"), "tag": "no-version"})
    card = desk.home / "card.md"
    card.write_text((desk.home / "dataset/README.md").read_text("utf-8") + "\nThanks to all.\n", "utf-8")
    desk.build("1.0.1", card=card)
    assert "R603 version too small: 1.0.1 is not above 1.0.1, which is out" in desk.refused()


def test_the_version_must_say_how_much_changed(desk):
    desk.stand("1.0.0", 11)
    desk.write_pages("pages", 12)
    desk.build("1.0.1")
    refused = desk.refused()
    assert "R603 version too small: 1.0.1, where the changes since 1.0.0 demand 1.1.0" in refused
    desk.publish(allow_bump=True)
    desk.build("1.0.0")
    assert "R602" in desk.refused()


def test_a_build_without_a_version_is_no_release(desk):
    desk.write_pages("pages", 11)
    desk.build()
    assert "R601 no version" in desk.refused()
    assert desk.control("requests") == []


@pytest.mark.parametrize("dataset", ["s3://shelf/articles/v1.0.0", "file:///tmp/dataset"])
def test_a_dataset_behind_a_url_is_not_published(desk, dataset):
    told = desk.run(f"publish {dataset} releases", code=2).stderr
    assert told == (
        f"error: {dataset}: a URL, where a path of this machine is wanted\n  Copy it into a folder first.\n"
    )


def test_a_damaged_dataset_is_not_published(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    (desk.home / "dataset/tags.json").write_text("{}")
    assert "tags.json" in desk.run(f"publish dataset {NEWS}", code=5).stderr
    assert desk.control("requests") == []


def test_what_people_wrote_into_the_card_is_never_overwritten(desk):
    desk.stand("1.0.0", 11)
    card = (desk.home / "dataset/README.md").read_text("utf-8")
    edited = card.replace("<!-- toolkit:begin loading -->", "Thanks to all readers.\n\n<!-- toolkit:begin loading -->")
    desk.control("edit", {"repo": "me/news", "path": "README.md", "text": edited})

    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    refused = desk.refused()
    assert "R604 changed at the destination: README.md would lose what people changed:" in refused
    assert "+ Thanks to all readers." in refused

    (desk.home / "theirs.md").write_text(edited, "utf-8")
    desk.build("1.1.0", card="theirs.md")
    desk.publish()
    for _ in range(3):
        desk.build("1.1.0")
    assert "Thanks to all readers." in (desk.home / "dataset/README.md").read_text("utf-8")
    assert desk.publish(dry_run=True).uploaded == ()


def test_a_repository_that_was_made_by_hand_is_published_to(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.control("adopt", {"repo": "me/news", "folder": str(desk.home / "nothing"), "tag": "start"})
    desk.control("edit", {"repo": "me/news", "path": "README.md", "text": "---\nlicense: mit\n---\nComing soon.\n"})
    assert "+ Coming soon." in desk.refused()
    desk.control("edit", {"repo": "me/news", "path": "README.md", "text": "---\nlicense: mit\n---\n"})
    assert desk.publish().plan.replace == ("README.md",)


def test_a_rollback_does_not_overwrite_what_people_wrote(desk):
    desk.stand("1.0.0", 11)
    desk.stand("1.1.0", 12)
    card = (desk.home / "dataset/README.md").read_text("utf-8")
    desk.control("edit", {"repo": "me/news", "path": "README.md", "text": card + "\nThanks to all.\n"})
    with pytest.raises(RefusalError, match="R604"):
        toolkit.rollback(NEWS, "v1.0.0", endpoint=desk.address)


def test_files_of_people_are_left_alone(desk):
    desk.stand("1.0.0", 11)
    desk.control("edit", {"repo": "me/news", "path": "LICENSE.txt", "text": "as you like"})
    desk.release("1.1.0", 12)
    assert "LICENSE.txt" in desk.files_at("refs/tags/v1.1.0")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("tags.json", "publishing would overwrite tags.json"),
        ("data/train-extra.parquet", "R605 in the way: data/train-extra.parquet"),
    ],
    ids=["changed", "among the rows"],
)
def test_what_people_put_in_the_way_is_not_overwritten(desk, path, told):
    desk.stand("1.0.0", 11)
    desk.control("edit", {"repo": "me/news", "path": path, "text": "of people"})
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    assert told in desk.refused()


def test_shards_that_a_release_has_no_more_go(desk):
    desk.stand("1.0.0", 11, 12, 13, 14, shard_size=200)
    old = [path for path in desk.files_at("refs/heads/main") if path.startswith("data/")]
    desk.build("1.0.1")
    made = desk.publish()
    assert list(made.deleted) == old
    assert [path for path in desk.files_at("refs/tags/v1.0.1") if path.startswith("data/")] == [
        "data/train-00000-of-00001.parquet"
    ]


def test_a_rollback_takes_shards_of_the_later_release_away_and_fetches_none(desk):
    desk.stand("1.0.0", 11)
    desk.stand("1.1.0", 12, 13, 14, shard_size=200)
    back = toolkit.rollback(NEWS, "v1.0.0", endpoint=desk.address)
    assert len(back.deleted) > 1
    assert desk.files_at("refs/heads/main") == desk.files_at("refs/tags/v1.0.0")
    assert [request for request in desk.control("requests") if ".parquet" in request] == []


def test_a_dry_run_of_a_rollback_on_the_hub_changes_nothing(desk):
    desk.stand("1.0.0", 11)
    desk.stand("1.1.0", 12)
    before = desk.repository()
    planned = toolkit.rollback(NEWS, "v1.0.0", dry_run=True, endpoint=desk.address)
    assert (planned.revision, planned.tag, planned.dry_run) == (None, "v1.0.0-rollback.1", True)
    assert "README.md" in planned.plan.replace
    assert desk.repository() == before


@pytest.mark.parametrize("url", [f"{NEWS}@v1.0.0", f"{NEWS}/data", "hf://datasets/news", "hf://models/me/news"])
def test_only_a_whole_repository_of_datasets_is_published_to(desk, url):
    with pytest.raises(UsageError, match=f"^{url}: no dataset of the Hub"):
        toolkit.rollback(url, "v1.0.0", endpoint=desk.address)
    assert desk.control("requests") == []


def test_the_hub_s_client_logs_as_it_did_before(desk):
    before = hub_logging.get_verbosity()
    with pytest.raises(UsageError, match="not out"):
        toolkit.rollback(NEWS, "v1.0.0", endpoint=desk.address)
    assert hub_logging.get_verbosity() == before


def test_of_very_many_rows_the_first_is_loaded(desk, monkeypatch):
    desk.stand("1.0.0", 11)
    monkeypatch.setattr(loading, "MAX_LOADED_BYTES", 0)
    release = read_release(desk.home / "dataset", with_rejects=False)
    loading.load_in_fresh_process("me/news", "v1.0.0", release, endpoint=desk.address)
    assert [request for request in desk.control("requests") if ".parquet" in request] != []


def test_rejects_are_published_only_on_request(desk):
    desk.write_pages("pages", 11)
    (desk.home / "pages/bad.txt").write_text("لا شيء\n", "utf-8")
    desk.build("1.0.0")
    assert "rejects/rejects-00000.parquet" not in desk.publish(dry_run=True).uploaded
    made = desk.publish(with_rejects=True)
    assert "rejects/rejects-00000.parquet" in made.uploaded
    desk.run(f"rejects {NEWS}@v1.0.0 --to back")
    assert (desk.home / "back/bad.txt").read_text("utf-8") == "لا شيء\n"


def test_a_pull_request_has_no_tag_and_leaves_the_branch_alone(desk):
    desk.stand("1.0.0", 11)
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    made = desk.publish(create_pr=True)
    assert (made.revision, made.tag) == ("refs/pr/1", None)
    assert desk.tags() == ["v1.0.0"]
    assert desk.files_at("refs/heads/main") == desk.files_at("refs/tags/v1.0.0")
    desk.publish(create_pr=True)
    assert [ref for ref in desk.repository()["refs"] if "/pr/" in ref] == ["refs/pr/1"]


def test_a_new_repository_is_private_on_request(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish(private=True)
    with pytest.raises(HTTPError) as refusal:
        urlopen(f"{desk.address}/api/datasets/me/news")
    assert refusal.value.code == 404


def test_publishing_again_leaves_the_branch_where_it_was_rolled_back_to(desk):
    desk.stand("1.0.0", 11)
    desk.stand("1.1.0", 12)
    toolkit.rollback(NEWS, "v1.0.0", endpoint=desk.address)
    before = desk.repository()["refs"]
    told = desk.run(f"publish dataset {NEWS}").stderr
    assert f"keep getting v1.0.0. To give them v1.1.0: toolkit rollback {NEWS} v1.1.0" in told.replace("\n", " ")
    assert desk.repository()["refs"] == before


def test_every_rollback_has_a_tag_of_its_own(desk):
    desk.stand("1.0.0", 11)
    desk.stand("1.1.0", 12)
    tags = [
        toolkit.rollback(NEWS, f"v{version}", endpoint=desk.address).tag
        for version in ("1.1.0", "1.0.0", "1.0.0", "1.1.0", "1.0.0")
    ]
    assert tags == ["v1.1.0", "v1.0.0-rollback.1", "v1.0.0-rollback.1", "v1.1.0-rollback.1", "v1.0.0-rollback.2"]
    with pytest.raises(UsageError, match=r"v9\.9\.9 is not out"):
        toolkit.rollback(NEWS, "v9.9.9", endpoint=desk.address)

    # what is out is out: publishing it again changes nothing, and tells its commit
    before = desk.repository()["refs"]
    again = desk.publish()
    assert (again.revision, again.uploaded) == (before["refs/tags/v1.1.0"], ())
    assert desk.repository()["refs"] == before

    # a roll-back is no version: the next release is above all that are out
    desk.build("1.0.5")
    assert "R603 version too small: 1.0.5 is not above 1.1.0, which is out" in desk.refused()


def test_versions_stand_side_by_side_in_a_folder(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish("shelf/news")
    desk.write_pages("pages", 12)
    desk.build("1.1.0")
    made = desk.publish("shelf/news")
    assert (made.revision, made.tag) == ("v1.1.0", "v1.1.0")
    shelf = desk.home / "shelf/news"
    assert (shelf / "latest").read_text() == "v1.1.0\n"
    assert sums(shelf / "v1.1.0") == published(desk.home / "dataset")
    for version in ("v1.0.0", "v1.1.0"):
        assert toolkit.validate([f"shelf/news/{version}"]).ok
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=shelf / version, check=True)
    assert toolkit.rollback("shelf/news", "v1.0.0").uploaded == ("latest", "rolled-back")
    assert (shelf / "latest").read_text() == "v1.0.0\n"


def test_a_file_where_a_version_will_stand_is_in_the_way(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    (desk.home / "shelf" / "v1.0.0").mkdir(parents=True)
    (desk.home / "shelf" / "v1.0.0" / "notes.txt").write_text("Mine.", "utf-8")
    assert "R605 in the way: notes.txt" in desk.refused("shelf")


def shelve(desk, *versions):
    """Publish versions, each with a page more, into `shelf`; the dataset of each is kept beside it."""
    for n, version in enumerate(versions, start=11):
        desk.write_pages("pages", n)
        desk.build(version)
        shutil.copytree(desk.home / "dataset", desk.home / version)
        toolkit.publish(version, "shelf")


def latest(desk):
    return (desk.home / "shelf/latest").read_text()


def test_a_latest_that_names_no_version_is_told_with_the_fix(desk):
    shelve(desk, "1.0.0")
    (desk.home / "shelf/latest").write_text("v9.9.9\n")
    with pytest.raises(DestinationError) as failure:
        desk.publish("shelf")
    assert failure.value.message == "shelf/latest: 'v9.9.9' is not a version that is out"
    assert failure.value.mend == "Name one there with `toolkit rollback`."
    toolkit.rollback("shelf", "v1.0.0")
    assert latest(desk) == "v1.0.0\n"


def test_the_plan_shows_what_becomes_of_latest(desk):
    shelve(desk, "1.0.0", "1.1.0")
    desk.write_pages("pages", 13)
    desk.build("1.2.0")
    assert desk.publish("shelf", dry_run=True).plan.replace == ("latest",)
    assert "latest" in toolkit.publish("1.1.0", "shelf", dry_run=True).unchanged
    assert latest(desk) == "v1.1.0\n"


def test_a_dry_run_of_a_rollback_changes_nothing(desk):
    shelve(desk, "1.0.0", "1.1.0")
    (desk.home / "shelf" / ".publishing.lock").unlink()
    assert toolkit.rollback("shelf", "v1.0.0", dry_run=True).plan.add == ("rolled-back",)
    assert latest(desk) == "v1.1.0\n"
    assert sorted(path.name for path in (desk.home / "shelf").iterdir()) == ["latest", "v1.0.0", "v1.1.0"]


def test_publishing_again_does_not_undo_a_rollback(desk):
    shelve(desk, "1.0.0", "1.1.0")
    toolkit.rollback("shelf", "v1.0.0")
    before = sums(desk.home / "shelf")
    for options in ("--dry-run", ""):
        told = desk.run(f"publish 1.1.0 shelf {options}")
        assert "Readers who name no version keep getting v1.0.0." in told.stderr
        assert "To give them v1.1.0: toolkit rollback shelf v1.1.0" in told.stderr
        assert sums(desk.home / "shelf") == before
    assert toolkit.rollback("shelf", "v1.1.0").plan.delete == ("rolled-back",)
    assert desk.run("publish 1.1.0 shelf").stderr == ""
    names = sorted(path.name for path in (desk.home / "shelf").iterdir())
    assert names == [".publishing.lock", "latest", "v1.0.0", "v1.1.0"]


def test_a_version_above_those_that_were_left_is_the_latest(desk):
    shelve(desk, "1.0.0", "1.1.0")
    toolkit.rollback("shelf", "v1.0.0")
    desk.write_pages("pages", 13)
    desk.build("1.2.0")
    made = desk.publish("shelf")
    assert (made.plan.replace, made.deleted) == (("latest",), ("rolled-back",))
    assert latest(desk) == "v1.2.0\n"


@pytest.mark.parametrize("left", ["", "v1.0.0\n"], ids=["as the second", "after a rollback"])
def test_a_publication_that_was_interrupted_before_latest_goes_on(desk, left):
    shelve(desk, "1.0.0", "1.1.0", "1.2.0")
    (desk.home / "shelf/latest").write_text(left or "v1.1.0\n")
    if left:
        (desk.home / "shelf/rolled-back").write_text("v1.1.0\n")
    assert toolkit.publish("1.2.0", "shelf").uploaded == ("latest",)
    assert latest(desk) == "v1.2.0\n"


def test_a_rollback_that_finds_latest_where_it_shall_be_is_kept_too(desk):
    shelve(desk, "1.0.0", "1.1.0")
    (desk.home / "shelf/latest").write_text("v1.0.0\n")  # the publication of 1.1.0 was interrupted
    toolkit.rollback("shelf", "v1.0.0")
    toolkit.publish("1.1.0", "shelf")
    assert latest(desk) == "v1.0.0\n"


@pytest.mark.parametrize("name", ["README.md", "data/train-00000-of-00001.parquet", "manifest.json", "SHA256SUMS"])
def test_a_version_with_one_other_byte_is_not_rolled_back_to(desk, name):
    shelve(desk, "1.0.0", "1.1.0")
    path = desk.home / "shelf/v1.0.0" / name
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"1", b"2", 1))
    assert path.stat().st_size == len(raw)
    with pytest.raises(ToolkitError):
        toolkit.rollback("shelf", "v1.0.0")
    assert latest(desk) == "v1.1.0\n"


def test_what_only_the_hub_has_is_refused_elsewhere(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    for option in ({"create_pr": True}, {"private": True}, {"endpoint": "https://hub.example"}):
        with pytest.raises(UsageError, match=f"^--{next(iter(option)).replace('_', '-')}: shelf "):
            toolkit.publish("dataset", "shelf", **option)
    with pytest.raises(UsageError, match=r"^--endpoint: shelf "):
        toolkit.rollback("shelf", "v1.0.0", endpoint="https://hub.example")
    assert not (desk.home / "shelf").exists()


@pytest.mark.parametrize("place", ["shelf", NEWS])
def test_a_rollback_to_a_version_that_is_not_out_names_those_that_are(desk, place):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish(place)
    with pytest.raises(UsageError, match=r"v9\.9\.9 is not out") as refusal:
        toolkit.rollback(place, "v9.9.9", endpoint=desk.address if place == NEWS else None)
    assert refusal.value.mend == "Name one that is out: v1.0.0."


def test_versions_that_are_out_are_named_in_their_order():
    with pytest.raises(UsageError) as refusal:
        refuse_absent((2, 0, 0), [(1, 10, 0), (1, 9, 0)], "shelf")
    assert refusal.value.mend == "Name one that is out: v1.9.0, v1.10.0."


def test_a_plan_lists_what_stands_beside_a_release_in_the_order_of_the_paths():
    files = Plan(add=("b",), replace=("d",), delete=("f",), unchanged=("h",))
    beside = Plan(add=("a",), replace=("c",), delete=("e",), unchanged=("g",))
    joined = files.joined(beside)
    assert joined == Plan(add=("a", "b"), replace=("c", "d"), delete=("e", "f"), unchanged=("g", "h"))
    assert joined.uploads == ("a", "b", "c", "d")


def test_an_interrupted_publication_to_a_folder_goes_on(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish("shelf")
    for left in ("SHA256SUMS", "manifest.json", "README.md"):
        (desk.home / "shelf/v1.0.0" / left).unlink()
    (desk.home / "shelf/latest").unlink()
    (desk.home / "shelf/v1.0.0/tags.json").write_text("half")
    (desk.home / "shelf/v1.0.0/.layout.yaml.4242.partial").write_text("half")
    made = desk.publish("shelf")
    assert made.uploaded == ("README.md", "SHA256SUMS", "latest", "manifest.json", "tags.json")
    assert toolkit.validate(["shelf/v1.0.0"]).ok
    assert (desk.home / "shelf/latest").read_text() == "v1.0.0\n"


def test_a_version_in_a_folder_never_changes(desk):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish("shelf")
    before = sums(desk.home / "shelf")
    desk.write_pages("pages", 12)
    desk.build("1.0.0")
    assert "R602" in desk.refused("shelf")
    assert sums(desk.home / "shelf") == before


def test_an_empty_destination_is_not_the_root_of_the_file_system(desk):
    desk.write_pages("pages", 11)
    desk.run("build pages --out dataset --version 1.0.0")
    with pytest.raises(UsageError, match="no folder is named"):
        toolkit.publish(desk.home / "dataset", "", dry_run=True)


@pytest.mark.parametrize("destination", ["dataset", "dataset/sub", "other", "file://{home}/other", "link/data"])
def test_nothing_is_published_into_a_dataset(desk, destination):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    shutil.copytree(desk.home / "dataset", desk.home / "other")
    (desk.home / "link").symlink_to("other")
    before = sums(desk.home)
    for act in (desk.publish, lambda place: toolkit.rollback(place, "v1.0.0")):
        with pytest.raises(UsageError, match="lies in the dataset"):
            act(destination.format(home=desk.home))
    assert sums(desk.home) == before


@pytest.fixture
def keys(desk):
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "editor", "-f", str(desk.home / "key")]
    if shutil.which("ssh-keygen"):
        subprocess.run(command, check=True)
    else:
        from cryptography.hazmat.primitives import serialization as forms
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.OpenSSH, forms.NoEncryption())
        (desk.home / "key").write_bytes(private)
        public = key.public_key().public_bytes(forms.Encoding.OpenSSH, forms.PublicFormat.OpenSSH)
        (desk.home / "key.pub").write_bytes(public + b" editor\n")


def test_a_signed_release_carries_its_statement(desk, keys):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    before = sums(desk.home / "dataset")
    made = desk.publish("shelf", sign="key")
    assert made.uploaded[-2:] == ("report.html", "tags.json")
    assert "manifest.intoto.json" in made.uploaded
    assert sums(desk.home / "dataset") == before
    assert toolkit.validate(["shelf/v1.0.0"]).ok


def test_an_interrupted_publication_gets_its_statement(desk, keys):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish("shelf", sign="key")
    (desk.home / "shelf/v1.0.0/manifest.intoto.json").unlink()
    (desk.home / "shelf/latest").unlink()
    assert desk.publish("shelf", sign="key").uploaded == ("latest", "manifest.intoto.json")
    assert toolkit.validate(["shelf/v1.0.0"], key="key.pub").ok
    assert (desk.home / "shelf/latest").read_text() == "v1.0.0\n"


def test_a_statement_never_changes(desk, keys):
    desk.write_pages("pages", 11)
    desk.build("1.0.0")
    desk.publish("shelf", sign="key")
    (desk.home / "shelf/v1.0.0/manifest.intoto.json").write_text("{}")
    assert "differs in manifest.intoto.json" in desk.refused("shelf", sign="key")


def test_findings_are_told_and_stop_only_on_request(desk):
    desk.write_pages("pages", 11)
    page = desk.home / "pages/11.txt"
    page.write_text(page.read_text("utf-8").replace("نص الخبر", "راسلوا editor@example.org نص الخبر"), "utf-8")
    desk.build("1.0.0")
    refused = desk.refused("shelf", stop_on_findings=True)
    assert "R611 e-mail address" in refused
    assert not (desk.home / "shelf").exists()
    told = desk.run("publish dataset shelf")
    assert "11.txt row 0 body: R611 e-mail address edi… (18 characters)" in told.stderr
    assert "editor@example.org" not in told.stderr
