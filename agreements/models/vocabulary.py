"""Vocabularies an administrator edits."""

from django.utils.translation import gettext_lazy as _

from audit.models import Recorded
from lib.terms import Term


class AgreementKind(Term, Recorded):
    """What sort of instrument an agreement is."""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("agreement kind")
        verbose_name_plural = _("agreement kinds")


class CommitmentKind(Term, Recorded):
    """What sort of thing is undertaken."""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("commitment kind")
        verbose_name_plural = _("commitment kinds")


class Theme(Term, Recorded):
    """What an agreement is about."""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class TargetGroup(Term, Recorded):
    """People meant to benefit, as a concept: children, staff, young people out of school …"""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")


class PartyRole(Term, Recorded):
    """In what role an organization is in an agreement."""

    id = None

    class Meta(Recorded.Meta):
        verbose_name = _("party role")
        verbose_name_plural = _("party roles")
