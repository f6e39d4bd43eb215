"""A vocabulary is a short list an administrator keeps: code, label in three languages, position, retired."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.languages import translated

code_validator = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use lower-case letters, digits and underscores."))


class Term(models.Model):
    """One entry of a vocabulary. A retired term stays readable and is no longer offered."""

    code = models.CharField(_("code"), max_length=40, primary_key=True, validators=[code_validator])
    label = translated(models.CharField(_("label"), max_length=120))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label
