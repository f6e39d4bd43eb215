"""Secrets that we must be able to say again: sealed with a key drawn from SECRET_KEY, never kept as they are.

A database, or a dump of it, tells nobody the secret without the registry's own key. Where SECRET_KEY is changed, the
old one in SECRET_KEY_FALLBACKS still opens what it sealed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """It was sealed with a key that this registry does not have."""


def seal(secret: str, *, purpose: str) -> str:
    """`secret` in a form that only `unseal` with the same purpose reads."""
    return _keys(purpose).encrypt(secret.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises Unreadable when no key of ours opens it."""
    try:
        return _keys(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _keys(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(each, purpose)) for each in secrets])


def _key(secret: str, purpose: str) -> bytes:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"mithaq {purpose}".encode())
    return base64.urlsafe_b64encode(drawn.derive(secret.encode()))
