"""Defaults of options that stand in files of the current folder, read when a verb first asks for one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from toolkit.diagnostics import cut
from toolkit.errors import UsageError
from toolkit.storage.failures import map_os_errors
from toolkit.storage.presence import is_file

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CONFIG_BYTES: Final = 1024 * 1024
FILES: Final = (("pyproject.toml", ("tool", "toolkit")), ("toolkit.toml", ()))
"""The files and where the table of a verb stands in each, the one that wins last."""

MEND: Final = "Defaults of options are read from it: fix it, or run in another folder."

Parameters = Mapping[str, Any]  # Any: typer's parameters; the module of their class is another in each of its versions
Values = dict[str, Any]  # Any: TOML values


def configured_defaults(program: Any) -> dict[str, Mapping[str, Any]]:  # Any: typer's command, and TOML values
    """Defaults by verb and parameter: `[tool.toolkit.VERB]` of pyproject.toml, `[VERB]` of toolkit.toml, which wins.

    The files are read when a default is first asked for: `--help` and `--version` work beside damaged ones. Asking
    raises UsageError, with file:line for what is no TOML, for what is no verb, no option or no value of one.
    """
    verbs = {name: _spelled(verb.params) for name, verb in program.commands.items()}
    read = cache(partial(_read, verbs))
    return {verb: _Defaults(verb, read) for verb in verbs}


def forget_inapplicable(context: Any) -> None:  # Any: typer's context, as in Parameters
    """Unset what a file says for destinations of another kind, as `endpoint` for a folder; what is typed is refused."""
    destination = context.params.get("destination")
    if destination is None:
        return
    from toolkit.release import LIMITED_OPTIONS, options_at  # noqa: PLC0415 - only verbs that import it anyway get here

    unknown = LIMITED_OPTIONS.keys() - options_at(destination)
    for parameter in context.command.params:
        if parameter.name in unknown and context.get_parameter_source(parameter.name).name == "DEFAULT_MAP":
            context.params[parameter.name] = parameter.default


def _spelled(parameters: list[Any]) -> Parameters:
    return {option.lstrip("-").replace("_", "-"): parameter for parameter in parameters for option in parameter.opts}


class _Defaults(Mapping[str, Any]):
    """Those of one verb."""

    def __init__(self, verb: str, read: Callable[[], dict[str, Values]]) -> None:
        self._verb = verb
        self._read = read

    def __getitem__(self, name: str) -> Any:  # Any: a TOML value
        return self._read()[self._verb][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read()[self._verb])

    def __len__(self) -> int:
        return len(self._read()[self._verb])


def _read(verbs: Mapping[str, Parameters]) -> dict[str, Values]:
    defaults: dict[str, Values] = {verb: {} for verb in verbs}
    for file, keys in FILES:
        for verb, options in _tables(Path(file), keys).items():
            table = ".".join([*keys, verb])
            if verb not in verbs:
                raise UsageError(f"{file}: [{table}] is of an unknown verb", mend=f"Known: {_listed(verbs)}.")
            if not isinstance(options, dict):
                _refuse(f"{file}: {table}", options, f"a table [{table}] of options")
            for option, value in options.items():
                parameter = _parameter(verbs[verb], option, f"{file}: [{table}]")
                defaults[verb][parameter.name] = _checked(value, parameter, f"{file}: {option} of [{table}]")
    return defaults


def _tables(path: Path, keys: tuple[str, ...]) -> Values:
    with map_os_errors(path, error=UsageError, mend=MEND):
        is_given = is_file(path)
    tables = _parsed(path) if is_given else {}
    for depth, key in enumerate(keys, start=1):
        tables = tables.get(key, {})
        if not isinstance(tables, dict):
            _refuse(f"{path}: {'.'.join(keys[:depth])}", tables, "a table")
    return tables


def _parsed(path: Path) -> Values:
    from toolkit.storage.filesystem import read_text  # noqa: PLC0415 - most folders have no such file

    text = read_text(path, max_bytes=MAX_CONFIG_BYTES, error=UsageError)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        message, _, place = str(fault).rpartition(" (at ")
        numbers = re.findall(r"\d+", place) or [str(text.count("\n") + 1)]
        raise UsageError(f"{':'.join([str(path), *numbers])}: {message}", mend=MEND) from fault


def _parameter(known: Parameters, option: str, place: str) -> Any:  # Any: as in Parameters
    name = option.replace("_", "-")
    if name not in known:
        raise UsageError(f"{place} has an unknown option {option!r}", mend=f"Known: {_listed(known)}.")
    return known[name]


def _checked(value: object, parameter: Any, name: str) -> bool | str | list[str]:  # Any: as in Parameters
    """A value as the command line would give it: numbers as text, and one value of many as a list."""
    many = getattr(parameter, "multiple", False) or parameter.nargs == -1
    if many and isinstance(value, list):
        return [_plain(each, name) for each in value]
    if many:
        return [_plain(value, name)]
    return value if isinstance(value, bool) else _plain(value, name)


def _plain(value: object, name: str) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        _refuse(name, value, "text or a number")
    return str(value)


def _refuse(name: str, value: object, expected: str) -> NoReturn:
    raise UsageError(f"{name} is {cut(repr(value), 80)}; expected {expected}")


def _listed(names: Mapping[str, Any]) -> str:  # Any: only names are told
    return ", ".join(sorted(names))
