"""What is typed of a parcel that came back, and where its quarrel has its page."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from orderan.kit.ids import to_text
from orderan.returns import Extra, Seen
from orderan.web.forms import count_typed, numbered

LONGEST_EXTRA: Final = 100
MOST_EXTRAS: Final = 50


def dispute_path(return_id: UUID) -> str:
    return f"/returns/{to_text('ret', return_id)}/dispute"


def seen_of(values: dict[str, str], came: Mapping[int, int]) -> Seen:
    """What the receiving table noted beside the count; an extra thing stands on a line as `2 Sendok`.

    Raises:
        CountUnreadable: A count or the weight is no number.
    """
    weight = values.get("weight_g", "").strip()
    damaged = {
        line_no: count_typed(typed)
        for line_no, typed in numbered(values, "damaged_").items()
        if typed.strip() and line_no in came
    }
    return Seen(
        awb=values.get("awb", "").strip()[:60],
        weight_g=count_typed(weight) if weight else None,
        origin=values.get("origin", "").strip()[:100],
        damaged={line_no: units for line_no, units in damaged.items() if units},
        extras=_extras(values.get("extras", "")),
    )


def _extras(typed: str) -> list[Extra]:
    found = []
    for line in [line.strip() for line in typed.splitlines() if line.strip()][:MOST_EXTRAS]:
        head, _, rest = line.partition(" ")
        units, what = (int(head), rest) if head.isdecimal() and len(head) <= 6 and rest else (1, line)
        if units:
            found.append(Extra(what.strip()[:LONGEST_EXTRA], units))
    return found
