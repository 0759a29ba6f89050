"""`toolkit.build`: whole builds on real files, and what they leave behind."""

import datetime
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
from built import hashes_of
from made_pages import BAD_PAGES, HEADLINE, page, write_pages

import toolkit
from toolkit.errors import ContractError, InputError, IntegrityError, LockedError, UsageError

RAW = Path(__file__).parent.parent / "raw"
CONTRACT = Path(__file__).parent.parent / "schemas" / "article.odcs.yaml"


def rows_of(out: Path) -> list[dict]:
    return [row for path in sorted((out / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def rejects_of(out: Path) -> dict[str, dict]:
    paths = sorted((out / "rejects").glob("*.parquet"))
    return {row["file"]: row for path in paths for row in pq.read_table(path).to_pylist()}


def edited_contract(tmp_path: Path, old: str, new: str) -> Path:
    text = CONTRACT.read_text("utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "edited.odcs.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_seed_pages_give_the_rows_that_the_format_describes(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    first, second = rows_of(tmp_path / "dist")

    assert first["headline"] == "موسكو تدعو لوقف «إراقة الدماء» في قره باغ"
    assert first["date"] == second["date"] == datetime.date(2023, 9, 20)
    assert first["source"] == "الراي"
    assert second["source"] == "البوابة نيوز"
    assert first["tags"] == ["قره باغ"]
    assert second["tags"] == ["روسيا", "قره باغ", "أرمينيا"]
    assert [item["kind"] for item in first["related"]] == ["inline", "inline", "block"]
    assert [item["age"] for item in first["related"]] == ["منذ ساعة", "منذ ساعة", None]
    assert [item["paragraph"] for item in first["related"]] == [2, 2, None]
    assert first["related"][2]["body"].count("\n") == 2
    assert [item["kind"] for item in second["related"]] == ["block"]
    assert second["related"][0]["body"].count("\n") == 7
    assert first["page"]["file"] == "000_9fd02a7e2fa6c110.txt"
    assert (
        first["id"]
        == first["page"]["sha256"][:16]
        == hashlib.sha256(sorted(RAW.iterdir())[0].read_bytes()).hexdigest()[:16]
    )


def test_the_committed_sample_is_what_the_seed_pages_give(tmp_path):
    committed = Path(__file__).parent.parent / "dist"
    result = toolkit.build([RAW], tmp_path / "dist")
    manifest = json.loads((committed / "manifest.json").read_text("utf-8"))
    assert result.digest == manifest["digest"]
    assert manifest["counts"]["pages"] == manifest["counts"]["rows"] == 2


def test_load_dataset_opens_a_build(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    loaded = datasets.load_dataset(str(tmp_path / "dist"), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.num_rows == 2
    assert loaded.features == toolkit.load_contract().features()
    assert loaded[1]["tags"] == ["روسيا", "قره باغ", "أرمينيا"]


def test_load_dataset_after_a_rebuild_gives_the_new_rows(tmp_path):
    cache = str(tmp_path / "cache")
    write_pages(tmp_path / "raw", 2)
    toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    before = datasets.load_dataset(str(tmp_path / "dist"), split="train", cache_dir=cache)
    assert before["headline"] == [f"{HEADLINE} رقم 0", f"{HEADLINE} رقم 1"]

    (tmp_path / "raw" / "0000.txt").write_text(page(headline="عنوان جديد"), encoding="utf-8")
    toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    after = datasets.load_dataset(str(tmp_path / "dist"), split="train", cache_dir=cache)
    assert after["headline"] == ["عنوان جديد", f"{HEADLINE} رقم 1"]


def test_bytes_are_the_same_from_any_number_of_workers(tmp_path):
    write_pages(tmp_path / "raw", 40)
    (tmp_path / "raw" / "bad.txt").write_bytes(b"\0")
    for workers in (1, 2, 3):
        toolkit.build([tmp_path / "raw"], tmp_path / f"by{workers}", workers=workers, shard_size=2000)
    assert hashes_of(tmp_path / "by1") == hashes_of(tmp_path / "by2") == hashes_of(tmp_path / "by3")
    assert len(list((tmp_path / "by1" / "data").iterdir())) > 3


def test_bytes_are_the_same_in_another_locale_time_zone_hash_seed_and_listing_order(tmp_path):
    write_pages(tmp_path / "raw", 5)
    toolkit.build([tmp_path / "raw"], tmp_path / "here")
    shuffled = tmp_path / "elsewhere" / "raw"
    shuffled.mkdir(parents=True)
    for path in sorted((tmp_path / "raw").iterdir(), reverse=True):
        (shuffled / path.name).write_bytes(path.read_bytes())
    environment = {"LC_ALL": "C", "TZ": "Asia/Riyadh", "PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "toolkit", "build", str(shuffled), "--out", str(tmp_path / "there")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert hashes_of(tmp_path / "here") == hashes_of(tmp_path / "there")


def test_a_second_build_replaces_the_first(tmp_path):
    write_pages(tmp_path / "raw", 3)
    toolkit.build([tmp_path / "raw"], tmp_path / "dist", shard_size=200)
    write_pages(tmp_path / "other", 1, start=7)
    toolkit.build([tmp_path / "other"], tmp_path / "dist")
    assert [row["headline"] for row in rows_of(tmp_path / "dist")] == [f"{HEADLINE} رقم 7"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".dist.lock", "dist", "other", "raw"]


def test_an_output_that_is_not_ours_is_refused_and_left_alone(tmp_path):
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "thesis.docx").write_text("years of work")
    with pytest.raises(UsageError, match=r"thesis\.docx"):
        toolkit.build([RAW], tmp_path / "dist")
    assert (tmp_path / "dist" / "thesis.docx").read_text() == "years of work"


def test_a_file_that_somebody_put_beside_ours_is_refused(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    (tmp_path / "dist" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        toolkit.build([RAW], tmp_path / "dist")
    assert (tmp_path / "dist" / "notes.txt").read_text() == "mine"


def test_a_damaged_manifest_at_the_output_is_said(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    (tmp_path / "dist" / "manifest.json").write_text("{}")
    with pytest.raises(IntegrityError, match=r"manifest\.json"):
        toolkit.build([RAW], tmp_path / "dist")


def test_bad_pages_are_rejects_with_code_place_and_bytes(tmp_path):
    write_pages(tmp_path / "raw", 2)
    for name, (raw, *_) in BAD_PAGES.items():
        (tmp_path / "raw" / name).write_bytes(raw)
    (tmp_path / "raw" / "too_large.txt").write_bytes(b"a" * (16 * 2**20 + 1))
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist")

    assert (result.pages, result.rows, result.rejected) == (len(BAD_PAGES) + 3, 2, len(BAD_PAGES) + 1)
    rejects = rejects_of(tmp_path / "dist")
    for name, (raw, code, line, column) in BAD_PAGES.items():
        found = rejects[name]
        places = {(entry["code"], entry["line"], entry["column"]) for entry in found["diagnostics"]}
        assert (code, line, column) in places, name
        assert found["codes"] == [code], name
        assert found["raw"] == raw
        assert all(entry["file"] == name for entry in found["diagnostics"])
    assert rejects["too_large.txt"]["codes"] == ["D104"]
    assert rejects["too_large.txt"]["raw"] is None
    assert rejects["too_large.txt"]["bytes"] == 16 * 2**20 + 1


def test_diagnostics_of_a_result_name_a_path_that_can_be_opened(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "bad.txt").write_bytes(page(headline="").encode())
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    assert [Path(found.file).read_bytes() for found in result.diagnostics] == [page(headline="").encode()]


def test_the_same_bytes_twice_are_one_row_and_one_duplicate(tmp_path):
    write_pages(tmp_path / "raw", 2)
    (tmp_path / "raw" / "again.txt").write_bytes((tmp_path / "raw" / "0001.txt").read_bytes())
    (tmp_path / "raw" / "bad1.txt").write_bytes(b"\0")
    (tmp_path / "raw" / "bad2.txt").write_bytes(b"\0")
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist", shard_size=150)
    assert (result.pages, result.rows, result.rejected, result.duplicates) == (5, 2, 1, 2)
    duplicates = pq.read_table(tmp_path / "dist" / "duplicates.parquet").to_pylist()
    assert [(row["file"], row["first"]) for row in duplicates] == [("again.txt", "0001.txt"), ("bad2.txt", "bad1.txt")]


def test_an_excluded_page_is_counted_and_its_duplicate_is_no_duplicate(tmp_path):
    write_pages(tmp_path / "raw", 2)
    (tmp_path / "raw" / "again.txt").write_bytes((tmp_path / "raw" / "0001.txt").read_bytes())
    (tmp_path / "out.txt").write_text("# take-downs\n0001.txt\n")
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist", exclude=tmp_path / "out.txt")
    assert (result.pages, result.rows, result.duplicates, result.excluded) == (3, 2, 0, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_lines_of_an_exclude_list_that_name_no_page_are_told(tmp_path, workers):
    write_pages(tmp_path / "raw", 3)
    first = hashlib.sha256((tmp_path / "raw" / "0000.txt").read_bytes()).hexdigest()
    record = {"text": page(headline="خبر"), "url": "https://example.org/1"}
    (tmp_path / "raw" / "a.jsonl").write_text(json.dumps(record) + "\n")
    lines = [
        first[:16],
        "0001.txt",
        "https://example.org/1",
        "raw/0002.txt",
        first,
        "# a remark",
        "https://example.org/2",
    ]
    (tmp_path / "out.txt").write_text("\n".join(lines))
    result = toolkit.build(
        tmp_path / "raw", tmp_path / "dist", exclude=tmp_path / "out.txt", shard_size=500, workers=workers
    )
    assert (result.pages, result.rows, result.excluded) == (4, 1, 3)
    assert set(result.unmatched) == {"raw/0002.txt", first, "https://example.org/2"}


def test_an_output_in_the_input_is_no_part_of_it(tmp_path, monkeypatch):
    monkeypatch.chdir(write_pages(tmp_path / "raw", 2))
    first = toolkit.build(".", "dist")
    second = toolkit.build(".", "dist")
    elsewhere = toolkit.build(tmp_path / "raw", tmp_path / "raw" / "dist")
    assert (first.rows, first.digest) == (second.rows, second.digest) == (elsewhere.rows, elsewhere.digest)
    assert first.rows == 2


def test_a_page_without_any_label_is_foreign_where_that_is_asked_for(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "recipe.txt").write_text("Take two eggs.\nBoil them.\n")
    assert toolkit.build([tmp_path / "raw"], tmp_path / "strict").rejected == 1
    result = toolkit.build([tmp_path / "raw"], tmp_path / "mixed", skip_foreign=True)
    assert (result.pages, result.rows, result.rejected, result.foreign) == (2, 1, 0, 1)


def test_a_build_without_a_row_writes_nothing(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "bad.txt").write_bytes(b"\0")
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    assert (result.rows, result.out, result.digest, result.files) == (0, None, None, ())
    assert not (tmp_path / "dist").exists()


def contract_of_one_outlet(folder: Path) -> Path:
    return edited_contract(
        folder,
        "          - id: source_not_blank\n",
        "          - id: known_outlet\n            description: One of ours.\n            type: custom\n"
        "            engine: toolkit\n            implementation:\n              validValues: [الراي]\n"
        "          - id: source_not_blank\n",
    )


def test_an_added_rule_makes_rejects(tmp_path):
    schema = contract_of_one_outlet(tmp_path)
    result = toolkit.build([RAW], tmp_path / "dist", schema=schema)
    assert (result.rows, result.rejected) == (1, 1)
    (found,) = result.diagnostics
    assert (found.level, found.path, found.line, found.column) == ("error", "source", 9, 9)
    assert found.found == "البوابة نيوز"
    assert rejects_of(tmp_path / "dist")["003_f456b89ae5f4ebca.txt"]["raw"] == sorted(RAW.iterdir())[1].read_bytes()


@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "changed"])
def test_a_page_that_the_contract_refuses_must_not_change_meanwhile(tmp_path, is_gone):
    changing = tmp_path / "raw" / "a.txt"
    changing.parent.mkdir()
    changing.write_text(page(source="المصدر: سبق"), encoding="utf-8")

    def change(now):
        if now.step == "writing shards" and changing.exists():
            changing.unlink() if is_gone else changing.write_text(page(source="المصدر: قدس"), encoding="utf-8")

    with pytest.raises(InputError, match=r"a\.txt: (S402|gone or changed while it was being built)"):
        toolkit.build(
            [tmp_path / "raw"], tmp_path / "dist", schema=contract_of_one_outlet(tmp_path), progress=change, workers=1
        )
    assert not (tmp_path / "dist").exists()


def test_an_optional_source_is_no_fault(tmp_path):
    schema = edited_contract(
        tmp_path,
        "      - name: source\n        logicalType: string\n        physicalType: string\n        required: true\n",
        "      - name: source\n        logicalType: string\n        physicalType: string\n        required: false\n",
    )
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "page.txt").write_text(page(source=""), encoding="utf-8")
    assert toolkit.build([tmp_path / "raw"], tmp_path / "strict").rejected == 1
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist", schema=schema)
    assert (result.rows, result.rejected) == (1, 0)
    assert rows_of(tmp_path / "dist")[0]["source"] is None


def test_a_rule_made_a_warning_keeps_the_row_and_counts(tmp_path):
    rule = (
        "          - id: known_outlet\n            description: One of ours.\n            severity: warning\n"
        "            type: custom\n            engine: toolkit\n            implementation:\n"
        "              validValues: [الراي]\n          - id: source_not_blank\n"
    )
    schema = edited_contract(tmp_path, "          - id: source_not_blank\n", rule)
    result = toolkit.build([RAW], tmp_path / "dist", schema=schema)
    (code,) = result.warnings
    assert (result.rows, result.rejected, result.warnings[code]) == (2, 0, 1)
    assert [row["page"]["warnings"] for row in rows_of(tmp_path / "dist")] == [[], [code]]


def test_a_rule_on_a_nested_element_names_its_path(tmp_path):
    text = CONTRACT.read_text("utf-8")
    at = text.index("- name: related")
    schema = tmp_path / "nested.odcs.yaml"
    schema.write_text(text[:at] + text[at:].replace("notBlank: true", "maxLength: 60", 1), encoding="utf-8")
    result = toolkit.build([RAW], tmp_path / "dist", schema=schema)
    paths = {found.path for found in result.diagnostics}
    assert "related[0].headline" in paths
    assert {found.line for found in result.diagnostics if found.path == "related[0].headline"} == {5, 12}


def test_a_contract_with_a_column_that_no_page_has_is_refused_with_its_line(tmp_path):
    schema = edited_contract(
        tmp_path,
        "      - name: headline\n",
        "      - name: author\n        logicalType: string\n        physicalType: string\n"
        "        description: Author.\n"
        "      - name: headline\n",
    )
    line = schema.read_text("utf-8").split("- name: author")[0].count("\n") + 1
    with pytest.raises(ContractError, match=rf"edited\.odcs\.yaml:{line}: .*author"):
        toolkit.build([RAW], tmp_path / "dist", schema=schema)


def test_without_pandera_a_build_fails(tmp_path):
    code = (
        "import sys; sys.modules['pandera'] = None; sys.modules['pandera.pandas'] = None\n"
        f"import toolkit; toolkit.build([{str(RAW)!r}], {str(tmp_path / 'dist')!r}, workers=1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "pandera" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_tags_of_an_earlier_build_are_kept_by_the_next(tmp_path):
    toolkit.build([RAW], tmp_path / "first")
    before = {row["id"]: row["tags"] for row in rows_of(tmp_path / "first")}
    write_pages(tmp_path / "more", 5)
    result = toolkit.build([RAW, tmp_path / "more"], tmp_path / "second", tags=tmp_path / "first" / "tags.json")
    after = {row["id"]: row["tags"] for row in rows_of(tmp_path / "second")}
    assert result.rows == 7
    assert {key: after[key] for key in before} == before


def test_a_page_on_its_own_has_a_best_guess_and_the_warning(tmp_path):
    result = toolkit.build([sorted(RAW.iterdir())[1]], tmp_path / "dist")
    assert result.warnings == {"P231": 1}
    assert rows_of(tmp_path / "dist")[0]["tags"] == ["روسيا", "قره باغ", "أرمينيا"]


def test_what_a_person_writes_into_the_card_survives_rebuilds(tmp_path):
    write_pages(tmp_path / "raw", 2)
    toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    card = tmp_path / "dist" / "README.md"
    card.write_text(card.read_text("utf-8") + "\n## Thanks\n\nTo my grandmother.\n", encoding="utf-8")
    for count in (3, 4):
        write_pages(tmp_path / "raw", count)
        toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    text = (tmp_path / "dist" / "README.md").read_text("utf-8")
    assert "\n## Thanks\n\nTo my grandmother.\n" in text
    assert "num_examples: 4" in text


def test_sha256sum_agrees(tmp_path):
    toolkit.build([RAW], tmp_path / "dist")
    lines = (tmp_path / "dist" / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    assert sums == {name: value for name, value in hashes_of(tmp_path / "dist").items() if name != "SHA256SUMS"}


def test_counts_add_up_in_the_manifest(tmp_path):
    write_pages(tmp_path / "raw", 3)
    (tmp_path / "raw" / "bad.txt").write_bytes(b"\0")
    (tmp_path / "raw" / "twice.txt").write_bytes((tmp_path / "raw" / "0000.txt").read_bytes())
    toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    counts = json.loads((tmp_path / "dist" / "manifest.json").read_text("utf-8"))["counts"]
    parts = [counts[name] for name in ("rows", "rejected", "duplicates", "foreign", "excluded")]
    assert counts["pages"] == sum(parts) == 5


def test_an_input_without_pages_is_a_usage_error(tmp_path):
    (tmp_path / "raw").mkdir()
    with pytest.raises(UsageError, match="no page"):
        toolkit.build([tmp_path / "raw"], tmp_path / "dist")


def test_an_unreadable_input_writes_nothing_unless_it_is_skipped(tmp_path):
    write_pages(tmp_path / "raw", 1)
    (tmp_path / "raw" / "link.txt").symlink_to("nowhere.txt")
    with pytest.raises(InputError, match=r"link\.txt"):
        toolkit.build([tmp_path / "raw"], tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist", skip_unreadable=True)
    assert result.rows == 1
    assert [found.code[0] for found in result.diagnostics] == ["S"]


def test_where_all_is_skipped_the_first_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages.tar.gz").write_bytes(b"\x1f\x8b\x08\x00")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.txt").symlink_to("nowhere")
    with pytest.raises(
        UsageError, match=r"pages\.tar\.gz: no page found but what cannot be read: pages\.tar\.gz: S404"
    ):
        toolkit.build("pages.tar.gz", "dist", skip_unreadable=True)
    with pytest.raises(UsageError, match=r"links: no page found but what cannot be read: links/a\.txt: S403"):
        toolkit.build("links", "dist", skip_unreadable=True)


def test_two_builds_at_one_output_do_not_mix(tmp_path):
    import fcntl

    (tmp_path / ".dist.lock").touch()
    with (tmp_path / ".dist.lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LockedError):
            toolkit.build([RAW], tmp_path / "dist")


def test_windows_1256_is_read_where_it_is_named(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "page.txt").write_bytes(page().encode("windows-1256"))
    result = toolkit.build([tmp_path / "raw"], tmp_path / "dist", encoding="windows-1256")
    assert result.rows == 1
    assert rows_of(tmp_path / "dist")[0]["headline"] == HEADLINE


def test_an_unknown_encoding_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="klingon"):
        toolkit.build([RAW], tmp_path / "dist", encoding="klingon")


def test_an_unknown_engine_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="steam"):
        toolkit.build([RAW], tmp_path / "dist", engine="steam")
