"""Accounts at couriers over the API. Their secrets go in and never come out."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.couriers import Does, does_of
from orderan.flows.courier_clients import CourierClients
from orderan.flows.courier_letters import news_address
from orderan.flows.pay_links import PayLinks
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.shipping import (
    PREFIX,
    CourierAccount,
    change_courier_account,
    courier_accounts,
    courier_credentials,
    forget_rates,
    open_courier_account,
)
from orderan.web.api.answering import once
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

Text = Annotated[str, Field(max_length=8_000)]


class CourierAccountTold(Told):
    """An account at a courier, or at somebody who books many.

    `fields` are those that are no secrets; the lowest `rank` is asked first; `news_url` is where it sends word, null
    of one that sends none. The address may hold a secret of its own and is told to nobody but the shop.
    """

    id: str
    provider: str
    name: str
    base_url: str
    fields: dict[str, str]
    does: list[Does]
    rank: int
    open: bool
    news_url: str | None


class CourierAccountsTold(Told):
    """Every account of the shop."""

    data: list[CourierAccountTold]


class CourierAccountAsked(Asked):
    """An account to open; which fields a provider asks for stands in the settings."""

    provider: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=60)]
    base_url: Annotated[str, Field(max_length=300)] = ""
    fields: dict[Annotated[str, Field(max_length=40)], Text]


class CourierAccountChange(Asked):
    """All of an account but its secrets: those that are left out, or empty, stay as they are."""

    name: Annotated[str, Field(max_length=60)]
    base_url: Annotated[str, Field(max_length=300)] = ""
    fields: dict[Annotated[str, Field(max_length=40)], Text]
    open: bool


@get(
    "/courier-accounts",
    summary="Accounts at couriers",
    opt={"needs": Permission.SETTINGS_READ},
    responses=REFUSED,
)
async def courier_accounts_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    links: NamedDependency[PayLinks],
) -> CourierAccountsTold:
    """The one that is asked first in front."""
    found = await db.run(caller, courier_accounts)
    return CourierAccountsTold(data=[_told(one, links, caller.shop_id) for one in found])


@post(
    "/courier-accounts",
    summary="Open an account at a courier",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def courier_account_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    links: NamedDependency[PayLinks],
    couriers: NamedDependency[CourierClients],
    now: NamedDependency[datetime],
    data: CourierAccountAsked,
    idempotency_key: IdempotencyKey,
) -> CourierAccountTold:
    """Behind those that are there already. This answer alone has the whole address the courier sends word to."""

    async def command(tx: Tx) -> CourierAccountTold:
        account = await open_courier_account(tx, keyring, **data.model_dump(), now=now)
        token = courier_credentials(keyring, tx.shop_id, account).get("hook_token", "")
        told = _told(account, links, tx.shop_id)
        if told.news_url is None:
            return told
        return told.model_copy(update={"news_url": news_address(links, tx.shop_id, account.id, token)})

    answer = await once(request, principal, runner, idempotency_key, command, now=now, status=201)
    couriers.forget()
    return answer


@put(
    "/courier-accounts/{account:str}",
    summary="Change an account at a courier",
    opt={"needs": Permission.SETTINGS_WRITE},
    responses=REFUSED,
)
async def courier_account_changed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    keyring: NamedDependency[Keyring],
    links: NamedDependency[PayLinks],
    couriers: NamedDependency[CourierClients],
    now: NamedDependency[datetime],
    account: FromPath[str],
    data: CourierAccountChange,
) -> CourierAccountTold:
    """`open` false closes it: nothing new is booked by it, and word of what went before is heard all the same."""

    async def command(tx: Tx) -> CourierAccountTold:
        told = data.model_dump(exclude={"open"})
        changed = await change_courier_account(
            tx, keyring, from_text(PREFIX, account), **told, open_=data.open, now=now
        )
        await forget_rates(tx, changed.id)
        return _told(changed, links, tx.shop_id)

    changed = await db.run(caller, command)
    couriers.forget()
    return changed


def _told(account: CourierAccount, links: PayLinks, shop_id: int) -> CourierAccountTold:
    does = does_of(account.provider)
    return CourierAccountTold(
        id=to_text(PREFIX, account.id),
        provider=account.provider,
        name=account.name,
        base_url=account.base_url,
        fields=dict(account.fields),
        does=sorted(does),
        rank=account.rank,
        open=account.state == "open",
        news_url=links.courier_news(shop_id, account.id) if Does.TELLS in does else None,
    )


handlers = [
    Router(
        "/api/v1",
        route_handlers=[courier_accounts_listed, courier_account_opened, courier_account_changed],
        tags=["settings"],
    )
]
