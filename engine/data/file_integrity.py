"""Whether an image file is all there, from its own structure and before it is decoded.

ITK fills what is missing of a JPEG or NIfTI file with grey or zeros and says nothing a program can
hear; of a TIFF or MetaImage file it raises, and writes to the terminal; of a PNG file it raises,
but not before it decodes. DICOM it refuses from the header on and needs no help with.
Of a JPEG damaged in its middle this finds what left a marker there that no JPEG has, as three in
four sectors overwritten with noise do; ITK would give the rest as grey. Sectors of zeros, missing
ones and single bits only libjpeg notices, in warnings that Pillow drops and ITK prints on standard
output, where no part of a program with threads can take hold of them.
"""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_END = 0xD9
_JPEG_WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xD8)}  # stuffed byte, TEM, restarts
_JPEG_RESERVED = {*range(0x02, 0xC0), *range(0xF0, 0xFE)}  # ITU-T T.81, table B.1
_TIFF_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_TIFF_TYPE_BYTES |= {13: 4, 16: 8, 17: 8, 18: 8}
_TIFF_INTEGERS = {3: "H", 4: "L", 16: "Q"}
_TIFF_DATA = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_TIFF_TAGS = {tag for pair in _TIFF_DATA for tag in pair}
_META_TYPE_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8}
_META_TYPE_BYTES |= {f"U{name}": size for name, size in list(_META_TYPE_BYTES.items())}
_META_TYPE_BYTES |= {"FLOAT": 4, "DOUBLE": 8}
_LARGEST_EXPANSION = 2**31
_CHUNK = 2**20


def is_whole(path: Path) -> bool:
    """Whether nothing is missing at the end of an image file, as far as its format can tell, nor a
    JPEG damaged in a way that shows.

    Files of other formats, and files whose header makes no sense, count as whole: refusing those is
    the decoder's part.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(8)
    name = path.name.lower()
    try:
        if start[:2] == b"\xff\xd8":
            return _jpeg_is_whole(path.read_bytes())
        if start == _PNG_SIGNATURE:
            return _png_is_whole(path)
        if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            return _tiff_is_whole(path)
        if name.endswith((".mha", ".mhd")):
            return _meta_image_is_whole(path)
        if name.endswith((".nii", ".nii.gz")):
            return _nifti_is_whole(path)
    except (EOFError, KeyError, struct.error, zlib.error):
        return False
    return True


def files_of(path: Path) -> tuple[Path, ...]:
    """All files that an image consists of: a MetaImage header may name a data file beside it."""
    if path.suffix.lower() != ".mhd":
        return (path,)
    data_file = _meta_header(path)[0].get("ElementDataFile", "LOCAL")
    return (path,) if data_file == "LOCAL" else (path, path.parent / data_file)


def _jpeg_is_whole(data: bytes) -> bool:
    """Follow the markers to the end marker; a thumbnail's own lies within a segment, skipped.

    In coded data every 0xFF is followed by a zero or a restart, so damage shows as another marker.
    """
    position = 2
    while (position := data.find(b"\xff", position)) >= 0 and position + 1 < len(data):
        marker = data[position + 1]
        if marker == _JPEG_END:
            return True
        if marker in _JPEG_RESERVED:
            return False
        if marker == 0xFF:
            position += 1
        elif marker in _JPEG_WITHOUT_LENGTH:
            position += 2
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return False


def _png_is_whole(path: Path) -> bool:
    """Step from chunk to chunk until the last; each is a length, a name, content, a checksum."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = len(_PNG_SIGNATURE)
        while position < size:
            file.seek(position)
            length, name = struct.unpack(">L4s", file.read(8))
            position += length + 12
            if name == b"IEND":
                return position <= size
    return False


def _tiff_is_whole(path: Path) -> bool:
    """Whether all values and pixels that the first directory points to lie within the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        order = "<" if head[:2] == b"II" else ">"
        is_big = 43 in head[2:4]
        word, width, counter = ("Q", 8, "Q") if is_big else ("L", 4, "H")
        (directory,) = struct.unpack_from(order + word, head, width)
        file.seek(directory)
        (count,) = struct.unpack(order + counter, file.read(struct.calcsize(order + counter)))
        entry = struct.Struct(f"{order}HH{word}{width}s")
        if directory + count * entry.size > size:
            return False
        values = {}
        for tag, kind, number, value in entry.iter_unpack(file.read(count * entry.size)):
            length = _TIFF_TYPE_BYTES.get(kind, 1) * number
            if length > width:
                (offset,) = struct.unpack(order + word, value)
                if offset + length > size:
                    return False
                file.seek(offset)
                value = file.read(length) if tag in _TIFF_TAGS else b""
            if tag in _TIFF_TAGS:
                code = _TIFF_INTEGERS[kind]
                values[tag] = struct.unpack_from(f"{order}{number}{code}", value)
    return all(
        offset + length <= size
        for offsets, lengths in _TIFF_DATA
        for offset, length in zip(values.get(offsets, ()), values.get(lengths, ()), strict=False)
    )


def _meta_header(path: Path) -> tuple[dict[str, str], int]:
    """The header's entries, and where the pixels start if they are in the same file."""
    entries: dict[str, str] = {}
    with path.open("rb") as file:
        while "ElementDataFile" not in entries and (line := file.readline(_CHUNK)):
            key, _, value = line.decode("latin-1").partition("=")
            entries[key.strip()] = value.strip()
        return entries, file.tell()


def _meta_image_is_whole(path: Path) -> bool:
    entries, start = _meta_header(path)
    data_file = entries.get("ElementDataFile", "")
    if not data_file or data_file.startswith("LIST") or "%" in data_file:
        return bool(data_file)
    element = entries.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY")
    try:
        if entries.get("CompressedData", "False").lower() == "true":
            expected = int(entries.get("CompressedDataSize", 0))
        else:
            side_lengths = [int(side) for side in entries["DimSize"].split()]
            channels = int(entries.get("ElementNumberOfChannels", 1))
            expected = math.prod(side_lengths) * channels * _META_TYPE_BYTES.get(element, 0)
    except (KeyError, ValueError):
        return True
    if data_file == "LOCAL":
        return path.stat().st_size >= start + expected
    return (path.parent / data_file).stat().st_size >= expected


def _nifti_is_whole(path: Path) -> bool:
    compressed = path.name.lower().endswith(".gz")
    with gzip.open(path) if compressed else path.open("rb") as file:
        header = file.read(540)
        expected = _nifti_bytes(header)
        if not compressed:
            return file.seek(0, os.SEEK_END) >= expected
        if expected > _LARGEST_EXPANSION:
            return True
        remaining = expected - len(header)
        while remaining > 0 and (chunk := file.read(min(_CHUNK, remaining))):
            remaining -= len(chunk)
        # Reading on reaches the checksum at the end of the compressed stream.
        file.read(_CHUNK)
        return remaining <= 0


def _nifti_bytes(header: bytes) -> int:
    """The length of an uncompressed NIfTI-1 or NIfTI-2 file, from its header."""
    order = "<" if header[:4] in (b"\x5c\x01\0\0", b"\x1c\x02\0\0") else ">"
    (header_size,) = struct.unpack_from(order + "l", header)
    if header_size == 540:
        (bits,) = struct.unpack_from(order + "h", header, 14)
        sides = struct.unpack_from(order + "8q", header, 16)
        (start,) = struct.unpack_from(order + "q", header, 168)
    else:
        (bits,) = struct.unpack_from(order + "h", header, 72)
        sides = struct.unpack_from(order + "8h", header, 40)
        (start,) = struct.unpack_from(order + "f", header, 108)
    pixels = math.prod(sides[1 : 1 + max(0, min(sides[0], 7))])
    return int(start) + pixels * bits // 8
