"""`render`: a contract in one of the forms that `toolkit schema` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from toolkit.contract.types import features_dict
from toolkit.json_text import json_document

if TYPE_CHECKING:
    from toolkit.contract.model import Contract

Format = Literal["arrow", "json-schema", "features", "markdown"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def render(contract: Contract, form: Format) -> str:
    """The schema of `contract` as text that ends with a line end.

    `features` is JSON that `datasets.Features.from_dict` takes; `arrow` has a line `name: type` for each column.
    """
    match form:
        case "arrow":
            return "".join(f"{field.name}: {field.type}\n" for field in contract.arrow())
        case "json-schema":
            return json_document(contract.json_schema())
        case "features":
            return json_document(features_dict(contract.fields))
        case "markdown":
            return contract.markdown()
