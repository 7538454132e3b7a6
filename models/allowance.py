"""How much may still be received: for one modification, for one request, from one supplier in a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from models.attachments import Attachment
from models.errors import Fault
from models.text import excerpt
from models.typography import french, room, size
from settings import settings


@dataclass(frozen=True)
class Bound:
    """One bound on documents together, in bytes: what it allows, what of it is taken, and for what."""

    limit: int
    taken: int
    purpose: str

    @property
    def left(self) -> int:
        """How many more bytes it allows."""
        return max(0, self.limit - self.taken)

    def after(self, more: int) -> Bound:
        """The same once so many more bytes are taken."""
        return replace(self, taken=self.taken + more)

    @property
    def refusal(self) -> str:
        """What is said of a file that goes past it: {name} stands for its name."""
        left = f"il reste {room(self.left)}" if self.left else "il ne reste rien"
        return french(f"« {{name}} » ne peut pas être ajouté : {left} sur {size(self.limit)} {self.purpose}.")

    def fault(self, file_name: str, field: str = "file") -> Fault:
        """The refusal of that file."""
        return _fault(self.refusal, file_name, field)


def daily_bound(taken: int) -> Bound:
    """What one supplier may send in 24 hours."""
    return Bound(settings.max_daily_bytes, taken, "pour les envois de votre entreprise en 24 heures")


def request_bound(taken: int) -> Bound:
    """What one funding request may hold."""
    return Bound(settings.max_request_bytes, taken, "pour les pièces de cette demande")


def _modification_bound(taken: int) -> Bound:
    return Bound(settings.max_modification_bytes, taken, "pour les pièces ajoutées dans cette modification")


@dataclass(frozen=True)
class Allowance:
    """What one open modification may still add: so many files, within these bounds."""

    files: int
    bounds: tuple[Bound, ...]

    @property
    def bytes(self) -> int:
        """How many bytes, within all its bounds."""
        return self._tightest.left

    @property
    def refusal(self) -> str:
        """What is said of one file more than fits: {name} stands for its name."""
        return self._tightest.refusal if self.files else _too_many_files()

    def within(self, bound: Bound) -> Allowance:
        """The same, if this bound counts too."""
        return replace(self, bounds=(bound, *self.bounds))

    def fault(self, file_name: str, weight: int, field: str = "file") -> Fault | None:
        """The refusal of one more file of that size, None when it fits."""
        fits = self.files and weight <= self.bytes
        return None if fits else _fault(self.refusal, file_name, field)

    @property
    def _tightest(self) -> Bound:
        return min(self.bounds, key=lambda bound: bound.left)


def _too_many_files() -> str:
    most = settings.max_modification_files
    held = f"cette modification compte déjà {most} pièces ajoutées, le maximum"
    return french(f"« {{name}} » ne peut pas être ajouté : {held}.")


def _fault(refusal: str, file_name: str, field: str) -> Fault:
    return Fault(field, "QUOTA", refusal.replace("{name}", excerpt(file_name, 200)))


def modification_allowance(modification_id: UUID, documents: Iterable[Attachment]) -> Allowance:
    """What that modification may still add to the documents of its request, each given with its file.

    Those removed, and those of drafts that were dropped, are not of the request.
    """
    held = [each for each in documents if each.removed_at is None]
    added = [each.upload.size for each in held if each.modification_id == modification_id]
    before = [each.upload.size for each in held if each.modification_id != modification_id and each.rank is not None]
    return Allowance(
        files=max(0, settings.max_modification_files - len(added)),
        bounds=(_modification_bound(sum(added)), request_bound(sum(added) + sum(before))),
    )
