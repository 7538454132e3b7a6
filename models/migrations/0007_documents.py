"""What is known of a document's bytes besides their hash: scanned, compared, deleted for good; and for which supplier."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.attachments import Integrity
from models.database import InstantField

INDEXES = {
    # The same file may support several requests, and come back in a later cycle; not twice in one.
    "attachment_upload": "UNIQUE INDEX {} ON attachment (modification_id, upload_id) WHERE removed_at IS NULL",
    "attachment_by_upload": "INDEX {} ON attachment (upload_id)",
    "upload_to_scan": "INDEX {} ON upload (scan_due_at, id) WHERE scan_status = 'PENDING'",
    "upload_infected": "INDEX {} ON upload (scanned_at, id) WHERE scan_status = 'INFECTED'",
    "upload_to_verify": "INDEX {} ON upload (verified_at, id) WHERE purged_at IS NULL",
    "upload_damaged": "INDEX {} ON upload (id) WHERE integrity <> 'INTACT'",
}
STATUSES = "INTACT: INTACT\nALTERED: ALTERED\nMISSING: MISSING"


class Migration(migrations.Migration):
    dependencies = [("solde", "0006_mail_indexes")]

    operations = [
        ops.AddField(
            model_name="Upload",
            name="integrity",
            field=fields.CharEnumField(
                default=Integrity.INTACT,
                db_default=Integrity.INTACT,
                description=STATUSES,
                enum_type=Integrity,
                max_length=20,
            ),
        ),
        ops.AddField(model_name="Upload", name="scan_attempts", field=fields.IntField(default=0, db_default=0)),
        ops.AddField(model_name="Upload", name="scan_due_at", field=InstantField(null=True)),
        ops.AddField(model_name="Upload", name="scanned_at", field=InstantField(null=True)),
        ops.AddField(model_name="Upload", name="scan_finding", field=fields.CharField(null=True, max_length=200)),
        ops.AddField(model_name="Upload", name="verified_at", field=InstantField(null=True)),
        ops.AddField(model_name="Upload", name="purged_at", field=InstantField(null=True)),
        ops.AddField(
            model_name="Upload",
            name="supplier",
            field=fields.ForeignKeyField(
                "solde.Supplier",
                source_field="supplier_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="uploads",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Upload",
            index=Index(fields=["account", "sha256", "created_at"], name="upload_by_content"),
        ),
        ops.AddIndex(model_name="Upload", index=Index(fields=["supplier_id", "created_at"], name="upload_by_supplier")),
        ops.RunSQL("DROP INDEX attachment_upload"),
        *(ops.RunSQL(f"CREATE {definition.format(name)}") for name, definition in INDEXES.items()),
    ]
