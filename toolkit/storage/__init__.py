"""Storage: the only package that writes below an output, and the way every file of a dataset is read.

A build goes: `resolve_target`, `refuse_foreign`, `lock`; under the lock `refuse_foreign` again, `open_staging`,
`create` and its siblings in any process, `commit_staging`.
"""

from toolkit.storage.commit import commit_staging
from toolkit.storage.dataset_files import (
    ANCHORS,
    CARD_NAME,
    CONTRACT_NAME,
    CROISSANT_NAME,
    DUPLICATES_NAME,
    LATEST_NAME,
    LAYOUT_NAME,
    MANIFEST_NAME,
    REPORT_NAME,
    SHARDS,
    STATEMENT_NAME,
    SUMS_NAME,
    TAGS_NAME,
    is_shard,
    shard_name,
)
from toolkit.storage.delivery import write_chunks, write_file
from toolkit.storage.enclosure import holds_dataset, holds_manifest, refuse_in_dataset, refuse_url
from toolkit.storage.failures import map_os_errors
from toolkit.storage.filesystem import (
    MAX_NAME_BYTES,
    digest_file,
    is_absent,
    is_seen_file,
    open_regular,
    read_bytes,
    read_chunks,
    read_text,
    text_of,
)
from toolkit.storage.folders import Folder, open_folder
from toolkit.storage.locks import lock, lock_path
from toolkit.storage.redaction import redacted
from toolkit.storage.remote import map_url_errors
from toolkit.storage.scratch import Scratch, open_scratch, refuse_no_room, scratch_folder
from toolkit.storage.sink import Sink, WrittenFile
from toolkit.storage.staged import (
    adopt,
    create,
    create_bytes,
    create_work,
    is_intact,
    open_work,
    recall,
    remember,
)
from toolkit.storage.staging import Staging, discard, open_staging
from toolkit.storage.target import NEVER_FOREIGN, foreign_paths, refuse_foreign, resolve_target

__all__ = [
    "ANCHORS",
    "CARD_NAME",
    "CONTRACT_NAME",
    "CROISSANT_NAME",
    "DUPLICATES_NAME",
    "LATEST_NAME",
    "LAYOUT_NAME",
    "MANIFEST_NAME",
    "MAX_NAME_BYTES",
    "NEVER_FOREIGN",
    "REPORT_NAME",
    "SHARDS",
    "STATEMENT_NAME",
    "SUMS_NAME",
    "TAGS_NAME",
    "Folder",
    "Scratch",
    "Sink",
    "Staging",
    "WrittenFile",
    "adopt",
    "commit_staging",
    "create",
    "create_bytes",
    "create_work",
    "digest_file",
    "discard",
    "foreign_paths",
    "holds_dataset",
    "holds_manifest",
    "is_absent",
    "is_intact",
    "is_seen_file",
    "is_shard",
    "lock",
    "lock_path",
    "map_os_errors",
    "map_url_errors",
    "open_folder",
    "open_regular",
    "open_scratch",
    "open_staging",
    "open_work",
    "read_bytes",
    "read_chunks",
    "read_text",
    "recall",
    "redacted",
    "refuse_foreign",
    "refuse_in_dataset",
    "refuse_no_room",
    "refuse_url",
    "remember",
    "resolve_target",
    "scratch_folder",
    "shard_name",
    "text_of",
    "write_chunks",
    "write_file",
]
