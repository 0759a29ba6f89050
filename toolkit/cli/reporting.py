"""`toolkit report`: write the report of a dataset, and say where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

# Every verb imports its wing when it runs: `toolkit --help` must not wait for pyarrow.
# ruff: noqa: PLC0415


def report(
    dataset: Annotated[str, typer.Argument(metavar="DIR", help="A dataset: a folder or a URL.")],
    output: Annotated[
        Path, typer.Option(metavar="FILE", readable=False, help="File of the report, outside of the dataset.")
    ] = Path("report.html"),
    language: Annotated[Literal["en", "ar"], typer.Option(metavar="en|ar", help="Language of the report.")] = "en",
    previous: Annotated[
        str | None, typer.Option(metavar="DATASET", help="An earlier release, to compare with.")
    ] = None,
    with_rejects: Annotated[
        bool, typer.Option("--with-rejects", help="Show the rejected pages too: a private report.")
    ] = False,
) -> None:
    """Write one page of HTML that shows what is in a dataset.

    Counts, plots, what was found, and some rows beside their pages, with search and filters.

    Exit codes: 0 fine, 2 no dataset there, 3 it cannot be read, 4 the report could not be written, 5 a file of the
    dataset is damaged.
    """
    from toolkit.cli.console import show
    from toolkit.engines import fork_ahead
    from toolkit.formats import harmless
    from toolkit.reporter import report as write_report

    fork_ahead(1)
    written = write_report(dataset, output, language=language, previous=previous, with_rejects=with_rejects)
    show(f"{harmless(str(written.path))} ({written.bytes:,} bytes)\n")
    if written.private:
        show("It holds the text of rejected pages: do not pass it on where they may not go.\n")
