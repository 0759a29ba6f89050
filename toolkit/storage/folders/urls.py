"""URLs to the file systems of fsspec, and what those and their clients raise."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import UsageError
from toolkit.storage.redaction import redacted

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession

_OF_EXTRA: Final = ("s3", "s3a", "http", "https")
"""Protocols that the extra `s3` brings."""

_WITHOUT_HOST: Final = ("dbfs", "file", "hdfs", "local", "memory", "viewfs")
"""Protocols whose URLs may begin with a path; of all others a bucket or host comes first."""

_SILENCE_S: Final = 120
"""A web server that sends nothing for so long is given up."""

_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_PAUSES_S: Final = (1, 2, 4, 8)
"""After which a web server that is busy is asked again, unless it says when; object stores' own clients do so, too."""

_LONGEST_PAUSE_S: Final = 60

_CLIENT_FAILURES: Final = (
    ("aiohttp", "ClientError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("ftplib", "Error"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
    ("requests", "RequestException"),
)


def locate(url: str, **options: object) -> tuple[Any, str]:  # Any: fsspec has no types
    """The file system of `url` and the path in it; `options` are those of the file system.

    UsageError for a URL that does not say enough, and for a protocol that is not known or not installed. Some file
    systems connect at once: `url_failures` are left to the caller.
    """
    import fsspec.core  # type: ignore[import-untyped]  # noqa: PLC0415 - no types; heavy, and only for URLs

    name = redacted(url)
    protocol, _, rest = url.partition("://")
    if rest[:1] in {"", "/"} and protocol not in _WITHOUT_HOST:
        raise UsageError(f"{name}: names no bucket or host", mend="Is a variable empty that should name it?")
    try:
        system, path = fsspec.core.url_to_fs(url, **(_patience() if is_web(url) else {}), **options)
    except ImportError as failure:
        is_ours = protocol.lower() in _OF_EXTRA
        mend = 'pip install "article-toolkit[s3]"' if is_ours else redacted(str(failure))
        raise UsageError(f"{name}: what reads such URLs is not installed", mend=mend) from None
    except ValueError as failure:
        raise UsageError(f"{name}: {redacted(str(failure))}") from None
    except (TypeError, AttributeError):  # of file systems that are told more than a URL can say, or less than they need
        raise UsageError(f"{name}: says too little, or is not a URL of one file or folder") from None
    return system, path


def is_web(url: str) -> bool:
    """Whether `url` is one of a web server, which has no folders."""
    return url.partition("://")[0].lower() in {"http", "https"}


def _patience() -> dict[str, object]:
    """Options for a web server: a file may take long as long as something comes; aiohttp alone allows five minutes."""
    from aiohttp import ClientTimeout  # noqa: PLC0415 - an extra, which fsspec wants for a web server, too

    return {"timeout": ClientTimeout(sock_connect=30, sock_read=_SILENCE_S), "get_client": _get_client}


async def _get_client(**options: Any) -> ClientSession:  # Any: fsspec's own, and those of the user's settings of fsspec
    from aiohttp import ClientSession  # noqa: PLC0415 - as above

    return ClientSession(middlewares=(_ask_again,), **options)


async def _ask_again(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """The answer of a web server, the last one where it stays busy; the first to HEAD, after which fsspec tries GET."""
    import asyncio  # noqa: PLC0415 - takes long, and aiohttp has it

    for pause in () if request.method == "HEAD" else _PAUSES_S:
        answer = await send(request)
        if answer.status not in _BUSY:
            return answer
        asked_s = _seconds_of(answer.headers.get("Retry-After", ""))
        answer.close()
        await asyncio.sleep(pause if asked_s is None else min(max(asked_s, 0), _LONGEST_PAUSE_S))
    return await send(request)


def _seconds_of(retry_after: str) -> float | None:
    """How long from now a server wants to be left alone; null if it does not say. RFC 9110, section 10.2.3."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - as above

    try:
        if retry_after.isdecimal():
            return float(retry_after)
        return (parsedate_to_datetime(retry_after).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def url_failures() -> tuple[type[Exception], ...]:
    """What file systems raise: clients have errors of their own, of which those count that were imported at all."""
    modules = [(sys.modules.get(module), name) for module, name in _CLIENT_FAILURES]
    clients = (getattr(module, name) for module, name in modules if module is not None)
    return (OSError, ValueError, RuntimeError, EOFError, *clients)
