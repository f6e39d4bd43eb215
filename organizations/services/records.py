"""Enters and changes organizations, people, accounts and tokens: one function each, one event each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import revision, trail
from audit.trail import Actor, one_write
from lib import languages
from organizations.guards import insufficient_scope
from organizations.models import (
    Alias,
    ApiToken,
    ExternalIdentifier,
    Office,
    Organization,
    Person,
    ProfileClaim,
    User,
)
from organizations.permissions import Permission


def demand(by: Actor, permission: Permission) -> None:
    """Raise PermissionDenied unless `by` holds `permission`: the doors ask first, this is the lock behind them.

    A token that was issued without the scope for it is told which, by a Problem.
    """
    if scope := by.scope_missing(permission):
        raise insufficient_scope(scope)
    if not by.may(permission):
        raise PermissionDenied(_("This account may not do that."))


class Entered(NamedTuple):
    """An organization and the rows made for its parts, in the order they came."""

    organization: Organization
    aliases: list[Alias]
    profile: list[ProfileClaim]


def add_organization(
    content: Mapping[str, Any], *, parent: Organization | None, keep_ids: bool = False, by: Actor
) -> Entered:
    """Enter an organization with its names and what is said of it; `content` is a checked OrganizationShape.

    With `keep_ids`, records get the ids that the document has for them. Raises Refused when a rule is broken.
    """
    with one_write():
        organization = Organization(
            **_id(content, keep_ids),
            slug=content["slug"],
            source_language=content["source_language"],
            kind_id=content["kind"],
            country=content["country"],
            city=content["city"],
            parent=parent,
            relation=content["relation"],
            website=content["website"],
        )
        for name in ("name", "short_name", "mandate"):
            languages.assign(organization, name, content[f"{name}s"])
        organization.save(force_insert=True)
        ExternalIdentifier.objects.bulk_create(
            ExternalIdentifier(organization=organization, **each) for each in content["identifiers"]
        )
        aliases = Alias.objects.bulk_create(
            Alias(
                **_id(each, keep_ids),
                organization=organization,
                name=each["name"],
                language=each["language"],
                kind=each["kind"],
            )
            for each in content["aliases"]
        )
        profile = []
        for position, each in enumerate(content["profile"]):
            claim = ProfileClaim(
                **_id(each, keep_ids),
                organization=organization,
                position=position,
                about=each["about"],
                source_language=each["source_language"],
                as_of=each["as_of"],
            )
            languages.assign(claim, "text", each["texts"])
            profile.append(claim)
        ProfileClaim.objects.bulk_create(profile)
        trail.record(
            "organization.registered",
            organization,
            by=by,
            changes={"slug": (None, organization.slug), "names": (None, content["names"])},
        )
    return Entered(organization, aliases, profile)


def _id(content: Mapping[str, Any], keep: bool) -> dict[str, Any]:
    """The column `id` for a row that keeps the id its document has."""
    return {"id": content["id"]} if keep and content.get("id") else {}


def store(instance: models.Model, *, by: Actor, verb: str = "") -> models.Model:
    """Create or change one record of this room, as the administration does; an unchanged one writes nothing.

    Raises ValidationError at the fields that break a rule.
    """
    demand(by, _permission(instance))
    return revision.store(instance, by=by, chain=_chain(instance), verb=verb)


def remove(instance: models.Model, *, by: Actor, reason: str = "") -> None:
    """Remove one record of this room. Raises Refused when another record leans on it."""
    demand(by, _permission(instance))
    revision.remove(instance, by=by, chain=_chain(instance), reason=reason)


def _permission(instance: models.Model) -> Permission:
    """Who makes accounts and tokens makes administrators."""
    return Permission.ADMINISTER if isinstance(instance, User | ApiToken) else Permission.ORGANIZATION_EDIT


def _chain(instance: models.Model):
    """Whose history a record belongs to; accounts and tokens have their own."""
    owner = getattr(instance, "part_of", "")
    return getattr(instance, f"{owner}_id") if owner else None


def create_account(
    *,
    email: str,
    name: str,
    role: str,
    password: str | None,
    organization: Organization | None = None,
    by: Actor,
) -> User:
    """An account for a person. Raises ValidationError at the fields that break a rule."""
    demand(by, Permission.ADMINISTER)
    with one_write():
        user = User.objects.create_user(email, password, name=name, role=role, organization=organization)
        trail.record(
            "account.created", user, by=by, changes={"email": (None, user.email), "role": (None, role)}
        )
    return user


def store_account(user: User, *, by: Actor) -> User:
    """Create or change an account, as the administration does. Passwords are never written to the trail."""
    demand(by, Permission.ADMINISTER)
    user.email = user.email.lower()
    return revision.store(user, by=by, silent=frozenset({"password", "last_login"}))


def set_digest(wanted: bool, *, by: Actor) -> User:
    """Switch one's own weekly digest on or off. Switched on, it begins now: what was before is not told."""
    demand(by, Permission.DESK)
    if by.account_id is None:
        raise PermissionDenied(_("Only a person with an account has a weekly digest."))
    with one_write():
        user = User.objects.select_for_update(of=("self",)).get(pk=by.account_id)
        if user.weekly_digest == wanted:
            return user
        user.weekly_digest = wanted
        if wanted:
            user.digest_until = timezone.now()
        user.save(update_fields=["weekly_digest", "digest_until"])
        trail.record("account.digest_set", user, by=by, changes={"weekly_digest": (not wanted, wanted)})
    return user


def set_informed(until: datetime, *, by: Actor) -> User:
    """Note that one has read what happened up to a moment: never one to come, and never less than before."""
    demand(by, Permission.REGISTER)
    if by.account_id is None:
        raise PermissionDenied(_("Only a person with an account has notifications."))
    with one_write():
        user = User.objects.select_for_update(of=("self",)).get(pk=by.account_id)
        before, until = user.informed_until, min(until, timezone.now())
        if until > before:
            user.informed_until = until
            user.save(update_fields=["informed_until"])
            trail.record("account.informed", user, by=by, changes={"informed_until": (before, until)})
    return user


def add_person(content: Mapping[str, Any], *, keep_ids: bool = False, by: Actor) -> Person:
    """Enter a person, spelled as in the source; `content` is a checked PersonShape without its offices."""
    with one_write():
        person = Person(**_id(content, keep_ids), source_language=content["source_language"])
        languages.assign(person, "name", content["names"])
        person.save(force_insert=True)
        trail.record("person.registered", person, by=by, changes={"names": (None, content["names"])})
    return person


def add_office(
    content: Mapping[str, Any],
    *,
    person: Person,
    organization: Organization,
    keep_ids: bool = False,
    by: Actor,
) -> Office:
    """Give a person a title in an organization; `content` is a checked OfficeShape."""
    with one_write():
        office = Office(
            **_id(content, keep_ids),
            person=person,
            organization=organization,
            attachment=content["attachment"],
            source_language=content["source_language"],
            since=content["since"],
            until=content["until"],
        )
        languages.assign(office, "title", content["titles"])
        office.save(force_insert=True)
        trail.record(
            "office.registered", office, by=by, chain=person.pk, changes={"titles": (None, content["titles"])}
        )
    return office
