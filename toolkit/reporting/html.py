"""`render_report`: facts and a sample of rows -> report.html, one file that needs nothing but itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from toolkit.codes import CODES
from toolkit.dataset.versions import UNRELEASED
from toolkit.reporting import changes, figures
from toolkit.reporting.embedding import content_policy, json_for_script, json_list_for_script
from toolkit.reporting.wording import load_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template

    from toolkit.contract import Contract
    from toolkit.dataset.comparison import Diff
    from toolkit.dataset.facts import Characters, Facts
    from toolkit.dataset.manifest import Manifest
    from toolkit.diagnostics import Diagnostic
    from toolkit.reporting.page_view import PageView
    from toolkit.reporting.reject_view import RejectView
    from toolkit.reporting.wording import Language, Words

MAX_BYTES: Final = 2_000_000
"""For all embedded rows, and as much for all embedded rejects; those that do not fit are left out."""

PAGE_FAMILIES: Final = "DPCS"
"""Families of the codes that a row or a rejected page may carry."""

TEMPLATE: Final = "report.html.jinja"
"""Sections that most reports lack stand in templates of their own: to read one takes longer than to fill it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """What a report says about a dataset as a whole.

    The files of `manifest` are not needed. `rejects` are (code, rejected pages with that code), null where the dataset
    came without its rejects, so that their codes are not known. `characters` are those of the rows drawn from all, see
    `Sample`. `changes` are those since the previous release, null where none was given.
    """

    contract: Contract
    manifest: Manifest
    facts: Facts
    characters: Characters
    rejects: tuple[tuple[str, int], ...] | None = ()
    changes: Diff | None = None


def render_report(
    facts: ReportFacts,
    rows: Iterable[PageView],
    *,
    language: Language = "en",
    rejects: Iterable[RejectView] | None = None,
) -> str:
    """The text of report.html; the same values give the same text.

    `rows` are shown in their order, as many as fit. `rejects` make it a private report: null for one that names codes
    and numbers of rejected pages, and nothing that stood in them.
    """
    words = load_words(language)
    embedded, shown = json_list_for_script(map(_members, rows), max_bytes=MAX_BYTES)
    rejected, shown_rejects = json_list_for_script(
        (_reject_json(reject, words) for reject in rejects or ()), max_bytes=MAX_BYTES
    )
    return _template().render(
        data={"words": json_for_script(_script_words(words)), "rows": embedded, "rejects": rejected},
        shown=shown,
        shown_rejects=None if rejects is None else shown_rejects,
        released=facts.manifest.version != UNRELEASED,
        report=facts,
        changes=None if facts.changes is None else changes.describe(facts.changes, words),
        **_figures(facts, words),
        **_fixed(words),
    )


def _fixed(words: Words) -> dict[str, Any]:  # Any: what a template takes
    """What is the same in every report of a language."""
    style, script = _asset("report.css"), _asset("report.js")
    return {
        "policy": content_policy(style=style, script=script),
        "style": Markup(style),  # noqa: S704 - from this package
        "script": Markup(script),  # noqa: S704 - from this package
        "language": words.language,
        "t": words.texts,
        "blocks": words.blocks,
        "count": figures.count,
        "percent": figures.percent,
    }


def _figures(facts: ReportFacts, words: Words) -> dict[str, Any]:  # Any: what a template takes
    counts, measured = facts.manifest.counts, facts.facts
    return {
        "counts": counts,
        "places": figures.places(counts, words),
        "rejects": figures.by_code(facts.rejects or (), counts.pages, words),
        "warnings": figures.by_code(counts.warnings, counts.rows, words),
        "time": figures.over_time(measured, words),
        "undated": counts.rows - sum(number for _, number in measured.months),
        "sources": figures.by_source(measured, words),
        "distinct_sources": figures.distinct(measured.sources, words),
        "tags": figures.by_tag(measured),
        "distinct_tags": figures.distinct(measured.tags, words),
        "sureness": figures.sureness(measured, words),
        "spreads": figures.spreads(measured, words),
        "kinds": figures.kinds(measured, words),
        "scripts": figures.scripts(facts.characters, words),
    }


def _script_words(words: Words) -> dict[str, object]:
    titles = {code: words.title(code) for code in CODES if code[0] in PAGE_FAMILIES}
    return {"texts": words.texts, "blocks": words.blocks, "titles": titles}


def _reject_json(reject: RejectView, words: Words) -> dict[str, object]:
    faults = [
        {
            **_members(fault),
            "title": words.title(fault.code),
            "expected": words.expected(fault.expected),
            "mend": words.mend(fault.code, fault.mend),
        }
        for fault in reject.faults
    ]
    return {**_members(reject), "faults": faults}


def _members(view: PageView | RejectView | Diagnostic) -> dict[str, object]:
    return {field.name: getattr(view, field.name) for field in fields(view)}


@cache
def _asset(name: str) -> str:
    return files("toolkit.reporting").joinpath("assets", name).read_text("utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        optimized=False,  # looking for constants to fold takes longer than computing them once
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE)
