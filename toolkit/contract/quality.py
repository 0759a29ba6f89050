"""Sections of a contract -> `Rule`: from `required`, `unique`, `primaryKey`, `logicalTypeOptions` and `quality`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from toolkit.contract.arguments import UnfitArgumentError, read_argument
from toolkit.contract.fields import ELEMENT, KINDS, PHYSICAL, Argument, Logical, Rule
from toolkit.contract.section import Section, shown
from toolkit.diagnostics import cut

ENGINE: Final = "toolkit"
OPTIONS: Final[dict[Logical, tuple[str, ...]]] = {
    "string": ("minLength", "maxLength", "pattern"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "date": ("minimum", "maximum"),
    "array": ("minItems", "maxItems", "uniqueItems"),
    "boolean": (),
    "object": (),
}
METRICS: Final = {
    "nullValues": ("required",),
    "duplicateValues": ("unique",),
    "invalidValues": ("validValues", "pattern"),
    "missingValues": ("missingValues",),
}
"""The library metrics of ODCS, and the kinds of rule each can be; where there are two, its arguments decide."""
CUSTOM: Final = tuple(kind for kind in KINDS if kind not in {"required", "unique"})
DIMENSIONS: Final = (
    "accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness",
)  # fmt: skip
_KEYS: Final = ("id", "name", "description", "dimension", "severity", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The values that a rule is on: their path and Arrow type, and the Arrow type of a list's elements (else null)."""

    path: str
    physical: str
    item: str | None


def read_rules(field: Section, target: Target) -> tuple[Rule, ...]:
    """The rules that the section of one field gives; problems are noted and their rules left out."""
    rules = (*_key_rules(field, target), *_option_rules(field, target))
    quality = field.sections("quality", name=f"a rule of {target.path}")
    return (*rules, *(rule for entry in quality for rule in _quality_rules(entry, target)))


def _key_rules(field: Section, target: Target) -> tuple[Rule, ...]:
    is_key = field.flag("primaryKey")
    required = field.flag("required") or is_key
    unique = field.flag("unique") or is_key
    return (
        *(_rule(field, "required", None, target) if required else ()),
        *(_rule(field, "unique", None, target) if unique else ()),
    )


def _option_rules(field: Section, target: Target) -> tuple[Rule, ...]:
    options = field.section("logicalTypeOptions", name=f"logicalTypeOptions of {target.path}")
    allowed = OPTIONS[PHYSICAL[target.physical]]
    options.only(*allowed)
    kinds = [kind for kind, value in options.values.items() if kind in allowed and value is not False]
    return tuple(rule for kind in kinds for rule in _rule(options, kind, kind, target))


def _quality_rules(entry: Section, target: Target) -> tuple[Rule, ...]:
    entry.choice("dimension", *DIMENSIONS, default=DIMENSIONS[0])
    if "implementation" in entry.values and "type" not in entry.values:
        entry.refuse(None, f"{entry.name} has an implementation, but no type; expected type: custom")
        return ()
    kind = entry.choice("type", "library", "custom", default="library")
    if kind != entry.values.get("type", kind):
        return ()
    return _custom_rules(entry, target) if kind == "custom" else _library_rules(entry, target)


def _custom_rules(entry: Section, target: Target) -> tuple[Rule, ...]:
    entry.only(*_KEYS, "engine", "implementation")
    entry.choice("engine", ENGINE)
    return _one_of(entry, "implementation", CUSTOM, target)


def _library_rules(entry: Section, target: Target) -> tuple[Rule, ...]:
    entry.only(*_KEYS, "metric", "arguments", "mustBe")
    _require_zero(entry, target)
    metric = entry.choice("metric", *METRICS)
    if metric != entry.values.get("metric"):
        return ()
    kinds = METRICS[metric]
    if kinds[0] in CUSTOM:
        return _one_of(entry, "arguments", kinds, target)
    entry.section("arguments", name=f"arguments of a rule of {target.path}").only()
    return _rule(entry, kinds[0], None, target, described=entry)


def _require_zero(entry: Section, target: Target) -> None:
    if not entry.missing("mustBe") and (entry.values["mustBe"] != 0 or entry.values["mustBe"] is False):
        found = shown(entry.values["mustBe"])
        entry.refuse("mustBe", f"mustBe of a rule of {target.path} is {found}; expected 0: a rule is for every row")


def _one_of(entry: Section, key: str, kinds: tuple[str, ...], target: Target) -> tuple[Rule, ...]:
    asked = entry.section(key, name=f"{key} of a rule of {target.path}")
    asked.only(*kinds)
    if len(asked.values) != 1:
        entry.refuse(key, f"{asked.name} has {len(asked.values)} keys; expected exactly one of {', '.join(kinds)}")
        return ()
    kind = next(iter(asked.values))
    return _rule(asked, kind, kind, target, described=entry) if kind in kinds else ()


def _rule(
    place: Section, kind: str, key: str | None, target: Target, *, described: Section | None = None
) -> tuple[Rule, ...]:
    """One rule, or none where it is refused. Its argument stands at `key` of `place`, name and level in `described`."""
    name = f"{target.path}.{kind}"
    try:
        _refuse_misplaced(kind, target)
        value = True if key is None else place.values[key]
        argument = read_argument(kind, value, physical=target.physical)
    except UnfitArgumentError as fault:
        place.refuse(key, f"{kind} of {target.path} is {fault}")
        return ()
    rule = Rule(
        code=KINDS[kind].code,
        name=name if described is None else described.text("name", default=described.text("id", default=name)),
        kind=kind,
        path=target.path,
        argument=argument,
        level="error" if described is None else described.choice("severity", "error", "warning", default="error"),
        description=described.text("description", default="") if described else "",
        expected=KINDS[kind].expected.format(_words(argument), s="" if argument == 1 else "s"),
        line=(described or place).line,
    )
    return (rule,)


def _refuse_misplaced(kind: str, target: Target) -> None:
    logical, logicals = PHYSICAL[target.physical], KINDS[kind].logicals
    if logical not in logicals:
        raise UnfitArgumentError(f"a rule on type {logical}; expected one on {' or '.join(logicals)}")
    if kind == "unique" and ("." in target.path or ELEMENT in target.path):
        raise UnfitArgumentError("a rule inside a column; expected one on a column itself")
    if kind == "uniqueItems" and target.item in {"list", "struct"}:
        raise UnfitArgumentError(f"a rule on a list of {target.item}; expected one on a list of scalars")


def _words(argument: Argument) -> str:
    return cut(", ".join(map(str, argument)) if isinstance(argument, tuple) else str(argument))
