"""The nouns of pictures of what comes back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto


class PhotoMoment(StrEnum):
    """When a picture was given: asked for, on the receiving table, or judged."""

    REQUEST = auto()
    RECEPTION = auto()
    INSPECTION = auto()


@dataclass(frozen=True, slots=True)
class ReturnPhoto:
    """That there is a picture; what it shows is sealed.

    Attributes:
        no: Counts the pictures of a return.
    """

    no: int
    moment: PhotoMoment
    taken_by: str
    taken_at: datetime
