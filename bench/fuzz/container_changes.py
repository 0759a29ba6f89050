"""Changes of containers that keep them nearly whole: checksums are mended, fields get values that formats fear."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from bench.fuzz.container_seeds import compress
from bench.fuzz.tree_changes import mutate_json

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from bench.fuzz.target import MutateBytes

    Mutate = Callable[[bytes, random.Random, MutateBytes], bytes]

_BLOCK: Final = 512
_NUMBERS: Final = (0, 1, 7, 511, 512, 513, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)
_NAMES: Final = (b"a.txt", b"../a.txt", b"/a.txt", b"a\0.txt", b"\xff.txt", b"a.zip", b".txt", b"", b"a" * 99 + b".txt")
_KINDS: Final = b"0\x0071234567LKxgSMDN"


def mutate_compressed(inner: Mutate, codec: str) -> Mutate:
    """Changes what is in a compressed file, or the file itself."""

    def mutate(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
        draw = rng.random()
        if draw < 0.15:
            return mutate_bytes(data)
        if draw < 0.25:
            return data[: rng.randrange(len(data) + 1)]
        try:
            raw = gzip.decompress(data) if codec == "gz" else pa.input_stream(pa.py_buffer(data), "zstd").read(1 << 20)
        except (OSError, EOFError, zlib.error):
            return mutate_bytes(data)
        changed = inner(raw, rng, mutate_bytes)
        cut = rng.randrange(len(changed) + 1) if draw < 0.4 else len(changed)
        return compress(changed[:cut], codec) + (compress(changed[cut:], codec) if cut < len(changed) else b"")

    return mutate


def mutate_tar(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    """Blocks moved, dropped and doubled; fields of headers set, as a rule with the right checksum."""
    blocks = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)] or [b""]
    at, other, draw = rng.randrange(len(blocks)), rng.randrange(len(blocks)), rng.random()
    if draw < 0.1:
        return mutate_bytes(data)
    if draw < 0.2:
        blocks.insert(at, blocks[other])
    elif draw < 0.3:
        del blocks[at]
    elif draw < 0.4:
        blocks[at], blocks[other] = blocks[other], blocks[at]
    elif draw < 0.5:
        fields = rng.choice(
            (b"9 size=1\n", b"20 path=../x.txt\n", b"8 path=\n", b"99 a=b\n", b"0 x=\n", b"\xff", b"12 size=-1\n")
        )
        blocks[at] = (fields * rng.randrange(1, 3))[:_BLOCK].ljust(_BLOCK, b"\0")
    else:
        blocks[at] = _change_header(blocks[at], rng)
    return b"".join(blocks)


def _change_header(block: bytes, rng: random.Random) -> bytes:
    block, draw = block.ljust(_BLOCK, b"\0"), rng.random()
    if draw < 0.3:
        block = rng.choice(_NAMES)[:100].ljust(100, b"\0") + block[100:]
    elif draw < 0.6:
        size = rng.choice(
            (b"%011o" % min(rng.choice(_NUMBERS), 8**11 - 1), b"\x80" + bytes(7) + b"\1\2\3", b"-1", b"8", b" 7 ")
        )
        block = block[:124] + size[:12].ljust(12, b"\0") + block[136:]
    elif draw < 0.8:
        block = block[:156] + bytes([rng.choice(_KINDS)]) + block[157:]
    else:
        block = block[:257] + rng.choice((b"ustar\0", b"ustar ", bytes(6), b"\xff" * 6)) + block[263:]
    if rng.random() < 0.1:
        return block
    total = sum(block[:148]) + 8 * 0x20 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


def mutate_zip(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    """Fields of local headers, of the central directory and of its end, set to what they never should be."""
    draw = rng.random()
    if draw < 0.1:
        return mutate_bytes(data)
    mark, fields = rng.choice(
        (
            (b"PK\3\4", ((6, "H"), (8, "H"), (14, "L"), (18, "L"), (22, "L"), (26, "H"), (28, "H"))),
            (
                b"PK\1\2",
                ((8, "H"), (10, "H"), (16, "L"), (20, "L"), (24, "L"), (28, "H"), (30, "H"), (38, "L"), (42, "L")),
            ),
            (b"PK\5\6", ((4, "H"), (8, "H"), (10, "H"), (12, "L"), (16, "L"), (20, "H"))),
            (b"PK\6\6", ((4, "Q"), (24, "Q"), (32, "Q"), (40, "Q"), (48, "Q"))),
        )
    )
    places = [at for at in range(len(data)) if data.startswith(mark, at)]
    if not places:
        return mutate_bytes(data)
    at, (offset, form) = rng.choice(places), rng.choice(fields)
    value = rng.choice((*_NUMBERS, len(data), at, rng.choice(places))) & (256 ** struct.calcsize(f"<{form}") - 1)
    changed = bytearray(data)
    changed[at + offset : at + offset + struct.calcsize(f"<{form}")] = struct.pack(f"<{form}", value)
    return bytes(changed) if draw < 0.9 else bytes(changed[:at] + changed[at + rng.randrange(60) :])


def mutate_lines(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    """Lines of JSON changed as values and as bytes, doubled, and joined."""
    found = data.split(b"\n")
    at, draw = rng.randrange(len(found)), rng.random()
    if draw < 0.2:
        return mutate_bytes(data)
    if draw < 0.4:
        found.insert(
            at,
            rng.choice((b"", b" ", b"\xef\xbb\xbf", b"[]", b"null", b"[" * 999, b'{"text": "x"}', rng.choice(found))),
        )
    elif draw < 0.5:
        del found[at]
    else:
        found[at] = mutate_json(found[at], rng, mutate_bytes, ("text", "url", {"text": "a"}, "\ud800")).replace(
            b"\n", b""
        )
    return b"\n".join(found)


def mutate_wet(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    """Header lines of WARC records changed, doubled and dropped."""
    found = data.split(b"\r\n")
    at, draw = rng.randrange(len(found)), rng.random()
    if draw < 0.2:
        return mutate_bytes(data)
    if draw < 0.4:
        found.insert(
            at,
            rng.choice(
                (b"", b"WARC/1.0", b"WARC/1.1", b"A: b", b" c", b"WARC-Type: conversion", b"\xff", rng.choice(found))
            ),
        )
    elif draw < 0.6:
        del found[at]
    elif draw < 0.8:
        found[at] = b"Content-Length: " + rng.choice((b"%d" % rng.choice(_NUMBERS), b"-1", b"1e3", b"", b"0x9", b"7 7"))
    else:
        found[at] = found[at][: rng.randrange(len(found[at]) + 1)]
    return b"\r\n".join(found)


def mutate_table(data: bytes, rng: random.Random, mutate_bytes: MutateBytes) -> bytes:
    """Parquet with bytes of its footer or pages changed, the length of the footer right or wrong."""
    draw = rng.random()
    if len(data) < 12 or draw < 0.1:
        return mutate_bytes(data)
    length = int.from_bytes(data[-8:-4], "little")
    if draw < 0.2 or length > len(data) - 12:
        return data[:-8] + rng.choice((length, *_NUMBERS)).to_bytes(8, "little")[:4] + data[-4:]
    pages, footer = data[: -8 - length], data[-8 - length : -8]
    if draw < 0.6:
        footer = _change_bytes(footer, rng) if draw < 0.5 else mutate_bytes(footer)
    else:
        pages = _change_bytes(pages, rng) if draw < 0.9 else mutate_bytes(pages)
    return pages + footer + len(footer).to_bytes(4, "little") + data[-4:]


def _change_bytes(raw: bytes, rng: random.Random) -> bytes:
    """As many bytes as before, one to four of them others."""
    changed = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 4)) if raw else 0):
        changed[rng.randrange(len(raw))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(changed)
