"""A supplier tells what a carton holds, and the carton arrives."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from orderan.kit.db import Tx
from orderan.marks import read_sscc
from orderan.tagging import store
from orderan.tagging.errors import ContainerReceived
from orderan.tagging.models import ContainerLine, TagSession

MOST_LINES: Final = 500


async def tell_container(tx: Tx, sscc: str, lines: Sequence[ContainerLine], *, now: datetime) -> str:
    """Note what a carton holds; told again, the later word counts. Returns its eighteen digits.

    Raises:
        NotAnSscc, CheckDigitWrong: Of the number.
        ContainerReceived: It has arrived.
    """
    digits = read_sscc(sscc)
    if not await store.put_notice(tx, digits, now=now):
        raise ContainerReceived(digits)
    await store.replace_lines(tx, digits, lines)
    return digits


async def take_containers(tx: Tx, session: TagSession, ssccs: Collection[str], *, now: datetime) -> list[str]:
    """Those of these cartons that were told of and that no session received before; this one has now."""
    return await store.take_notices(tx, session, sorted(ssccs), now=now)
