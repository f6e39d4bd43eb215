"""Full-text search: what is kept ready to be found, the triggers that keep it true, and how one asks for a word.

The functions of the database (`lib/migrations/0002_search.py`) say what is alike; docs/search.md tells it to people.
"""

from dataclasses import dataclass
from typing import ClassVar

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
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

    words_like: ClassVar[str]
    """The function of the database that knows words which are spelled or sound nearly so."""

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


class Word(models.Model):
    """A plain word that an entry says or once said: what a misspelt one is looked for among, before any entry is.

    It begins with a letter and has at most MOST_LETTERS. Two transactions that meet may both write it, so that neither
    waits for the other. That a reader may be told it, is asked of the entries.
    """

    MOST_LETTERS = 40

    id = models.BigAutoField(primary_key=True)
    word = models.TextField(_("word"), db_collation="C")
    sounds = models.GeneratedField(
        verbose_name=_("how it sounds"),
        expression=Func(F("word"), function="mithaq_sounds"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["word"], name="%(class)s_by_word"),
            # Words are rarely new, and a list of those that wait would be read by every search.
            GinIndex(
                fields=["word"],
                name="%(class)s_by_spelling",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ]

    def __str__(self) -> str:
        return self.word


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


@dataclass(frozen=True)
class _Drawn:
    """How the entries of a row are drawn from it."""

    entries: str
    said: tuple[Words, ...]
    owner: str
    key: str

    def of_rows(self, table: str) -> str:
        """SQL that writes the entries of all rows of `table`."""
        return self._insert("source", f"{table} source CROSS JOIN LATERAL ")

    def of_row(self, row: str) -> str:
        """SQL that writes the entries of one row, under the name that a trigger gives it."""
        return self._insert(row, "")

    def no_longer(self, row: str) -> str:
        """SQL that takes the entries of a row away."""
        facts = ", ".join(f"'{fact}'" for fact in dict.fromkeys(each.fact for each in self.said))
        return f"DELETE FROM {self.entries} WHERE fact_id = {row}.id AND fact IN ({facts})"

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


class FoundByItsWords(pgtrigger.Trigger):
    """Writes the entries of new rows, of all that one statement brings at once.

    A statement that writes entries first makes ready what is generated in them: for one row that costs more than the
    entries themselves.
    """

    def __init__(self, drawn: _Drawn):
        self.drawn = drawn
        super().__init__(
            name="is_found_by_its_words",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="entered"),
            func=f"{drawn.of_rows('entered')}; RETURN NULL;",
        )


class FoundByWhatItSaysNow(pgtrigger.Trigger):
    """Draws the entries of a row anew where the words of it change, and takes them away with the row."""

    def __init__(self, drawn: _Drawn, *columns: str):
        same = " AND ".join(f"OLD.{column} IS NOT DISTINCT FROM NEW.{column}" for column in columns)
        super().__init__(
            name="is_found_by_what_it_says_now",
            when=pgtrigger.After,
            operation=pgtrigger.Delete | pgtrigger.UpdateOf(*columns),
            func=f"""
                IF TG_OP = 'UPDATE' THEN
                    IF {same} THEN RETURN NULL; END IF;
                END IF;
                {drawn.no_longer("OLD")};
                IF TG_OP = 'UPDATE' THEN
                    {drawn.of_row("NEW")};
                END IF;
                RETURN NULL;
            """,
        )


def found_by_words(
    entries: str, *said: Words, owner: str, key: str, follows: tuple[str, ...] = ()
) -> tuple[FoundByItsWords, FoundByWhatItSaysNow]:
    """The triggers that keep the entries of each row in the table `entries` as the row says them.

    `owner` is the column of `entries` that points at what is found by them, `key` the SQL of it over `{row}`;
    `follows` are the columns of the row that the key is made of, where they may change.
    """
    drawn = _Drawn(entries, said, owner, key)
    columns = dict.fromkeys((*(column for each in said for column in each.columns), *follows))
    return FoundByItsWords(drawn), FoundByWhatItSaysNow(drawn, *columns)


class KnowsItsWords(pgtrigger.Trigger):
    """Notes the words in the table `words` that the entries written by a statement say and nothing said before."""

    def __init__(self, words: str):
        self.words = words
        super().__init__(
            name="knows_its_words",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="said"),
            func=f"{self.draw('said')}; RETURN NULL;",
        )

    def draw(self, entries: str) -> str:
        """SQL that notes the words of all rows of `entries`. OFFSET 0: each word is looked up, no table is read."""
        return (
            f"INSERT INTO {self.words} (word) SELECT told.word FROM"
            f" (SELECT DISTINCT word COLLATE \"C\" AS word FROM {entries}, string_to_table({entries}.folded, ' ') word)"
            f" told WHERE told.word >= 'a' AND length(told.word) BETWEEN 2 AND {Word.MOST_LETTERS}"
            f" AND NOT EXISTS (SELECT FROM {self.words} known WHERE known.word = told.word OFFSET 0)"
        )


def words_drawn() -> list[str]:
    """The SQL that notes the words of all entries, for when the triggers slept."""
    return [trigger.draw(entries) for entries, trigger in _knowing().items()]


def _knowing() -> dict[str, KnowsItsWords]:
    """For each table of entries the trigger that notes their words."""
    return {
        model._meta.db_table: trigger
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, KnowsItsWords)
    }


def drawings() -> dict[str, list[str]]:
    """For each table of entries, the SQL that draws all of it anew from the facts."""
    drawn: dict[str, list[str]] = {}
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            if isinstance(trigger, FoundByItsWords):
                drawn.setdefault(trigger.drawn.entries, []).append(
                    trigger.drawn.of_rows(model._meta.db_table)
                )
    return drawn


def rebuild() -> dict[str, int]:
    """Draw every table of entries anew; how many each then holds. Needed only after a change of the rules.

    Of words only those are left that something says.
    """
    held, knowing = {}, _knowing()
    with transaction.atomic(), connection.cursor() as cursor:
        for entries, statements in drawings().items():
            cursor.execute(f"LOCK TABLE {entries} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(f"DELETE FROM {entries}")
            cursor.execute(f"DELETE FROM {knowing[entries].words}")
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
