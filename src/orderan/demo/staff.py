"""Who works in the demo shop: a person of every role, all with the same password."""

from datetime import datetime
from uuid import UUID

import psycopg

from orderan.access import add_staff, hashed
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx

CODE = "nusantara"
PASSWORD = "kopi-tubruk-2026"  # noqa: S105 - of a shop that exists only to be looked at

PEOPLE = (
    ("pemilik@nusantara.test", "Rina Hartati", "owner", None),
    ("operasi@nusantara.test", "Bayu Prasetyo", "operations", None),
    ("gudang@nusantara.test", "Slamet Riyadi", "warehouse", None),
    ("gudang.sby@nusantara.test", "Dewi Anggraini", "warehouse", "SBY"),
    ("sopir@nusantara.test", "Joko Susilo", "driver", None),
    ("layanan@nusantara.test", "Putri Maharani", "care", None),
    ("keuangan@nusantara.test", "Hendra Gunawan", "finance", None),
    ("promosi@nusantara.test", "Ayu Kartika", "marketing", None),
    ("tamu@nusantara.test", "Tamu", "viewer", None),
)


async def hashed_password() -> str:
    """Made before a transaction, because it takes a tenth of a second."""
    return await hashed(PASSWORD)


async def hire(
    tx: Tx, keyring: Keyring, password_hash: str, places: dict[str, UUID], *, now: datetime
) -> None:
    """Add everybody; the second picker only sees Surabaya."""
    for email, name, role, place in PEOPLE:
        await add_staff(
            tx,
            email=email,
            name=name,
            roles=[role],
            password_hash=password_hash,
            keyring=keyring,
            location_ids=frozenset({places[place]}) if place else None,
            now=now,
        )


def logins(url: str) -> list[str]:
    """Lines to print after a start; none when the database holds no demo shop."""
    with psycopg.connect(url, options="-c orderan.shop=0") as connection:
        there = connection.execute(
            """
            SELECT 1 FROM staff JOIN shop ON shop.shop_id = staff.shop_id
            WHERE shop.code = %s AND staff.email = %s
            """,
            [CODE, PEOPLE[0][0]],
        ).fetchone()
    if there is None:
        return []
    return [
        f"demo logins, password {PASSWORD}",
        *(f"  {role:<11} {email}" for email, _, role, _ in PEOPLE),
    ]
