"""A process that sends until it is killed; its provider keeps its books in a file."""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from orderan.flows.pay_links import PayLinks
from orderan.flows.send_messages import Messenger
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.notifications import Doubt, Fate, Letter, Receipt, Sender, SentAs


class Books:
    """A provider whose books outlive whoever writes to it: a line per letter it sent."""

    channel = "whatsapp"
    doubt = Doubt.ASK

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = path
        self.now = now

    def sent(self) -> list[str]:
        return self.path.read_text().split() if self.path.exists() else []

    async def send(self, letter: Letter) -> SentAs:
        # One after the other, so that a kill finds some of a batch sent and some not.
        await asyncio.sleep(0)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, f"{letter.reference}\n".encode())
        os.close(handle)
        return SentAs(letter.reference, 1)

    async def look_up(self, reference: str) -> Receipt:
        fate = Fate.SENT if reference in self.sent() else Fate.ABSENT
        return Receipt(fate, self.now, provider_id=reference)


def messenger(db: Database, keyring: Keyring, clock: SetClock, books: Books) -> Messenger:
    async def senders(_: Tx) -> Mapping[str, Sender]:
        return {"whatsapp": books}

    return Messenger(db, clock, keyring, PayLinks("https://toko.test", keyring), senders)


async def send(url: str, shop_id: int, books: Path, now: datetime) -> None:
    db = Database(url, min_size=1, max_size=2)
    await db.open()
    keyring = Keyring(b"0123456789abcdef0123456789abcdef")
    try:
        await messenger(db, keyring, SetClock(now), Books(books, now)).send_due(
            Caller(shop_id, "system:messages"), "whatsapp"
        )
    finally:
        await db.close()


if __name__ == "__main__":
    _, database, shop, book, moment = sys.argv
    asyncio.run(send(database, int(shop), Path(book), datetime.fromisoformat(moment)))
