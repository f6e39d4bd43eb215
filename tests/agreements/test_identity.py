"""One agreement, one record; and the pages on which people decide that two records are one."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.html import strip_tags

from agreements.models import Agreement, AgreementIdentifier, AgreementSource, DistinctAgreements
from agreements.queries import alike
from agreements.queries.alike import told, told_in
from agreements.services import identity
from audit.models import AuditEvent
from lib.problems import Refused
from organizations import services
from organizations.models import DistinctPair, DistinctPeople, Merge, Organization, Person
from tests.factories import (
    TESTS,
    AgreementFactory,
    CommitmentFactory,
    OfficeFactory,
    OrganizationFactory,
    PersonFactory,
    SourceFactory,
    StatementFactory,
    UserFactory,
    on,
    record,
)

pytestmark = pytest.mark.django_db

ARTICLE = (
    "The centre and the association signed an agreement yesterday. Both will organise events for children, hold"
    " workshops for educators in three towns, and publish a yearly report on the protection of childhood."
)
DUTIES = (
    "organise events for children",
    "hold workshops for educators in three towns",
    "publish a yearly report",
)


def entered(*parties, text: str = "", duties=DUTIES, published=True, **fields) -> Agreement:
    agreement = AgreementFactory(published=published, parties=parties, **fields)
    for each in duties:
        CommitmentFactory(agreement=agreement, text_en=each)
    if text:
        with transaction.atomic():
            AgreementSource.objects.create(agreement=agreement, source=SourceFactory(text=text))
            record(agreement)
    return agreement


def found(agreement: Agreement) -> list[tuple[Agreement, str]]:
    _row, asked = told(Agreement.objects.filter(pk=agreement.pk))[agreement.pk]
    answer = alike.alike(asked, readable=Agreement.objects.visible_to(TESTS))
    return [(each.record, each.certainty.value) for each in answer]


def typed(**facts) -> list[tuple[Agreement, str]]:
    answer = alike.alike(told_in(language="en", **facts), readable=Agreement.objects.visible_to(TESTS))
    return [(each.record, each.certainty.value) for each in answer]


@pytest.fixture
def two() -> list[Organization]:
    return OrganizationFactory.create_batch(2)


class TestAnAgreementThatMayBeEnteredAlready:
    def test_has_the_same_parties_and_the_same_reference(self, two):
        one = entered(*two, reference="N° 12/2020", duties=())
        other = entered(*two, reference="n°  12/2020", duties=())

        assert found(one) == [(other, "same")]

    def test_may_be_a_colleagues_draft_in_the_same_words(self, two):
        one = entered(*two)
        other = entered(*OrganizationFactory.create_batch(2), published=False)

        assert found(one) == [(other, "similar")]

    def test_has_the_same_parties_and_the_same_source(self, two):
        one, other = (entered(*two, text=ARTICLE, duties=()) for _each in range(2))

        assert found(one) == [(other, "same")]

    def test_has_the_same_parties_and_nearly_the_same_source(self, two):
        one = entered(*two, text=ARTICLE, duties=())
        other = entered(*two, text="RABAT – " + ARTICLE.replace("yesterday", "on Monday"), duties=())

        assert found(one) == [(other, "same")]

    def test_has_the_same_parties_the_same_date_and_the_same_wording(self, two):
        one, other = (entered(*two, signed=on(2020, 5, 1)) for _each in range(2))

        assert found(one) == [(other, "same")]

    def test_has_the_same_parties_and_the_same_number_elsewhere(self, two):
        one, other = (entered(*two, duties=()) for _each in range(2))
        with transaction.atomic():
            for each, value in ((one, "MA-7"), (other, "ma 7")):
                AgreementIdentifier.objects.create(agreement=each, scheme="iati", value=value)
            record(one)

        assert found(one) == [(other, "same")]

    def test_is_found_from_what_is_typed_as_well(self, two):
        other = entered(*two, reference="12/2020", text=ARTICLE, signed=on(2020, 5, 1))
        parties = [each.pk for each in two]

        assert typed(parties=parties, reference="12/2020") == [(other, "same")]
        assert typed(parties=parties, texts=[ARTICLE]) == [(other, "same")]
        commitments = [(None, each) for each in DUTIES]
        assert typed(parties=parties, signed=on(2020, 5, 1), commitments=commitments) == [(other, "same")]
        assert typed(parties=parties) == [(other, "similar")]
        assert typed(parties=parties, apart=[other.pk]) == []
        assert typed() == []

    def test_is_found_under_the_name_a_party_had_before_a_merge(self, two):
        other = entered(*two, reference="12/2020")
        old = OrganizationFactory()
        services.merge(old, into=two[0], reason="One.", by=TESTS)

        assert typed(parties=[old.pk, two[1].pk], reference="12/2020") == [(other, "same")]


class TestAnAgreementThatIsOnlySimilar:
    def test_has_the_same_wording_date_and_source_with_another_partner(self, two):
        """Aman signed its protocol almost word for word with a second partner: two agreements."""
        twin = entered(two[0], OrganizationFactory(), text=ARTICLE, signed=on(2020, 5, 1))
        one = entered(*two, text=ARTICLE, signed=on(2020, 5, 1))

        assert found(one) == [(twin, "similar")]
        assert found(twin) == [(one, "similar")]

    def test_has_the_same_parties_and_wording_on_another_day(self, two):
        one, other = entered(*two, signed=on(2020, 5, 1)), entered(*two, signed=on(2023, 5, 1))

        assert found(one) == [(other, "similar")]

    def test_has_the_same_parties_and_wording_without_a_date(self, two):
        one, other = entered(*two), entered(*two, signed=on(2023, 5, 1))

        assert found(one) == [(other, "similar")]

    def test_has_the_same_parties_and_a_third(self, two):
        one = entered(*two, text=ARTICLE)
        third = entered(*two, OrganizationFactory(), text=ARTICLE)

        assert found(one) == [(third, "similar")]

    def test_is_not_told_of_when_nothing_but_one_party_is_the_same(self, two):
        one = entered(*two)
        entered(two[0], OrganizationFactory(), duties=("lend all of its buses to the schools of the region",))

        assert found(one) == []

    def test_is_never_named_again_once_told_apart(self, two):
        one, other = (entered(*two, text=ARTICLE) for _each in range(2))
        identity.tell_apart(one, other, reason="A renewal.", by=TESTS)

        assert found(one) == found(other) == []
        identity.tell_apart_no_longer(other, one, by=TESTS)
        assert found(one) == [(other, "same")]

    def test_is_not_shown_to_whoever_may_not_read_it(self, two):
        entered(*two, text=ARTICLE, confidentiality="restricted")
        told_of = told_in(parties=[each.pk for each in two], texts=[ARTICLE])

        assert alike.alike(told_of, readable=Agreement.objects.visible_to(UserFactory())) == []
        assert alike.alike(told_of, readable=Agreement.objects.visible_to(UserFactory(editor=True)))


class TestPairsOfAgreements:
    def pairs(self):
        readable = Agreement.objects.visible_to(TESTS)
        return [
            (one, each.record, each.certainty.value) for one, each in alike.pairs(readable, readable=readable)
        ]

    def test_are_told_once_the_surest_first(self, two):
        old, new = (entered(*two, text=ARTICLE) for _each in range(2))
        twin = entered(two[0], OrganizationFactory(), text=ARTICLE)

        assert self.pairs() == [(new, old, "same"), (twin, new, "similar"), (twin, old, "similar")]

    def test_need_more_than_the_same_parties(self, two):
        for _each in range(2):
            entered(*two, duties=())

        assert self.pairs() == []

    def test_cost_the_same_however_many(self, two, django_assert_num_queries):
        entered(*two, text=ARTICLE)
        entered(*two, text=ARTICLE)
        with django_assert_num_queries(15):
            assert len(self.pairs()) == 1
        for _each in range(6):
            entered(*two, text=ARTICLE)
        with django_assert_num_queries(15):
            assert len(self.pairs()) == 28


@pytest.fixture
def duplicate(two) -> tuple[Agreement, Agreement]:
    """A published record, and the one it is a duplicate of."""
    return entered(*two, title_en="Entered twice"), entered(*two, title_en="Entered first")


@pytest.fixture
def signed_in(client):
    def sign_in(**traits):
        user = UserFactory(**traits)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _open_to_all(settings):
    settings.PUBLIC_READING = True


def text(answer) -> str:
    page = answer.content.decode()
    page = page[page.find("<main") :] if "<main" in page else page
    return re.sub(r"\s+", " ", strip_tags(page.replace("<", " <"))).strip()


class TestADuplicate:
    def test_is_shown_in_no_list_and_leads_to_the_other(self, duplicate, client):
        one, kept = duplicate

        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="The same article.", by=TESTS)

        assert "Entered twice" not in text(client.get("/en/agreements/"))
        assert "Entered first" in text(client.get("/en/agreements/"))
        answer = client.get(f"/en/agreements/{one.code}/")
        assert (answer.status_code, answer["Location"]) == (
            301,
            f"/en/agreements/{kept.code}/?formerly={one.code}",
        )
        assert f"Formerly {one.code}" in text(client.get(answer["Location"]))
        for address in ("sheet.pdf", "versions/", "calendar.ics"):
            assert client.get(f"/en/agreements/{one.code}/{address}").status_code in (302, 404)

    def test_leads_there_over_the_api_with_what_was_asked(self, duplicate, client):
        one, kept = duplicate
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="The same article.", by=TESTS)

        answer = client.get(f"/api/v1/agreements/{one.pk}?language=fr")
        assert answer.status_code == 308
        assert answer["Location"].endswith(f"/api/v1/agreements/{kept.pk}?language=fr")
        assert answer.json()["merged_into"]["id"] == str(kept.pk)
        listed = client.get("/api/v1/agreements").json()["results"]
        assert [each["id"] for each in listed] == [str(kept.pk)]
        assert client.get(f"/api/v1/agreements/{'0' * 8}-0000-7000-8000-{'0' * 12}").status_code == 404

    def test_moves_nothing_and_comes_back_as_it_was(self, duplicate, client):
        one, kept = duplicate
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="The same article.", by=TESTS)
        identity.bring_back(one.pk, by=TESTS)

        one.refresh_from_db()
        assert (one.editorial_state, one.version, one.commitments.count()) == ("published", 3, 3)
        assert client.get(f"/en/agreements/{one.code}/").status_code == 200
        told_in_history = (
            AuditEvent.objects.filter(chain=one.pk).order_by("sequence").values_list("verb", "reason")
        )
        assert list(told_in_history)[-2:] == [
            ("agreement.set_aside", "The same article."),
            ("agreement.brought_back", ""),
        ]
        assert AuditEvent.objects.filter(chain=kept.pk, verb="agreement.has_duplicate").count() == 1

    def test_of_a_duplicate_leads_to_the_end(self, duplicate, two, client):
        one, kept = duplicate
        third = entered(*two)
        identity.set_aside(kept.pk, duplicate_of=third.pk, reason="One.", by=TESTS)
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)

        assert client.get(f"/en/agreements/{one.code}/")["Location"].startswith(third.get_absolute_url())
        with pytest.raises(Refused, match="one and the same"):
            identity.set_aside(third.pk, duplicate_of=one.pk, reason="One.", by=TESTS)

    def test_of_what_a_reader_may_not_read_is_not_there(self, duplicate, client):
        one, kept = duplicate
        with transaction.atomic():
            Agreement.objects.filter(pk=kept.pk).update(confidentiality="restricted")
            record(kept)
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)

        assert client.get(f"/en/agreements/{one.code}/").status_code == 404
        assert client.get(f"/api/v1/agreements/{one.pk}").status_code == 404

    def test_that_a_reader_might_not_read_does_not_tell_of_itself(self, duplicate, client):
        one, kept = duplicate
        with transaction.atomic():
            Agreement.objects.filter(pk=one.pk).update(confidentiality="restricted")
            record(one)
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)

        assert client.get(f"/en/agreements/{one.code}/").status_code == 404

    def test_is_shown_to_editors_who_ask_for_itself(self, duplicate, signed_in):
        one, kept = duplicate
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)
        address = f"/en/agreements/{one.code}/?record=own"

        assert f"set aside as a duplicate of {kept.code}" in text(signed_in(editor=True).get(address))
        assert signed_in(contributor=True).get(address).status_code == 301

    def test_is_set_aside_by_a_reviewer_where_it_was_published(self, duplicate):
        one, kept = duplicate
        editor, reviewer = UserFactory(editor=True), UserFactory(reviewer=True)

        with pytest.raises(Refused, match="a reviewer sets it aside"):
            identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=editor)
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=reviewer)
        with pytest.raises(PermissionDenied):
            identity.bring_back(one.pk, by=editor)
        draft = AgreementFactory()
        identity.set_aside(draft.pk, duplicate_of=kept.pk, reason="One.", by=editor)
        identity.bring_back(draft.pk, by=editor)

    def test_is_refused_without_reason_twice_or_when_told_apart(self, duplicate):
        one, kept = duplicate

        def refused(match: str):
            with pytest.raises(Refused, match=match):
                identity.set_aside(
                    one.pk, duplicate_of=kept.pk, reason="" if match == "Say" else "One.", by=TESTS
                )

        refused("Say")
        identity.tell_apart(one, kept, by=TESTS)
        refused("not the same")
        identity.tell_apart_no_longer(one, kept, by=TESTS)
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)
        refused("set aside already")
        with pytest.raises(Refused, match="not set aside"):
            identity.bring_back(kept.pk, by=TESTS)
        with pytest.raises(PermissionDenied):
            identity.bring_back(one.pk, by=UserFactory(contributor=True))


def leads_to(client, address: str) -> str:
    """The id of the record at which a program ends that asks for a merged one."""
    answer = client.get(address)
    assert answer.status_code == 308
    return client.get(answer["Location"]).json()["id"]


class TestTheAddressOfAMergedRecord:
    def test_of_an_organization_answers_with_the_other(self, client):
        one, other = OrganizationFactory(name_en="Old name"), OrganizationFactory(name_en="Kept name")
        merge = services.merge(one, into=other, reason="One.", by=TESTS)

        answer = client.get(f"/en/organizations/{one.slug}/")
        assert answer.status_code == 301
        assert answer["Cache-Control"] == "no-cache"
        assert "Formerly Old name" in text(client.get(answer["Location"]))
        assert leads_to(client, f"/api/v1/organizations/{one.pk}") == str(other.pk)
        assert [each["id"] for each in client.get("/api/v1/organizations").json()["results"]] == [
            str(other.pk)
        ]
        assert "Kept name" in text(client.get("/en/organizations/?q=old+name"))

        services.undo(merge.pk, by=TESTS)
        assert client.get(f"/en/organizations/{one.slug}/").status_code == 200
        assert client.get(f"/api/v1/organizations/{one.pk}").json()["id"] == str(one.pk)

    def test_of_a_person_answers_with_the_other(self, client):
        one, other = PersonFactory(name_en="Fatema Alaoui"), PersonFactory(name_en="Fatima Alaoui")
        services.merge(one, into=other, reason="One.", by=TESTS)

        answer = client.get(f"/en/people/{one.pk}/")
        assert answer.status_code == 301
        assert "Formerly Fatema Alaoui" in text(client.get(answer["Location"]))
        assert leads_to(client, f"/api/v1/people/{one.pk}") == str(other.pk)
        assert [each["id"] for each in client.get("/api/v1/people").json()["results"]] == [str(other.pk)]
        listed = text(client.get("/en/people/?q=fatema"))
        assert "1 person" in listed
        assert "Fatima Alaoui" in listed

    def test_keeps_narrowing_a_list_that_was_saved(self, client, two):
        one, other = two
        agreement = AgreementFactory(published=True, parties=[one, OrganizationFactory()])
        services.merge(one, into=other, reason="One.", by=TESTS)

        assert agreement.code in text(client.get(f"/en/agreements/?party={one.pk}"))
        listed = client.get(f"/api/v1/agreements?party={one.pk}").json()["results"]
        assert [each["id"] for each in listed] == [str(agreement.pk)]


class TestTheBoxOfAForm:
    def test_names_the_same_with_reasons_and_what_is_similar(self, signed_in):
        OrganizationFactory(name_fr="Entraide nationale", name_en="Entraide nationale")
        OrganizationFactory(name_en="Coordination régionale de l'Entraide nationale")

        box = text(signed_in(contributor=True).get("/en/identity/alike?name=entraide+Nationale"))

        assert "Entraide nationale (opens in a new window) May be the same The same name" in box
        assert "Similar One name is part of the other" in box
        assert (
            'role="status"' in signed_in(contributor=True).get("/en/identity/alike?name=x").content.decode()
        )

    def test_keeps_what_is_said_not_to_be_the_same(self, signed_in):
        one = OrganizationFactory(name_en="Aman")
        client = signed_in(contributor=True)

        kept = client.get(f"/en/identity/alike?name=Aman&distinct={one.pk}").content.decode()
        assert re.search(rf'value="{one.pk}"\s+checked', kept)
        assert "Is it in the registry already?" not in kept

    def test_passes_over_what_is_no_key(self, signed_in):
        client = signed_in(contributor=True)

        assert client.get("/en/identity/alike?name=Aman&own=&distinct=x&identifier=y").status_code == 200
        assert client.get("/en/identity/alike?kind=agreement&party=&party=x").status_code == 200
        assert client.get("/en/identity/alike?kind=planet&name=Aman").status_code == 404

    def test_is_for_those_who_enter_records(self, client, signed_in):
        assert client.get("/en/identity/alike?name=Aman").status_code == 302
        assert signed_in().get("/en/identity/alike?name=Aman").status_code == 403


class TestThePageOfPairs:
    def test_leads_to_both_side_by_side_and_can_tell_them_apart(self, signed_in):
        one, other = OrganizationFactory(name_en="Aman"), OrganizationFactory(name_en="Amane")
        client = signed_in(editor=True)

        assert "Aman ↔ Amane Similar Sounds alike: “Amane”" in text(client.get("/en/identity/duplicates/"))
        asked = {"kind": "organization", "one": one.pk, "other": other.pk, "reason": "Doha, Casablanca."}
        answer = client.post("/en/identity/apart/", asked | {"next": "/en/identity/duplicates/"}, follow=True)
        assert "No two of these look alike" in text(answer)
        assert DistinctPair.objects.get().reason == "Doha, Casablanca."
        client.post("/en/identity/apart/", asked | {"do": "together"})
        assert not DistinctPair.objects.exists()

    @pytest.mark.parametrize(
        ("kind", "pairs"), [("person", DistinctPeople), ("agreement", DistinctAgreements)]
    )
    def test_has_people_and_agreements_too(self, signed_in, two, kind, pairs):
        if kind == "person":
            one, other = (PersonFactory(name_en="Karima Alaoui") for _each in range(2))
        else:
            one, other = (entered(*two, text=ARTICLE) for _each in range(2))
        client = signed_in(editor=True)

        assert "M" in text(client.get(f"/en/identity/duplicates/?kind={kind}"))
        assert "No two of these" not in text(client.get(f"/en/identity/duplicates/?kind={kind}"))
        client.post("/en/identity/apart/", {"kind": kind, "one": one.pk, "other": other.pk})
        assert pairs.objects.count() == 1
        assert "No two of these" in text(client.get(f"/en/identity/duplicates/?kind={kind}"))

    def test_is_read_page_by_page(self, signed_in, monkeypatch):
        monkeypatch.setattr("agreements.views.identity.SCANNED", 2)
        for name in ("Aman", "Bayti", "Amane"):
            OrganizationFactory(name_en=name)
        client = signed_in(editor=True)

        first = client.get("/en/identity/duplicates/")
        assert "Aman ↔ Amane" in text(first)
        after = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1].replace("&amp;", "&")
        assert "No two of these look alike" in text(client.get(f"/en/identity/duplicates/{after}"))
        assert client.get("/en/identity/duplicates/?cursor=x").status_code == 404

    def test_is_for_editors(self, client, signed_in):
        assert client.get("/en/identity/duplicates/").status_code == 302
        contributor = signed_in(contributor=True)
        assert contributor.get("/en/identity/duplicates/").status_code == 403
        assert contributor.post("/en/identity/apart/", {}).status_code == 403
        editor = signed_in(editor=True)
        one = OrganizationFactory()
        for asked in (
            {},
            {"kind": "organization", "one": "x"},
            {"kind": "organization", "one": one.pk, "other": one.pk},
        ):
            assert editor.post("/en/identity/apart/", asked).status_code == 404


class TestMergingOnThePage:
    def test_shows_what_moves_asks_for_a_reason_merges_and_undoes(self, signed_in):
        one = OrganizationFactory(name_en="HIVOS", website="https://hivos.example", country="NL")
        other = OrganizationFactory(name_en="Stichting HIVOS")
        agreement = AgreementFactory(published=True, parties=[one, OrganizationFactory()])
        client = signed_in(editor=True)
        chooser = text(client.get(f"/en/organizations/{one.slug}/merge/"))
        assert "Stichting HIVOS Compare" in chooser
        address = f"/en/organizations/{one.slug}/merge/?with={other.slug}"

        page = text(client.get(address))
        assert f"Party 1 {agreement.code}" in page
        assert "It is called so too from now on: “HIVOS”" in page
        assert "Website: https://hivos.example" in page

        refused = client.post(address, {"reason": " "})
        assert refused.status_code == 422
        assert "Nothing was changed" in text(refused)
        assert not Merge.objects.exists()

        answer = client.post(address, {"reason": "Its own site says so."}, follow=True)
        page = text(answer)
        assert "“HIVOS” was merged into “Stichting HIVOS”." in page
        assert "Its own site says so." in page
        assert agreement.parties.filter(organization=other).exists()

        undone = client.post(f"/en/merges/{Merge.objects.get().pk}/undo/", follow=True)
        assert "“HIVOS” has its own page again." in text(undone)
        assert agreement.parties.filter(organization=one).exists()
        again = client.post(f"/en/merges/{Merge.objects.get().pk}/undo/", follow=True)
        assert "This merge is undone already." in text(again)

    def test_says_beforehand_why_not(self, signed_in, two):
        agreement = AgreementFactory(parties=two)
        client = signed_in(editor=True)
        address = f"/en/organizations/{two[0].slug}/merge/?with={two[1].slug}"

        page = text(client.get(address))
        assert "They cannot be merged yet" in page
        assert agreement.code in page
        assert client.post(address, {"reason": "One."}).status_code == 422
        assert not Merge.objects.exists()

    def test_finds_the_other_by_its_name(self, signed_in):
        one, other = OrganizationFactory(name_en="Aman"), OrganizationFactory(name_en="Quite different")
        client = signed_in(editor=True)

        assert "Quite different Compare" in text(client.get(f"/en/organizations/{one.slug}/merge/?q=quite"))
        assert "Nothing is found." in text(client.get(f"/en/organizations/{one.slug}/merge/?q=zebra"))
        for key in (one.slug, "nobody", ""):
            status = client.get(f"/en/organizations/{one.slug}/merge/?with={key}").status_code
            assert status == (200 if key == "" else 404)
        assert other.merged_into_id is None

    def test_merges_people_and_undoes_it(self, signed_in):
        office = OfficeFactory(person__name_en="Karima Alaoui", title_en="director")
        one, other = office.person, PersonFactory(name_en="Karima Alaoui")
        statement = StatementFactory(speaker=office)
        client = signed_in(editor=True)

        assert "Karima Alaoui Compare" in text(client.get(f"/en/people/{one.pk}/merge/"))
        address = f"/en/people/{one.pk}/merge/?with={other.pk}"
        assert "director" in text(client.get(address))
        page = text(client.post(address, {"reason": "The same photograph."}, follow=True))
        assert "The same photograph." in page
        assert statement.speaker.person == Person.objects.get(pk=office.person_id)
        office.refresh_from_db()
        assert office.person == other
        client.post(f"/en/merges/{Merge.objects.get().pk}/undo/")
        office.refresh_from_db()
        assert office.person == one
        assert client.get(f"/en/people/{one.pk}/merge/?with=x").status_code == 404

    def test_sets_an_agreement_aside_and_brings_it_back(self, signed_in, duplicate):
        one, kept = duplicate
        client = signed_in(reviewer=True)
        assert kept.code in text(client.get(f"/en/agreements/{one.code}/duplicate/"))
        assert kept.code in text(client.get(f"/en/agreements/{one.code}/duplicate/?q={kept.code}"))
        address = f"/en/agreements/{one.code}/duplicate/?with={kept.code}"

        assert "3 commitments" in text(client.get(address))
        page = text(client.post(address, {"reason": "The same article."}, follow=True))
        assert f"{one.code} is set aside" in page
        own = text(client.get(f"/en/agreements/{one.code}/?record=own"))
        assert "Bring it back" in own
        page = text(client.post(f"/en/agreements/{one.code}/bring-back/", follow=True))
        assert f"{one.code} is a record of its own again." in page
        assert client.post(f"/en/agreements/{one.code}/bring-back/").status_code == 404

    def test_tells_an_editor_that_a_reviewer_does_it(self, signed_in, duplicate):
        one, kept = duplicate
        address = f"/en/agreements/{one.code}/duplicate/?with={kept.code}"

        assert "a reviewer sets it aside" in text(signed_in(editor=True).get(address))
        identity.set_aside(one.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)
        page = text(signed_in(editor=True).post(f"/en/agreements/{one.code}/bring-back/", follow=True))
        assert "a reviewer brings it back" in page

    def test_tells_an_editor_that_an_administrator_moves_accounts(self, signed_in, two):
        UserFactory(organization=two[0])
        merge = services.merge(two[0], into=two[1], reason="One.", by=TESTS)

        page = text(signed_in(editor=True).post(f"/en/merges/{merge.pk}/undo/", follow=True))
        assert "an administrator undoes it" in page

    def test_is_for_editors_and_shown_to_nobody_else(self, client, signed_in, two):
        merge = services.merge(OrganizationFactory(), into=two[1], reason="Quoted nowhere.", by=TESTS)
        agreement = AgreementFactory(published=True, parties=two)
        addresses = [
            f"/en/organizations/{two[0].slug}/merge/",
            f"/en/people/{PersonFactory().pk}/merge/",
            f"/en/agreements/{agreement.code}/duplicate/",
        ]
        for each in addresses:
            assert client.get(each).status_code == 302
        page = client.get(f"/en/organizations/{two[1].slug}/").content.decode()
        assert "Quoted nowhere." not in page
        assert "/merge/" not in page
        contributor = signed_in(contributor=True)
        for each in addresses:
            assert contributor.get(each).status_code == 403
        assert contributor.post(f"/en/merges/{merge.pk}/undo/").status_code == 403
        assert contributor.post(f"/en/agreements/{agreement.code}/bring-back/").status_code == 403
        assert "/merge/" in signed_in(editor=True).get(f"/en/organizations/{two[1].slug}/").content.decode()
