"""Give somebody a new password; whoever was signed in with the old one is out."""

from datetime import datetime
from uuid import UUID

from orderan.access import rules, store
from orderan.access.errors import NoSuchStaff
from orderan.access.models import Principal, permissions_of
from orderan.access.views import staff_by_id
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def set_password(
    tx: Tx, staff_id: UUID, *, password_hash: str, giver: Principal | None, now: datetime
) -> None:
    """Replace a password hash and end the person's sessions, but the giver's own.

    Raises:
        NoSuchStaff: Nobody of the shop has the id.
        MoreThanOwn: The giver may do less than the person, and would become them.
    """
    if await store.lock_staff(tx, staff_id) is None:
        raise NoSuchStaff
    if giver is not None and giver.staff_id != staff_id:
        staff = await staff_by_id(tx, staff_id)
        rules.check_grant(
            giver,
            permissions=permissions_of(staff.roles),
            location_ids=staff.location_ids,
            channel_ids=staff.channel_ids,
        )
    await store.set_password_hash(tx, staff_id, password_hash)
    await store.delete_sessions(tx, staff_id, but=giver.session_id if giver else None)
    await leave(tx, Trace("staff.password", "staff", str(staff_id)), now=now)
