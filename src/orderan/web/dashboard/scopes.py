"""The part of a form that says where: locations and channels, all or some."""

from dataclasses import dataclass
from uuid import UUID

from litestar.datastructures import FormMultiDict

from orderan.access import ScopeUnknown
from orderan.inventory import LocationKind, list_locations
from orderan.kit.db import Tx
from orderan.shops import list_channels
from orderan.web.forms import many, one

REAL = (LocationKind.WAREHOUSE, LocationKind.STORE, LocationKind.QUARANTINE)


@dataclass(frozen=True)
class Places:
    """What a scope can be made of: (id as text, name)."""

    locations: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]

    def named(self, ids: frozenset[UUID] | None) -> list[str] | None:
        """Names of a scope, for reading; None is everywhere."""
        names = dict(self.locations + self.channels)
        return None if ids is None else sorted(names.get(str(one), "?") for one in ids)


async def places(tx: Tx) -> Places:
    """Locations that hold stock and all channels of the shop."""
    return Places(
        tuple((str(place.id), place.name) for place in await list_locations(tx, kinds=REAL)),
        tuple((str(channel.id), channel.name) for channel in await list_channels(tx)),
    )


def typed_scope(form: FormMultiDict, known: Places) -> tuple[frozenset[UUID] | None, frozenset[UUID] | None]:
    """Locations and channels as they were ticked; None is everywhere.

    Raises:
        ScopeUnknown: "Only these" without any, or one that is not of this shop.
    """
    return _side(form, "location", known.locations), _side(form, "channel", known.channels)


def _side(form: FormMultiDict, name: str, known: tuple[tuple[str, str], ...]) -> frozenset[UUID] | None:
    if one(form, f"{name}_scope") != "some":
        return None
    chosen = many(form, name)
    if not chosen or not set(chosen) <= {text for text, _ in known}:
        raise ScopeUnknown
    return frozenset(map(UUID, chosen))
