"""Who did what: the events by their author, the newest first."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps


async def index_authors(_apps: StateApps, schema_editor: BaseSchemaEditor) -> None:
    postgres = schema_editor.client.capabilities.dialect == "postgres"
    account = "(actor->>'account')" if postgres else "json_extract(actor, '$.account')"
    await schema_editor.client.execute_query(f"CREATE INDEX event_author ON event ({account}, id)")


class Migration(migrations.Migration):
    dependencies = [("solde", "0010_append_only")]

    operations = [ops.RunPython(index_authors)]
