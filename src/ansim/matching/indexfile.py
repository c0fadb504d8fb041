"""Arrays in one file: mapped when read, checked by checksums, replaced whole when written.

The file is ``ANSIMIDX``, a format number, the length of a JSON table and the table's CRC32, then
the table (name, type, shape, place and CRC32 of each array, and a note), then the arrays, each
at a multiple of 64 bytes. All numbers are little-endian.
"""

import json
import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ansim.matching.errors import DamagedIndex, NewerIndex

Arrays = dict[str, NDArray[np.generic]]

FORMAT: Final = 1
_HEAD: Final = struct.Struct("<8sIII")
_MAGIC: Final = b"ANSIMIDX"
_ALIGNMENT: Final = 64
_TYPES: Final = {"|u1", "|b1", "<u2", "<u4"}


def write(path: Path, arrays: Arrays, note: str = "") -> None:
    """Write ``arrays`` to ``path``. Raises OSError; then the file that was there still is.

    The new file is written beside the old one, brought to the disk and put in its place in one
    step, so that a crash leaves one or the other.
    """
    given = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with ThreadPoolExecutor() as pool:
        sums = dict(zip(given, pool.map(_checksum, given.values()), strict=True))
    rows, place = [], 0
    for name, array in given.items():
        row = {"name": name, "type": array.dtype.str, "shape": array.shape, "place": place}
        rows.append({**row, "crc32": sums[name]})
        place += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
    table = json.dumps({"arrays": rows, "note": note}).encode()
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(_HEAD.pack(_MAGIC, FORMAT, len(table), zlib.crc32(table)))
        file.write(table)
        start = _aligned(file.tell())
        for row, array in zip(rows, given.values(), strict=True):
            file.write(bytes(start + int(str(row["place"])) - file.tell()))
            file.write(_bytes(array))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _settle_folder(path.parent)


def read(path: Path) -> tuple[Arrays, str]:
    """The arrays, mapped, and the note. Raises DamagedIndex, NewerIndex and OSError."""
    with path.open("rb") as file:
        table, start = _table(file.read(_HEAD.size), file)
    mapped = np.memmap(path, np.uint8, "r")
    try:
        arrays = {row["name"]: _array(mapped, start, row) for row in table["arrays"]}
        sums = [row["crc32"] for row in table["arrays"]]
        note = str(table["note"])
    except (KeyError, TypeError, ValueError):
        raise DamagedIndex from None
    with ThreadPoolExecutor() as pool:
        if list(pool.map(_checksum, arrays.values())) != sums:
            raise DamagedIndex
    return arrays, note


def _table(head: bytes, file: Any) -> tuple[dict[str, Any], int]:
    if len(head) < _HEAD.size:
        raise DamagedIndex
    magic, version, length, checksum = _HEAD.unpack(head)
    if magic != _MAGIC:
        raise DamagedIndex
    if version != FORMAT:
        raise NewerIndex(version=version)
    text = file.read(length)
    if len(text) < length or zlib.crc32(text) != checksum:
        raise DamagedIndex
    table: dict[str, Any] = json.loads(text)
    return table, _aligned(file.tell())


def _array(mapped: NDArray[np.uint8], start: int, row: dict[str, Any]) -> NDArray[np.generic]:
    if row["type"] not in _TYPES:
        raise DamagedIndex
    kind = np.dtype(row["type"])
    shape = tuple(int(side) for side in row["shape"])
    size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    place = start + int(row["place"])
    if place + size > len(mapped):
        raise DamagedIndex
    array: NDArray[np.generic] = mapped[place : place + size].view(np.ndarray)
    shaped: NDArray[np.generic] = array.view(kind).reshape(shape)
    return shaped


def _checksum(array: NDArray[np.generic]) -> int:
    return zlib.crc32(_bytes(array))


def _bytes(array: NDArray[np.generic]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _aligned(place: int) -> int:
    return -(-place // _ALIGNMENT) * _ALIGNMENT


def _settle_folder(folder: Path) -> None:
    """Bring the folder's new entry to the disk too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
