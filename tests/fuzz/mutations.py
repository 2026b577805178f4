"""Damage to a file, the same for the same seed: what disks, editors, spreadsheets and attackers do."""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ODD_NUMBERS = (
    *(b"1e308", b"-1e400", b"1e-320", b"nan", b"inf", b"-inf", b"9" * 400, b"0", b"-0", b"-1", b"4294967296"),
    *(
        b"9223372036854775808",
        b"1_000",
        b"0x10",
        b"1,5",
        b"1.5.2",
        b"--1",
        b"",
        b"\xd9\xa1",
        b"1e",
        b"1e99999",
    ),
)
ODD_WORDS = (
    *(
        b'"',
        b"'",
        b"\\",
        b"\0",
        b"\r",
        b"\n\n\n",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"<",
        b"&x;",
        b"]]>",
    ),
    *(b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"{", b"[" * 3000, b"sep=|\n", b"# ", b"=1+1", b"../../etc/passwd"),
    *(b",", b";", b"\t", b",,,,,,,,", b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b".FIT", b"null", b"true"),
)
LIMIT_BYTES = 4_000_000
"""Damage that lets a file grow stops here: the cases are to be many."""


def mutate(data: bytes, seed: int) -> bytes:
    """Damage a file in one to three ways; a zip archive mostly inside its members."""
    rng = random.Random(seed)
    if data[:4] == b"PK\x03\x04" and rng.random() < 0.75:
        return _in_zip(data, rng)
    if data[:2] == b"\x1f\x8b" and rng.random() < 0.6:
        return _in_gzip(data, rng)
    return _damaged(data, rng)


def _damaged(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(ALL)(data, rng)[:LIMIT_BYTES]
    return data


def _span(data: bytes, rng: random.Random, most: int) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randint(1, most))


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 8) if out else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def set_bytes(data: bytes, rng: random.Random) -> bytes:
    start, stop = _span(data, rng, 16)
    kind = rng.randrange(3)
    new = rng.randbytes(stop - start) if kind == 0 else bytes([0 if kind == 1 else 255]) * (stop - start)
    return data[:start] + new + data[stop:]


def set_number(data: bytes, rng: random.Random) -> bytes:
    """Write an extreme binary number: lengths and offsets of binary formats."""
    form = rng.choice(("<H", ">H", "<I", ">I", "<Q", "<d", "<f"))
    size = struct.calcsize(form)
    worst = float("nan") if form[1] in "df" else rng.choice((0, 1, 2 ** (8 * size) - 1, 2 ** (8 * size - 1)))
    at = rng.randrange(max(1, len(data) - size))
    return data[:at] + struct.pack(form, worst) + data[at + size :]


def cut_end(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def cut_start(data: bytes, rng: random.Random) -> bytes:
    return data[rng.randrange(min(len(data), 2000) + 1) :]


def delete_block(data: bytes, rng: random.Random) -> bytes:
    start, stop = _span(data, rng, max(1, len(data) // 3))
    return data[:start] + data[stop:]


def repeat_block(data: bytes, rng: random.Random) -> bytes:
    start, stop = _span(data, rng, max(1, len(data) // 3))
    return data[:stop] + data[start:stop] * rng.choice((1, 1, 2, 50)) + data[stop:]


def insert_noise(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randint(1, 300)) + data[at:]


def insert_word(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(ODD_WORDS) + data[at:]


def damage_head(data: bytes, rng: random.Random) -> bytes:
    head = data[:600]
    kind = rng.choice((flip_bits, set_bytes, delete_block, insert_word, insert_noise, odd_number, set_number))
    return kind(head, rng) + data[600:]


def odd_number(data: bytes, rng: random.Random) -> bytes:
    """Put something else in the place of some numbers."""
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", data[:200_000]))
    for number in sorted(rng.sample(found, min(len(found), rng.choice((1, 1, 3)))), key=lambda m: -m.start()):
        data = data[: number.start()] + rng.choice(ODD_NUMBERS) + data[number.end() :]
    return data


def odd_column(data: bytes, rng: random.Random) -> bytes:
    """Put the same odd value into one column of every row."""
    delimiter = max((b",", b";", b"\t"), key=data[:2000].count)
    lines = data.split(b"\n")
    column, value = rng.randrange(8), rng.choice(ODD_NUMBERS)
    first = rng.randrange(min(len(lines), 15))
    for at in range(first, len(lines)):
        cells = lines[at].split(delimiter)
        if column < len(cells):
            cells[column] = value
            lines[at] = delimiter.join(cells)
    return b"\n".join(lines)


def mix_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        lines[a], lines[b] = lines[b], lines[a]
    elif kind == 1:
        del lines[a]
    elif kind == 2:
        lines[a:a] = [lines[b]] * rng.choice((1, 3, 200))
    elif kind == 3:
        lines[a] = lines[a].rstrip(b"\r\n")
    elif kind == 4:
        lines[a : a + 50] = reversed(lines[a : a + 50])
    else:
        rng.shuffle(lines)
    return b"".join(lines)


def other_signs(data: bytes, rng: random.Random) -> bytes:
    pairs = (
        (b",", b";"),
        (b",", b"\t"),
        (b";", b","),
        (b".", b","),
        (b"\n", b"\r\n"),
        (b"\n", b"\r"),
        (b'"', b""),
    )
    old, new = rng.choice(pairs)
    return data.replace(old, new, rng.choice((1, -1)))


def other_encoding(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("latin-1")
    kind = rng.randrange(5)
    if kind == 0:
        return text.encode("utf-16")
    if kind == 1:
        return b"\xef\xbb\xbf" + data
    if kind == 2:
        return data.replace(b"e", b"\xe9")
    if kind == 3:
        return text.encode("utf-8").decode("latin-1").encode("utf-8")
    return data.replace(b" ", b"\xc2\xa0")


def whole_file(data: bytes, rng: random.Random) -> bytes:
    kinds = (b"", data + data, data[:1], b"\n" * 1000, bytes(len(data)), data.split(b"\n")[0], data[::-1])
    return rng.choice(kinds)


ALL: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(
        flip_bits,
        flip_bits,
        set_bytes,
        set_number,
        cut_end,
        cut_start,
        delete_block,
        repeat_block,
        insert_noise,
    ),
    *(insert_word, insert_word, damage_head, damage_head, odd_number, odd_number, odd_column, odd_column),
    *(mix_lines, mix_lines, other_signs, other_encoding, whole_file),
)


def _in_gzip(data: bytes, rng: random.Random) -> bytes:
    """Damage what is packed, and pack it again soundly; damage the file where it was damaged before."""
    try:
        inside = zlib.decompress(data, wbits=31)
    except zlib.error:
        return _damaged(data, rng)
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(_damaged(inside, rng)) + packer.flush()


def _in_zip(data: bytes, rng: random.Random) -> bytes:
    """Damage an archive's members, their names or which there are, and write it again with right sums."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    for _ in range(rng.choice((1, 1, 2))):
        _damage_members(members, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two members of one name
        for name, content in members:
            archive.writestr(name or "x", content)
    return out.getvalue()


def _damage_members(members: list[tuple[str, bytes]], rng: random.Random) -> None:
    if not members:
        return
    at = rng.randrange(len(members))
    name, content = members[at]
    kind = rng.randrange(12)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members.insert(rng.randrange(len(members) + 1), (name, _damaged(content, rng)))
    elif kind == 2:
        odd = (
            "../" + name,
            "/" + name,
            "a/" + name,
            name.upper(),
            name + "\\..",
            "__MACOSX/._" + name,
            "." + name,
        )
        members[at] = (rng.choice(odd), content)
    elif kind == 3:
        members[at] = (name, bytes(rng.choice((0, 1, LIMIT_BYTES))))
    elif kind == 4:
        other = members[rng.randrange(len(members))]
        members[at] = (name, other[1])
    elif content[:2] == b"\x1f\x8b" and rng.random() < 0.7:
        members[at] = (name, _in_gzip(content, rng))
    else:
        members[at] = (name, _damaged(content, rng))
