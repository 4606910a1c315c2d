"""Say how a tax class is taxed from a date on."""

from datetime import date, datetime

from orderan.catalog import store
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx


async def set_tax_rate(
    tx: Tx,
    *,
    tax_class: str,
    valid_from: date,
    rate_bp: int,
    base_numerator: int,
    base_denominator: int,
    now: datetime,
) -> None:
    """Set or correct the rate of a class from a date; orders placed before keep theirs.

    Args:
        rate_bp: Basis points, 0 to 10,000; 1200 is 12 %.
        base_numerator, base_denominator: The part of the price that is taxed: 11 and 12 for
            "DPP nilai lain", 1 and 1 for all of it.
    """
    after = {"rate_bp": rate_bp, "base": f"{base_numerator}/{base_denominator}"}
    row = await store.lock_tax_rate(tx, tax_class, valid_from)
    before = (
        None
        if row is None
        else {"rate_bp": row.rate_bp, "base": f"{row.base_numerator}/{row.base_denominator}"}
    )
    if before == after:
        return
    await store.put_tax_rate(tx, tax_class, valid_from, rate_bp, base_numerator, base_denominator)
    changed = Trace("tax.set", "tax_rate", f"{tax_class} {valid_from}", before=before, after=after)
    await leave(tx, changed, now=now)
