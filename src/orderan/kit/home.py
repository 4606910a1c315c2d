"""Writing many rows of a shop on a cluster: from the shop's own node, not from the coordinator.

    INSERT INTO t (shop_id, ...) SELECT %(shop)s, ... FROM unnest(...)

names no table to read, so Citus runs the SELECT on the coordinator and sends its rows by COPY,
which row-level security refuses. Read from the shop's log head as well, one row that every shop
has, and the whole statement is sent to the node that has the shop. On one machine the detour
would only cost, so it is taken on a cluster alone.
"""

import re
from functools import cache
from typing import LiteralString

_BATCH = re.compile(
    r"(?P<before>\bINSERT\s+INTO\b[^;]*?\bSELECT\s+)(?P<shop>%\(\w+\)s)(?P<between>[^;]*?\bFROM\s+)(?=unnest\()",
    re.IGNORECASE | re.DOTALL,
)


@cache
def from_home(statement: LiteralString) -> LiteralString:
    """The statement as a cluster can run it on one node; any other is left as it is."""
    return _BATCH.sub(_through_home, statement)


def _through_home(match: re.Match[str]) -> str:
    home = f"(SELECT shop_id AS of_shop FROM event_head WHERE shop_id = {match['shop']}) AS home CROSS JOIN "
    return f"{match['before']}home.of_shop{match['between']}{home}"
