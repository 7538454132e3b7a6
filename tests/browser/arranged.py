"""Addresses of states that the portal's own data is first brought into, straight in its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from uuid import UUID

from tests.services.portal import Portal

Address = Callable[[Portal], str]
SPARE, SPARE_MAIL = "essai", "essai@nouvel-editeur.example"
"""An account that nobody else signs in to: its password and second factor may change."""
_SPARE_ID = "00000000-0000-4000-8000-00000000e55a"


def attachment(number: int, *, scan: str = "", purged: bool = False, integrity: str = "") -> Address:
    """The address of a document of that dossier, which is then in that state."""

    def address(portal: Portal) -> str:
        wanted = {
            "scan_status": scan,
            "purged_at": "2026-01-01 00:00:00+00:00" if purged else "",
            "integrity": integrity,
            # Compared later than any pass of the worker, which would find the file whole.
            "verified_at": "2100-01-01 00:00:00+00:00" if integrity else "",
        }
        with _database(portal) as database:
            found = database.execute(_FIND, (f"FINSAS00{number}", scan)).fetchone()
            for column, value in wanted.items():
                if value:
                    database.execute(f"UPDATE upload SET {column} = ? WHERE id = ?", (value, found[1]))  # noqa: S608
            if scan == "PENDING":
                database.execute(_STILL_WAITING.format(upload=found[1]))
        return f"/pieces/{UUID(found[0])}"

    return address


def scanning(number: int, address: str) -> Address:
    """That address, while a document of the dossier waits for the antivirus."""

    def waiting(portal: Portal) -> str:
        attachment(number, scan="PENDING")(portal)
        return address

    return waiting


def spare_account(address: str) -> Address:
    """That address, while the spare account is as good as new: the demo's password, no second factor, no bound."""
    return _after(address, *_SPARE)


def untried(address: str) -> Address:
    """That address, while nobody has tried anything too often."""
    return _after(address, _UNTRIED)


def long_comment(number: int, address: str) -> Address:
    """That address, the manager having written more than is shown at once."""
    return _after(address, f"{_COMMENT} WHERE dossier.number = 'FINSAS00{number}')")


def many_mails(number: int, address: str) -> Address:
    """That address, after so many mails that neither their list nor the history holds all on one page."""
    return _after(address, _MAILS.format(number=f"FINSAS00{number}"))


def announcement(address: str, *, withdrawn: bool) -> Address:
    """The announcement that is withdrawn, or the latest that is not, below that address."""

    def found(portal: Portal) -> str:
        order = f"withdrawn_at IS {'NOT ' if withdrawn else ''}NULL ORDER BY published_at DESC"
        with _database(portal) as database:
            return f"{address}/{UUID(database.execute(f'SELECT id FROM news WHERE {order}').fetchone()[0])}"  # noqa: S608

    return found


def without_announcements(address: str) -> Address:
    """That address of a portal on which nothing was ever announced."""
    return _after(address, "DELETE FROM news")


def broken(address: str) -> Address:
    """That address of a portal whose announcements cannot be read for a reason that nobody foresaw."""
    return _after(address, "DROP TABLE IF EXISTS news")


def _after(address: str, *changes: str) -> Address:
    def changed(portal: Portal) -> str:
        with _database(portal) as database:
            for change in changes:
                database.execute(change)
        return address

    return changed


@contextmanager
def _database(portal: Portal) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(portal.folder / "solde.sqlite3", timeout=30)) as database, database:
        yield database


# The one that is in the state already comes first, then what the fewest requests hold: the same bytes are one upload,
# and another state has it.
_FIND = """
    SELECT attachment.id, upload.id FROM attachment
    JOIN upload ON upload.id = attachment.upload_id
    JOIN funding_request ON funding_request.id = attachment.request_id
    JOIN dossier ON dossier.id = funding_request.dossier_id
    WHERE dossier.number = ? AND attachment.removed_at IS NULL
    ORDER BY upload.scan_status = ? DESC, (SELECT count(*) FROM attachment held WHERE held.upload_id = upload.id),
    upload.file_name LIMIT 1
"""
# Without an antivirus, the worker's next pass would have it wait no more.
_STILL_WAITING = """
    CREATE TRIGGER IF NOT EXISTS still_waiting BEFORE UPDATE OF scan_status ON upload
    WHEN OLD.id = '{upload}' AND OLD.scan_status = 'PENDING' BEGIN SELECT RAISE(IGNORE); END
"""
_COMMENT = f"""
    UPDATE modification SET comment = '{"Le guide ne décrit pas les erreurs. " * 15}' WHERE request_id IN (
    SELECT funding_request.id FROM funding_request JOIN dossier ON dossier.id = funding_request.dossier_id
"""  # noqa: S608
# The latest mail about the balance, sent once more an hour before, two hours before…
_MAILS = """
    INSERT INTO email (id, request_id, kind, recipient, subject, text, html, message_id, status, created_at, sent_at,
                       attempts, next_attempt_at)
    WITH latest AS (
        SELECT email.* FROM email
        JOIN funding_request ON funding_request.id = email.request_id
        JOIN dossier ON dossier.id = funding_request.dossier_id
        WHERE dossier.number = '{number}' AND funding_request.kind = 'BALANCE' AND email.event_id IS NOT NULL
        ORDER BY email.created_at DESC LIMIT 1
    ), earlier(hours, at) AS (
        SELECT 1, datetime(created_at, '-1 hour') || '.000000+00:00' FROM latest
        UNION ALL
        SELECT hours + 1, datetime(at, '-1 hour') || '.000000+00:00' FROM earlier WHERE hours < 45
    )
    SELECT printf('00000000-0000-4000-8000-%012d', hours), request_id, kind, recipient, subject, text, html,
           'earlier-' || hours, status, at, at, 1, at
    FROM latest, earlier WHERE true
    ON CONFLICT DO NOTHING
"""
_UNTRIED = "DELETE FROM throttle"
_SPARE = (
    f"""
    INSERT INTO account (id, identifier, email, name, role, "right", supplier_id, password_hash, active, created_at)
    SELECT '{_SPARE_ID}', '{SPARE}', '{SPARE_MAIL}', name, role, "right", supplier_id, password_hash, active, created_at
    FROM account WHERE identifier = 'nouveau' ON CONFLICT DO NOTHING
    """,  # noqa: S608
    f"""
    UPDATE account SET email = '{SPARE_MAIL}', totp_secret = NULL, totp_confirmed_at = NULL, totp_step = 0,
    password_hash = (SELECT password_hash FROM account WHERE identifier = 'nouveau') WHERE id = '{_SPARE_ID}'
    """,  # noqa: S608
    f"DELETE FROM recovery_code WHERE user_id = '{_SPARE_ID}'",  # noqa: S608
    _UNTRIED,
)
