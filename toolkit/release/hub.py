"""`HubDestination`: one commit and one tag a release, in a dataset repository of the Hugging Face Hub."""

from __future__ import annotations

import re
from contextlib import nullcontext
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from toolkit.dataset.versions import parse_tag, parse_version
from toolkit.diagnostics import cut
from toolkit.errors import DestinationError, UsageError
from toolkit.release.checks import refuse_absent, refuse_losing_edits
from toolkit.release.destinations import Standing
from toolkit.release.hub_client import AGAIN, KIND, MAIN, Refs, hub_client, read_refs, read_tree, sha256_by_path
from toolkit.release.hub_standing import HubState, read_state, standing_of
from toolkit.release.loading import load_in_fresh_process
from toolkit.release.plans import plan_changes
from toolkit.storage.dataset_files import CARD_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi

    from toolkit.release.contents import Release
    from toolkit.release.plans import Plan

    Operation = CommitOperationAdd | CommitOperationCopy | CommitOperationDelete

MEANWHILE: Final = "somebody else changed it meanwhile"
MAX_NOTES: Final = 10_000

OF_THE_HUB: Final = {".gitattributes"}
"""The files of a repository that has just been made."""

_URL: Final = re.compile(r"hf://datasets/([A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*)/?")
_ROLLBACK: Final = re.compile(r"v(?P<version>[0-9.]+)-rollback\.(?P<number>[1-9][0-9]{0,8})")


class HubDestination:
    """A `Destination` on the Hub. With `create_pr` the release becomes a pull request, which has no tag."""

    def __init__(
        self, url: str, *, endpoint: str | None = None, private: bool = False, create_pr: bool = False
    ) -> None:
        """UsageError for a URL that names no dataset repository."""
        found = _URL.fullmatch(url)
        if not found:
            raise UsageError(f"{url}: no dataset of the Hub", mend="Write it like hf://datasets/ORG/NAME.")
        self.name = f"hf://datasets/{found[1]}"
        self._repo = found[1]
        self._endpoint = endpoint
        self._private = private
        self._create_pr = create_pr

    def held(self, claim: str) -> AbstractContextManager[None]:  # noqa: ARG002 - for folders
        """Nothing is held: the Hub refuses a commit whose parent is not the head any more."""
        return nullcontext()

    def look(self, release: Release) -> Standing:
        """See `Destination`."""
        with hub_client(self.name, self._endpoint) as api:
            refs = read_refs(api, self._repo, with_requests=self._create_pr)
            if refs is None:
                return Standing()
            state = self._state(api, refs, self._request_with(api, refs, release) or refs.head)
            tagged = refs.tags.get(release.tag)
            published = None if tagged is None else sha256_by_path(read_tree(api, self._repo, tagged), release)
        return standing_of(state, release, published)

    def _state(self, api: HfApi, refs: Refs, commit: str) -> HubState:
        return read_state(self.name, self._endpoint, refs, commit, read_tree(api, self._repo, commit))

    def _request_with(self, api: HfApi, refs: Refs, release: Release) -> str | None:
        """The commit of a pull request that has the release already, so that none is opened twice."""
        for commit in refs.requests.values():
            if release.hashes.items() <= sha256_by_path(read_tree(api, self._repo, commit), release).items():
                return commit
        return None

    def commit(self, release: Release, standing: Standing, plan: Plan, notes: str) -> str:
        """One commit on the head that was looked at, and the tag once the commit is seen to be right."""
        with hub_client(self.name, self._endpoint) as api:
            if standing.published is not None:
                return api.repo_info(self._repo, repo_type=KIND, revision=release.tag).sha or release.tag
            revision = head = standing.head or self._create(api)
            if not plan.is_done:
                operations = _operations(release, plan)
                revision = self._send(api, operations, head, f"Release {release.tag}", notes)
            if not self._create_pr:
                self._refuse_other_files(api, release, revision)
                api.create_tag(self._repo, tag=release.tag, revision=revision, repo_type=KIND)
        return revision

    def _refuse_other_files(self, api: HfApi, release: Release, revision: str) -> None:
        hashes = sha256_by_path(read_tree(api, self._repo, revision), release)
        wrong = [path for path, sha256 in release.hashes.items() if hashes.get(path) != sha256]
        if wrong:
            raise DestinationError(f"{self.name}@{revision}: {wrong[0]} is not what was sent", mend=AGAIN)

    def _create(self, api: HfApi) -> str:
        api.create_repo(self._repo, repo_type=KIND, private=self._private, exist_ok=True)
        refs = read_refs(api, self._repo)
        if refs is None:
            raise DestinationError(f"{self.name}: was made, but is not there", mend=AGAIN)
        if read_tree(api, self._repo, refs.head).keys() - OF_THE_HUB:
            raise DestinationError(f"{self.name}: {MEANWHILE}", mend=AGAIN)
        return refs.head

    def _send(self, api: HfApi, operations: Sequence[Operation], parent: str, title: str, notes: str) -> str:
        from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415 - heavy, and only for the Hub

        try:
            made = api.create_commit(
                self._repo,
                operations,
                commit_message=title,
                commit_description=cut(notes, MAX_NOTES),
                repo_type=KIND,
                revision=MAIN,
                parent_commit=parent,
                create_pr=self._create_pr,
            )
        except HfHubHTTPError as failure:
            if failure.response is not None and failure.response.status_code == HTTPStatus.PRECONDITION_FAILED:
                raise DestinationError(f"{self.name}: {MEANWHILE}", mend=AGAIN) from None
            raise
        return made.pr_revision or made.oid

    def read_back(self, release: Release, revision: str) -> None:
        """By the tag: the hash of every file, then the rows in a fresh process."""
        named = revision if self._create_pr else release.tag
        with hub_client(self.name, self._endpoint) as api:
            self._refuse_other_files(api, release, named)
        load_in_fresh_process(self._repo, named, release, endpoint=self._endpoint)

    def roll_back(self, version: str, *, dry_run: bool) -> tuple[str | None, str, Plan]:
        """A new commit with exactly the files of the old release, and a tag of its own."""
        with hub_client(self.name, self._endpoint) as api:
            refs = read_refs(api, self._repo) or Refs(head="", tags={}, requests={})
            refuse_absent(parse_version(version), [out for tag in refs.tags if (out := parse_tag(tag))], self.name)
            now = self._state(api, refs, refs.head)
            old = self._state(api, refs, refs.tags[f"v{version}"])
            plan = _way_back(now, old)
            if plan.is_done:
                tag = _tag_of(refs, version)
            else:
                tag = _next_tag(refs, version)
                _refuse_losing_edits(now, old)
            if dry_run:
                return None, tag, plan
            revision = refs.head
            if not plan.is_done:
                operations = _copies(plan, old.commit)
                revision = self._send(api, operations, refs.head, f"Roll back to v{version}", "")
            self._refuse_other_than(api, old, revision)
            if tag not in refs.tags:
                api.create_tag(self._repo, tag=tag, revision=revision, repo_type=KIND)
        return revision, tag, plan

    def _refuse_other_than(self, api: HfApi, old: HubState, revision: str) -> None:
        tree = read_tree(api, self._repo, revision)
        wrong = [path for path in old.owned if path in old.tree and tree.get(path) != old.tree[path]]
        if wrong:
            raise DestinationError(f"{self.name}@{revision}: {min(wrong)} is not that of the old release", mend=AGAIN)


def _refuse_losing_edits(now: HubState, old: HubState) -> None:
    """RefusalError (R604) if people changed the present card since it was published."""
    if CARD_NAME in now.edited():
        refuse_losing_edits(now.edited_card(), old.read_card())


def _way_back(now: HubState, old: HubState) -> Plan:
    """From the present files to those of the old release; files of neither are left alone."""
    wanted = {path: blob.identity for path, blob in old.tree.items() if path in old.owned}
    present = {path: blob.identity for path, blob in now.tree.items() if path in now.owned or path in wanted}
    return plan_changes(wanted, present, owned=present)


def _tag_of(refs: Refs, version: str) -> str:
    """The tag of the head, which has the old files already; a new one where an interrupted roll-back gave it none."""
    names = [name for name, commit in refs.tags.items() if commit == refs.head]
    mine = [name for name in names if name == f"v{version}" or name.startswith(f"v{version}-rollback.")]
    return min(mine) if mine else _next_tag(refs, version)


def _next_tag(refs: Refs, version: str) -> str:
    found = [_ROLLBACK.fullmatch(name) for name in refs.tags]
    numbers = [int(match["number"]) for match in found if match and match["version"] == version]
    return f"v{version}-rollback.{max(numbers, default=0) + 1}"


def _operations(release: Release, plan: Plan) -> list[Operation]:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete  # noqa: PLC0415 - as above

    files = [release.file(path) for path in plan.uploads]
    return [
        *(CommitOperationAdd(file.path, str(file.source) if file.source else file.data) for file in files),
        *(CommitOperationDelete(path) for path in plan.delete),
    ]


def _copies(plan: Plan, commit: str) -> list[Operation]:
    from huggingface_hub import CommitOperationCopy, CommitOperationDelete  # noqa: PLC0415 - as above

    return [
        *(CommitOperationCopy(path, path, src_revision=commit) for path in plan.uploads),
        *(CommitOperationDelete(path) for path in plan.delete),
    ]
