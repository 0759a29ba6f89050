"""`render`: a contract in one of the forms that `toolkit schema` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, get_args

from toolkit.contract.types import features_dict

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
            return _json(contract.json_schema())
        case "features":
            return _json(features_dict(contract.fields))
        case "markdown":
            return contract.markdown()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
