"""Rows against themselves: what a row says of its page must follow from its own cells and the layout.

`proof` renders `plain` rows as whole columns, once `texts` has found nothing in them that could be read as anything but
text, and has `odd` read the others one by one; `page_warnings` looks at their codes. What they find are `flaws`.
"""

from toolkit.inspection.rows.flaws import diagnostics_of
from toolkit.inspection.rows.page_warnings import find_raised
from toolkit.inspection.rows.proof import RowsProof

__all__ = ["RowsProof", "diagnostics_of", "find_raised"]
