"""The proof that a row is its page: nothing lost, nothing moved (page-format, "Nothing is lost").

It shares nothing with the parser but the layout: its own walk over the page, its own grammar of teasers (one regular
expression on the folded line), its own look at dates and tags.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from functools import lru_cache

from toolkit.pages.articles import Article
from toolkit.pages.folding import fold, fold_digits, plain_digits
from toolkit.pages.labels import printed, recognise
from toolkit.pages.layout import Layout, Teasers
from toolkit.pages.renderer import Piece, pieces


def disprove(article: Article, lines: Sequence[str], layout: Layout) -> str | None:
    """What speaks against `article` being the page of these canonical lines; null where it is proven."""
    rendered = list(pieces(article, layout))
    return (
        _first_difference(rendered, lines, layout)
        or _misread_inline(article, rendered, layout)
        or _misread_date(article, layout)
    )


def _first_difference(rendered: Sequence[Piece], lines: Sequence[str], layout: Layout) -> str | None:
    """Walk the page along the rendering; each block may differ from its page lines only as its rule allows."""
    at = 0
    for block, line in rendered:
        at = _skip_empty_labels(lines, at, layout) if block == "label" else at
        taken = _taken(block, line, lines[at:], layout)
        if not taken:
            return f"line {at + 1} of the canonical page is not rendered as it stands ({block})"
        at += taken
    at = _skip_empty_labels(lines, at, layout)
    return None if at == len(lines) else f"line {at + 1} of the canonical page is not in the row"


def _taken(block: str, line: str, ahead: Sequence[str], layout: Layout) -> int:
    """How many page lines the rendered line stands for; 0 where it is not what stands there."""
    if not ahead:
        return 0
    if block == "headline":
        return _joined(line, ahead[: _until_date(ahead, layout)], exact=True)
    if block == "teasers":
        teasers = [*_leading_teasers(ahead, layout)]
        return _joined(line, teasers, exact=False)
    if block in ("paragraph", "related"):
        return int(line == ahead[0])
    label = recognise(ahead[0], layout)
    return int(label is not None and line == printed(label.label, label.rest, layout))


def _joined(line: str, parts: Sequence[str], *, exact: bool) -> int:
    for taken in range(len(parts) if exact else 1, len(parts) + 1):
        if taken and " ".join(parts[:taken]) == line:
            return taken
    return 0


def _until_date(ahead: Sequence[str], layout: Layout) -> int:
    for index, line in enumerate(ahead):
        label = recognise(line, layout)
        if label is not None and label.label == "date":
            return index
    return 0


def _leading_teasers(ahead: Sequence[str], layout: Layout) -> list[str]:
    teasers: list[str] = []
    for line in ahead:
        if recognise(line, layout) is not None or not teaser_ages(line, layout.teasers):
            break
        teasers.append(line)
    return teasers


def _skip_empty_labels(lines: Sequence[str], at: int, layout: Layout) -> int:
    """Past each standalone related label that nothing, or the next label, follows."""
    while at < len(lines) and _is_standalone(lines[at], layout):
        if at + 1 < len(lines) and not _is_standalone(lines[at + 1], layout):
            break
        at += 1
    return at


def _is_standalone(line: str, layout: Layout) -> bool:
    label = recognise(line, layout)
    return label is not None and label.standalone


def _misread_inline(article: Article, rendered: Sequence[Piece], layout: Layout) -> str | None:
    """A teaser left in the body, or one that is cut at another place than its ages."""
    inline = [item for item in article.related if item.kind == "inline" and item.age is not None]
    ages = [age for block, line in rendered if block == "teasers" for age in teaser_ages(line, layout.teasers)]
    if [fold_age(item.age or "") for item in inline] != ages:
        return "teasers are not cut where their ages end"
    runs = _teaser_runs([line if block == "paragraph" else "" for block, line in rendered], layout)
    if any(teaser_ages(" ".join(run), layout.teasers) for run in runs):
        return "a teaser line stands among the paragraphs"
    return None


def _teaser_runs(paragraphs: Sequence[str], layout: Layout) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for line in paragraphs:
        if line and teaser_ages(line, layout.teasers) and recognise(line, layout) is None:
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def fold_age(text: str) -> str:
    """An age as ages are compared: folded, with plain digits."""
    return fold_digits(text)


@lru_cache(maxsize=8)
def _age_pattern(grammar: Teasers) -> re.Pattern[str]:
    """One age on a folded line with plain digits, and whether it is a point in time."""

    def any_of(words: frozenset[str] | list[str]) -> str:
        return "|".join(sorted(map(re.escape, words), reverse=True))

    months = [" ".join(month) for month in grammar.months]
    year = "(?:" + "|".join(f"{number:04}" for number in grammar.years) + ")"
    edge = r"(?=[^\w\s]*(?:\s|$))"
    moment = (
        rf"(?:{any_of(grammar.before_year)}) [^\w\s]*{year}{edge}"
        rf"|(?:{any_of(grammar.before_weekday)}) [^\w\s]*(?:{any_of(grammar.weekdays)}){edge}"
        rf"|(?:{any_of(grammar.before_month)}) [^\w\s]*(?:{any_of(months)}){edge}"
    )
    counted = rf"[0-9]+ (?:{any_of(grammar.counted)})(?= |$)"
    alone = rf"(?!{moment})(?:{any_of(grammar.alone)})(?= |$)"
    return re.compile(rf"(?:^|(?<= )){re.escape(grammar.since)} (?:{counted}|{alone})")


def teaser_ages(line: str, grammar: Teasers) -> list[str]:
    """The ages that end the items of a teaser line, folded; empty where it is no teaser line."""
    if grammar.since not in fold_age(" ".join(line.rsplit(" ", 3)[-3:])):
        return []
    folded = fold_age(line)
    found = list(_age_pattern(grammar).finditer(folded))
    if not found or found[-1].end() != len(folded):
        return []
    ends = [
        age
        for age, after in zip(found, [*found[1:], None], strict=True)
        if after is None or after.start() > age.end() + 1
    ]
    ends = [age for age in ends if age.start() > 0]
    starts = [0, *(age.end() + 1 for age in ends)]
    texts = [folded[start : age.start()].split() for start, age in zip(starts, ends, strict=False)]
    return [] if any(len(text) > grammar.max_words for text in texts) else [age[0] for age in ends]


def _misread_date(article: Article, layout: Layout) -> str | None:
    if article.date is None or names_day(article.date_text, article.date, layout):
        return None
    return f"the date is not what the date line says: {article.date_text!r}"


def names_day(date_text: str, day: datetime.date, layout: Layout) -> bool:
    """Whether the text of a date line speaks of `day`: its numbers and its month, in whatever order."""
    text = plain_digits(date_text).lower()
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if len(numbers) > 3:  # a time of day: its zone may move the day by one
        return abs((day - datetime.date(*numbers[:3])).days) <= 1
    if len(numbers) == 3:
        return numbers in ([day.year, day.month, day.day], [day.day, day.month, day.year])
    name = re.sub(rf"[0-9,]|\b(?:{layout.zone.lower()})\b", " ", text).split("/")[0]
    words = [word for word in fold(name).split() if word not in layout.ordinals]
    return numbers == [day.day, day.year] and layout.months.get(" ".join(words)) == day.month


def covers(tags_text: str | None, tags: Sequence[str]) -> bool:
    """Whether the words of a tags line are these tags, in order, and repeats of those before."""
    if " ".join(tags) == (tags_text or ""):
        return len(set(tags)) == len(tags)
    words = (tags_text or "").split(" ") if tags_text else []
    split = [tuple(tag.split(" ")) for tag in tags]
    reached = {(0, 0)}  # words covered, tags met
    while reached:
        if (len(words), len(tags)) in reached:
            return len(set(tags)) == len(tags)
        reached = {after for state in reached for after in _covered(*state, words, split)}
    return False


def _covered(at: int, met: int, words: Sequence[str], tags: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    return [
        (at + len(tag), max(met, index + 1))
        for index, tag in enumerate(tags[: met + 1])
        if tuple(words[at : at + len(tag)]) == tag
    ]
