"""Tagging: what RFID readers heard, each tag once, and which tagged units were received.

Owns     tag_session, tag_seen, tag_unit, container_notice, container_notice_line
Promises a tag is one unit however often, by however many readers and in however many sessions it is heard; what is
         no tag of ours is told and counts for nothing
Speaks   nothing
Ignores  stock, counts, couriers: what a session is booked into, others know
"""

from orderan.tagging.commands.containers import MOST_LINES, take_containers, tell_container
from orderan.tagging.commands.sessions import book_session, hear_tags, lock_session, open_session
from orderan.tagging.commands.units import claim_units
from orderan.tagging.errors import ContainerReceived, NothingRead, SessionBooked, SessionNotFound
from orderan.tagging.models import (
    TAG_SESSION,
    ContainerLine,
    TagClaim,
    TagPurpose,
    TagSession,
    Within,
)
from orderan.tagging.views import find_session, lines_of_containers, list_sessions

__all__ = [
    "MOST_LINES",
    "TAG_SESSION",
    "ContainerLine",
    "ContainerReceived",
    "NothingRead",
    "SessionBooked",
    "SessionNotFound",
    "TagClaim",
    "TagPurpose",
    "TagSession",
    "Within",
    "book_session",
    "claim_units",
    "find_session",
    "hear_tags",
    "lines_of_containers",
    "list_sessions",
    "lock_session",
    "open_session",
    "take_containers",
    "tell_container",
]
