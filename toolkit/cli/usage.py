"""What `--help` shows: verbs in the order of use, and every name and default in full at 80 columns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

import typer
from typer.core import TyperCommand, TyperGroup

from toolkit.cli.console import show
from toolkit.cli.defaults import forget_inapplicable
from toolkit.errors import ToolkitError
from toolkit.formats import github_error, harmless

VERBS: Final = ("build", "explain", "rejects", "validate", "report", "diff", "publish", "rollback", "schema")
"""In the order in which a person comes to need them."""

EXAMPLES: Final = {
    "build": ("toolkit build raw --out dist", "toolkit build pages.tar.zst more.jsonl --out dist --version 1.0.0"),
    "explain": ("toolkit explain raw/page.txt", "toolkit explain 'pages.jsonl!17'", "toolkit explain P203"),
    "rejects": ("toolkit rejects dist --to rejected",),
    "validate": ("toolkit validate raw", "toolkit validate dist", "toolkit validate raw --format github"),
    "report": ("toolkit report dist", "toolkit report dist --language ar --output report-ar.html"),
    "diff": ("toolkit diff releases/v1.0.0 dist", "toolkit diff hf://datasets/ORG/NAME@v1.0.0 dist"),
    "publish": ("toolkit publish dist releases --dry-run", "toolkit publish dist hf://datasets/ORG/NAME"),
    "rollback": ("toolkit rollback releases v1.0.0 --dry-run",),
    "schema": ("toolkit schema --format json-schema",),
}

USAGE_FAULT: Final = cast("type[typer.BadParameter]", typer.BadParameter.__bases__[0])
"""Every fault in arguments; the module of its class is another in each of typer's versions."""

_WORD_OF_PYDANTIC: Final = "Value error, "

Context = Any  # Any: typer's context; the module of its class is another in each of typer's versions
Parameter = Any  # Any: as above
Formatter = Any  # Any: as above


class Verbs(TyperGroup):
    """The program: its verbs in the order of use."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """What is left of the arguments; a fault in them is told so that no runner obeys it."""
        with _harmless_faults():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Context) -> object:
        """Run the verb; a fault in its arguments is told so that no runner obeys it."""
        with _harmless_faults():
            return super().invoke(ctx)

    def list_commands(self, ctx: Context) -> list[str]:
        """The names of the verbs."""
        known = super().list_commands(ctx)
        return sorted(known, key=VERBS.index)

    def format_commands(self, ctx: Context, formatter: Formatter) -> None:
        """Write the first sentence of every verb, whole."""
        verbs = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Verbs"):
            formatter.write_dl([(name, _first_line(verb.help)) for name, verb in verbs if verb is not None])


class Verb(TyperCommand):
    """A verb, its help written here."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """What is left of the arguments."""
        typed = [*args]  # parsing takes them out
        with _annotated(ctx.command_path, lambda: _format_of(ctx, typed) == "github"):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Context) -> object:
        """Run the verb: with `~` as a shell reads it, without defaults that mean nothing at its destination."""
        ctx.params.update({name: _below_home(value) for name, value in ctx.params.items()})
        forget_inapplicable(ctx)
        with _annotated(ctx.command_path, lambda: ctx.params.get("output_format") == "github"):
            return super().invoke(ctx)

    def format_usage(self, ctx: Context, formatter: Formatter) -> None:
        """Write the line that errors of usage show, too."""
        arguments, options = self._parameters(ctx)
        required = [_spelling(option) for option in options if option.required]
        formatter.write_usage(ctx.command_path, " ".join([*map(_spelling, arguments), *required, "[OPTIONS]"]))

    def format_help(self, ctx: Context, formatter: Formatter) -> None:
        """Write usage, explanation, arguments, options and examples."""
        arguments, options = self._parameters(ctx)
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        for title, listed in (("Arguments", arguments), ("Options", options)):
            if listed:
                with formatter.section(title):
                    formatter.write_dl([(_spelling(each), _meaning(each)) for each in listed])
        with formatter.section("Examples"):
            formatter.write("".join(f"  {line}\n" for line in EXAMPLES[ctx.info_name]))

    def _parameters(self, ctx: Context) -> tuple[list[Parameter], list[Parameter]]:
        """Arguments and options."""
        parameters = self.get_params(ctx)
        kinds = ("argument", "option")
        arguments, options = ([each for each in parameters if each.param_type_name == kind] for kind in kinds)
        return arguments, options


def _below_home(value: object) -> object:
    """A path that begins with `~/`, below the home folder: shells leave it alone in `--out=~/news` and in quotes."""
    if isinstance(value, list | tuple):
        return type(value)(map(_below_home, value))
    if not isinstance(value, str | Path) or not (str(value) == "~" or str(value).startswith("~/")):
        return value
    return type(value)(os.path.expanduser(value))  # noqa: PTH111 - a Path would lose the `/` at the end


@contextmanager
def _harmless_faults() -> Iterator[None]:
    try:
        yield
    except USAGE_FAULT as fault:
        message = str(fault.message).removeprefix(_WORD_OF_PYDANTIC)
        fault.message = "\n".join(map(harmless, message.split("\n")))
        raise


@contextmanager
def _annotated(title: str, wanted: Callable[[], bool]) -> Iterator[None]:
    """An error in the block is an annotation, too, if that is `wanted`."""
    try:
        yield
    except (ToolkitError, USAGE_FAULT) as error:
        if wanted():
            show(github_error(*_told(error), title=title))
        raise


def _format_of(ctx: Context, args: Sequence[str]) -> str | None:
    """What is typed for --format, else what a file of defaults says."""
    words = [word for arg in args for word in (arg.split("=", 1) if arg.startswith("--format=") else [arg])]
    typed = [value for name, value in pairwise(words) if name == "--format"]
    return typed[-1] if typed else ctx.lookup_default("output_format")


def _told(error: ToolkitError | typer.BadParameter) -> tuple[str, str]:
    """Message and mend."""
    if isinstance(error, ToolkitError):
        return error.message, error.mend
    return error.format_message().replace(_WORD_OF_PYDANTIC, "", 1), ""


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def _spelling(parameter: Parameter) -> str:
    """`INPUT...`, `--out DIR` or `-h, --help`."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag or parameter.name == "help" else f"{names} {parameter.metavar}"


def _meaning(parameter: Parameter) -> str:
    shown, default = getattr(parameter, "show_default", None), parameter.default
    if parameter.param_type_name == "argument" or parameter.required or getattr(parameter, "is_flag", False):
        told = ""
    elif isinstance(shown, str):
        told = shown
    else:
        told = "" if default is None or callable(default) else str(default)
    return f"{parameter.help} [{told}]" if told else str(parameter.help)
