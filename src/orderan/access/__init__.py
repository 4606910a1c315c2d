"""Access: who may do what: staff with roles, programs with keys.

Owns     staff, staff_session, api_key
Promises a secret is kept only as a hash; what is revoked or disabled is refused from the next
         transaction on
Ignores  what the permissions guard
"""

from orderan.access.commands.make_key import make_key
from orderan.access.errors import NotAllowed, NotSignedIn
from orderan.access.models import ROLES, Permission, Principal, Role
from orderan.access.secrets import new_session_token, secret_hash, shop_of
from orderan.access.views import key_still_stands, principal_of_key, principal_of_session

__all__ = [
    "ROLES",
    "NotAllowed",
    "NotSignedIn",
    "Permission",
    "Principal",
    "Role",
    "key_still_stands",
    "make_key",
    "new_session_token",
    "principal_of_key",
    "principal_of_session",
    "secret_hash",
    "shop_of",
]
