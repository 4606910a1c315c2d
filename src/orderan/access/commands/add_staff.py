"""Add somebody who works in the shop."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from orderan.access import rules, store
from orderan.access.errors import EmailTaken
from orderan.access.models import Principal, Staff, StaffState, permissions_of
from orderan.kit.audit import Trace, leave
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id


async def add_staff(
    tx: Tx,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    password_hash: str,
    keyring: Keyring,
    now: datetime,
    location_ids: frozenset[UUID] | None = None,
    channel_ids: frozenset[UUID] | None = None,
    locale: str | None = None,
    giver: Principal | None = None,
) -> Staff:
    """Add a person to the transaction's shop.

    Args:
        password_hash: From `hashed`, made before the transaction, which must not wait for it.
        location_ids, channel_ids: The scope; None is everywhere.
        locale: Language of their pages; None follows the browser.
        giver: Who gives the roles; None is the command line, which may give all.

    Raises:
        EmailUnusable, NameMissing, RoleMissing: What was typed cannot be used.
        EmailTaken: Somebody of the shop has the address.
        MoreThanOwn: The giver lacks what the roles or the scope hold.
    """
    chosen = rules.known_roles(roles)
    if giver is not None:
        rules.check_grant(
            giver, permissions=permissions_of(chosen), location_ids=location_ids, channel_ids=channel_ids
        )
    staff = Staff(
        shop_id=tx.shop_id,
        id=new_id(),
        email=rules.clean_email(email),
        name=rules.clean_name(name),
        roles=chosen,
        location_ids=location_ids,
        channel_ids=channel_ids,
        locale=locale,
        state=StaffState.ACTIVE,
        onetime_codes=False,
        recovery_codes_left=0,
        created_at=now,
        last_login_at=None,
    )
    if not await store.insert_staff(tx, staff, password_hash=password_hash):
        raise EmailTaken(staff.email)
    await store.insert_subject_key(tx, staff.id, keyring.new_key(tx.shop_id, staff.id).wrapped, now=now)
    added = Trace("staff.add", "staff", str(staff.id), after=traced(staff))
    await leave(tx, added, now=now)
    return staff


def traced(staff: Staff) -> dict[str, object]:
    """What the audit trail keeps of a person: no name and no address."""
    return {
        "roles": list(staff.roles),
        "locations": _texts(staff.location_ids),
        "channels": _texts(staff.channel_ids),
        "state": str(staff.state),
    }


def _texts(ids: frozenset[UUID] | None) -> list[str] | None:
    return None if ids is None else sorted(map(str, ids))
