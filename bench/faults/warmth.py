"""What makes a forked build quick: all modules imported, templates compiled, workers forked instead of started anew."""

from __future__ import annotations

import importlib
import json
import multiprocessing.util
import os
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from bench.faults.pages import write_pages
from bench.faults.subjects import run_toolkit
from toolkit.settings import load_contract, load_layout

if TYPE_CHECKING:
    from collections.abc import Sequence


def warm_up(subject: str) -> None:
    """Make this process one that builds of `subject` can be forked from; no thread is started."""
    if subject == "toolkit":
        for name in _modules_of_a_build():
            with suppress(ImportError):  # what only another module may import
                importlib.import_module(name)
        _keep_template()
        load_contract(None)
        load_layout(None)  # its patterns stay compiled, the names of months loaded
        multiprocessing.util.spawnv_passfds = _fork_program  # type: ignore[assignment]  # takes what it is given there


def _modules_of_a_build() -> list[str]:
    """What a build has imported at its end, in that order; it runs in another process, for it starts threads."""
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder, "names")
        write_pages(Path(folder, "pages"), 0)
        child = os.fork()
        if child == 0:
            _become_a_build(folder, names)
        os.waitpid(child, 0)
        found: list[str] = json.loads(names.read_text("utf-8"))
        return found


def _become_a_build(folder: str, names: Path) -> None:
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        run_toolkit(["build", f"{folder}/pages", "--out", f"{folder}/out", "--workers", "1"])
        names.write_text(json.dumps(list(sys.modules)), "utf-8")
    finally:
        os._exit(0)


def _keep_template() -> None:
    """Compile the report's template once for all builds: a third of a small build's time."""
    compile_anew = jinja2.Environment.compile
    compiled: dict[str, Any] = {}  # Any: code, of the kind that jinja2 makes

    def compile_once(environment: jinja2.Environment, source: str, name: str, filename: str | None) -> Any:
        if source not in compiled:
            compiled[source] = compile_anew(environment, source, name, filename)
        return compiled[source]

    jinja2.Environment.compile = compile_once  # type: ignore[assignment,method-assign]  # fewer forms of calls
    importlib.import_module("toolkit.reporting.html")._template()  # noqa: SLF001 - what it compiles is kept


def _fork_program(_path: bytes, arguments: Sequence[Any], descriptors: Sequence[int]) -> int:  # Any: as typeshed
    """Run `python -c CODE` in a fork, with no file but those given: as a new program, but with all imports done."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        kept = sorted({0, 1, 2, *descriptors})
        for low, high in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
            os.closerange(low + 1, high)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        exec(os.fsdecode(arguments[-1]), {"__name__": "__main__"})  # the library's own text
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - whatever happened, this process ends here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
