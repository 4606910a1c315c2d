"""Writing and reading the shop's own words and policy, and what people want to be told and how."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orderan.customers import survivors
from orderan.kit.db import Tx
from orderan.notifications.models import Policy, Template, Wants


async def policy_of(tx: Tx) -> Policy:
    """How the shop tells people things; one that never said tells nobody."""
    row = await tx.maybe(
        """
        SELECT channels, quiet_from, quiet_until, reminder_minutes, review_days, silent, from_position, review_link
        FROM message_policy WHERE shop_id = %(shop)s
        """,
        {"shop": tx.shop_id},
    )
    if row is None:
        return Policy()
    return Policy(
        tuple(row.channels),
        row.quiet_from,
        row.quiet_until,
        row.reminder_minutes,
        row.review_days,
        frozenset(row.silent),
        row.from_position,
        row.review_link,
    )


async def save_policy(tx: Tx, policy: Policy, *, now: datetime) -> None:
    """Keep a policy."""
    await tx.run(
        """
        INSERT INTO message_policy (shop_id, channels, quiet_from, quiet_until, reminder_minutes, review_days, silent,
                                    from_position, review_link, set_by, set_at)
        VALUES (%(shop)s, %(channels)s, %(quiet_from)s, %(quiet_until)s, %(reminder)s, %(review)s, %(silent)s,
                %(position)s, %(link)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id) DO UPDATE
        SET channels = excluded.channels, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
            reminder_minutes = excluded.reminder_minutes, review_days = excluded.review_days,
            silent = excluded.silent, from_position = excluded.from_position, review_link = excluded.review_link,
            set_by = excluded.set_by, set_at = excluded.set_at
        """,
        {
            "shop": tx.shop_id,
            "channels": list(policy.channels),
            "quiet_from": policy.quiet_from,
            "quiet_until": policy.quiet_until,
            "reminder": policy.reminder_minutes,
            "review": policy.review_days,
            "silent": sorted(policy.silent),
            "position": policy.from_position,
            "link": policy.review_link,
            "actor": tx.actor,
            "now": now,
        },
    )


async def wants_of(tx: Tx, people: Collection[UUID]) -> dict[UUID, Wants]:
    """What these people want, of those who said; of a record that was merged, what its survivor wants."""
    standing = await survivors(tx, people)
    said = await wants_of_records(tx, set(standing.values()))
    return {one: said[survivor] for one, survivor in standing.items() if survivor in said}


async def wants_of_records(tx: Tx, records: Collection[UUID]) -> dict[UUID, Wants]:
    """What was said of these very records, whatever they were merged into, the latest first."""
    rows = await tx.all(
        """
        SELECT person_id, channels, stopped, unwanted, locale FROM message_preference
        WHERE shop_id = %(shop)s AND person_id = ANY(%(people)s)
        ORDER BY set_at DESC, person_id
        """,
        {"shop": tx.shop_id, "people": list(records)},
    )
    return {
        row.person_id: Wants(tuple(row.channels), frozenset(row.stopped), frozenset(row.unwanted), row.locale)
        for row in rows
    }


async def save_wants(tx: Tx, person_id: UUID, wants: Wants, *, now: datetime) -> None:
    """Keep what a person wants."""
    await tx.run(
        """
        INSERT INTO message_preference (shop_id, person_id, channels, stopped, unwanted, locale, set_by, set_at)
        VALUES (%(shop)s, %(person)s, %(channels)s, %(stopped)s, %(unwanted)s, %(locale)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id, person_id) DO UPDATE
        SET channels = excluded.channels, stopped = excluded.stopped, unwanted = excluded.unwanted,
            locale = excluded.locale, set_by = excluded.set_by, set_at = excluded.set_at
        """,
        {
            "shop": tx.shop_id,
            "person": person_id,
            "channels": list(wants.channels),
            "stopped": sorted(wants.stopped),
            "unwanted": sorted(wants.unwanted),
            "locale": wants.locale,
            "actor": tx.actor,
            "now": now,
        },
    )


async def shift_stopped(tx: Tx, people: Sequence[UUID], channel: str, *, closed: bool, now: datetime) -> None:
    """Close or open a channel of these people, whatever else they want."""
    asked = {
        "shop": tx.shop_id,
        "people": list(people),
        "channel": channel,
        "closed": closed,
        "actor": tx.actor,
        "now": now,
    }
    await tx.run(
        """
        INSERT INTO message_preference (shop_id, person_id, channels, stopped, unwanted, set_by, set_at)
        SELECT %(shop)s, asked.id, '{}', '{}', '{}', %(actor)s, %(now)s
        FROM unnest(%(people)s::uuid[]) AS asked (id)
        ORDER BY asked.id
        ON CONFLICT (shop_id, person_id) DO NOTHING
        """,
        asked,
    )
    await tx.run(
        """
        UPDATE message_preference
        SET stopped = array_remove(stopped, %(channel)s::text)
                      || CASE WHEN %(closed)s THEN ARRAY[%(channel)s::text] ELSE '{}'::text[] END,
            set_by = %(actor)s, set_at = %(now)s
        WHERE shop_id = %(shop)s AND person_id = ANY(%(people)s)
        """,
        asked,
    )


async def own_templates(tx: Tx) -> dict[tuple[str, str, str], Template]:
    """The newest words of the shop by kind, channel and language; an empty body is ours again."""
    rows = await tx.all(
        """
        SELECT DISTINCT ON (kind, channel, locale) kind, channel, locale, version, subject, body, made_by, made_at
        FROM message_template
        WHERE shop_id = %(shop)s
        ORDER BY kind, channel, locale, version DESC
        """,
        {"shop": tx.shop_id},
    )
    return {(row.kind, row.channel, row.locale): Template(*row) for row in rows}


async def versions_of(tx: Tx, kind: str, channel: str, locale: str) -> list[Template]:
    """Every version of the shop's own words, the newest first."""
    rows = await tx.all(
        """
        SELECT kind, channel, locale, version, subject, body, made_by, made_at
        FROM message_template
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND channel = %(channel)s AND locale = %(locale)s
        ORDER BY version DESC
        """,
        {"shop": tx.shop_id, "kind": kind, "channel": channel, "locale": locale},
    )
    return [Template(*row) for row in rows]


async def add_template(tx: Tx, template: Template, *, now: datetime) -> bool:
    """Keep a version; False when somebody kept the same number meanwhile."""
    return (
        await tx.run(
            """
            INSERT INTO message_template (shop_id, kind, channel, locale, version, subject, body, made_by, made_at)
            VALUES (%(shop)s, %(kind)s, %(channel)s, %(locale)s, %(version)s, %(subject)s, %(body)s, %(actor)s, %(now)s)
            ON CONFLICT DO NOTHING
            """,
            {
                "shop": tx.shop_id,
                "kind": template.kind,
                "channel": template.channel,
                "locale": template.locale,
                "version": template.version,
                "subject": template.subject,
                "body": template.body,
                "actor": tx.actor,
                "now": now,
            },
        )
        == 1
    )
