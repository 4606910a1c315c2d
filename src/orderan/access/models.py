"""Permissions, the roles that bundle them, and who is asking."""

from dataclasses import dataclass
from enum import StrEnum
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
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    PERSONAL_READ = "personal.read"
    """See names, phones and addresses unmasked; every such reading is logged."""
    CUSTOMERS_ERASE = "customers.erase"
    REPORTS_READ = "reports.read"
    EVENTS_READ = "events.read"
    SETTINGS_READ = "settings.read"
    SETTINGS_WRITE = "settings.write"
    ACCESS_WRITE = "access.write"
    AUDIT_READ = "audit.read"
    IMPORTS_WRITE = "imports.write"


class Role(StrEnum):
    """What a person does in the shop."""

    OWNER = "owner"
    OPERATIONS = "operations"
    WAREHOUSE = "warehouse"
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
        }
    ),
    Role.CARE: _READS
    | {
        Permission.ORDERS_WRITE,
        Permission.INBOX_WRITE,
        Permission.RETURNS_WRITE,
        Permission.CUSTOMERS_WRITE,
        Permission.PERSONAL_READ,
        Permission.REFUNDS_GRANT,
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

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def caller(self, request_id: str | None = None) -> Caller:
        """On whose behalf a transaction runs."""
        return Caller(self.shop_id, self.actor, request_id)
