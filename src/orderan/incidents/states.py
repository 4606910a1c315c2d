"""Life of an incident.

    suspected --confirm--> open --recover--> recovered --close--> closed
              --dismiss--> dismissed         recovered --relapse--> open
                           nothing was wrong

Buyers are told and clocks stand still while it is open. After the recovery nothing is held any more;
what is left is the review. Trouble that comes back within half an hour is the same incident, so that nobody
who was told of it is told again; later it is another one.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class IncidentState(StrEnum):
    """Where an incident stands."""

    SUSPECTED = auto()
    OPEN = auto()
    RECOVERED = auto()
    CLOSED = auto()
    DISMISSED = auto()


class IncidentEvent(StrEnum):
    """What moves it."""

    CONFIRM = auto()
    DISMISS = auto()
    RECOVER = auto()
    RELAPSE = auto()
    CLOSE = auto()


_S, _E = IncidentState, IncidentEvent

INCIDENT = Machine(
    name="incidents.incident",
    initial=_S.SUSPECTED,
    moves={
        (_S.SUSPECTED, _E.CONFIRM): _S.OPEN,
        (_S.SUSPECTED, _E.DISMISS): _S.DISMISSED,
        (_S.OPEN, _E.RECOVER): _S.RECOVERED,
        (_S.RECOVERED, _E.RELAPSE): _S.OPEN,
        (_S.RECOVERED, _E.CLOSE): _S.CLOSED,
    },
)
