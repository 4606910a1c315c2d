"""How Twilio is asked to send a message; the rest is in `orderan.kit.twilio`. Pure.

Source: Twilio's Programmable Messaging API.
"""

from urllib.parse import urlencode


def body(*, to: str, sender: str, text: str, notify_url: str | None) -> bytes:
    """A message.

    Args:
        sender: A number, a name, or the SID of a messaging service.
    """
    said = {"To": to, "Body": text}
    said["MessagingServiceSid" if sender.startswith("MG") else "From"] = sender
    if notify_url is not None:
        said["StatusCallback"] = notify_url
    return urlencode(said).encode()
