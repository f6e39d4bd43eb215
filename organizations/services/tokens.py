"""Issues and revokes the keys of partner systems: bearer tokens, and OAuth clients that draw their own."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from allauth.idp.oidc.models import Client, Token
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import trail
from audit.trail import Actor, one_write
from lib.networks import network
from lib.problems import Refused
from organizations.models import ApiToken, Organization
from organizations.permissions import Permission, Role, offered
from organizations.services.records import demand


def issue_token(
    *,
    organization: Organization,
    role: str = Role.PARTNER_SYSTEM,
    label: str = "",
    scopes: Sequence[str] | None = None,
    networks: Sequence[str] = (),
    expires_at: datetime | None = None,
    oauth: bool = False,
    by: Actor,
) -> tuple[ApiToken, str]:
    """A new API token and its secret, which is told here once and never again.

    Without `scopes` it may all that its role may. With `oauth` the secret is that of its client (`oauth_client_id`),
    which draws short-lived tokens with it. Whoever may issue tokens, and does not administer, issues those of partner
    systems of the own organization. Raises Refused for what is no role, scope or network, and for an end in the past.
    """
    demand(by, Permission.TOKENS)
    if not by.may(Permission.ADMINISTER):
        role, own = Role.PARTNER_SYSTEM, by.organization_id == organization.pk
        if not own or not set(scopes or ()) <= set(offered(role)):
            demand(by, Permission.ADMINISTER)
    _check(role, scopes, expires_at)
    secret, columns = _client_secret(label or organization.slug) if oauth else ApiToken.draw()
    given = list(dict.fromkeys(scopes)) if scopes is not None else offered(role)
    with one_write():
        if oauth:
            client = columns["oauth_client"]
            client.set_scopes(given)
            client.set_default_scopes(given)
            client.save(force_insert=True)
        token = ApiToken.objects.create(
            organization=organization,
            role=role,
            label=label,
            scopes=given,
            networks=_networks(networks),
            expires_at=expires_at,
            issued_by_id=by.account_id,
            **columns,
        )
        trail.record(
            "token.issued",
            token,
            by=by,
            changes={
                "organization": (None, organization.slug),
                "role": (None, role),
                "prefix": (None, token.prefix),
                "scopes": (None, given),
                "networks": (None, token.networks),
                "expires_at": (None, expires_at),
            },
        )
    return token, secret


def _check(role: str, scopes: Sequence[str] | None, expires_at: datetime | None) -> None:
    if role not in Role.values:
        raise Refused.at(
            "/role", "unknown_role", _("Choose a role: %(roles)s.") % {"roles": ", ".join(Role.values)}
        )
    if scopes is not None and (not scopes or not set(scopes) <= set(offered(role))):
        raise Refused.at(
            "/scopes",
            "unknown_scope",
            _("Choose at least one scope that opens something to this role: %(scopes)s.")
            % {"scopes": ", ".join(offered(role))},
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise Refused.at("/expires_at", "over_already", _("A token ends after it was issued."))


def _networks(given: Sequence[str]) -> list[str]:
    try:
        return list(dict.fromkeys(network(each) for each in given))
    except ValidationError as error:
        raise Refused.at("/networks", "no_network", " ".join(error.messages)) from error


def _client_secret(name: str) -> tuple[str, dict]:
    """A client that may do nothing but draw tokens for itself, and its secret; kept as a salted hash by allauth."""
    secret = secrets.token_urlsafe(32)
    client = Client(
        id=f"{ApiToken.SCHEME}-{secrets.token_hex(8)}",
        name=name[:100],
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
    )
    client.set_secret(secret)
    return secret, {"oauth_client": client, "prefix": client.pk[:16]}


def revoke_token(token: ApiToken, *, by: Actor, reason: str = "") -> ApiToken:
    """Close the door to a token, for good, and to all that its client drew. Revoking twice writes nothing."""
    demand(by, Permission.TOKENS)
    if by.organization_id != token.organization_id or token.role != Role.PARTNER_SYSTEM:
        demand(by, Permission.ADMINISTER)
    with one_write():
        token = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            if token.oauth_client_id:
                Token.objects.filter(client=token.oauth_client_id).delete()
            trail.record(
                "token.revoked", token, by=by, reason=reason, changes={"revoked_at": (None, token.revoked_at)}
            )
    return token
