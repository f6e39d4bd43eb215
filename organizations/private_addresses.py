"""Private addresses: whoever holds one opens one door as one account, without signing in.

For programs that cannot sign in: a calendar, the button «unsubscribe» of a mail program. Nothing is kept: the address
itself is signed. One that is BOUND to the password dies when the account gets a new one.
"""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from organizations.models import User

BOUND = frozenset({"calendar-private"})
"""Doors whose addresses a new password closes. The way out of a letter stays open."""


def address(door: str, account: User) -> str:
    """The absolute address of the page named `door`, in the language that is active."""
    return f"{settings.PUBLIC_URL}{reverse(door, args=[account.pk, _signature(door, account)])}"


def holder(door: str, key: UUID, signature: str) -> User | None:
    """The account that `signature` opens `door` for; None when it opens nothing, or the account is closed."""
    account = User.objects.filter(pk=key, is_active=True).select_related("organization").first()
    if account is None or not constant_time_compare(signature, _signature(door, account)):
        return None
    return account


def _signature(door: str, account: User) -> str:
    signed = f"{account.pk}:{account.get_session_auth_hash()}" if door in BOUND else str(account.pk)
    return signing.Signer(salt=f"private address: {door}").signature(signed)
