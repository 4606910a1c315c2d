"""Shops: the brands of this installation and the channels their orders come through.

Owns     shop, channel
Promises a channel says how long an unpaid order may hold stock
Ignores  orders, stock, people
"""

from orderan.shops.commands.change_shop import change_channel, change_shop
from orderan.shops.commands.open_shop import add_channel, open_shop, start_shop
from orderan.shops.errors import (
    CodeTaken,
    CodeUnusable,
    DaysOutOfRange,
    HoldOutOfRange,
    NameEmpty,
    NoSuchChannel,
    TaxNumberWrong,
    UnknownChannel,
    UnknownShop,
    ZoneUnknown,
)
from orderan.shops.models import Channel, ChannelKind, Shop, ShopState
from orderan.shops.rules import clean_code, clean_name, complete_days, hold_minutes
from orderan.shops.views import all_shops, channels_by_code, list_channels, shop_by_code, shop_by_id

__all__ = [
    "Channel",
    "ChannelKind",
    "CodeTaken",
    "CodeUnusable",
    "DaysOutOfRange",
    "HoldOutOfRange",
    "NameEmpty",
    "NoSuchChannel",
    "Shop",
    "ShopState",
    "TaxNumberWrong",
    "UnknownChannel",
    "UnknownShop",
    "ZoneUnknown",
    "add_channel",
    "all_shops",
    "change_channel",
    "change_shop",
    "channels_by_code",
    "clean_code",
    "clean_name",
    "complete_days",
    "hold_minutes",
    "list_channels",
    "open_shop",
    "shop_by_code",
    "shop_by_id",
    "start_shop",
]
