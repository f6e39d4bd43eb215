"""A search finds what is meant, says why, and shows nobody what they may not read."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from activities import samples
from agreements.models import Agreement, Commitment, NamedGroup, Programme, TextEntry, TextWord
from agreements.queries import search
from agreements.queries.suggestions import suggestions
from organizations.filters import named, people_named
from organizations.models import NameEntry, NameWord, Organization, Person
from tests.agreements.searches import NEAREST, SEARCHES
from tests.factories import (
    AgreementFactory,
    AliasFactory,
    CommitmentFactory,
    OfficeFactory,
    OrganizationFactory,
    PersonFactory,
    StatementFactory,
    UserFactory,
    record,
)


def body(**names: str) -> Organization:
    """An organization with these names and no other."""
    return OrganizationFactory(**{"name_en": "", "source_language": next(iter(names))[-2:]} | names)


def fill() -> dict[str, Agreement]:
    """The registry that `searches.py` tells of."""
    author, reviewer = UserFactory(contributor=True), UserFactory(reviewer=True)
    aman, amal = (
        samples.enter(samples.read(name), author=author, reviewer=reviewer) for name in samples.PRESS
    )
    almonds = AgreementFactory(
        published=True,
        title_en="Growing almond trees",
        title_fr="Culture de l’amandier",
        reference="CONV/2012/45",
        place_of_signature="Fès",
        parties=[
            body(name_fr="Coopérative Amandier", name_en="Amandier cooperative"),
            body(name_fr="Société du logis", name_ar="شركة بيت الدار"),
        ],
    )
    CommitmentFactory(agreement=almonds, text_en="", text_fr="éviter tout amalgame entre les variétés")
    hope = AgreementFactory(
        published=True,
        title_en="",
        title_fr="Ligue et école pour l’avenir",
        source_language="fr",
        occasion_fr="à l’occasion de l’année 2012",
        place_of_signature="Casablanca",
        parties=[body(name_fr="Ligue Amel"), body(name_fr="École du quartier")],
    )
    CommitmentFactory(
        agreement=hope, text_en="", text_fr="porter l’amal (espoir) au cœur des quartiers, refaire la façade"
    )
    network = body(name_ar="شبكة التضامن")
    names = AgreementFactory(
        published=True, title_en="Names", parties=[network, body(name_ar="مرصد المدينة")]
    )
    speaker = OfficeFactory(
        person=PersonFactory(name_en="", name_fr="Hassan Benjelloun", source_language="fr"),
        organization=network,
    )
    StatementFactory(agreement=names, speaker=speaker, text_en="we go on")
    programme = Programme(slug="tayssir", source_language="fr", name_fr="Programme Tayssir")
    programme.save()
    record(programme)
    above = body(name_fr="Ministère de la Solidarité", name_en="Ministry of Solidarity")
    ministry = AgreementFactory(
        published=True,
        title_en="Scholarships",
        programme=programme,
        parties=[body(name_fr="Unité des bourses", parent=above), body(name_fr="Lycée Ibn Khaldoun")],
    )
    CommitmentFactory(agreement=ministry, text_en="pay 70% of the costs of 2020")
    homes = AgreementFactory(
        published=True,
        title_en="",
        title_ar="اتفاقية العمل المشترك لفائدة الأطفال",
        source_language="ar",
        parties=[body(name_ar="دار الأطفال"), body(name_ar="مؤسسة مصطفى")],
    )
    return {
        "aman": aman,
        "amal": amal,
        "almonds": almonds,
        "hope": hope,
        "names": names,
        "ministry": ministry,
        "homes": homes,
    }


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[dict[str, Agreement]]:
    """Filled once for all tests here, and taken back after the last."""
    with django_db_blocker.unblock(), translation.override("en"), transaction.atomic():
        yield fill()
        transaction.set_rollback(True)


@pytest.fixture
def readable(registry, db):
    return Agreement.objects.visible_to(UserFactory())


def found(words: str, readable) -> set:
    return set(readable.filter(search.ask(words, readable=readable).condition).values_list("pk", flat=True))


def told(words: str, agreement: Agreement, readable) -> list[search.Reason]:
    return search.reasons([agreement], search.ask(words, readable=readable))[agreement.pk]


def marked(reason: search.Reason) -> list[str]:
    return [text for text, is_marked in reason.pieces if is_marked]


class TestTheList:
    @pytest.mark.parametrize("each", SEARCHES, ids=lambda each: f"{each.language}: {each.words} – {each.why}")
    def test_finds_what_it_must_and_leaves_the_rest(self, registry, readable, each):
        codes = {name: agreement.code.removeprefix("MQ-") for name, agreement in registry.items()}
        keys = found(each.words.format(**codes) if "{" in each.words else each.words, readable)
        names = {name for name, agreement in registry.items() if agreement.pk in keys}

        assert names >= each.finds, "must find"
        assert not names & each.leaves, "must not find"
        assert each.finds or not names, "must find nothing"

    def test_is_long_enough_in_every_language(self):
        for language in ("en", "fr", "ar"):
            assert len({each.words for each in SEARCHES if each.language == language}) >= 40

    @pytest.mark.parametrize(("typed", "offered"), NEAREST)
    def test_offers_the_nearest_spelling_when_nothing_is_found(self, readable, typed, offered):
        assert found(typed, readable) == set()
        assert search.nearest(typed, readable=readable) == offered

    def test_names_what_a_slip_was_taken_for(self, readable):
        assert search.ask("entriade nationale", readable=readable).similar == {"entriade": "entraide"}
        assert search.ask("entraide nationale", readable=readable).similar == {}

    def test_a_title_counts_more_than_a_quote(self, registry, readable):
        asked = search.ask("amandier", readable=readable)
        scores = dict(readable.annotate(score=asked.relevance).values_list("pk", "score"))

        assert scores[registry["almonds"].pk] == 8
        asked = search.ask("protection", readable=readable)
        scores = dict(readable.annotate(score=asked.relevance).values_list("pk", "score"))
        assert scores[registry["aman"].pk] > scores[registry["amal"].pk]


class TestReasons:
    def test_say_which_field_and_mark_the_words_as_they_are_written(self, registry, readable):
        reason = told("precarite", registry["amal"], readable)[0]

        assert (reason.label, reason.language, marked(reason)) == ("Objective", "fr", ["précarité"])
        assert reason.anchor.startswith("objective-")

    @pytest.mark.parametrize(
        ("words", "name", "label", "marks"),
        [
            ("الامل", "amal", "Title", ["الأمل"]),
            ("Elmansouri", "amal", "Person", ["Elmansouri"]),
            ("المنصوري", "amal", "Person", ["المنصوري"]),
            ("Tadamoun", "names", "Party", ["التضامن"]),
            ("l'INDH", "amal", "Programme", ["INDH"]),
            ("CONV/2012/45", "almonds", "Reference", ["CONV", "2012", "45"]),
            ("entriade", "amal", "Title", ["Entraide"]),
            ("exemptio", "amal", "Advantage claimed", ["Exemption"]),
        ],
    )
    def test_are_true_in_every_script(self, registry, readable, words, name, label, marks):
        reasons = {each.label: marked(each) for each in told(words, registry[name], readable)}

        assert reasons[label] == marks

    def test_cover_every_term_before_they_repeat_one(self, registry, readable):
        reasons = told("caravans Zehrach", registry["amal"], readable)

        assert {"Zehrach", "caravans"} <= {each for reason in reasons for each in marked(reason)}

    def test_of_a_long_text_show_the_words_around(self, registry, readable):
        reason = next(r for r in told("douane", registry["amal"], readable) if r.label == "Statement")

        assert sum(len(text) for text, _marked in reason.pieces) <= 142
        assert marked(reason) == ["douane"]

    def test_are_none_where_nothing_was_asked(self, registry, readable):
        assert search.reasons([registry["amal"]], search.ask("…", readable=readable)) == {}


class TestWhoMayNotRead:
    @pytest.fixture
    def secret(self, registry, db) -> Agreement:
        hidden = AgreementFactory(
            published=True,
            confidentiality="restricted",
            title_en="Observatory of Xanadu",
            parties=[body(name_en="Xanadu house"), body(name_en="Kublai fund")],
        )
        speaker = OfficeFactory(person=PersonFactory(name_en="Coleridge"))
        StatementFactory(agreement=hidden, speaker=speaker, text_en="a stately pleasuredome")
        return hidden

    @pytest.mark.parametrize(
        "words", ["Xanadu", "Observatory", "Coleridge", "pleasuredome", "Observatry", "pleasuredom"]
    )
    def test_finds_nothing_of_it_and_is_not_led_to_it(self, secret, readable, words):
        asked = search.ask(words, readable=readable)

        assert found(words, readable) == set()
        assert asked.similar == {}
        assert search.nearest(words, readable=readable) is None
        everything = Agreement.objects.visible_to(UserFactory(editor=True))
        assert found(words, everything) == {secret.pk}

    def test_gets_no_suggestion_from_it(self, secret):
        reader, editor = UserFactory(), UserFactory(editor=True)

        assert {each.kind for each in suggestions("Observa", actor=reader)} == set()
        assert {each.kind for each in suggestions("Colerid", actor=reader)} == set()
        assert {each.kind for each in suggestions("Observa", actor=editor)} == {"Agreement"}
        assert {each.kind for each in suggestions("Colerid", actor=editor)} == {"Person"}


class TestSuggestions:
    def texts(self, words: str) -> dict[str, str]:
        return {str(each.text): each.why for each in suggestions(words, actor=UserFactory())}

    def test_find_by_the_beginning_of_any_name_in_either_script(self, registry, db):
        name = "Moroccan Association for Child Protection"

        assert self.texts("bay")[name] == "short name: Bayti"
        assert self.texts("بيت")[name] == "short name: بيتي"
        assert name in self.texts("moroccan assoc")
        assert "Mohamed Elmansouri" in self.texts("mans")
        assert "Mohamed Elmansouri" in self.texts("elmans")
        assert "Hassan Benjelloun" in self.texts("بنجل")

    def test_bring_every_kind_that_begins_so(self, registry, db):
        assert {each.kind for each in suggestions("progr", actor=UserFactory())} >= {"Programme"}
        assert [each.why for each in suggestions(registry["aman"].code, actor=UserFactory())] == [
            registry["aman"].code
        ]

    def test_say_by_which_other_name(self, registry, db):
        AliasFactory(organization=Organization.objects.get(slug="bayti"), name="Dar Bayti Essaouira")

        assert "other name: Dar Bayti Essaouira" in self.texts("Essaou").values()

    def test_stay_few_and_wait_for_two_letters(self, registry, db):
        assert len(suggestions("a", actor=UserFactory())) == 0
        assert len(suggestions("", actor=UserFactory())) == 0
        assert len(suggestions("co", actor=UserFactory(), limit=3)) == 3

    def test_are_not_crowded_out_by_what_the_reader_may_not_see(self, registry, db):
        AgreementFactory(published=True, title_en="Xylophones abroad")
        for _each in range(70):
            AgreementFactory(title_en="Xylophone")

        assert "Xylophones abroad" in self.texts("xy")
        assert "Xylophone" not in self.texts("xy")
        assert len(suggestions("xy", actor=UserFactory(editor=True))) == 8

    def test_of_a_rare_beginning_are_of_all(self, registry, db):
        AgreementFactory(published=True, title_en="Xylophone")
        for _each in range(4):
            AgreementFactory(published=True, title_en="Other")

        assert "Xylophone" in self.texts("xy")

    def test_answer_a_list_of_options_or_a_page(self, registry, db):
        client = Client()
        client.force_login(UserFactory())
        address = "/en/search/suggestions?q=Bay"
        options = client.get(address, headers={"HX-Request": "true", "HX-Target": "qs-options"})
        html = options.content.decode()

        assert 'role="option"' in html
        assert 'id="qs-options-1-1"' in html
        assert "<html" not in html
        assert json.loads(options.headers["HX-Trigger"])["suggested"]["said"].endswith("suggestions")
        page = client.get(address).content.decode()
        assert "<h1>Suggestions</h1>" in page
        assert "Moroccan Association for Child Protection" in page

    def test_are_for_readers(self, db, settings):
        settings.PUBLIC_READING = False

        assert Client().get("/en/search/suggestions?q=Bay").status_code == 302


class TestNamesAndCommitments:
    def test_organizations_by_any_name(self, registry, db):
        assert set(Organization.objects.filter(named("الأمل")).values_list("slug", flat=True)) >= {
            "espace-associatif-al-amal"
        }
        assert Organization.objects.filter(named("Tadamoun")).count() == 1
        assert Organization.objects.filter(named("zebra")).count() == 0
        assert Organization.objects.filter(named("…")).count() == 0

    def test_people_by_any_spelling(self, registry, db):
        for words in ("Benjelloun", "بنجلون", "Benjeloun"):
            assert [each.name_fr for each in Person.objects.filter(people_named(words))] == [
                "Hassan Benjelloun"
            ]

    def test_commitments_by_their_own_words_alone(self, registry, readable):
        def commitments(words):
            return Commitment.objects.filter(search.commitments_saying(words, readable=readable)).count()

        assert commitments("caravane") == 1
        assert commitments("caravanne") == 1
        assert commitments("douane") == 0
        assert commitments("caravane ateliers") == 0


def entries(model) -> set[tuple]:
    return set(model.objects.values_list("fact", "fact_id", "language", "words", "named", "folded", "vector"))


class TestTheEntries:
    def test_are_what_a_rebuild_draws_after_any_change(self, registry, db):
        amal, aman = registry["amal"], registry["aman"]
        Agreement.objects.filter(pk=amal.pk).update(
            title_en="Another title", reference="R/1", place_of_signature=""
        )
        amal.commitments.first().delete()
        commitment = aman.commitments.first()
        commitment.text_ar, commitment.place = "", "Tanger"
        commitment.save()
        source = aman.source_links.first().source
        type(source).objects.filter(pk=source.pk).update(language="fr")
        organization = Organization.objects.get(slug="bayti")
        organization.short_name_en = "Bayti!"
        organization.save()
        organization.aliases.all().delete()
        AgreementFactory(title_ar="اتفاقية").delete()
        before = entries(TextEntry), entries(NameEntry)

        call_command("rebuild_search", verbosity=0, stdout=StringIO())

        assert (entries(TextEntry), entries(NameEntry)) == before
        assert TextEntry.objects.filter(fact="commitment_place", words="Tanger").exists()
        assert TextEntry.objects.filter(fact="quote", agreement=aman).exclude(language="fr").count() == 0

    def test_of_many_rows_of_one_statement_are_each_row_s_own_and_written_by_one_statement(
        self, registry, db
    ):
        groups = [
            NamedGroup(agreement=registry[name], position=90 + n, text_en=f"Group {n}", text_fr=f"Groupe {n}")
            for n in range(3)
            for name in ("amal", "aman")
        ]
        with connection.cursor() as cursor:
            cursor.execute(NOTE)
            NamedGroup.objects.bulk_create(groups)
            cursor.execute("SELECT many FROM noted")
            statements = cursor.fetchall()

        drawn = TextEntry.objects.filter(fact="group", fact_id__in=[each.pk for each in groups])
        assert set(drawn.values_list("fact_id", "agreement", "language", "words")) == {
            (each.pk, each.agreement_id, language, getattr(each, f"text_{language}"))
            for each in groups
            for language in ("en", "fr")
        }
        assert statements == [(len(groups) * 2,)]

    def test_of_what_is_left_alone_are_left_alone(self, registry, db):
        before = set(TextEntry.objects.filter(agreement=registry["amal"]).values_list("pk", flat=True))
        registry["amal"].save()

        assert (
            set(TextEntry.objects.filter(agreement=registry["amal"]).values_list("pk", flat=True)) == before
        )


NOTE = """
    CREATE TEMP TABLE noted (many integer) ON COMMIT DROP;
    CREATE FUNCTION pg_temp.note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO noted SELECT count(*) FROM said; RETURN NULL; END $$;
    CREATE TRIGGER notes AFTER INSERT ON agreements_textentry REFERENCING NEW TABLE AS said
        FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.note();
"""


def words() -> tuple[set[str], set[str]]:
    return tuple(set(model.objects.values_list("word", flat=True)) for model in (TextWord, NameWord))


class TestTheWords:
    def test_are_those_of_the_entries(self, registry, db):
        said = tuple(
            {
                word
                for (folded,) in model.objects.values_list("folded")
                for word in folded.split()
                if word[0].isalpha() and 2 <= len(word) <= 40
            }
            for model in (TextEntry, NameEntry)
        )
        assert words() == said
        assert TextWord.objects.count() == len(said[0])

    def test_are_written_by_whoever_first_says_them_and_once(self, registry, db):
        before = words()[0]
        agreement = AgreementFactory(title_en="Zanzibar zanzibar clove " + "z" * 41 + " 2012 70%")
        AgreementFactory(title_en="Cloves of Zanzibar")

        assert words()[0] - before >= {"zanzibar", "clove", "cloves"}
        assert not {each for each in words()[0] if len(each) > 40 or not each[0].isalpha()}
        assert TextWord.objects.filter(word="zanzibar").count() == 1
        agreement.delete()
        assert "clove" in words()[0]

    def test_are_left_alone_where_nothing_says_them_any_more_until_a_rebuild(self, registry, db):
        AgreementFactory(title_en="Zanzibar").delete()
        call_command("rebuild_search", verbosity=0, stdout=StringIO())

        assert "zanzibar" not in words()[0]
        assert "entraide" in words()[0]

    def test_that_only_a_draft_says_are_told_to_nobody_else(self, registry, readable):
        AgreementFactory(title_en="Zanzibar cloves")

        for typed in ("Zanzibra", "Zanzibarr", "Zanzzzbar"):
            asked = search.ask(typed, readable=readable)
            assert TextWord.objects.filter(word="zanzibar").exists()
            assert asked.similar == {}
            assert [each.near for each in asked.terms] == [()]
            assert search.nearest(typed, readable=readable) is None
            assert found(typed, readable) == set()
        editing = Agreement.objects.visible_to(UserFactory(editor=True))
        assert search.ask("Zanzibra", readable=editing).similar == {"Zanzibra": "Zanzibar"}

    def test_of_a_draft_that_are_stems_of_what_all_may_read_are_not_told_either(self, registry, readable):
        AgreementFactory(title_en="Caravan")
        AgreementFactory(title_en="medic")
        asked = search.ask("medicc", readable=readable)

        assert "medic" in words()[0]
        assert [each.plain for each in asked.terms[0].near if each.plain == "medic"] == []

    def test_nobody_waits_for_are_written_by_both(self, registry, db):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_constraint WHERE conrelid IN ('agreements_textword'::regclass,"
                " 'organizations_nameword'::regclass) AND contype = 'u'"
            )
            assert cursor.fetchone() == (0,)
        TextWord.objects.create(word="entraide")

        assert search.ask(
            "entriade nationale", readable=Agreement.objects.visible_to(UserFactory())
        ).similar == {"entriade": "entraide"}


class TestCost:
    @pytest.mark.parametrize(
        ("words", "queries"),
        [("amal", 1), ("caravans Zehrach precarite", 1), ("carav", 2), ("entriade", 5), ("zebra unicorn", 3)],
    )
    def test_is_one_query_to_ask_where_it_is_found_and_two_to_say_why(
        self, registry, readable, words, queries
    ):
        with CaptureQueriesContext(
            connection,
        ) as asking:
            asked = search.ask(words, readable=readable)
        with CaptureQueriesContext(connection) as telling:
            search.reasons(list(registry.values()), asked)

        assert len(asking) == queries
        assert len(telling) <= 2

    @pytest.mark.parametrize(
        ("table", "condition", "index"),
        [
            ("agreements_textentry", "vector @@ mithaq_whole('caravane')", "textentry_by_words"),
            ("agreements_textentry", "vector @@ mithaq_beginning('carav')", "textentry_by_words"),
            ("agreements_textword", "'caravanne' <% word", "textword_by_spelling"),
            ("organizations_nameentry", "vector @@ mithaq_whole('الأمل')", "nameentry_by_words"),
            ("organizations_nameword", "'beyti' <% word", "nameword_by_spelling"),
            ("organizations_nameword", "sounds && mithaq_sounds('beyti')", "nameword_by_sound"),
        ],
    )
    def test_goes_through_an_index(self, registry, db, table, condition, index):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN SELECT id FROM {table} WHERE {condition}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            cursor.execute("SET LOCAL enable_seqscan = on")

        assert index in plan
