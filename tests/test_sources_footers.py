"""`read_groups`: what a footer says of chunks and rows, as pyarrow reads it from files that it wrote itself."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.sources.findings import SourceError
from toolkit.sources.parquet.footers import read_groups

TABLE = pa.table(
    {
        "text": ["a" * number for number in range(50)],
        "nested": [{"list": [number, None], "text": "x"} for number in range(50)],
        "empty": pa.nulls(50),
        "flag": [None, True] * 25,
    }
).replace_schema_metadata({"key": "value" * 100})


@pytest.mark.parametrize("options", [
    {},
    {"use_dictionary": False, "compression": "none"},
    {"row_group_size": 7, "write_page_index": True, "write_page_checksum": True},
    {"data_page_version": "2.0", "store_schema": False, "write_statistics": False},
    {"column_encoding": "PLAIN", "use_dictionary": False, "sorting_columns": [pq.SortingColumn(0)]},
], ids=["default", "plain", "indexed", "without statistics", "sorted"])  # fmt: skip
def test_chunks_are_where_pyarrow_finds_them(options):
    sink = io.BytesIO()
    pq.write_table(TABLE, sink, **options)
    groups = read_groups(sink)
    metadata = pq.ParquetFile(sink).metadata
    assert len(groups) == metadata.num_row_groups
    for index, group in enumerate(groups):
        expected = metadata.row_group(index)
        assert group.rows == expected.num_rows
        assert len(group.chunks) == expected.num_columns
        for leaf, chunk in enumerate(group.chunks):
            column = expected.column(leaf)
            first = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
            assert chunk == (first, column.total_compressed_size)


@pytest.mark.parametrize("length", [0, 1, 5, 20])
def test_a_footer_that_ends_too_early_is_damaged(length):
    sink = io.BytesIO()
    pq.write_table(TABLE, sink)
    raw = sink.getvalue()
    footer = raw[-8 - int.from_bytes(raw[-8:-4], "little") : -8][:length]
    with pytest.raises(SourceError, match="a footer that cannot be read"):
        read_groups(io.BytesIO(raw[:100] + footer + length.to_bytes(4, "little") + b"PAR1"))


def test_a_footer_longer_than_the_file_is_damaged():
    with pytest.raises(SourceError, match="longer than the file"):
        read_groups(io.BytesIO(b"PAR1" + (100).to_bytes(4, "little") + b"PAR1"))
