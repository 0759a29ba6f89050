"""What makes a forked build quick: one was run before, commands and templates stay, workers are forked, not started."""

from __future__ import annotations

import functools
import importlib
import json
import multiprocessing.util
import os
import signal
import sys
import tempfile
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import typer.main

from bench.faults.pages import write_pages
from bench.faults.subjects import run_toolkit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def warm_up(subject: str) -> None:
    """Make this process one that builds of `subject` can be forked from."""
    if subject == "toolkit":
        _keep_template()
        typer.main.get_command = functools.cache(typer.main.get_command)  # a sixth of a small build's time
        with tempfile.TemporaryDirectory() as folder, _silence():
            _build(folder)
            for name in _modules_of_a_publication(folder):
                with suppress(ImportError):  # what only another module may import
                    importlib.import_module(name)
        multiprocessing.util.spawnv_passfds = _fork_program  # type: ignore[assignment]  # takes what it is given there


def _build(folder: str) -> None:
    """What a first build imports, compiles and keeps; Arrow starts anew, in a fork, the threads that it leaves."""
    write_pages(Path(folder, "pages"), 0)
    run_toolkit(["build", f"{folder}/pages", "--out", f"{folder}/out", "--workers", "1", "--version", "1.0.0"])


def _modules_of_a_publication(folder: str) -> list[str]:
    """What a publication has imported at its end, in that order; in another process, for it starts processes."""
    names = Path(folder, "names")
    child = os.fork()
    if child == 0:
        try:
            run_toolkit(["publish", f"{folder}/out", f"{folder}/releases"])
            names.write_text(json.dumps(list(sys.modules)), "utf-8")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    found: list[str] = json.loads(names.read_text("utf-8"))
    return found


@contextmanager
def _silence() -> Iterator[None]:
    kept = [os.dup(stream) for stream in (1, 2)]
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (1, 2):
            os.dup2(null, stream)
        yield
    finally:
        sys.stdout.flush()
        for stream, descriptor in enumerate(kept, 1):
            os.dup2(descriptor, stream)
        for descriptor in (null, *kept):
            os.close(descriptor)


def _keep_template() -> None:
    """Compile the report's template once for all builds: a third of a small build's time."""
    compile_anew = jinja2.Environment.compile
    compiled: dict[str, Any] = {}  # Any: code, of the kind that jinja2 makes

    def compile_once(environment: jinja2.Environment, source: str, name: str, filename: str | None) -> Any:
        if source not in compiled:
            compiled[source] = compile_anew(environment, source, name, filename)
        return compiled[source]

    jinja2.Environment.compile = compile_once  # type: ignore[assignment,method-assign]  # fewer forms of calls


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
        texts = [os.fsdecode(argument) for argument in arguments]
        program, *sys.argv[1:] = texts[texts.index("-c") + 1 :]
        exec(program, {"__name__": "__main__"})  # the library's own text
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - whatever happened, this process ends here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
