"""What may be given to whom; and what an e-mail address is."""

import re
from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from orderan.access.errors import EmailUnusable, MoreThanOwn, NameMissing, PermissionMissing, RoleMissing
from orderan.access.models import Permission, Principal, Role

_EMAIL: Final = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;]+")
_LONGEST_EMAIL: Final = 254
_LONGEST_NAME: Final = 120


def clean_email(typed: str) -> str:
    """An address as it is kept and compared: no spaces around, no capitals.

    Raises:
        EmailUnusable: Not the shape of an address; whether it exists only a message can tell.
    """
    email = typed.strip().lower()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise EmailUnusable(typed.strip()[:_LONGEST_EMAIL])
    return email


def clean_name(typed: str) -> str:
    """A name on one line.

    Raises:
        NameMissing: Nothing is left.
    """
    name = " ".join(typed.split())[:_LONGEST_NAME]
    if not name or not name.isprintable():
        raise NameMissing
    return name


def known_roles(given: Iterable[str]) -> tuple[Role, ...]:
    """Roles in their own order, each once.

    Raises:
        RoleMissing: None, or one that does not exist.
    """
    names = set(given)
    if not names or not names <= set(Role):
        raise RoleMissing
    return tuple(role for role in Role if role in names)


def known_permissions(given: Iterable[str]) -> tuple[Permission, ...]:
    """Permissions in their own order, each once.

    Raises:
        PermissionMissing: None, or one that does not exist.
    """
    names = set(given)
    if not names or not names <= set(Permission):
        raise PermissionMissing
    return tuple(permission for permission in Permission if permission in names)


def check_grant(
    giver: Principal,
    *,
    permissions: Collection[str],
    location_ids: frozenset[UUID] | None,
    channel_ids: frozenset[UUID] | None,
) -> None:
    """Nobody gives more than they have, neither in what nor in where.

    Raises:
        MoreThanOwn: A permission the giver lacks, or a wider scope than theirs.
    """
    if not set(permissions) <= set(giver.permissions):
        raise MoreThanOwn
    if not (_inside(location_ids, giver.location_ids) and _inside(channel_ids, giver.channel_ids)):
        raise MoreThanOwn


def _inside(asked: frozenset[UUID] | None, own: frozenset[UUID] | None) -> bool:
    return own is None or (asked is not None and asked <= own)
