"""The report in a real browser: nothing runs, nothing is asked for, nothing leaves its place, every payload is text."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bench.sinks.calls import call
from bench.sinks.comparing import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Dialog

    from bench.sinks.subjects import Subject

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first of them draws the same pages and has no windows: it takes half the time."""

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
AVAILABLE = CHROMIUM is not None and find_spec("playwright") is not None
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
WIDTH = 1280
SHOWN = 290
"""Characters of a line that the report shows, at the least."""

_OURS = """
a article b bdi body button caption code dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 head
header html input label legend li main mark meta nav ol option output p script section select span strong style
summary svg table tbody td th thead title tr ul rect line text g
"""
OURS = frozenset(_OURS.split())
"""The elements that a report is made of."""

OPEN_EVERYTHING = """() => {
    const shown = [];
    for (const id of ["row-browser", "reject-browser"]) {
        const root = document.getElementById(id);
        for (const entry of root ? [...root.querySelectorAll(".list li")] : []) {
            entry.click();
            shown.push(entry.textContent + "\\n" + root.querySelector(".shown").textContent);
            if (document.documentElement.scrollWidth > document.documentElement.clientWidth) shown.wide = true;
        }
    }
    return {
        shown, wide: Boolean(shown.wide), hit: window.hit, text: document.body.textContent,
        elements: [...new Set([...document.querySelectorAll("*")].map((each) => each.localName))],
        handlers: [...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames())
            .filter((name) => name.startsWith("on")),
        links: [...document.querySelectorAll("a")].map((each) => each.getAttribute("href")),
    };
}"""


def report_page(subject: Subject) -> Iterator[str]:
    """The private report of every row and reject, in both languages; nothing where there is no Chromium."""
    if not AVAILABLE:
        return
    for language in ("en", "ar"):
        path = subject.folder / f"{language}.html"
        call(
            "report",
            subject.dist,
            "--output",
            path,
            "--with-rejects",
            "--language",
            language,
            "--previous",
            subject.old,
        )
        requests, messages, found = _visit(path)
        if requests != [path.as_uri()]:
            yield f"asks for {requests[1:5]}"
        yield from (f"says {message[:200]!a}" for message in messages)
        yield from _obeyed(found)
        yield from _lost(subject, found["shown"])


def _visit(path: Path) -> tuple[list[str], list[str], dict[str, Any]]:  # Any: values of JavaScript
    """What a page asks for, what it says, and what it shows once everything in it was opened."""
    from playwright.sync_api import sync_playwright  # it is not everywhere

    requests: list[str] = []
    messages: list[str] = []
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce")
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("dialog", lambda dialog: _dismiss(dialog, messages))
        page.goto(path.as_uri())
        found = page.evaluate(OPEN_EVERYTHING)
        browser.close()
    return requests, messages, found


def _dismiss(dialog: Dialog, messages: list[str]) -> None:
    messages.append(f"a dialog: {dialog.message}")
    dialog.dismiss()


def _obeyed(found: dict[str, Any]) -> Iterator[str]:  # Any: as above
    if found["hit"]:
        yield "a script of a page ran"
    if found["wide"]:
        yield "something is wider than the window"
    yield from (f"<{name}> is no element of ours" for name in sorted(set(found["elements"]) - OURS))
    yield from (f"{name} is an attribute" for name in sorted(set(found["handlers"])))
    yield from (f"{link!a} is a link" for link in found["links"] if not link.startswith("#"))


def _lost(subject: Subject, shown: list[str]) -> Iterator[str]:
    """Payloads that are not in the entry of the page which has them in its texts, its date or its name."""
    for payload in subject.payloads:
        entries = [entry for entry in shown if payload.key in entry]
        if not entries:
            yield f"{payload.name}: no entry"
        yield from (f"{payload.name}: {lost}" for lost in missing("\n".join(entries), payload.text, limit=SHOWN))


SINKS = (report_page,)
