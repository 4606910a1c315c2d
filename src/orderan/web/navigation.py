"""The left rail: what a person can go and do, by task and not by table.

An entry is shown when its page exists in this installation and the person may open it. To add a
page to the rail, add an entry here; labels are Indonesian source texts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from orderan.kit.errors import N_


@dataclass(frozen=True)
class Entry:
    """A place in the rail.

    Attributes:
        permission: Who may go there; None is everybody who is signed in.
        within: Permission of a page that leads there; who has it needs no entry of its own.
        whole_shop: The page is closed to whoever is kept to some channels or locations.
    """

    label: str
    icon: str
    href: str
    permission: str | None = None
    on_phone: bool = False
    within: str | None = None
    whole_shop: bool = False


RAIL: Final = (
    Entry(N_("Beranda"), "home", "/", None, on_phone=True),
    Entry(N_("Pesanan"), "shopping-bag", "/orders", "orders.read", on_phone=True),
    Entry(N_("Perlu tindakan"), "inbox", "/inbox", "inbox.read", on_phone=True),
    Entry(N_("Konfirmasi COD"), "phone", "/verification", "orders.read"),
    Entry(N_("Gudang"), "building-warehouse", "/warehouse", "fulfilment.read", on_phone=True),
    Entry(N_("Pengiriman"), "truck", "/shipping", "shipping.read"),
    Entry(N_("Armada"), "route", "/fleet", "fleet.read"),
    Entry(N_("Antar"), "truck-delivery", "/driver", "fleet.drive", on_phone=True, within="fleet.write"),
    Entry(N_("Retur"), "truck-return", "/returns", "returns.read"),
    Entry(N_("Pembayaran"), "cash", "/payments", "payments.read"),
    Entry(N_("Gangguan"), "alert-triangle", "/incidents", "payments.read"),
    Entry(N_("Kepercayaan"), "shield-check", "/trust", "trust.read", whole_shop=True),
    Entry(N_("Produk"), "tags", "/products", "catalog.read"),
    Entry(N_("Stok"), "packages", "/stock", "inventory.read"),
    Entry(N_("Pelanggan"), "users", "/customers", "customers.read"),
    Entry(N_("Pesan"), "message", "/messages", "customers.read", whole_shop=True),
    Entry(N_("Laporan"), "chart-bar", "/reports", "reports.read"),
    Entry(N_("Pengaturan"), "settings", "/settings", "settings.read"),
    Entry(N_("Jejak audit"), "history", "/settings/audit", "audit.read", within="settings.read"),
)


def visible(
    pages: Collection[str],
    permissions: Collection[str],
    *,
    whole_shop: bool = True,
    rail: tuple[Entry, ...] = RAIL,
) -> tuple[Entry, ...]:
    """The entries whose page is among `pages` (paths) and that the person may open.

    Args:
        whole_shop: Whether they are kept to no channel and no location.
    """
    return tuple(
        entry
        for entry in rail
        if entry.href in pages
        and (entry.permission is None or entry.permission in permissions)
        and entry.within not in permissions
        and (whole_shop or not entry.whole_shop)
    )


def current(entries: Collection[Entry], path: str) -> str | None:
    """The href of the entry a path belongs to: the longest that is the path or a parent of it."""
    fitting = [e.href for e in entries if path == e.href or path.startswith(e.href.rstrip("/") + "/")]
    return max((href for href in fitting if href != "/" or path == "/"), key=len, default=None)
