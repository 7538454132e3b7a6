"""Events are only ever appended: guards against the rest, and a sealed head for every chain that there is."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise import migrations
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations import operations as ops
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps

from models.actors import SYSTEM
from models.chains import EMPTY, PORTAL, chain_name, digest_of, head_seal, link_of
from models.database import canonical_json
from models.events import Event, EventKind

# The one change that is let through: the purge of what is personal, once.
SEALED = ("id", "transaction", "request_id", "user_id", "position", "kind", "at", "digest", "chain")
POSTGRES_GUARD = """
CREATE FUNCTION event_append_only() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL
     AND NEW.payload = '{{}}'::jsonb AND NEW.origin IS NULL AND NEW.salt = ''
     AND ({new}) IS NOT DISTINCT FROM ({old}) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'events are only ever appended' USING ERRCODE = 'integrity_constraint_violation';
END
$$ LANGUAGE plpgsql;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
  FOR EACH ROW EXECUTE FUNCTION event_append_only();
CREATE FUNCTION event_never_emptied() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'events are only ever appended' USING ERRCODE = 'integrity_constraint_violation';
END
$$ LANGUAGE plpgsql;
CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event EXECUTE FUNCTION event_never_emptied();
"""
SQLITE_GUARDS = (
    """
CREATE TRIGGER event_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are only ever appended'); END
""",
    """
CREATE TRIGGER event_never_changed BEFORE UPDATE ON event
WHEN NOT (
  OLD.purged_at IS NULL AND NEW.purged_at IS NOT NULL AND NEW.payload = '{{}}' AND NEW.origin IS NULL
  AND NEW.salt = ''
  AND ({new}) IS ({old})
)
BEGIN SELECT RAISE(ABORT, 'events are only ever appended'); END
""",
    # Neither by way of a row put in the place of another.
    """
CREATE TRIGGER event_never_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'events are only ever appended'); END
""",
)

_LAST = """
SELECT event.request_id, event.position, event.chain FROM event
JOIN (SELECT request_id, max(position) AS position FROM event WHERE request_id IS NOT NULL GROUP BY request_id) AS last
  ON last.request_id = event.request_id AND last.position = event.position
WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE chain = 'request:' || event.request_id)
LIMIT 500
"""
_WITHOUT_CHAIN = """
SELECT id, created_at FROM account
WHERE NOT EXISTS (SELECT 1 FROM chain_head WHERE chain = 'account:' || account.id)
LIMIT 500
"""


async def seal_ends(_apps: StateApps, schema_editor: BaseSchemaEditor) -> None:
    """A head for every chain: the requests' as they are, one begun for each account, an empty one for the portal."""
    client = schema_editor.client
    while rows := await client.execute_query_dict(_LAST):
        for row in rows:
            await _head(client, chain_name(row["request_id"], None), row["position"], row["chain"])
    while rows := await client.execute_query_dict(_WITHOUT_CHAIN):
        for row in rows:
            await _open(client, row["id"], row["created_at"])
    await _head(client, PORTAL, EMPTY, "")


async def _open(client: BaseDBAsyncClient, user_id: Any, created_at: Any) -> None:
    """The first event of an account from before accounts had a chain."""
    at = created_at if isinstance(created_at, datetime) else datetime.fromisoformat(created_at)
    event = Event(kind=EventKind.ACCOUNT_OPENED, actor=SYSTEM.author, at=at, payload={}, position=0)
    event.user_id, event.origin, event.salt = user_id, None, secrets.token_hex(16)
    event.digest = digest_of(event)
    event.chain = link_of(event, "")
    values = {
        "user_id": user_id,
        "position": 0,
        "kind": event.kind.value,
        "actor": canonical_json(event.actor.as_json()),
        "at": created_at,
        "payload": "{}",
        "salt": event.salt,
        "digest": event.digest,
        "chain": event.chain,
        "transaction": 0,
    }
    await _insert(client, "event", values)
    await _head(client, chain_name(None, user_id), 0, event.chain)


async def _head(client: BaseDBAsyncClient, chain: str, position: int, last: str) -> None:
    values = {"chain": chain, "position": position, "seal": head_seal(chain, position, last)}
    await _insert(client, "chain_head", values)


async def _insert(client: BaseDBAsyncClient, table: str, values: dict[str, Any]) -> None:
    postgres = client.capabilities.dialect == "postgres"
    holes = ", ".join(f"${number}" if postgres else "?" for number in range(1, len(values) + 1))
    columns = _listed("", values)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({holes})"  # noqa: S608 - names of ours
    await client.execute_query(statement, list(values.values()))


async def guard(_apps: StateApps, schema_editor: BaseSchemaEditor) -> None:
    client = schema_editor.client
    listed = {"new": _listed("NEW.", SEALED), "old": _listed("OLD.", SEALED)}
    if client.capabilities.dialect == "postgres":
        await client.execute_script(POSTGRES_GUARD.format(**listed))
        return
    for statement in SQLITE_GUARDS:
        await client.execute_query(statement.format(**listed))


def _listed(prefix: str, columns: Iterable[str]) -> str:
    return ", ".join(f'{prefix}"{column}"' for column in columns)


class Migration(migrations.Migration):
    dependencies = [("solde", "0009_accounts")]

    operations = [ops.RunPython(seal_ends), ops.RunPython(guard)]
