"""What is kept of an agreement, ready to be sent, is what reading it would tell: to everybody, on every day."""

import json
import random
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from agreements import services
from agreements.models import Agreement, AgreementLink, Party, RenderedDossier, Signatory, Theme
from agreements.queries import dossier, rendered, rendering
from lib import json_text, languages
from organizations import services as organization_services
from organizations.models import Anonymous, Organization, Person
from tests.agreements.conftest import BY, bearer
from tests.agreements.test_past import STEPS, History
from tests.audit.raw import another_connection, tell
from tests.factories import AgreementFactory, OrganizationFactory, PersonFactory, on, record

TODAY = date(2026, 3, 4)


def told(actor, on: date = TODAY) -> list[str]:
    """Every agreement that the actor may read, out of the texts."""
    readable = Agreement.objects.visible_to(actor)
    return rendered.texts(rendered.lines(readable.order_by("pk"), on=on), actor=actor, on=on)


def read(actor, on: date = TODAY) -> list[str]:
    """The same, read from the facts."""
    readable = Agreement.objects.visible_to(actor)
    rows = dossier.with_facts(readable, on=on, readable=readable).order_by("pk")
    return [json_text.dumps(dossier.read(each)) for each in rows]


def link(one: Agreement, other: Agreement) -> None:
    """Join them, whoever may read which."""
    row = AgreementLink(agreement=one, to=other, kind="related")
    row.save()
    record(row)


@pytest.fixture
def readers(people) -> list:
    return [*people.values(), Anonymous()]


class TestTheTexts:
    @pytest.mark.parametrize(
        "seed", [0, *(pytest.param(each, marks=pytest.mark.drill) for each in range(1, 8))]
    )
    def test_tell_everybody_what_the_facts_tell_after_any_change(self, people, readers, seed):
        history, dice = History(seed, people), random.Random(seed)  # noqa: S311  a draw that anybody may repeat
        hidden = AgreementFactory(confidentiality="restricted", published=True)
        link(history.agreement, hidden)

        for _step in range(STEPS):
            history.step()
            for reader in readers:
                for language in dice.sample(languages.CODES, 2):
                    on = date(2018, 1, 1) + timedelta(days=dice.randrange(1800))
                    with translation.override(language):
                        assert told(reader, on) == read(reader, on)

    def test_are_written_once_for_all_who_may_read_them(self, both, people, django_assert_num_queries):
        first = told(people["reader"])

        with django_assert_num_queries(1):
            assert told(people["editor"]) == first

    def test_are_those_of_each_language(self, both, people):
        texts = {}
        for language in languages.CODES:
            with translation.override(language):
                texts[language] = told(people["reader"])

        assert len({*map(tuple, texts.values())}) == 3
        assert RenderedDossier.objects.count() == 6

    def test_end_with_the_legal_state_that_they_tell(self, people):
        row = AgreementFactory(published=True)
        row.effective, row.ends = (
            type(row.effective)("as written", day, day, "stated")
            for day in (date(2026, 1, 5), date(2026, 3, 9))
        )
        services.store(row, by=people["editor"])

        states = {}
        for day in range(70):
            on = date(2026, 1, 1) + timedelta(days=day)
            (text,) = told(people["reader"], on)
            states[on] = json.loads(text)["legal_state"]["code"]

        assert states[date(2026, 1, 4)] == "not_yet_in_force"
        assert states[date(2026, 1, 5)] == states[date(2026, 3, 9)] == "in_force"
        assert states[date(2026, 3, 10)] == "ended"

    def test_show_a_link_to_those_alone_who_may_follow_it(self, both, people):
        hidden = AgreementFactory(confidentiality="restricted", published=True, title_en="SECRET-other")
        link(both[0], hidden)

        shown = {name: "SECRET-other" in "".join(told(people[name])) for name in ("editor", "reader")}
        again = {name: "SECRET-other" in "".join(told(people[name])) for name in ("reader", "editor")}

        assert shown == again == {"editor": True, "reader": False}

    def test_of_another_release_are_not_trusted(self, both, people, monkeypatch):
        before = told(people["reader"])
        RenderedDossier.objects.update(opening="{", closing="}")
        monkeypatch.setattr(rendering, "_program", lambda: "the next release")

        assert told(people["reader"]) == before

    def test_are_written_ahead_for_all(self, both, people, django_assert_num_queries):
        on = timezone.localdate()

        assert list(rendering.render_missing(language="ar", on=on, at_once=1)) == [1, 2]
        assert list(rendering.render_missing(language="ar", on=on)) == []
        with translation.override("ar"), django_assert_num_queries(1):
            told(people["reader"], on)

    def test_go_with_the_agreement(self, people, both):
        told(people["editor"])
        draft = AgreementFactory(parties=[])
        told(people["editor"])
        assert RenderedDossier.objects.filter(agreement=draft.pk).exists()

        draft.delete()

        assert not RenderedDossier.objects.filter(agreement=draft.pk).exists()
        assert RenderedDossier.objects.count() == 2


class TestANewLabel:
    """The texts do not outlive the names that stand in them, whoever changed those and how."""

    @pytest.fixture
    def changed(self, both, people):
        """Whether the texts told something else after a change, and what the facts tell."""

        def check(change) -> bool:
            before = told(people["reader"])
            change()
            after = told(people["reader"])
            assert after == read(people["reader"])
            return after != before

        return check

    def test_of_an_organization(self, changed, both):
        organization = both[0].parties.first().organization

        def rename():
            organization.short_name_en = organization.name_en = "Another name"
            organization_services.store(organization, by=BY)

        assert changed(rename)

    def test_of_an_organization_that_a_group_is_of(self, both, changed):
        other = OrganizationFactory(name_en="Before")
        both[0].groups.update(of_organization=other)

        def rename():
            Organization.objects.filter(pk=other.pk).update(name_en="After", short_name_en="After")

        assert changed(rename)

    def test_of_a_person(self, both, changed):
        person = PersonFactory()
        row = Signatory(party=both[0].parties.first(), person=person)
        row.save()
        record(row)

        assert changed(lambda: Person.objects.filter(pk=person.pk).update(name_en="Somebody Else"))

    def test_of_a_programme(self, both, changed):
        programme = next(each.programme for each in both if each.programme)

        def rename():
            programme.name_en = "Another programme"
            services.store(programme, by=BY)

        assert changed(rename)

    def test_of_a_term(self, both, changed):
        assert changed(lambda: Theme.objects.update(label_en="Another theme"))

    def test_of_a_record_that_stands_in_no_text_takes_none_away(self, both, people):
        told(people["reader"])
        stranger = OrganizationFactory()

        Organization.objects.filter(pk=stranger.pk).update(name_en="Another name")
        Organization.objects.update(country="FR")

        assert RenderedDossier.objects.count() == 2


class TestWhatIsKept:
    def test_is_nothing_that_changed_while_it_was_read(self, both, people, monkeypatch):
        honest = dossier.read

        def slowly(agreement, **how):
            document = honest(agreement, **how)
            Agreement.objects.filter(pk=agreement.pk).update(version=agreement.version + 1)
            return document

        monkeypatch.setattr(dossier, "read", slowly)
        told(people["reader"])

        assert not RenderedDossier.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_is_nothing_while_a_label_changes(self, author):
        row = AgreementFactory(published=True)
        organization = Party.objects.filter(agreement=row).first().organization

        with another_connection() as other:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(
                    "UPDATE organizations_organization SET name_en = 'New', short_name_en = 'New' WHERE id = %s",
                    [organization.pk],
                )
            (before,) = told(Anonymous())
            assert not RenderedDossier.objects.exists()
            tell(organization.pk, using=other)
            other.commit()
        (after,) = told(Anonymous())

        assert "New" not in before
        assert "New" in after
        assert RenderedDossier.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_waits_for_nobody_who_keeps_too(self, author):
        AgreementFactory(published=True)

        with another_connection() as other:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(hashtextextended('agreements_rendereddossier', 0))")
            (text,) = told(Anonymous())

        assert json.loads(text)["type"] == "agreement"
        assert not RenderedDossier.objects.exists()


class TestOverTheApi:
    def test_the_list_and_the_record_are_those_texts(self, client, both):
        headers = bearer(both[0].parties.first().organization, "reader")
        for language in languages.CODES:
            with translation.override(language):
                expected = {
                    each["id"]: each for each in map(json.loads, read(Anonymous(), timezone.localdate()))
                }

            asked = {"headers": headers, "query_params": {"language": language}}
            for _again in range(2):
                listed = client.get("/api/v1/agreements", **asked)
                single = client.get(f"/api/v1/agreements/{both[0].pk}", **asked)

                assert {each["id"]: each for each in listed.json()["results"]} == expected
                assert single.json() == expected[str(both[0].pk)]
                assert single.headers["ETag"] == f'"{both[0].version}-{language}-json"'

    @pytest.mark.parametrize("match", ["certain", "possible"])
    def test_how_sure_a_date_is_is_told_to_whoever_asks_for_it(self, client, both, match):
        AgreementFactory(published=True, signed=on(2012, 5, 1))
        headers = bearer(both[0].parties.first().organization, "reader")
        asked = f"/api/v1/agreements?signed_from=2000-01-01&signed_match={match}"

        plain = client.get("/api/v1/agreements", headers=headers).json()["results"]
        narrowed = client.get(asked, headers=headers).json()["results"]
        from_facts = client.get(f"{asked}&expand=proof&omit=citations", headers=headers).json()["results"]

        assert narrowed
        assert [each["answers"] for each in narrowed] == [each["answers"] for each in from_facts]
        assert all(each["answers"] for each in narrowed)
        assert not any(each["answers"] for each in plain)

    def test_members_are_picked_out_of_them(self, client, both):
        headers = bearer(both[0].parties.first().organization, "reader")

        answer = client.get("/api/v1/agreements?fields=code,parties.organization.label", headers=headers)

        for each in answer.json()["results"]:
            assert set(each) == {"code", "parties"}
            assert set(each["parties"][0]) == {"organization"}

    def test_the_state_of_another_day_is_told_when_it_is_asked_for(self, client, both):
        headers = bearer(both[0].parties.first().organization, "reader")
        address = f"/api/v1/agreements/{both[0].pk}"
        client.get(address, headers=headers)
        kept = list(RenderedDossier.objects.values_list("steady"))

        client.get(f"{address}?in_force_on=1999-01-01", headers=headers)

        assert list(RenderedDossier.objects.values_list("steady")) == kept


def test_a_text_breaks_no_line_of_javascript_and_keeps_its_letters():
    value = {"text": "اتفاقية « à »\u2028\u2029", "day": date(2026, 3, 4), "at": None}

    assert json_text.dumps(value) == ('{"text":"اتفاقية « à »\\u2028\\u2029","day":"2026-03-04","at":null}')
