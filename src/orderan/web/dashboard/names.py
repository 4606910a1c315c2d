"""Names behind ids: who did it, at which place, over which rail, by which rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from orderan import sourcing
from orderan.access import key_names, staff_names
from orderan.kit.db import Tx
from orderan.kit.i18n import Words
from orderan.orders import Moment
from orderan.payments import accounts, rails_by_id
from orderan.routing import Rule, active_rules
from orderan.sourcing import SourcingRules
from orderan.trust import Policy, followed


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind ids, looked up once per page.

    Attributes:
        rails: What the account of a rail is called.
        rules: The rules of routing that are followed now; None where none of it is told.
        policy: The rules of scoring, the same.
        sourcing: The rules of where goods come from, the same.
    """

    people: Mapping[str, str]
    places: Mapping[str, str]
    rails: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[Rule] | None = None
    policy: Policy | None = None
    sourcing: SourcingRules | None = None

    def who(self, actor: str, words: Words) -> str:
        """`staff:<id>` and `key:<id>` by name; the system is the system."""
        if actor in self.people:
            return self.people[actor]
        kind = actor.partition(":")[0]
        if kind == "system":
            return words.gettext("Sistem")
        return words.gettext("Pembeli") if kind == "buyer" else actor

    def place(self, location_id: object) -> str:
        return self.places.get(str(location_id), "")


async def names_of(
    tx: Tx, actors: Sequence[str], places: Mapping[str, str], moments: Sequence[Moment] = ()
) -> Names:
    """Look up who these actors are, and which rails and rules the moments speak of."""
    staff = [found for actor in actors if (found := _id("staff:", actor))]
    keys = [found for actor in actors if (found := _id("key:", actor))]
    people = {f"staff:{one}": name for one, name in (await staff_names(tx, staff)).items()} if staff else {}
    people |= {f"key:{one}": name for one, name in (await key_names(tx, keys)).items()} if keys else {}
    scored = any(moment.kind == "decision.trust" for moment in moments)
    policy = (await followed(tx))[0] if scored else None
    chosen = [moment.facts for moment in moments if moment.kind == "decision.routing"]
    places_chosen = any(moment.kind == "decision.sourcing" for moment in moments)
    where = await sourcing.followed(tx) if places_chosen else None
    if not chosen:
        return Names(people, places, policy=policy, sourcing=where)
    live = await active_rules(tx)
    told = {rail["id"] for facts in chosen for rail in facts["outcome"]["rails"]}
    told |= {rail["id"] for facts in chosen for rail in facts["inputs"].get("shut", ())}
    there = await rails_by_id(tx, [UUID(one) for one in told])
    named = {account.id: account.name for account in await accounts(tx)}
    rails = {str(rail.id): named[rail.account_id] for rail in there.values()}
    return Names(people, places, rails, live.rules if live else (), policy, where)


def _id(kind: str, actor: str) -> UUID | None:
    if not actor.startswith(kind):
        return None
    try:
        return UUID(actor.removeprefix(kind))
    except ValueError:
        return None
