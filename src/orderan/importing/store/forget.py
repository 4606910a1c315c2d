"""Taking somebody who was erased out of what files brought."""

from collections.abc import Collection

from orderan.importing.cases import KIND
from orderan.kit.db import Tx


async def forget_customers(tx: Tx, references: Collection[str]) -> None:
    """Take customers, by the `channel:customer` an import made them under, out of all it keeps.

    Lines keep goods and amounts: a file is still accounted for line by line.
    """
    named = [reference.partition(":") for reference in references if ":" in reference]
    if not named:
        return
    asked = {
        "shop": tx.shop_id,
        "kind": KIND,
        "channels": [channel for channel, _, _ in named],
        "customers": [customer for _, _, customer in named],
    }
    await tx.run(
        """
        UPDATE import_line
        SET customer = NULL, country = NULL, raw = raw - '{customer,country}'::text[]
        FROM channel
        JOIN unnest(%(channels)s::text[], %(customers)s::text[]) AS gone (channel, customer) ON gone.channel = channel.code
        WHERE import_line.shop_id = %(shop)s AND channel.shop_id = %(shop)s AND channel.id = import_line.channel_id
          AND gone.customer IN (import_line.customer, import_line.raw->>'customer')
        """,
        asked,
    )
    # Until a run is finished its cancellations are still to be matched, by customer.
    await tx.run(
        """
        DELETE FROM import_cancellation
        USING import_run AS run
        JOIN channel ON channel.shop_id = run.shop_id AND channel.id = run.channel_id
        JOIN unnest(%(channels)s::text[], %(customers)s::text[]) AS gone (channel, customer) ON gone.channel = channel.code
        WHERE import_cancellation.shop_id = %(shop)s AND run.shop_id = %(shop)s
          AND run.id = import_cancellation.run_id AND run.state = 'finished'
          AND gone.customer = import_cancellation.customer
        """,
        asked,
    )
    await tx.run(
        """
        UPDATE import_run AS run SET last_customer = ''
        FROM channel
        JOIN unnest(%(channels)s::text[], %(customers)s::text[]) AS gone (channel, customer) ON gone.channel = channel.code
        WHERE run.shop_id = %(shop)s AND run.state = 'finished' AND channel.shop_id = %(shop)s
          AND channel.id = run.channel_id AND run.last_customer = gone.customer
        """,
        asked,
    )
    await tx.run(
        """
        UPDATE exception_entry
        SET payload = jsonb_set(payload, '{lines}', (
            SELECT jsonb_agg(CASE WHEN line->>'customer' = ANY(%(customers)s::text[])
                                  THEN line || '{"customer": "", "country": ""}' ELSE line END)
            FROM jsonb_array_elements(payload->'lines') AS line))
        WHERE shop_id = %(shop)s AND kind = %(kind)s AND payload->>'channel' = ANY(%(channels)s::text[])
          AND EXISTS (SELECT FROM jsonb_array_elements(payload->'lines') AS line
                      WHERE line->>'customer' = ANY(%(customers)s::text[]))
        """,
        asked,
    )
