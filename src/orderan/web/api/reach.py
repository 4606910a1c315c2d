"""Accounts by which people are told things and called, over the API. Their secrets go in and never come out."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan import reach
from orderan.access import Permission, Principal
from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClients
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.reach import PREFIX, SILENT, Kind, ReachAccount
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

Text = Annotated[str, Field(max_length=8_000)]


class ReachAccountTold(Told):
    """An account at a provider of messages or calls.

    `fields` are those that are no secrets; of a kind, the lowest `rank` is asked first; `news_url` is
    where the provider sends word, null of one that sends none.
    """

    id: str
    kind: Kind
    provider: str
    name: str
    base_url: str
    fields: dict[str, str]
    rank: int
    open: bool
    news_url: str | None


class ReachAccountsTold(Told):
    """Every account of the shop."""

    data: list[ReachAccountTold]


class ReachAccountAsked(Asked):
    """An account to open; which fields a provider asks for stands in the settings."""

    provider: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=60)]
    base_url: Annotated[str, Field(max_length=300)] = ""
    fields: dict[Annotated[str, Field(max_length=40)], Text]


class ReachAccountChange(Asked):
    """All of an account but its secrets: those that are left out, or empty, stay as they are."""

    name: Annotated[str, Field(max_length=60)]
    base_url: Annotated[str, Field(max_length=300)] = ""
    fields: dict[Annotated[str, Field(max_length=40)], Text]
    open: bool


@get(
    "/reach-accounts",
    summary="Accounts of messages and calls",
    opt={"needs": Permission.SETTINGS_READ},
    responses=REFUSED,
)
async def reach_accounts_listed(
    db: NamedDependency[Database], caller: NamedDependency[Caller], links: NamedDependency[PayLinks]
) -> ReachAccountsTold:
    """Of each kind the one that is asked first in front."""
    found = await db.run(caller, reach.reach_accounts)
    return ReachAccountsTold(data=[_told(one, links, caller.shop_id) for one in found])


@post(
    "/reach-accounts",
    summary="Open an account of messages or calls",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def reach_account_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    links: NamedDependency[PayLinks],
    reached: NamedDependency[ReachClients],
    now: NamedDependency[datetime],
    data: ReachAccountAsked,
    idempotency_key: IdempotencyKey,
) -> ReachAccountTold:
    """Behind those of its kind that are there already."""

    async def command(tx: Tx) -> ReachAccountTold:
        account = await reach.open_reach(tx, keyring, **data.model_dump(), now=now)
        return _told(account, links, tx.shop_id)

    answer = await once(request, principal, runner, idempotency_key, command, now=now, status=201)
    reached.forget()
    return answer


@put(
    "/reach-accounts/{account:str}",
    summary="Change an account of messages or calls",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def reach_account_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    links: NamedDependency[PayLinks],
    reached: NamedDependency[ReachClients],
    now: NamedDependency[datetime],
    account: FromPath[str],
    data: ReachAccountChange,
) -> ReachAccountTold:
    """`open` false closes it: it sends nothing new, and word of what went before is heard all the same."""

    async def command(tx: Tx) -> ReachAccountTold:
        told = data.model_dump(exclude={"open"})
        changed = await reach.change_reach(
            tx, keyring, from_text(PREFIX, account), **told, open_=data.open, now=now
        )
        return _told(changed, links, tx.shop_id)

    changed = await db.run(caller, command)
    reached.forget()
    return changed


def _told(account: ReachAccount, links: PayLinks, shop_id: int) -> ReachAccountTold:
    silent = account.provider in SILENT
    return ReachAccountTold(
        id=to_text(PREFIX, account.id),
        kind=account.kind,
        provider=account.provider,
        name=account.name,
        base_url=account.base_url,
        fields=dict(account.fields),
        rank=account.rank,
        open=account.state == "open",
        news_url=None if silent else links.reach_news(shop_id, account.id),
    )


handlers = [
    Router(
        "/api/v1",
        route_handlers=[reach_accounts_listed, reach_account_opened, reach_account_changed],
        tags=["settings"],
    )
]
