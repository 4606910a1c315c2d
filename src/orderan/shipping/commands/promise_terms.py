"""Write down what a shop counts with when it promises a day; each version is kept."""

from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.shipping.errors_promises import PromiseTermsMovedOn, PromiseTermsNotUsable
from orderan.shipping.promises import PromiseTerms
from orderan.shipping.rules_promises import faults, plain_terms
from orderan.shipping.store_promises import promise_terms

ENTITY: Final = "promise_terms"


async def keep_promise_terms(tx: Tx, terms: PromiseTerms, *, expected: int, now: datetime) -> int:
    """Write the next version, which holds for promises to come; returns its number.

    Args:
        expected: The version the change was made on, 0 for none.

    Raises:
        PromiseTermsNotUsable: Names everything that is wrong.
        PromiseTermsMovedOn: Somebody wrote another version meanwhile.
    """
    if wrong := faults(terms):
        raise PromiseTermsNotUsable(wrong)
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('promise_terms', %(shop)s))", {"shop": tx.shop_id}
    )
    last, before = await promise_terms(tx)
    if last != expected:
        raise PromiseTermsMovedOn(expected, last)
    if before == terms:
        return last
    await tx.run(
        """
        INSERT INTO promise_terms (shop_id, version, terms, made_by, made_at)
        VALUES (%(shop)s, %(version)s, %(terms)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "version": last + 1,
            "terms": Jsonb(plain_terms(terms)),
            "actor": tx.actor,
            "now": now,
        },
    )
    was = plain_terms(before) if last else None
    trace = Trace("promises.terms", ENTITY, str(last + 1), before=was, after=plain_terms(terms))
    await leave(tx, trace, now=now)
    return last + 1
