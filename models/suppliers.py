"""Suppliers of health software, one per establishment."""

from __future__ import annotations

from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


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
