"""One-time codes: begin, confirm with a first code, use, and give up.

begin     a secret is made and shown; it does not count yet
confirm   the first right code makes it count; recovery codes are shown once
use       each code once, and each recovery code once
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.access import onetime, store
from orderan.access.errors import CodeRefused, NoSuchStaff
from orderan.kit.audit import Trace, leave
from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx


async def begin_onetime_codes(tx: Tx, staff_id: UUID, *, keyring: Keyring) -> str:
    """The secret to put into an app: the one begun before, or a new one.

    Raises:
        NoSuchStaff: Nobody of the shop has the id.
        CodeRefused: Codes are in use already; give them up first.
    """
    row = await _locked(tx, staff_id)
    if row.totp_confirmed_at is not None:
        raise CodeRefused
    key = await _key(tx, staff_id, keyring)
    if row.totp_secret is not None:
        return key.open(row.totp_secret, place=_place(tx))
    secret = onetime.new_secret()
    sealed = key.seal(secret, place=_place(tx))
    await store.set_onetime(
        tx, staff_id, secret=sealed, confirmed_at=None, last_counter=None, recovery_hashes=[]
    )
    return secret


async def confirm_onetime_codes(
    tx: Tx, staff_id: UUID, typed: str, *, keyring: Keyring, now: datetime
) -> list[str]:
    """Begin to ask for codes; returns the recovery codes, to be shown once.

    Raises:
        NoSuchStaff: Nobody of the shop has the id.
        CodeRefused: The code is wrong, or nothing was begun.
    """
    row = await _locked(tx, staff_id)
    if row.totp_secret is None or row.totp_confirmed_at is not None:
        raise CodeRefused
    secret = (await _key(tx, staff_id, keyring)).open(row.totp_secret, place=_place(tx))
    counter = onetime.counter_of(secret, typed, last=None, now=now)
    if counter is None:
        raise CodeRefused
    codes = onetime.new_recovery_codes()
    await store.set_onetime(
        tx,
        staff_id,
        secret=row.totp_secret,
        confirmed_at=now,
        last_counter=counter,
        recovery_hashes=[onetime.recovery_hash(code) for code in codes],
    )
    await leave(tx, Trace("staff.codes_on", "staff", str(staff_id)), now=now)
    return codes


async def use_code(tx: Tx, staff_id: UUID, typed: str, *, keyring: Keyring, now: datetime) -> None:
    """Take a one-time or recovery code; the same code is never taken twice.

    Raises:
        NoSuchStaff: Nobody of the shop has the id.
        CodeRefused: Wrong, or used before.
    """
    row = await _locked(tx, staff_id)
    if row.totp_confirmed_at is None:
        raise CodeRefused
    secret = (await _key(tx, staff_id, keyring)).open(row.totp_secret, place=_place(tx))
    counter = onetime.counter_of(secret, typed, last=row.totp_last_counter, now=now)
    used = onetime.recovery_hash(typed)
    if counter is None and used not in row.recovery_hashes:
        raise CodeRefused
    left = row.recovery_hashes if counter is not None else [h for h in row.recovery_hashes if h != used]
    await store.set_onetime(
        tx,
        staff_id,
        secret=row.totp_secret,
        confirmed_at=row.totp_confirmed_at,
        last_counter=row.totp_last_counter if counter is None else counter,
        recovery_hashes=left,
    )
    if counter is None:
        await leave(tx, Trace("staff.recovery_code", "staff", str(staff_id)), now=now)


async def drop_onetime_codes(tx: Tx, staff_id: UUID, *, now: datetime) -> None:
    """Ask for no codes any more; the edge has checked who asks.

    Raises:
        NoSuchStaff: Nobody of the shop has the id.
    """
    await _locked(tx, staff_id)
    await store.set_onetime(
        tx, staff_id, secret=None, confirmed_at=None, last_counter=None, recovery_hashes=[]
    )
    await leave(tx, Trace("staff.codes_off", "staff", str(staff_id)), now=now)


async def _locked(tx: Tx, staff_id: UUID) -> Any:
    row = await store.lock_staff(tx, staff_id)
    if row is None:
        raise NoSuchStaff
    return row


async def _key(tx: Tx, staff_id: UUID, keyring: Keyring) -> DataKey:
    wrapped = await store.wrapped_key(tx, staff_id)
    if wrapped is None:
        raise NoSuchStaff
    return keyring.unwrap(tx.shop_id, staff_id, wrapped)


def _place(tx: Tx) -> str:
    return f"{tx.shop_id}|staff|totp_secret"
