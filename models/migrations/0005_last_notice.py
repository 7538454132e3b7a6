"""The last notice of a cycle: when it left, and what is due found at no cost."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.database import InstantField
from models.emails import EmailKind
from models.events import EventKind


class Describe(ops.AlterField):
    """What Tortoise notes about a column's values: the column itself stays, and no table is rebuilt for it."""

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        pass


class Migration(migrations.Migration):
    dependencies = [("solde", "0004_sweep_pass")]

    operations = [
        ops.AddField(model_name="Modification", name="last_notice_at", field=InstantField(null=True)),
        ops.RunSQL(
            "CREATE INDEX modification_to_notice ON modification (closes_at, id)"
            " WHERE outcome IS NULL AND last_notice_at IS NULL"
        ),
        Describe(
            model_name="Email",
            name="kind",
            field=fields.CharEnumField(enum_type=EmailKind, max_length=40),
        ),
        Describe(
            model_name="Event",
            name="kind",
            # As long as Tortoise lets what it notes be, whatever kinds there are.
            field=fields.CharEnumField(enum_type=EventKind, max_length=40),
        ),
    ]
