"""Addresses a shop gives to its providers of messages and calls."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClient
from orderan.kit.errors import N_
from orderan.reach import SILENT, Kind, ReachAccount

NEWS: Final = N_("Alamat untuk kabar (webhook, status callback)")
ASKS: Final = N_("Alamat yang ditanya saat telepon diangkat")


def addresses_of(links: PayLinks, shop_id: int, client: ReachClient) -> list[tuple[str, str]]:
    """What an address is for, and the address; none of a provider that never calls us."""
    account = client.account
    if account.provider in SILENT:
        return []
    given = [(NEWS, news_address(links, shop_id, client))]
    if account.kind is Kind.VOICE:
        given.append((ASKS, _with_token(links.reach_asks(shop_id, account.id), client.hook_token)))
    return given


def news_address(links: PayLinks, shop_id: int, client: ReachClient) -> str:
    """Where an account's provider sends word."""
    return _with_token(links.reach_news(shop_id, client.account.id), client.hook_token)


def registered_address(
    links: PayLinks, shop_id: int, account: ReachAccount, credentials: Mapping[str, str]
) -> str:
    """What an account's provider is registered with: where a flow of Exotel's asks, else where word is sent."""
    if account.kind is Kind.VOICE:
        return _with_token(links.reach_asks(shop_id, account.id), credentials.get("hook_token", ""))
    return links.reach_news(shop_id, account.id)


def _with_token(address: str, token: str) -> str:
    """A provider that signs nothing shows by a token that it was told the address by us."""
    return f"{address}?{urlencode({'token': token})}" if token else address
