"""`find_uncovered`: rows whose tags are not the words of their line are found among those whose tags are."""

import pyarrow as pa
import pytest

from toolkit.pages import find_uncovered
from toolkit.pages.proof import repeated_tags


def find(rows):
    lines = pa.array([line for line, _ in rows], pa.string())
    return find_uncovered(lines, pa.array([tags for _, tags in rows], pa.list_(pa.string())))


def test_rows_whose_tags_cover_their_line_are_passed_over():
    rows = [
        (None, []),
        ("", []),
        ("روسيا", ["روسيا"]),
        ("روسيا قره باغ", ["روسيا", "قره باغ"]),
        ("روسيا قره باغ روسيا", ["روسيا", "قره باغ"]),
    ]
    assert find(rows) == []


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("روسيا", []),
        (None, ["روسيا"]),
        ("روسيا روسيا", ["روسيا", "روسيا"]),
        ("روسيا ", ["روسيا", ""]),
        (None, [""]),
        ("روسيا قره باغ", ["قره باغ", "روسيا"]),
        ("روسيا قره باغ روسيا", ["روسيا"]),
    ],
    ids=["no tags", "no line", "a tag twice", "an empty tag", "only an empty tag", "another order", "words left"],
)
def test_a_row_whose_tags_do_not_cover_its_line_is_found_between_others(line, tags):
    assert find([("نفط", ["نفط"]), (line, tags), ("نفط غاز", ["نفط", "غاز"])]) == [1]


@pytest.mark.parametrize(
    ("line", "tags", "repeated"),
    [
        ("روسيا قره باغ روسيا", ["روسيا", "قره باغ"], ["روسيا", "قره باغ", "روسيا"]),
        (
            "كأس العالم للأندية كأس العالم",
            ["كأس", "العالم للأندية", "كأس العالم"],
            ["كأس", "العالم للأندية", "كأس العالم"],
        ),
        ("قره باغ قره قره باغ", ["قره باغ", "قره"], ["قره باغ", "قره", "قره باغ"]),
        ("روسيا قره باغ", ["روسيا"], []),
        ("قره باغ قره", ["قره", "قره باغ"], []),
        ("روسيا", [], []),
        ("روسيا", ["روسيا نفط غاز"], []),
    ],
    ids=["repeat", "parts of a later tag", "part of a tag", "words left", "another order", "no tags", "a longer tag"],
)
def test_tags_with_their_repeats(line, tags, repeated):
    assert repeated_tags(line, tags) == repeated
