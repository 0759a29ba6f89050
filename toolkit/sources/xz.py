"""What xz has packed to its bytes (.xz file format 1.2.1): pyarrow, which decodes all else, does not know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MAX_MEMORY_BYTES = 132 * 1024 * 1024
"""What a dictionary of 128 MiB takes; that of `xz -9` has half as much."""


def decode_xz(raw: BinaryIO, *, block_bytes: int) -> Iterator[bytes]:
    """The decompressed bytes of an open file in blocks, of all streams in it; `UsageError` where Python lacks lzma.

    `OSError` without a number, as pyarrow's decoders raise it, where it is cut short or is not what xz writes.
    """
    try:
        import lzma  # noqa: PLC0415 - not every Python was built with it
    except ImportError as failure:
        raise UsageError(
            f"what xz has packed cannot be read: {failure}", mend="Pack it with zstd or gzip."
        ) from failure
    packed = raw.read(block_bytes)
    while packed:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_MEMORY_BYTES)
        while not decoder.eof:
            if decoder.needs_input and not (packed := packed or raw.read(block_bytes)):
                raise OSError("Truncated stream of xz")
            try:
                block = decoder.decompress(packed, block_bytes)
            except lzma.LZMAError as failure:
                raise OSError(str(failure)) from failure
            packed = b""
            if block:
                yield block
        packed = decoder.unused_data.lstrip(b"\0")  # streams may have zeros between them
        while not packed and (step := raw.read(block_bytes)):
            packed = step.lstrip(b"\0")
