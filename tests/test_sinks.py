"""Hostile texts through every output, each read back: the short form of `python -m bench.sinks`."""

import re
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.sinks.browser import AVAILABLE
from bench.sinks.calls import Said
from bench.sinks.campaign import SINKS
from bench.sinks.comparing import missing, obeyed, obeyed_file
from bench.sinks.documents import rendered, strange_elements
from bench.sinks.findings import obeyed_on_terminal
from bench.sinks.payloads import FAMILIES, NUMBER, make_payloads
from bench.sinks.readers import Command, runner_commands, without_colours
from bench.sinks.subjects import make_subject

EVERY = 20
ROOT = Path(__file__).parents[1]
SECURITY = ROOT / "SECURITY.md"
COSTLY = {"arguments", "settings", "datasets", "records", "derived", "described", "people", "terminal"}
"""Sinks that start a program a payload, or many: some payloads must do."""


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return make_subject(tmp_path_factory.mktemp("sinks") / "subject", make_payloads()[11::EVERY])


@pytest.mark.parametrize("name", SINKS)
def test_no_payload_escapes(name, subject):
    if name == "report_page" and not AVAILABLE:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    few = replace(subject, payloads=subject.payloads[::5]) if name in COSTLY else subject
    assert list(SINKS[name](few)) == []


def test_there_are_300_payloads_and_each_is_known_by_its_key():
    payloads = make_payloads()
    assert len(payloads) == NUMBER == len({payload.text.replace(payload.key, "") for payload in payloads})
    assert all(payload.key in payload.text for payload in payloads)
    assert {payload.family for payload in payloads} == set(FAMILIES)


def test_the_security_policy_links_to_what_is_there_and_counts_right():
    text = SECURITY.read_text("utf-8")
    links = re.findall(r"\]\(([^)#]+)", text)
    modules = re.findall(r"`python -m ([a-z.]+)", text)
    assert [link for link in links if not (SECURITY.parent / link).is_file()] == []
    assert modules == ["bench.sinks", "bench.fuzz", "bench.bitflips"]
    assert [module for module in modules if find_spec(module) is None] == []
    assert f"{NUMBER} hostile texts go through {len(SINKS)} sinks" in " ".join(text.split())


# The readers find what escapes


def said(text: str) -> Said:
    return Said(code=0, stdout=text, stderr="")


@pytest.mark.parametrize(
    "text", ["\x1b[31mx", "a\u202eb", "x\x9b", "::error::x", "a\n  ::add-mask::x", "x ##[error]y", "\u2028", "x\ud800"]
)
def test_what_a_terminal_or_a_runner_obeys_is_found(text):
    assert list(obeyed(said(text))) != []


@pytest.mark.parametrize("text", ["خبر عن الطريق\n", "error: x::y ## [z]\n", "a\tb"])
def test_what_nobody_obeys_is_not(text):
    assert list(obeyed(said(text))) == []


def test_an_exit_code_that_is_none_of_ours_is_found():
    assert list(obeyed(Said(code=70, stdout="", stderr="x"))) != []


def test_an_exit_code_that_is_none_of_ours_is_found_on_a_terminal_too():
    coloured = Said(code=0, stdout="\x1b[31mx\x1b[0m", stderr="")
    assert [bool(list(obeyed_on_terminal(each))) for each in (coloured, replace(coloured, code=70))] == [False, True]


@pytest.mark.parametrize("option", ["--only=nothing", "--start=300"])
def test_a_campaign_without_a_sink_or_a_payload_is_no_success(option):
    done = subprocess.run([sys.executable, "-m", "bench.sinks", option], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2, done.stdout


def test_directions_in_a_file_are_found_and_joiners_are_not():
    assert [bool(list(obeyed_file(text))) for text in ("a\u2067b", "می\u200cخواهم")] == [True, False]


def test_a_command_is_read_as_the_runner_reads_it():
    assert runner_commands("  ::error file=a%2Cb,line=7::x%0Ay\n") == [
        Command(name="error", properties={"file": "a,b", "line": "7"}, data="x\ny")
    ]


def test_colours_and_a_bar_are_no_escapes_but_other_sequences_are():
    assert without_colours("\x1b[1;31mx\x1b[0m\x1b[2K\r\x1b[?25l") == "x"
    assert "\x1b" in without_colours("\x1b]0;title\x07")


def test_a_text_that_lost_a_line_is_found():
    assert missing("first", "first\nsecond") == ["second"]
    assert missing("a\\u202eb first\\n", "a\u202eb") == []


def test_elements_that_a_text_brought_along_are_found():
    plain = rendered("| a |\n|---|\n| b |\n")
    assert list(strange_elements(rendered("| a |\n|---|\n| <img src=x onerror=y> |\n"), plain)) != []
    assert list(strange_elements(rendered("| a |\n|---|\n| [x](https://example.org) |\n"), plain)) != []
    assert list(strange_elements(rendered("| c |\n|---|\n| d |\n"), plain)) == []
