"""`Tally`: what a campaign saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Tally:
    """Runs and exit codes by kind of fault, calls, failures of no consequence, next builds, faults not survived.

    `missed` are faults at calls that the run did not come to: processes that share the count may make fewer.
    """

    runs: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    next_builds: Counter[str] = field(default_factory=Counter)
    torn: list[str] = field(default_factory=list)

    def note(self, kind: str, code: int | str, wrong: str, *, about: str = "") -> None:
        """Count one run; `wrong` says what is wrong with it, empty if nothing is."""
        self.runs[kind] += 1
        self.codes[f"{kind} {code}"] += 1
        if wrong:
            self.torn.append(f"{kind} {about}: {wrong}")
            print("TORN", self.torn[-1], flush=True)

    def show(self) -> None:
        """Print everything but the failures, which were printed as they came, and the sum of all."""
        counts = {
            "calls": self.calls,
            "runs": self.runs,
            "exit codes": self.codes,
            "exit 0 all the same": self.harmless,
            "faults that met no call": self.missed,
            "next builds": self.next_builds,
        }
        for title, found in counts.items():
            if found:
                print(f"{title}:", ", ".join(f"{name}: {count}" for name, count in sorted(found.items())))
        print(f"{self.runs.total()} runs, {len(self.torn)} torn outputs, wrong exit codes or unclean next runs")
