"""Contact sheets as PNG files, with nothing but the standard library and numpy."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np


def write_png(path: Path, image: np.ndarray) -> None:
    height, width, _ = image.shape
    rows = b"".join(b"\0" + image[y].astype(np.uint8).tobytes() for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
    )


def contact_sheet(images: np.ndarray, columns: int, marks: list[bool] | None = None, gap: int = 6) -> np.ndarray:
    """Tiles [n, h, w, 3]; a picture whose mark is False gets a red frame."""
    count, height, width, _ = images.shape
    rows = (count + columns - 1) // columns
    sheet = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), 128, dtype=np.uint8)
    for i, image in enumerate(images):
        y, x = gap + (i // columns) * (height + gap), gap + (i % columns) * (width + gap)
        if marks is not None and not marks[i]:
            sheet[y - gap // 2 : y + height + gap // 2, x - gap // 2 : x + width + gap // 2] = (255, 0, 0)
        sheet[y : y + height, x : x + width] = image
    return sheet
