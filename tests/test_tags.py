"""Tags: what a corpus of tag lines and texts tells about where one tag ends and the next begins."""

import json
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import UsageError
from toolkit.pages.tags import Lexicon, Splitter, find_facts, learn_tags, lexicon_from_json, lexicon_to_json
from toolkit.pages.tags.evidence import MAX_EVIDENCE_CHARACTERS, gather

SEEDS = Path(__file__).parent.parent / "raw"

# One, two and three words; nested names; names that share words; Latin words and digits.
NAMES = (
    "البحر",
    "البحر الأبيض",
    "البحر الأبيض المتوسط",
    "الملك",
    "الملك أحمد",
    "دوري الأبطال",
    "كأس العالم 2030",
    "وزارة الصحة",
    "وزارة التعليم",
    "وزارة المالية",
    "وزير الصحة",
    "مجلس الأمن",
    "الأمن السيبراني",
    "Formula 1",
    "Apple",
    "النفط",
    "القمح",
    "الطقس",
    "المطر",
    "السكر",
    "القهوة",
    "الكتب",
    "المسرح",
    "السينما",
    "الزراعة الحديثة",
)
UNWRITTEN = {"مجلس الأمن", "Formula 1", "السكر"}  # never in the text of their pages
Page = tuple[str | None, str]


def write_corpus(count: int, seed: int = 1) -> list[tuple[Page, tuple[str, ...]]]:
    chance = random.Random(seed)
    pages = []
    for _ in range(count):
        tags = chance.sample(NAMES, chance.choice([1, 1, 2, 2, 3, 4]))
        line = tags + ([chance.choice(tags)] if chance.random() < 0.2 else [])
        written = [tag for tag in tags if tag not in UNWRITTEN and chance.random() < 0.7]
        text = "قال مصدر إن " + " ثم عاد عن ".join(written) + " أمس."
        pages.append(((" ".join(line), text), tuple(tags)))
    return pages


Split = tuple[tuple[str, ...], bool]
"""The tags of a line, and whether they are marked as uncertain."""


def build(pages: list[Page], known: Lexicon | None = None, tasks: int = 2) -> tuple[Lexicon, list[Split]]:
    parts = [look_at(pages[task::tasks]) for task in range(tasks)]
    lexicon = learn_tags(parts, known)
    splitter = Splitter(lexicon)
    splits: dict[int, Split] = {}
    for task, (lines, facts) in enumerate(parts):
        found = splitter.split(lines, facts)
        for place, (tags, mark) in enumerate(zip(found.tags.to_pylist(), found.uncertain.tolist(), strict=True)):
            splits[place * tasks + task] = tuple(tags), mark
    return lexicon, [splits[place] for place in range(len(pages))]


def look_at(pages: list[Page]) -> tuple[pa.StringArray, pa.UInt64Array]:
    lines = pa.array([line for line, _ in pages], pa.string())
    facts = find_facts(lines, pa.nulls(len(pages), pa.string()), pa.array([text for _, text in pages], pa.string()))
    return lines, pa.array(facts)


def split_one(lexicon: Lexicon, line: str) -> tuple[str, ...]:
    found = Splitter(lexicon).split(pa.array([line]), pa.array([0], pa.uint64()))
    return tuple(found.tags.to_pylist()[0])


def read_seed(name: str) -> Page:
    before, _, after = (SEEDS / name).read_text("utf-8").partition("كلمات دلالية: ")
    return after.split("\n")[0], before


FIRST_SEED, SECOND_SEED = "000_9fd02a7e2fa6c110.txt", "003_f456b89ae5f4ebca.txt"


def test_the_seed_pages_together_are_split_right():
    _, splits = build([read_seed(FIRST_SEED), read_seed(SECOND_SEED)])
    assert [tags for tags, _ in splits] == [("قره باغ",), ("روسيا", "قره باغ", "أرمينيا")]


@pytest.mark.parametrize(("name", "tags"), [(FIRST_SEED, ("قره باغ",)), (SECOND_SEED, ("روسيا", "قره باغ", "أرمينيا"))])
def test_a_page_on_its_own_gets_the_best_guess_of_its_text_and_the_mark(name, tags):
    assert build([read_seed(name)])[1] == [(tags, True)]


def test_a_corpus_of_its_own_names_is_split_right_nearly_everywhere():
    corpus = write_corpus(1_000)
    _, splits = build([page for page, _ in corpus])
    wrong = [found for (found, _), (_, tags) in zip(splits, corpus, strict=True) if found != tags]
    assert len(wrong) <= 5


def test_of_the_splits_without_the_mark_few_are_wrong_and_few_have_the_mark():
    corpus = write_corpus(300, seed=2)
    _, splits = build([page for page, _ in corpus])
    assert sum(mark for _, mark in splits) <= 45
    assert sum(found != tags and not mark for (found, mark), (_, tags) in zip(splits, corpus, strict=True)) <= 3


def test_neighbours_that_texts_join_are_two_tags_where_they_meet_in_both_orders():
    pages: list[Page] = [("شمس قمر", "شمس قمر"), ("قمر شمس", "قمر و شمس"), ("شمس", "شمس"), ("قمر", "قمر")] * 12
    assert build(pages)[1][0][0] == ("شمس", "قمر")


def test_neighbours_that_always_meet_in_one_order_are_one_tag_though_no_text_has_them():
    pages: list[Page] = [
        ("ساحل العاج", ""),
        ("نفط ساحل العاج", ""),
        ("ساحل العاج قمح", ""),
        ("قمح نفط", ""),
        ("نفط", ""),
    ]
    assert build(pages * 5)[1][1][0] == ("نفط", "ساحل العاج")


def test_a_few_pages_without_a_name_in_common_are_split_as_their_texts_tell():
    tags = [
        ("ساحل العاج", "بحر البلطيق"),
        ("جزر القمر", "خط الاستواء"),
        ("قصر الثقافة", "سوق المال"),
        ("نهر النيل", "مضيق هرمز"),
        ("جبل طارق", "وادي السيليكون"),
        ("قناة السويس", "حائط برلين"),
    ]
    pages: list[Page] = [(f"{first} {second}", f"خبر من {first} أمس\nوخبر من {second}") for first, second in tags]
    assert [found for found, _ in build(pages)[1]] == tags


@pytest.mark.parametrize("name", ["بي بي سي", "ولي ولي العهد", "الأمير محمد بن نايف بن عبدالعزيز"])
@pytest.mark.parametrize("text", ["", "قال {name} أمس"])
def test_a_name_may_have_a_word_twice(name, text):
    pages: list[Page] = [
        (line.format(name=name), text.format(name=name)) for line in ("{name}", "نفط {name}", "{name} قمح")
    ]
    pages += [("قمح نفط", ""), ("نفط", "")]
    assert build(pages * 5)[1][:3] == [((name,), False), (("نفط", name), False), ((name, "قمح"), False)]


def test_a_tag_that_a_page_prints_again_makes_no_longer_name():
    pages: list[Page] = [("ساحل العاج نفط ساحل العاج", "نفط ساحل العاج"), ("نفط نفط قمح", ""), ("قمح", ""), ("نفط", "")]
    assert [tags for tags, _ in build(pages * 5)[1][:2]] == [("ساحل العاج", "نفط"), ("نفط", "قمح")]


@pytest.mark.parametrize("line", [None, ""])
def test_no_line_gives_no_tags(line):
    assert build([(line, "نص")])[1] == [((), False)]


@pytest.mark.parametrize("line", ["مطر", "مطر مطر", "مطر مطر مطر"])
def test_one_word_and_its_repeats_are_one_certain_tag(line):
    assert build([(line, "نص")])[1] == [(("مطر",), False)]


def test_a_line_of_a_hundred_thousand_words_is_split_and_marked():
    line = " ".join(f"w{number}" for number in range(100_000))
    ((tags, mark),) = build([(line, "w0 w1")])[1]
    assert mark
    assert " ".join(tags) == line


FACTS = [
    ("both words, never in a row", "قره باغ", "باغ ثم قره", 0b0101),
    ("in a row", "قره باغ", "في قره باغ.", 0b0110),
    ("behind a particle", "قره باغ", "وقره باغ", 0b0110),
    ("behind the article and a particle", "ملك سلمان", "بالملك سلمان", 0b0110),
    ("inside another word on the left", "دن خليج", "معدن خليج", 0b0100),
    ("inside another word on the right", "خليج عدن", "خليج عدنان", 0b0001),
    ("later in the text", "خليج عدن", "خليج عدنان، خليج عدن", 0b0110),
    ("in a row behind both apart", "قره باغ", "باغ قره ثم قره باغ", 0b0110),
    ("in a row before others", "ا ب د ب ج", "ب ج ا ب د", 0b0110011010),
    ("over the end of a line", "خليج عدن", "خليج\nعدن", 0b0101),
    ("three words", "ا ب ج", "ا ب ج", 0b011010),
    ("the word again", "ا ا ب", "ا ب", 0b011001),
    ("nothing to split", "خليج", "خليج", 0),
    ("no line", None, "خليج", 0),
    ("Latin and digits", "Formula 1", "Formula 1, Formula 12", 0b0110),
]


@pytest.mark.parametrize(("line", "text", "facts"), [case[1:] for case in FACTS], ids=[case[0] for case in FACTS])
def test_facts_say_which_words_the_text_has_and_which_in_a_row(line, text, facts):
    assert find_facts(*strings([line], [None], [text])).tolist() == [facts]


def test_facts_are_of_headline_and_body_but_not_of_words_over_their_border():
    assert find_facts(*strings(["قره باغ عدن"], ["قره"], ["باغ عدن"])).tolist() == [0b011001]


def test_facts_of_many_pages_are_those_of_each():
    lines, texts = [case[1] for case in FACTS], [case[2] for case in FACTS]
    columns = [column[1:] for column in strings([None, *lines], ["x", *[None] * len(lines)], ["x", *texts])]

    assert find_facts(*columns).tolist() == [case[3] for case in FACTS]


def test_no_pages_have_no_facts():
    assert find_facts(*strings([], [], [])).tolist() == []


def test_facts_of_a_long_line_fit_64_bits():
    line = " ".join(["ا ب"] * 40)
    assert find_facts(*strings([line], ["ا ب ا"], [None])).tolist() == [int("01" + "10" * 31, 2)]


def strings(*columns):
    return [pa.array(column, pa.string()) for column in columns]


words = st.text(st.sampled_from("ابتوأa1 é،𐍈"), min_size=1, max_size=4).map(lambda word: word.replace(" ", "ـ"))
lines = st.lists(st.sampled_from(["ا", "ب", "ج", "د", "هـ", "و"]) | words, min_size=1, max_size=6).map(" ".join)
texts = st.lists(words | st.sampled_from([" ", "، ", "\n", "ا ب", "ج د هـ"]), max_size=12).map(" ".join)
pages_of_lines = st.lists(st.tuples(lines, texts), min_size=1, max_size=12)


@given(pages_of_lines)
@settings(max_examples=40)
def test_the_words_of_a_line_are_its_tags_in_order_and_repeats(pages):
    _, splits = build(pages)
    for (line, _), (tags, _) in zip(pages, splits, strict=True):
        assert len(set(tags)) == len(tags)
        assert _is_covered(line.split(" "), [tag.split(" ") for tag in tags], 0)


def _is_covered(rest: list[str], tags: list[list[str]], met: int) -> bool:
    if not rest:
        return met == len(tags)
    return any(
        rest[: len(tag)] == tag and _is_covered(rest[len(tag) :], tags, max(met, number + 1))
        for number, tag in enumerate(tags[: met + 1])
    )


@given(pages_of_lines, st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=40)
def test_order_and_tasks_of_pages_change_nothing(pages, chance, tasks):
    shuffled = chance.sample(pages, len(pages))
    assert build(shuffled, tasks=tasks)[0] == build(pages, tasks=1)[0]


@given(pages_of_lines, pages_of_lines, pages_of_lines)
@settings(max_examples=25)
def test_pages_of_earlier_builds_keep_their_splits_over_three_builds(first, second, third):
    lexicon, splits = build(first)
    for more in (second, third):
        first = first + more
        lexicon, extended = build(first, lexicon_from_json(lexicon_to_json(lexicon)))
        assert extended[: len(splits)] == splits
        splits = extended


def test_pages_of_earlier_builds_keep_their_splits_when_new_pages_say_otherwise():
    old: list[Page] = [("شمس قمر", "شمس قمر"), ("نجم", "نجم")]
    lexicon, splits = build(old)
    assert splits[0][0] == ("شمس قمر",)
    new: list[Page] = [("قمر شمس", ""), ("شمس نجم", ""), ("نجم قمر", ""), ("قمر نجم شمس", ""), ("شمس", ""), ("قمر", "")]
    _, both = build(old + new * 10, lexicon)
    assert both[:2] == splits
    assert both[2][0] == ("قمر", "شمس")


def test_new_names_are_learnt_on_top_of_a_given_lexicon():
    given_lexicon, _ = build([page for page, _ in write_corpus(300)])
    pages: list[Page] = [("النفط بيت الحكمة", "بيت الحكمة"), ("بيت الحكمة المطر", ""), ("بيت الحكمة", "بيت الحكمة")]
    lexicon, splits = build(pages, given_lexicon)
    assert [tags for tags, _ in splits] == [("النفط", "بيت الحكمة"), ("بيت الحكمة", "المطر"), ("بيت الحكمة",)]
    assert "بيت الحكمة" in lexicon.names()


@given(pages_of_lines)
@settings(max_examples=40)
def test_building_the_same_pages_again_with_their_tags_changes_nothing(pages):
    lexicon, splits = build(pages)
    assert build(pages, lexicon_from_json(lexicon_to_json(lexicon)), tasks=3) == (lexicon, splits)


def test_the_tags_file_is_the_same_for_every_hash_seed():
    program = (
        "import pyarrow as pa\n"
        "from toolkit.pages import learn_tags, lexicon_to_json\n"
        "lines = pa.array(['ا ب', 'ب ا ج', 'ج د', 'د ج ا ب', 'ا'] * 3)\n"
        "print(lexicon_to_json(learn_tags([(lines, pa.array([6, 9, 1, 0, 0] * 3, pa.uint64()))])))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1


def test_evidence_beyond_its_bound_is_the_same_sample_in_any_order():
    def observe(numbers: range) -> tuple[pa.StringArray, pa.UInt64Array]:
        return pa.array([f"{number} " + "x" * 990 for number in numbers]), pa.array([0] * len(numbers), pa.uint64())

    whole = gather([observe(range(12_000))])
    parts = gather([observe(range(start, 12_000, 30)) for start in range(30)])
    assert parts.lines == whole.lines
    assert (parts.pages == 1).all()
    assert (parts.ceiling, parts.total) == (whole.ceiling, 12_000)
    assert np.array_equal(parts.seen, whole.seen)
    assert len(whole.seen) == 12_000
    assert 4_000_000 < sum(map(len, whole.lines.to_pylist())) <= MAX_EVIDENCE_CHARACTERS


def test_the_tags_file_shows_names_how_often_and_how_sure():
    pages: list[Page] = [("ساحل العاج", "ساحل العاج"), ("نفط", ""), ("نفط ساحل العاج", "")] * 4
    text = lexicon_to_json(build(pages)[0])
    assert text.endswith("}\n")
    assert '\n{"name": "ساحل العاج", "pages": 8, "sure": 1.0, "layer": 1},\n' in text
    assert json.loads(text)["format"] == "article-tags/1"


def test_the_tags_file_takes_eight_bytes_a_line_beside_its_names():
    lexicon, _ = build([page for page, _ in write_corpus(1_000)])
    (layer,) = json.loads(lexicon_to_json(lexicon))["layers"]
    assert len(layer["settled"]) == len(lexicon.layers[0].settled)


@given(pages_of_lines, pages_of_lines)
@settings(max_examples=25)
def test_the_tags_file_is_read_back_as_it_was_written(first, second):
    lexicon, _ = build(second, build(first)[0])
    assert lexicon_from_json(lexicon_to_json(lexicon)) == lexicon


LAYER = {
    "pages": 1,
    "lines": 1,
    "tags": 2,
    "words": 2,
    "names": [2, 0, 0, 0, 0, 0],
    "joined": [0, 0, 0, 0, 0],
    "apart": [1, 0, 0, 0, 0],
    "settled": "",
}
NAME = {"name": "نفط", "pages": 1, "sure": 1.0, "layer": 1}


def write_tags(layer=LAYER, name=NAME, **changes) -> str:
    return json.dumps({"format": "article-tags/1", "layers": [layer], "names": [name]} | changes)


FAULTS = [
    ("{", "is not JSON"),
    ("[" * 100_000, "is not JSON"),
    ("[]", 'has no "format": "article-tags/1"'),
    (write_tags(format="article-tags/2"), 'has no "format": "article-tags/1"'),
    (write_tags(more=1), "must have the keys format, layers and names"),
    (write_tags(names={}), "must have the keys format, layers and names"),
    (write_tags(layers=[[]]), "layers[0] must have the keys"),
    (write_tags(layer=LAYER | {"tags": -1}), "layers[0].tags must be a whole number"),
    (write_tags(layer=LAYER | {"tags": 10**13}), "layers[0].tags must be a whole number"),
    (write_tags(layer=LAYER | {"tags": True}), "layers[0].tags must be a whole number"),
    (write_tags(layer=LAYER | {"lines": 3}), "layers[0] has fewer tags than lines"),
    (write_tags(layer=LAYER | {"joined": [1, 2]}), "layers[0].joined must be 5 whole numbers"),
    (write_tags(layer=LAYER | {"settled": "AAA"}), "layers[0].settled must be the base64"),
    (write_tags(layer=LAYER | {"settled": "AAAA"}), "layers[0].settled must be the base64"),
    (write_tags(layer=LAYER | {"settled": 7}), "layers[0].settled must be the base64"),
    (write_tags(layer=LAYER | {"settled": "AAAAAAAAAAAAAAAA"}), "layers[0].settled is not sorted"),
    (write_tags(name=[]), "names[0] must have the keys"),
    (write_tags(name=NAME | {"name": "نفط  غاز"}), "names[0].name must be 1 to 6 words"),
    (write_tags(name=NAME | {"name": "ا ب ج د ه و ز"}), "names[0].name must be 1 to 6 words"),
    (write_tags(name=NAME | {"name": "\ud800"}), "names[0].name must be 1 to 6 words"),
    (write_tags(name=NAME | {"name": None}), "names[0].name must be 1 to 6 words"),
    (write_tags(name=NAME | {"pages": 1.5}), "names[0] must have whole numbers"),
    (write_tags(name=NAME | {"layer": 2}), "names[0] names layer 2, expected one from 1 to 1"),
    (write_tags(name=NAME | {"sure": 2}), "names[0].sure must be a number from 0 to 1"),
    (write_tags(name=NAME | {"sure": float("nan")}), "names[0].sure must be a number from 0 to 1"),
    (write_tags(name=NAME | {"earlier": [[1, 1, 1]]}), "names[0] names layer 1, expected one from 2 to 1"),
    (write_tags(name=NAME | {"earlier": 5}), "names[0] must have whole numbers"),
    (write_tags(names=[NAME, NAME]), "not sorted or stand twice"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[str(number) for number in range(len(FAULTS))])
def test_a_damaged_tags_file_is_refused_with_what_is_wrong(text, message):
    with pytest.raises(UsageError) as caught:
        lexicon_from_json(text)
    assert message in caught.value.message


@given(st.data())
def test_a_tags_file_with_any_one_value_changed_is_read_or_refused(data):
    document = json.loads(write_tags(layer=LAYER | {"settled": "AAAAAAAB"}, name=NAME))
    holder = data.draw(st.sampled_from([document, document["layers"][0], document["names"][0]]))
    key = data.draw(st.sampled_from(sorted(holder)))
    values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    holder[key] = data.draw(values | st.lists(values | st.lists(values, max_size=3), max_size=6))
    try:
        lexicon = lexicon_from_json(json.dumps(document))
    except UsageError:
        return
    assert split_one(lexicon, "نفط غاز نفط")[0].startswith("نفط")
    assert lexicon_from_json(lexicon_to_json(lexicon)) == lexicon


def test_names_in_the_tags_file_are_sorted():
    names = [
        entry["name"]
        for entry in json.loads(lexicon_to_json(build([page for page, _ in write_corpus(100)])[0]))["names"]
    ]
    assert all(first < second for first, second in pairwise(names))


def test_long_lines_are_split_together_as_each_alone():
    words = np.random.default_rng(7).choice(list("ابتثجحخد"), (9, 100_000))
    lines = pa.array([" ".join(each) for each in words] + [None, "", "قره باغ"])
    facts = pa.array([0] * len(lines), pa.uint64())
    splitter = Splitter(learn_tags([(lines, facts)]))
    together = splitter.split(lines, facts)
    alone = [splitter.split(lines[at : at + 1], facts[at : at + 1]) for at in range(len(lines))]
    assert together.tags.to_pylist() == [each.tags[0].as_py() for each in alone]
    assert together.uncertain.tolist() == [bool(each.uncertain[0]) for each in alone]
