"""`toolkit.validate` on datasets: whatever is not whole, true and valid is found, with its code and its place."""

import datetime
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from forgery import edit, forge_rows, read_manifest, seal, seal_files, write_card, write_manifest
from made_pages import BODY, page

from bench.bitflips import find_missed
from toolkit.converter import build
from toolkit.dataset.manifest import manifest_to_json
from toolkit.diagnostics import Location
from toolkit.errors import IntegrityError, UsageError
from toolkit.inspection.tables.statistics import Span, find_statistics_flaws, joined_spans, spans_of
from toolkit.inspector import checks, validate
from toolkit.settings import load_contract

TEASER = "خبر أول منذ ساعة خبر ثان منذ يومين"
PLAIN, INLINE, BARE = 0, 1, 2
"""Rows of the first shard: a plain one, one with teasers in its body, and one without tags and related articles."""


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """Two shards, of six rows and of four, a reject and a duplicate."""
    folder = tmp_path_factory.mktemp("inspected")
    raw = folder / "raw"
    raw.mkdir()
    related = "\n".join(f"إقرأ أيضاً:\nخبر آخر {number}\nفقرة من الخبر." for number in range(3))
    for number in range(10):
        headline = f"عنوان الخبر رقم {number}"
        body = "\n".join([BODY, TEASER, BODY + " ثم عاد."]) if number % 5 == INLINE else f"{BODY}\nفقرة ثانية."
        bare = number % 5 == BARE
        text = page(
            headline=headline,
            body=body,
            tags="" if bare else "كلمات دلالية: النقل مصر النقل",
            related="" if bare else related,
        )
        (raw / f"{number:02}.txt").write_text(text, encoding="utf-8")
    (raw / "10.txt").write_bytes((raw / "07.txt").read_bytes())
    (raw / "11.txt").write_text(page(source=""), encoding="utf-8")
    build([raw], folder / "dist", workers=1, shard_size=7 * (raw / "00.txt").stat().st_size)
    assert [pq.read_metadata(path).num_rows for path in shards_of(folder / "dist")] == [6, 4]
    return folder / "dist"


@pytest.fixture
def dataset(built, tmp_path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "dist"))


def found_in(dataset: Path, **options: object) -> dict[str, tuple[str, int | None, str | None]]:
    """By code: the file in the dataset, the row and the path of the first finding."""
    found = {}
    for each in validate([dataset], workers=1, **options).diagnostics:
        found.setdefault(each.code, (os.path.relpath(each.file, dataset), each.row, each.path))
    return found


def test_a_dataset_that_was_built_is_valid(dataset):
    result = validate([dataset])

    assert (result.ok, result.integrity, result.errors, result.diagnostics) == (True, True, 0, ())
    assert result.subject == f"{dataset}, 10 rows in 2 shards"


def test_one_flipped_bit_anywhere_is_found(dataset):
    assert find_missed(dataset, flips=10, seed=1) == []


def test_the_same_dataset_without_rejects_and_duplicates_is_a_valid_release(dataset):
    shutil.rmtree(dataset / "rejects")
    (dataset / "duplicates.parquet").unlink()

    assert validate([dataset]).ok


def test_a_snapshot_of_the_hub_all_of_links_is_valid(dataset, tmp_path):
    snapshot = tmp_path / "snapshots" / "main"
    for number, path in enumerate(sorted(path for path in dataset.rglob("*") if path.is_file())):
        blob = tmp_path / "blobs" / str(number)
        blob.parent.mkdir(exist_ok=True)
        path.rename(blob)
        link = snapshot / path.relative_to(dataset)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    (snapshot / ".gitattributes").write_text("*.parquet filter=lfs\n")

    assert validate([snapshot]).ok


@pytest.mark.parametrize("name", [".git/HEAD", ".git", ".gitattributes", ".cache/huggingface/.gitignore"])
def test_what_git_and_the_hub_leave_beside_the_files_is_not_extra(dataset, name):
    (dataset / name).parent.mkdir(parents=True, exist_ok=True)
    (dataset / name).write_text("gitdir: ../.git/modules/dist\n")

    assert validate([dataset]).ok


def test_line_ends_that_git_has_changed_are_one_finding_a_file(dataset):
    for path in dataset.iterdir():
        if path.is_file() and path.suffix != ".parquet":
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert validate([dataset]).codes == {"I505": 5, "I506": 1, "I507": 1}


def shards_of(dataset: Path) -> list[Path]:
    return sorted((dataset / "data").glob("*.parquet"))


def cut_a_shard(dataset: Path) -> None:
    shard = shards_of(dataset)[1]
    shard.write_bytes(shard.read_bytes()[:-100])


def swap_shards(dataset: Path) -> None:
    first, second = shards_of(dataset)
    raw = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(raw)


def break_a_link(dataset: Path) -> None:
    shard = shards_of(dataset)[0]
    shard.unlink()
    shard.symlink_to("nowhere")


def pipe_in_place_of(name: str) -> Callable[[Path], None]:
    def change(dataset: Path) -> None:
        (dataset / name).unlink()
        os.mkfifo(dataset / name)

    return change


SECOND = "data/train-00001-of-00002.parquet"
FIRST = "data/train-00000-of-00002.parquet"

DAMAGES = {
    "shard cut short": (cut_a_shard, "I505", SECOND),
    "shard cut short, read": (cut_a_shard, "I511", SECOND),
    "shards swapped": (swap_shards, "I505", FIRST),
    "extra file": (lambda dataset: (dataset / "data" / "more.parquet").touch(), "I504", "data/more.parquet"),
    "extra folder": (lambda dataset: (dataset / "old").mkdir(), "I504", "old"),
    "shard missing": (lambda dataset: shards_of(dataset)[0].unlink(), "I503", FIRST),
    "only duplicates missing": (
        lambda dataset: (dataset / "duplicates.parquet").unlink(),
        "I503",
        "duplicates.parquet",
    ),
    "sums missing": (lambda dataset: (dataset / "SHA256SUMS").unlink(), "I503", "SHA256SUMS"),
    "sums shorter": (lambda dataset: (dataset / "SHA256SUMS").write_text(""), "I506", "SHA256SUMS"),
    "manifest missing": (lambda dataset: (dataset / "manifest.json").unlink(), "I501", "manifest.json"),
    "manifest no JSON": (lambda dataset: (dataset / "manifest.json").write_text("{"), "I502", "manifest.json"),
    "manifest changed": (lambda dataset: (dataset / "manifest.json").open("a").write("\n"), "I505", "manifest.json"),
    "pipe": (pipe_in_place_of("tags.json"), "I508", "tags.json"),
    "manifest a pipe": (pipe_in_place_of("manifest.json"), "I508", "manifest.json"),
    "link to nothing": (break_a_link, "I508", FIRST),
}


@pytest.mark.parametrize(("damage", "code", "file"), DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_an_integrity_error_at_its_file(dataset, damage, code, file):
    damage(dataset)

    result = validate([dataset], workers=1)

    places = {each.code: os.path.relpath(each.file, dataset) for each in reversed(result.diagnostics)}
    assert places[code] == file
    assert (result.ok, result.integrity) == (False, False)


def test_text_that_a_person_writes_into_the_card_is_said_to_be_an_edit_and_no_damage(dataset):
    with (dataset / "README.md").open("a", encoding="utf-8") as card:
        card.write("\nA word of mine.\n")

    result = validate([dataset])

    assert [each.code for each in result.diagnostics] == ["I507"]
    assert (result.ok, result.integrity) == (False, True)


def test_a_table_that_is_listed_and_that_nobody_checks_is_damage(dataset):
    more = dataset / "more.parquet"
    more.write_bytes(shards_of(dataset)[0].read_bytes())
    first = next(file for file in read_manifest(dataset).files if file.path == FIRST)
    seal(dataset, lambda manifest: replace(manifest, files=(*manifest.files, replace(first, path="more.parquet"))))

    assert found_in(dataset) == {"I502": ("manifest.json", None, "files")}


def test_a_manifest_of_a_newer_format_is_a_usage_error(dataset):
    edit_manifest(dataset, format="article-dataset/2")

    with pytest.raises(UsageError, match="newer than"):
        validate([dataset])


def test_a_manifest_whose_path_leaves_the_dataset_is_damaged(dataset):
    text = (dataset / "manifest.json").read_text("utf-8")
    (dataset / "manifest.json").write_text(text.replace('"tags.json"', '"../tags.json"'), encoding="utf-8")

    assert found_in(dataset) == {"I502": ("manifest.json", None, None)}


def without(name: str):
    return lambda manifest: replace(manifest, files=tuple(file for file in manifest.files if file.path != name))


def listed_as(name: str, **fields: object):
    return lambda manifest: replace(
        manifest, files=tuple(replace(file, **fields) if file.path == name else file for file in manifest.files)
    )


CONTRADICTIONS = {
    "no layout": (without("layout.yaml"), "files", "the manifest does not name layout.yaml"),
    "a shard without its second": (without(SECOND), "files", "the shards are not numbered from the first to the last"),
    "a shard without rows": (listed_as(FIRST, rows=None), "files", f"{FIRST} is listed as what it is not"),
    "a shard that is not published": (
        listed_as(FIRST, published=False),
        "files",
        f"{FIRST} is listed as what it is not",
    ),
    "rows of a text": (listed_as("tags.json", rows=1), "files", "tags.json is listed as what it is not"),
    "duplicates that are published": (
        listed_as("duplicates.parquet", published=True),
        "files",
        "duplicates.parquet is listed as what it is not",
    ),
    "another contract": (
        lambda manifest: replace(manifest, contract=replace(manifest.contract, sha256="0" * 64)),
        "contract.sha256",
        "contract.sha256 is not that of article.odcs.yaml",
    ),
}


@pytest.mark.parametrize(("lie", "path", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_manifest_that_contradicts_itself_is_damaged(dataset, lie, path, message):
    write_manifest(dataset, manifest_to_json(lie(read_manifest(dataset))))

    found = [(each.path, each.message) for each in validate([dataset], workers=1).diagnostics if each.code == "I502"]
    assert found == [(path, message)]


def edit_manifest(dataset: Path, **members: object) -> None:
    document = json.loads((dataset / "manifest.json").read_text("utf-8")) | members
    with suppress(UsageError, IntegrityError):
        write_manifest(dataset, json.dumps(document))


def row_changer(change, shard=0, row=PLAIN):
    return lambda dataset: forge_rows(dataset, lambda shards: change(shards[shard][row]))


def blank_headline_of_a_related_article(row: dict) -> None:
    row["related"][1]["headline"] = " "


def null_headline(row: dict) -> None:
    row["headline"] = None


def no_file(row: dict) -> None:
    row["page"]["file"] = ""


def date_of_another_day(row: dict) -> None:
    row["date"] = row["date"].replace(day=21)


def teasers_in_the_body(row: dict) -> None:
    row["body"] = row["body"].replace("\n", f"\n{TEASER}\n")
    row["related"] = [item for item in row["related"] if item["kind"] == "block"]


def related_block_in_the_body(row: dict) -> None:
    first, *rest = row["related"]
    row["body"] += f"\nالمصدر: الراي\nإقرأ أيضاً:\n{first['headline']}"
    row["related"] = rest


def two_spaces(row: dict) -> None:
    row["body"] = row["body"].replace(" ", "  ", 1)


def other_id(row: dict) -> None:
    row["id"] = "0123456789abcdef"


def other_tags(row: dict) -> None:
    row["tags"] = ["مصر", "النقل"]


def longer_tag(row: dict) -> None:
    row["tags"] = ["النقل مصر"]


def unknown_warning(row: dict) -> None:
    row["page"]["warnings"] = ["X999"]


def lost_warning(row: dict) -> None:
    row["page"]["warnings"] = []


def warning_of_a_rule(row: dict) -> None:
    row["page"]["warnings"] = ["C304"]


def misplaced_inline_item(row: dict) -> None:
    row["related"][0]["paragraph"] = 7


def unknown_kind(row: dict) -> None:
    row["related"][0]["kind"] = "aside"


def null_item(row: dict) -> None:
    row["related"][2] = None


def null_page(row: dict) -> None:
    row["page"]["date"] = None


LIES = {
    "blank headline of a related article": (
        row_changer(blank_headline_of_a_related_article),
        "C302",
        FIRST,
        0,
        "related[1].headline",
    ),
    "null headline": (row_changer(null_headline, shard=1), "C301", SECOND, 6, "headline"),
    "date of another day": (row_changer(date_of_another_day), "I522", FIRST, 0, "date"),
    "teasers in the body": (row_changer(teasers_in_the_body), "I522", FIRST, 0, "body"),
    "footer and label in the body": (row_changer(related_block_in_the_body), "I522", FIRST, 0, "body"),
    "text that is not canonical": (row_changer(two_spaces, row=BARE), "I522", FIRST, 2, "body"),
    "other id": (row_changer(other_id, shard=1, row=3), "I523", SECOND, 9, "id"),
    "tags in another order": (row_changer(other_tags), "I524", FIRST, 0, "tags"),
    "tags that miss a repeat": (row_changer(longer_tag), "I524", FIRST, 0, "tags"),
    "unknown warning": (row_changer(unknown_warning), "I525", FIRST, 0, "page.warnings"),
    "lost warning": (row_changer(lost_warning, row=BARE), "I525", FIRST, 2, "page.warnings"),
    "warning of a rule that holds": (row_changer(warning_of_a_rule, row=INLINE), "I525", FIRST, 1, "page.warnings"),
    "inline item beyond the body": (
        row_changer(misplaced_inline_item, row=INLINE),
        "I522",
        FIRST,
        1,
        "related[0].headline",
    ),
    "unknown kind": (row_changer(unknown_kind), "C308", FIRST, 0, "related[0].kind"),
    "null item": (row_changer(null_item), "C301", FIRST, 0, "related[2]"),
    "null item, rendered": (row_changer(null_item), "I522", FIRST, 0, "related[2]"),
    "null date line": (row_changer(null_page), "I522", FIRST, 0, "page.date"),
}


@pytest.mark.parametrize(("forge", "code", "file", "row", "path"), LIES.values(), ids=LIES.keys())
def test_a_lie_of_a_row_is_found_where_every_hash_is_right(dataset, forge, code, file, row, path):
    forge(dataset)

    found = found_in(dataset)

    assert found[code] == (file, row, path)
    assert not found.keys() & {"I505", "I506", "I531", "I533", "I542"}


def test_an_error_of_a_rule_is_no_warning_that_the_row_lacks(dataset):
    row_changer(no_file)(dataset)

    assert [each.code for each in validate([dataset], workers=1).diagnostics] == ["C302"]


def test_a_rejected_page_with_several_errors_is_valid(tmp_path):
    for name, text in (("good.txt", page()), ("bad.txt", page(headline="", body="", source=""))):
        (tmp_path / "raw").mkdir(exist_ok=True)
        (tmp_path / "raw" / name).write_text(text, encoding="utf-8")
    build([tmp_path / "raw"], tmp_path / "dist", workers=1)
    assert pq.read_table(tmp_path / "dist/rejects/rejects-00000.parquet")["codes"].to_pylist() == [
        ["P201", "P204", "P205"]
    ]

    assert validate([tmp_path / "dist"], workers=1).ok


def test_a_row_whose_warning_is_an_error_of_the_contract_is_found(dataset):
    edit(dataset, "article.odcs.yaml", "P222: warning", "P222: error")

    assert found_in(dataset)["I522"] == (FIRST, BARE, "body")


def test_a_changed_body_has_another_rendering(dataset):
    def change(shards):
        shards[1][2]["body"] += " وأكثر."

    forge_rows(dataset, change, prove=False)

    assert found_in(dataset) == {"I521": (SECOND, 8, "page.rendering")}


def test_a_changed_body_of_a_row_with_teasers_has_another_rendering(dataset):
    def change(shards):
        shards[0][INLINE]["body"] += " وأكثر."

    forge_rows(dataset, change, prove=False)

    assert found_in(dataset) == {"I521": (FIRST, 1, "page.rendering")}


def test_a_row_that_stands_in_two_shards_is_found_where_it_stands_again(dataset):
    forge_rows(dataset, lambda shards: shards[1].insert(2, shards[0][3]))

    assert found_in(dataset) == {"C313": (SECOND, 8, "id"), "I526": (SECOND, 8, "page.file")}


def test_an_id_that_stands_in_two_shards_is_found_though_the_pages_have_other_names(dataset):
    def change(shards):
        again = shards[0][3]
        shards[1].insert(2, again | {"page": again["page"] | {"file": "99.txt"}})

    forge_rows(dataset, change)

    assert found_in(dataset) == {"C313": (SECOND, 8, "id")}


def test_rows_in_another_order_have_another_digest(dataset):
    manifest = read_manifest(dataset)
    forge_rows(dataset, lambda shards: shards[0].reverse())
    edit(dataset, "README.md", read_manifest(dataset).digest, manifest.digest)
    seal(dataset, lambda found: replace(found, digest=manifest.digest))

    found = found_in(dataset)

    assert found["I531"] == ("manifest.json", None, "digest")
    assert found["I542"] == ("README.md", None, "configs[0].description")


def test_a_shard_with_another_schema_is_found(dataset):
    contract = load_contract(dataset / "article.odcs.yaml")
    first, second = (pq.read_table(path) for path in shards_of(dataset))
    dates = second["date"].cast(pa.string())
    text = second.set_column(second.schema.get_field_index("date"), "date", dates)
    write_shards_only(dataset, [first, text], contract)

    assert found_in(dataset)["C323"] == (SECOND, None, "date")


def test_a_shard_with_one_column_more_is_found(dataset):
    contract = load_contract(dataset / "article.odcs.yaml")
    first, second = (pq.read_table(path) for path in shards_of(dataset))
    write_shards_only(dataset, [first, second.append_column("more", second["id"])], contract)

    found = [each for each in validate([dataset], workers=1).diagnostics if each.code == "C322"]
    assert [(os.path.relpath(each.file, dataset), each.row, each.path) for each in found] == [(SECOND, None, "more")]


def write_shards_only(dataset: Path, tables: list[pa.Table], contract) -> None:
    for path, table in zip(shards_of(dataset), tables, strict=True):
        pq.write_table(table.replace_schema_metadata(contract.hub_metadata()), path)
    seal(dataset)


def test_features_in_a_footer_that_are_not_the_contracts_are_found(dataset):
    path = shards_of(dataset)[0]
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({"huggingface": '{"info": {"features": {}}}'}), path)
    seal(dataset)

    assert found_in(dataset)["I512"] == (FIRST, None, None)


INDEX = json.dumps({"index_columns": ["headline"], "column_indexes": [], "columns": []})


def test_features_that_stand_in_a_footer_twice_are_the_contracts_both_times(dataset):
    shard = shards_of(dataset)[0]
    before, features, after = shard.read_bytes().rpartition(b'"dtype": "string"')
    shard.write_bytes(before + features.replace(b"string", b"binary") + after)
    seal(dataset)
    assert found_in(dataset) == {"I512": (FIRST, None, None)}


@pytest.mark.parametrize("of_columns", [True, False], ids=["of the columns", "of the file"])
def test_metadata_that_other_readers_obey_is_found(dataset, of_columns):
    path = shards_of(dataset)[0]
    table = pq.read_table(path)
    if of_columns:
        table = table.replace_schema_metadata(table.schema.metadata | {"pandas": INDEX})
    with pq.ParquetWriter(path, table.schema) as writer:
        writer.write_table(table)
        if not of_columns:
            writer.add_key_value_metadata({"pandas": INDEX})
    seal(dataset)

    assert found_in(dataset)["I512"] == (FIRST, None, None)


def test_a_row_group_without_rows_is_found(dataset):
    contract = load_contract(dataset / "article.odcs.yaml")
    path = shards_of(dataset)[0]
    table = pq.read_table(path).replace_schema_metadata(contract.hub_metadata())
    with pq.ParquetWriter(path, table.schema) as writer:
        writer.write_table(table)
        writer.write_table(table.slice(0, 0))
    seal(dataset)

    assert found_in(dataset)["I513"] == (FIRST, None, None)


FALSE_STATISTICS = {
    "greatest value": (
        b"05.txt",
        b"04.txt",
        ("row group 0, column page.file: the footer has another max than the rows", "04.txt", "05.txt"),
    ),
    "rows of the file": (  # six and seven, each as Thrift writes it behind the number of its field
        b"\x16\x0c\x19\x1c",
        b"\x16\x0e\x19\x1c",
        ("the footer has another number of rows than its row groups", "7", "6"),
    ),
}


@pytest.mark.parametrize(("true", "lie", "told"), FALSE_STATISTICS.values(), ids=FALSE_STATISTICS)
def test_statistics_by_which_readers_pass_over_rows_are_those_of_the_rows(dataset, true, lie, told):
    shard = shards_of(dataset)[0]
    raw = shard.read_bytes()
    footer = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    shard.write_bytes(raw[:footer] + raw[footer:].replace(true, lie))
    seal(dataset)

    result = validate([dataset], workers=1)
    assert ("I514", *told) in [(found.code, found.message, found.found, found.expected) for found in result.diagnostics]
    assert not result.integrity


def with_url(rows):
    rows[3]["page"]["url"] = "https://news.example/3"


def with_earlier_day(rows):
    rows[0]["date"] = datetime.date(2001, 1, 1)


def with_later_day(rows):
    rows[5]["date"] = datetime.date(2099, 1, 1)


def without_related(rows):
    rows[0]["related"] = []
    rows[3]["related"] = None


FOOTER_LIES = {
    "nulls of a member": (with_url, {"column page.url: the footer has another null_count than the rows: 6, not 5"}),
    "least": (with_earlier_day, {"column date: the footer has another min than the rows: 2023-09-20, not 2001-01-01"}),
    "greatest": (with_later_day, {"column date: the footer has another max than the rows: 2023-09-20, not 2099-01-01"}),
    "nulls below empty lists": (
        without_related,
        {
            f"column related.list.element.{name}: the footer has another null_count than the rows: {said}, not {true}"
            for name, said, true in (("kind", 1, 3), ("age", 16, 12))
        },
    ),
    "number of rows": (list.pop, {"the footer has another num_rows than the rows: 6, not 5"}),
}


def statistics_flaws(shard, rows):
    group = pq.read_metadata(shard).row_group(0)
    return find_statistics_flaws(group, 0, len(rows), spans_of(rows), Location(file="shard"))


@pytest.mark.parametrize(("change", "told"), FOOTER_LIES.values(), ids=FOOTER_LIES)
def test_a_footer_that_lies_of_a_row_group_is_found(built, change, told):
    shard = shards_of(built)[0]
    rows = pq.read_table(shard).to_pylist()
    change(rows)
    table = pa.Table.from_pylist(rows, schema=pq.read_schema(shard))
    found = statistics_flaws(shard, table)
    texts = {f"{each.message}: {each.found}, not {each.expected}" for each in found}
    assert {text.removeprefix("row group 0: ").removeprefix("row group 0, ") for text in texts} >= told


@pytest.mark.parametrize(
    ("name", "column"), [("data/train-00000-of-00002.parquet", b"page\x06sha256"), ("duplicates.parquet", b"sha256")]
)
def test_a_name_of_a_column_that_is_no_text_in_a_row_group_is_damage(dataset, name, column):
    before, _, after = (dataset / name).read_bytes().rpartition(column)
    (dataset / name).write_bytes(before + column[:-1] + b"\xff" + after)
    seal(dataset)
    assert found_in(dataset) == {"I511": (name, None, None)}


@pytest.mark.parametrize("said", [[[1], [None]], [[1, None], []]], ids=["pyarrow 24 and 25", "pyarrow 26"])
def test_nulls_may_be_counted_without_those_that_stand_for_empty_lists(tmp_path, said):
    kind = pa.list_(pa.int32())
    pq.write_table(pa.table({"numbers": pa.array(said, kind)}), tmp_path / "shard")
    rows = pa.table({"numbers": pa.array([[1, None], []], kind)})
    assert list(statistics_flaws(tmp_path / "shard", rows)) == []


def test_bounds_that_are_wider_than_the_values_are_no_lie(built):
    shard = shards_of(built)[0]
    rows = pq.read_table(shard)
    narrow = rows.filter(pc.field("page", "file") == "03.txt").take([0] * 6)
    found = statistics_flaws(shard, narrow)
    assert [each.message for each in found if " min " in each.message or " max " in each.message] == []


CARD_LIES = {
    "num_examples": ("num_examples: 10", "num_examples: 11", "dataset_info.splits[0].num_examples"),
    "num_bytes": ("num_bytes: ", "num_bytes: 1", "dataset_info.splits[0].num_bytes"),
    "download_size": ("download_size: ", "download_size: 1", "dataset_info.download_size"),
    "dtype": ("dtype: date32", "dtype: string", "dataset_info.features[2].dtype"),
    "old digest": ("digest sha256:", "digest sha256:0", "configs[0].description"),
    "version": ("version: 0.0.0", "version: 0.0.1", "configs[0].version"),
    "files of the split": ("path: data/train-*.parquet", "path: data/*.parquet", "configs[0].data_files[0].path"),
    "one more configuration": ("configs:\n", "configs:\n- config_name: more\n  data_files: '*'\n", "configs"),
    "language": ("- ar\n", "- en\n", "language[0]"),
    "size": ("- n<1K", "- 1K<n<10K", "size_categories[0]"),
    "counts in a section": ("| rejected | 1 |", "| rejected | 0 |", "section counts"),
    "outlets in a section": ("</span> | 10 |", "</span> | 11 |", "section sources"),
    "example in a section": ("<tr><th>source</th>", "<tr><th>outlet</th>", "section example"),
}


@pytest.mark.parametrize(("old", "new", "path"), CARD_LIES.values(), ids=CARD_LIES.keys())
def test_a_lie_of_the_card_is_found_where_every_hash_is_right(dataset, old, new, path):
    edit(dataset, "README.md", old, new)

    assert found_in(dataset) == {"I542": ("README.md", None, path)}


def test_a_card_whose_front_matter_is_gone_is_found(dataset):
    write_card(dataset, "# Articles\n")

    assert found_in(dataset)["I542"] == ("README.md", None, "language")


def test_a_card_whose_front_matter_does_not_end_is_damaged(dataset):
    write_card(dataset, "---\nlanguage: ar\n")

    assert found_in(dataset) == {"I541": ("README.md", None, None)}


def test_sections_that_only_rejects_could_prove_are_passed_over_in_a_release(dataset):
    shutil.rmtree(dataset / "rejects")
    (dataset / "duplicates.parquet").unlink()
    edit(dataset, "README.md", "| rejected | 1 |", "| rejected | 0 |")

    assert validate([dataset]).ok


CROISSANT_LIES = {
    "hash of a shard": ('"sha256": "', '"sha256": "0', "distribution[0].sha256"),
    "type of a field": ('"dataType": "sc:Date"', '"dataType": "sc:Text"', "recordSet[0].field[2].dataType"),
    "digest": ('"identifier": "sha256:', '"identifier": "sha256:0', "identifier"),
}


@pytest.mark.parametrize(("old", "new", "path"), CROISSANT_LIES.values(), ids=CROISSANT_LIES.keys())
def test_a_lie_of_croissant_is_found_where_every_hash_is_right(dataset, old, new, path):
    croissant = dataset / "croissant.json"
    text = croissant.read_text("utf-8")
    assert old in text
    croissant.write_text(text.replace(old, new, 1), encoding="utf-8")
    seal_files(dataset)

    assert found_in(dataset) == {"I543": ("croissant.json", None, path)}


def test_croissant_that_is_no_json_is_found(dataset):
    (dataset / "croissant.json").write_text("{", encoding="utf-8")
    seal_files(dataset)

    assert found_in(dataset) == {"I543": ("croissant.json", None, None)}


COUNT_LIES = {
    "pages": ({"pages": 99}, "counts.pages"),
    "rejected": ({"rejected": 2, "pages": 13}, "inputs.count"),
    "warnings": ({"warnings": (("P222", 1), ("P223", 2))}, "counts.warnings.P222"),
}


@pytest.mark.parametrize(("members", "path"), COUNT_LIES.values(), ids=COUNT_LIES.keys())
def test_counts_that_are_not_those_of_the_files_are_found(dataset, members, path):
    seal(dataset, lambda manifest: replace(manifest, counts=replace(manifest.counts, **members)))

    assert found_in(dataset)["I533"] == ("manifest.json", None, path)


def test_counts_are_told_as_numbers(dataset):
    seal(dataset, lambda manifest: replace(manifest, counts=replace(manifest.counts, warnings=())))

    told = [each.message for each in validate([dataset]).diagnostics if each.code == "I533"]

    assert told == [
        "counts.warnings.P222: the manifest says 0, the files hold 2",
        "counts.warnings.P223: the manifest says 0, the files hold 2",
        "counts.warnings.P231: the manifest says 0, the files hold 8",
    ]


def test_a_digest_other_than_the_expected_one_is_found(dataset):
    digest = read_manifest(dataset).digest

    assert validate([dataset], expect_digest=digest).ok
    assert found_in(dataset, expect_digest="sha256:" + "0" * 64) == {"I532": ("manifest.json", None, "digest")}


COPIES = {
    "contract": ("article.odcs.yaml", "kind: DataContract", "kind: Other", "I551"),
    "contract of another version": ("article.odcs.yaml", "\nversion: 1.0.0", "\nversion: 2.0.0", "I551"),
    "layout": ("layout.yaml", "labels:", "label:", "I552"),
    "tags": ("tags.json", "article-tags/1", "article-tags/2", "I553"),
}


@pytest.mark.parametrize(("name", "old", "new", "code"), COPIES.values(), ids=COPIES.keys())
def test_what_a_dataset_was_built_with_must_be_readable(dataset, name, old, new, code):
    edit(dataset, name, old, new)

    assert found_in(dataset)[code][0] == name


def change_reject(dataset: Path) -> None:
    path = dataset / "rejects" / "rejects-00000.parquet"
    table = pq.read_table(path)
    entry = table.to_pylist()[0]
    entry["raw"] = entry["raw"].replace(b" ", b"-")
    pq.write_table(pa.Table.from_pylist([entry], schema=table.schema), path)
    seal(dataset)


def blame_another_page(dataset: Path) -> None:
    path = dataset / "rejects" / "rejects-00000.parquet"
    table = pq.read_table(path)
    entry = table.to_pylist()[0]
    entry["diagnostics"][0]["file"] = "01.txt"
    pq.write_table(pa.Table.from_pylist([entry], schema=table.schema), path)
    seal(dataset)


def duplicate_changer(**members: str) -> Callable[[Path], None]:
    def change(dataset: Path) -> None:
        path = dataset / "duplicates.parquet"
        table = pq.read_table(path)
        entry = table.to_pylist()[0] | members
        pq.write_table(pa.Table.from_pylist([entry], schema=table.schema), path)
        seal(dataset)

    return change


UNPUBLISHED = {
    "bytes of a reject": (change_reject, "rejects/rejects-00000.parquet", "sha256"),
    "page of a reject's diagnostic": (blame_another_page, "rejects/rejects-00000.parquet", "file"),
    "first page of a duplicate": (duplicate_changer(first="01.txt"), "duplicates.parquet", "first"),
    "hash of a duplicate": (duplicate_changer(sha256="no hash"), "duplicates.parquet", "sha256"),
}


@pytest.mark.parametrize(("change", "file", "path"), UNPUBLISHED.values(), ids=UNPUBLISHED.keys())
def test_rejects_and_duplicates_that_contradict_themselves_are_found(dataset, change, file, path):
    change(dataset)

    assert found_in(dataset) == {"I561": (file, 0, path)}


@pytest.mark.parametrize("name", ["rejects/rejects-00000.parquet", "duplicates.parquet"])
def test_statistics_of_rejects_and_duplicates_are_those_of_the_rows(dataset, name):
    path = dataset / name
    (file,) = pq.read_table(path)["file"].to_pylist()
    raw = path.read_bytes()
    footer = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    path.write_bytes(raw[:footer] + raw[footer:].replace(file.encode(), b"0" * len(file)))
    seal(dataset)

    assert found_in(dataset) == {"I514": (name, None, None)}


def test_what_holds_of_two_batches_holds_of_all_their_rows():
    kind = pa.list_(pa.int32())
    batches = [pa.record_batch({"numbers": pa.array(rows, kind)}) for rows in ([[7], None], [[None]], [[3, 9], []])]
    spans = joined_spans(
        joined_spans(joined_spans([], spans_of(batches[0])), spans_of(batches[1])), spans_of(batches[2])
    )
    assert spans == [Span(nulls=1, without=2, least=3, greatest=9)]


def test_each_check_finds_what_it_is_named_for(dataset):
    swap_shards(dataset)
    names = {check.name for check in checks(dataset) if check.run()}

    assert names == {"files", "digest", "counts", "card"}


def outcomes(dataset: Path) -> dict[str, set[str]]:
    """The names of the checks that find something, and of those that say that they could not be made."""
    names: dict[str, set[str]] = {"found": set(), "not checked": set()}
    for check in checks(dataset):
        try:
            if check.run():
                names["found"].add(check.name)
        except IntegrityError as fault:
            names[fault.message.partition(",")[0]].add(check.name)
    return names


def lose_a_folder(dataset: Path, name: str) -> None:
    """Every look into the folder fails then with a fault of the system, whoever looks."""
    (dataset / name).rename(dataset.parent / name)
    (dataset / name).symlink_to("x" * 300)


@pytest.mark.parametrize(
    ("damage", "found", "not_checked"),
    [
        (cut_a_shard, {"files", "footer"}, {"rows", "repeats", "digest", "counts", "card"}),
        (lambda dataset: lose_a_folder(dataset, "data"), {"files"}, {"repeats", "digest", "counts", "card"}),
        (lambda dataset: lose_a_folder(dataset, "rejects"), {"files"}, {"repeats", "counts"}),
        (
            lambda dataset: (dataset / "article.odcs.yaml").write_text("kind: no\n"),
            {"files", "contract"},
            {"repeats", "digest", "counts", "card"},
        ),
    ],
    ids=["shard cut short", "shards not readable", "rejects not readable", "no contract to read by"],
)
def test_a_check_that_cannot_read_what_it_needs_does_not_pass(dataset, damage, found, not_checked):
    damage(dataset)

    assert outcomes(dataset) == {"found": found, "not checked": not_checked}


@pytest.mark.parametrize("name", ["data", "rejects"])
def test_a_file_in_a_folder_that_cannot_be_looked_into_is_unreadable(dataset, name):
    listed = sorted(f"{name}/{path.name}" for path in (dataset / name).iterdir())
    lose_a_folder(dataset, name)

    result = validate([dataset], workers=1)

    assert [os.path.relpath(each.file, dataset) for each in result.diagnostics if each.code == "I508"] == listed


def test_the_checks_of_a_dataset_are_one_a_kind_and_shard(dataset):
    assert [(check.name, check.shard) for check in checks(dataset)] == [
        ("manifest", None),
        ("files", None),
        ("contract", None),
        ("layout", None),
        ("footer", FIRST),
        ("footer", SECOND),
        ("rows", FIRST),
        ("rows", SECOND),
        ("rejects", "rejects/rejects-00000.parquet"),
        ("duplicates", "duplicates.parquet"),
        ("tags", None),
        ("repeats", None),
        ("digest", None),
        ("counts", None),
        ("card", None),
        ("croissant", None),
    ]


def test_a_row_stands_after_those_of_earlier_shards_which_count_as_listed_until_they_are_read(dataset):
    forge_rows(dataset, lambda shards: null_headline(shards[1][0]))
    manifest = (dataset / "manifest.json").read_text("utf-8")
    (dataset / "manifest.json").write_text(manifest.replace('"rows": 6,\n   "bytes"', '"rows": 60,\n   "bytes"'))
    first, second = (check for check in checks(dataset) if check.name == "rows")

    assert {each.row for each in second.run()} == {60}
    assert first.run() == ()
    assert {each.row for each in second.run()} == {6}


def test_findings_are_selected_and_ignored_by_the_beginning_of_their_code(dataset):
    forge_rows(dataset, lambda shards: null_headline(shards[0][PLAIN]))

    assert set(validate([dataset], select=["C"]).codes) == {"C301"}
    assert "C301" not in validate([dataset], ignore=["C3"]).codes
    assert validate([dataset], ignore=["C", "I"]).ok
    assert validate([dataset], select=["C"]).integrity


def test_codes_are_taken_in_any_case(dataset):
    forge_rows(dataset, lambda shards: null_headline(shards[0][PLAIN]))

    assert set(validate([dataset], select=["c"]).codes) == {"C301"}
    assert "C301" not in validate([dataset], ignore=["c3"]).codes


def test_a_code_that_is_none_is_a_usage_error(dataset):
    with pytest.raises(UsageError, match="no code begins with 'Z9'"):
        validate([dataset], ignore=["Z9"])


def test_totals_are_exact_beyond_the_number_of_findings_that_are_kept(dataset):
    def change(shards):
        for row in (row for rows in shards for row in rows):
            row["source"] = None

    forge_rows(dataset, change)
    result = validate([dataset], select=["C"], max_diagnostics=3)

    assert (len(result.diagnostics), result.errors, result.codes) == (3, 10, {"C301": 10})


def test_a_person_may_judge_the_rows_by_another_contract(dataset, tmp_path):
    stricter = tmp_path / "stricter.odcs.yaml"
    text = (dataset / "article.odcs.yaml").read_text("utf-8")
    stricter.write_text(text.replace("maxLength: 300", "maxLength: 5"), encoding="utf-8")

    result = validate([dataset], schema=stricter)

    assert (result.ok, result.codes) == (True, {"C304": 10})


def test_another_contract_judges_the_warnings_that_rows_carry(dataset, tmp_path):
    stricter = tmp_path / "stricter.odcs.yaml"
    text = (dataset / "article.odcs.yaml").read_text("utf-8")
    stricter.write_text(text.replace("P222: warning", "P222: error"), encoding="utf-8")

    result = validate([dataset], schema=stricter)

    places = [(found.code, found.level, found.row, found.path) for found in result.diagnostics]
    assert places == [("P222", "error", 2, "page.warnings"), ("P222", "error", 7, "page.warnings")]
    assert (result.errors, result.warnings) == (2, 0)
