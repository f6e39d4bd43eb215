"""A vocabulary is a short list an administrator keeps: code, label in three languages, position, retired."""

from collections.abc import Collection, Mapping

from django.core.validators import RegexValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from lib import prepared
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


def found(asked: Mapping[type[Term], Collection[str]]) -> dict[type[Term], dict[str, Term]]:
    """The terms with these codes, of several vocabularies in one query; what there is not is left out."""
    told: dict[type[Term], dict[str, Term]] = {model: {} for model in asked}
    models_asked = [model for model, codes in asked.items() if codes]
    if not models_asked:
        return told
    columns = [field.column for field in Term._meta.local_fields]
    each_of = (
        f"SELECT {place}, {', '.join(columns)} FROM {model._meta.db_table} WHERE code = ANY(%(c{place})s::varchar[])"  # noqa: S608 - our own names
        for place, model in enumerate(models_asked)
    )
    codes = {f"c{place}": list(asked[model]) for place, model in enumerate(models_asked)}
    for place, *values in prepared.rows(" UNION ALL ".join(each_of), codes):
        model = models_asked[place]
        term = model.from_db(connection.alias, columns, values)
        told[model][term.code] = term
    return told
