"""What all rules have that are drafted, tried on the past and put into force, as the API asks for it."""

from typing import Annotated

from pydantic import Field

from orderan.kit.rulebook import LONGEST_NOTE, MOST_DAYS
from orderan.web.api.shapes import Asked


class DraftSeen(Asked):
    """A draft as somebody saw it: refused once another edit was made since."""

    revision: Annotated[int, Field(ge=0, le=10**9, description="The edit of the draft that was seen")]


class DraftTried(DraftSeen):
    """A draft on what happened in the last days."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]


class DraftActivated(DraftSeen):
    """A draft that is followed from now on, and why."""

    note: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]
