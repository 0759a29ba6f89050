"""`parse_contract`: a contract as Open Data Contract Standard 3.1 YAML -> `Contract`, or a refusal with the line.

The part of the standard that is read, and what the custom properties mean, is in docs/contract.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final, get_args

from toolkit.codes import CODES
from toolkit.contract.about import About, Author, License
from toolkit.contract.fields import Bilingual
from toolkit.contract.model import Contract, ParserLevel
from toolkit.contract.properties import read_description, read_fields
from toolkit.contract.section import Problems, Section, shown
from toolkit.yaml_text import read_yaml

API_VERSION: Final = "v3.1.0"
STATUSES: Final = ("proposed", "draft", "active", "deprecated", "retired")
LEVELS: Final[tuple[ParserLevel, ...]] = get_args(ParserLevel)
ADJUSTABLE: Final = tuple(code for code in CODES if code[0] in "DP" and CODES[code].level == "warning")
"""The codes whose level `toolkit.levels` may set: the parser's warnings."""

_KEYS: Final = (
    "apiVersion", "kind", "id", "name", "version", "status", "description", "tags", "customProperties", "schema",
)  # fmt: skip
_EXTRAS: Final = (
    "titleAr", "license", "licenseName", "licenseLink", "authors", "citation", "homepage", "language",
    "taskCategories", "toolkit.levels",
)  # fmt: skip
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_LICENSE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URL: Final = re.compile(r"https?://[^\s<>\"]+")

Extras = Mapping[str, Section]


def parse_contract(text: str, *, file: str) -> Contract:
    """The contract in `text`; `file` is the name that messages give it.

    ContractError with file:line of every part that is wrong or that the toolkit could not obey.
    """
    document = read_yaml(text, file=file)
    problems = Problems(document=document)
    root = Section(problems, (), document.value, name="the contract")
    problems.report()
    contract = _contract(root, file=file, text=text)
    _refuse_repeated_names(contract, root)
    problems.report()
    return contract


def _contract(root: Section, *, file: str, text: str) -> Contract:
    _refuse_other_standards(root)
    extras = root.extras(*_EXTRAS)
    table = _table(root)
    return Contract(
        id=root.text("id"),
        version=_matching(root, "version", _VERSION, "a version such as 1.0.0") or "",
        about=_about(root, extras),
        table=table.text("name"),
        description=read_description(table),
        fields=read_fields(table, path=""),
        levels=_levels(extras),
        file=file,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _refuse_other_standards(root: Section) -> None:
    root.only(*_KEYS)
    root.choice("apiVersion", API_VERSION)
    root.choice("kind", "DataContract")
    root.choice("status", *STATUSES)


def _about(root: Section, extras: Extras) -> About:
    title = Bilingual(english=root.text("name"), arabic=_text(extras, "titleAr") or "")
    purpose, usage, limitations = _descriptions(root, "purpose", "usage", "limitations")
    return About(
        title=title,
        purpose=purpose,
        usage=usage,
        limitations=limitations,
        license=_license(root, extras),
        authors=_authors(extras),
        citation=_text(extras, "citation"),
        homepage=_extra(extras, "homepage", _URL, "an address that begins with https:// or http://"),
        languages=_languages(extras),
        task_categories=_texts(extras, "taskCategories"),
        tags=root.texts("tags"),
    )


def _descriptions(root: Section, *keys: str) -> Iterator[Bilingual]:
    section = root.section("description", name="description of the contract")
    section.only(*keys, "customProperties")
    arabic = section.extras(*(f"{key}Ar" for key in keys))
    for key in keys:
        yield Bilingual(english=section.text(key, default=""), arabic=_text(arabic, f"{key}Ar") or "")


def _table(root: Section) -> Section:
    tables = root.sections("schema", name="the schema")
    if len(tables) != 1:
        root.refuse("schema", f"schema has {len(tables)} tables; expected one")
        return Section(Problems(document=root.problems.document), ("schema",), {}, name="the schema")
    tables[0].only("id", "name", "description", "customProperties", "properties")
    return tables[0]


def _text(extras: Extras, name: str) -> str | None:
    return extras[name].text("value") if name in extras else None


def _texts(extras: Extras, name: str) -> tuple[str, ...]:
    return extras[name].texts("value") if name in extras else ()


def _extra(extras: Extras, name: str, form: re.Pattern[str], expected: str) -> str | None:
    return _matching(extras[name], "value", form, expected) if name in extras else None


def _matching(section: Section, key: str, form: re.Pattern[str], expected: str) -> str | None:
    value = section.text(key, expected=expected)
    if value and not form.fullmatch(value):
        section.refuse(key, f"{key} of {section.name} is {shown(value)}; expected {expected}")
    return value or None


def _license(root: Section, extras: Extras) -> License:
    if "license" not in extras:
        root.refuse("customProperties", "the contract has no custom property license; it is required")
    license_id = _extra(extras, "license", _LICENSE, "a licence id in lower case, such as cc-by-4.0 or other") or ""
    if license_id == "other" and "licenseName" not in extras:
        extras["license"].refuse("value", "license is other, without the custom property licenseName; it is required")
    return License(id=license_id, name=_text(extras, "licenseName"), link=_text(extras, "licenseLink"))


def _authors(extras: Extras) -> tuple[Author, ...]:
    if "authors" not in extras:
        return ()
    return tuple(_author(section) for section in extras["authors"].sections("value", name="an author"))


def _author(section: Section) -> Author:
    section.only("name", "url", "type")
    has_url = "url" in section.values
    return Author(
        name=section.text("name"),
        url=_matching(section, "url", _URL, "an address that begins with https://") if has_url else None,
        type=section.choice("type", "Person", "Organization", default="Person"),
    )


def _languages(extras: Extras) -> tuple[str, ...]:
    languages = _texts(extras, "language")
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            extras["language"].refuse("value", f"language {shown(language)} is unknown; expected a code such as ar")
    return languages


def _levels(extras: Extras) -> Mapping[str, ParserLevel]:
    levels: dict[str, ParserLevel] = dict.fromkeys(ADJUSTABLE, "warning")
    if "toolkit.levels" in extras:
        section = extras["toolkit.levels"].section("value", name="toolkit.levels")
        section.only(*ADJUSTABLE)
        levels |= {code: _level(section, code) for code in ADJUSTABLE if code in section.values}
    return levels


def _level(section: Section, code: str) -> ParserLevel:
    if section.values[code] is False:  # what YAML makes of the plain word off
        return "off"
    return section.choice(code, *LEVELS)


def _refuse_repeated_names(contract: Contract, root: Section) -> None:
    seen: set[str] = set()
    for rule in contract.rules:
        if rule.name in seen:
            message = f"a rule of {rule.path} has the name {shown(rule.name)}, which another rule has; expected its own"
            root.problems.found.append((rule.line, message, "Give the rule an id of its own."))
        seen.add(rule.name)
