"""Search folding: the same words whatever the case, accents, apostrophes, Arabic letter forms or digits."""

from django.db.models import BooleanField, Case, CharField, F, Func, TextField, Value, When
from django.db.models.functions import Coalesce, NullIf

from lib import languages


class Fold(Func):
    """`mithaq_fold(…)` of the database: the one place that says which letters are alike."""

    function = "mithaq_fold"
    output_field = TextField()


class Letters(Func):
    """A text without what is neither a letter nor a digit of ASCII: a number, however it is spaced."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, '[^0-9A-Za-z]', '', 'g')"
    output_field = TextField()


class Contains(Func):
    """True where the folded `field` contains the folded `words`; nothing in `words` is a wildcard."""

    function = "strpos"
    template = "(%(function)s(%(expressions)s) > 0)"
    output_field = BooleanField()
    conditional = True

    def __init__(self, field: str, words: str):
        super().__init__(Fold(field), Fold(Value(words)))


def shown(column: str, reader: str) -> Fold:
    """The translated `column` as a reader of the language `reader` gets it, folded."""
    own = Case(*(When(source_language=code, then=F(f"{column}_{code}")) for code in languages.CODES))
    words = [F(f"{column}_{reader}"), own, *(F(f"{column}_{code}") for code in languages.FALLBACK)]
    return Fold(Coalesce(*(NullIf(each, Value("")) for each in words), output_field=CharField()))
