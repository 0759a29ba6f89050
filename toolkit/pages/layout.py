"""`Layout`: what is particular to the pages of one site, read from its YAML file (schemas/layouts/)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, Final, Literal

from babel import Locale, UnknownLocaleError

from toolkit.pages.text import Text, canonical, fold, without_signs
from toolkit.yaml_text import Path, YamlText, quotes_for, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "article-layout/1"
Label = Literal["date", "source", "tags", "related"]
LABELS: Final[tuple[Label, ...]] = ("date", "source", "tags", "related")

_KEYS: dict[tuple[str, ...], dict[str, type]] = {
    (): {"format": str, "name": str, "labels": dict, "teasers": dict, "dates": dict},
    ("labels",): dict.fromkeys(LABELS, dict),
    ("teasers",): {
        "since": str, "alone": list, "counted": list, "before_year": list, "before_weekday": list,
        "before_month": list, "years": dict, "weekdays": list, "months": list, "max_words": int,
    },
    ("dates",): {"ordinals": list, "zone": str, "month_locales": list},
    **{("labels", label): {"printed": str, "forms": list} for label in LABELS},
    ("teasers", "years"): {"first": int, "last": int},
}  # fmt: skip
_KINDS: dict[type, str] = {str: "a text", int: "a whole number", list: "a list", dict: "a mapping"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teasers:
    """The grammar of teaser lines; all words are folded, those of weekdays and months without signs around them.

    Months are sequences of words.
    """

    since: str
    alone: frozenset[str]
    counted: frozenset[str]
    before_year: frozenset[str]
    before_weekday: frozenset[str]
    before_month: frozenset[str]
    years: range
    weekdays: frozenset[str]
    months: frozenset[tuple[str, ...]]
    max_words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A site's labels, teaser grammar and dates; `text` is the YAML as given, `sha256` (hex) that of its UTF-8.

    `printed` has the form in which each label is rendered; `forms` maps each folded form to its label, and `openings`
    has the first letters of those forms; `months` maps each folded, lower-case name of a month to its number (1 to 12).
    """

    name: str
    printed: Mapping[Label, str]
    forms: Mapping[str, Label]
    openings: frozenset[str]
    teasers: Teasers
    ordinals: tuple[str, ...]
    zone: str
    months: Mapping[str, int]
    text: str
    sha256: str

    def line(self, label: Label, rest: str) -> str:
        """The line of a label in its printed form, with the text after its colon."""
        return f"{self.printed[label]}: {rest}" if rest else f"{self.printed[label]}:"


@lru_cache(maxsize=8)
def parse_layout(text: str, *, file: str) -> Layout:
    """The layout that a YAML text describes; ContractError with file:line for anything else."""
    source = read_yaml(text, file=file)
    _refuse_unknown(source)
    tree = source.value
    months, forms = _months(source), _forms(source)
    return Layout(
        name=tree["name"],
        printed={label: tree["labels"][label]["printed"] for label in LABELS},
        forms=forms,
        openings=frozenset(form[0] for form in forms),
        teasers=_teasers(source, months),
        ordinals=tuple(ordinal.lower() for ordinal in _words(source, "dates", "ordinals")),
        zone=_zone(source),
        months=months,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _refuse_unknown(source: YamlText) -> None:
    for path, keys in _KEYS.items():
        _refuse_keys(source, path, keys)
    if source.value["teasers"]["max_words"] < 1:
        source.refuse(("teasers", "max_words"), "max_words must be 1 or more")
    if source.value["format"] != FORMAT:
        source.refuse(("format",), f"format {source.value['format']!r} is not read", mend=f"Write format: {FORMAT}.")


def _refuse_keys(source: YamlText, path: tuple[str, ...], keys: dict[str, type]) -> None:
    found = _at(source, path)
    if not isinstance(found, dict):
        source.refuse(path, f"{'.'.join(path) or 'the layout'} must be a mapping with {', '.join(keys)}")
    for key in found:
        if key not in keys:
            source.refuse((*path, key), f"unknown key {key!r}", mend=f"Known here: {', '.join(keys)}.")
    for key, kind in keys.items():
        if key not in found:
            source.refuse(path, f"the key {key!r} is missing")
        if type(found[key]) is not kind or found[key] in ("", []):
            mend = quotes_for(found[key]) if kind is str else ""
            source.refuse((*path, key), f"{key} must be {_KINDS[kind]}, and not empty", mend=mend)


def _words(source: YamlText, *path: str) -> list[str]:
    """The canonical texts of the list at `path`."""
    return [_text(source, (*path, index), word) for index, word in enumerate(_at(source, path))]


def _at(source: YamlText, path: tuple[str, ...]) -> Any:  # Any: YAML
    return reduce(getitem, path, source.value)


def _text(source: YamlText, path: Path, found: Any) -> str:  # Any: YAML
    text = canonical(found) if isinstance(found, str) else None
    name = ".".join(key for key in path if isinstance(key, str))
    if not isinstance(text, Text) or len(text.lines) != 1 or text.invisible is not None:
        told = f"{name} must be text on one line without invisible characters, found {found!r}"
        source.refuse(path, told, mend=quotes_for(found))
    if not fold(text.lines[0]):
        source.refuse(path, f"{name} must be more than tatweel and marks, which fold to nothing, found {found!r}")
    return text.lines[0]


def _forms(source: YamlText) -> dict[str, Label]:
    forms: dict[str, Label] = {}
    for label in LABELS:
        for index, form in enumerate(_words(source, "labels", label, "forms")):
            path = ("labels", label, "forms", index)
            if forms.setdefault(fold(form), label) != label:
                source.refuse(path, f"{form!r} is a form of the label {forms[fold(form)]!r} already")
            if ":" in fold(form):
                source.refuse(path, f"a label is written without its colon, found {form!r}")
        _refuse_printed(source, label, forms)
    return forms


def _refuse_printed(source: YamlText, label: Label, forms: Mapping[str, Label]) -> None:
    path = ("labels", label, "printed")
    printed = source.value["labels"][label]["printed"]
    text = _text(source, path, printed)
    if text != printed:
        source.refuse(path, f"the printed form {printed!r} is read as {text!r}", mend=f"Write it as {text!r}.")
    if forms.get(fold(printed)) != label:
        source.refuse(path, f"the printed form {printed!r} is not among the label's forms", mend="Add it to `forms`.")


def _months(source: YamlText) -> dict[str, int]:
    numbers: dict[str, set[int]] = {}
    for index, name in enumerate(_words(source, "dates", "month_locales")):
        try:
            locale = Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            source.refuse(("dates", "month_locales", index), f"CLDR has no locale {name!r}")
        for widths in locale.months.values():
            for number, month in [*widths["wide"].items(), *widths["abbreviated"].items()]:
                numbers.setdefault(fold(month).lower(), set()).add(number)
    return {month: min(found) for month, found in sorted(numbers.items()) if len(found) == 1}


def _zone(source: YamlText) -> str:
    zone = _text(source, ("dates", "zone"), source.value["dates"]["zone"])
    if not zone.replace(" ", "").isalpha():
        source.refuse(("dates", "zone"), f"zone must be a name of GMT, found {zone!r}")
    return zone


def _teasers(source: YamlText, months: Mapping[str, int]) -> Teasers:
    tree = source.value["teasers"]
    cases = (str.lower, str.upper, str.title)  # pages print names of months in Latin letters in any of them
    names = {*_folded(source, "months", max_words=4), *(case(name) for name in months for case in cases)}
    return Teasers(
        since=_few_words(source, ("teasers", "since"), _text(source, ("teasers", "since"), tree["since"]), 1),
        alone=_folded(source, "alone"),
        counted=_folded(source, "counted"),
        before_year=_folded(source, "before_year"),
        before_weekday=_folded(source, "before_weekday"),
        before_month=_folded(source, "before_month"),
        years=_years(source),
        weekdays=frozenset(map(_named, _folded(source, "weekdays"))),
        months=frozenset(tuple(map(_named, name.split())) for name in names),
        max_words=tree["max_words"],
    )


def _named(word: str) -> str:
    """A word of a name as ages are compared with it: `oct.` is found without its stop."""
    return without_signs(word) or word


def _folded(source: YamlText, key: str, *, max_words: int = 1) -> frozenset[str]:
    words = _words(source, "teasers", key)
    return frozenset(_few_words(source, ("teasers", key, index), word, max_words) for index, word in enumerate(words))


def _few_words(source: YamlText, path: Path, word: str, max_words: int) -> str:
    if len(fold(word).split()) > max_words or len(word.split()) > max_words:
        wanted = "one word" if max_words == 1 else f"at most {max_words} words"
        source.refuse(path, f"{path[1]}: {word!r}; expected {wanted}")
    return fold(word)


def _years(source: YamlText) -> range:
    years = source.value["teasers"]["years"]
    if not 0 <= years["first"] <= years["last"] <= 9999:
        source.refuse(("teasers", "years"), "years must be from first to last, of at most four digits")
    return range(years["first"], years["last"] + 1)
