"""Letters of providers: sealed as they come, kept at once, heard afterwards."""

from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from orderan.kit.crypto import DataKey, Keyring
from orderan.kit.db import Tx
from orderan.reach import store_news as store
from orderan.reach.models import HeardNews, Kind, NewsLetter, Piece, Verdict
from orderan.reach.rules import letter_key, read_pieces, write_pieces

BATCH: Final = 500


def sealed_letter(
    shop_id: int,
    account_id: UUID,
    key: DataKey,
    verdict: Verdict,
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    pieces: Sequence[Piece] = (),
) -> NewsLetter:
    """A letter as it is kept: it holds telephone numbers and what people wrote.

    Args:
        headers: Without those that are secrets themselves.
        pieces: What it tells; of a genuine one alone.
    """
    whole = {
        "method": method,
        "url": url,
        "headers": dict(headers),
        "body": b64encode(body).decode(),
    }
    genuine = verdict is Verdict.GENUINE
    return NewsLetter(
        account_id=account_id,
        verdict=verdict,
        dedupe_key=letter_key(url, body),
        letter=key.seal(msgspec.json.encode(whole).decode(), place=_place(shop_id, "letter")),
        told=key.seal(write_pieces(pieces), place=_place(shop_id, "told")) if genuine else None,
    )


async def take_news(
    tx: Tx, keyring: Keyring, kinds: Collection[Kind], *, limit: int = BATCH
) -> list[HeardNews]:
    """Genuine letters of accounts of these kinds that wait, oldest first, locked until the transaction ends.

    Whoever took them says so by `mark_heard` once what they tell is kept.
    """
    waiting = await store.take_waiting(tx, kinds, limit=limit)
    keys = {
        one.account.id: keyring.unwrap(tx.shop_id, one.account.id, one.account.wrapped_key) for one in waiting
    }
    place = _place(tx.shop_id, "told")
    return [
        HeardNews(
            one.id,
            one.account,
            read_pieces(keys[one.account.id].open(one.told, place=place)),
            one.received_at,
        )
        for one in waiting
    ]


def _place(shop_id: int, column: str) -> str:
    return f"{shop_id}|reach_news|{column}"
