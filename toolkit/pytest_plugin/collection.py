"""The checks of a dataset as pytest's items: one a check and shard, whose failures are findings and no tracebacks."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from toolkit.diagnostics import escape
from toolkit.errors import ToolkitError
from toolkit.formats import list_text, to_text
from toolkit.storage.dataset_files import ANCHORS
from toolkit.storage.presence import is_absent
from toolkit.validation import gather

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from toolkit.diagnostics import Diagnostic
    from toolkit.inspector import Check

MAX_SHOWN = 20
"""Findings that a failing check shows; `-vv` shows all."""


class DatasetChecks:
    """The plugin that adds the datasets to what pytest collects, whatever else it was told to collect.

    A test that is named in full (`dist/manifest.json::digest`) is looked for like any other.
    """

    def __init__(self, config: pytest.Config, folders: Sequence[str]) -> None:
        for folder in folders:
            if "://" in folder:
                told = f"--article-dataset {folder}: a URL; fetch it first, or use `toolkit validate`"
                raise pytest.UsageError(told)
        invoked_in = config.invocation_params.dir
        anchors = dict.fromkeys(_anchor(_full(invoked_in / folder)) for folder in folders)
        arguments = {_full(invoked_in / argument.split("::")[0]) for argument in config.args}
        self._named = arguments & anchors.keys()
        self._added = [anchor for anchor in anchors if anchor not in self._named]

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> DatasetFile | None:
        """The collector of a dataset's checks, if an argument names the file."""
        return _dataset_file(parent, file_path) if file_path in self._named else None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """What the arguments gave, and the datasets that none of them names."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            datasets = [_dataset_file(collector, anchor) for anchor in self._added]
            report.result = [*(report.result or ()), *datasets]
        return report


def _anchor(folder: Path) -> Path:
    """The file that stands for a dataset in the ids of its tests."""
    present = [folder / name for name in ANCHORS if not is_absent(folder / name)]
    if not present:
        raise pytest.UsageError(f"--article-dataset: {folder} is not a dataset: it has none of {', '.join(ANCHORS)}")
    return present[0]


def _full(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - as pytest does: without `..`, links not followed


def _dataset_file(parent: pytest.Collector, anchor: Path) -> DatasetFile:
    place = os.path.relpath(anchor, parent.config.rootpath)  # pytest knows none for what is outside of its root
    return DatasetFile.from_parent(parent, path=anchor, nodeid=place)


class DatasetFile(pytest.File):
    """A dataset: its checks."""

    def collect(self) -> Iterator[CheckItem]:
        """One item a check and shard; CollectError with the message of our own errors."""
        from toolkit.inspector import checks  # noqa: PLC0415 - a foreign project must not pay for it

        try:
            found = checks(self.path.parent)
        except ToolkitError as error:
            raise self.CollectError(_told(error)) from error
        for check in found:
            shard = "" if check.shard is None else f"[{escape(check.shard)}]"
            name = f"{escape(check.name)}{shard}"
            # pytest 9.2 finds an item with brackets again (--lf) only if its id was parsed from text
            yield CheckItem.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}", check=check)


class CheckItem(pytest.Item):
    """One check as a test: it fails if there are errors. Totals are among the properties of a JUnit report."""

    def __init__(self, *, check: Check, **rest: Any) -> None:  # Any: what pytest passes on
        super().__init__(**rest)
        self._check = check

    def runtest(self) -> None:
        """Run the check; Failed without a traceback, with its findings as text, if one of them is an error."""
        limit = sys.maxsize if self.config.getoption("verbose") > 1 else MAX_SHOWN
        findings = gather(self._found(), max_diagnostics=limit)
        self.user_properties += [("errors", findings.errors), ("warnings", findings.warnings)]
        if not findings.ok:
            pytest.fail(to_text(findings), pytrace=False)
        if findings.diagnostics:
            self.add_report_section("call", "findings", list_text(findings.diagnostics))

    def _found(self) -> tuple[Diagnostic, ...]:
        try:
            return self._check.run()
        except ToolkitError as error:
            message = _told(error)
        pytest.fail(message, pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the test stands: in no line of the file."""
        return self.path, None, self.name


def _told(error: ToolkitError) -> str:
    return "\n  ".join(escape(text) for text in (error.message, error.mend) if text)
