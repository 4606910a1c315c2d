"""Keep which column of a file holds what."""

from collections.abc import Mapping
from datetime import datetime

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.settlements import store
from orderan.settlements.errors import MappingRefused
from orderan.settlements.models import FileKind, SavedMapping
from orderan.settlements.reading.formats import SETTLEMENT_COLUMNS, STATEMENT_COLUMNS
from orderan.settlements.reading.settlements import missing_of as missing_of_settlement
from orderan.settlements.reading.statements import missing_of as missing_of_statement

MOST_NAME = 60


async def keep_mapping(
    tx: Tx, kind: FileKind, name: str, columns: Mapping[str, str], *, decimal_sign: str, now: datetime
) -> SavedMapping:
    """Keep a mapping under a name; one of that name is replaced.

    Raises:
        MappingRefused: It has no name, a column of ours that does not exist, or lacks one that must be there.
    """
    named = {ours: theirs.strip()[:200] for ours, theirs in columns.items() if theirs.strip()}
    mapping = SavedMapping(new_id(), kind, name.strip()[:MOST_NAME], named, decimal_sign)
    check(mapping)
    await store.save_mapping(tx, mapping, now=now)
    after = {"kind": mapping.kind, "columns": named, "decimal_sign": decimal_sign}
    await leave(tx, Trace("settlement.map", "settlement_mapping", mapping.name, after=after), now=now)
    return mapping


def check(mapping: SavedMapping) -> None:
    """Raises MappingRefused: A file cannot be read with it."""
    if not mapping.name:
        raise MappingRefused("name")
    settles = mapping.kind == FileKind.SETTLEMENT
    known = SETTLEMENT_COLUMNS if settles else STATEMENT_COLUMNS
    if strange := sorted(set(mapping.columns) - set(known)):
        raise MappingRefused(", ".join(strange))
    missing = (missing_of_settlement if settles else missing_of_statement)(frozenset(mapping.columns))
    if missing:
        raise MappingRefused(", ".join(missing))
    if mapping.decimal_sign not in {"auto", ".", ","}:
        raise MappingRefused(mapping.decimal_sign)
