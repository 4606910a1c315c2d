"""Permissions, the roles that bundle them, who is asking, and the accounts behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final
from uuid import UUID

from orderan.kit.db import Caller


class Permission(StrEnum):
    """What a route may need; `<subject>.<read|write|...>`."""

    ORDERS_READ = "orders.read"
    ORDERS_WRITE = "orders.write"
    INBOX_READ = "inbox.read"
    INBOX_WRITE = "inbox.write"
    FULFILMENT_READ = "fulfilment.read"
    FULFILMENT_WRITE = "fulfilment.write"
    SHIPPING_READ = "shipping.read"
    SHIPPING_WRITE = "shipping.write"
    RETURNS_READ = "returns.read"
    RETURNS_WRITE = "returns.write"
    PAYMENTS_READ = "payments.read"
    PAYMENTS_WRITE = "payments.write"
    REFUNDS_GRANT = "refunds.grant"
    REFUNDS_EXECUTE = "refunds.execute"
    CATALOG_READ = "catalog.read"
    CATALOG_WRITE = "catalog.write"
    INVENTORY_READ = "inventory.read"
    INVENTORY_WRITE = "inventory.write"
    INVENTORY_APPROVE = "inventory.approve"
    """Agree to what others counted, or want to write off."""
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    PERSONAL_READ = "personal.read"
    """See names, phones and addresses unmasked; every such reading is logged."""
    CUSTOMERS_ERASE = "customers.erase"
    TRUST_READ = "trust.read"
    TRUST_WRITE = "trust.write"
    REPORTS_READ = "reports.read"
    EVENTS_READ = "events.read"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    ACCESS_WRITE = "access.write"
    AUDIT_READ = "audit.read"
    IMPORTS_WRITE = "imports.write"
    PACKING_OVERRIDE = "packing.override"
    """Let a parcel leave whose contents, weight or picture is not as it should be, and say why."""
    FLEET_READ = "fleet.read"
    FLEET_WRITE = "fleet.write"
    FLEET_DRIVE = "fleet.drive"
    """Drive one's own runs, and see the name, phone and address of the door one is on the way to."""


class Role(StrEnum):
    """What a person does in the shop."""

    OWNER = "owner"
    OPERATIONS = "operations"
    WAREHOUSE = "warehouse"
    DRIVER = "driver"
    CARE = "care"
    FINANCE = "finance"
    MARKETING = "marketing"
    VIEWER = "viewer"


_READS = frozenset(
    permission
    for permission in Permission
    if permission.endswith(".read")
    and permission not in {Permission.PERSONAL_READ, Permission.AUDIT_READ, Permission.SETTINGS_READ}
)

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.OPERATIONS: frozenset(Permission)
    - {Permission.ACCESS_WRITE, Permission.CUSTOMERS_ERASE, Permission.REFUNDS_EXECUTE},
    Role.WAREHOUSE: frozenset(
        {
            Permission.ORDERS_READ,
            Permission.FULFILMENT_READ,
            Permission.FULFILMENT_WRITE,
            Permission.SHIPPING_READ,
            Permission.SHIPPING_WRITE,
            Permission.RETURNS_READ,
            Permission.RETURNS_WRITE,
            Permission.INVENTORY_READ,
            Permission.INVENTORY_WRITE,
            Permission.CATALOG_READ,
            Permission.FLEET_READ,
            Permission.FLEET_WRITE,
        }
    ),
    Role.DRIVER: frozenset({Permission.FLEET_DRIVE}),
    Role.CARE: _READS
    | {
        Permission.ORDERS_WRITE,
        Permission.INBOX_WRITE,
        Permission.RETURNS_WRITE,
        Permission.CUSTOMERS_WRITE,
        Permission.PERSONAL_READ,
        Permission.REFUNDS_GRANT,
        Permission.TRUST_WRITE,
    },
    Role.FINANCE: _READS
    | {
        Permission.PAYMENTS_WRITE,
        Permission.REFUNDS_GRANT,
        Permission.REFUNDS_EXECUTE,
        Permission.INBOX_WRITE,
        Permission.AUDIT_READ,
    },
    Role.MARKETING: frozenset(
        {
            Permission.ORDERS_READ,
            Permission.CATALOG_READ,
            Permission.CATALOG_WRITE,
            Permission.CUSTOMERS_READ,
            Permission.INVENTORY_READ,
            Permission.REPORTS_READ,
        }
    ),
    Role.VIEWER: _READS,
}


@dataclass(frozen=True)
class Principal:
    """Who is asking, and what they may see and do.

    Attributes:
        location_ids, channel_ids: The scope; None is every location or channel.
        locale: Chosen language, None when they never chose.
        zone: IANA name of the clock they read.
    """

    shop_id: int
    actor: str
    name: str
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None = None
    channel_ids: frozenset[UUID] | None = None
    locale: str | None = None
    zone: str = "Asia/Jakarta"
    staff_id: UUID | None = None
    key_id: UUID | None = None
    session_id: UUID | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def sees_whole_shop(self) -> bool:
        """Whether nothing of the shop is outside the scope."""
        return self.channel_ids is None and self.location_ids is None

    def sees_channel(self, channel_id: UUID) -> bool:
        """Whether a channel, or an order that came through it, is inside the scope."""
        return self.channel_ids is None or channel_id in self.channel_ids

    def sees_location(self, location_id: UUID) -> bool:
        """Whether a location, or work and stock at it, is inside the scope."""
        return self.location_ids is None or location_id in self.location_ids

    def sees_order(self, *, channel_id: UUID, location_ids: Collection[UUID]) -> bool:
        """Whether an order is inside the scope: its channel, and one of its tasks' locations."""
        return self.sees_channel(channel_id) and (
            self.location_ids is None or not self.location_ids.isdisjoint(location_ids)
        )

    @property
    def scope(self) -> dict[str, list[UUID] | None]:
        """The scope as parameters of a query; NULL is everywhere.

        (%(channels)s::uuid[] IS NULL OR channel_id = ANY(%(channels)s))
        """
        return {
            "channels": None if self.channel_ids is None else sorted(self.channel_ids),
            "locations": None if self.location_ids is None else sorted(self.location_ids),
        }

    def caller(self, request_id: str | None = None) -> Caller:
        """On whose behalf a transaction runs."""
        return Caller(self.shop_id, self.actor, request_id)


class StaffState(StrEnum):
    """Whether somebody may work."""

    ACTIVE = auto()
    DISABLED = auto()


@dataclass(frozen=True)
class Staff:
    """A person who works in the shop.

    Attributes:
        location_ids, channel_ids: The scope; None is everywhere.
        locale: Chosen language; None follows the browser.
        onetime_codes: Whether a code is asked for after the password.
    """

    shop_id: int
    id: UUID
    email: str
    name: str
    roles: tuple[Role, ...]
    location_ids: frozenset[UUID] | None
    channel_ids: frozenset[UUID] | None
    locale: str | None
    state: StaffState
    onetime_codes: bool
    recovery_codes_left: int
    created_at: datetime
    last_login_at: datetime | None

    @property
    def permissions(self) -> frozenset[str]:
        return permissions_of(self.roles)


@dataclass(frozen=True)
class Session:
    """A browser somebody is signed in with.

    Attributes:
        address, browser: Where it was opened from, for its owner to recognise it.
    """

    id: UUID
    staff_id: UUID
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class ApiKey:
    """A key of a program; its secret is not here and nowhere else."""

    id: UUID
    name: str
    permissions: tuple[str, ...]
    location_ids: frozenset[UUID] | None
    channel_ids: frozenset[UUID] | None
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


SESSION_LASTS: Final = timedelta(days=7)
SESSION_IDLE: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)


def permissions_of(roles: Collection[Role]) -> frozenset[str]:
    """All that these roles may do together."""
    return frozenset(str(permission) for role in roles for permission in ROLES[role])
