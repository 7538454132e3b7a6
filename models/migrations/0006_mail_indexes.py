"""One partial index for each list of mails: one that began with the status hid what is due from SQLite."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

INDEXES = {
    "email_queued": "INDEX {} ON email (created_at, id) WHERE status = 'QUEUED'",
    "email_unknown": "INDEX {} ON email (created_at, id) WHERE status = 'UNKNOWN'",
    "email_failed": "INDEX {} ON email (created_at, id) WHERE status = 'FAILED'",
}


class Migration(migrations.Migration):
    dependencies = [("solde", "0005_last_notice")]

    operations = [
        ops.RemoveIndex(model_name="Email", name="email_by_status"),
        ops.AddIndex(model_name="Email", index=Index(fields=["created_at", "id"], name="email_by_date")),
        *(ops.RunSQL(f"CREATE {definition.format(name)}") for name, definition in INDEXES.items()),
    ]
