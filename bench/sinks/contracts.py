"""A contract and a card whose every text is a payload, and everything that is derived from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import toolkit
from bench.sinks.calls import call
from bench.sinks.comparing import missing, obeyed, obeyed_file, obeyed_text, squeezed
from bench.sinks.documents import rendered, strange_elements
from bench.sinks.pages import make_page
from bench.sinks.readers import Html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.sinks.payloads import Payload
    from bench.sinks.subjects import Subject

CONTRACT = Path(toolkit.__file__).parent / "schemas" / "article.odcs.yaml"
FORMS = ("arrow", "json-schema", "features", "croissant", "markdown")
UNREADABLE = frozenset({"illegal", "invisible", "tail"})
"""Families with texts that no contract may have: halves of surrogate pairs, and nothing that can be seen."""

MAX_CHARACTERS = 400

Yaml = Any  # Any: what YAML holds


def contract_of(text: str) -> str:
    """The built-in contract with `text` for every text in it that is free."""
    contract = yaml.safe_load(CONTRACT.read_text("utf-8"))
    contract["name"] = text
    contract["tags"] = [text]
    contract["description"] = {"purpose": text, "usage": text, "limitations": text, **_extras(text, "purposeAr")}
    kept = {"license", "language", "taskCategories", "toolkit.levels"}
    extras = [entry for entry in contract["customProperties"] if entry["property"] in kept]
    authors = {"property": "authors", "value": [{"name": text}]}
    contract["customProperties"] = [*extras, *_entries(text, "titleAr", "licenseName", "citation"), authors]
    table = contract["schema"][0]
    table |= {"name": text, "description": text, **_extras(text, "descriptionAr")}
    for field in table["properties"]:
        _fill(field, text)
    source = next(field for field in table["properties"] if field["name"] == "source")
    source["quality"] = [_rule(text)]
    return yaml.safe_dump(contract, sort_keys=False)


def _entries(text: str, *names: str) -> list[Yaml]:
    return [{"property": name, "value": text} for name in names]


def _extras(text: str, *names: str) -> dict[str, Yaml]:
    return {"customProperties": _entries(text, *names)}


def _fill(field: Yaml, text: str) -> None:
    field |= {"description": text, **_extras(text, "descriptionAr")}
    for member in (*field.get("properties", ()), *([field["items"]] if "items" in field else ())):
        _fill(member, text)
    for rule in field.get("quality", ()):
        rule["description"] = text


def _rule(text: str) -> Yaml:
    arguments = {"validValues": [text, "الراي"]}
    return {"id": f"{text} valid", "description": text, "metric": "invalidValues", "arguments": arguments, "mustBe": 0}


def derived(subject: Subject) -> Iterator[str]:
    """`schema` in each form, of a contract of each payload."""
    for payload in subject.payloads:
        folder = _folder(subject, payload)
        for form in FORMS:
            said = call("schema", "--schema", folder / "contract.yaml", "--format", form)
            flaws = [*obeyed_file(said.stdout), *obeyed_text(said.stderr)] if form == "markdown" else obeyed(said)
            yield from (f"{payload.name}: {form}: {flaw}" for flaw in flaws)
            if said.code == 2 and payload.family not in UNREADABLE:
                yield f"{payload.name}: refused: {said.stderr}"
            if said.code == 0 and form in {"json-schema", "features", "croissant"}:
                json.loads(said.stdout)


def _folder(subject: Subject, payload: Payload) -> Path:
    folder = subject.folder / "contracts" / payload.key
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "contract.yaml").write_text(contract_of(_text_of(payload)), "utf-8")
        card = f"# Mine\n\n{payload.text}\n\nEnd\n".encode("utf-8", "surrogatepass")
        (folder / "card.md").write_bytes(card)
        (folder / "raw").mkdir()
        (folder / "raw" / "row.txt").write_text(make_page(), "utf-8")
        (folder / "raw" / "reject.txt").write_text(make_page(source="أخرى"), "utf-8")
    return folder


def _text_of(payload: Payload) -> str:
    """As much of the text as a contract, which may have a mebibyte of characters, can hold ever so often."""
    return payload.text[:MAX_CHARACTERS]


def described(subject: Subject) -> Iterator[str]:
    """Datasets of such contracts: card, Croissant, report, what validation says."""
    plain = (subject.old / "README.md").read_text("utf-8")
    for payload in subject.payloads:
        folder = _folder(subject, payload)
        said = call(
            "build", folder / "raw", "--out", folder / "dist", "--schema", folder / "contract.yaml", "--workers", "1"
        )
        flaws = list(obeyed(said))
        if said.code == 1:
            flaws += _described(folder / "dist", _text_of(payload), plain)
            checked = call("validate", folder / "dist", "--workers", "1")
            flaws += [*obeyed(checked), *([] if checked.code == 0 else [f"invalid: {checked.stdout}"])]
            flaws += [
                f"{lost} is not said to be expected" for lost in missing(said.stdout, _text_of(payload), limit=100)
            ]
        elif payload.family not in UNREADABLE:
            flaws.append(f"exit code {said.code}: {said.stderr}")
        yield from (f"{payload.name}: {flaw}" for flaw in flaws)


def _described(dist: Path, text: str, plain: str) -> Iterator[str]:
    card = (dist / "README.md").read_text("utf-8")
    yield from obeyed_file(card)
    _, front, body = card.split("---\n", 2)
    metadata = yaml.safe_load(front)
    found = (metadata["pretty_name"], metadata["tags"], metadata["license_name"])
    if found != (text, [text], text):
        yield f"the YAML says {found!a}"
    page = rendered(body)
    yield from strange_elements(page, rendered(plain.split("---\n", 2)[2]))
    yield from _headed(page, text)
    croissant = (dist / "croissant.json").read_text("utf-8")
    yield from obeyed_file(croissant)
    said = json.loads(croissant)
    if (said["name"]["en"], said["keywords"], said["citeAs"]) != (text, [text], text):
        yield "croissant.json says something else"
    html = Html((dist / "report.html").read_text("utf-8"))
    if sum(element.name == "script" for element in html.elements) != 2:
        yield "another script in the report"
    yield from _headed(html, text)


def _headed(page: Html, text: str) -> Iterator[str]:
    heads = [element for element in page.elements if element.name == "h1"]
    if [squeezed(head.text) for head in heads] != [squeezed(text)]:
        yield f"the heading is {[head.text[:80] for head in heads]!a}"


def people(subject: Subject) -> Iterator[str]:
    """A card in which a person wrote a payload: it stays, character by character, or is refused."""
    for payload in subject.payloads:
        folder = _folder(subject, payload)
        said = call("build", folder / "raw", "--out", folder / "mine", "--card", folder / "card.md", "--workers", "1")
        yield from (f"{payload.name}: {flaw}" for flaw in obeyed(said))
        if said.code == 0:
            written = (folder / "mine" / "README.md").read_bytes()
            if payload.text.encode("utf-8", "surrogatepass") not in written:
                yield f"{payload.name}: is not in the card"
        elif said.code != 2:
            yield f"{payload.name}: exit code {said.code}: {said.stderr}"


SINKS = (derived, described, people)
