"""What stands inside a page of HTML: JSON that cannot leave its element, and the policy that lets one script run."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSAFE: Final = "<>&\u2028\u2029"
"""What could end a script element or a line of a script; in JSON it stands within strings alone."""


def json_for_script(value: object) -> Markup:
    """`value` (what JSON takes) as JSON for a `script` element of type application/json."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in _UNSAFE:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing of HTML is left in it


def json_list_for_script(values: Iterable[object], *, max_bytes: int) -> tuple[Markup, int]:
    """The JSON of a list of `values` in order, and how many they are; one that does not fit any more is left out."""
    entries, room = [], max_bytes
    for value in values:
        entry = json_for_script(value)
        size = len(entry.encode())
        if size <= room:
            room -= size
            entries.append(entry)
    return Markup("[{}]").format(Markup(",").join(entries)), len(entries)


def content_policy(*, style: str, script: str) -> str:
    """A Content-Security-Policy under which a page may run this one script, show this one style, and load nothing."""
    return (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
