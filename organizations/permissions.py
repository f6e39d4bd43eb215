"""Who may do what, on one page. Each permission says what it opens; a role is a set of them."""

from enum import StrEnum

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

    VOCABULARY_EDIT = "vocabulary.edit"
    """Edit the vocabularies."""

    ACTIVITY_REPORT = "activity.report"
    """Report an activity of one's own organization and count it towards its commitments."""

    PROGRESS_REPORT = "progress.report"
    """Say, for one's own organization, how far a commitment is."""

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
_CONTRIBUTOR = _READER | {
    Permission.REGISTER,
    Permission.ACTIVITY_REPORT,
    Permission.PROGRESS_REPORT,
    Permission.HISTORY_VIEW,
}
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
    Role.PARTNER_SYSTEM: _READER - {Permission.DESK}
    | {Permission.REGISTER, Permission.ACTIVITY_REPORT, Permission.PROGRESS_REPORT},
}

ANONYMOUS: frozenset[Permission] = frozenset({Permission.VIEW})
"""What a reader without an account may do, where the setting PUBLIC_READING allows reading at all."""
