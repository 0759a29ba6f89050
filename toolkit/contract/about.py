"""`About`: what a dataset is as a whole, for its card, the Hub and search engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from toolkit.contract.fields import Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who made the dataset: a person or an organization, with a home page if it has one."""

    name: str
    url: str | None
    type: Literal["Person", "Organization"]


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """A licence: its `id` on the Hub (lower-case SPDX id, `other`, …), and a name and an address if it has them."""

    id: str
    name: str | None
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a dataset is. Texts are plain, not Markdown; `citation` and `homepage` are null where there is none."""

    title: Bilingual
    purpose: Bilingual
    usage: Bilingual
    limitations: Bilingual
    license: License
    authors: tuple[Author, ...]
    citation: str | None
    homepage: str | None
    languages: tuple[str, ...]
    task_categories: tuple[str, ...]
    tags: tuple[str, ...]
