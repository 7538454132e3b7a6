"""What Tortoise's models cannot say: partial indexes, indexes on foreign keys, the order of the feed."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

INDEXES = {
    # At most one open modification per request.
    "modification_open": "UNIQUE INDEX {} ON modification (request_id) WHERE outcome IS NULL",
    # What is due costs nothing to find when nothing is.
    "modification_to_close": "INDEX {} ON modification (closes_at, id) WHERE outcome IS NULL",
    "modification_to_remind": "INDEX {} ON modification (reminds_at, id) WHERE outcome IS NULL AND reminded_at IS NULL",
    "email_to_send": "INDEX {} ON email (next_attempt_at, id) WHERE status = 'QUEUED'",
    # One mail for each cause, kind and recipient; sending again says what it repeats.
    "email_once": "UNIQUE INDEX {} ON email (event_id, kind, recipient) WHERE resend_of_id IS NULL",
    # A file stands in one place at a time.
    "attachment_upload": "UNIQUE INDEX {} ON attachment (upload_id) WHERE removed_at IS NULL",
    "dossier_supplier": "INDEX {} ON dossier (supplier_id, id)",
    "account_supplier": "INDEX {} ON account (supplier_id)",
    "session_account": "INDEX {} ON session (user_id)",
    "support_message_request": "INDEX {} ON support_message (request_id, at, id)",
}

FEED_TRIGGER = """
CREATE FUNCTION event_transaction() RETURNS trigger AS $$
BEGIN
  NEW.transaction := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END
$$ LANGUAGE plpgsql;
CREATE TRIGGER event_transaction BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_transaction();
"""


async def order_the_feed(_apps: StateApps, schema_editor: BaseSchemaEditor) -> None:
    if schema_editor.client.capabilities.dialect == "postgres":
        await schema_editor.client.execute_script(FEED_TRIGGER)


class Migration(migrations.Migration):
    dependencies = [("solde", "0001_initial")]

    operations = [
        *(ops.RunSQL(f"CREATE {definition.format(name)}") for name, definition in INDEXES.items()),
        ops.RunPython(order_the_feed),
    ]
