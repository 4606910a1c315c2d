"""Signing in, step by step; no step keeps a transaction open while a password is hashed.

    password   counted against guessing first, then compared: the same work for unknown addresses
    shop       where one address works in several shops
    code       where the account asks for one
    session    a fresh token, never one the browser brought

Between the steps the browser carries a signed ticket of five minutes.

Guessing is counted per account, per address, and per account and address. A browser that signed in
before is known by a signed cookie and has a count of its own, so that a stranger who guesses at an
owner's account from many places cannot keep the owner out.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.access import onetime, passwords, store
from orderan.access.commands.onetime_codes import use_code
from orderan.access.commands.sessions import open_session
from orderan.access.errors import EmailUnusable, LoginExpired, LoginRefused
from orderan.access.rules import clean_email
from orderan.access.views import accounts_of_email
from orderan.kit.crypto import Keyring
from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
from orderan.kit.throttle import Limit, forgive, spend
from orderan.kit.tickets import read_ticket, write_ticket

TICKET_LASTS: Final = timedelta(minutes=5)
BROWSER_KNOWN: Final = timedelta(days=365)
_WINDOW: Final = timedelta(minutes=15)
_PER_ACCOUNT: Final = 30
_PER_ADDRESS: Final = 60
_PER_PAIR: Final = 8
_CODES: Final = 8
_LOGIN: Final = "system:login"


@dataclass(frozen=True)
class Account:
    """Who may be signed in after the password: one person in one shop."""

    shop_id: int
    shop_name: str
    staff_id: UUID
    onetime_codes: bool


class Entrance:
    """The way in, for one installation."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._secret = keyring.secret("login")

    async def check_password(
        self, email: str, password: str, *, address: str, known: str, now: datetime
    ) -> list[Account]:
        """Accounts the e-mail and password open, by shop; never empty.

        Args:
            address: Where the request comes from.
            known: The cookie of a browser that signed in before, or "".

        Raises:
            TooManyAttempts: Guessed too often; nothing was compared.
            LoginRefused: Nothing fits.
        """
        try:
            wanted = clean_email(email)
        except EmailUnusable:
            wanted = ""
        limits = self._limits(wanted, address, known, now)
        await self._system(lambda tx: spend(tx, limits, now=now))
        found = await self._system(lambda tx: accounts_of_email(tx, wanted))
        opened = [row for row in found if await passwords.fits(row.password_hash, password)]
        if not found:
            await passwords.fits(None, password)
        if not opened:
            raise LoginRefused
        # The address keeps its count: whoever owns one account must not earn guesses at others.
        mine = [limit.bucket for limit in limits if not limit.bucket.startswith("login:address:")]
        await self._system(lambda tx: forgive(tx, mine))
        for row in opened:
            if passwords.is_outdated(row.password_hash):
                await self._renew_hash(row, password)
        return [Account(row.shop_id, row.shop_name, row.id, row.onetime_codes) for row in opened]

    def ticket(self, accounts: Sequence[Account], *, now: datetime) -> str:
        """What the browser carries to the next step: whom the password opened."""
        says = {
            "who": [[one.shop_id, one.shop_name, str(one.staff_id), one.onetime_codes] for one in accounts]
        }
        return write_ticket(self._secret, "login step", says, until=now + TICKET_LASTS)

    def accounts(self, ticket: str, *, now: datetime) -> list[Account]:
        """Whom a ticket is for.

        Raises:
            LoginExpired: It is too old, or not ours.
        """
        says = read_ticket(self._secret, "login step", ticket, now=now)
        if says is None:
            raise LoginExpired
        return [Account(shop, name, UUID(staff), codes) for shop, name, staff, codes in says["who"]]

    async def check_code(self, account: Account, typed: str, *, now: datetime) -> None:
        """Take a one-time or recovery code.

        Raises:
            TooManyAttempts: Guessed too often; nothing was compared.
            CodeRefused: Wrong, or used before.
        """
        caller = Caller(account.shop_id, f"staff:{account.staff_id}")
        async with counted_code(self._db, caller, account.staff_id, now=now):
            await self._db.run(
                caller, lambda tx: use_code(tx, account.staff_id, typed, keyring=self._keyring, now=now)
            )

    async def sign_in(self, account: Account, *, address: str, browser: str, now: datetime) -> str:
        """Open a session; returns its token.

        Raises:
            LoginExpired: The account was disabled meanwhile.
        """

        async def command(tx: Tx) -> str:
            row = await store.lock_staff(tx, account.staff_id)
            if row is None or row.state != "active":
                raise LoginExpired
            return await open_session(tx, account.staff_id, address=address, browser=browser, now=now)

        return await self._db.run(Caller(account.shop_id, f"staff:{account.staff_id}"), command)

    def known_browser(self, email: str, *, now: datetime) -> str:
        """The cookie that says this browser signed in as this person before."""
        return write_ticket(
            self._secret, "known browser", {"of": self._hidden(clean_email(email))}, until=now + BROWSER_KNOWN
        )

    def _limits(self, email: str, address: str, known: str, now: datetime) -> list[Limit]:
        who = self._hidden(email)
        by_address = Limit(f"login:address:{address}", _PER_ADDRESS, _WINDOW)
        remembered = read_ticket(self._secret, "known browser", known, now=now)
        if remembered is not None and remembered["of"] == who:
            cookie = self._hidden(known)
            return [by_address, Limit(f"login:known:{who}:{cookie}", _PER_PAIR, _WINDOW)]
        return [
            by_address,
            Limit(f"login:account:{who}", _PER_ACCOUNT, _WINDOW),
            Limit(f"login:pair:{who}:{address}", _PER_PAIR, _WINDOW),
        ]

    def _hidden(self, text: str) -> str:
        """Counts are kept by a keyed hash: the table says nothing about who tried."""
        return self._keyring.blind(ALL_SHOPS, "throttle", text).hex()

    async def _renew_hash(self, row: Any, password: str) -> None:
        fresh = await passwords.hashed_again(password)
        await self._db.run(Caller(row.shop_id, _LOGIN), lambda tx: store.set_password_hash(tx, row.id, fresh))

    async def _system(self, work: Any) -> Any:
        return await self._db.run(Caller(ALL_SHOPS, _LOGIN), work)


@asynccontextmanager
async def counted_code(db: Database, caller: Caller, staff_id: UUID, *, now: datetime) -> AsyncIterator[None]:
    """Taking a one-time code of somebody, wherever it is typed; what ends well is forgiven.

    Raises:
        TooManyAttempts: Guessed too often; nothing was compared.
    """
    limit = Limit(f"login:code:{caller.shop_id}:{staff_id}", _CODES, _WINDOW)
    system = Caller(ALL_SHOPS, _LOGIN)
    await db.run(system, lambda tx: spend(tx, [limit], now=now))
    yield
    await db.run(system, lambda tx: forgive(tx, [limit.bucket]))


def enrolment_address(secret: str, *, email: str, shop: str) -> str:
    """The otpauth:// address of a secret, for a QR code."""
    return onetime.address(secret, email=email, shop=shop)


async def own_password_fits(
    db: Database, caller: Caller, staff_id: UUID, password: str, *, now: datetime
) -> None:
    """Somebody signed in shows once more that it is them; counted like a login.

    Raises:
        TooManyAttempts: Guessed too often; nothing was compared.
        LoginRefused: It is not their password.
    """
    limit = Limit(f"password:{caller.shop_id}:{staff_id}", _PER_PAIR, _WINDOW)
    await db.run(Caller(ALL_SHOPS, _LOGIN), lambda tx: spend(tx, [limit], now=now))
    row = await db.run(caller, lambda tx: store.lock_staff(tx, staff_id))
    if row is None or not await passwords.fits(row.password_hash, password):
        raise LoginRefused
    await db.run(Caller(ALL_SHOPS, _LOGIN), lambda tx: forgive(tx, [limit.bucket]))
