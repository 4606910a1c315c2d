"""Change what somebody may do, or whether they may work at all."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.access import rules, store
from orderan.access.commands.add_staff import traced
from orderan.access.errors import LastOwner, NoSuchStaff
from orderan.access.models import Principal, Role, Staff, StaffState, permissions_of
from orderan.access.views import staff_by_id
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def change_staff(
    tx: Tx,
    staff_id: UUID,
    *,
    giver: Principal | None,
    now: datetime,
    name: str | None = None,
    roles: Iterable[str] | None = None,
    scope: tuple[frozenset[UUID] | None, frozenset[UUID] | None] | None = None,
    state: StaffState | None = None,
) -> Staff:
    """Change a person; None leaves a thing as it is. A changed right ends their other sessions.

    Args:
        giver: Who asks; None is the command line. Their own session stays (the edge gives it a
            new token), all other sessions of the person end when a right changed.
        scope: Locations and channels; None in it is everywhere.

    Raises:
        NoSuchStaff: Nobody of the shop has the id.
        RoleMissing, NameMissing: What was typed cannot be used.
        MoreThanOwn: The giver lacks what the person has or would have.
        LastOwner: No active owner would be left.
    """
    # Owners first and always, so that two changes lock in one order.
    owners = await store.lock_owners(tx)
    if await store.lock_staff(tx, staff_id) is None:
        raise NoSuchStaff
    before = await staff_by_id(tx, staff_id)
    locations, channels = scope if scope is not None else (before.location_ids, before.channel_ids)
    after = replace(
        before,
        name=before.name if name is None else rules.clean_name(name),
        roles=before.roles if roles is None else rules.known_roles(roles),
        location_ids=locations,
        channel_ids=channels,
        state=before.state if state is None else state,
    )
    if giver is not None:
        _check_giver(giver, before, after)
    if owners == {staff_id} and not (Role.OWNER in after.roles and after.state is StaffState.ACTIVE):
        raise LastOwner
    await _write(tx, before, after, giver, now)
    return after


def _check_giver(giver: Principal, before: Staff, after: Staff) -> None:
    for side in (before, after):
        rules.check_grant(
            giver,
            permissions=permissions_of(side.roles),
            location_ids=side.location_ids,
            channel_ids=side.channel_ids,
        )


async def _write(tx: Tx, before: Staff, after: Staff, giver: Principal | None, now: datetime) -> None:
    await store.update_staff(
        tx,
        after.id,
        name=after.name,
        roles=after.roles,
        location_ids=after.location_ids,
        channel_ids=after.channel_ids,
        state=after.state,
        locale=after.locale,
    )
    if traced(before) != traced(after):
        await store.delete_sessions(tx, after.id, but=giver.session_id if giver else None)
        changed = Trace("staff.change", "staff", str(after.id), before=traced(before), after=traced(after))
        await leave(tx, changed, now=now)


async def choose_locale(tx: Tx, staff_id: UUID, locale: str | None) -> None:
    """The language somebody reads; None follows the browser. Not worth a trace."""
    await store.set_locale(tx, staff_id, locale)
