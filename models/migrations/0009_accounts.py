"""What accounts, sessions and events must remember to be audited; the bank details sealed."""

import functools
from json import dumps, loads
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.actors import AuthorField
from models.database import InstantField
from models.dossiers import BankDetails
from models.sealing import fingerprint

INDEXES = {
    "recovery_code_account": "INDEX {} ON recovery_code (user_id)",
    # The chains of events that belong to no request: one for each account, and one for the portal itself.
    "event_of_account": "UNIQUE INDEX {} ON event (user_id, position) WHERE request_id IS NULL AND user_id IS NOT NULL",
    "event_of_portal": "UNIQUE INDEX {} ON event (position) WHERE request_id IS NULL AND user_id IS NULL",
}


class Drop(ops.RemoveField):
    """A column dropped as the database itself does it: Tortoise would rebuild the table on SQLite."""

    async def database_forward(
        self,
        app_label: str,  # noqa: ARG002 - called by these names
        old_state: State,  # noqa: ARG002
        new_state: State,  # noqa: ARG002
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            # Not `execute_script`, which would commit what this migration has done so far on SQLite.
            await state_editor.client.execute_query(f"ALTER TABLE funding_request DROP COLUMN {self.name}")


async def seal_bank_details(_apps: StateApps, schema_editor: BaseSchemaEditor) -> None:
    """Seal the bank details of every request, some hundreds at a time.

    The plain columns are emptied as well: PostgreSQL keeps in each row what a dropped column held. The digest of
    the imported document takes a key: from a plain one an account number could be guessed.
    """
    client = schema_editor.client
    find = "SELECT id, bank_holder, iban, bic, document_digest FROM funding_request WHERE bank_details_sealed = '' LIMIT 500"
    holes = ("$1", "$2", "$3") if client.capabilities.dialect == "postgres" else ("?", "?", "?")
    emptied = "bank_holder = '', iban = '', bic = ''"
    kept = "bank_details_sealed = {}, document_digest = {} WHERE id = {}".format(*holes)
    keep = f"UPDATE funding_request SET {emptied}, {kept}"  # noqa: S608 - no value
    while rows := await client.execute_query_dict(find):
        for row in rows:
            sealed = BankDetails(row["bank_holder"], row["iban"], row["bic"]).sealed()
            await client.execute_query(keep, [sealed, fingerprint(row["document_digest"]), row["id"]])


class Migration(migrations.Migration):
    dependencies = [("solde", "0008_dropped_documents")]

    operations = [
        ops.CreateModel(
            name="ChainHead",
            fields=[
                ("chain", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=50)),
                ("position", fields.IntField()),
                ("seal", fields.CharField(max_length=64)),
            ],
            options={
                "table": "chain_head",
                "app": "solde",
                "pk_attr": "chain",
                "table_description": "Where a chain ends (`request:…`, `account:…`), sealed: events deleted from its end are missed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "solde.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="recovery_codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("digest", fields.CharField(max_length=64)),
                ("used_at", InstantField(null=True)),
            ],
            options={
                "table": "recovery_code",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "A code that opens an account once when its generator is lost, of which only the digest is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Throttle",
            fields=[
                ("key", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=100)),
                ("full_at", InstantField(db_index=True)),
            ],
            options={
                "table": "throttle",
                "app": "solde",
                "pk_attr": "key",
                "table_description": "How far ahead of its rate an address or an account is: each attempt moves `full_at` on.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Event",
            name="origin",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(model_name="Event", name="purged_at", field=InstantField(null=True)),
        ops.AddField(
            model_name="Event",
            name="user",
            field=fields.ForeignKeyField(
                "solde.User",
                source_field="user_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="events",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(model_name="FundingRequest", name="bank_details_sealed", field=fields.TextField(db_default="")),
        ops.RunPython(seal_bank_details),
        Drop(model_name="FundingRequest", name="bank_holder"),
        Drop(model_name="FundingRequest", name="bic"),
        Drop(model_name="FundingRequest", name="iban"),
        ops.AddField(
            model_name="Session", name="address", field=fields.CharField(default="", db_default="", max_length=45)
        ),
        ops.AddField(
            model_name="Session", name="agent", field=fields.CharField(default="", db_default="", max_length=300)
        ),
        ops.AddField(model_name="User", name="invited_at", field=InstantField(null=True)),
        ops.AddField(
            model_name="User",
            name="invited_by",
            field=AuthorField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(model_name="User", name="signed_in_at", field=InstantField(null=True)),
        ops.AddField(model_name="User", name="totp_confirmed_at", field=InstantField(null=True)),
        ops.AddField(model_name="User", name="totp_secret", field=fields.TextField(null=True)),
        ops.AddField(model_name="User", name="totp_step", field=fields.BigIntField(default=0, db_default=0)),
        *(ops.RunSQL(f"CREATE {definition.format(name)}") for name, definition in INDEXES.items()),
    ]
