"""How J&T Indonesia is written to and signed. Pure.

Source: public integrations of J&T's `ecommerce` and `jandt_track` interfaces: paths, members, and that the
signature is the Base64 of the hexadecimal text of an MD5, not of its bytes.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from orderan.couriers.models import Asked
from orderan.couriers.reading import WIB, local_phone

ORDER: Final = "/jts-idn-ecommerce-api/api/order/create"
CANCEL: Final = "/jts-idn-ecommerce-api/api/order/cancel"
TARIFF: Final = "/jandt_track/inquiry.action"
TRACK: Final = "/jandt-order-web/track/trackAction!tracking.action"
FORM: Final = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
MOST_REMARK: Final = 30
DOOR, DROPPED = "1", "6"
"""Whether a rider comes for it, or it is brought to a counter."""


def sign(text: str, key: str) -> str:
    """What stands beside a text so that J&T takes it."""
    return base64.b64encode(hashlib.md5((text + key).encode()).hexdigest().encode()).decode()  # noqa: S324 - theirs


def signed(body: Mapping[str, Any], key: str, *, names: tuple[str, str]) -> bytes:
    """A form of a text and its signature, under the names this interface wants."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return urlencode({names[0]: text, names[1]: sign(text, key)}).encode()


def order(asked: Asked, *, username: str, api_key: str, now: datetime) -> dict[str, Any]:
    """A parcel; weight in kilograms, as text with two decimals."""
    here = now.astimezone(WIB)
    return {
        "detail": [
            {
                "username": username,
                "api_key": api_key,
                "orderid": asked.key,
                "shipper_name": asked.origin.name[:30],
                "shipper_contact": asked.origin.name[:30],
                "shipper_phone": local_phone(asked.origin.phone),
                "shipper_addr": asked.origin.address[:200],
                "origin_code": asked.origin.city,
                "receiver_name": asked.destination.name[:30],
                "receiver_phone": local_phone(asked.destination.phone),
                "receiver_addr": asked.destination.address[:200],
                "receiver_zip": asked.destination.postal_code,
                "destination_code": asked.destination.city,
                "receiver_area": asked.destination.district,
                "qty": "1",
                "weight": kilograms(asked.box.weight_g),
                "goodsdesc": ", ".join(one.name for one in asked.items)[:40],
                "item_name": ", ".join(one.name for one in asked.items)[:40],
                "servicetype": DOOR,
                "expresstype": asked.service,
                "insurance": str(asked.value_minor) if asked.insured else "",
                "goodsvalue": str(asked.value_minor),
                "cod": str(asked.cod_minor) if asked.cod_minor else "",
                "orderdate": f"{here:%Y-%m-%d %H:%M:%S}",
                "sendstarttime": f"{here:%Y-%m-%d %H:%M:%S}",
                "sendendtime": f"{here + timedelta(hours=8):%Y-%m-%d %H:%M:%S}",
            }
        ]
    }


def kilograms(weight_g: int) -> str:
    """`1.25` of 1,250 g, in whole numbers all the way."""
    whole, rest = divmod(max(weight_g, 10) + 9, 1000)
    return f"{whole}.{rest // 10:02d}"


def basic(username: str, password: str) -> dict[str, str]:
    told = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {
        "authorization": f"Basic {told}",
        "content-type": "application/json",
        "accept": "application/json",
    }
