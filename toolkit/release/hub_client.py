"""Talking to the Hub: the client, the names of commits, and the files of one, as plain values."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from toolkit.errors import DestinationError
from toolkit.storage.folders import map_url_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from huggingface_hub import HfApi

    from toolkit.release.contents import Release

MAIN: Final = "main"
KIND: Final = "dataset"
_TRIPPED: Final = (KeyError, NameError, TypeError, AttributeError)
"""What huggingface_hub 2.4 raises at answers that it does not expect, such as a hash that it did not ask for."""

AGAIN: Final = "Run again: what is there already is not sent twice."


@dataclass(frozen=True, slots=True, kw_only=True)
class Refs:
    """Commits by the name of what points at them: `head` is the main branch's, `requests` are `refs/pr/N`."""

    head: str
    tags: Mapping[str, str]
    requests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A file of a commit: git's hash, `size` in bytes, and the SHA-256 (hex) if it is kept as a large file."""

    oid: str
    size: int
    sha256: str | None

    @property
    def identity(self) -> str:
        """Differs where the content differs."""
        return self.sha256 or self.oid


@contextmanager
def hub_client(name: str, endpoint: str | None) -> Iterator[HfApi]:
    """A client; what it raises in the `with` becomes a DestinationError, and it logs no address with keys in it.

    The token is that of the environment or of huggingface_hub's own store.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415 - heavy, and only for the Hub
    from huggingface_hub.utils import logging as hub_logging  # noqa: PLC0415 - as above

    level = hub_logging.get_verbosity()
    hub_logging.set_verbosity(logging.ERROR)
    try:
        with map_url_errors(name, error=DestinationError, mend=AGAIN):
            yield HfApi(endpoint=endpoint, library_name="article-toolkit")
    except _TRIPPED as failure:
        raise DestinationError(f"{name}: an answer that is none ({type(failure).__name__})", mend=AGAIN) from failure
    finally:
        hub_logging.set_verbosity(level)


def read_refs(api: HfApi, repo: str, *, with_requests: bool = False) -> Refs | None:
    """The names of commits of a repository; null where there is none."""
    from huggingface_hub.errors import RepositoryNotFoundError  # noqa: PLC0415 - as above

    try:
        found = api.list_repo_refs(repo, repo_type=KIND, include_pull_requests=with_requests)
    except RepositoryNotFoundError:
        return None
    heads = {branch.name: branch.target_commit for branch in found.branches}
    return Refs(
        head=heads[MAIN],
        tags={tag.name: tag.target_commit for tag in found.tags},
        requests={request.ref: request.target_commit for request in found.pull_requests or []},
    )


def read_tree(api: HfApi, repo: str, revision: str) -> dict[str, Blob]:
    """Every file of a commit by path, in order."""
    from huggingface_hub.hf_api import RepoFile  # noqa: PLC0415 - as above

    entries = api.list_repo_tree(repo, recursive=True, revision=revision, repo_type=KIND)
    files = [entry for entry in entries if isinstance(entry, RepoFile)]
    return {
        file.path: Blob(oid=file.blob_id, size=file.size, sha256=file.lfs.sha256 if file.lfs else None)
        for file in sorted(files, key=lambda file: file.path)
    }


def sha256_by_path(tree: Mapping[str, Blob], release: Release) -> dict[str, str]:
    """The SHA-256 of each file of a commit; for one that is not the release's and whose hash is not known, its oid."""
    ours = {file.path: file for file in release.files}
    hashes = {}
    for path, blob in tree.items():
        file = ours.get(path)
        same = file is not None and blob.sha256 is None and blob.size == file.size and blob.oid == file.git_oid()
        hashes[path] = file.sha256 if file is not None and same else blob.identity
    return hashes
