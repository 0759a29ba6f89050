"""Many ordinary pages at once, read on their UTF-8, with the results of `read_page`.

`reader` calls the others in this order:

1. `foreign` passes over pages that can hold no label, where such pages are skipped.
2. `tidying` takes the pages that are ordinary (`ordinary` says which are), or become so once `cleaning` has made them
   canonical, and puts them one after another.
3. `heads` finds the lines that open with a label or may end with an age, by their first and last bytes (`edges`).
4. `blocks` finds what stands between them, `bodies` what stands inside bodies.
5. `block_columns` cuts out the cells, and `toolkit.pages.proof` proves them.

A page that any of them is not sure of is left to `read_page`.
"""

from toolkit.pages.batches.reader import PageReader, Readings, Refused

__all__ = [
    "PageReader",
    "Readings",
    "Refused",
]
