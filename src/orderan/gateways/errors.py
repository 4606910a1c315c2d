"""How a call to a gateway can end other than well. The difference decides what may be done next.

GatewayRefused   it said no to us: our request, account or contract is wrong; another gateway may do
GatewayFailed    it did not do it, and we know that: nothing happened, so another may be tried
OutcomeUnknown   it may have done it: nobody may charge again before it was asked what became of it
"""

from enum import StrEnum, auto


class Fault(StrEnum):
    """Whose fault a failure is; health counts the gateway's and the bank's, never ours."""

    CONNECT = auto()
    TIMEOUT = auto()
    BUSY = auto()
    SERVER = auto()
    BANK = auto()
    GARBLED = auto()


class GatewayTrouble(Exception):
    """A call to a gateway did not end well.

    Attributes:
        code: What the gateway called it, or our word where it said nothing.
    """

    def __init__(self, gateway: str, code: str, detail: str = "") -> None:
        super().__init__(f"{gateway}: {code} {detail}".rstrip())
        self.gateway = gateway
        self.code = code
        self.detail = detail


class GatewayRefused(GatewayTrouble):
    """The gateway refused what we asked; asking the same again is refused again. Nothing happened."""


class GatewayFailed(GatewayTrouble):
    """The gateway could not do it, and nothing happened."""

    def __init__(self, gateway: str, code: str, detail: str = "", *, fault: Fault) -> None:
        super().__init__(gateway, code, detail)
        self.fault = fault


class OutcomeUnknown(GatewayTrouble):
    """The request may have been carried out: it was sent, and no answer that can be understood came back."""

    def __init__(self, gateway: str, code: str, detail: str = "", *, fault: Fault) -> None:
        super().__init__(gateway, code, detail)
        self.fault = fault


class NoticeForged(Exception):
    """A notification is not signed as the gateway signs, or not for this account."""


class NoticeUnreadable(Exception):
    """A notification is signed well and cannot be understood; it waits for a person."""


class MethodNotOffered(Exception):
    """The gateway has no such method; a bug of whoever chose it."""
