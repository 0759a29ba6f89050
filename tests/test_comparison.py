"""What `diff` finds between two datasets, and the version that follows."""

import datetime
import json
import re
import shutil
from dataclasses import replace
from hashlib import sha256

import pyarrow as pa
import pytest
from commands import toolkit_run

import toolkit
from toolkit.contract import parse_contract
from toolkit.dataset.comparison import Side, changelog_entry, compare, diff_to_markdown, diff_to_plain, diff_to_text
from toolkit.dataset.facts import Tally
from toolkit.dataset.manifest import Counts, Inputs, Manifest, Source
from toolkit.dataset.stored import open_dataset
from toolkit.dataset.tables import digest, row_hashes
from toolkit.dataset.versions import bumped, parse_tag, parse_version
from toolkit.errors import IntegrityError, UsageError
from toolkit.storage.folders import open_folder

CONTRACT = toolkit.load_contract()

PAGE = """خبر {n}
تاريخ النشر: {day}th, September 2023 GMT
نص الخبر رقم {n}.
المصدر: {source}
كلمات دلالية: روسيا
"""


def row(n, **changes):
    """A row of page number `n`; `page_…` changes a member of `page`."""
    raw = sha256(f"page {n} {sorted(changes.items())}".encode()).hexdigest()
    page = {
        "file": f"{n:04}.txt",
        "url": None,
        "sha256": raw,
        "rendering": raw,
        "date": "20th, September 2023 GMT",
        "tags": "روسيا",
        "warnings": [],
    }
    page |= {name.removeprefix("page_"): value for name, value in changes.items() if name.startswith("page_")}
    values = {
        "id": page["sha256"][:16],
        "headline": f"خبر {n}",
        "date": datetime.date(2023, 9, 20),
        "body": "نص",
        "source": "الراي",
        "tags": ["روسيا"],
        "related": [],
        "page": page,
    }
    return values | {name: value for name, value in changes.items() if not name.startswith("page_")}


def side(rows, *, version="1.0.0", contract=CONTRACT, rejected=0, batch=3):
    table = pa.Table.from_pylist(rows, schema=contract.arrow())
    counts = Counts(pages=len(rows) + rejected, rows=len(rows), rejected=rejected, duplicates=0, foreign=0, excluded=0)
    manifest = Manifest(
        version=version,
        toolkit="0.1.0",
        pyarrow="26.0.1",
        contract=Source(version="1.0.0", sha256=contract.sha256),
        inputs=Inputs(count=counts.pages, bytes=0, sha256="0" * 64),
        counts=counts,
        digest=digest([row_hashes(table)]),
        files=(),
    )
    return Side(manifest=manifest, contract=contract, batches=lambda: iter(table.to_batches(max_chunksize=batch)))


def edited(*changes):
    text = CONTRACT.text
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_contract(text, file="edited.yaml")


def rows_of(old, new):
    return diff_to_plain(compare(side(old), side(new)))["rows"]


def test_a_dataset_does_not_differ_from_itself():
    rows = [row(n) for n in range(10)]
    assert diff_to_plain(compare(side(rows), side(rows, batch=7))) == {
        "schema": {"added": [], "removed": [], "changed": [], "breaking": []},
        "rows": {"added": 0, "removed": 0, "changed": 0, "tags_only": 0},
        "bump": "none",
    }


def test_rows_are_matched_wherever_they_stand():
    rows = [row(n) for n in range(500)]
    assert rows_of(rows, rows[::-1]) == {"added": 0, "removed": 0, "changed": 0, "tags_only": 0}


def test_another_order_of_the_rows_is_a_patch():
    rows = [row(n) for n in range(5)]
    assert compare(side(rows), side(rows[::-1])).bump == "patch"


def test_rows_that_came_and_went_are_counted():
    assert rows_of([row(1), row(2), row(3)], [row(3), row(4), row(5), row(6)]) == {
        "added": 3,
        "removed": 2,
        "changed": 0,
        "tags_only": 0,
    }


def test_a_changed_row_tells_its_fields():
    diff = compare(side([row(1), row(2)]), side([row(1), row(2, body="نص آخر", source="سانا")]))
    assert (diff.rows.changed, diff.rows.tags_only) == (1, 0)
    assert diff.rows.fields == (("body", 1), ("source", 1))


def test_a_page_of_which_only_the_bytes_changed_tells_its_hashes_beside_the_fields_of_others():
    saved_anew = row(2, page_rendering="1" * 64, page_sha256="2" * 64)
    before = [row(1), row(2, page_rendering="1" * 64, page_sha256="1" * 64)]
    diff = compare(side(before), side([row(1, body="نص آخر"), saved_anew]))
    assert diff.rows.changed == 2
    assert diff.rows.fields == (("body", 1), ("id", 1), ("page.sha256", 1))


def test_other_tags_alone_are_counted_apart():
    before = row(1, tags=["روسيا قره باغ"], page_warnings=["P231"], page_sha256="0" * 64, page_rendering="0" * 64)
    after = row(1, tags=["روسيا", "قره باغ"], page_sha256="0" * 64, page_rendering="0" * 64)
    assert rows_of([before, row(2)], [after, row(2)]) == {"added": 0, "removed": 0, "changed": 0, "tags_only": 1}


def test_other_tags_beside_another_body_are_a_changed_row():
    assert rows_of([row(1)], [row(1, tags=[], body="نص آخر")])["tags_only"] == 0


def test_a_row_that_was_only_given_another_warning_has_changed_and_not_its_tags():
    same = {"page_sha256": "1" * 64, "page_rendering": "1" * 64}
    diff = compare(side([row(1, **same)]), side([row(1, page_warnings=["C303"], **same)]))
    assert (diff.rows.changed, diff.rows.tags_only) == (1, 0)
    assert diff.rows.fields == (("page.warnings", 1),)


def test_a_page_under_another_path_is_the_same_row():
    same = {"page_sha256": "1" * 64, "page_rendering": "1" * 64}
    diff = compare(side([row(1, **same)]), side([row(2, headline="خبر 1", **same)]))
    assert (diff.rows.added, diff.rows.removed, diff.rows.changed, diff.rows.moved) == (0, 0, 1, 1)
    assert diff.rows.fields == (("page.file", 1),)


def test_a_path_counts_more_than_an_id():
    one, other = {"page_sha256": "1" * 64}, {"page_sha256": "2" * 64}
    swapped = compare(side([row(1, **one), row(2, **other)]), side([row(1, **other), row(2, **one)]))
    assert (swapped.rows.changed, swapped.rows.moved) == (2, 0)


def test_rows_that_share_a_path_and_an_id_are_not_lost():
    twins = [row(1), row(1), row(1)]
    assert rows_of(twins, [row(1)]) == {"added": 0, "removed": 2, "changed": 0, "tags_only": 0}


def test_parts_of_ten_thousand_rows_add_up():
    old = [row(n) for n in range(10_000)]
    new = [row(n, body="جديد") if n % 10 == 0 else values for n, values in enumerate(old) if n % 100 != 99]
    found = compare(side(old, batch=999), side([*new, row(20_000)], batch=999))
    assert diff_to_plain(found)["rows"] == {"added": 1, "removed": 100, "changed": 1000, "tags_only": 0}


RANK = """\
            - name: rank
              logicalType: integer
              physicalType: int32
              description: Its place.
            - name: paragraph
"""

SCHEMAS = {
    "member added": (
        edited(("            - name: paragraph\n", RANK)),
        {"added": ["related[].rank"], "removed": [], "changed": [], "breaking": []},
        "minor",
    ),
    "type changed": (
        edited(("              physicalType: int32\n", "              physicalType: int64\n")),
        {
            "added": [],
            "removed": [],
            "changed": ["related[].paragraph"],
            "breaking": ["related[].paragraph"],
        },
        "major",
    ),
    "rule changed": (
        edited(("              maxLength: 300\n", "              maxLength: 200\n")),
        {"added": [], "removed": [], "changed": [], "breaking": []},
        "none",
    ),
}


@pytest.mark.parametrize(("contract", "schema", "bump"), SCHEMAS.values(), ids=SCHEMAS)
def test_changes_of_the_schema_demand_their_version(contract, schema, bump):
    found = diff_to_plain(compare(side([row(1)]), side([row(1)], contract=contract)))
    assert (found["schema"], found["bump"]) == (schema, bump)


def test_a_field_that_went_breaks_readers():
    without = SCHEMAS["member added"][0]
    found = diff_to_plain(compare(side([row(1)], contract=without), side([row(1)])))
    assert found["schema"]["breaking"] == ["related[].rank"]
    assert found["bump"] == "major"


def test_fields_in_another_order_are_told():
    before, source, tags, after = re.split(r"(?=^      - name: (?:source|tags|related)\n)", CONTRACT.text, flags=re.M)
    swapped = parse_contract(before + tags + source + after, file="swapped.yaml")
    found = compare(side([row(1)]), side([row(1)], contract=swapped))
    assert "- Fields in another order: tags, source.\n" in diff_to_text(found)
    assert diff_to_plain(found)["schema"] == {"added": [], "removed": [], "changed": [], "breaking": []}


def test_a_field_that_came_between_others_leaves_their_order_alone():
    found = compare(side([row(1)]), side([row(1)], contract=SCHEMAS["member added"][0]))
    assert "another order" not in diff_to_text(found)


def test_a_value_that_may_now_be_missing_breaks_readers():
    optional = edited(
        ("        logicalType: date\n        physicalType: date32\n        required: true\n",
         "        logicalType: date\n        physicalType: date32\n")
    )  # fmt: skip
    diff = compare(side([row(1)]), side([row(1)], contract=optional))
    assert [(change.path, change.was, change.now) for change in diff.schema.changed] == [
        ("date", "date32, required", "date32")
    ]
    assert diff.bump == "major"


BUMPS = {
    "added": ([row(1)], [row(1), row(2)], "minor"),
    "removed": ([row(1), row(2)], [row(1)], "minor"),
    "changed": ([row(1)], [row(1, body="آخر")], "patch"),
    "nothing": ([row(1)], [row(1)], "none"),
}


@pytest.mark.parametrize(("old", "new", "bump"), BUMPS.values(), ids=BUMPS)
def test_the_version_follows_from_the_rows(old, new, bump):
    assert compare(side(old), side(new)).bump == bump


def test_a_dataset_with_other_rows_than_its_manifest_is_damaged():
    short = side([row(1)])
    counts = replace(short.manifest.counts, rows=2, pages=2)
    with pytest.raises(IntegrityError, match=r"1 row read, where manifest\.json of version 1\.0\.0 has 2"):
        compare(side([row(1)]), replace(short, manifest=replace(short.manifest, counts=counts)))


GROWN = compare(
    side([row(1), row(2, source="سانا"), row(3)], rejected=1),
    side(
        [row(1), row(3, body="نص\nآخر"), row(4, source="سانا", date=datetime.date(2023, 10, 1)), row(5, tags=[])],
        version="1.1.0",
    ),
)


def test_the_text_tells_rows_outlets_months_and_drift():
    assert diff_to_text(GROWN).splitlines() == [
        "1.0.0 to 1.1.0",
        "Fields or rows came or went, or a field may not be null any more: the next version is a minor one.",
        "- 4 rows: 2 added, 1 removed, 1 changed, 0 with other tags only.",
        "- Changed rows by field: body 1.",
        "",
        "Articles by outlet",
        "  Outlet  Before  After",
        "  الراي        2      3",
        "",
        "Articles by month",
        "  Month    Before  After",
        "  2023-10       0      1",
        "",
        "Drift",
        "  Measure                    Before  After  Distance",
        "  characters of a headline      5.0    5.0      0.0%",
        "  characters of a body          2.0    3.0      0.0%",
        "  paragraphs of a body          1.0    1.2     25.0%",
        "  tags of a row                 1.0    0.8     25.0%",
        "  related articles of a row     0.0    0.0      0.0%",
        "  different tags                  1      1      0.0%",
        "  outlets                         2      2      8.3%",
        "  pages rejected              25.0%   0.0%",
    ]


def test_tags_that_are_too_many_to_be_counted_are_not_told_as_if_they_were():
    facts = replace(GROWN.new.facts, tags=Tally(counts=(("روسيا", 4),), others=2))
    text = diff_to_text(replace(GROWN, new=replace(GROWN.new, facts=facts)))
    assert "  different tags among the 5,000 most frequent       1      1     33.3%\n" in text


def test_a_few_rejects_of_many_are_never_told_as_none():
    few = compare(side([row(1)], rejected=2), side([row(n) for n in range(2001)], rejected=1, version="1.1.0"))
    assert "  pages rejected              66.7%  <0.1%\n" in diff_to_text(few)


def test_a_drift_of_a_few_rows_is_never_told_as_none():
    before, after = (
        replace(GROWN.old, facts=replace(GROWN.old.facts, sources=Tally(counts=(("سانا", 2001), ("الراي", few)))))
        for few in (1, 2)
    )
    told = diff_to_text(replace(GROWN, old=before, new=after))
    assert re.search(r"outlets +2 +2 +<0\.1%\n", told)


def test_one_row_is_one_row():
    one = compare(side([row(1)]), side([row(1)], version="1.0.1"))
    assert changelog_entry(one) == "- 1 row: 0 added, 0 removed, 0 changed, 0 with other tags only."


def test_the_changelog_entry_names_what_was_taken_down():
    assert changelog_entry(replace(GROWN, taken_down=("news/0002.txt", "a|b*.txt"))).splitlines() == [
        "- 4 rows: 2 added, 1 removed, 1 changed, 0 with other tags only.",
        "- Changed rows by field: body 1.",
        "- Taken down, 2: news/0002.txt, a&#124;b&#42;.txt.",
    ]


def test_only_pages_that_were_rows_before_are_taken_down():
    excluded = ["news/9.txt", row(2)["page"]["file"], "never/a/row.txt"]
    assert compare(side([row(1), row(2)]), side([row(1)]), excluded=excluded).taken_down == (excluded[1],)


def test_release_notes_tell_what_people_wrote_into_the_changelog():
    notes = diff_to_markdown(GROWN, "- We took the sports pages out.")
    assert notes.splitlines()[:7] == [
        "## 1.0.0 to 1.1.0",
        "",
        "Fields or rows came or went, or a field may not be null any more: the next version is a minor one.",
        "",
        "- We took the sports pages out.",
        "",
        "### Articles by outlet",
    ]


def test_an_outlet_cannot_forge_release_notes():
    hostile = "x | y\n# <script>alert(1)</script> ![](http://evil)\u202e"
    notes = diff_to_markdown(compare(side([row(1)]), side([row(1), row(2, source=hostile)])))
    assert "<script>" not in notes
    assert "\u202e" not in notes
    assert [line for line in notes.splitlines() if "script" in line] == [
        "| x &#124; y &#35; &#60;script&#62;alert(1)&#60;/script&#62; &#33;&#91;&#93;(http&#58;//evil) | 0 | 1 |"
    ]


def test_versions_grow_by_the_demanded_part():
    assert bumped((1, 2, 3), "major") == (2, 0, 0)
    assert bumped((1, 2, 3), "minor") == (1, 3, 0)
    assert bumped((1, 2, 3), "patch") == (1, 2, 4)
    assert bumped((1, 2, 3), "none") == (1, 2, 3)


def test_only_tags_of_releases_name_a_version():
    tags = ["v1.2.3", "v10.0.0", "v1.2.3-rollback.1", "1.2.3", "v1.2", "v01.2.3", "main"]
    assert [parse_tag(tag) for tag in tags] == [(1, 2, 3), (10, 0, 0), None, None, None, None, None]


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "1.2.3-rc1", "01.2.3", "1.2.3\n", ""])
def test_what_is_no_version_is_refused(text):
    with pytest.raises(UsageError, match="is not a version"):
        parse_version(text)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two datasets: the second lost a page, changed one and has two more."""
    home = tmp_path_factory.mktemp("built")
    for name, numbers in (("old", range(10, 14)), ("new", range(11, 16))):
        (home / f"{name}-pages").mkdir()
        for n in numbers:
            page = PAGE.format(n=n, day=n, source="الراي" if n % 2 else "سانا")
            text = page.replace("نص الخبر", "نص الخبر المصحح") if (name, n) == ("new", 13) else page
            (home / f"{name}-pages" / f"{n}.txt").write_text(text, "utf-8")
        toolkit.build(home / f"{name}-pages", home / name, version="1.0.0" if name == "old" else "1.1.0", workers=1)
    return home


def test_the_command_prints_the_fixed_json(built):
    done = toolkit_run("diff", built / "old", built / "new", "--format", "json")
    assert json.loads(done.stdout) == {
        "schema": {"added": [], "removed": [], "changed": [], "breaking": []},
        "rows": {"added": 2, "removed": 1, "changed": 1, "tags_only": 0},
        "bump": "minor",
    }


def test_a_dataset_behind_a_url_is_compared_as_it_stands(built):
    assert toolkit.diff(f"local://{built / 'old'}", built / "new").rows.added == 2


def test_a_folder_without_a_manifest_is_no_dataset(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"no manifest\.json in it"):
        open_dataset(open_folder(tmp_path))


def test_another_contract_than_the_manifest_names_is_damage(built, tmp_path):
    shutil.copytree(built / "old", tmp_path / "copy")
    with (tmp_path / "copy/article.odcs.yaml").open("a") as file:
        file.write("# note\n")
    with pytest.raises(IntegrityError, match=r"article\.odcs\.yaml: not the file that manifest\.json names"):
        open_dataset(open_folder(tmp_path / "copy"))


def test_a_damaged_shard_is_damage(built, tmp_path):
    shutil.copytree(built / "old", tmp_path / "copy")
    shard = tmp_path / "copy/data/train-00000-of-00001.parquet"
    raw = bytearray(shard.read_bytes())
    raw[60] ^= 0xFF
    shard.write_bytes(raw)
    with pytest.raises(IntegrityError, match=r"train-00000-of-00001\.parquet"):
        toolkit.diff(tmp_path / "copy", built / "new")


def write_pages(folder, numbers):
    folder.mkdir(parents=True, exist_ok=True)
    for n in numbers:
        (folder / f"{n}.txt").write_text(PAGE.format(n=n, day=n, source="سانا"), "utf-8")


def changelog_of(dataset):
    text = (dataset / "README.md").read_text("utf-8")
    return (
        text.partition("<!-- toolkit:begin changelog -->\n")[2].partition("<!-- toolkit:end changelog -->")[0].strip()
    )


ENTRY = """\
## Changelog

### 1.1.0

- 3 rows: 1 added, 1 removed, 0 changed, 0 with other tags only.
- Taken down, 1: 12.txt."""


def test_a_build_writes_what_changed_since_the_previous_dataset(tmp_path):
    write_pages(tmp_path / "pages", [11, 12, 13])
    toolkit.build(tmp_path / "pages", tmp_path / "old", version="1.0.0", workers=1)
    write_pages(tmp_path / "pages", [14, 15])
    (tmp_path / "take-downs").write_text("12.txt\n15.txt\n")  # 15 was no row
    options = {"version": "1.1.0", "previous": tmp_path / "old", "exclude": tmp_path / "take-downs", "workers": 1}
    toolkit.build(tmp_path / "pages", tmp_path / "new", **options)
    assert changelog_of(tmp_path / "new") == ENTRY

    card = tmp_path / "new/README.md"
    card.write_text(card.read_text("utf-8").replace("- 3 rows:", "- By hand: 3 rows:"), "utf-8")
    toolkit.build(tmp_path / "pages", tmp_path / "new", **options)
    assert changelog_of(tmp_path / "new") == ENTRY.replace("- 3 rows:", "- By hand: 3 rows:")


def test_without_a_previous_dataset_there_is_no_changelog(tmp_path):
    write_pages(tmp_path / "pages", [11])
    toolkit.build(tmp_path / "pages", tmp_path / "new", version="1.0.0", workers=1)
    assert changelog_of(tmp_path / "new") == ""


def test_a_previous_dataset_that_is_none_stops_the_build(tmp_path):
    write_pages(tmp_path / "pages", [11])
    with pytest.raises(UsageError, match=r"no manifest\.json in it"):
        toolkit.build(tmp_path / "pages", tmp_path / "new", version="1.0.0", previous=tmp_path / "pages", workers=1)
    assert not (tmp_path / "new").exists()
