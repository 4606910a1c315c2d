"""Refusals of access."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class NotSignedIn(Refusal):
    """No valid key or session came with the request."""

    code = "not_signed_in"
    kind = Kind.UNAUTHENTICATED
    sentence = N_("Silakan masuk dulu.")


@dataclass(eq=False)
class NotAllowed(Refusal):
    """Signed in, but this needs a permission they do not have."""

    needs: str

    code = "not_allowed"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda tidak berhak melakukan ini ({needs}).")
