"""Secrets programs and browsers carry: 32 random bytes that name their shop, kept only as a hash.

ordk_1_...   an API key of shop 1
1....        a session of shop 1
"""

import hashlib
import secrets

KEY = "ordk_"


def new_key_secret(shop_id: int) -> str:
    return f"{KEY}{shop_id}_{secrets.token_urlsafe(32)}"


def new_session_token(shop_id: int) -> str:
    return f"{shop_id}.{secrets.token_urlsafe(32)}"


def shop_of(secret: str) -> int | None:
    """The shop a secret says it is of; None when it is no secret of ours."""
    text = secret[len(KEY) :].partition("_")[0] if secret.startswith(KEY) else secret.partition(".")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 and int(text) > 0 else None


def secret_hash(secret: str) -> bytes:
    """One fast hash is enough for 32 random bytes; passwords get argon2."""
    return hashlib.sha256(secret.encode()).digest()
