"""What processes that check tables share if they are forked from one that has imported this: a pandera that checks."""

from contextlib import suppress

from toolkit.errors import ToolkitError

with suppress(ToolkitError):  # whoever checks a table is told
    from toolkit.contract.rules import enabled

    with enabled():
        pass
