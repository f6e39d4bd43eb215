"""Addresses on the network and the ranges they stand in, as CIDR."""

import ipaddress
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def network(text: str) -> str:
    """`text` as the one way to write its range; an address alone is a range of one.

    Raises ValidationError for what is no range, and for one whose address goes on beyond its mask: whoever writes
    192.0.2.7/24 may have meant either.

    >>> network("192.0.2.0/24"), network("2001:DB8::1")
    ('192.0.2.0/24', '2001:db8::1/128')
    """
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError as error:
        raise ValidationError(
            _("“%(network)s” is no network: write it as 192.0.2.0/24 or 2001:db8::/32."),
            code="no_network",
            params={"network": text},
        ) from error


def is_network(text: str) -> None:
    """The same as a validator of a column."""
    network(text)


def within(address: str | None, ranges: Iterable[str]) -> bool:
    """Whether `address` stands in one of `ranges`. IPv4 told as IPv6 (::ffff:192.0.2.1) is IPv4.

    >>> within("::ffff:192.0.2.1", ["192.0.2.0/24"])
    True
    """
    try:
        there = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    there = getattr(there, "ipv4_mapped", None) or there
    return any(there in ipaddress.ip_network(each) for each in ranges)
