"""What a person sees on a terminal: progress and messages; and the one place where errors become exit codes."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from rich.console import Console
from rich.markup import escape as escape_markup

from toolkit.cli.streams import Unprinted
from toolkit.errors import ToolkitError, WorkerError
from toolkit.formats import harmless

if TYPE_CHECKING:
    from rich.progress import TaskID

    from toolkit.engines import Advance

messages = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
"""Progress and messages; results go to stdout."""

results = Console(highlight=False, emoji=False, soft_wrap=True)
"""Results, on stdout."""

BUG = 70
PLAIN_INTERVAL_S = 5.0

_STOPPING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def plain(text: str) -> str:
    """`text` as markup that shows every character of it: line feeds are obeyed, and nothing else."""
    return escape_markup("\n".join(map(harmless, text.split("\n"))))


def show(text: str) -> None:
    """Write finished text to stdout as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def in_colour() -> bool:
    """Whether results are shown in colour: on a terminal that can, where the environment does not say no."""
    return results.color_system is not None and not results.no_color


def draws_bars() -> bool:
    """Whether stderr is a terminal that can: no dumb one, and no log whose colour is forced (FORCE_COLOR)."""
    return sys.stderr.isatty() and not messages.is_dumb_terminal


class Stopped(SystemExit):
    """The user or the system asked the program to stop. A SystemExit, so that no library catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.exit_code = 128 + number


def stop_on_signals() -> None:
    """From now on the first SIGINT, SIGTERM or, unless it is ignored as under nohup, SIGHUP raises `Stopped`."""
    for number in _STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)


def _stop(number: int, _frame: FrameType | None) -> None:
    for other in _STOPPING:
        signal.signal(other, _go_on)  # not SIG_IGN: Python complains of one that came at the same time
    raise Stopped(number)


def _go_on(_number: int, _frame: FrameType | None) -> None:
    """The program ends already: a session that is closed sends several signals."""


@contextmanager
def exit_codes() -> Iterator[None]:
    """Inside the block every error ends the program with its exit code and a message on stderr, never a traceback."""
    try:
        yield
    except ToolkitError as error:
        _fail(error.message, error.mend, error.exit_code)
    except Stopped as stop:
        _fail("interrupted", "Run the same command again; builds and publications go on from there.", stop.exit_code)
    except Unprinted as failure:
        if failure.is_closed:
            raise
        _fail(failure.message, "", failure.exit_code)
    except MemoryError:
        _fail("out of memory", "Use fewer --workers, or a smaller --shard-size.", WorkerError.exit_code)
    except Exception as error:  # noqa: BLE001 - the one place that turns a bug into an exit code
        messages.print(plain("".join(traceback.format_exception(error))), style="dim")
        _fail(f"a bug of the toolkit: {type(error).__name__}", "Please report it with the lines above.", BUG)


def _fail(message: str, mend: str, code: int) -> NoReturn:
    messages.print(f"[bold red]error:[/] {plain(message)}")
    if mend:
        messages.print(f"  {plain(mend)}")
    sys.exit(code)


class ProgressBar:
    """A bar on a terminal, a plain line now and then elsewhere."""

    def __init__(self) -> None:
        self._bar: Callable[[Advance], None] | None = None
        self._next_line = time.monotonic() + PLAIN_INTERVAL_S
        self._stop: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        if draws_bars():
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def __call__(self, advance: Advance) -> None:
        """Show how far a step is."""
        if self._bar is not None:
            self._bar(advance)
        elif advance.done < advance.total and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + PLAIN_INTERVAL_S
            counts = tell_counts(advance)
            messages.print(f"{advance.step}: {advance.done} of {advance.total} parts{counts and f', {counts}'}")

    def _start(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - only on a terminal

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=messages,
            transient=True,
        )
        tasks: dict[str, TaskID] = {}

        def move(advance: Advance) -> None:
            if advance.step not in tasks:
                tasks[advance.step] = progress.add_task(advance.step, total=advance.total, counts="")
            task = tasks[advance.step]
            elapsed_s = progress.tasks[task].elapsed
            progress.update(task, completed=advance.done, counts=tell_counts(advance, elapsed_s))

        progress.start()
        self._bar, self._stop = move, progress.stop


def tell_counts(advance: Advance, elapsed_s: float | None = None) -> str:
    """Pages, pages a second where the time is known, and rejects so far; empty where a step counts none."""
    if advance.pages is None:
        return ""
    rate = f" ({advance.pages / elapsed_s:,.0f}/s)" if elapsed_s else ""
    return f"{advance.pages:,} pages{rate}, {advance.rejected or 0:,} rejected"
