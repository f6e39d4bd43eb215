"""The home page: each figure is what a count by hand finds, and leads to the list of exactly these."""

import re
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Commitment, FollowUp
from agreements.models.lifecycle import LegalState, with_legal_state
from agreements.queries import attention, home, progress, quality
from agreements.queries.attention import Attention
from agreements.queries.progress import Progress, standing
from agreements.services import desk
from lib import facets
from lib.claims import NOT_STATED, Basis, DateClaim
from organizations.models.accounts import Anonymous
from organizations.permissions import Permission
from tests.agreements.conftest import empty_registry
from tests.factories import (
    TEXT,
    ActivityFactory,
    AgreementFactory,
    CitationFactory,
    CommitmentFactory,
    Factory,
    FulfilmentFactory,
    LifecycleEventFactory,
    OrganizationFactory,
    ProgressViewFactory,
    SourceFactory,
    UserFactory,
    on,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)
DAYS = (date(2025, 9, 1), TODAY, date(2026, 3, 31))
HALF_A_YEAR_BEFORE = {
    date(2025, 9, 1): date(2025, 3, 1),
    TODAY: date(2025, 9, 1),
    date(2026, 3, 31): date(2025, 9, 30),
}
MARKER = "Whispered among the few"


class FollowUpFactory(Factory):
    class Meta:
        model = FollowUp

    on = TODAY


# A registry drawn by dice.


def claim(dice: Random) -> DateClaim:
    """Some date within two years of today, of every kind there is: exact, within a month or a year, open, unknown."""
    day = TODAY + timedelta(days=dice.randrange(-730, 730))
    near = TODAY + timedelta(days=dice.randrange(-40, 100))
    last = monthrange(day.year, day.month)[1]
    return dice.choice(
        [
            NOT_STATED,
            NOT_STATED,
            DateClaim("near", near, near, Basis.STATED),
            DateClaim("near", near, near, Basis.STATED),
            DateClaim("a day", day, day, Basis.STATED),
            DateClaim("that month", day.replace(day=1), day.replace(day=last), Basis.STATED),
            DateClaim("that year", date(day.year, 1, 1), date(day.year, 12, 31), Basis.STATED),
            DateClaim("by then", None, day, Basis.STATED),
            DateClaim("from then on", day, None, Basis.STATED),
            DateClaim("", day, day + timedelta(days=400), Basis.DERIVED, "from a letter"),
            DateClaim("a year after the launch", basis=Basis.RELATIVE),
            DateClaim("open-ended", basis=Basis.NONE),
        ]
    )


def draw(people, bodies, count: int) -> None:
    """`count` agreements of these bodies, with what they owe, what was done and said of it, and reminders."""
    dice = Random(2026)  # noqa: S311  (a draw that anybody may repeat)
    colleague = UserFactory(contributor=True, organization=bodies[0], email="colleague@tests.example")
    for number in range(count):
        state = dice.choice(["published"] * 7 + ["draft", "in_review", "withdrawn"])
        amount = dice.choice([None, 1000])
        agreement = AgreementFactory(
            parties=dice.sample(bodies, dice.choice([2, 2, 3])),
            title_en=f"Drawn {number}",
            kind_id=dice.choice(KINDS),
            editorial_state=state,
            registered_by=dice.choice([people["contributor"], people["editor"]]),
            registered_for=dice.choice([None, bodies[0]]),
            reviewed_by=people["reviewer"] if state == "published" else None,
            confidentiality=dice.choice(["public", "public", "partners", "restricted"]),
            reference=dice.choice(["", f"R-{number}"]),
            place_of_signature=dice.choice(["", "Rabat"]),
            renewal=dice.choice(Agreement.Renewal.values),
            amount=amount,
            currency="MAD" if amount else "",
            signed=claim(dice),
            effective=claim(dice),
            ends=claim(dice),
        )
        if number % 5 == 0:
            quoted = CitationFactory(agreement=agreement)
            SourceFactory(
                replaces=quoted.source, text=f"Nobody signs {number}." if number % 2 else f"So {TEXT}"
            )
        if dice.randrange(6) == 0:
            LifecycleEventFactory(agreement=agreement, kind="termination", occurred=on(2026, 2, 1))
        for _ in range(dice.choice([0, 1, 2, 3])):
            debtors = dice.sample(list(agreement.parties.all()), dice.choice([1, 1, 2]))
            _happened(dice, CommitmentFactory(agreement=agreement, debtors=debtors, due=claim(dice)))
        for _ in range(dice.choice([0, 0, 1])):
            setter = dice.choice([people["contributor"], colleague])
            FollowUpFactory(
                agreement=agreement,
                commitment=dice.choice([None, *agreement.commitments.all()]),
                organization=setter.organization,
                set_by=setter,
                on=TODAY + timedelta(days=dice.randrange(-60, 60)),
                done_at=dice.choice([None, None, timezone.now()]),
            )


def _happened(dice: Random, owed: Commitment) -> None:
    for _ in range(dice.choice([0, 0, 1, 2])):
        FulfilmentFactory(
            activity=ActivityFactory(
                status=dice.choice(["planned", "held", "held", "cancelled"]), held=claim(dice)
            ),
            commitment=owed,
            extent=dice.choice(["part", "part", "whole"]),
        )
    if dice.randrange(4) == 0:
        ProgressViewFactory(commitment=owed, said_on=TODAY + timedelta(days=dice.randrange(-400, 40)))


KINDS = (
    "cooperation_agreement",
    "partnership_agreement",
    "framework_agreement",
    "specific_agreement",
    "other",
)


@pytest.fixture
def above(db):
    """Numbers begin above those of the two thousand that a test may add."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('agreements_number', 100000)")


@pytest.fixture
def bodies(above, people):
    """The six bodies of a registry with sixty drawn agreements."""
    bodies = OrganizationFactory.create_batch(6)
    draw(people, bodies, 60)
    return bodies


@pytest.fixture
def readers(people, bodies, settings):
    """Readers of every sort: without account, of a party, of the registry itself."""
    settings.PUBLIC_READING = True
    partner = UserFactory(contributor=True, organization=bodies[0])
    by_role = {role: people[role] for role in ("reader", "contributor", "reviewer")}
    return {"anonymous": Anonymous(), "partner": partner, **by_role}


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *arguments: TODAY)


# What is counted by hand.


class ByHand:
    """The agreements that one reader may read, on one day, looked at one by one."""

    def __init__(self, actor, day: date):
        self.actor, self.day = actor, day
        self.agreements = list(
            with_legal_state(Agreement.objects.visible_to(actor), on=day).prefetch_related(
                *(f"commitments__{each}" for each in progress.FOLLOWED),
                "commitments__debtors",
                "parties__signatories",
                "follow_ups",
            )
        )

    def needing(self, what: str) -> set:
        return {each.pk for each in self.agreements if getattr(self, what)(each)}

    def open_deadlines(self, agreement) -> list[int]:
        """Days from now to the last possible due day of what is not fulfilled."""
        if agreement.editorial_state != "published":
            return []
        return [
            (each.due.latest - self.day).days
            for each in agreement.commitments.all()
            if each.due.latest and standing(each, on=self.day).progress != Progress.FULFILLED
        ]

    def reminders(self, agreement) -> list[int]:
        if self.actor.account_id is None:
            return []
        return [
            (each.on - self.day).days
            for each in agreement.follow_ups.all()
            if each.done_at is None and each.organization_id == self.actor.organization_id
        ]

    def overdue(self, agreement) -> bool:
        return any(days < 0 for days in self.open_deadlines(agreement))

    def follow_up_passed(self, agreement) -> bool:
        return any(days < 0 for days in self.reminders(agreement))

    def coming(self, agreement) -> bool:
        return any(0 <= days <= 30 for days in self.open_deadlines(agreement) + self.reminders(agreement))

    def expiring(self, agreement) -> bool:
        last = agreement.ends.latest
        return (
            agreement.editorial_state == "published"
            and agreement.legal_state != LegalState.ENDED
            and last is not None
            and 0 <= (last - self.day).days <= 90
        )

    def silent(self, agreement) -> bool:
        since = HALF_A_YEAR_BEFORE[self.day]
        owed = agreement.commitments.all()
        if agreement.editorial_state != "published" or agreement.legal_state == LegalState.ENDED:
            return False
        if all(standing(each, on=self.day).progress == Progress.FULFILLED for each in owed):
            return False
        if agreement.signed.earliest and agreement.signed.earliest > since:
            return False
        said = [view.said_on for each in owed for view in each.progress_views.all()]
        held = [
            f.activity.held for each in owed for f in each.fulfilments.all() if f.activity.status == "held"
        ]
        return not any(since <= day <= self.day for day in said) and not any(
            claim.is_known
            and (claim.earliest or date.min) <= self.day
            and since <= (claim.latest or date.max)
            for claim in held
        )

    def lacks(self, agreement) -> list[str]:
        said = {
            "signed": agreement.signed.is_exact,
            "effective": agreement.effective.basis != Basis.NOT_STATED,
            "ends": agreement.ends.basis != Basis.NOT_STATED,
            "renewal": agreement.renewal != "not_stated",
            "signatories": any(each.signatories.all() for each in agreement.parties.all()),
            "reference": agreement.reference,
            "place": agreement.place_of_signature,
            "amount": agreement.amount is not None,
            "due": not agreement.commitments.all()
            or any(each.due.basis != Basis.NOT_STATED for each in agreement.commitments.all()),
        }
        return [name for name, is_said in said.items() if not is_said]

    def reread(self, agreement) -> bool:
        quotes = agreement.all_citations.all()
        return any(
            each.quote not in each.source.newer.text for each in quotes if hasattr(each.source, "newer")
        )

    def incomplete(self, agreement) -> bool:
        return bool(self.lacks(agreement))

    def drafts(self, agreement) -> bool:
        actor = self.actor
        own = (actor.account_id and agreement.registered_by_id == actor.account_id) or (
            actor.organization_id and agreement.registered_for_id == actor.organization_id
        )
        if not actor.may(Permission.REGISTER):
            return False
        if agreement.editorial_state == "in_review":
            return actor.may(Permission.REVIEW) and agreement.registered_by_id != actor.account_id
        return agreement.editorial_state == "draft" and bool(own)


class TestTheFiguresEqualACountByHand:
    def test_of_what_needs_attention_for_every_reader_on_several_days(self, readers):
        seen = dict.fromkeys(Attention, 0)
        for actor in readers.values():
            visible = Agreement.objects.visible_to(actor)
            for day in DAYS:
                by_hand, page = ByHand(actor, day), home.home(actor, on=day)
                for each in Attention:
                    expected = by_hand.needing(each.value)
                    condition = attention.needing(each, actor=actor, on=day)
                    assert set(visible.filter(condition).values_list("pk", flat=True)) == expected, each
                    assert page.needing[each] == len(expected)
                    seen[each] += len(expected)
                past = by_hand.needing("overdue") | by_hand.needing("follow_up_passed")
                assert page.needing["past"] == len(past)
                assert page.needing["dated"] == len(past | by_hand.needing("coming"))
        assert all(seen.values()), "the dice must have drawn something of everything"

    def test_of_deadlines_and_follow_ups_which_are_never_added_up(self, readers):
        for actor in readers.values():
            for day in DAYS:
                by_hand, page = ByHand(actor, day), home.home(actor, on=day)
                every = [
                    each for agreement in by_hand.agreements for each in by_hand.open_deadlines(agreement)
                ]
                ours = [each for agreement in by_hand.agreements for each in by_hand.reminders(agreement)]
                assert page.overdue == sum(days < 0 for days in every)
                assert page.passed == sum(days < 0 for days in ours)
                assert [row.days for row in page.past if row.claim] == sorted(
                    days for days in every if days < 0
                )[-home.PAST_ROWS :]
                assert [row.days for row in page.past if row.follow_up] == sorted(
                    days for days in ours if days < 0
                )[-home.PAST_ROWS :]
                assert [row.days for row in page.ahead] == sorted(days for days in every + ours if days >= 0)[
                    : home.AHEAD_ROWS
                ]

    def test_of_the_standing_of_every_commitment_in_sql_as_in_memory(self, bodies):
        every = Commitment.objects.prefetch_related(*progress.FOLLOWED)
        for day in DAYS:
            told = dict(
                attention.with_progress(Commitment.objects.all(), on=day).values_list("pk", "progress")
            )
            assert told == {each.pk: standing(each, on=day).progress for each in every}
            assert set(told.values()) == set(Progress)

    def test_of_what_each_body_owes_a_joint_commitment_under_each(self, readers):
        for actor in readers.values():
            by_hand = ByHand(actor, TODAY)
            owed: dict = {}
            for agreement in by_hand.agreements:
                for each in agreement.commitments.all() if agreement.editorial_state == "published" else ():
                    for party in each.debtors.all():
                        tally = owed.setdefault(party.organization_id, dict.fromkeys(Progress, 0))
                        tally[standing(each, on=TODAY).progress] += 1
            bodies = home.home(actor, on=TODAY).bodies
            assert bodies
            for body in bodies:
                assert body.tally == owed[body.organization.pk]
            still = sorted((sum(t.values()) - t[Progress.FULFILLED] for t in owed.values()), reverse=True)
            assert [body.total - body.done for body in bodies] == still[: home.BODIES]

    def test_of_years_where_a_date_over_two_years_is_in_neither(self, readers):
        for actor in readers.values():
            agreements, years = (
                ByHand(actor, TODAY).agreements,
                home.years(Agreement.objects.visible_to(actor)),
            )
            known = [each for each in agreements if each.signed.is_known]
            single = [
                each
                for each in known
                if each.signed.earliest
                and each.signed.latest
                and each.signed.earliest.year == each.signed.latest.year
            ]
            assert sum(year.total for year in years.years) == len(single)
            assert years.several == len(agreements) - len(single) - years.unknown
            assert years.unknown == sum(
                not each.signed.is_known and each.signed.basis != Basis.NONE for each in agreements
            )
            for year in years.years:
                if year.first is not None:
                    assert year.total == sum(each.signed.earliest.year == year.last for each in single)

    def test_of_the_facts_that_are_not_said(self, readers):
        for actor in readers.values():
            by_hand = ByHand(actor, TODAY)
            lacking = {each.pk: by_hand.lacks(each) for each in by_hand.agreements}
            told = quality.with_lacks(Agreement.objects.visible_to(actor))
            assert {each.pk: each.lacks for each in told} == lacking
            for gap in home.home(actor, on=TODAY).gaps:
                name = gap.query.removeprefix("lacks=")
                gone = {each.pk for each in by_hand.agreements if by_hand.reread(each)}
                expected = gone if name == "words" else {key for key, each in lacking.items() if name in each}
                assert gap.count == len(expected)

    def test_of_commitments_without_a_deadline(self, readers):
        for actor in readers.values():
            published = [
                each for each in ByHand(actor, TODAY).agreements if each.editorial_state == "published"
            ]
            assert home.home(actor, on=TODAY).undated == sum(
                each.due.basis == Basis.NOT_STATED for a in published for each in a.commitments.all()
            )


class TestInALargeRegistry:
    """More agreements than are looked at."""

    LOOKED_AT = 20

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(facets, "LOOKED_AT", self.LOOKED_AT)

    def test_figures_are_those_of_the_newest_but_for_what_is_one_s_own(self, readers):
        for actor in readers.values():
            whole, newest = ByHand(actor, TODAY), ByHand(actor, TODAY)
            newest.agreements = sorted(whole.agreements, key=lambda each: -each.number)[: self.LOOKED_AT]
            page = home.home(actor, on=TODAY)

            assert (page.agreements.number, page.agreements.more) == (self.LOOKED_AT, True)
            for each in Attention:
                counted = whole if each in attention.OWN else newest
                assert page.needing[each] == len(counted.needing(each.value)), each
            assert page.overdue == sum(
                days < 0 for each in newest.agreements for days in newest.open_deadlines(each)
            )
            assert {each.query: each.count for each in page.gaps if "words" not in each.query} == {
                f"lacks={name}": number
                for name in quality.LACKS
                if (number := sum(name in newest.lacks(each) for each in newest.agreements))
            }
            owed = sum(
                len(each.debtors.all())
                for agreement in newest.agreements
                if agreement.editorial_state == "published"
                for each in agreement.commitments.all()
            )
            assert 0 < sum(body.total for body in page.bodies) <= owed
            years = page.years
            assert sum(year.total for year in years.years) + years.several + years.unknown == self.LOOKED_AT

    def test_dates_and_ends_are_those_of_all(self, readers, monkeypatch):
        for actor in readers.values():
            capped = home.home(actor, on=TODAY)
            with monkeypatch.context() as context:
                context.setattr(facets, "LOOKED_AT", 1000)
                page = home.home(actor, on=TODAY)

            assert not page.agreements.more
            assert [each.day for each in capped.rows] == [each.day for each in page.rows]
            assert capped.ends == page.ends
            assert capped.ends_count == page.ends_count

    def test_says_so(self, client, people, bodies, today, monkeypatch):
        client.force_login(people["reviewer"])
        told = client.get("/en/").content.decode()
        monkeypatch.setattr(facets, "LOOKED_AT", Agreement.objects.visible_to(people["reviewer"]).count())
        whole = client.get("/en/").content.decode()

        for sign in (
            f"More than {self.LOOKED_AT} agreements",
            "newest agreements (20)",
            "+</bdi>",
            "All of them",
        ):
            assert sign in told
            assert sign not in whole


class TestWhatEnds:
    def test_a_renewal_moves_the_end(self, people):
        agreement = AgreementFactory(published=True, ends=on(2026, 3, 20))
        LifecycleEventFactory(
            agreement=agreement, kind="renewal", occurred=on(2026, 2, 1), ends=on(2027, 3, 20)
        )

        page = home.home(people["reader"], on=TODAY)

        assert page.needing[Attention.EXPIRING] == 0
        assert home.home(people["reader"], on=date(2027, 3, 1)).ends[0].end.latest == date(2027, 3, 20)

    def test_an_agreement_without_a_stated_start_ends_all_the_same(self, people):
        AgreementFactory(published=True, ends=on(2026, 5, 30))

        assert home.home(people["reader"], on=TODAY).needing[Attention.EXPIRING] == 1
        assert home.home(people["reader"], on=date(2026, 2, 28)).needing[Attention.EXPIRING] == 0

    def test_the_chart_shows_months_as_stretches_not_as_days(self, client, people, today):
        AgreementFactory(
            published=True,
            ends=DateClaim("May 2026", date(2026, 5, 1), date(2026, 5, 31), Basis.STATED),
        )
        client.force_login(people["reader"])

        html = client.get("/en/").content.decode()

        assert "May 2026" in html
        assert "31 May 2026" not in html.split('id="ends-title"')[1].split("</title>", 1)[1]
        assert '<line class="span' in html


class TestThePage:
    @pytest.mark.drill
    def test_leads_from_each_figure_to_the_list_of_as_many(self, client, readers, today):
        for name in ("anonymous", "partner", "reviewer"):
            actor = readers[name]
            if actor.is_authenticated:
                client.force_login(actor)
            page = home.home(actor, on=TODAY)
            figures = {f"attention={each.value}": page.needing[each] for each in Attention}
            figures |= {gap.query: gap.count for gap in page.gaps}
            figures |= {
                f"signed_from={year.first}&signed_to={year.last}": year.total + year.perhaps
                for year in page.years.years
                if year.first
            }
            figures |= {
                f"signed_to={year.last}": year.total + year.perhaps
                for year in page.years.years
                if not year.first
            }
            figures["signed=unknown"] = page.years.unknown
            figures["attention=overdue&attention=follow_up_passed"] = page.needing["past"]
            figures["attention=overdue&attention=follow_up_passed&attention=coming"] = page.needing["dated"]

            for query, figure in figures.items():
                html = client.get(f"/en/agreements/?{query}").content.decode()
                assert _total(html) == figure, (name, query)

    def test_links_only_to_lists_that_it_counted(self, client, readers, today):
        client.force_login(readers["partner"])
        page = home.home(readers["partner"], on=TODAY)
        html = client.get("/en/").content.decode()

        for each in Attention:
            link = f'/en/agreements/?attention={each.value}"' in html
            if each is not Attention.DRAFTS:
                assert link == bool(page.needing[each]), each

    def test_tells_nothing_of_an_agreement_that_is_not_the_reader_s(self, client, people, settings):
        settings.PUBLIC_READING = True
        today = timezone.localdate()
        hidden = AgreementFactory(
            published=True,
            confidentiality="restricted",
            title_en=MARKER,
            parties=[
                OrganizationFactory(name_en=f"{MARKER} one"),
                OrganizationFactory(name_en=f"{MARKER} two"),
            ],
            ends=DateClaim("soon", today, today, Basis.STATED),
        )
        CommitmentFactory(agreement=hidden, text_en=MARKER, due=DateClaim("then", today, today, Basis.STATED))
        FollowUpFactory(agreement=hidden, set_by=people["editor"], on=today, note=MARKER)
        AgreementFactory(published=True)

        for role in ("", "reader", "contributor"):
            if role:
                client.force_login(people[role])
            for address in ("/en/", "/en/agreements/quality/"):
                html = client.get(address).content.decode()
                assert MARKER not in html
                assert hidden.code not in html
        client.force_login(people["editor"])
        assert MARKER in client.get("/en/").content.decode()

    def test_keeps_reminders_to_those_whose_they_are(self, client, people, today):
        agreement = AgreementFactory(published=True)
        FollowUpFactory(
            agreement=agreement, set_by=people["editor"], on=date(2026, 2, 1), note="Ring them up"
        )
        other = UserFactory(contributor=True, organization=OrganizationFactory())

        client.force_login(people["contributor"])
        assert "Ring them up" in client.get("/en/").content.decode()
        client.force_login(other)
        html = client.get("/en/").content.decode()
        assert "Ring them up" not in html
        assert "Follow-up passed" not in html
        assert "/done/" not in html

    def test_ticks_a_passed_follow_up_off(self, client, people, today):
        agreement = AgreementFactory(published=True)
        passed = FollowUpFactory(agreement=agreement, set_by=people["editor"], on=date(2026, 2, 1))
        FollowUpFactory(agreement=agreement, set_by=people["editor"], on=date(2026, 4, 1))
        client.force_login(people["editor"])
        address = reverse("follow-up-done", args=[passed.pk])
        html = client.get("/en/").content.decode()

        assert html.count("/done/") == 1
        assert f'action="{address}"' in html
        assert client.post(address, {"next": "/en/"}).url == "/en/"
        assert "Follow-up passed" not in client.get("/en/").content.decode()

    def test_calls_deadlines_and_follow_ups_by_other_words_and_signs(self, client, people, today):
        agreement = AgreementFactory(published=True)
        owed = CommitmentFactory(agreement=agreement, due=on(2026, 2, 18))
        FollowUpFactory(agreement=agreement, commitment=owed, set_by=people["reader"], on=date(2026, 2, 28))
        client.force_login(people["reader"])

        rows = re.findall(r'<li class="owes">.*?</li>', client.get("/en/").content.decode(), re.DOTALL)

        assert "Overdue" in rows[0]
        assert "11 days late" in rows[0]
        assert "i-triangle-alert" in rows[0]
        assert "Follow-up passed" in rows[1]
        assert "1 day ago" in rows[1]
        assert "i-bell-ring" in rows[1]
        assert 'class="date late ours"' in rows[1]
        assert "late" not in rows[1].split('class="xs muted"')[1]

    def test_shows_no_day_for_a_deadline_within_a_month(self, client, people, today):
        agreement = AgreementFactory(published=True)
        CommitmentFactory(
            agreement=agreement,
            due=DateClaim("in March", date(2026, 3, 1), date(2026, 3, 31), Basis.STATED),
        )
        client.force_login(people["reader"])

        row = re.search(r'<li class="owes">.*?</li>', client.get("/en/").content.decode(), re.DOTALL)[0]

        assert '<span class="m">2026</span><span class="d">Mar</span>' in row
        assert "March 2026" in row
        assert "in 30 days at the latest" in row

    def test_offers_drafts_to_those_who_have_some_and_no_card_to_others(self, client, people):
        AgreementFactory(registered_by=people["contributor"], title_en="Half done")

        client.force_login(people["contributor"])
        assert "Half done" in client.get("/en/").content.decode()
        client.force_login(people["reader"])
        assert 'id="h-drafts"' not in client.get("/en/").content.decode()

    def test_names_who_changed_what_only_to_those_who_may_read_the_history(self, client, people, both):
        name = people["reviewer"].name

        client.force_login(people["contributor"])
        assert name in _card(client.get("/en/").content.decode(), "h-changes")
        client.force_login(people["reader"])
        html = client.get("/en/").content.decode()
        assert "Published" in _card(html, "h-changes")
        assert name not in html

    def test_greets_an_empty_registry(self, client, people):
        empty_registry()
        client.force_login(UserFactory())
        html = client.get("/en/").content.decode()

        assert "Nothing to attend to yet" in html
        assert '<svg class="ch"' not in html

    def test_says_all_clear_where_nothing_stands_open(self, client, people):
        AgreementFactory(published=True)
        client.force_login(people["reader"])
        html = client.get("/en/").content.decode()

        assert html.count("All clear") >= 4
        assert "attention=overdue" not in html

    @pytest.mark.parametrize("address", ["/en/", "/fr/", "/ar/", "/en/agreements/quality/"])
    def test_has_one_title_and_headings_in_order(self, client, bodies, people, today, address):
        client.force_login(people["reviewer"])
        levels = [int(level) for level in re.findall(r"<h([1-6])", client.get(address).content.decode())]

        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_gives_every_drawing_its_words(self, client, bodies, people, today):
        client.force_login(people["reviewer"])
        html = client.get("/en/").content.decode()
        drawings = re.findall(r'<svg class="ch".*?</svg>', html, re.DOTALL)

        assert len(drawings) == 2
        for each in drawings:
            title, words = re.search(r'aria-labelledby="(\S+) (\S+)"', each).groups()
            assert re.search(rf'<title id="{title}">[^<]+</title><desc id="{words}">[^<]+</desc>', each)
        assert html.count("As a table") == 3

    def test_is_closed_where_reading_is_not_public(self, client, settings):
        settings.PUBLIC_READING = False

        assert client.get("/en/").status_code == 302
        assert client.get("/en/agreements/quality/").status_code == 302


def test_a_month_before_the_last_day_of_a_long_month_is_the_last_of_a_short_one():
    assert attention.months_before(date(2026, 8, 31), 6) == date(2026, 2, 28)
    assert attention.months_before(date(2026, 1, 15), -11) == date(2026, 12, 15)


def test_a_reminder_is_no_change_of_its_agreement(people):
    agreement = AgreementFactory(published=True)
    desk.set_follow_up(
        agreement_id=agreement.pk, on=timezone.localdate() + timedelta(days=9), by=people["reader"]
    )
    stranger = UserFactory(contributor=True, organization=OrganizationFactory())

    def verbs(reader):
        return [change.event.verb for change in home.home(reader, on=timezone.localdate()).changes]

    assert verbs(people["contributor"]) == verbs(stranger) == ["test.made"]


def _total(html: str) -> int:
    """How many agreements the list says it holds."""
    return int(re.search(r'id="count"[^>]*>(\d+) agreement', html)[1])


def _card(html: str, heading: str) -> str:
    return html.split(f'id="{heading}"')[1].split("</section>")[0]
