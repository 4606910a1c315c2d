"""Traces of a buyer become keys and signs, and are forgotten. Pure.

keys     keyed hashes of a phone, a house, a mailbox, a device, an address on the network, a card's range
signs    what needs no history: a throw-away mailbox, a place that does not fit, words that do not either
"""

import ipaddress
import re
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.customers import district_in
from orderan.kit.crypto import Keyring
from orderan.kit.text import folded
from orderan.trust.cluster import area_key, house_key, is_vague, mailbox
from orderan.trust.models import KeyKind, Measure, Subject, Traces, Way
from orderan.trust.throwaway import is_throwaway

SHORTEST_RANGE: Final = 6
LONGEST_RANGE: Final = 8
"""Digits that say whose card it is: six until 2022, eight since. Source: ISO/IEC 7812-1."""

_ODD_WORDS = re.compile(
    r"\b(test|tes|testing|coba|asal|iseng|dummy|bohong|hoax|jangan (?:di)?(?:telp|telpon|telepon|hubungi)"
    r"|no(?:mor)? (?:tidak|ga|gak) aktif|ambil di jalan|titip satpam saja)\b"
)
_LINK = re.compile(r"https?://|\bwww\.|\bt\.me/|\bbit\.ly/")
_PHONE = re.compile(r"(?<!\d)(?:\+?62|0)8[\d\s-]{8,13}")
_POSTCODE = re.compile(r"(?<!\d)[1-9]\d{4}(?!\d)")
_VOWEL = re.compile(r"[aiueoy]")


def subject_of(
    keyring: Keyring,
    shop_id: int,
    traces: Traces,
    *,
    subject_id: UUID,
    way: Way,
    amount_minor: int,
    at: datetime,
    bound: bool = False,
) -> Subject:
    """What is scored, of what a buyer left behind.

    Args:
        at: In the shop's zone.
    """
    return Subject(
        id=subject_id,
        at=at,
        way=way,
        amount_minor=amount_minor,
        keys=keys_of(keyring, shop_id, traces),
        signs=signs_of(traces, amount_minor=amount_minor),
        bound=bound,
        is_customer=traces.is_customer,
        wider=wider_ranges(keyring, shop_id, traces.card),
        houses=other_houses(keyring, shop_id, traces),
    )


def keys_of(keyring: Keyring, shop_id: int, traces: Traces) -> dict[KeyKind, bytes]:
    """Keyed hashes of what there is; the district alone stays readable."""
    plain: dict[KeyKind, str | None] = {
        KeyKind.PHONE: traces.phone,
        KeyKind.ADDRESS: next(iter(_houses(traces)), None),
        KeyKind.DEVICE: traces.device,
        KeyKind.CARD: _card_range(traces.card),
    }
    if traces.email and "@" in traces.email:
        plain[KeyKind.EMAIL] = box = mailbox(traces.email)
        plain[KeyKind.DOMAIN] = box.rpartition("@")[2]
    if address := _network_address(traces.ip):
        plain[KeyKind.IP] = str(address)
        plain[KeyKind.NETWORK] = network_of(str(address))
    keys = {kind: key_of(keyring, shop_id, kind, text) for kind, text in plain.items() if text}
    if district := _district(traces):
        keys[KeyKind.AREA] = district.encode()
    return keys


def wider_ranges(keyring: Keyring, shop_id: int, card: str | None) -> tuple[bytes, ...]:
    """Keys of the wider ranges a card is in, the longest first; none where no more than six of its digits are known."""
    digits = _card_range(card) or ""
    lengths = range(len(digits) - 1, SHORTEST_RANGE - 1, -1)
    return tuple(key_of(keyring, shop_id, KeyKind.CARD, digits[:length]) for length in lengths)


def other_houses(keyring: Keyring, shop_id: int, traces: Traces) -> tuple[bytes, ...]:
    """Keys of the same house beside its first, by what else is known of its place: others leave out another part."""
    return tuple(key_of(keyring, shop_id, KeyKind.ADDRESS, house) for house in _houses(traces)[1:])


def key_of(keyring: Keyring, shop_id: int, kind: KeyKind, text: str) -> bytes:
    """The keyed hash of one thing, of which the same thing has the same in this shop."""
    return keyring.blind(shop_id, f"trust {kind}", text)


def signs_of(traces: Traces, *, amount_minor: int) -> dict[Measure, int]:
    """What can be said without looking anything up; what is not there is left out."""
    found = {
        Measure.AMOUNT_THOUSANDS: amount_minor // 1_000,
        Measure.EMAIL_DISPOSABLE: int(is_throwaway(_domain(traces.email))),
        Measure.PHONE_FOREIGN: int(traces.phone is not None and not traces.phone.startswith("+62")),
        Measure.IP_ELSEWHERE: _elsewhere(traces.ip_area, traces.village_code),
        Measure.BILLING_ELSEWHERE: _elsewhere(traces.billing_area, traces.village_code),
        Measure.TEXT_SIGNS: text_signs(traces),
        Measure.ADDRESS_VAGUE: int(bool(traces.line) and is_vague(traces.line)),
    }
    return {measure: value for measure, value in found.items() if value}


def text_signs(traces: Traces) -> int:
    """How many things in name, street and note do not look meant."""
    note, name = folded(traces.note or ""), folded(traces.name)
    letters = [word for word in name.split() if word.isalpha()]
    return sum(
        (
            bool(_ODD_WORDS.search(f"{note} | {name} | {folded(traces.line)}")),
            bool(_LINK.search(note)),
            bool(_PHONE.search(note)) and traces.phone is not None,
            any(len(word) >= 5 and not _VOWEL.search(word) for word in letters),
            any(len(set(word)) == 1 and len(word) >= 3 for word in letters),
        )
    )


def network_of(ip: str) -> str | None:
    """The network an address is in: /24 of IPv4, /48 of IPv6."""
    address = _network_address(ip)
    if address is None:
        return None
    wide = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{wide}", strict=False))


def _network_address(ip: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if not ip:
        return None
    try:
        return ipaddress.ip_address(ip.strip())
    except ValueError:
        # What a proxy could not name is no address; it ties nobody to anybody.
        return None


def _houses(traces: Traces) -> list[str]:
    """The house by each name its place has, the best first; none where nothing is named."""
    district = _district(traces)
    places = (district, _postcode(traces), None if district else area_key(traces.area))
    named = (house_key(traces.line, place=place, area=traces.area) for place in places if place)
    return [house for house in named if house] if traces.line else []


def _district(traces: Traces) -> str | None:
    """Where it goes, by the best there is: people leave out the village, and the postcode, and write the rest short.

    A district, because less is not known of many; in it two streets of one name seldom have the same numbers.
    """
    if traces.village_code:
        return traces.village_code[:8]
    return traces.district_code or (district_in(traces.area) if traces.area else None)


def _postcode(traces: Traces) -> str | None:
    """Five digits; people also write them behind their street."""
    if traces.postcode:
        return traces.postcode
    written = _POSTCODE.findall(f"{traces.line} {traces.area}")
    return written[-1] if written else None


def _card_range(card: str | None) -> str | None:
    digits = "".join(letter for letter in card or "" if letter.isdigit())[:LONGEST_RANGE]
    return digits if len(digits) >= SHORTEST_RANGE else None


def _domain(email: str | None) -> str:
    return (email or "").rpartition("@")[2].strip().casefold()


def _elsewhere(area: str | None, village_code: str | None) -> int:
    """Whether an area is not the delivery's province; unknown on either side says nothing."""
    return int(bool(area) and bool(village_code) and (area or "")[:2] != (village_code or "")[:2])
