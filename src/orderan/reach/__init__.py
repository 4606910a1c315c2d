"""Reach: the shop's accounts at whoever carries messages and calls, and the letters these send us.

Owns     reach_account, reach_news, reach_window
Promises secrets go in and never come out but to call; a letter is kept word for word, sealed, before it is
         answered, and what it tells is heard once; a forged one moves nothing
Speaks   nothing: whoever hears a letter says what it makes of it
Ignores  who is told or called, and why
"""

from orderan.reach.commands.accounts import (
    PREFIX,
    change_reach,
    credentials_behind,
    messenger_of,
    open_reach,
    put_reach_first,
    reach_account,
    telephone_of,
)
from orderan.reach.commands.news import sealed_letter, take_news
from orderan.reach.errors import (
    ReachAccountNotFound,
    ReachAddressUnusable,
    ReachFieldsMissing,
    ReachFieldsUnusable,
    ReachNameUnusable,
    ReachSecretsStayBehind,
    UnknownProvider,
)
from orderan.reach.models import (
    AccountField,
    HeardNews,
    Kind,
    NewsLetter,
    Piece,
    ReachAccount,
    Verdict,
)
from orderan.reach.rules import (
    ADDRESS,
    ADDRESSES,
    CALLER_ID,
    KINDS,
    PROVIDER_NAMES,
    SILENT,
    TEMPLATE_PREFIX,
    UNIT_COST,
    account_fields,
    kind_of,
)
from orderan.reach.store import reach_accounts
from orderan.reach.store_news import keep_letters, mark_heard, sweep_letters
from orderan.reach.store_windows import keep_windows, open_windows, sweep_windows
from orderan.reach.views import LetterSeen, letters_of

__all__ = [
    "ADDRESS",
    "ADDRESSES",
    "CALLER_ID",
    "KINDS",
    "PREFIX",
    "PROVIDER_NAMES",
    "SILENT",
    "TEMPLATE_PREFIX",
    "UNIT_COST",
    "AccountField",
    "HeardNews",
    "Kind",
    "LetterSeen",
    "NewsLetter",
    "Piece",
    "ReachAccount",
    "ReachAccountNotFound",
    "ReachAddressUnusable",
    "ReachFieldsMissing",
    "ReachFieldsUnusable",
    "ReachNameUnusable",
    "ReachSecretsStayBehind",
    "UnknownProvider",
    "Verdict",
    "account_fields",
    "change_reach",
    "credentials_behind",
    "keep_letters",
    "keep_windows",
    "kind_of",
    "letters_of",
    "mark_heard",
    "messenger_of",
    "open_reach",
    "open_windows",
    "put_reach_first",
    "reach_account",
    "reach_accounts",
    "sealed_letter",
    "sweep_letters",
    "sweep_windows",
    "take_news",
    "telephone_of",
]
