"""Access: who may do what: staff with roles, programs with keys.

Owns     staff, staff_session, api_key
Promises a secret is kept only as a hash; what is revoked or disabled is refused from the next
         transaction on; a shop always has an active owner
Ignores  what the permissions guard
"""

from orderan.access.commands.add_staff import add_staff
from orderan.access.commands.change_staff import change_staff, choose_locale
from orderan.access.commands.make_key import make_key, revoke_key
from orderan.access.commands.onetime_codes import (
    begin_onetime_codes,
    confirm_onetime_codes,
    drop_onetime_codes,
    use_code,
)
from orderan.access.commands.sessions import (
    end_other_sessions,
    end_session,
    open_session,
    renew_token,
    sweep_sessions,
)
from orderan.access.commands.set_password import set_password
from orderan.access.errors import (
    CodeRefused,
    EmailTaken,
    EmailUnusable,
    LastOwner,
    LoginExpired,
    LoginRefused,
    MoreThanOwn,
    NameMissing,
    NoSuchKey,
    NoSuchStaff,
    NotAllowed,
    NotSignedIn,
    PasswordTooShort,
    PermissionMissing,
    RoleMissing,
    ScopeUnknown,
)
from orderan.access.login import Account, Entrance, counted_code, enrolment_address, own_password_fits
from orderan.access.models import (
    ROLES,
    SEEN_EVERY,
    SESSION_LASTS,
    ApiKey,
    Permission,
    Principal,
    Role,
    Session,
    Staff,
    StaffState,
)
from orderan.access.passwords import fits, hashed
from orderan.access.secrets import new_session_token, secret_hash, shop_of
from orderan.access.store import touch_keys, touch_session
from orderan.access.views import (
    key_by_id,
    key_names,
    key_still_stands,
    list_keys,
    list_sessions,
    list_staff,
    principal_of_key,
    principal_of_session,
    staff_by_id,
    staff_names,
)

__all__ = [
    "ROLES",
    "SEEN_EVERY",
    "SESSION_LASTS",
    "Account",
    "ApiKey",
    "CodeRefused",
    "EmailTaken",
    "EmailUnusable",
    "Entrance",
    "LastOwner",
    "LoginExpired",
    "LoginRefused",
    "MoreThanOwn",
    "NameMissing",
    "NoSuchKey",
    "NoSuchStaff",
    "NotAllowed",
    "NotSignedIn",
    "PasswordTooShort",
    "Permission",
    "PermissionMissing",
    "Principal",
    "Role",
    "RoleMissing",
    "ScopeUnknown",
    "Session",
    "Staff",
    "StaffState",
    "add_staff",
    "begin_onetime_codes",
    "change_staff",
    "choose_locale",
    "confirm_onetime_codes",
    "counted_code",
    "drop_onetime_codes",
    "end_other_sessions",
    "end_session",
    "enrolment_address",
    "fits",
    "hashed",
    "key_by_id",
    "key_names",
    "key_still_stands",
    "list_keys",
    "list_sessions",
    "list_staff",
    "make_key",
    "new_session_token",
    "open_session",
    "own_password_fits",
    "principal_of_key",
    "principal_of_session",
    "renew_token",
    "revoke_key",
    "secret_hash",
    "set_password",
    "shop_of",
    "staff_by_id",
    "staff_names",
    "sweep_sessions",
    "touch_keys",
    "touch_session",
    "use_code",
]
