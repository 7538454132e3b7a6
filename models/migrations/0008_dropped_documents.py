"""The documents that no version holds, and those that are damaged, found without looking through the others."""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = {
    "attachment_unversioned": "INDEX {} ON attachment (upload_id) WHERE rank IS NULL",
    # One for each question: SQLite finds nothing by one index of all that are « not intact ».
    "upload_to_verify": "INDEX {} ON upload (verified_at, id) WHERE verified_at IS NOT NULL AND purged_at IS NULL",
    "upload_never_verified": "INDEX {} ON upload (created_at, id) WHERE verified_at IS NULL AND purged_at IS NULL",
    "upload_altered": "INDEX {} ON upload (verified_at, id) WHERE integrity = 'ALTERED'",
    "upload_missing": "INDEX {} ON upload (verified_at, id) WHERE integrity = 'MISSING'",
}


class Migration(migrations.Migration):
    dependencies = [("solde", "0007_documents")]

    operations = [
        ops.RunSQL("DROP INDEX upload_damaged"),
        ops.RunSQL("DROP INDEX upload_to_verify"),
        *(ops.RunSQL(f"CREATE {definition.format(name)}") for name, definition in INDEXES.items()),
    ]
