"""Files that prove something to a bank: a signed delivery note, an invoice, a conversation.

kind     told by the bytes, never by the name
kept     under the key of the order's buyer, whom they show; of an order without a buyer under nobody's
taken    by whoever handles chargebacks, and each time leaves a trace
erased   with the buyer
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.catalog import ImageTooLarge, NotAnImage, recognise
from orderan.customers import CustomerNotActive, UnknownCustomer, seal_for
from orderan.flows.contest_chargeback import add_to_chargeback
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id
from orderan.payments import (
    Evidence,
    EvidenceFile,
    EvidenceFileNotFound,
    EvidenceFileTooLarge,
    EvidenceFileUnreadable,
    EvidenceKind,
    EvidenceOfNobody,
    KeptFile,
    find_chargeback,
    take_file,
)

MOST_MB: Final = 5
LONGEST_NAME: Final = 100
TABLE: Final = "chargeback_file"
_PDF_HEAD: Final = b"%PDF-"
_PDF_TAIL: Final = b"%%EOF"


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as somebody brings it: its name, and what is in it."""

    name: str
    content: bytes


async def add_file_to_chargeback(
    tx: Tx,
    keyring: Keyring,
    chargeback_id: UUID,
    kind: EvidenceKind,
    words: str,
    brought: Brought,
    *,
    now: datetime,
) -> Evidence:
    """Add a file to what the bank is to be told.

    Raises:
        EvidenceFileUnreadable, EvidenceFileTooLarge: Of the file.
        ChargebackNotFound, IllegalMove, EvidenceFilesTooMany: Of the chargeback.
        EvidenceOfNobody: Its buyer was erased.
    """
    file = EvidenceFile(name_of(brought.name), kind_of(brought.content), len(brought.content))
    case = await find_chargeback(tx, chargeback_id)
    buyer = (await orders_by_id(tx, [case.order_id]))[case.order_id].customer_id
    content = brought.content
    if buyer is not None:
        try:
            content = (await seal_for(tx, keyring, buyer)).shut(TABLE, "content", content.hex())
        except CustomerNotActive as gone:
            raise EvidenceOfNobody from gone
    return await add_to_chargeback(
        tx, chargeback_id, kind, words, kept=KeptFile(file, buyer, content), now=now
    )


async def open_file(
    tx: Tx, keyring: Keyring, chargeback_id: UUID, evidence_id: UUID, *, now: datetime
) -> tuple[EvidenceFile, bytes]:
    """A file as it was brought.

    Raises:
        ChargebackNotFound: The shop has no such chargeback.
        EvidenceFileNotFound: The evidence has no file, or its buyer was erased.
    """
    kept = await take_file(tx, await find_chargeback(tx, chargeback_id), evidence_id, now=now)
    if kept.sealed_for is None:
        return kept.file, kept.content
    try:
        opened = (await seal_for(tx, keyring, kept.sealed_for)).open(TABLE, "content", kept.content)
    except (UnknownCustomer, CustomerNotActive) as gone:
        raise EvidenceFileNotFound(to_text("evd", evidence_id)) from gone
    return kept.file, bytes.fromhex(opened or "")


def kind_of(content: bytes) -> str:
    """`pdf`, `jpg`, `png` or `webp`, by the bytes.

    Raises:
        EvidenceFileTooLarge: More than 5 MB.
        EvidenceFileUnreadable: None of these, or a PDF that is cut off.
    """
    if len(content) > MOST_MB * 1024 * 1024:
        raise EvidenceFileTooLarge(MOST_MB)
    if content.startswith(_PDF_HEAD) and _PDF_TAIL in content[-1024:]:
        return "pdf"
    try:
        return recognise(content).kind
    except (NotAnImage, ImageTooLarge) as fault:
        raise EvidenceFileUnreadable from fault


def name_of(given: str) -> str:
    """What a file is called: no folders, nothing unprintable, and not without an end."""
    last = given.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    return plain[:LONGEST_NAME] or "-"
