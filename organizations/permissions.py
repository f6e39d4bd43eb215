"""Who may do what, on one page. Each permission says what it opens; a role is a set of them."""

from enum import StrEnum
from functools import lru_cache

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    VIEW = "registry.view"
    """Read published public agreements and everything they lean on."""

    VIEW_PARTNERS = "agreement.view_partners"
    """Read published agreements that are shared among partner organizations."""

    VIEW_RESTRICTED = "agreement.view_restricted"
    """Read restricted agreements of which one's organization is no party."""

    VIEW_DRAFTS = "agreement.view_drafts"
    """Read drafts, agreements in review and withdrawn ones, whoever entered them."""

    REGISTER = "agreement.register"
    """Enter a new agreement, as a draft."""

    EDIT = "agreement.edit"
    """Correct any agreement and what belongs to it."""

    REVIEW = "agreement.review"
    """Publish, send back or withdraw an agreement that somebody else entered; resolve open questions."""

    RESTORE = "agreement.restore"
    """Take over a reviewed record of another registry, with its number, version and editorial state."""

    ORGANIZATION_EDIT = "organization.edit"
    """Enter and correct organizations, people and offices."""

    ORGANIZATION_REGISTER = "organization.register"
    """Enter an organization, and correct those that one's own organization entered."""

    VOCABULARY_EDIT = "vocabulary.edit"
    """Edit the vocabularies."""

    ACTIVITY_REPORT = "activity.report"
    """Report an activity of one's own organization and count it towards its commitments."""

    PROGRESS_REPORT = "progress.report"
    """Say, for one's own organization, how far a commitment is."""

    IMPORT = "import.run"
    """Send a file of tables, and have what is in it entered: what one may enter otherwise too."""

    WEBHOOKS = "webhooks.manage"
    """Say where one's own organization is told of changes, and see what it was told."""

    TOKENS = "token.issue"
    """Issue and revoke the tokens of one's own organization's partner systems."""

    HISTORY_VIEW = "history.view"
    """Read who changed what on a record one may read."""

    DESK = "desk.keep"
    """Keep a desk of one's own: saved views, followed agreements, follow-ups of one's organization."""

    ADMINISTER = "registry.administer"
    """Use the administration: accounts, tokens, every table."""


class Role(TextChoices):
    READER = "reader", _("reader")
    CONTRIBUTOR = "contributor", _("contributor")
    EDITOR = "editor", _("editor")
    REVIEWER = "reviewer", _("reviewer")
    ADMINISTRATOR = "administrator", _("administrator")
    PARTNER_SYSTEM = "partner_system", _("partner system")


_READER = frozenset({Permission.VIEW, Permission.VIEW_PARTNERS, Permission.DESK})
# What an organization does for itself, by its people and by its systems alike.
_PARTNER = frozenset(
    {
        Permission.REGISTER,
        Permission.ORGANIZATION_REGISTER,
        Permission.ACTIVITY_REPORT,
        Permission.PROGRESS_REPORT,
        Permission.IMPORT,
        Permission.WEBHOOKS,
    }
)
_CONTRIBUTOR = _READER | _PARTNER | {Permission.TOKENS, Permission.HISTORY_VIEW}
_EDITOR = _CONTRIBUTOR | {
    Permission.EDIT,
    Permission.ORGANIZATION_EDIT,
    Permission.VIEW_DRAFTS,
    Permission.VIEW_RESTRICTED,
}

ROLES: dict[str, frozenset[Permission]] = {
    Role.READER: _READER,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.EDITOR: _EDITOR,
    Role.REVIEWER: _EDITOR | {Permission.REVIEW},
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.PARTNER_SYSTEM: _READER - {Permission.DESK} | _PARTNER,
}

ANONYMOUS: frozenset[Permission] = frozenset({Permission.VIEW})
"""What a reader without an account may do, where the setting PUBLIC_READING allows reading at all."""


class Scope(TextChoices):
    """What a token was issued for: never more than its role may, often less."""

    READ = "read", _("read what its organization may read")
    AGREEMENTS = "agreements:write", _("enter agreements and change its own drafts")
    ORGANIZATIONS = "organizations:write", _("enter organizations and people, and correct its own entries")
    ACTIVITIES = "activities:write", _("report activities and progress")
    WEBHOOKS = "webhooks:manage", _("manage webhooks")
    IMPORTS = "imports:run", _("send files of tables")
    VOCABULARIES = "vocabularies:write", _("edit the vocabularies")
    ADMIN = "admin", _("administer the registry")


SCOPES: dict[str, frozenset[Permission]] = {
    Scope.READ: frozenset(
        {
            Permission.VIEW,
            Permission.VIEW_PARTNERS,
            Permission.VIEW_RESTRICTED,
            Permission.VIEW_DRAFTS,
            Permission.HISTORY_VIEW,
        }
    ),
    Scope.AGREEMENTS: frozenset({Permission.REGISTER, Permission.EDIT, Permission.REVIEW}),
    Scope.ORGANIZATIONS: frozenset({Permission.ORGANIZATION_EDIT, Permission.ORGANIZATION_REGISTER}),
    Scope.ACTIVITIES: frozenset({Permission.ACTIVITY_REPORT, Permission.PROGRESS_REPORT}),
    Scope.WEBHOOKS: frozenset({Permission.WEBHOOKS}),
    Scope.IMPORTS: frozenset({Permission.IMPORT}),
    Scope.VOCABULARIES: frozenset({Permission.VOCABULARY_EDIT}),
    Scope.ADMIN: frozenset({Permission.ADMINISTER, Permission.RESTORE}),
}
"""Scope → what it opens. A token may what its role and its scopes both open; a desk, and issuing tokens, are for people
alone: a secret that is stolen makes no further ones."""


@lru_cache
def opened(role: str, scopes: tuple[str, ...]) -> frozenset[Permission]:
    """What a token of `role` with `scopes` may do; unknown ones open nothing."""
    return ROLES.get(role, frozenset()) & frozenset().union(*(SCOPES.get(each, ()) for each in scopes))


def scope_of(permission: Permission) -> str:
    """The scope that opens `permission`; blank where none does."""
    return next((scope for scope, held in SCOPES.items() if permission in held), "")


def offered(role: str) -> list[str]:
    """The scopes that open something to a token of `role`, in the order of the policy."""
    return [str(scope) for scope, held in SCOPES.items() if held & ROLES.get(role, frozenset())]


def every_scope() -> list[str]:
    """What a token may that was issued without a word on scopes: all that its role may."""
    return list(Scope.values)
