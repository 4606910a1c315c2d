"""How Zenziva writes. Pure.

Source: Zenziva's console API, as its published clients call it.
"""

from urllib.parse import urlencode


def headers() -> dict[str, str]:
    """What every request carries; the keys are in the body."""
    return {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def body(userkey: str, passkey: str, *, to: str, text: str) -> bytes:
    """A message.

    Args:
        to: In E.164, of Indonesia.
    """
    return urlencode(
        {"userkey": userkey, "passkey": passkey, "to": f"0{to.removeprefix('+62')}", "message": text}
    ).encode()
