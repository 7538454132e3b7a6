"""Digests of what arrives, compared with those that its sender announced; in hexadecimal, known by their length."""

import hashlib

_BY_LENGTH = {64: hashlib.sha256, 128: hashlib.sha512}


class Digests:
    """The SHA-256 of what arrives, and its SHA-512 when one was announced."""

    def __init__(self, announced: frozenset[str] = frozenset()) -> None:
        self._announced = announced
        self._hashes = {length: _BY_LENGTH[length]() for length in {64, *map(len, announced)}}

    def update(self, data: bytes | bytearray) -> None:
        """Take what has just arrived."""
        for each in self._hashes.values():
            each.update(data)

    @property
    def sha256(self) -> str:
        """By which the document is known from then on."""
        return self._hashes[64].hexdigest()

    @property
    def agree(self) -> bool:
        """Is it what was announced, in each way in which it was?"""
        return self._announced <= {each.hexdigest() for each in self._hashes.values()}
