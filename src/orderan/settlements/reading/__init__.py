"""Files of gateways and banks into lines."""

from orderan.settlements.reading.camt import read_camt
from orderan.settlements.reading.formats import (
    CAMT,
    COURIER,
    FORMATS,
    MAPPED,
    SETTLEMENT_COLUMNS,
    STATEMENT_COLUMNS,
    SettlementFormat,
)
from orderan.settlements.reading.settlements import as_format, read_settlement
from orderan.settlements.reading.statements import read_statement

__all__ = [
    "CAMT",
    "COURIER",
    "FORMATS",
    "MAPPED",
    "SETTLEMENT_COLUMNS",
    "STATEMENT_COLUMNS",
    "SettlementFormat",
    "as_format",
    "read_camt",
    "read_settlement",
    "read_statement",
]
