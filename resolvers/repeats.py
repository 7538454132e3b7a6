"""Documents sent again within a day: an answer was lost on the way, or somebody clicked twice."""

from __future__ import annotations

from datetime import datetime

from models import Upload
from models.actors import Actor
from models.attachments import Integrity
from models.file_names import clean_file_name
from resolvers.uploads import KEPT_UNATTACHED


async def sent_before(actor: Actor, file_name: str, as_of: datetime) -> int:
    """The size of the largest document of that name that this account sent within a day, 0 without any."""
    name = clean_file_name(file_name)
    rows = Upload.filter(account=actor.account, created_at__gt=as_of - KEPT_UNATTACHED, file_name=name)
    return max((upload.size for upload in await rows.only("size")), default=0)


async def sent_again(actor: Actor, file_name: str, sha256: str, as_of: datetime) -> Upload | None:
    """The document that the same account sent with the same bytes and name within a day, now as if sent anew."""
    rows = Upload.filter(
        account=actor.account,
        sha256=sha256,
        file_name=file_name,
        created_at__gt=as_of - KEPT_UNATTACHED,
        purged_at=None,
        integrity=Integrity.INTACT,
        # One that a request has given up is about to be deleted.
        attachments__removed_at=None,
    )
    upload = await rows.order_by("-created_at").first()
    # The sweep and the deletion for good look at the row again once they hold it, as this does.
    if upload is None or not await Upload.filter(id=upload.id, purged_at=None).update(created_at=as_of):
        return None
    return upload
