"""The last pass of each worker."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.database import InstantField


class Migration(migrations.Migration):
    dependencies = [("solde", "0003_mails")]

    operations = [
        ops.CreateModel(
            name="SweepPass",
            fields=[
                ("worker", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=100)),
                ("began_at", InstantField(auto_now=False, auto_now_add=False)),
                ("seconds", fields.FloatField()),
                (
                    "failed",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "sweep_pass",
                "app": "solde",
                "pk_attr": "worker",
                "table_description": "When that worker last looked for what is due, how long it took, and the parts that failed.",
            },
            bases=["Model"],
        ),
    ]
