"""The report in a real browser: it loads alone, is searched by keyboard and mouse, and hostile text does it no harm."""

import re
from importlib.resources import files

import pytest
from forgery import manifest_of
from made_pages import BAD_PAGES, page, write_pages

import toolkit
from bench.sinks.browser import CHROMIUM
from toolkit.dataset.facts import Characters, Facts, Tally
from toolkit.dataset.manifest import Counts
from toolkit.reporter import report
from toolkit.reporting import ReportFacts, render_report

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
if CHROMIUM is None:
    pytest.skip("no chromium on this machine: apt-get install chromium", allow_module_level=True)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
ATTACK = (
    '</script><script>window.hit=1</script><img src="https://example.org/x" onerror="window.hit=1">'
    "<svg onload=window.hit=1><style>*{color:red}</style><iframe src=javascript:parent.hit=1></iframe> {{7*7}} &lt;b>"
)
MARKS = "\u0651\u064b" * 15_000
OVERRIDES = "\u202e\u2066\u2067"
RTL_OVERRIDE_NAME = "\u202etxt.exe"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as engine:
        started = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """20 plain rows of two sources, five hostile ones, and a reject of each kind."""
    folder = tmp_path_factory.mktemp("report")
    raw = write_pages(folder / "raw", 19)
    hostile = {
        "other.txt": page(
            headline="مُؤتمرٌ صَحَفِيٌّ في القاهرة", source="المصدر: البوابة", tags="كلمات دلالية: القاهرة", related=""
        ),
        "attack.txt": page(
            ATTACK,
            body=ATTACK,
            source=f"المصدر: {ATTACK}",
            tags=f"كلمات دلالية: {ATTACK}",
            related=f"إقرأ أيضاً:\n{ATTACK}",
        ),
        "marks.txt": page(
            headline=f"علامات{MARKS}", body=f"متن{MARKS}", source=f"المصدر: س{MARKS}", tags=f"كلمات دلالية: ت{MARKS}"
        ),
        "overrides.txt": page(headline=f"اتجاه {OVERRIDES} مقلوب", body=f"{OVERRIDES}متن"),
        "long.txt": page(
            headline="كلمة" * 5_000, source="المصدر: " + "طويل" * 500, tags="كلمات دلالية: " + "وسم" * 2_000
        ),
        f"{RTL_OVERRIDE_NAME}.txt": page(headline="اسم الملف يقلب الاتجاه"),
        "<img src=x onerror=window.hit=1>.txt": page(headline="اسم الملف وسم"),
    }
    for name, text in hostile.items():
        (raw / name).write_text(text, "utf-8")
    (raw / "refused.txt").write_text(page(headline=ATTACK, date=f"تاريخ النشر: {OVERRIDES}{ATTACK}"), "utf-8")
    for name, (content, *_) in BAD_PAGES.items():
        (raw / name).write_bytes(content)
    toolkit.build([raw], folder / "dist", workers=1)
    for language in ("en", "ar"):
        report(folder / "dist", folder / f"{language}.html", language=language, with_rejects=True)
    return folder


class Visit:
    """A report opened in a page of its own, with everything that went wrong in it."""

    def __init__(self, browser, path, **options):
        self.page = browser.new_page(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        )
        self.page.set_default_timeout(10_000)
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.messages.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def found(self) -> str:
        return self.page.locator("#row-browser .found").inner_text()

    def choose(self, text: str, browser: str = "row-browser") -> None:
        self.page.locator(f"#{browser} .list li", has_text=text).first.click()

    def headline(self) -> str:
        return self.page.locator("#row-browser .cells dd").first.inner_text()


@pytest.fixture
def visit(browser, dataset):
    visits = []

    def start(language="en", **options) -> Visit:
        visits.append(Visit(browser, dataset / f"{language}.html", **options))
        return visits[-1]

    yield start
    for each in visits:
        each.page.close()


# Loading


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_loads_without_a_message_and_asks_for_nothing_but_itself(visit, language, dataset):
    opened = visit(language)
    for option in opened.page.locator(".list li").all():
        option.click()

    assert opened.messages == []
    assert not opened.page.locator(".no-script").first.is_visible()
    assert opened.requests == [(dataset / f"{language}.html").as_uri()]


def test_without_scripts_the_figures_stand_and_the_browser_says_why_it_does_not(visit):
    opened = visit(java_script_enabled=False)

    assert opened.page.locator("svg.columns").count() == 5
    assert opened.page.get_by_text("needs JavaScript").first.is_visible()
    assert not opened.page.locator("#row-browser").is_visible()


# Search and filters


def test_a_search_by_keyboard_finds_letters_without_their_marks(visit):
    opened = visit()
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("موتمر صحفي")

    assert opened.found() == "1 of 26 rows"
    assert opened.headline() == "مُؤتمرٌ صَحَفِيٌّ في القاهرة"


def test_arrow_keys_move_through_the_list(visit):
    opened = visit()
    options = opened.page.locator("#row-browser .list li .name")
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("رقم")
    opened.page.keyboard.press("ArrowDown")
    names = options.all_inner_texts()
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "Home"):
        opened.page.keyboard.press(key)
        seen.append(opened.headline())

    assert opened.found() == "19 of 26 rows"
    assert seen == [names[1], names[2], names[1], names[18], names[0]]


def test_escape_clears_the_search(visit):
    opened = visit()
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("القاهرة")
    opened.page.keyboard.press("Escape")

    assert opened.found() == "26 of 26 rows"


def test_filters_by_source_tag_and_warning_narrow_each_other(visit):
    opened = visit()
    opened.page.locator("#row-browser [name=source]").select_option("الراي")
    of_source = opened.found()
    opened.page.locator("#row-browser [name=warning]").select_option("D105")
    of_both = opened.found()
    opened.page.locator("#row-browser [name=tag]").select_option("القاهرة")
    of_all = opened.found()
    opened.page.locator("#row-browser button[type=reset]").click()
    opened.page.wait_for_function("document.querySelector('#row-browser .found').textContent.startsWith('26')")

    assert (of_source, of_both, of_all) == ("22 of 26 rows", "1 of 26 rows", "No row in this file has all of that.")


def test_a_filter_is_set_by_keyboard_alone(visit):
    opened = visit()
    opened.page.keyboard.press("/")
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.type("البوابة")

    assert opened.found() == "1 of 26 rows"


def test_a_click_shows_the_row_beside_its_page(visit):
    opened = visit()
    opened.choose("القاهرة")
    blocks = opened.page.locator("#row-browser .lines .block").all_inner_texts()

    assert opened.headline() == "مُؤتمرٌ صَحَفِيٌّ في القاهرة"
    assert blocks == ["headline", "date line", "body", "source line", "tags line"]


def test_pointing_at_a_value_lights_the_line_it_came_from(visit):
    opened = visit()
    opened.choose("القاهرة")
    opened.page.locator("#row-browser .cells [data-path=source]").hover()

    assert opened.page.locator("#row-browser .lines .lit").all_inner_texts() == ["البوابة"]


def test_pointing_at_a_column_reads_its_value(visit):
    opened = visit()
    opened.page.locator("svg.columns .column").nth(2).hover()

    assert re.fullmatch(r"20–29: \d+", opened.page.locator("figure.plot .readout").first.inner_text())


def test_the_numbers_of_a_plot_can_be_read_as_a_table(visit):
    opened = visit()
    opened.page.locator("figure.plot summary").first.click()

    assert opened.page.locator("figure.plot table").first.is_visible()


def test_a_rejected_page_shows_its_fault_in_its_place(visit):
    opened = visit()
    opened.page.locator("#reject-browser [name=code]").select_option("P203")
    opened.choose("unreadable_date.txt", "reject-browser")

    assert opened.page.locator("#reject-browser mark").inner_text() == "31st, February 2023 GMT"
    assert "P203 unreadable date" in opened.page.locator("#reject-browser .bad").first.inner_text()


# For everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 1280), ("en", 360)])
def test_axe_finds_no_serious_violation(visit, language, width, scheme):
    opened = visit(language, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    opened.choose("القاهرة")
    opened.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    violations = opened.page.evaluate("axe.run().then(result => result.violations)")
    serious = [
        (violation["id"], violation["nodes"][0]["html"][:200])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]

    assert serious == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_is_wider_than_the_window(visit, language, width):
    opened = visit(language, viewport={"width": width, "height": 800})
    widths = opened.page.evaluate(
        """[...document.querySelectorAll('.list li')]
            .map(option => { option.click(); return document.documentElement.scrollWidth; })"""
    )

    assert len(widths) == 37
    assert {*widths} == {width}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 1024])
def test_numbers_that_are_too_large_to_be_counted_fit_the_window(browser, tmp_path, language, width):
    named = Tally(counts=tuple((f"{number:04}", 1) for number in range(5_000)), others=1)
    told = ReportFacts(
        contract=toolkit.load_contract(),
        manifest=manifest_of(Counts(pages=5_001, rows=5_001, rejected=0, duplicates=0, foreign=0, excluded=0)),
        facts=Facts(rows=5_001, sources=named, tags=named),
        characters=Characters(),
    )
    (tmp_path / "report.html").write_text(render_report(told, (), language=language), "utf-8")
    opened = Visit(browser, tmp_path / "report.html", viewport={"width": width, "height": 800})

    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    opened.page.close()


def test_a_tag_of_two_words_is_one_mark_however_narrow_the_window_is(visit):
    opened = visit()
    tag = opened.page.locator("#row-browser .lines .tag").first
    tag.evaluate("tag => { tag.textContent = 'قره باغ' }")
    for width in range(180, 420, 20):
        opened.page.set_viewport_size({"width": width, "height": 800})
        assert tag.evaluate("tag => tag.getClientRects().length") == 1


def test_arabic_stands_right_to_left_in_an_english_report(visit):
    opened = visit()
    opened.choose("القاهرة")
    directions = opened.page.evaluate(
        "[...document.querySelectorAll('#row-browser .lines .arabic')].map(line => getComputedStyle(line).direction)"
    )

    assert directions == ["rtl"] * 5


def test_the_list_stands_at_the_right_in_an_arabic_report(visit):
    opened = visit("ar")
    places = [opened.page.locator(f"#row-browser {part}").bounding_box()["x"] for part in (".list", ".shown")]

    assert places[0] > places[1]


def test_print_shows_the_figures_without_what_is_only_for_a_screen(visit):
    opened = visit()
    opened.page.emulate_media(media="print")

    assert opened.page.locator("svg.columns").first.is_visible()
    assert not opened.page.locator("nav").is_visible()
    assert not opened.page.locator("#row-browser .filters").is_visible()


# Hostile text


def test_hostile_text_runs_nothing_wherever_it_is_shown(visit):
    opened = visit()
    opened.page.evaluate("document.querySelectorAll('.list li').forEach(option => option.click())")
    opened.page.locator("#row-browser [name=search]").fill(ATTACK)

    assert opened.page.evaluate("window.hit") is None
    assert opened.page.locator("img, iframe, object, embed, link").count() == 0
    assert opened.found() == "1 of 26 rows"
    assert ATTACK.replace("  ", " ") in opened.page.locator("#row-browser .lines .headline").first.text_content()


def test_hostile_text_is_shown_letter_by_letter(visit):
    opened = visit()
    opened.choose("window.hit")

    assert opened.page.locator("#row-browser .cells dd p").first.text_content() == ATTACK


def test_many_combining_marks_cover_nothing_around_them(visit):
    opened = visit()
    opened.choose("علامات")
    heights = opened.page.evaluate(
        "[...document.querySelectorAll('.list li, #row-browser .lines > li')].map(line => line.offsetHeight)"
    )
    unclipped = opened.page.evaluate(
        """[...document.querySelectorAll('bdi, .arabic, .name, .pill')]
            .filter(element => /[\\u0651\\u064b]{20}/.test(element.textContent))
            .filter(element => { for (let at = element; at && at !== document.body; at = at.parentElement)
                if (['hidden', 'clip', 'auto'].includes(getComputedStyle(at).overflowY)
                    && getComputedStyle(at).display !== 'inline') return false; return true; }).length"""
    )

    assert max(heights) < 200
    assert unclipped == 0


def test_a_direction_in_a_file_name_is_shown_and_not_obeyed(visit):
    opened = visit()
    opened.choose("اسم الملف يقلب الاتجاه")

    assert opened.page.locator("#row-browser .technical", has_text="exe").inner_text() == "\\u202etxt.exe.txt"


def test_an_escape_in_a_line_of_arabic_reads_from_left_to_right(visit):
    opened = visit("ar")
    opened.choose("binary.txt", "reject-browser")
    escape = opened.page.locator("#reject-browser mark .escaped")

    assert escape.inner_text() == "\\u0000"
    assert escape.evaluate("part => getComputedStyle(part).direction") == "ltr"


def test_directions_in_a_rejected_page_are_shown_and_not_obeyed(visit):
    opened = visit()
    opened.choose("refused.txt", "reject-browser")

    assert "\\u202e\\u2066\\u2067" in opened.page.locator("#reject-browser .lines").last.inner_text()
