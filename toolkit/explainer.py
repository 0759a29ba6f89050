"""`explain`: how one page is read, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from toolkit.pages import ExplainedLine, Lexicon, Splitter, learn_tags, read_page
from toolkit.pages import explain as explain_lines
from toolkit.pipeline import ReadBatch, ReadingRules, explain_failure, judge, read_batches, tag_rows
from toolkit.settings import load_rules, load_tags
from toolkit.sources import SourceOptions, find_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.arguments import StrPath
    from toolkit.contract import Failure
    from toolkit.diagnostics import Diagnostic
    from toolkit.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A page line by line: `lines` is empty where its bytes are no text. `tags` is a best guess from this page alone,
    unless the tags of a build were given. `accepted` says whether a build would make it a row.
    """

    file: str
    accepted: bool
    lines: tuple[ExplainedLine, ...]
    tags: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def explain(
    file: StrPath,
    *,
    encoding: str | None = None,
    layout: StrPath | None = None,
    schema: StrPath | None = None,
    tags: StrPath | None = None,
    text_field: str = "text",
    url_field: str = "url",
) -> Explanation:
    """How a page is read; a member of an archive or a record is named as a build prints it: `a.jsonl!17`.

    UsageError if `file` holds several pages, or none of that name, InputError if it cannot be read; bad pages are in
    the diagnostics.
    """
    rules = load_rules(schema=schema, layout=layout, encoding=encoding)
    options = SourceOptions(text_field=text_field, url_field=url_field, skip_unreadable=True)
    return _explain(find_page(str(file), options), rules, load_tags(tags))


def _explain(document: Document, rules: ReadingRules, lexicon: Lexicon | None) -> Explanation:
    """How a page is read; its diagnostics are those that a build of this page alone would give."""
    batch = next(read_batches([document], rules, with_remarks=True))
    reading = read_page(document.raw or b"", rules.page_rules())
    tags, failures = _judge(batch, rules, lexicon)
    lines: Iterable[ExplainedLine] = ()
    if reading.text is not None and reading.outline is not None:
        lines = explain_lines(reading.text, reading.outline, tags)
    found = [diagnostic for reject in batch.rejects for diagnostic in reject.diagnostics]
    diagnostics = [*found, *batch.remarks, *(explain_failure(failure, document, reading) for failure in failures)]
    return Explanation(
        file=document.file,
        accepted=not any(diagnostic.level == "error" for diagnostic in diagnostics),
        lines=tuple(lines),
        tags=tags,
        diagnostics=tuple(diagnostics),
    )


def _judge(batch: ReadBatch, rules: ReadingRules, given: Lexicon | None) -> tuple[tuple[str, ...], list[Failure]]:
    """The tags of the one row of a batch, and what the contract says of it; nothing where the page is no row."""
    if not len(batch.rows):
        return (), []
    facts = pa.array(batch.tag_facts, pa.uint64())
    lexicon = learn_tags([(batch.rows.column("page").field("tags"), facts)], given)
    tagged = tag_rows(batch.rows, facts, Splitter(lexicon))
    checked = judge(tagged, rules.contract)
    refused = [failure for failures in checked.refused.values() for failure in failures]
    return tuple(tagged.rows.column("tags")[0].as_py()), refused + [failure for _, failure in checked.remarks]
