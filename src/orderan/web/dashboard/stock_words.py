"""Words of stock pages: kinds of movement, of place, buckets, and who did it."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from orderan.access import key_names, staff_names
from orderan.kit.db import Tx
from orderan.kit.errors import N_

KINDS: Final = {
    "reserve": (N_("Stok ditahan"), "hourglass"),
    "allocate": (N_("Dialokasikan"), "list-check"),
    "release": (N_("Dilepas"), "lock-open"),
    "dispatch": (N_("Dikirim ke pelanggan"), "truck"),
    "receive": (N_("Barang masuk"), "package-import"),
    "expect": (N_("Barang akan datang"), "calendar"),
    "adjust": (N_("Penyesuaian"), "adjustments-horizontal"),
    "count": (N_("Stok opname"), "list-check"),
    "transfer_out": (N_("Transfer keluar"), "package-export"),
    "transfer_in": (N_("Transfer masuk"), "package-import"),
    "return": (N_("Retur masuk"), "arrow-back-up"),
    "quarantine": (N_("Masuk karantina"), "hand-stop"),
    "damage": (N_("Dicatat rusak"), "alert-triangle"),
    "restore": (N_("Kembali ke stok"), "rotate"),
    "historic": (N_("Data lama"), "history"),
}

BUCKETS: Final = {
    "free": N_("bebas"),
    "reserved": N_("ditahan"),
    "allocated": N_("dialokasikan"),
    "damaged": N_("rusak"),
    "quarantine": N_("karantina"),
    "incoming": N_("akan datang"),
}

PLACES: Final = {
    "warehouse": (N_("Gudang"), "building-warehouse"),
    "store": (N_("Gerai"), "building-store"),
    "quarantine": (N_("Karantina"), "hand-stop"),
    "supplier": (N_("Pemasok"), "truck-delivery"),
    "customer": (N_("Pelanggan"), "users"),
    "loss": (N_("Selisih dan kehilangan"), "trash"),
    "transit": (N_("Dalam perjalanan"), "truck"),
}

TRANSFERS: Final = {
    "draft": (N_("Draf"), "calm", "edit"),
    "in_transit": (N_("Dalam perjalanan"), "wait", "truck"),
    "received": (N_("Sudah tiba"), "done", "circle-check"),
    "cancelled": (N_("Dibatalkan"), "calm", "ban"),
}

ZONES: Final = (
    ("Asia/Jakarta", "WIB (Jakarta)"),
    ("Asia/Makassar", "WITA (Makassar)"),
    ("Asia/Jayapura", "WIT (Jayapura)"),
)

TABS: Final = (
    ("/stock", N_("Stok")),
    ("/stock/movements", N_("Pergerakan")),
    ("/stock/transfers", N_("Transfer")),
    ("/stock/bins", N_("Rak")),
    ("/stock/takes", N_("Stok opname")),
    ("/stock/expiring", N_("Kedaluwarsa")),
    ("/stock/locations", N_("Daftar lokasi")),
)

_OTHERS: Final = {"buyer": N_("Pembeli"), "system": N_("Sistem"), "key": N_("Program"), "staff": N_("Staf")}


async def actor_names(tx: Tx, actors: Collection[str]) -> dict[str, str]:
    """What to call each actor: a person's or a key's name, else what sort it is (to be translated)."""
    named: dict[UUID, str] = {}
    for sort, look_up in (("staff", staff_names), ("key", key_names)):
        ids = {found for actor in actors if (found := _id(actor, sort)) is not None}
        if ids:
            named |= await look_up(tx, ids)
    names = {}
    for actor in actors:
        sort = actor.partition(":")[0]
        found = _id(actor, sort)
        names[actor] = named.get(found, "") if found else ""
        names[actor] = names[actor] or _OTHERS.get(sort, actor)
    return names


def _id(actor: str, sort: str) -> UUID | None:
    head, _, tail = actor.partition(":")
    if head != sort:
        return None
    try:
        return UUID(tail)
    except ValueError:
        return None
