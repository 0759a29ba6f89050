"""What people wrote into a published card, and whether the next card has it."""

from toolkit.release.card_edits import lost_edits

PUBLISHED = """\
---
license: other
---
# News

<!-- toolkit:begin counts -->
3 rows
<!-- toolkit:end counts -->

Our own words.
"""
NEXT = PUBLISHED.replace("3 rows", "4 rows")


def test_an_untouched_card_loses_nothing():
    assert lost_edits(PUBLISHED, NEXT, PUBLISHED) == []


def test_a_new_line_is_lost_unless_the_next_card_has_it():
    edited = PUBLISHED + "\nThanks to all.\n"
    assert lost_edits(edited, NEXT, PUBLISHED) == ["+ Thanks to all."]
    assert lost_edits(edited, NEXT + "\nThanks to all.\n", PUBLISHED) == []


def test_a_line_that_was_taken_out_must_not_come_back():
    edited = PUBLISHED.replace("Our own words.\n", "")
    assert lost_edits(edited, NEXT, PUBLISHED) == ["- Our own words."]
    assert lost_edits(edited, NEXT.replace("Our own words.\n", ""), PUBLISHED) == []


def test_an_edit_of_what_the_toolkit_writes_counts_too():
    edited = PUBLISHED.replace("license: other", "license: mit").replace("3 rows", "3 good rows")
    assert lost_edits(edited, NEXT, PUBLISHED) == ["+ license: mit", "+ 3 good rows", "- license: other"]


def test_without_the_published_card_only_what_people_write_counts():
    edited = PUBLISHED.replace("3 rows", "3 good rows").replace("Our own words.", "Your words.")
    assert lost_edits(edited, NEXT, None) == ["+ Your words."]


def test_a_card_that_cannot_be_read_counts_whole():
    assert lost_edits("<!-- toolkit:begin counts -->\nlost\n", NEXT, None) == ["+ lost"]
