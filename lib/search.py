"""Full-text search: what is kept ready to be found, the triggers that keep it true, and how one asks for a word.

The functions of the database (`lib/migrations/0002_search.py`) say what is alike; docs/search.md tells it to people.
"""

from dataclasses import dataclass

import pgtrigger
from django.apps import apps
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import connection, models, transaction
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from lib import languages
from lib.asking import Kind, Term


class Entry(models.Model):
    """Words of one fact in one language, made ready to be found. Drawn from the fact by a trigger, written by nobody.

    `language` is empty where the fact states none (a place, a reference). `named` words are names: they are found from
    the other script too.
    """

    id = models.BigAutoField(primary_key=True)
    fact = models.CharField(_("kind of fact"), max_length=20)
    fact_id = models.UUIDField(_("fact"))
    language = models.CharField(_("language"), max_length=2, blank=True)
    words = models.TextField(_("words"))
    named = models.BooleanField(_("is a name"))
    folded = models.GeneratedField(
        verbose_name=_("plain words"),
        expression=Func(F("words"), function="mithaq_plain"),
        output_field=models.TextField(),
        db_persist=True,
    )
    vector = models.GeneratedField(
        verbose_name=_("what they are found by"),
        expression=Func(F("language"), F("words"), F("named"), function="mithaq_vector"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["fact_id", "fact", "language"], name="%(class)s_holds_a_fact_once_in_a_language"
            )
        ]
        indexes = [
            GinIndex(fields=["vector"], name="%(class)s_by_words"),
            GinIndex(fields=["folded"], name="%(class)s_by_spelling", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.words


# What is kept ready.


@dataclass(frozen=True)
class Words:
    """What a table says of its row: SQL of the words and of their language, over the alias `{row}`.

    `columns` are those of the table that the words depend on.
    """

    fact: str
    words: str
    language: str
    named: bool
    columns: tuple[str, ...]


def plain(fact: str, column: str, *, language: str = "''", named: bool = False) -> Words:
    """The words of one column; `language` is SQL over `{row}`, empty where none is stated."""
    return Words(fact, f"{{row}}.{column}", language, named, (column,))


def translated(fact: str, column: str, *, named: bool = False) -> list[Words]:
    """The words of a translated field, in each language."""
    return [
        Words(fact, f"{{row}}.{column}_{code}", f"'{code}'", named, (f"{column}_{code}",))
        for code in languages.CODES
    ]


class FoundByItsWords(pgtrigger.Trigger):
    """Keeps the entries of a row in the table `entries` as the row says them.

    `owner` is the column of `entries` that points at what is found by them, `key` the SQL of it over `{row}`;
    `follows` are the columns of the row that the key is made of, where they may change.
    """

    def __init__(self, entries: str, *said: Words, owner: str, key: str, follows: tuple[str, ...] = ()):
        self.entries, self.said, self.owner, self.key = entries, said, owner, key
        columns = list(dict.fromkeys((*(column for each in said for column in each.columns), *follows)))
        same = " AND ".join(f"OLD.{column} IS NOT DISTINCT FROM NEW.{column}" for column in columns)
        super().__init__(
            name="is_found_by_its_words",
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Delete | pgtrigger.UpdateOf(*columns),
            func=f"""
                IF TG_OP = 'UPDATE' THEN
                    IF {same} THEN RETURN NULL; END IF;
                END IF;
                IF TG_OP <> 'INSERT' THEN
                    DELETE FROM {entries} WHERE fact_id = OLD.id AND fact IN ({self._facts()});
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    {self._insert("NEW", "")};
                END IF;
                RETURN NULL;
            """,
        )

    def draw(self, table: str) -> str:
        """SQL that writes the entries of all rows of `table`."""
        return self._insert("source", f"{table} source CROSS JOIN LATERAL ")

    def _facts(self) -> str:
        return ", ".join(f"'{fact}'" for fact in dict.fromkeys(each.fact for each in self.said))

    def _insert(self, row: str, of: str) -> str:
        rows = ", ".join(
            f"('{each.fact}', {each.language.format(row=row)}, {each.words.format(row=row)}, {each.named})"
            for each in self.said
        )
        return (
            f"INSERT INTO {self.entries} ({self.owner}, fact, fact_id, language, words, named)"
            f" SELECT {self.key.format(row=row)}, said.fact, {row}.id, said.language, said.words, said.named"
            f" FROM {of}(VALUES {rows}) said(fact, language, words, named) WHERE said.words <> ''"
        )


def drawings() -> dict[str, list[str]]:
    """For each table of entries, the SQL that draws all of it anew from the facts."""
    drawn: dict[str, list[str]] = {}
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            if isinstance(trigger, FoundByItsWords):
                drawn.setdefault(trigger.entries, []).append(trigger.draw(model._meta.db_table))
    return drawn


def rebuild() -> dict[str, int]:
    """Draw every table of entries anew; how many each then holds. Needed only after a change of the rules."""
    held = {}
    with transaction.atomic(), connection.cursor() as cursor:
        for entries, statements in drawings().items():
            cursor.execute(f"LOCK TABLE {entries} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(f"DELETE FROM {entries}")
            held[entries] = 0
            for each in statements:
                cursor.execute(each)
                held[entries] += cursor.rowcount
    return held


# How one asks.


class Asked(Func):
    """A `tsquery` made of a term by one of the functions of the database."""

    output_field = SearchQueryField()

    def __init__(self, function: str, words: str):
        super().__init__(Value(words, models.TextField()), function=function)


class Plain(Func):
    """`mithaq_plain(…)` of the database."""

    function = "mithaq_plain"
    output_field = models.TextField()

    def __init__(self, words: str):
        super().__init__(Value(words, models.TextField()))


class Answers(Func):
    """True where a vector answers a `tsquery`."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = models.BooleanField()
    conditional = True

    def __init__(self, asked: Asked):
        super().__init__(F("vector"), asked)


def whole(term: Term) -> Q:
    """Entries that have the term as a whole: a word or a form of it, a phrase or code as it stands."""
    if term.kind is Kind.SIGN:
        return Q(folded__contains=Plain(term.words))
    return Q(Answers(Asked("mithaq_whole" if term.kind is Kind.WORD else "mithaq_phrase", term.words)))


def beginning(term: Term) -> Q:
    """Entries with a word that begins as the term does."""
    return Q(Answers(Asked("mithaq_beginning", term.words)))


def any_word(words: list[str]) -> Q:
    """Entries that have any of these plain words, as it stands."""
    condition = Q(pk__in=[])
    for each in words:
        condition |= Q(Answers(Asked("mithaq_phrase", each)))
    return condition
