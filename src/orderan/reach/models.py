"""Accounts by which people are reached, and what their providers send us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import TypeAlias
from uuid import UUID

from orderan.messaging import Receipt, Reply
from orderan.telephony import CallNews


class Kind(StrEnum):
    """By what a person is reached; all but a call are channels of messages."""

    VOICE = auto()
    WHATSAPP = auto()
    SMS = auto()
    EMAIL = auto()
    PUSH = auto()
    WEBHOOK = auto()


@dataclass(frozen=True, slots=True)
class AccountField:
    """Something an account is opened with.

    Attributes:
        secret: Sealed, and never shown again.
        default: What it is where nobody says; None where somebody has to.
        made: Nobody outside chooses it, so that it is made up where it is left empty.
    """

    name: str
    secret: bool
    default: str | None = None
    made: bool = False


@dataclass(frozen=True, slots=True)
class ReachAccount:
    """An account of the shop's at a provider of messages or calls; its secrets are opened only to call it.

    Attributes:
        base_url: Where its API is; empty where the account or the recipient says.
        fields: What is no secret, by name.
        rank: Of its kind, asked from the lowest on.
    """

    id: UUID
    kind: Kind
    provider: str
    name: str
    base_url: str
    fields: Mapping[str, str]
    secrets: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    rank: int = 0
    state: str = "open"


class Verdict(StrEnum):
    """What came of looking at a letter.

    GENUINE     signed as the provider signs; of one that signs nothing, our token was there
    FORGED      not so, or for another account: kept as evidence, nothing follows from it
    UNREADABLE  signed well, and not understood
    """

    GENUINE = auto()
    FORGED = auto()
    UNREADABLE = auto()


Piece: TypeAlias = Receipt | Reply | CallNews
"""One thing a letter tells: what became of a message, what somebody answered, how a call goes."""


@dataclass(frozen=True, slots=True)
class NewsLetter:
    """What a provider sent, as it came.

    Attributes:
        dedupe_key: The same for a repetition of the same letter.
        letter: The request, sealed under the account's key.
        told: The pieces it tells, sealed likewise; None unless it is genuine.
    """

    account_id: UUID
    verdict: Verdict
    dedupe_key: str
    letter: bytes = field(repr=False)
    told: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class WaitingNews:
    """A genuine letter nobody heard yet."""

    id: UUID
    account: ReachAccount
    told: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class HeardNews:
    """A letter that was taken to be heard.

    Attributes:
        pieces: In the order the provider told them.
    """

    id: UUID
    account: ReachAccount
    pieces: tuple[Piece, ...]
    received_at: datetime
