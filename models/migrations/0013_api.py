"""Webhooks and what they told, answers that are kept, templates of comments, uses of deprecated fields, notices of tokens."""

import functools
from json import dumps, loads
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.actors import AuthorField
from models.database import InstantField
from models.webhooks import DeliveryStatus, WebhookState


class Migration(migrations.Migration):
    dependencies = [("solde", "0012_news_and_mail_files")]

    operations = [
        ops.CreateModel(
            name="CommentTemplate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("title", fields.CharField(max_length=100)),
                ("text", fields.TextField(unique=False)),
                (
                    "expected",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("created_by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("updated_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("withdrawn_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "comment_template",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "A comment that managers have at hand, which stays for the journal once it is withdrawn.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DeprecatedUse",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("account", fields.CharField(max_length=100)),
                ("field", fields.CharField(max_length=200)),
                ("day", fields.DateField()),
                ("times", fields.IntField(default=0)),
                ("last_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "deprecated_use",
                "app": "solde",
                "unique_together": [("account", "field", "day")],
                "indexes": [Index(fields=["last_at", "id"], name="deprecated_use_by_date")],
                "pk_attr": "id",
                "table_description": "How often one account or token asked for one deprecated field on one day.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KeptAnswer",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("created_at", InstantField(db_index=True, auto_now=False, auto_now_add=False)),
                ("answer", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "kept_answer",
                "app": "solde",
                "pk_attr": "digest",
                "table_description": "The first answer to a mutation that was sent with an Idempotency-Key, of which only a digest is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Webhook",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "supplier",
                    fields.ForeignKeyField(
                        "solde.Supplier",
                        source_field="supplier_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="webhooks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("label", fields.CharField(max_length=100)),
                ("url", fields.CharField(max_length=500)),
                ("secret", fields.TextField(unique=False)),
                ("former_secret", fields.TextField(null=True, unique=False)),
                ("former_secret_ends_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "kinds",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=WebhookState.ACTIVE,
                        description="ACTIVE: ACTIVE\nDISABLED: DISABLED\nDELETED: DELETED",
                        enum_type=WebhookState,
                        max_length=20,
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("created_by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("feed_transaction", fields.BigIntField()),
                ("feed_event", fields.BigIntField()),
                ("failing_since", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("disabled_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("leased_until", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook",
                "app": "solde",
                "indexes": [Index(fields=["created_at", "id"], name="webhook_by_date")],
                "pk_attr": "id",
                "table_description": "An address that is told of every event that its owner may see: one supplier, or all of them for managers.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "webhook",
                    fields.ForeignKeyField(
                        "solde.Webhook",
                        source_field="webhook_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "solde.Event",
                        source_field="event_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="deliveries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.BigIntField()),
                (
                    "status",
                    fields.CharEnumField(
                        default=DeliveryStatus.PENDING,
                        description="PENDING: PENDING\nDELIVERED: DELIVERED\nFAILED: FAILED",
                        enum_type=DeliveryStatus,
                        max_length=20,
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("next_attempt_at", InstantField(auto_now=False, auto_now_add=False)),
                ("tried_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("delivered_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("response_status", fields.IntField(null=True)),
                ("error", fields.CharField(null=True, max_length=500)),
                ("duration", fields.IntField(null=True)),
            ],
            options={
                "table": "webhook_delivery",
                "app": "solde",
                "unique_together": [("webhook", "number")],
                "indexes": [
                    Index(fields=["status", "next_attempt_at", "webhook_id"], name="delivery_due"),
                    Index(fields=["webhook_id", "status", "number"], name="delivery_by_status"),
                    Index(fields=["created_at"], name="delivery_by_date"),
                ],
                "pk_attr": "id",
                "table_description": "One event, or a ping, to be told at one address until it says that it has it.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ApiToken",
            name="hint",
            field=fields.CharField(default="", db_default="", max_length=8),
        ),
        ops.AddField(
            model_name="ApiToken",
            name="issued_by",
            field=AuthorField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="ApiToken",
            name="noticed_at",
            field=InstantField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name="FundingRequest", index=Index(fields=["submitted_on", "id"], name="request_by_submission")
        ),
        ops.AddIndex(model_name="ApiToken", index=Index(fields=["created_at", "id"], name="token_by_date")),
        ops.AddIndex(model_name="ApiToken", index=Index(fields=["expires_at", "id"], name="token_by_end")),
    ]
