"""Every sink by its name, and payloads driven through them, some at a time."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.sinks import arguments, browser, contracts, documents, findings
from bench.sinks.subjects import Subject, make_subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from bench.sinks.payloads import Payload

SINKS: dict[str, Callable[[Subject], Iterator[str]]] = {
    sink.__name__: sink for module in (findings, documents, browser, contracts, arguments) for sink in module.SINKS
}
"""What is wrong with what a sink made of a subject's payloads, a line each."""

TOGETHER = 15
"""So many payloads are in one dataset: a table of outlets, which all of them are, shows twenty."""


@dataclass(slots=True)
class Tally:
    """What was tried: `pairs` of payloads and sinks, and each escape that was found."""

    pairs: int = 0
    escapes: list[str] = field(default_factory=list)


def run_campaign(payloads: Sequence[Payload], sinks: Iterable[str], folder: Path) -> Iterator[Tally]:
    """Drive payloads through sinks; the tally so far after each dataset."""
    tally = Tally()
    for start in range(0, len(payloads), TOGETHER):
        place = folder / str(start)
        subject = make_subject(place, payloads[start : start + TOGETHER])
        for name in sinks:
            tally.escapes += [f"{name}: {flaw}" for flaw in SINKS[name](subject)]
            tally.pairs += len(subject.payloads)
        shutil.rmtree(place)
        yield tally
