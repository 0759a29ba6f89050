"""Pages made canonical many at once: what is called tidy is what the slow way gives, to the byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.pages.batches.cleaning import clean_together
from toolkit.pages.batches.tidying import decode_each, take_as_they_are, tidy_up
from toolkit.pages.text import Text, decode

WEB = {
    "CRLF": ("عنوان\r\nنص", "عنوان\nنص"),
    "byte order mark": ("\ufeffعنوان", "عنوان"),
    "byte order mark in the text": ("عن\ufeffوان", "عنوان"),
    "no-break space": ("خبر\u00a0آخر", "خبر آخر"),
    "wide spaces": ("خبر\u2003\u3000آخر", "خبر آخر"),
    "tabs": ("خبر\t\tآخر", "خبر آخر"),
    "spaces around a line end": ("خبر \n آخر", "خبر\nآخر"),
    "blank lines": ("\n\nخبر\n \n\nآخر\n\n", "خبر\nآخر"),
    "line separators": ("خبر\u2028آخر\u0085ثالث", "خبر\nآخر\nثالث"),
    "direction marks": ("\u200fخبر\u200e \u202bآخر\u202c", "خبر آخر"),
    "Arabic letter mark": ("خبر\u061c آخر", "خبر آخر"),
    "control characters": ("خ\u009cبر\u0001 آخر\u007f", "خبر آخر"),
    "soft hyphen": ("خب\u00adر", "خبر"),
    "letters in two characters": ("ا\u0654خبار ا\u0655قرأ ا\u0653خر", "أخبار إقرأ آخر"),
    "a mark after such a letter": ("ا\u0654\u064eخبار", "أ\u064eخبار"),
}
PIECES = st.sampled_from([
    *(text.encode() for text in ("ا", "أ", "ب", "و", "\u064e", "\u0651", "\u0653", "\u0654", "\u0655", "\u065c")),
    *(text.encode() for text in ("\u061c", "\u200e", "\u200b", "\ufeff", "\u00ad", "\u009c", "\u0093", "\u0001", "\0")),
    *(text.encode() for text in (" ", "\u00a0", "\u2003", "\u3000", "\t", "\n", "\r", "\r\n", "\u2028", "\u0085")),
    *(text.encode() for text in ("\u201c", "\u2713", "\u200c", "«", "é", "a", "1", ".")),
    *(b"\xd8", b"\xd9", b"\xe2", b"\xe2\x80", b"\x8e", b"\xa7", b"\x94", b"\xc0\x8a", b"\xe0\x80\x8a"),
])  # fmt: skip


def pages_of(tidied):
    pages = zip(tidied.batch.pages(), tidied.is_tidy.tolist(), strict=True)
    return [bytes(page).decode() if is_tidy else None for page, is_tidy in pages]


@pytest.mark.parametrize(("raw", "canonical"), WEB.values(), ids=WEB)
def test_what_the_web_does_to_text_is_undone(raw, canonical):
    around = "صفحة قبل", "صفحة بعد"
    tidied = clean_together([around[0].encode(), raw.encode(), around[1].encode()])
    assert pages_of(tidied) == [around[0], canonical, around[1]]


def test_removed_characters_are_told_of_their_page_alone():
    tidied = clean_together(["خبر".encode(), "\ufeffخبر".encode(), "خب\u200fر".encode(), "خبر  ثان".encode()])
    assert tidied.had_invisible.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\xd8\xe2\x80\x8e\xa7", id="a character within a character"),
        pytest.param(b"\xd8\xa7\xc0\x8a\xd8\xa7", id="overlong"),
        pytest.param(b"\xd8\xa7\x80\x8e", id="without its first byte"),
        pytest.param(b"\xd8\xa7\xe2\x80", id="cut short"),
        pytest.param("خبر\0".encode(), id="U+0000"),
        pytest.param(b"", id="nothing"),
        pytest.param(b" \n\r\n", id="only space"),
    ],
)
def test_what_is_no_page_is_never_tidy(raw):
    tidied = clean_together(["خبر".encode(), raw, "آخر".encode()])
    assert pages_of(tidied) == ["خبر", None, "آخر"]


@given(st.lists(st.lists(PIECES, max_size=12).map(b"".join), min_size=1, max_size=5))
def test_tidy_pages_are_what_decoding_gives(pages):
    slow = [decode(page) for page in pages]
    canonical = ["\n".join(text.lines) if isinstance(text, Text) else None for text in slow]
    invisible = [isinstance(text, Text) and text.invisible is not None for text in slow]
    for way in (take_as_they_are, clean_together, lambda pages: decode_each(pages, None)):
        tidied = way(pages)
        for page, had, expected, expected_had in zip(
            pages_of(tidied), tidied.had_invisible, canonical, invisible, strict=True
        ):
            assert page is None or (page, had) == (expected, expected_had)


def test_pages_are_tidied_each_in_its_way_and_stay_in_order():
    pages = ["خبر\n", "\ufeffخبر\r\nآخر", "\0", "خبر \u2603 ", "ثالث", "طويل" * 5]
    tidied = tidy_up([page.encode() for page in pages], None, 20)
    assert [bytes(page).decode() for page in tidied.batch.pages()] == [
        "خبر",
        "خبر\nآخر",
        "ثالث",
    ]
    assert tidied.numbers.tolist() == [0, 1, 4]
    assert tidied.is_raw.tolist() == [True, False, True]
    assert tidied.had_invisible.tolist() == [False, False, False]


def test_pages_in_another_encoding_are_not_taken_as_they_are():
    tidied = tidy_up(["خبر".encode("cp1256"), b"abc"], "cp1256", 20)
    assert [bytes(page).decode() for page in tidied.batch.pages()] == ["خبر", "abc"]
    assert tidied.is_raw.tolist() == [False, False]


def test_pages_that_are_made_tidy_in_several_portions_stay_in_order():
    pages = [f"{number}\r\n{'خبر' * 100_000}\r\n" for number in range(4)]
    tidied = tidy_up([page.encode() for page in pages], None, 1024 * 1024)
    texts = [bytes(page).decode() for page in tidied.batch.pages()]
    assert [text.partition("\n")[0] for text in texts] == ["0", "1", "2", "3"]
    assert {text.partition("\n")[2] for text in texts} == {"خبر" * 100_000}
    assert tidied.numbers.tolist() == [0, 1, 2, 3]
