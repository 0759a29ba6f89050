"""The contract: what the loader takes and refuses, and that all that is derived from it agrees."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from toolkit.contract import parse_contract, render, walk
from toolkit.contract.fields import Bilingual
from toolkit.errors import ContractError

TEXT = files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8")
CONTRACT = parse_contract(TEXT, file="article.odcs.yaml")
DOCS = Path(__file__).parents[1] / "docs" / "contract.md"

ROW = {
    "id": "9fd02a7e2fa6c110",
    "headline": "عنوان",
    "date": "2023-09-20",
    "body": "فقرة أولى\nفقرة ثانية",
    "source": "الراي",
    "tags": ["روسيا", "قره باغ"],
    "related": [
        {"headline": "خبر", "body": None, "kind": "inline", "age": "منذ ساعة", "paragraph": 1},
        {"headline": "خبر آخر", "body": "فقرة", "kind": "block", "age": None, "paragraph": None},
    ],
    "page": {
        "file": "a.txt",
        "url": None,
        "sha256": "0" * 64,
        "rendering": "f" * 64,
        "date": "20th, September 2023 GMT",
        "tags": "روسيا قره باغ",
        "warnings": ["P231"],
    },
}

CASES = Path(__file__).parent / "cases" / "contract"
SMALL = (CASES / "small.odcs.yaml").read_text("utf-8")


def test_the_packaged_contract_has_the_columns_of_the_row_in_order():
    assert CONTRACT.arrow() == pa.schema(
        [
            ("id", pa.string()),
            ("headline", pa.string()),
            ("date", pa.date32()),
            ("body", pa.string()),
            ("source", pa.string()),
            ("tags", pa.list_(pa.string())),
            (
                "related",
                pa.list_(
                    pa.struct(
                        [
                            ("headline", pa.string()),
                            ("body", pa.string()),
                            ("kind", pa.string()),
                            ("age", pa.string()),
                            ("paragraph", pa.int32()),
                        ]
                    )
                ),
            ),
            (
                "page",
                pa.struct(
                    [
                        ("file", pa.string()),
                        ("url", pa.string()),
                        ("sha256", pa.string()),
                        ("rendering", pa.string()),
                        ("date", pa.string()),
                        ("tags", pa.string()),
                        ("warnings", pa.list_(pa.string())),
                    ]
                ),
            ),
        ]
    )


def test_the_packaged_contract_says_what_card_and_croissant_need():
    assert CONTRACT.id == "arabic-news-articles"
    about = CONTRACT.about
    assert about.title == Bilingual(english="Arabic news articles", arabic="مقالات إخبارية عربية")
    assert CONTRACT.version == "1.0.0"
    assert about.license.id == "other"
    assert about.license.name == "rights-held-by-the-named-outlets"
    assert [author.name for author in about.authors] == ["article-toolkit contributors"]
    assert about.citation is not None
    assert about.languages == ("ar",)
    assert CONTRACT.table == "articles"
    assert CONTRACT.text == TEXT


def test_every_field_of_the_packaged_contract_is_described_in_english_and_arabic():
    fields = list(walk(CONTRACT.fields))

    assert [field.path for field in fields if not field.description.english] == []
    assert [field.path for field in fields if not re.search("[\u0621-\u064a]", field.description.arabic)] == []


def test_fields_and_rules_know_their_line():
    lines = TEXT.splitlines()

    assert lines[CONTRACT.field("headline").line - 1].strip() == "- name: headline"
    assert lines[CONTRACT.field("related[].kind").line - 1].strip() == "- name: kind"
    assert {rule.name: lines[rule.line - 1].strip() for rule in CONTRACT.rules}["id_form"] == "- id: id_form"


def test_levels_of_the_parser_are_warnings_unless_the_contract_says_otherwise():
    levels = {"D105", "P221", "P222", "P223", "P224", "P225", "P226", "P231"}
    changed = parse_contract(
        TEXT.replace("P222: warning", "P222: error").replace("P223: warning", "P223: off"), file="c"
    )

    assert CONTRACT.levels == dict.fromkeys(levels, "warning")
    assert (changed.levels["P222"], changed.levels["P223"], changed.levels["P231"]) == ("error", "off", "warning")


def test_required_is_what_the_contract_says():
    optional = TEXT.replace("required: true\n        description: The outlet", "description: The outlet")

    assert CONTRACT.field("source").required
    assert not parse_contract(optional, file="c").field("source").required
    assert CONTRACT.field("related[].headline").required
    assert not CONTRACT.field("related[].body").required
    with pytest.raises(KeyError):
        CONTRACT.field("headlines")


def test_a_contract_survives_pickling():
    assert pickle.loads(pickle.dumps(CONTRACT)) == CONTRACT
    assert hash(pickle.loads(pickle.dumps(CONTRACT))) == hash(CONTRACT)


# --- derived forms -------------------------------------------------------------------------------------------------


def test_features_are_those_of_the_arrow_schema():
    features = CONTRACT.features()

    assert features.arrow_schema.equals(CONTRACT.arrow())
    assert features.arrow_schema.types == CONTRACT.arrow().types
    assert features.to_dict() == json.loads(render(CONTRACT, "features"))


def test_card_features_are_what_datasets_itself_would_write():
    assert CONTRACT.hub_features() == CONTRACT.features()._to_yaml_list()


def test_footer_metadata_is_what_datasets_itself_would_write():
    assert CONTRACT.hub_metadata() == CONTRACT.features().arrow_schema.metadata


def test_datasets_loads_a_file_with_our_schema_without_a_cast(tmp_path):
    from datasets import Dataset

    row = {**ROW, "date": datetime.date(2023, 9, 20)}
    schema = CONTRACT.arrow().with_metadata(CONTRACT.hub_metadata())
    pq.write_table(pa.Table.from_pylist([row], schema=schema), tmp_path / "a.parquet")

    loaded = Dataset.from_parquet(str(tmp_path / "a.parquet"), cache_dir=str(tmp_path / "cache"))

    assert loaded.features == CONTRACT.features()
    assert loaded.data.schema.equals(CONTRACT.arrow())
    assert loaded[0] == row


def test_every_supported_type_has_the_features_that_datasets_writes():
    types = {
        "integer": ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"],
        "string": ["string", "large_string"],
        "number": ["float32", "float64"],
        "boolean": ["bool"],
        "date": ["date32"],
    }
    document = yaml.safe_load(SMALL)
    document["schema"][0]["properties"] = [
        {"name": physical, "logicalType": logical, "physicalType": physical, "description": "."}
        for logical, physicals in types.items()
        for physical in physicals
    ] + [
        {
            "name": "nested",
            "logicalType": "array",
            "description": ".",
            "items": {
                "logicalType": "array",
                "description": ".",
                "items": {"logicalType": "integer", "physicalType": "int8", "description": "."},
            },
        }
    ]
    contract = parse_contract(yaml.safe_dump(document), file="c")

    assert contract.features().arrow_schema.equals(contract.arrow())
    assert contract.hub_features() == contract.features()._to_yaml_list()
    assert contract.hub_metadata() == contract.features().arrow_schema.metadata


def test_loading_and_printing_import_neither_datasets_nor_pandera():
    code = """
import sys
import tomllib
from importlib.resources import files
from toolkit.contract import FORMATS, parse_contract, render
contract = parse_contract(files("toolkit").joinpath("schemas/article.odcs.yaml").read_text("utf-8"), file="c")
for form in FORMATS:
    render(contract, form)
contract.hub_features(), contract.hub_metadata()
print([name for name in ("datasets", "pandas", "pandera") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_pandera_schema_has_a_check_for_each_rule_named_by_its_code():
    schema = CONTRACT.pandera()

    assert list(schema.columns) == CONTRACT.arrow().names
    assert [column.dtype.type for column in schema.columns.values()] == [
        pd.ArrowDtype(field.type) for field in CONTRACT.arrow()
    ]
    assert [(check.name, check.title) for column in schema.columns.values() for check in column.checks] == [
        (rule.code, rule.name) for rule in CONTRACT.rules
    ]


def test_json_schema_takes_a_row_of_the_contract():
    validator = jsonschema.Draft202012Validator(CONTRACT.json_schema(), format_checker=jsonschema.FormatChecker())
    jsonschema.Draft202012Validator.check_schema(CONTRACT.json_schema())

    assert list(validator.iter_errors(ROW)) == []


def changed(path, value):
    row = copy.deepcopy(ROW)
    holder = row
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return row


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), "9FD0"),
        (("headline",), None),
        (("headline",), " \u200f\u00a0"),
        (("date",), "2023-02-31"),
        (("body",), ""),
        (("tags",), ["a", "a"]),
        (("tags",), ["a", None]),
        (("tags",), None),
        (("related", 0, "headline"), ""),
        (("related", 0, "kind"), "aside"),
        (("related", 0, "kind"), None),
        (("related", 0, "paragraph"), -1),
        (("page", "sha256"), "0"),
        (("page", "file"), None),
        (("extra",), 1),
    ],
    ids=repr,
)
def test_json_schema_refuses_what_the_rules_refuse(path, value):
    validator = jsonschema.Draft202012Validator(CONTRACT.json_schema(), format_checker=jsonschema.FormatChecker())

    assert not validator.is_valid(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [(("headline",), "x" * 301), (("page", "url"), "https://example.org/a"), (("tags",), []), (("related",), [])],
    ids=lambda value: repr(value)[:30],
)
def test_json_schema_takes_what_is_only_warned_of(path, value):
    assert jsonschema.Draft202012Validator(CONTRACT.json_schema()).is_valid(changed(path, value))


def test_markdown_has_a_line_for_each_field():
    lines = CONTRACT.markdown().splitlines()

    assert [line.split("|")[1].strip(" `") for line in lines[2:]] == [
        "id", "headline", "date", "body", "source", "tags", "related", "related[].headline", "related[].body",
        "related[].kind", "related[].age", "related[].paragraph", "page", "page.file", "page.url", "page.sha256",
        "page.rendering", "page.date", "page.tags", "page.warnings",
    ]  # fmt: skip
    assert lines[4] == (
        '| `date` | `date32` | yes | Day of publication, GMT. | <span dir="rtl">يوم النشر بتوقيت غرينتش.</span> |'
    )
    assert lines[8].startswith("| `related` | `list<struct>` | yes |")


def test_markdown_keeps_a_description_inside_its_cell():
    text = SMALL.replace("description: Day.", 'description: "a | b\\n<script> *c* `d`"')

    assert "| a &#124; b &#60;script&#62; &#42;c&#42; `d` |" in parse_contract(text, file="c").markdown()


def test_arrow_is_printed_one_column_a_line():
    assert (
        render(parse_contract(SMALL, file="c"), "arrow")
        == "title: string\nday: date32[day]\ncount: int8\nwords: list<item: string>\n"
    )


# --- refusals ------------------------------------------------------------------------------------------------------

REFUSALS = tomllib.loads((CASES / "refusals.toml").read_text("utf-8"))["refusal"]


def refused(text):
    with pytest.raises(ContractError) as refusal:
        parse_contract(text, file="small.yaml")
    return refusal.value.message.splitlines()


@pytest.mark.parametrize("case", REFUSALS, ids=[case["what"] for case in REFUSALS])
def test_refused_with_file_and_line(case):
    assert case["old"] in SMALL

    told = refused(SMALL.replace(case["old"], case["new"], 1))

    assert [line for line in told if line.startswith(f"small.yaml:{case['told']}")], told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "small.yaml:1: the contract is nothing; expected keys with values"),
        ("#" * 1_100_000, "small.yaml:1: 1100000 characters of YAML, at most 1048576 are read"),
        ("id: " + "[" * 2000, "small.yaml:1: nested deeper than 32"),
    ],
    ids=["empty", "megabytes", "deep nesting"],
)
def test_refused_as_a_whole(text, told):
    assert refused(text) == [told]


def test_a_pattern_has_at_most_500_characters():
    told = refused(SMALL.replace("notBlank: true", f"pattern: {'a' * 501}"))

    assert told == [
        f"small.yaml:23: pattern of title is '{'a' * 78}…; expected a regular expression of 1 to 500 characters"
    ]


def test_the_small_contract_is_fine_as_it_stands():
    assert parse_contract(SMALL, file="small.yaml").arrow().names == ["title", "day", "count", "words"]


def test_all_problems_are_told_in_one_report_in_the_order_of_their_lines():
    told = refused(SMALL.replace("int8", "int7").replace("status: draft", "status: ready").replace("notBlank", "blank"))

    assert [line.split(": ")[0] for line in told] == ["small.yaml:6", "small.yaml:23", "small.yaml:30"]


def test_a_problem_is_told_once_however_often_its_value_is_read():
    told = refused(SMALL.replace("description: Title.", 'description: Title.\n        required: "yes"'))

    assert told == ["small.yaml:18: required of title is 'yes'; expected true or false"]


CUSTOM_RULE = """\
quality:
          - id: filled
            type: custom
            engine: toolkit
            implementation:
              notBlank: true
"""
METRICS = "nullValues, duplicateValues, invalidValues, missingValues"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "            type: custom\n",
            "",
            "small.yaml:19: a rule of title has an implementation, but no type; expected type: custom",
        ),
        ("type: custom", "type: sql", "small.yaml:20: type of a rule of title is 'sql'; expected library, custom"),
        (
            CUSTOM_RULE,
            "required: true\n        quality:\n          - metric: nulls\n            mustBe: 0\n",
            f"small.yaml:20: metric of a rule of title is 'nulls'; expected {METRICS}",
        ),
        (
            "type: custom",
            "severity: off\n            type: custom",
            "small.yaml:20: severity of a rule of title is False; expected error, warning",
        ),
        (
            "status: draft",
            "status: draft\ntags: [news, 2024]",
            "small.yaml:7: tags of the contract has 2024 in it; expected a list of texts",
        ),
        (
            "status: draft",
            "status: draft\ntags: news",
            "small.yaml:7: tags of the contract is 'news'; expected a list of texts",
        ),
    ],
    ids=["no type", "other type", "other metric", "severity off", "number in a list of texts", "no list of texts"],
)
def test_one_mistake_is_one_problem(old, new, told):
    assert old in SMALL
    assert refused(SMALL.replace(old, new, 1)) == [told]


def test_a_number_where_a_text_belongs_wants_quotes():
    with pytest.raises(ContractError) as refusal:
        parse_contract(SMALL.replace("name: Small", "name: 2024", 1), file="small.yaml")

    assert refusal.value.message == "small.yaml:4: name of the contract is 2024; expected text"
    assert refusal.value.mend == "Write it in quotes."


def test_a_report_of_many_problems_is_bounded():
    told = refused(SMALL + "".join(f"k{number}: 1\n" for number in range(1000)))

    assert len(told) == 21
    assert told[-1] == "… and 980 more"


# --- documentation -------------------------------------------------------------------------------------------------


def snippets(kind):
    return re.findall(rf"^```yaml {kind}\n(.*?)^```$", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("snippet", snippets("field"))
def test_each_field_of_the_documentation_loads(snippet):
    document = yaml.safe_load(SMALL)
    document["schema"][0]["properties"] = yaml.safe_load(snippet)

    assert parse_contract(yaml.safe_dump(document), file="docs/contract.md").fields


@pytest.mark.parametrize("snippet", snippets("contract"))
def test_each_part_of_a_contract_in_the_documentation_loads(snippet):
    assert parse_contract(yaml.safe_dump({**yaml.safe_load(SMALL), **yaml.safe_load(snippet)}), file="docs/contract.md")


def test_the_documentation_has_every_key_that_is_read_and_every_kind_of_rule():
    from toolkit.contract import odcs, properties, quality
    from toolkit.contract.fields import KINDS, PHYSICAL

    text = DOCS.read_text("utf-8")
    names = {
        *odcs._KEYS,
        *odcs._EXTRAS,
        *odcs.ADJUSTABLE,
        *properties._KEYS,
        *quality.METRICS,
        *quality.CUSTOM,
        *PHYSICAL,
    }

    assert len(snippets("field")) + len(snippets("contract")) == text.count("```yaml")
    assert sorted(name for name in names if name not in text) == []
    assert [kind for kind in quality.CUSTOM if KINDS[kind].code not in text] == []
