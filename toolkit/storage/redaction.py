"""`redacted`: what somebody else's message says, without the keys that may stand in it."""

from __future__ import annotations

import os
import re
from typing import Final

MAX_CHARACTERS: Final = 300

_URL: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?:[^/\s@'\"]*@)?(?P<rest>[^\s?#'\"]*)(?:[?#][^\s'\"]*)?", re.IGNORECASE
)
_HEADER: Final = re.compile(r"\b(bearer|basic|authorization:)\s+\S+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\b(hf|ghp|gho|github_pat|sk)_[A-Za-z0-9_]{6,}")
_KEY_NAME: Final = re.compile("TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|ACCESS_KEY", re.IGNORECASE)
_HIDDEN: Final = "(hidden)"


def redacted(text: str) -> str:
    """The first line of `text`, of at most 300 characters, without tokens and without users and queries of URLs.

    Values of environment variables that are named like keys are tokens.
    """
    line = text.strip().splitlines()[0] if text.strip() else ""
    for secret in _known_secrets():
        line = line.replace(secret, _HIDDEN)
    line = _TOKEN.sub(_HIDDEN, _HEADER.sub(_HIDDEN, _URL.sub(r"\g<scheme>\g<rest>", line)))
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1] + "…"


def _known_secrets() -> list[str]:
    values = {value.strip() for name, value in os.environ.items() if _KEY_NAME.search(name)}
    return sorted((value for value in values if len(value) >= 8), key=lambda value: (-len(value), value))
