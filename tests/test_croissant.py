"""croissant.json: what mlcroissant accepts, reads rows through, and what it says of where they come from."""

import json
from hashlib import sha256

import mlcroissant
import pytest

import toolkit
from toolkit.dataset.croissant import croissant_json

PAGE = """خبر {n}
تاريخ النشر: {n}th, September 2023 GMT
نص الخبر رقم {n}.
المصدر: سانا
كلمات دلالية: روسيا
إقرأ أيضاً:
خبر آخر
نصه.
"""


def build(home, *numbers, **options):
    (home / "pages").mkdir()
    for n in numbers:
        (home / "pages" / f"{n}.txt").write_text(PAGE.format(n=n), "utf-8")
    toolkit.build(home / "pages", home / "dataset", version="1.2.0", workers=1, **options)
    return home / "dataset"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return build(tmp_path_factory.mktemp("croissant"), 11, 12)


def records(dataset):
    return list(mlcroissant.Dataset(dataset / "croissant.json").records("articles"))


def test_mlcroissant_accepts_it(dataset):
    issues = mlcroissant.Dataset(dataset / "croissant.json").metadata.ctx.issues
    assert issues.errors == set()
    assert [warning.rpartition("] ")[2] for warning in issues.warnings] == [
        'Property "https://schema.org/datePublished" is recommended, but does not exist.'
    ]


def test_a_record_is_loaded_through_it(dataset):
    record = records(dataset)[0]
    assert record["articles/headline"].decode() == "خبر 11"
    assert str(record["articles/date"].date()) == "2023-09-11"
    assert [tag.decode() for tag in record["articles/tags"]] == ["روسيا"]
    assert record["articles/related"] == [
        {
            "articles/related/headline": "خبر آخر".encode(),
            "articles/related/body": "نصه.".encode(),
            "articles/related/kind": b"block",
            "articles/related/age": None,
            "articles/related/paragraph": None,
        }
    ]
    assert record["articles/page"]["articles/page/file"] == b"11.txt"


def test_records_of_several_shards_are_loaded_in_order(tmp_path):
    dataset = build(tmp_path, 11, 12, 13, 14, shard_size=200)
    assert len(list((dataset / "data").iterdir())) > 1
    assert [record["articles/headline"].decode() for record in records(dataset)] == [
        "خبر 11",
        "خبر 12",
        "خبر 13",
        "خبر 14",
    ]


def test_every_published_file_is_listed_with_its_hash(dataset):
    document = json.loads((dataset / "croissant.json").read_text("utf-8"))
    assert {file["@id"]: file["sha256"] for file in document["distribution"]} == {
        path: sha256((dataset / path).read_bytes()).hexdigest()
        for path in ["README.md", "article.odcs.yaml", "data/train-00000-of-00001.parquet", "layout.yaml", "tags.json"]
    }


def test_it_says_where_the_rows_come_from(dataset):
    document = json.loads((dataset / "croissant.json").read_text("utf-8"))
    manifest = json.loads((dataset / "manifest.json").read_text("utf-8"))
    assert document["version"] == "1.2.0"
    assert document["identifier"] == manifest["digest"]
    assert document["prov:wasDerivedFrom"] == {
        "@id": f"urn:sha256:{manifest['inputs']['sha256']}",
        "@type": "prov:Entity",
        "prov:label": "2 pages of 374 bytes",
    }
    assert document["prov:wasGeneratedBy"]["prov:wasAssociatedWith"]["prov:label"] == "article-toolkit"
    assert document["prov:wasAttributedTo"] == [
        {"@type": ["prov:Agent", "prov:Organization"], "prov:label": "article-toolkit contributors"}
    ]


def test_a_page_alone_is_one_page(tmp_path):
    document = json.loads((build(tmp_path, 11) / "croissant.json").read_text("utf-8"))
    assert document["prov:wasDerivedFrom"]["prov:label"] == "1 page of 187 bytes"


def test_licence_and_citation_are_the_contract_s(dataset):
    document = json.loads((dataset / "croissant.json").read_text("utf-8"))
    assert document["license"] == "rights-held-by-the-named-outlets"
    assert document["citeAs"].startswith("@misc{arabic_news_articles,")
    assert document["name"] == {"en": "Arabic news articles", "ar": "مقالات إخبارية عربية"}


def test_rejects_are_no_part_of_it(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/bad.txt").write_text("لا شيء\n", "utf-8")
    (tmp_path / "pages/good.txt").write_text(PAGE.format(n=11), "utf-8")
    toolkit.build(tmp_path / "pages", tmp_path / "dataset", workers=1)
    document = json.loads((tmp_path / "dataset/croissant.json").read_text("utf-8"))
    assert (tmp_path / "dataset/rejects").is_dir()
    assert [file["@id"] for file in document["distribution"] if "reject" in file["@id"]] == []


def test_a_contract_alone_describes_its_rows():
    document = json.loads(croissant_json(toolkit.load_contract()))
    assert "distribution" not in document
    assert [field["name"] for field in document["recordSet"][0]["field"]] == [
        "id",
        "headline",
        "date",
        "body",
        "source",
        "tags",
        "related",
        "page",
    ]
    assert document["recordSet"][0]["key"] == {"@id": "articles/id"}
