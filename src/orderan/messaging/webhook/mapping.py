"""What a receiver's answers mean in ours. Tables and pure functions.

Source: Standard Webhooks 1.0.0, "Deliverability and reliability".
"""

from typing import Final

from orderan.messaging.errors import Because, Fault, RefusedForGood, RefusedForNow, SendFailed

NAME: Final = "webhook"
GONE: Final = 410
SLOWER: Final = frozenset({429, 502, 504})


def trouble(status: int, again_after_s: float | None) -> RefusedForGood | RefusedForNow | SendFailed:
    """The right failure for an answer that is none of success: the receiver has not taken it, and a
    repetition with the same id is safe. 410 asks for no more; a redirect is not followed.
    """
    if status == GONE:
        return RefusedForGood(NAME, str(status), because=Because.RECIPIENT)
    if status in SLOWER:
        return RefusedForNow(NAME, str(status), because=Because.PACE, again_after_s=again_after_s)
    if status >= 500:
        return SendFailed(NAME, str(status), fault=Fault.SERVER)
    return RefusedForNow(NAME, str(status), because=Because.RECIPIENT, again_after_s=again_after_s)
