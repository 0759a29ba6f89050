"""The inputs that fuzzing found to reach most, and those that once broke something: only our own errors come out."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from bench.fuzz.corpus import CORPORA, read_corpus
from bench.fuzz.registry import TARGETS, load_target

KEPT = [(name, kept) for name in TARGETS for kept in read_corpus(name)]


@pytest.mark.parametrize(("name", "kept"), KEPT, ids=[f"{name}-{kept}" for name, kept in KEPT])
def test_a_kept_input_breaks_nothing(name, kept):
    pytest.importorskip("fastwarc")
    load_target(name).check((CORPORA / name / kept).read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_changes_of_them_break_nothing(name):
    pytest.importorskip("fastwarc")
    target, dice = load_target(name), random.Random(name)
    seeds = target.seeds()
    for number in range(20):
        target.check(seeds[number % len(seeds)])
        target.check(target.mutate(seeds[number % len(seeds)], dice, lambda raw: raw[: dice.randrange(len(raw) + 1)]))


DRIVE = """
import argparse, pathlib, sys
from bench.fuzz.driver import Campaign
from bench.fuzz.target import Target

def check(data):
    raise KeyError(data)

campaign = Campaign(
    Target(check=check, mutate=None, seeds=None),
    argparse.Namespace(runs=3, seconds=9e9, out=pathlib.Path(sys.argv[1])),
)
for number in range(9):
    campaign.call(bytes([number]))
sys.exit("the campaign goes on")
"""


def test_a_campaign_ends_though_no_input_can_be_read(tmp_path):
    subprocess.run([sys.executable, "-c", DRIVE, tmp_path], check=True, cwd=Path(__file__).parents[1])
    tally = json.loads((tmp_path / "tally.json").read_text("utf-8"))
    assert (tally["executions"], list(tally["faults"].values())) == (3, [3])


def test_the_kept_inputs_are_small():
    assert 0 < sum(path.stat().st_size for path in CORPORA.rglob("*") if path.is_file()) < 300_000
