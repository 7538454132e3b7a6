"""The announcements of the home page; what a mail carries; what was typed when a session ended."""

import functools
from json import dumps, loads
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.actors import AuthorField
from models.database import InstantField
from models.emails import EmailAttachment


class Migration(migrations.Migration):
    dependencies = [("solde", "0011_journal")]

    operations = [
        ops.CreateModel(
            name="News",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("title", fields.CharField(max_length=150)),
                ("category", fields.CharField(max_length=40)),
                ("text", fields.TextField(unique=False)),
                ("published_at", InstantField(auto_now=False, auto_now_add=False)),
                ("updated_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("withdrawn_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("published_by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "document",
                    fields.ForeignKeyField(
                        "solde.Upload",
                        source_field="document_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="news",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "news",
                "app": "solde",
                "indexes": [Index(fields=["published_at", "id"], name="news_by_date")],
                "pk_attr": "id",
                "table_description": "One announcement: once withdrawn it stays for the journal, and only managers see it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Email",
            name="attached",
            field=fields.CharEnumField(
                null=True,
                description="CALENDAR: CALENDAR\nRECEIPT: RECEIPT",
                enum_type=EmailAttachment,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Email",
            name="modification",
            field=fields.ForeignKeyField(
                "solde.Modification",
                source_field="modification_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="emails",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(model_name="Session", name="typed", field=fields.TextField(null=True, unique=False)),
    ]
