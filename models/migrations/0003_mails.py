"""What became of each mail in more words: tried, refused, without an answer, sent again by whom."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.actors import AuthorField
from models.database import InstantField
from models.emails import EmailStatus

INDEXES = {
    "email_to_retry": "INDEX {} ON email (next_attempt_at, id) WHERE status = 'UNKNOWN'",
    # The rate per minute counts what was tried, and what a worker holds.
    "email_tried": "INDEX {} ON email (tried_at) WHERE tried_at IS NOT NULL",
    "email_leased": "INDEX {} ON email (leased_until) WHERE leased_until IS NOT NULL",
    # A mail is sent again once: a second click finds the first resend.
    "email_resend": "UNIQUE INDEX {} ON email (resend_of_id) WHERE resend_of_id IS NOT NULL",
}


class Migration(migrations.Migration):
    dependencies = [("solde", "0002_guards")]

    operations = [
        ops.AlterField(
            model_name="Email",
            name="status",
            field=fields.CharEnumField(
                default=EmailStatus.QUEUED,
                description="QUEUED: QUEUED\nUNKNOWN: UNKNOWN\nSENT: SENT\nFAILED: FAILED",
                enum_type=EmailStatus,
                max_length=20,
            ),
        ),
        ops.AddField(model_name="Email", name="failed_at", field=InstantField(null=True)),
        ops.AddField(
            model_name="Email",
            name="resent_by",
            field=AuthorField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(model_name="Email", name="tried_at", field=InstantField(null=True)),
        ops.AddField(model_name="Email", name="unanswered", field=fields.IntField(default=0, db_default=0)),
        ops.AddIndex(model_name="Email", index=Index(fields=["status", "created_at", "id"], name="email_by_status")),
        ops.AddIndex(
            model_name="Email", index=Index(fields=["recipient", "status", "sent_at"], name="email_by_recipient")
        ),
        ops.RunSQL("UPDATE email SET failed_at = next_attempt_at WHERE status = 'FAILED'"),
        *(ops.RunSQL(f"CREATE {definition.format(name)}") for name, definition in INDEXES.items()),
    ]
