"""The archive: what was received, byte for byte, compressed, once."""

import hashlib
from dataclasses import dataclass

import zstandard
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models
from db.session import Database, insert_new

_CODEC = "zstd"
# Measured on news pages of 160 KB: 0.7 ms, a ratio of 4.9.
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Packed:
    """A body ready to be stored."""

    hash: str
    size: int
    data: bytes


def pack(body: bytes) -> Packed:
    """Hashes and compresses; done before the transaction, so that other writers don't wait for it."""
    data = zstandard.ZstdCompressor(level=_LEVEL).compress(body)
    return Packed(hashlib.sha256(body).hexdigest(), len(body), data)


def keep(session: Session, packed: Packed) -> None:
    """Stores a body, unless the same one is there."""
    row = {"hash": packed.hash, "codec": _CODEC, "size": packed.size, "data": packed.data}
    session.execute(insert_new(session, models.Body), row)


def unpack(data: bytes) -> bytes:
    """The opposite of `pack`."""
    return zstandard.ZstdDecompressor().decompress(data)


def body(db: Database, content_hash: str) -> bytes:
    """The bytes with that SHA-256 (hex).

    Raises: KeyError when there are none.
    """
    with db.read() as session:
        data = session.scalar(select(models.Body.data).where(models.Body.hash == content_hash))
    if data is None:
        raise KeyError(content_hash)
    return unpack(data)
