"""What xz (.xz file format 1.2.1) and bzip2 have packed to its bytes, by Python's own decoders.

pyarrow, which decodes all else, does not know xz, and fails where bzip2 packed nothing between two texts.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from toolkit.sources.kinds import Codec

MAX_MEMORY_BYTES = 132 * 1024 * 1024
"""What a dictionary of xz of 128 MiB takes; that of `xz -9` has half as much."""


def decode(raw: BinaryIO, codec: Codec, *, block_bytes: int) -> Iterator[bytes]:
    """The decompressed bytes of an open file in blocks, of all streams in it; `codec` is bz2 or xz.

    `OSError` without a number, as pyarrow's decoders raise it, where it is cut short or is not what `codec` writes;
    `UsageError` where Python lacks the decoder.
    """
    new_decoder, error = _decoders(codec)
    padding = b"\0" if codec == "xz" else b""  # may stand between streams
    packed = raw.read(block_bytes)
    while packed:
        decoder = new_decoder()
        while not decoder.eof:
            if decoder.needs_input and not (packed := packed or raw.read(block_bytes)):
                raise OSError("Truncated stream")
            try:
                block = decoder.decompress(packed, block_bytes)
            except error as failure:
                raise OSError(str(failure)) from failure
            packed = b""
            if block:
                yield block
        packed = decoder.unused_data.lstrip(padding)
        while not packed and (step := raw.read(block_bytes)):
            packed = step.lstrip(padding)


def _decoders(codec: Codec) -> tuple[Callable[[], Any], type[Exception]]:  # Any: both have one shape
    """What makes a decoder of one stream, and what its decoders raise."""
    try:
        if codec == "bz2":
            import bz2  # noqa: PLC0415 - not every Python was built with it

            return bz2.BZ2Decompressor, OSError
        import lzma  # noqa: PLC0415 - as above
    except ImportError as failure:
        mend = "Pack it with zstd or gzip."
        raise UsageError(f"what {codec} has packed cannot be read: {failure}", mend=mend) from failure
    return partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, memlimit=MAX_MEMORY_BYTES), lzma.LZMAError
