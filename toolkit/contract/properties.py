"""Sections of a contract -> `Field`, nested as they are, with the rules on each."""

from __future__ import annotations

import re
from typing import Final

from toolkit.contract.fields import ELEMENT, PHYSICAL, Bilingual, Field
from toolkit.contract.quality import Target, read_rules
from toolkit.contract.section import Section, shown

MAX_FIELDS: Final = 200
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_KEYS: Final = (
    "id", "name", "description", "logicalType", "logicalTypeOptions", "physicalType", "required", "quality",
    "customProperties",
)  # fmt: skip
_LOGICALS: Final = tuple(dict.fromkeys(PHYSICAL.values()))


def read_fields(parent: Section, *, path: str) -> tuple[Field, ...]:
    """The fields in `properties` of a section, in their order; `path` leads to their parent, empty for the row."""
    sections = parent.sections("properties", name=f"a property of {path or parent.name}")
    if not 0 < len(sections) <= MAX_FIELDS:
        parent.refuse("properties", f"{path or parent.name} has {len(sections)} properties; expected 1 to {MAX_FIELDS}")
    fields = tuple(_named(section, parent_path=path) for section in sections[:MAX_FIELDS])
    _refuse_repeats(sections, fields)
    return fields


def _refuse_repeats(sections: tuple[Section, ...], fields: tuple[Field, ...]) -> None:
    seen: set[str] = set()
    for section, field in zip(sections, fields, strict=False):
        if field.name in seen:
            section.refuse("name", f"the field {field.path} stands here a second time")
        seen.add(field.name)


def _named(section: Section, *, parent_path: str) -> Field:
    name = section.text("name")
    if name and not _NAME.fullmatch(name):
        section.refuse(
            "name", f"a field is named {shown(name)}; expected at most 63 of A-Z, a-z, 0-9 and _, no digit first"
        )
    keys = (*_KEYS, "unique", "primaryKey", "primaryKeyPosition")
    section.name = path = f"{parent_path}.{name}" if parent_path else name
    return _field(section, keys, name=name, path=path)


def _element(parent: Section, *, path: str) -> Field | None:
    if parent.missing("items"):
        return None
    path = f"{path}{ELEMENT}"
    return _field(parent.section("items", name=path), _KEYS, name="item", path=path)


def _field(section: Section, keys: tuple[str, ...], *, name: str, path: str) -> Field:
    physical = _physical(section)
    nested = {"list": ("items",), "struct": ("properties",)}.get(physical, ())
    section.only(*keys, *nested)
    item = _element(section, path=path) if physical == "list" else None
    properties = read_fields(section, path=path) if physical == "struct" else ()
    if section.values.get("primaryKeyPosition", 1) != 1:
        section.refuse("primaryKeyPosition", f"primaryKeyPosition of {path} is not 1; expected a key of one column")
    target = Target(path=path, physical=physical, item=None if item is None else item.physical)
    return Field(
        name=name,
        path=path,
        logical=PHYSICAL[physical],
        physical=physical,
        description=read_description(section),
        required=section.flag("required") or section.flag("primaryKey"),
        primary_key=section.flag("primaryKey"),
        item=item,
        properties=properties,
        rules=read_rules(section, target),
        line=section.line,
    )


def read_description(section: Section) -> Bilingual:
    """The description of a field or a table."""
    english, extras = section.text("description"), section.extras("descriptionAr")
    return Bilingual(english=english, arabic=extras["descriptionAr"].text("value") if "descriptionAr" in extras else "")


def _physical(section: Section) -> str:
    """The physical type, which must agree with the logical one; lists and structs need not name theirs."""
    logical = section.choice("logicalType", *_LOGICALS)
    fitting = tuple(physical for physical, of in PHYSICAL.items() if of == logical)
    default = fitting[0] if logical in {"array", "object"} else None
    return section.choice("physicalType", *fitting, default=default)
