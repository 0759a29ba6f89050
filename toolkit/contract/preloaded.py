"""Imports pandera and proves that it checks, once for all processes that are forked from this one."""

from contextlib import suppress

from toolkit.errors import ToolkitError

with suppress(ToolkitError):  # it is raised again where a table is checked
    from toolkit.contract.rules import enabled

    with enabled():
        pass
