"""Days by a shop's clock. Pure."""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

HOURS: Final = 24


def day_of(now: datetime, zone: str) -> date:
    """The date it is on the shop's clock."""
    return now.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> datetime:
    """The instant a day begins on the shop's clock, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
