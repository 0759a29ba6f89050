"""The verbs of releases: `diff`, `publish`, `rollback`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from toolkit.cli.options import OutputFormat
from toolkit.cli.streams import after_commit

# Every verb imports its wing when it runs: `toolkit --help` must not wait for pyarrow.
# ruff: noqa: PLC0415

Endpoint = Annotated[
    str | None, typer.Option(metavar="URL", help="Another address of the Hub (or of S3).", show_default="HF_ENDPOINT")
]


def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A dataset: folder, hf://datasets/ORG/NAME@v1.0.0, s3://….")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another one.")],
    output_format: Annotated[
        Literal["text", "json", "markdown"],
        typer.Option("--format", metavar="text|json|markdown", help="How it is printed."),
    ] = "text",
    endpoint: Endpoint = None,
) -> None:
    """Show what changed between two datasets, and which version follows.

    Fields and rows that came, went or changed; outlets, months, lengths, tags and reject rates before and after.
    Exit codes: 0 whatever differs, 2 no dataset there, 3 it cannot be read, 5 it is damaged.
    """
    from toolkit.cli.console import show
    from toolkit.dataset.comparison import diff_to_markdown, diff_to_plain, diff_to_text
    from toolkit.engines import fork_ahead
    from toolkit.json_text import json_document
    from toolkit.release import diff as run_diff

    fork_ahead(1)
    found = run_diff(old, new, endpoint=endpoint)
    if output_format == "json":
        show(json_document(diff_to_plain(found)))
    else:
        show(diff_to_markdown(found) if output_format == "markdown" else diff_to_text(found))


def publish(
    dataset: Annotated[str, typer.Argument(metavar="DIR", help="A dataset, built with --version.")],
    destination: Annotated[str, typer.Argument(metavar="DEST", help="hf://datasets/ORG/NAME, s3://…, a folder.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and the notes, change nothing.")] = False,
    endpoint: Endpoint = None,
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
    create_pr: Annotated[bool, typer.Option("--create-pr", help="Open a pull request, without a tag.")] = False,
    sign: Annotated[Path | None, typer.Option(metavar="KEY", help="Private key (Ed25519) to sign with.")] = None,
    allow_bump: Annotated[
        bool, typer.Option("--allow-bump", help="Take a smaller version than the changes demand.")
    ] = False,
    with_rejects: Annotated[
        bool, typer.Option("--with-rejects", help="Publish rejected and repeated pages too.")
    ] = False,
    stop_on_findings: Annotated[
        bool, typer.Option("--stop-on-findings", help="Refuse if personal data, tokens or paths are found.")
    ] = False,
    output_format: OutputFormat = "text",
) -> None:
    """Publish a dataset as a version that never changes.

    After a failure run it again: what has arrived is not sent twice.

    Tokens come from the environment (HF_TOKEN, AWS_…) or from `hf auth login`, never from an option.
    Exit codes: 0 fine, 1 refused (toolkit explain R602), 5 the dataset is damaged, 8 failed at the destination,
    which holds the old release or the new one.
    """
    from toolkit.cli.headstart import start_readers
    from toolkit.cli.publications import print_latest, print_publication, print_scan, quiet_clients
    from toolkit.release import publish as run_publish

    start_readers([dataset], 3)  # for the tables, for the tags, and for what changed
    quiet_clients()
    made = run_publish(
        dataset, destination, dry_run=dry_run, endpoint=endpoint, private=private, create_pr=create_pr, sign=sign,
        allow_bump=allow_bump, with_rejects=with_rejects, stop_on_findings=stop_on_findings,
    )  # fmt: skip
    with after_commit("The release is in place."):
        print_scan(made.scan)
        print_publication(made, output_format)
        print_latest(made)


def rollback(
    destination: Annotated[str, typer.Argument(metavar="DEST", help="Where it was published.")],
    version: Annotated[str, typer.Argument(metavar="vX.Y.Z", help="The version that readers shall get.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, change nothing.")] = False,
    endpoint: Endpoint = None,
    output_format: OutputFormat = "text",
) -> None:
    """Give readers an earlier version again.

    Every version stays where it is: no tag moves.
    On the Hub a new commit has the old files; elsewhere `latest` points at them.
    """
    from toolkit.cli.publications import print_publication, quiet_clients
    from toolkit.release import rollback as run_rollback

    quiet_clients()
    made = run_rollback(destination, version, dry_run=dry_run, endpoint=endpoint)
    with after_commit("The roll-back is done."):
        print_publication(made, output_format, verb="Rolled back")
