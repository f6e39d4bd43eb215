"""The kept list is the list that would be made, for everybody, after any change; what stops counting says so."""

import random
import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

import lib.facets
from agreements import services
from agreements.filters import AgreementFilter, facets
from agreements.models import Agreement, SavedView
from agreements.models.lifecycle import LegalState, has_ended, with_legal_state
from agreements.queries import attention, lines, listing
from agreements.services import desk
from agreements.views.listing import COLUMNS
from audit.pulse import pulse
from organizations.models import Anonymous
from tests.agreements.conftest import BY
from tests.agreements.test_past import STEPS, History
from tests.audit.raw import another_connection, tell
from tests.factories import AgreementFactory, OrganizationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_to_all")]

ASKED = (
    "/en/agreements/",
    "/fr/agreements/?attention=incomplete&order=next&columns=state&columns=next&columns=groups",
    "/ar/agreements/?q=Coordination",
)
TOKEN = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken" value="[^"]*">')


@pytest.fixture
def open_to_all(settings):
    settings.PUBLIC_READING = True


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return TOKEN.sub("", answer.content.decode())


def made_anew(client: Client, address: str) -> str:
    caches["pages"].clear()
    return page(client, address)


@pytest.fixture
def readers(people) -> dict[str, Client]:
    clients = {"": Client()}
    for role, user in people.items():
        clients[role] = Client()
        clients[role].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return clients


class TestTheKeptList:
    @pytest.mark.parametrize(
        "seed", [0, *(pytest.param(each, marks=pytest.mark.drill) for each in range(1, 6))]
    )
    def test_is_what_would_be_made_now_after_any_change(self, people, readers, seed):
        history, dice = History(seed, people), random.Random(seed)  # noqa: S311  a draw that anybody may repeat
        asked = dice.sample([(each, address) for each in readers for address in ASKED], 6)
        for step in range(STEPS):
            history.step()
            if step % 5 == 0:
                desk.set_follow_up(
                    agreement_id=history.agreement.pk,
                    on=timezone.localdate(),
                    note=str(step),
                    by=people["editor"],
                )
            kept = {(name, address): page(readers[name], address) for name, address in asked}
            for (name, address), shown in kept.items():
                assert page(readers[name], address) == shown
            caches["pages"].clear()
            for (name, address), shown in kept.items():
                assert page(readers[name], address) == shown, (step, name, address)

    def test_is_asked_for_and_not_made(self, client, both, django_assert_num_queries):
        page(client, ASKED[0])

        with django_assert_num_queries(1):  # the pulse
            page(client, ASKED[0])

    def test_is_nobody_elses(self, readers, both):
        Agreement.objects.filter(pk=both[0].pk).update(confidentiality="restricted")
        code = both[0].code
        shown = {name: code in page(reader, ASKED[0]) for name, reader in readers.items()}
        again = {name: code in page(reader, ASKED[0]) for name, reader in reversed(readers.items())}

        assert shown == again
        assert not shown[""]
        assert not shown["reader"]
        assert shown["editor"]

    def test_is_another_for_whom_it_is_another_role(self, readers, people, both):
        Agreement.objects.filter(pk=both[0].pk).update(confidentiality="restricted")
        before = page(readers["editor"], ASKED[0])

        type(people["editor"]).objects.filter(pk=people["editor"].pk).update(role="reader")

        assert both[0].code in before
        assert both[0].code not in page(readers["editor"], ASKED[0])

    def test_holds_no_token(self, readers, both):
        caches["pages"].clear()
        page(readers["editor"], ASKED[0])

        [found] = [caches["pages"].get(name.split(":", 2)[2]) for name in caches["pages"]._cache]
        assert "csrf" not in found.html
        assert 'id="filters"' in found.html

    def test_that_was_not_understood_is_not_kept(self, client, both):
        caches["pages"].clear()

        assert "cannot be understood" in page(client, "/en/agreements/?signed_from=tomorrow")
        assert not caches["pages"]._cache

    def test_has_the_tabs_of_now(self, readers, people, both):
        page(readers["editor"], ASKED[0])
        SavedView.objects.create(owner=people["editor"], name="Mine alone", query="kind=other")

        assert "Mine alone" in page(readers["editor"], ASKED[0])
        assert "Mine alone" not in page(readers["reviewer"], ASKED[0])


class TestThePulse:
    def test_is_another_after_each_event(self):
        told = [pulse()]
        for _ in range(3):
            tell(OrganizationFactory().pk)
            told.append(pulse())

        assert len(set(told)) == 4

    @pytest.mark.django_db(transaction=True)
    def test_tells_of_what_began_before_and_ended_after_the_newest(self):
        body = OrganizationFactory()
        tell(body.pk)
        with another_connection() as other:
            other.set_autocommit(False)
            tell(OrganizationFactory.build().pk, using=other)
            tell(body.pk)
            between = pulse()
            other.commit()

        assert pulse() != between

    @pytest.mark.django_db(transaction=True)
    def test_stays_while_others_write_what_is_not_told(self):
        tell(OrganizationFactory().pk)
        before = pulse()
        with another_connection() as other:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
            during = pulse()
            other.commit()

        assert before == during == pulse()


class TestAListThatStopsCounting:
    @pytest.fixture
    def seven(self, monkeypatch, author):
        """Seven published agreements, of which five are looked at."""
        monkeypatch.setattr(lib.facets, "LOOKED_AT", 5)
        rows = [AgreementFactory(published=True, kind_id="other") for _ in range(7)]
        return [*reversed(rows)]

    def told(self, query: str = "") -> facets.Told:
        filters = AgreementFilter(
            QueryDict(query), queryset=Agreement.objects.visible_to(BY), on=timezone.localdate(), actor=BY
        )
        assert filters.is_valid()
        return facets.told(filters, needing=attention.Attention)

    def test_counts_in_the_newest(self, seven):
        seven[6].kind_id = "framework_agreement"
        services.store(seven[6], by=BY)
        told = self.told()

        kinds = {each.value: each for facet in told.facets if facet.name == "kind" for each in facet.options}
        assert told.total == lib.facets.Total(5, more=True)
        assert (kinds["other"].number, kinds["other"].more) == (5, True)
        assert (kinds["framework_agreement"].number, kinds["framework_agreement"].is_empty) == (0, False)
        assert {each.value for each in told.needing if not each.more} == attention.OWN

    def test_counts_all_drafts_of_ones_own(self, seven, people):
        for _ in range(4):
            AgreementFactory(registered_by=people["editor"])
        for _ in range(6):
            AgreementFactory(published=True)
        filters = AgreementFilter(
            QueryDict(""),
            queryset=Agreement.objects.visible_to(people["editor"]),
            on=timezone.localdate(),
            actor=people["editor"],
        )
        assert filters.is_valid()

        [drafts] = facets.told(filters, needing=[attention.Attention.DRAFTS]).needing
        assert (drafts.number, drafts.more) == (4, False)

    def test_counts_exactly_what_it_finds_of_less(self, seven):
        for each in seven[3:]:
            each.kind_id = "framework_agreement"
            services.store(each, by=BY)
        told = self.told("kind=framework_agreement")

        found = {each.name: each for each in told.facets}
        assert told.total == lib.facets.Total(4)
        assert not found["state"].capped
        assert found["kind"].capped  # which does not count itself
        assert told.needing[0].more  # of the whole registry

    def test_says_so_in_words(self, client, seven):
        shown = page(client, "/en/agreements/")

        assert "More than 5 agreements" in shown
        assert re.search(r'<span class="n"><bdi dir="ltr">5\+</bdi></span>', shown)
        assert "Numbers with a plus" in shown

    def test_says_nothing_of_it_where_it_counted_all(self, client, seven, monkeypatch):
        monkeypatch.setattr(lib.facets, "LOOKED_AT", 7)
        shown = page(client, "/en/agreements/")

        assert ">7 agreements<" in shown
        assert "Numbers with a plus" not in shown


class TestALine:
    @pytest.mark.parametrize("seed", [0, 1])
    def test_tells_what_the_rows_of_an_export_tell(self, people, seed):
        history = History(seed, people)
        actor, on = people["editor"], timezone.localdate()
        for step in range(STEPS):
            history.step()
            if step == STEPS // 2:
                desk.set_follow_up(agreement_id=history.agreement.pk, on=on, note="Ask.", by=actor)
            rows = Agreement.objects.visible_to(actor).order_by("number")
            exported = listing.rows(listing.listed(rows, on=on, actor=actor), on=on)
            shown = lines.lines(
                list(lines.listed(rows, on=on, columns=COLUMNS)), on=on, actor=actor, columns=COLUMNS
            )
            assert len(shown) == len(exported)
            for line, row in zip(shown, exported, strict=True):
                assert line.agreement == row.agreement
                assert line.agreement.amended == row.agreement.amended
                assert line.state == row.state
                assert [letter for letter, _name in line.parties] == [each.letter for each in row.parties]
                assert [name for _letter, name in line.parties] == [
                    each.organization.label for each in row.parties
                ]
                assert (line.sides, line.tally, line.next) == (row.sides, row.tally, row.next)
                assert line.commitments == row.commitments
                assert line.open_questions == row.open_questions

    def test_has_nothing_that_no_column_shows(self, both, django_assert_num_queries):
        rows = list(
            lines.listed(
                Agreement.objects.visible_to(Anonymous()), on=timezone.localdate(), columns=["signed"]
            )
        )

        with django_assert_num_queries(0):
            [line, *_] = lines.lines(rows, on=timezone.localdate(), actor=Anonymous(), columns=["signed"])
        assert (line.parties, line.next, line.state) == ([], None, None)


@pytest.mark.parametrize("seed", range(3))
def test_an_agreement_has_ended_as_its_legal_state_says_and_expires_as_the_list_of_ends(people, seed):
    history = History(seed, people)
    everything = Agreement.objects.all()
    for step in range(STEPS):
        history.step()
        if step % 3:
            continue
        for offset in range(-400, 1200, 100):
            on = timezone.localdate() + timedelta(days=offset)
            ended = with_legal_state(everything, on=on).filter(legal_state=LegalState.ENDED)
            assert {*everything.filter(has_ended(on))} == {*ended}
            expiring = everything.filter(attention.expiring(on, days=300))
            assert {*expiring} == {*attention.ending(everything, on=on, days=300)}


def test_counting_is_one_statement(both, django_assert_num_queries):
    filters = AgreementFilter(
        QueryDict("kind=other&signed_from=2012"),
        queryset=Agreement.objects.visible_to(BY),
        on=timezone.localdate(),
        actor=BY,
    )
    assert filters.is_valid()
    with django_assert_num_queries(1):
        facets.told(filters, needing=attention.Attention)
