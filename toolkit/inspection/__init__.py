"""The inspection: a dataset, a table or raw pages -> findings. Writes nothing.

`dataset` lists the checks of a dataset, of which `fetching` makes a copy where it stands elsewhere:

1. `integrity` reads the manifest and looks at the files that it names, `signature` at who signed it.
2. `documents` reads the contract, layout and tags that the dataset was built with.
3. `tables` reads each Parquet file once, in a process of its own, into a report, and has `rows` prove each row.
4. `whole` holds all reports against the manifest, the card and croissant.json (`documents`), and looks for `repeats`.

`foreign` has only the third for tables of other tools; `pages` reads raw pages twice (`page_passes`). What a caller
wants of all this are `aims`. A `find_…` gives findings and nothing else, each made harmless (`findings`); a `read_…` a
value, null where it cannot be read, and what is wrong with it.
"""

from toolkit.inspection.aims import Aims, PublicKey
from toolkit.inspection.dataset import Check, Inspection, inspect_dataset
from toolkit.inspection.fetching import dataset_at, found_at, is_remote_dataset
from toolkit.inspection.foreign import inspect_foreign, tables_at
from toolkit.inspection.pages import inspect_pages

__all__ = [
    "Aims",
    "Check",
    "Inspection",
    "PublicKey",
    "dataset_at",
    "found_at",
    "inspect_dataset",
    "inspect_foreign",
    "inspect_pages",
    "is_remote_dataset",
    "tables_at",
]
