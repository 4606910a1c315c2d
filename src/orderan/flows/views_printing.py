"""What there is to print labels of, and which were printed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from orderan.fulfilment import TaskNotFound
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.orders import Scope
from orderan.picking import WaveNotFound
from orderan.shipping import BOOKING_PREFIX, BookingNotFound

_SCOPE: Final[LiteralString] = """
  AND (%(locations)s::uuid[] IS NULL OR task.location_id = ANY(%(locations)s::uuid[]))
  AND (%(channels)s::uuid[] IS NULL OR sales_order.channel_id = ANY(%(channels)s::uuid[]))
"""


async def tasks_to_print(
    tx: Tx,
    scope: Scope,
    *,
    tasks: Collection[UUID] = (),
    bookings: Collection[UUID] = (),
    waves: Collection[UUID] = (),
) -> list[UUID]:
    """Tasks that were named, those of these bookings, and those of these waves as they are walked; each once.

    Raises:
        TaskNotFound, BookingNotFound, WaveNotFound: One is not the shop's, or is outside the scope.
    """
    rows = await tx.all(
        """
        WITH asked AS (
            SELECT id AS task_id, NULL::uuid AS booking_id, NULL::uuid AS wave_id, turn
            FROM unnest(%(tasks)s::uuid[]) WITH ORDINALITY AS named (id, turn)
            UNION ALL
            SELECT courier_booking.task_id, courier_booking.id, NULL, 1000000 + turn
            FROM unnest(%(bookings)s::uuid[]) WITH ORDINALITY AS named (id, turn)
            JOIN courier_booking ON courier_booking.shop_id = %(shop)s AND courier_booking.id = named.id
            UNION ALL
            SELECT pick_list_task.task_id, NULL, pick_list.wave_id,
                   2000000 + min(pick_list.no * 1000 + pick_list_task.slot)
            FROM pick_list
            JOIN pick_list_task ON pick_list_task.shop_id = pick_list.shop_id AND pick_list_task.list_id = pick_list.id
            WHERE pick_list.shop_id = %(shop)s AND pick_list.wave_id = ANY(%(waves)s)
            GROUP BY pick_list_task.task_id, pick_list.wave_id
        )
        SELECT asked.task_id, asked.booking_id, asked.wave_id
        FROM asked
        JOIN task ON task.shop_id = %(shop)s AND task.id = asked.task_id
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE TRUE
        """
        + _SCOPE
        + "ORDER BY asked.turn",
        {"shop": tx.shop_id, "tasks": list(tasks), "bookings": list(bookings), "waves": list(waves)}
        | scope.bounds(),
    )
    found = dict.fromkeys(row.task_id for row in rows)
    if missing := set(tasks) - set(found):
        raise TaskNotFound(to_text("tsk", min(missing)))
    if missing := set(bookings) - {row.booking_id for row in rows}:
        raise BookingNotFound(to_text(BOOKING_PREFIX, min(missing)))
    if missing := set(waves) - {row.wave_id for row in rows}:
        raise WaveNotFound(to_text("wav", min(missing)))
    return list(found)


@dataclass(frozen=True, slots=True)
class PrintedLabel:
    """A label of a job as it stands now.

    Attributes:
        state: Of its booking; only one that is booked still has a label.
        last: The copy that was printed last, in this job or later.
    """

    turn: int
    booking_id: UUID
    task_id: UUID
    order_id: UUID
    number: int
    courier: str
    service: str
    awb: str
    state: str
    copy: int
    last: int


async def printed_labels(tx: Tx, scope: Scope, job_id: UUID) -> list[PrintedLabel]:
    """Labels of a job that are within the scope, in the order they were printed."""
    rows = await tx.all(
        """
        SELECT label_print.turn, courier_booking.id AS booking_id, courier_booking.task_id, courier_booking.order_id,
               sales_order.number, coalesce(courier_booking.courier, '') AS courier,
               coalesce(courier_booking.service, '') AS service, label_print.code AS awb, courier_booking.state,
               label_print.copy,
               (SELECT max(later.copy) FROM label_print AS later
                WHERE later.shop_id = label_print.shop_id AND later.subject_id = label_print.subject_id) AS last
        FROM label_print
        JOIN courier_booking ON courier_booking.shop_id = label_print.shop_id
             AND courier_booking.id = label_print.subject_id
        JOIN task ON task.shop_id = courier_booking.shop_id AND task.id = courier_booking.task_id
        JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
        WHERE label_print.shop_id = %(shop)s AND label_print.job_id = %(job)s
        """
        + _SCOPE
        + "ORDER BY label_print.turn",
        {"shop": tx.shop_id, "job": job_id} | scope.bounds(),
    )
    return [PrintedLabel(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class PrintedJob:
    """Labels printed together, on the list.

    Attributes:
        again: How many of them were printed before.
    """

    id: UUID
    made_by: str
    made_at: datetime
    labels: int
    again: int
    left_out: int


async def printed_jobs(
    tx: Tx, scope: Scope, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[PrintedJob]:
    """Jobs with labels that are all within the scope, the newest first."""
    rows = await tx.all(
        f"""
        SELECT print_job.id, print_job.made_by, print_job.made_at, printed.labels, printed.again,
               jsonb_array_length(print_job.left_out) AS left_out
        FROM print_job
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS labels, count(*) FILTER (WHERE label_print.copy > 1)::int AS again,
                   bool_and(TRUE {_SCOPE}) AS seen
            FROM label_print
            JOIN courier_booking ON courier_booking.shop_id = label_print.shop_id
                 AND courier_booking.id = label_print.subject_id
            JOIN task ON task.shop_id = courier_booking.shop_id AND task.id = courier_booking.task_id
            JOIN sales_order ON sales_order.shop_id = task.shop_id AND sales_order.id = task.order_id
            WHERE label_print.shop_id = print_job.shop_id AND label_print.job_id = print_job.id) AS printed
        WHERE print_job.shop_id = %(shop)s AND printed.seen
          AND (%(at)s::timestamptz IS NULL OR (print_job.made_at, print_job.id) < (%(at)s, %(last)s::uuid))
        ORDER BY print_job.made_at DESC, print_job.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        }
        | scope.bounds(),
    )
    return [PrintedJob(*row) for row in rows]


async def parts_of_orders(tx: Tx, tasks: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Which of its order's parcels each task's is, and how many there are: (1, 2) is the first of two."""
    rows = await tx.all(
        """
        SELECT id, part, parts
        FROM (
            SELECT task.id, row_number() OVER (PARTITION BY task.order_id ORDER BY task.planned_at, task.id)::int AS part,
                   count(*) OVER (PARTITION BY task.order_id)::int AS parts
            FROM task
            WHERE task.shop_id = %(shop)s AND task.state <> 'cancelled'
              AND task.order_id IN (SELECT asked.order_id FROM task AS asked
                                    WHERE asked.shop_id = %(shop)s AND asked.id = ANY(%(tasks)s))
        ) AS counted
        WHERE id = ANY(%(tasks)s)
        """,
        {"shop": tx.shop_id, "tasks": list(tasks)},
    )
    return {row.id: (row.part, row.parts) for row in rows}
