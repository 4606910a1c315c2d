"""The scorecard of providers: what each gateway account and rail was worth over days, and what it cost.

    availability  time not down, of the time the rail was watched: down from when the watch said so until it
                  said otherwise, and as long as a confirmed incident of that kind lasted, whichever is
                  longer, unless somebody called it a false alarm; one that came back within half an hour lasted
                  in between. An account's is that of its rails that were tried, hour by hour alike
    success       instruments that were paid, of those given to buyers that can no longer be paid or were
    creation      charges that gave what was asked for, of those not failing by the customer or by us
    lag           from the payment, by the gateway's clock, to its word of it here
    answering     from our question in an incident, or its opening where none was written, to the first word
                  heard from the provider
    cost          of a payment: fee and tax its settlement lines say; where none came yet, what the rail's
                  stated fee of that day makes of it
    cheaper       every routing decision of the time is played again as if it had gone to the cheapest rail
                  that was able to take it then, was well and had no maintenance. Fees are those the decision
                  was made with; only payments that were paid count, because nothing else costs a fee; a rail
                  whose fee nobody stated is never the cheaper one. That the buyer would have paid there too
                  is assumed: how often the cheaper rail had the smaller chance is counted beside it

Everything is counted by the database; nothing is read row by row. Each statement counts every row twice, for
its rail and for the whole of its account, whose rail_id is then null.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments import GatewayAccount, Rail, accounts, rails_by_id


@dataclass(frozen=True, slots=True)
class Score:
    """What a rail or an account did in a time.

    Attributes:
        watched_s, down_s: Seconds under watch, and of those in which it was down; of an account the sums
            of its rails that were tried.
        issued: Instruments whose end is known; paid: those of them that were paid.
        lag_s: Of nine out of ten and more (p95), None without word of any.
        incidents, incident_s: Confirmed ones, and the time they cover.
        payments: Paid in this time; settled: with a settlement line; listed: by the stated fee; the rest
            has no fee known.
        cost_minor: Fees and taxes of the settled and the listed.
        compared: Paid payments whose decision was kept with fees; dearer: those a cheaper rail could have
            taken; saved_minor: what that comes to; riskier: those of the dearer whose cheaper rail had
            the smaller chance.
    """

    watched_s: float = 0
    down_s: float = 0
    made: int = 0
    customer: int = 0
    gateway: int = 0
    bank: int = 0
    unknown: int = 0
    issued: int = 0
    paid: int = 0
    told: int = 0
    untold: int = 0
    lag_s: float | None = None
    incidents: int = 0
    incident_s: float = 0
    payments: int = 0
    settled: int = 0
    listed: int = 0
    gross_minor: int = 0
    cost_minor: int = 0
    compared: int = 0
    dearer: int = 0
    saved_minor: int = 0
    riskier: int = 0

    @property
    def tries(self) -> int:
        return self.made + self.customer + self.gateway + self.bank + self.unknown

    @property
    def availability(self) -> float | None:
        return 1 - self.down_s / self.watched_s if self.watched_s else None

    @property
    def creation(self) -> float | None:
        of = self.tries - self.customer
        return self.made / of if of else None

    @property
    def success(self) -> float | None:
        return self.paid / self.issued if self.issued else None

    @property
    def each_minor(self) -> int | None:
        """Cost of a payment, to the rupiah."""
        known = self.settled + self.listed
        return round(self.cost_minor / known) if known else None


@dataclass(frozen=True, slots=True)
class Answering:
    """How an account's provider answered in incidents: how many it answered, and the middle of how long it took."""

    asked: int = 0
    answered: int = 0
    middle_s: float | None = None


@dataclass(frozen=True, slots=True)
class RailScore:
    """A rail with its score."""

    rail: Rail
    score: Score


@dataclass(frozen=True, slots=True)
class AccountScore:
    """An account with its score, and its rails that were used, the most used first."""

    account: GatewayAccount
    score: Score
    answering: Answering
    rails: tuple[RailScore, ...]


async def scorecard(tx: Tx, *, since: datetime, until: datetime, zone: str) -> list[AccountScore]:
    """Every account that did something between two moments, the one with the most payments first.

    Args:
        zone: Whose days a stated fee is valid on.
    """
    time = {"shop": tx.shop_id, "since": since, "until": until}
    found: dict[tuple[UUID, UUID | None], dict[str, Any]] = defaultdict(dict)
    for rows in (
        await _tried(tx, time),
        await _told(tx, time),
        await _troubled(tx, time),
        await _cost(tx, time | {"zone": zone}),
        await _cheaper(tx, time),
    ):
        for row in rows:
            of = row._asdict()
            found[of.pop("account_id"), of.pop("rail_id")] |= of
    down = {row.rail_id: row for row in await _down(tx, time)}
    answers = await _answering(tx, time)
    known = await rails_by_id(tx, {rail_id for _, rail_id in found if rail_id is not None})
    there = []
    for account in await accounts(tx):
        scored = _rails_of(account.id, found, known, down)
        if not scored and (account.id, None) not in found:
            continue
        tried = [one.score for one in scored if one.score.tries]
        whole = replace(
            Score(**found.get((account.id, None), {})),
            watched_s=sum(one.watched_s for one in tried),
            down_s=sum(one.down_s for one in tried),
        )
        there.append(AccountScore(account, whole, answers.get(account.id, Answering()), tuple(scored)))
    return sorted(there, key=lambda one: (-one.score.payments, -one.score.tries, one.account.name))


def _rails_of(
    account_id: UUID,
    found: Mapping[tuple[UUID, UUID | None], Mapping[str, Any]],
    known: Mapping[UUID, Rail],
    down: Mapping[UUID, Any],
) -> list[RailScore]:
    scored = []
    for (of, rail_id), told in found.items():
        if of == account_id and rail_id is not None:
            score = Score(**told)
            if time := down.get(rail_id):
                score = replace(score, watched_s=time.watched_s, down_s=time.down_s)
            scored.append(RailScore(known[rail_id], score))
    return sorted(scored, key=lambda one: (-one.score.payments, -one.score.tries, one.rail.method))


async def _tried(tx: Tx, time: Mapping[str, Any]) -> Sequence[Any]:
    """Charges and what became of what they gave, by rail and by account."""
    return await tx.all(
        """
        SELECT rail.account_id, CASE WHEN part.whole THEN NULL ELSE rail.id END AS rail_id,
               count(*) FILTER (WHERE blame IS NULL)::int AS made,
               count(*) FILTER (WHERE blame = 'customer')::int AS customer,
               count(*) FILTER (WHERE blame = 'gateway')::int AS gateway,
               count(*) FILTER (WHERE blame = 'bank')::int AS bank,
               count(*) FILTER (WHERE blame = 'unknown')::int AS unknown,
               count(*) FILTER (WHERE given AND over)::int AS issued,
               count(*) FILTER (WHERE given AND over AND kept)::int AS paid
        FROM rail
        JOIN LATERAL (
            SELECT blame, blame IS NULL AND instrument IS NOT NULL AS given,
                   state NOT IN ('offered', 'held') OR expires_at <= %(until)s AS over,
                   paid_at IS NOT NULL AND state <> 'reversed' AS kept
            FROM payment_attempt
            WHERE shop_id = %(shop)s AND rail_id = rail.id AND charged_at > %(since)s
              AND charged_at <= %(until)s AND blame IS DISTINCT FROM 'ours'
        ) AS charge ON TRUE
        CROSS JOIN (VALUES (FALSE), (TRUE)) AS part (whole)
        WHERE rail.shop_id = %(shop)s
        GROUP BY 1, 2
        """,
        time,
    )


async def _told(tx: Tx, time: Mapping[str, Any]) -> Sequence[Any]:
    """How long gateways took to send word of payments."""
    return await tx.all(
        """
        SELECT rail.account_id, CASE WHEN part.whole THEN NULL ELSE rail.id END AS rail_id,
               count(word.lag)::int AS told, (count(*) - count(word.lag))::int AS untold,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY word.lag) AS lag_s
        FROM rail
        JOIN payment_attempt AS paid ON paid.shop_id = %(shop)s AND paid.rail_id = rail.id
             AND paid.paid_at > %(since)s AND paid.paid_at <= %(until)s AND paid.paid_there_at IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT extract(epoch FROM min(received_at) - paid.paid_there_at)::float8 AS lag
            FROM gateway_notice
            WHERE shop_id = %(shop)s AND attempt_id = paid.id AND received_at >= paid.paid_there_at
        ) AS word ON TRUE
        CROSS JOIN (VALUES (FALSE), (TRUE)) AS part (whole)
        WHERE rail.shop_id = %(shop)s
        GROUP BY 1, 2
        """,
        time,
    )


async def _troubled(tx: Tx, time: Mapping[str, Any]) -> Sequence[Any]:
    """Confirmed incidents, and the time they cover; two at once cover it once."""
    return await tx.all(
        """
        WITH trouble AS (
            SELECT rail.account_id, rail.id AS rail_id, incident.id AS incident_id,
                   tstzrange(incident.since, coalesce(incident_rail.ended_at, incident.recovered_at, 'infinity'))
                   * tstzrange(%(since)s, %(until)s) AS span
            FROM incident
            JOIN incident_rail ON incident_rail.shop_id = incident.shop_id
                 AND incident_rail.incident_id = incident.id
            JOIN rail ON rail.shop_id = incident.shop_id AND rail.id = incident_rail.rail_id
            WHERE incident.shop_id = %(shop)s AND incident.state IN ('open', 'recovered', 'closed')
              AND incident.false_at IS NULL AND incident.since < %(until)s
              AND coalesce(incident_rail.ended_at, incident.recovered_at, 'infinity') > %(since)s
        ), summed AS (
            SELECT account_id, CASE WHEN part.whole THEN NULL ELSE rail_id END AS rail_id,
                   count(DISTINCT incident_id)::int AS incidents, range_agg(span) AS spans
            FROM trouble
            CROSS JOIN (VALUES (FALSE), (TRUE)) AS part (whole)
            GROUP BY 1, 2
        )
        SELECT account_id, rail_id, incidents,
               (SELECT sum(extract(epoch FROM upper(span) - lower(span))) FROM unnest(spans) AS span)::float8
                   AS incident_s
        FROM summed
        """,
        time,
    )


async def _down(tx: Tx, time: Mapping[str, Any]) -> Sequence[Any]:
    """How long rails were watched, and how long of that they were down."""
    return await tx.all(
        """
        WITH watched AS (
            SELECT rail_id, tstzrange(greatest(began_at, %(since)s), %(until)s) AS span
            FROM rail_watch
            WHERE shop_id = %(shop)s AND began_at < %(until)s
        ), word AS (
            SELECT event.entity_id AS rail_id, payload->>'word' AS word, occurred_at AS said_at,
                   lead(occurred_at, 1, %(until)s) OVER (PARTITION BY entity_id ORDER BY seq) AS until
            FROM watched
            JOIN event ON event.shop_id = %(shop)s AND event.entity_id = watched.rail_id
                 AND event.kind = 'health.rail_changed.v1' AND event.occurred_at < %(until)s
        ), down AS (
            SELECT rail_id, tstzrange(said_at, until) AS span
            FROM word
            WHERE word = 'down' AND until > said_at
            UNION ALL
            SELECT incident_rail.rail_id,
                   tstzrange(incident.since, coalesce(incident_rail.ended_at, incident.recovered_at, %(until)s))
            FROM incident
            JOIN incident_rail ON incident_rail.shop_id = incident.shop_id
                 AND incident_rail.incident_id = incident.id
            WHERE incident.shop_id = %(shop)s AND incident.kind = 'down'
              AND incident.state IN ('open', 'recovered', 'closed') AND incident.since < %(until)s
              AND incident.false_at IS NULL
              AND coalesce(incident_rail.ended_at, incident.recovered_at, %(until)s) > incident.since
        ), summed AS (
            SELECT rail_id, range_agg(span) AS spans FROM down GROUP BY rail_id
        )
        SELECT watched.rail_id, extract(epoch FROM upper(watched.span) - lower(watched.span))::float8 AS watched_s,
               coalesce((SELECT sum(extract(epoch FROM upper(part) - lower(part)))
                         FROM unnest(summed.spans * tstzmultirange(watched.span)) AS part), 0)::float8 AS down_s
        FROM watched
        LEFT JOIN summed ON summed.rail_id = watched.rail_id
        """,
        time,
    )


async def _answering(tx: Tx, time: Mapping[str, Any]) -> dict[UUID, Answering]:
    """How long providers took to say something in the incidents that began in this time."""
    rows = await tx.all(
        """
        WITH asked AS (
            SELECT DISTINCT rail.account_id, incident.id AS incident_id, incident.opened_at
            FROM incident
            JOIN incident_rail ON incident_rail.shop_id = incident.shop_id
                 AND incident_rail.incident_id = incident.id
            JOIN rail ON rail.shop_id = incident.shop_id AND rail.id = incident_rail.rail_id
            WHERE incident.shop_id = %(shop)s AND incident.state IN ('open', 'recovered', 'closed')
              AND incident.since > %(since)s AND incident.since <= %(until)s
        ), spoken AS (
            SELECT asked.account_id, asked.opened_at, min(note.at) FILTER (WHERE note.heard) AS heard_at,
                   min(note.at) FILTER (WHERE NOT note.heard) AS asked_at
            FROM asked
            LEFT JOIN incident_note AS note ON note.shop_id = %(shop)s AND note.incident_id = asked.incident_id
            GROUP BY asked.account_id, asked.incident_id, asked.opened_at
        )
        SELECT account_id, count(*)::int AS asked, count(heard_at)::int AS answered,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM heard_at -
                   CASE WHEN asked_at <= heard_at THEN asked_at ELSE opened_at END)))
                   FILTER (WHERE heard_at IS NOT NULL)::float8 AS middle_s
        FROM spoken
        GROUP BY account_id
        """,
        time,
    )
    return {row.account_id: Answering(row.asked, row.answered, row.middle_s) for row in rows}


async def _cost(tx: Tx, time: Mapping[str, Any]) -> Sequence[Any]:
    """What payments cost: by their settlement lines, else by the fee stated for their day."""
    return await tx.all(
        """
        WITH paid AS (
            SELECT rail.account_id, rail.id AS rail_id, one.amount_minor AS gross, line.cost AS settled,
                   fee.fee + (fee.fee * fee.tax_bp + 5000) / 10000 AS listed
            FROM rail
            JOIN payment_attempt AS one ON one.shop_id = %(shop)s AND one.rail_id = rail.id
                 AND one.paid_at > %(since)s AND one.paid_at <= %(until)s AND one.state <> 'reversed'
            LEFT JOIN LATERAL (
                SELECT sum(fee_minor + tax_minor) AS cost
                FROM settlement_line
                WHERE shop_id = %(shop)s AND attempt_id = one.id AND kind = 'payment'
            ) AS line ON TRUE
            LEFT JOIN LATERAL (
                SELECT greatest(fixed_minor + (one.amount_minor * rate_bp + 5000) / 10000, least_minor) AS fee, tax_bp
                FROM rail_fee
                WHERE shop_id = %(shop)s AND rail_id = rail.id
                  AND valid_from <= (one.paid_at AT TIME ZONE %(zone)s)::date
                ORDER BY valid_from DESC
                LIMIT 1
            ) AS fee ON TRUE
            WHERE rail.shop_id = %(shop)s
        )
        SELECT account_id, CASE WHEN part.whole THEN NULL ELSE rail_id END AS rail_id,
               count(*)::int AS payments, count(settled)::int AS settled,
               (count(*) FILTER (WHERE settled IS NULL AND listed IS NOT NULL))::int AS listed,
               sum(gross)::bigint AS gross_minor, coalesce(sum(coalesce(settled, listed)), 0)::bigint AS cost_minor
        FROM paid
        CROSS JOIN (VALUES (FALSE), (TRUE)) AS part (whole)
        GROUP BY 1, 2
        """,
        time,
    )


async def _cheaper(tx: Tx, time: Mapping[str, Any]) -> Sequence[Any]:
    """What payments would have cost less on the cheapest rail that was well and could take them."""
    return await tx.all(
        """
        WITH made AS (
            SELECT subject_id, decided_at, inputs,
                   lead(decided_at, 1, 'infinity') OVER (PARTITION BY subject_id ORDER BY decided_at, id) AS next_at
            FROM decision
            WHERE shop_id = %(shop)s AND kind = 'routing' AND decided_at > %(since)s AND decided_at <= %(until)s
        ), went AS (
            SELECT made.inputs->'rails' AS rails, tried.rail_id
            FROM made
            JOIN LATERAL (
                SELECT rail_id
                FROM payment_attempt
                WHERE shop_id = %(shop)s AND order_id = made.subject_id AND began_at >= made.decided_at
                  AND began_at < made.next_at AND method = made.inputs->'to_pay'->>'method'
                  AND paid_at IS NOT NULL AND state <> 'reversed'
                ORDER BY began_at, id
                LIMIT 1
            ) AS tried ON TRUE
        ), compared AS (
            SELECT went.rail_id, used.fee, used.chance, best.fee AS best_fee, best.chance AS best_chance
            FROM went
            JOIN LATERAL (
                SELECT (one->>'fee_minor')::bigint AS fee, (one->>'success')::float8 * (one->>'paid')::float8 AS chance
                FROM jsonb_array_elements(went.rails) AS one
                WHERE one->>'id' = went.rail_id::text AND (one->>'fee_minor')::bigint > 0
            ) AS used ON TRUE
            LEFT JOIN LATERAL (
                SELECT (one->>'fee_minor')::bigint AS fee, (one->>'success')::float8 * (one->>'paid')::float8 AS chance
                FROM jsonb_array_elements(went.rails) AS one
                WHERE one->>'standing' = 'well' AND NOT (one->>'maintenance')::boolean
                  AND (one->>'fee_minor')::bigint > 0
                ORDER BY 1, 2 DESC
                LIMIT 1
            ) AS best ON best.fee < used.fee
        )
        SELECT rail.account_id, CASE WHEN part.whole THEN NULL ELSE rail.id END AS rail_id,
               count(*)::int AS compared, count(best_fee)::int AS dearer,
               coalesce(sum(fee - best_fee), 0)::bigint AS saved_minor,
               count(*) FILTER (WHERE best_chance < chance)::int AS riskier
        FROM compared
        JOIN rail ON rail.shop_id = %(shop)s AND rail.id = compared.rail_id
        CROSS JOIN (VALUES (FALSE), (TRUE)) AS part (whole)
        GROUP BY 1, 2
        """,
        time,
    )
