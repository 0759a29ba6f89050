"""Writes docs/reference-cli.md from the command line's own functions, and docs/codes.md: `python -m docs.reference`."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import typer.models

from toolkit.cli.main import app
from toolkit.cli.usage import EXAMPLES
from toolkit.formats import codes_markdown

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).resolve().parent / "reference-cli.md"
CODES_PAGE = PAGE.with_name("codes.md")

PREFACE = """\
<!-- Made from the verbs in toolkit/cli by docs/reference.py; edit those. -->

# Command line

What `toolkit --help` and `toolkit VERB --help` say. Results go to stdout, progress and messages to stderr; with
`--format json` stdout is one JSON document. No verb asks questions.

Every option can also stand in `[tool.toolkit.VERB]` of a `pyproject.toml`, or in `[VERB]` of a `toolkit.toml`, in the
current folder: `workers = 4`. The command line wins, then `toolkit.toml`; what `skip-foreign = true` switches on there,
`--no-skip-foreign` switches off. `endpoint`, `private` and `create-pr` of a file apply only where a destination can
have them. A path that begins with `~/` is below your home folder, in a file too.

`toolkit --version` prints the version, `toolkit --install-completion` teaches your shell to complete verbs and options.
"""

EXIT_CODES = """\
## Exit codes

| Code | Meaning |
|---:|---|
| 0 | fine |
| 1 | findings: rejected pages beyond `--max-rejected` (the dataset is written all the same), an invalid dataset |
| 2 | usage or contract; no page found; an `--out` that is not ours |
| 3 | an input is unreadable or cut short: nothing was written |
| 4 | the output could not be written; nothing changed |
| 5 | integrity: a hash, a count, a file that is missing or extra |
| 6 | another build holds the output |
| 7 | out of memory, or a worker process died for good |
| 8 | a publish or rollback failed at its destination, which holds the old release or the new one: run it again |
| 9 | committed, but the disk did not confirm that it survives a power cut |
| 70 | a bug of the toolkit |
| 128 + N | ended by signal N |
"""

VALUES = {int: "N", Path: "PATH", str: "TEXT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An argument or option as it is typed: `name` (`--out`, `INPUT...`), `value` (empty for a flag).

    `default` is shown text, empty where there is none to tell; `given` is what the function gets.
    """

    name: str
    value: str
    default: str
    given: object
    required: bool
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb: what its help says, its arguments and its options, in the order of the help."""

    help: str
    arguments: tuple[Parameter, ...]
    options: tuple[Parameter, ...]


def verbs() -> dict[str, Verb]:
    """The verbs of the command line, in the order of use."""
    functions = [(info.name, info.callback) for info in app.registered_commands if info.callback is not None]
    return {name or function.__name__: _verb(function) for name, function in functions}


def _verb(function: Callable[..., Any]) -> Verb:  # Any: what its own parameters say
    hints = get_type_hints(function, include_extras=True)
    pairs = [(parameter, *get_args(hints[name])) for name, parameter in inspect.signature(function).parameters.items()]
    return Verb(
        help=inspect.cleandoc(function.__doc__ or ""),
        arguments=tuple(_argument(*pair) for pair in pairs if isinstance(pair[2], typer.models.ArgumentInfo)),
        options=tuple(_option(*pair) for pair in pairs if isinstance(pair[2], typer.models.OptionInfo)),
    )


def _argument(parameter: inspect.Parameter, _kind: object, info: typer.models.ArgumentInfo) -> Parameter:
    name = info.metavar or parameter.name.upper()
    return Parameter(name=name, value="", default="", given=None, required=True, help=info.help or "")


def _option(parameter: inspect.Parameter, kind: object, info: typer.models.OptionInfo) -> Parameter:
    required = parameter.default is parameter.empty
    declared = [name for name in (info.default, *(info.param_decls or ())) if str(name).startswith("--")]
    return Parameter(
        name=str(declared[0]) if declared else f"--{parameter.name.replace('_', '-')}",
        value=info.metavar or _value(kind),
        default="required" if required else _default(parameter.default, info.show_default),
        given=None if required else parameter.default,
        required=required,
        help=info.help or "",
    )


def _value(kind: object) -> str:
    """What stands after the name of an option of this type; nothing for a flag."""
    plain = next((each for each in get_args(kind) if each is not NoneType), kind)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return "|".join(str(each.value) for each in plain)
    return VALUES.get(plain, "") if isinstance(plain, type) and plain is not bool else ""


def _default(given: object, shown: object) -> str:
    if isinstance(shown, str):
        return shown
    if given is None or given == () or isinstance(given, bool):
        return ""
    return f"`{given.value if isinstance(given, Enum) else given}`"


def page() -> str:
    """The whole of docs/reference-cli.md."""
    return "\n".join([PREFACE, *(_section(name, verb) for name, verb in verbs().items()), EXIT_CODES])


def _section(name: str, verb: Verb) -> str:
    required = [f"{option.name} {option.value}" for option in verb.options if option.required]
    line = " ".join(["toolkit", name, *(argument.name for argument in verb.arguments), *required, "[OPTIONS]"])
    parts = [f"## {name}", f"```text\n{line}\n```", verb.help]
    if verb.arguments:
        parts.append("\n".join(f"- `{argument.name}`: {argument.help}" for argument in verb.arguments))
    rows = [_row(option) for option in verb.options]
    table = "\n".join(["| Option | Default | |", "|---|---|---|", *rows])
    examples = "\n".join(EXAMPLES[name])
    return "\n\n".join([*parts, table, f"```text\n{examples}\n```"]) + "\n"


def _row(option: Parameter) -> str:
    return f"| `{_cell(f'{option.name} {option.value}')}` | {_cell(option.default)} | {_cell(option.help)} |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


if __name__ == "__main__":
    for path, text in {PAGE: page(), CODES_PAGE: codes_markdown()}.items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/{path.name}\n")
