"""`Contract`: everything that a contract says, and what is derived from it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from toolkit.contract import types
from toolkit.contract.fields import Bilingual, Field, Rule, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandera.pandas
    from datasets import Features

    from toolkit.contract.about import About

ParserLevel = Literal["error", "warning", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a dataset is (`about`) and what its rows must be. Made by `toolkit.contract.parse_contract`.

    `table` is the name of the one table of the schema, and `description` says what it holds. `levels` has each warning
    code of the parser. `text` is the YAML as given, `sha256` (hex) that of its UTF-8.
    """

    id: str
    version: str
    about: About
    table: str
    description: Bilingual
    fields: tuple[Field, ...] = dataclasses.field(repr=False)
    levels: Mapping[str, ParserLevel]
    file: str
    text: str = dataclasses.field(repr=False)
    sha256: str

    def __hash__(self) -> int:
        """That of the text: a mapping is among the fields, and has no hash."""
        return hash((self.file, self.sha256))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the contract."""
        return tuple(rule for field in walk(self.fields) for rule in field.rules)

    def field(self, path: str) -> Field:
        """The field at a path such as `headline` or `related[].headline`; KeyError if there is none."""
        found = [field for field in walk(self.fields) if field.path == path]
        if not found:
            raise KeyError(path)
        return found[0]

    def arrow(self) -> pa.Schema:
        """The Arrow schema, without metadata; everything is nullable, since `required` is a rule."""
        return pa.schema(map(types.arrow_field, self.fields))

    def features(self) -> Features:
        """The `datasets.Features`; imports datasets."""
        from datasets import Features  # noqa: PLC0415 - takes a second to import, and a build does without it

        return Features.from_dict(types.features_dict(self.fields))

    def hub_features(self) -> list[dict[str, Any]]:  # Any: what YAML takes
        """The `dataset_info.features` of a dataset card, as `datasets` itself would write it."""
        return types.hub_features(self.fields)

    def hub_metadata(self) -> dict[bytes, bytes]:
        """The schema metadata that `datasets` reads its features from in a Parquet file."""
        return {b"huggingface": json.dumps({"info": {"features": types.features_dict(self.fields)}}).encode()}

    def pandera(self) -> pandera.pandas.DataFrameSchema:
        """The pandera schema of a frame of Arrow-backed columns; each check has a rule's code as its name.

        `table.to_pandas(types_mapper=pandas.ArrowDtype, ignore_metadata=True)` makes such a frame of a table.
        """
        from toolkit.contract.rules import frame_schema  # noqa: PLC0415 - imports pandera, which takes half a second

        return frame_schema(self.fields, self.about.title.english)

    def json_schema(self) -> dict[str, Any]:  # Any: what JSON takes
        """The JSON Schema (draft 2020-12) of one row as JSON, days as `YYYY-MM-DD`; only rules that are errors."""
        return types.json_schema(self.fields, title=self.about.title.english, description=self.description.english)

    def markdown(self) -> str:
        """The table of fields in Markdown, descriptions in English and Arabic."""
        return types.field_table(self.fields)
