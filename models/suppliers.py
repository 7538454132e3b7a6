"""Suppliers of health software, one per establishment."""

from __future__ import annotations

from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

PUT_ASIDE = "BAC-A-SABLE"
"""In the place of a SIRET, which it never is: who holds the dossiers that a reset of a sandbox put aside."""


class Supplier(Model):
    """A company that asks for the subsidy, known by its SIRET."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    siret = fields.CharField(max_length=14, unique=True)
    legal_name = fields.CharField(max_length=200)
    street = fields.CharField(max_length=200)
    postcode = fields.CharField(max_length=5)
    city = fields.CharField(max_length=100)

    class Meta:
        table = "supplier"
