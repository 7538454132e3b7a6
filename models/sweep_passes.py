"""The last pass of each worker: what one process knows, where the others can read it."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.database import InstantField


class SweepPass(Model):
    """When that worker last looked for what is due, how long it took, and the parts that failed."""

    worker = fields.CharField(primary_key=True, max_length=100)
    began_at: datetime = InstantField()
    seconds = fields.FloatField()
    failed: list[str] = fields.JSONField(default=list)

    class Meta:
        table = "sweep_pass"
