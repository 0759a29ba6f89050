"""Arabic news pages in, a typed, validated and reproducible dataset out.

    import toolkit

    result = toolkit.build(["raw"], "dist")
    toolkit.load_contract().pandera()

The verbs are those of the command line, with the same names and defaults; they are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from toolkit import errors as errors

if TYPE_CHECKING:
    from toolkit.contract import Contract as Contract
    from toolkit.converter import BuildResult as BuildResult
    from toolkit.converter import BuiltFile as BuiltFile
    from toolkit.converter import build as build
    from toolkit.dataset.comparison import Diff as Diff
    from toolkit.diagnostics import Diagnostic as Diagnostic
    from toolkit.engines import Advance as Advance
    from toolkit.errors import ToolkitError as ToolkitError
    from toolkit.explainer import Explanation as Explanation
    from toolkit.explainer import explain as explain
    from toolkit.inspector import validate as validate
    from toolkit.rejects import RestoredRejects as RestoredRejects
    from toolkit.rejects import restore_rejects as restore_rejects
    from toolkit.release import Publication as Publication
    from toolkit.release import diff as diff
    from toolkit.release import publish as publish
    from toolkit.release import rollback as rollback
    from toolkit.reporter import WrittenReport as WrittenReport
    from toolkit.reporter import report as report
    from toolkit.settings import load_contract as load_contract
    from toolkit.settings import load_layout as load_layout
    from toolkit.validation import ValidationResult as ValidationResult

_EXPORTS = {
    "toolkit.contract": ("Contract",),
    "toolkit.converter": ("BuildResult", "BuiltFile", "build"),
    "toolkit.dataset.comparison": ("Diff",),
    "toolkit.diagnostics": ("Diagnostic",),
    "toolkit.engines": ("Advance",),
    "toolkit.errors": ("ToolkitError",),
    "toolkit.explainer": ("Explanation", "explain"),
    "toolkit.inspector": ("validate",),
    "toolkit.rejects": ("RestoredRejects", "restore_rejects"),
    "toolkit.release": ("Publication", "diff", "publish", "rollback"),
    "toolkit.reporter": ("WrittenReport", "report"),
    "toolkit.settings": ("load_contract", "load_layout"),
    "toolkit.validation": ("ValidationResult",),
}
_HOMES = {name: module for module, names in _EXPORTS.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - a list of text


if not TYPE_CHECKING:  # a type checker reads the imports above, and so refuses a misspelt verb

    def __getattr__(name: str) -> Any:  # Any: whatever the verb's home calls it
        if name not in _HOMES:
            raise AttributeError(f"module 'toolkit' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "errors", *(name for name in globals() if name.startswith("__"))]
