"""Stickers are printed: who, when, what of and how many is written down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.printing import store
from orderan.printing.errors import NothingToPrint, TooManyStickers
from orderan.printing.models import StickerJob, StickerPrint

MOST_STICKERS: Final = 1_000
"""Pages of one document."""


async def record_stickers(tx: Tx, wanted: Sequence[StickerPrint], *, now: datetime) -> StickerJob:
    """Write down what is printed together.

    Raises:
        NothingToPrint: No sticker is wanted.
        TooManyStickers: More than one document holds.
    """
    if not wanted:
        raise NothingToPrint
    units = sum(one.copies for one in wanted)
    if units > MOST_STICKERS:
        raise TooManyStickers(units, MOST_STICKERS)
    job = StickerJob(new_id(), tx.actor, now, tuple(wanted))
    await store.insert_sticker_job(tx, job)
    return job
