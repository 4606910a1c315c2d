"""The command runner at the edge: one transaction, retries, and one answer per idempotency key.

    new key         the command runs; effect and answer commit together
    repeated key    the first answer is given again, refusals included; nothing runs
    other body      KeyReused: the key belongs to another request
    two at once     the unique key lets one commit; the other starts again and finds its answer
    personal        a refusal that repeats what was typed of a person is told and not kept: the same
                    request again is decided again
    old             answers are let go after some weeks; nobody repeats a request that late

A crash leaves neither effect nor answer, so a retry starts clean: there is no in-flight mark
that could be left behind.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal

KEY_LENGTH = 255


@dataclass(eq=False)
class KeyReused(Refusal):
    """The idempotency key was used before with another request."""

    key: str

    code = "idempotency_key_reused"
    kind = Kind.CONFLICT
    sentence = N_("Idempotency-Key itu sudah dipakai untuk permintaan lain.")


@dataclass(frozen=True)
class Key:
    """An idempotency key with the fingerprint of the request it came with.

    Attributes:
        scope: Who used it (API key or staff id) and for what route; keys of different scopes
            never meet.
    """

    scope: str
    text: str
    fingerprint: bytes

    @classmethod
    def of(cls, scope: str, text: str, body: bytes) -> "Key":
        return cls(scope, text, hashlib.sha256(body).digest())


@dataclass(frozen=True)
class Answer:
    """What the client was told: a status and the bytes of the body."""

    status: int
    body: bytes


FORGOTTEN: Final = Answer(
    410,
    b'{"type":"/problems/answer_forgotten","title":"The customer was erased.","status":410,"code":"answer_forgotten","request_id":null}',
)
"""In the place of an answer that told of somebody who was erased since."""


class _Overtaken(Exception):
    """Another request with the same key committed first."""


async def remembered(tx: Tx, keys: list[Key]) -> dict[tuple[str, str], Answer | KeyReused]:
    """Answers given before under these keys; another fingerprint is a KeyReused in their place."""
    rows = await tx.all(
        """
        SELECT answer.scope, answer.key, answer.fingerprint, answer.status, answer.body
        FROM unnest(%(scopes)s::text[], %(texts)s::text[]) AS asked (scope, key)
        JOIN answer ON answer.shop_id = %(shop)s AND answer.scope = asked.scope AND answer.key = asked.key
        """,
        {"shop": tx.shop_id, "scopes": [key.scope for key in keys], "texts": [key.text for key in keys]},
    )
    asked = {(key.scope, key.text): key.fingerprint for key in keys}
    return {
        (row.scope, row.key): Answer(row.status, row.body)
        if row.fingerprint == asked[row.scope, row.key]
        else KeyReused(row.key)
        for row in rows
    }


async def remember(tx: Tx, answers: list[tuple[Key, Answer]], *, now: datetime) -> None:
    """Keep answers with their effects, in key order so that two batches cannot deadlock.

    Raises:
        psycopg.errors.UniqueViolation: Somebody committed an answer to one of the keys first;
            run the whole transaction again.
    """
    if not answers:
        return
    answers = sorted(answers, key=lambda pair: (pair[0].scope, pair[0].text))
    await tx.send(
        """
        INSERT INTO answer (shop_id, scope, key, fingerprint, status, body, answered_at)
        SELECT %(shop)s, scope, key, fingerprint, status, body, %(now)s
        FROM unnest(%(scopes)s::text[], %(texts)s::text[], %(prints)s::bytea[], %(statuses)s::int[],
                    %(bodies)s::bytea[]) AS given (scope, key, fingerprint, status, body)
        """,
        {
            "shop": tx.shop_id,
            "now": now,
            "scopes": [key.scope for key, _ in answers],
            "texts": [key.text for key, _ in answers],
            "prints": [key.fingerprint for key, _ in answers],
            "statuses": [answer.status for _, answer in answers],
            "bodies": [answer.body for _, answer in answers],
        },
    )


async def first_time(tx: Tx, key: Key, *, now: datetime) -> bool:
    """Whether a key is used for the first time; it is used from now on, if this transaction commits.

    Two at once: the second waits for the first, and hears no once it has committed.
    """
    used = await tx.run(
        """
        INSERT INTO answer (shop_id, scope, key, fingerprint, status, body, answered_at)
        VALUES (%(shop)s, %(scope)s, %(key)s, %(print)s, 303, '', %(now)s)
        ON CONFLICT DO NOTHING
        """,
        {"shop": tx.shop_id, "scope": key.scope, "key": key.text, "print": key.fingerprint, "now": now},
    )
    return used == 1


async def forget_answers(tx: Tx, names: Collection[str], *, since: datetime) -> int:
    """Empty the answers that tell of these things; a repeat does nothing still, and is told so.

    Answers of placing are left out: they tell numbers and amounts, and are by far the most.

    Args:
        names: Ids as they stand in addresses and answers.
        since: Nothing older tells of them.
    """
    return await tx.run(
        """
        UPDATE answer SET status = %(status)s, body = %(body)s
        WHERE shop_id = %(shop)s AND answered_at >= %(since)s AND scope NOT LIKE '%% POST /api/v1/orders'
          AND EXISTS (SELECT FROM unnest(%(names)s::text[]) AS name
                      WHERE position(name IN scope) > 0 OR position(convert_to(name, 'UTF8') IN body) > 0)
        """,
        {
            "shop": tx.shop_id,
            "since": since,
            "names": list(names),
            "status": FORGOTTEN.status,
            "body": FORGOTTEN.body,
        },
    )


async def sweep_answers(tx: Tx, *, before: datetime, limit: int = 5_000) -> int:
    """Let go of answers given before a moment, the oldest first; returns how many."""
    return await tx.run(
        """
        WITH old AS MATERIALIZED (
            SELECT scope, key
            FROM answer
            WHERE shop_id = %(shop)s AND answered_at < %(before)s
            ORDER BY answered_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        DELETE FROM answer
        USING old
        WHERE answer.shop_id = %(shop)s AND answer.scope = old.scope AND answer.key = old.key
        """,
        {"shop": tx.shop_id, "before": before, "limit": limit},
    )


class Runner:
    """Runs commands for the edge."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def once(
        self,
        caller: Caller,
        key: Key,
        command: Callable[[Tx], Awaitable[Answer]],
        *,
        refused: Callable[[Refusal], Answer],
        now: datetime,
    ) -> Answer:
        """Run a command under a key and return its answer, the first one if it ran before.

        Args:
            command: Does the work and makes the answer, in the transaction it is given.
            refused: Makes the answer of a refusal; it is kept like any other.

        Raises:
            KeyReused: The key came with another request before.
            Refusal: One whose facts are personal; nothing is kept of it.
        """

        async def work(tx: Tx) -> Answer:
            earlier = (await remembered(tx, [key])).get((key.scope, key.text))
            if isinstance(earlier, KeyReused):
                raise earlier
            if earlier is not None:
                return earlier
            try:
                async with tx.savepoint():
                    answer = await command(tx)
            except Refusal as refusal:
                if refusal.personal:
                    raise
                answer = refused(refusal)
            try:
                await remember(tx, [(key, answer)], now=now)
            except psycopg.errors.UniqueViolation as fault:
                raise _Overtaken from fault
            return answer

        try:
            return await self.db.run(caller, work)
        except _Overtaken:
            return await self.db.run(caller, work)

    async def run(self, caller: Caller, command: Callable[[Tx], Awaitable[Any]]) -> Any:
        """Run a command without a key: pages, whose forms carry an id that is taken once."""
        return await self.db.run(caller, command)
