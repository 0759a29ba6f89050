"""Fields of a contract -> Arrow schema, features of the Hub, JSON Schema, table of fields."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from toolkit.contract.fields import Field, Rule, Scalar, walk
from toolkit.contract.visibility import VISIBLE_JSON
from toolkit.markdown_text import escaped, prose

Json = dict[str, Any]  # Any: what JSON and YAML take


def arrow_field(field: Field) -> pa.Field:
    """The Arrow field of one field; elements of lists are called `item`, as `datasets` calls them."""
    return pa.field(field.name, arrow_type(field))


def arrow_type(field: Field) -> pa.DataType:
    """The Arrow type of one field."""
    if field.item is not None:
        return pa.list_(arrow_field(field.item))
    if field.properties:
        return pa.struct(map(arrow_field, field.properties))
    return pa.type_for_alias(field.physical)


def features_dict(fields: tuple[Field, ...]) -> Json:
    """What `datasets.Features.to_dict` would give: `{"tags": {"feature": …, "_type": "List"}}`."""
    return {field.name: _feature(field) for field in fields}


def _feature(field: Field) -> Json:
    if field.item is not None:
        return {"feature": _feature(field.item), "_type": "List"}
    if field.properties:
        return features_dict(field.properties)
    return {"dtype": field.physical, "_type": "Value"}


def hub_features(fields: tuple[Field, ...]) -> list[Json]:
    """The features as the YAML of a dataset card has them (`datasets.Features._to_yaml_list`)."""
    return [{"name": field.name, **_card_feature(field)} for field in fields]


def _card_feature(field: Field) -> Json:
    if field.item is not None:
        inner = _card_feature(field.item)
        # a list of scalars or of structs says what it holds without a key of its own
        return {"list": inner.get("dtype") or inner.get("struct") or inner}
    if field.properties:
        return {"struct": hub_features(field.properties)}
    return {"dtype": field.physical}


def json_schema(fields: tuple[Field, ...], *, title: str, description: str) -> Json:
    """The JSON Schema of one row as JSON: days are `YYYY-MM-DD`, absent and null are one; rules that are errors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        **_object(fields),
    }


def _object(fields: tuple[Field, ...]) -> Json:
    return {
        "type": "object",
        "properties": {field.name: _value(field) for field in fields},
        "required": [field.name for field in fields if _never_null(field)],
        "additionalProperties": False,
    }


def _never_null(field: Field) -> bool:
    return any(rule.kind == "required" and rule.level == "error" for rule in field.rules)


def _value(field: Field) -> Json:
    schema: Json = _object(field.properties) if field.properties else {"type": field.logical}
    if field.item is not None:
        schema["items"] = _value(field.item)
    if field.logical == "date":
        schema |= {"type": "string", "format": "date"}
    demands = [demand for rule in field.rules if rule.level == "error" and (demand := _demand(rule))]
    if not _never_null(field):
        schema["type"] = [schema["type"], "null"]
    return {"description": field.description.english, **schema, **({"allOf": demands} if demands else {})}


def _demand(rule: Rule) -> Json:
    """One rule in JSON Schema's words; empty where it has none: order of days, uniqueness over rows."""
    values = [_json_scalar(value) for value in rule.argument] if isinstance(rule.argument, tuple) else []
    words: dict[str, Json] = {
        "notBlank": {"pattern": VISIBLE_JSON},
        "validValues": {"enum": [*values, None]},
        "missingValues": {"not": {"enum": values}},
        "uniqueItems": {"uniqueItems": True},
    }
    if rule.kind in words or not isinstance(rule.argument, str | int | float):
        return words.get(rule.kind, {})
    return {rule.kind: rule.argument}


def _json_scalar(value: Scalar) -> str | int | float:
    return value.isoformat() if isinstance(value, date) else value


def field_table(fields: tuple[Field, ...]) -> str:
    """A Markdown table with a line for each field and nested field; element types stand in their list's line."""
    head = ("| Field | Type | Required | Description | الوصف |", "|---|---|---|---|---|")
    return "\n".join((*head, *(_line(field) for field in walk(fields) if field.name != "item"))) + "\n"


def type_name(field: Field) -> str:
    """The type as a reader sees it: `string`, `list<string>`, `list<struct>`."""
    return field.physical if field.item is None else f"list<{type_name(field.item)}>"


def _line(field: Field) -> str:
    required = "yes" if field.required else "no"
    text = field.description
    arabic = f'<span dir="rtl">{escaped(text.arabic)}</span>' if text.arabic else ""
    return f"| `{field.path}` | `{type_name(field)}` | {required} | {prose(text.english)} | {arabic} |"
