"""The first two doors: the pages people read, and the administration."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation

from activities.models import EvidenceFile, Participation
from agreements.models import AgreementLink, Citation, Signatory
from agreements.views import listing
from audit import trail
from audit.models import AuditEvent
from organizations import services as organization_services
from organizations.models import Alias, DistinctPair, DistinctPeople, ExternalIdentifier, Organization, Person
from tests.agreements.conftest import BY
from tests.factories import (
    PASSWORD,
    ActivityFactory,
    AgreementFactory,
    AliasFactory,
    ApiTokenFactory,
    CitationFactory,
    CommitmentFactory,
    FulfilmentFactory,
    LifecycleEventFactory,
    OfficeFactory,
    OrganizationFactory,
    PersonFactory,
    ProgressViewFactory,
    SourceFactory,
    UserFactory,
    on,
)

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr", "ar"]
NOWHERE = "01a20112-1689-7668-b714-b379051c1298"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-->{{ 7|add:7 }}<svg/onload=alert(1)>",
]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Addresses are made in the language of the thread, which the last request of any test has left behind."""
    with translation.override("en"):
        yield


def read(client, address: str, status: int = 200) -> str:
    """The page at `address`, which answers `status`."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def words(html: str) -> str:
    """What a page says, without its marks, every space once."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def all_of(html: str, pattern: str) -> list[str]:
    """What each match of `pattern` holds, as a reader sees it."""
    return [words(found) for found in re.findall(pattern, html, re.DOTALL)]


def section(html: str, name: str) -> str:
    """The section of a sheet with this id."""
    return re.search(rf'<section[^>]* id="{name}".*?</section>', html, re.DOTALL).group()


def titles(html: str) -> list[str]:
    """The titles of a list of agreements, in order."""
    return all_of(html, r'<a class="ttl"[^>]*>(.*?)</a>')


def address_of(html: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]*)"', html)
    return unescape(found.group(1)) if found else None


def commitments(html: str) -> dict[str, str]:
    """The markup of each commitment of a sheet by its label; a label that comes twice is a fault."""
    _before, *parts = re.split(r'<li class="com" id="([^"]+)">', section(html, "commitments"))
    labels = parts[0::2]
    assert len(labels) == len(set(labels))
    return dict(zip(labels, parts[1::2], strict=True))


@pytest.mark.usefixtures("entered")
class TestList:
    @pytest.mark.parametrize(
        ("language", "direction", "names"),
        [
            ("en", "ltr", ["Aman", "Bayti", "Al Amal"]),
            ("fr", "ltr", ["Aman", "Bayti", "Al Amal"]),
            ("ar", "rtl", ["أمان", "بيتي"]),
        ],
    )
    def test_shows_the_parties_in_the_language_of_the_address(self, client, both, language, direction, names):
        html = read(client, f"/{language}/agreements/")

        assert f'<html lang="{language}" dir="{direction}">' in html
        assert [getattr(each, f"title_{language}") for each in reversed(both)] == titles(html)
        for name in names:
            assert any(name in each for each in all_of(html, r'<span class="party">(.*?)</td>'))

    def test_has_a_search_box_and_says_how_many_there_are(self, client, both):
        html = read(client, "/en/agreements/")

        assert re.search(r'<input[^>]* id="q" name="q" type="search"', html)
        assert "2 agreements" in all_of(html, r'<p [^>]*id="count"[^>]*>(.*?)</p>')

    @pytest.mark.parametrize(
        "asked",
        ["enfance", "ENFANCE", "Bayti", "بيتي", "awareness", "join+hands", "MQ-0001", "campaigns%20to"],
    )
    def test_finds_by_words_of_title_party_commitment_and_source(self, client, both, asked):
        code = both[0].code
        html = read(client, f"/en/agreements/?q={asked.replace('MQ-0001', code)}")

        assert titles(html) == ([both[0].title_en] if asked != "join+hands" else [])

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("signed=unknown", [1, 0]),
            ("signed_from=2012&signed_to=2012", []),
            ("signed_from=2012", []),
            ("kind=cooperation_agreement", [0]),
            ("state=term_not_stated", [1, 0]),
            ("state=in_force", []),
            ("open_question=true", [1, 0]),
            ("theme=child_protection", [0]),
            ("kind=cooperation_agreement&kind=partnership_agreement", [1, 0]),
            ("q=Bayti&state=term_not_stated&signed=unknown", [0]),
        ],
    )
    def test_filters(self, client, both, query, expected):
        assert titles(read(client, f"/en/agreements/?{query}")) == [both[each].title_en for each in expected]

    def test_tells_a_possible_day_of_signature_from_a_certain_one(self, client):
        agreement = AgreementFactory(published=True, signed=on(2012, 5, 18))
        month = AgreementFactory(
            published=True,
            signed_range="[2012-05-01,2012-06-01)",
            signed_basis="stated",
            signed_text="May 2012",
        )

        asked = "/en/agreements/?signed_from=2012-05-10&signed_to=2012-05-20"
        assert titles(read(client, asked)) == [month.title_en, agreement.title_en]
        assert titles(read(client, f"{asked}&signed_match=certain")) == [agreement.title_en]

    def test_filters_by_a_party(self, client, both):
        bayti = Organization.objects.get(slug="bayti")

        assert titles(read(client, f"/en/agreements/?party={bayti.pk}")) == [both[0].title_en]

    @pytest.mark.parametrize("name", ["signed_from", "signed_to"])
    def test_a_day_it_cannot_read_is_an_error_at_its_field_and_stays_typed(self, client, both, name):
        html = read(client, f"/en/agreements/?{name}=18/05/2012&q=Bayti&kind=cooperation_agreement")

        field = re.search(rf'<div class="f bad"><label for="id_{name}">.*?</div>', html, re.DOTALL).group()
        assert "Write a year, a month or a day" in words(field)
        assert 'value="18/05/2012"' in field
        assert 'aria-invalid="true"' in field
        told = re.search(r'<p class="err" id="([^"]+)"', field).group(1)
        assert told in re.search(r'aria-describedby="([^"]*)"', field).group(1).split()
        assert re.search(r'<input[^>]* id="q"[^>]* value="Bayti"', html)
        assert re.search(r'value="cooperation_agreement"[^>]* checked', html)
        assert titles(html) == []

    def test_a_last_day_before_the_first_is_an_error(self, client, both):
        html = read(client, "/en/agreements/?signed_from=2013&signed_to=2012")

        assert "The last day comes after the first." in words(html)

    @pytest.mark.parametrize(
        "query",
        ["kind=treaty", "party=nobody", f"party={NOWHERE}", "q=%00", "signed=perhaps", "state=expired"],
    )
    def test_what_it_does_not_know_is_told_and_not_a_crash(self, client, both, query):
        html = read(client, f"/en/agreements/?{query}")

        assert 'role="alert"' in html
        assert titles(html) == []

    @pytest.mark.parametrize("cursor", ["made-up", "WzAsICJ4Il0", "WzAsIDk5OTk5OTk5OTk5XQ", "%00", "[" * 900])
    @pytest.mark.parametrize("page", ["agreements", "organizations", "activities"])
    def test_a_cursor_that_is_not_ours_is_a_page_that_is_not_there(self, client, both, page, cursor):
        read(client, f"/en/{page}/?cursor={cursor}", status=404)

    def test_says_so_when_nothing_matches_and_offers_the_way_back(self, client, both):
        html = read(client, "/en/agreements/?q=zebra")

        assert "No agreement matches" in words(html)
        assert "Clear all" in all_of(html, r'<a class="btn" href="/en/agreements/">(.*?)</a>')

    def test_each_filter_in_force_is_a_chip_that_takes_it_away(self, client, both):
        asked = {
            "q": ["Bayti"],
            "kind": ["cooperation_agreement", "partnership_agreement"],
            "signed": ["unknown"],
        }
        query = "&".join(f"{name}={each}" for name, values in asked.items() for each in values)
        html = read(client, f"/en/agreements/?{query}")

        chips = re.findall(r'<a class="chip on" href="\?([^"]*)">(.*?)</a>', html, re.DOTALL)
        without = [parse_qs(unescape(address)) for address, _text in chips]
        assert without == [
            {name: kept for name, kept in rest.items() if kept}
            for rest in (
                asked | {"q": []},
                asked | {"kind": ["partnership_agreement"]},
                asked | {"kind": ["cooperation_agreement"]},
                asked | {"signed": []},
            )
        ]
        assert "cooperation agreement" in words(chips[1][1]).lower()


class TestListWithoutSamples:
    def test_pages_by_key_forth_and_back_and_keeps_the_filter(self, client, monkeypatch):
        monkeypatch.setattr(listing, "SIZES", (2,))
        made = AgreementFactory.create_batch(5, published=True, parties=OrganizationFactory.create_batch(2))
        expected = [each.title_en for each in reversed(made)]

        pages, address = [], "/en/agreements/?kind=cooperation_agreement"
        while address:
            html = read(client, address)
            pages.append(titles(html))
            following = address_of(html, "next")
            assert following is None or "kind=cooperation_agreement" in following
            address = following and f"/en/agreements/{following}"

        assert pages == [expected[:2], expected[2:4], expected[4:]]
        before = address_of(html, "prev")
        assert titles(read(client, f"/en/agreements/{before}")) == expected[2:4]
        assert address_of(read(client, "/en/agreements/"), "prev") is None

    def test_says_so_when_there_is_nothing(self, client):
        assert "No agreement yet" in words(read(client, "/en/agreements/"))

    def test_hides_drafts_and_restricted_records_from_whoever_may_not_read_them(self, client, people):
        hidden = [
            AgreementFactory(),
            AgreementFactory(in_review=True),
            AgreementFactory(withdrawn=True),
            AgreementFactory(published=True, confidentiality="restricted"),
        ]
        partners = AgreementFactory(published=True, confidentiality="partners")
        public = AgreementFactory(published=True)

        assert titles(read(client, "/en/agreements/")) == [public.title_en]
        for each in (*hidden, partners):
            read(client, each.get_absolute_url(), status=404)

        client.force_login(people["reader"])
        assert titles(read(client, "/en/agreements/")) == [public.title_en, partners.title_en]

        client.force_login(people["editor"])
        everything = [*hidden, partners, public]
        html = read(client, "/en/agreements/")
        assert titles(html) == [each.title_en for each in reversed(everything)]
        assert {"Draft", "In review", "Withdrawn"} <= set(all_of(html, r'<span class="st due">(.*?)</span>'))


@pytest.fixture
def sheets(client, both) -> dict[str, str]:
    """The two sheets in English as a stranger reads them."""
    return {
        name: read(client, each.get_absolute_url()) for name, each in zip(("aman", "amal"), both, strict=True)
    }


@pytest.mark.usefixtures("entered")
class TestSheet:
    @pytest.mark.parametrize(
        ("name", "labels"),
        [("aman", ["J1", "J2", "J3", "J4", "J5"]), ("amal", ["A1", "A2", "B1", "B2", "B3"])],
    )
    def test_labels_each_commitment_once(self, sheets, name, labels):
        assert sorted(commitments(sheets[name])) == labels
        assert 'Commitments <span class="cnt">5</span>' in sheets[name]

    def test_counts_a_joint_commitment_once(self, sheets):
        ledger = section(sheets["aman"], "commitments")

        assert "5 joint commitments, each counted once" in words(ledger)
        assert words(ledger).count("No commitment of its own in the source") == 2
        assert words(ledger).count("Hold common activities for children") == 1
        assert "0 of 5 commitments" in words(sheets["aman"])
        assert "The source states no joint commitment" in words(sheets["amal"])

    def test_shows_the_words_of_the_source_under_each_commitment(self, sheets, both):
        for name, agreement in zip(("aman", "amal"), both, strict=True):
            shown = list(commitments(sheets[name]).values())
            for commitment in agreement.commitments.all():
                (html,) = (each for each in shown if commitment.text_en in words(each))
                assert sorted(all_of(html, "<mark>(.*?)</mark>")) == sorted(
                    " ".join(each.quote.split()) for each in commitment.citations.all()
                )

    def test_every_proof_leads_to_its_quote(self, client, sheets):
        for html in sheets.values():
            addresses = set(re.findall(r'<a class="prov" href="([^"]+)"', html))
            assert len(addresses) > 10
            for address in addresses:
                cite = parse_qs(urlsplit(address).query)["cite"][0]
                assert urlsplit(address).fragment == f"c-{cite}"
                assert f'id="c-{cite}"' in read(client, address)

    def test_says_what_the_source_does_not(self, sheets):
        for html in sheets.values():
            assert {
                "Calendar date of signature",
                "Entry into force",
                "Duration or end date",
                "Renewal",
                "Names of the signatories",
                "Reference number",
                "Amounts",
            } <= set(all_of(section(html, "gaps"), "<li>(.*?)</li>"))
            assert "no deadline in the source" in words(html)
            assert "The source does not name the signatories." in words(html)

    def test_says_that_nobody_is_named_as_speaker(self, sheets):
        assert words(section(sheets["aman"], "statements")).count("speaker not stated") == 1
        assert "speaker not stated" not in words(section(sheets["amal"], "statements"))

    @pytest.mark.parametrize("name", ["aman", "amal"])
    def test_an_open_question_is_readable_with_every_way_to_read_it(self, sheets, both, name):
        agreement = both[("aman", "amal").index(name)]
        told = words(section(sheets[name], "questions"))

        assert agreement.questions.count() == 2
        for question in agreement.questions.all():
            assert question.text_en in told
            assert question.readings.count() == 2
            for reading in question.readings.all():
                assert reading.text_en in told

    def test_never_calls_an_agreement_in_force_or_expired_when_its_term_is_not_stated(self, client, sheets):
        for html in (*sheets.values(), read(client, "/en/agreements/?columns=state")):
            states = all_of(html, r'<span class="st [^"]*">(.*?)</span>')
            assert "Signed; term not stated" in states
            for state in states:
                assert not re.search(r"\b(in force|expired|active|ended)\b", state, re.IGNORECASE)
            assert not re.search(r"\b(expired|active)\b", words(html), re.IGNORECASE)

    def test_keeps_a_day_without_a_calendar_in_the_words_of_the_source(self, sheets):
        assert "“yesterday”" in words(sheets["aman"])
        assert "relative to a date that is not given" in words(sheets["aman"])

    def test_names_the_parties_and_not_their_parents(self, sheets):
        assert all_of(sheets["aman"], r'<div class="side [^"]*"[^>]*>.*?<a [^>]*>(.*?)</a>') == [
            "Center for Protection and Social Reintegration",
            "Moroccan Association for Child Protection",
        ]

    def test_tells_its_history_only_to_whoever_may_read_it(self, client, both, people):
        address = both[0].get_absolute_url()
        for told, role in ((False, None), (False, "reader"), (True, "contributor"), (True, "editor")):
            if role:
                client.force_login(people[role])
            html = read(client, address)
            assert ('id="history"' in html) is told
            assert ("Entered in the registry" in words(html)) is told

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_opens_in_every_language_with_the_words_of_the_source_in_theirs(self, client, both, language):
        direction = "rtl" if language == "ar" else "ltr"
        for agreement, source_language in zip(both, ("en", "fr"), strict=True):
            html = read(client, f"/{language}/agreements/{agreement.code}/")

            assert f'<html lang="{language}" dir="{direction}">' in html
            assert getattr(agreement, f"title_{language}") in words(html)
            for commitment in agreement.commitments.all():
                assert getattr(commitment, f"text_{language}") in words(html)
            assert f'<blockquote class="q" lang="{source_language}" dir="ltr">' in html
            assert sorted(commitments(html)) == sorted(
                commitments(read(client, f"/en/agreements/{agreement.code}/"))
            )

    @pytest.mark.parametrize(
        "code",
        [
            "MQ-9999",
            "MQ-999999999",
            "MQ-99999999999999999999",
            "MQ-",
            "MQ-x",
            "MQ--1",
            "0001",
            "MQ-1%00",
            "MQ-²",
            "'",
        ],
    )
    def test_a_number_that_is_not_there_is_a_page_that_is_not_there(self, client, both, code):
        read(client, f"/en/agreements/{code}/", status=404)

    def test_a_number_written_otherwise_leads_to_the_one_address(self, client, both):
        code = both[0].code
        for written in (code.lower(), f"MQ-{both[0].number:09d}"):
            answer = client.get(f"/fr/agreements/{written}/")
            assert (answer.status_code, answer["Location"]) == (301, f"/fr/agreements/{code}/")

    def test_a_number_written_otherwise_keeps_what_was_asked(self, client, both):
        code = both[0].code

        assert client.get(f"/fr/agreements/{code.lower()}/?a=1")["Location"] == f"/fr/agreements/{code}/?a=1"

    @pytest.mark.parametrize("side", ["agreement", "to"])
    def test_a_link_never_names_an_agreement_that_is_hidden(self, client, both, people, side):
        secret = AgreementFactory(title_en="Quite secret")
        ends = {"agreement": secret, "to": secret, side: both[0]}
        link = AgreementLink.objects.create(kind=AgreementLink.Kind.values[0], **ends)
        trail.record("test.made", link, by=BY)

        assert "Quite secret" not in read(client, both[0].get_absolute_url())
        client.force_login(people["editor"])
        assert "Quite secret" in read(client, both[0].get_absolute_url())


@pytest.mark.usefixtures("entered")
class TestSource:
    def test_every_citation_of_both_samples_opens_with_exactly_its_quote_marked(self, client, both):
        citations = list(Citation.objects.select_related("source"))

        assert len(citations) > 100
        for each in citations:
            html = read(client, f"{each.source.get_absolute_url()}?cite={each.pk}")
            marks = re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL)
            assert [unescape(mark) for mark in marks] == [each.quote]
            assert html.count(f'<mark class="cited" id="c-{each.pk}">') == 1

    def test_shows_the_whole_text_letter_by_letter(self, client, both):
        for agreement in both:
            source = agreement.source_links.get().source
            html = read(client, source.get_absolute_url())
            text = re.search(r'<div class="bd srcfull[^>]*>(.*?)</div>', html, re.DOTALL).group(1)
            assert unescape(re.sub(r"<[^>]*>", "", text)) == source.text

    def test_shows_what_is_set_aside_and_says_so(self, client, both):
        for agreement in both:
            source = agreement.source_links.get().source
            html = read(client, source.get_absolute_url())
            aside = re.findall(r'<span class="aside-text" title="([^"]+)">(.*?)</span>', html, re.DOTALL)
            assert [unescape(text) for _reason, text in aside] == [
                source.text[each.start : each.end] for each in source.noise.order_by("start")
            ]
            assert all(reason for reason, _text in aside)
            assert "prove nothing" in words(html)

    def test_a_citation_of_another_source_or_of_none_is_not_there(self, client, both):
        source, other = (each.source_links.get().source for each in both)
        for cite in (other.citations.first().pk, NOWHERE, "x", "%00"):
            read(client, f"{source.get_absolute_url()}?cite={cite}", status=404)

    def test_a_source_of_a_hidden_agreement_is_not_there(self, client, people):
        citation = CitationFactory(agreement=AgreementFactory())
        address = citation.source.get_absolute_url()

        read(client, address, status=404)
        client.force_login(people["editor"])
        read(client, f"{address}?cite={citation.pk}")

    def test_a_quote_for_a_hidden_agreement_is_not_told_with_a_source_it_shares(self, client):
        source = SourceFactory()
        shown = CitationFactory(agreement=AgreementFactory(published=True), source=source)
        hidden = CitationFactory(agreement=AgreementFactory(), source=source, start=5, end=8)

        html = read(client, source.get_absolute_url())

        assert f"c-{shown.pk}" in html
        assert f"c-{hidden.pk}" not in html
        assert hidden.agreement.code not in html
        read(client, f"{source.get_absolute_url()}?cite={hidden.pk}", status=404)

    def test_a_source_that_is_not_there_is_not_there(self, client, both):
        read(client, f"/en/sources/{NOWHERE}/", status=404)
        read(client, "/en/sources/1/", status=404)


@pytest.mark.usefixtures("entered")
class TestOrganizations:
    def test_lists_them_with_their_parent(self, client, both):
        html = read(client, "/en/organizations/")

        assert len(titles(html)) == Organization.objects.count() == 6
        assert "Operated by Qatar Foundation for Social Work" in words(html)

    @pytest.mark.parametrize("asked", ["Aman", "aman centre", "أمان", "réinsertion", "REINSERTION"])
    def test_finds_by_any_name_in_any_script(self, client, both, asked):
        html = read(client, f"/en/organizations/?q={asked}")

        assert titles(html) == ["Center for Protection and Social Reintegration"]
        assert f'value="{asked}"' in html

    def test_says_so_when_none_matches(self, client, both):
        assert "No organization matches" in words(read(client, "/en/organizations/?q=zebra"))

    def test_shows_its_other_names_its_parent_and_its_agreements(self, client, both):
        html = read(client, "/en/organizations/aman/")

        assert re.search(r'<h2 id="h-names">.*?Aman centre', html, re.DOTALL)
        assert re.search(r'<h2 id="h-family">.*?Qatar Foundation for Social Work', html, re.DOTALL)
        assert titles(html) == [both[0].title_en]
        assert re.search(r"Gives</dt><dd>5 commitments", html)
        assert "مركز الحماية والتأهيل الاجتماعي" in html

    def test_a_parent_is_no_party(self, client, both):
        html = read(client, "/en/organizations/qatar-foundation-for-social-work/")

        assert "It is party to no agreement you may read." in words(html)
        assert re.search(r"Agreements</dt><dd>0<", html)
        assert re.search(r"Gives</dt><dd>0 commitments", html)
        assert "Aman" in words(re.search(r'<h2 id="h-family">.*?</section>', html, re.DOTALL).group())

    def test_does_not_count_agreements_that_are_hidden(self, client, people):
        party = OrganizationFactory()
        AgreementFactory(parties=[party, OrganizationFactory()], title_en="Quite secret")

        html = read(client, party.get_absolute_url())

        assert "Quite secret" not in html
        assert re.search(r"Agreements</dt><dd>0<", html)

    def test_one_that_was_merged_leads_to_the_other(self, client):
        kept = OrganizationFactory()
        merged = OrganizationFactory(merged_into=kept)

        answer = client.get(merged.get_absolute_url())

        told = f"{kept.get_absolute_url()}?formerly={merged.slug}"
        assert (answer.status_code, answer["Location"]) == (301, told)

    def test_one_that_is_not_there_is_not_there(self, client, both):
        read(client, "/en/organizations/nobody/", status=404)


@pytest.mark.usefixtures("entered")
class TestActivities:
    def test_lists_what_counts_toward_an_agreement_with_its_organizer(self, client, both):
        activity = ActivityFactory(
            was_held=True,
            title_en="A day for children",
            place="Meknes",
            organizers=[both[0].parties.first().organization],
        )
        FulfilmentFactory(activity=activity, commitment=both[0].commitments.first())
        ActivityFactory(title_en="Counts towards nothing")

        html = read(client, "/en/activities/")

        assert all_of(html, r'<a class="what"[^>]*>(.*?)</a>') == ["A day for children"]
        for told in ("Aman", "Meknes", both[0].code, "18 May 2024", "Held"):
            assert told in words(html)
        assert "A day for children" in read(client, "/en/activities/?status=held")
        assert "A day for children" not in read(client, "/en/activities/?status=planned")
        read(client, "/en/activities/?status=odd")

    def test_stands_on_the_sheet_and_moves_the_commitment(self, client, both):
        activity = ActivityFactory(was_held=True, title_en="A day for children")
        FulfilmentFactory(activity=activity, commitment=both[0].commitments.get(number=1))

        html = read(client, both[0].get_absolute_url())

        assert "A day for children" in section(html, "activities")
        assert "1 activity" in words(commitments(html)["J1"])

    def test_says_so_when_there_is_none(self, client, both):
        assert "No activity yet" in words(read(client, "/en/activities/"))


@pytest.fixture
def pages(both) -> list[str]:
    """The address of each page a stranger may read, after the language."""
    citation = Citation.objects.first()
    return [
        "agreements/",
        *(f"agreements/{each.code}/" for each in both),
        f"sources/{citation.source_id}/?cite={citation.pk}",
        "organizations/",
        "organizations/aman/",
        "people/",
        f"people/{Person.objects.first().pk}/",
        "activities/",
        "account/login/",
    ]


@pytest.mark.usefixtures("entered")
class TestEveryPage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_speaks_the_language_of_its_address_and_offers_the_others(self, client, pages, language):
        direction = "rtl" if language == "ar" else "ltr"
        for page in pages:
            html = read(client, f"/{language}/{page}")
            assert f'<html lang="{language}" dir="{direction}">' in html
            assert len(re.findall(r"<h1[ >]", html)) == 1
            for other in LANGUAGES:
                assert f'href="/{other}/{page}"' in unescape(html)

    def test_the_first_address_leads_home_in_the_language_of_the_browser(self, client, both):
        for language in LANGUAGES:
            answer = client.get("/", headers={"Accept-Language": language}, follow=True)
            assert answer.redirect_chain[-1][0] == f"/{language}/"

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_an_address_that_leads_nowhere_answers_404_in_its_language(self, client, db, language):
        html = read(client, f"/{language}/nowhere/?q=x", status=404)

        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
        assert f'action="/{language}/agreements/"' in html
        for other in LANGUAGES:
            assert f'href="/{other}/nowhere/?q=x"' in html

    def test_a_stranger_signs_in_first_where_public_reading_is_off(self, client, pages, people, settings):
        settings.PUBLIC_READING = False
        open_pages = [page for page in pages if not page.startswith("account/")]
        for page in open_pages:
            answer = client.get(f"/fr/{page}")
            assert answer.status_code == 302
            asked = urlsplit(answer["Location"])
            assert asked.path == "/fr/account/login/"
            assert parse_qs(asked.query)["next"] == [f"/fr/{page}"]

        client.force_login(people["reader"])
        for page in open_pages:
            read(client, f"/fr/{page}")

    def test_only_reading_is_done_on_them(self, client, pages):
        for page in pages[:-1]:
            assert client.post(f"/en/{page}").status_code == 405

    def test_none_lets_in_a_script_style_or_frame_of_others(self, client, pages, people):
        client.force_login(people["administrator"])
        organization = Organization.objects.first()
        addresses = [
            *(f"/en/{page}" for page in pages),
            "/en/nowhere/",
            "/en/account/2fa/",
            "/en/account/2fa/totp/activate/",
            "/en/admin/",
            "/en/admin/organizations/organization/",
            f"/en/admin/organizations/organization/{organization.pk}/change/",
            "/en/admin/agreements/agreement/add/",
            "/api/v1/agreements",
            "/healthz",
        ]
        for address in addresses:
            answer = client.get(address)
            header = answer["Content-Security-Policy"]
            policy = {
                name: rest for name, *rest in (each.split() for each in header.split(";") if each.strip())
            }
            assert policy["default-src"] == ["'none'"], address
            for name in ("script-src", "style-src", "form-action"):
                assert policy[name] == ["'self'"], address
            for name in ("base-uri", "frame-ancestors"):
                assert policy[name] == ["'none'"], address
            assert not re.search(r"unsafe|\*|data:|https?:", header), address
            assert answer["X-Frame-Options"] == "DENY", address
            assert answer["X-Content-Type-Options"] == "nosniff", address
            assert answer["Referrer-Policy"] == "same-origin", address
            assert not re.search(
                r"<script(?![^>]* src=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son[a-z]+=",
                answer.content.decode(),
            ), address


class TestHostileText:
    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_is_shown_and_never_run(self, client, people, hostile):
        party = OrganizationFactory(slug="hostile", name_en=hostile, short_name_en=hostile, city=hostile)
        AliasFactory(organization=party, name=hostile)
        office = OfficeFactory(person=PersonFactory(name_en=hostile), organization=party, title_en=hostile)
        agreement = AgreementFactory(
            published=True,
            title_en=hostile,
            place_of_signature=hostile,
            occasion_en=hostile,
            signed_text=hostile,
            signed_basis="relative",
            parties=[party, OrganizationFactory(name_en=hostile)],
        )
        commitment = CommitmentFactory(
            agreement=agreement, text_en=hostile, purpose_en=hostile, place=hostile
        )
        source = SourceFactory(title=hostile, byline=hostile, text=f"{hostile} {hostile} end")
        citation = CitationFactory(
            commitment=commitment, source=source, end=len(hostile), quote=hostile, note=hostile
        )
        CitationFactory(
            agreement=agreement, office=office, of_agreement=None, source=source, quote=hostile[:4]
        )
        activity = ActivityFactory(was_held=True, title_en=hostile, place=hostile, organizers=[party])
        FulfilmentFactory(activity=activity, commitment=commitment)
        ProgressViewFactory(commitment=commitment, note=hostile)
        client.force_login(people["administrator"])

        for address in (
            "/en/agreements/",
            agreement.get_absolute_url(),
            source.get_absolute_url(),
            f"{source.get_absolute_url()}?cite={citation.pk}",
            "/en/organizations/",
            party.get_absolute_url(),
            "/en/people/",
            reverse("person", args=[office.person_id]),
            "/en/activities/",
            "/en/admin/organizations/organization/",
            reverse("admin:organizations_organization_change", args=[party.pk]),
            "/en/admin/organizations/alias/",
            "/en/admin/agreements/commitment/",
        ):
            html = read(client, address)
            assert hostile not in html, address
            assert hostile in unescape(html), address

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_in_an_address_is_shown_and_never_run(self, client, both, hostile):
        for address in (
            "/en/agreements/?q={}",
            "/en/agreements/?signed_from={}",
            "/en/agreements/?kind={}",
            "/en/organizations/?q={}",
            "/en/activities/?status={}",
            "/en/nowhere/?{}",
            "/en/account/login/?next={}",
        ):
            assert hostile not in client.get(address.format(hostile)).content.decode(), address


@pytest.fixture
def one_of_each(both, people) -> dict[type[Model], Model]:
    """A record of every table that has an administration of our own."""
    parties = list(both[0].parties.all())
    organization_services.merge(
        OrganizationFactory(), into=OrganizationFactory(), reason="One body.", by=people["administrator"]
    )
    named = sorted(PersonFactory.create_batch(2), key=lambda each: each.pk)
    organizations = sorted((each.organization for each in parties), key=lambda each: each.pk)
    activity = FulfilmentFactory(
        activity=ActivityFactory(was_held=True, organizers=organizations),
        commitment=both[0].commitments.first(),
    ).activity
    ProgressViewFactory(commitment=both[0].commitments.first())
    LifecycleEventFactory(agreement=both[0])
    ApiTokenFactory()
    for row in (
        ExternalIdentifier(organization=organizations[0], scheme="test", value="1"),
        DistinctPair(first=organizations[0], second=organizations[1]),
        DistinctPeople(first=named[0], second=named[1]),
        AgreementLink(agreement=both[0], to=both[1], kind=AgreementLink.Kind.values[0]),
        Signatory(party=parties[0], person=PersonFactory()),
        Participation(activity=activity, number=12),
        EvidenceFile(activity=activity, file="evidence/none", name="photo.jpg", sha256="0" * 64),
    ):
        row.save()
        trail.record("test.made", row, by=BY)
    found = {model: model._base_manager.first() for model in admin.site._registry if _is_ours(model)}
    assert all(found.values()), [model for model, row in found.items() if row is None]
    return found


def _is_ours(model: type[Model]) -> bool:
    return model._meta.app_label in {"audit", "organizations", "agreements", "activities"}


def administration(model: type[Model], what: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def as_shown(answer: HttpResponse) -> dict[str, object]:
    """What a form of the administration would send when nothing is changed on it."""
    shown = [answer.context["adminform"].form]
    for inline in answer.context["inline_admin_formsets"]:
        shown += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in shown:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                sent[field.html_name] = value
    return sent


@pytest.mark.usefixtures("entered")
class TestAdministration:
    @pytest.mark.drill
    def test_every_table_opens_for_an_administrator(self, client, one_of_each, people):
        client.force_login(people["administrator"])
        answers = {}
        for model, model_admin in admin.site._registry.items():
            asked = [administration(model, "changelist"), f"{administration(model, 'changelist')}?q=aman"]
            request = client.get(asked[0]).wsgi_request
            if model_admin.has_add_permission(request):
                asked.append(administration(model, "add"))
            if row := one_of_each.get(model):
                asked += [administration(model, "change", row.pk), administration(model, "history", row.pk)]
            answers |= {address: client.get(address).status_code for address in asked}

        assert {address: status for address, status in answers.items() if status != 200} == {}
        assert client.get("/en/admin/").status_code == 200

    @pytest.mark.parametrize("language", ["fr", "ar"])
    def test_opens_in_every_language(self, client, both, people, language):
        client.force_login(people["administrator"])

        assert f'<html lang="{language}"' in read(client, f"/{language}/admin/")
        read(client, f"/{language}/admin/agreements/agreement/{both[0].pk}/change/")

    @pytest.mark.parametrize("role", [None, "reader", "contributor", "editor", "reviewer"])
    def test_is_closed_to_everybody_else(self, client, both, people, role):
        if role:
            client.force_login(people[role])
        open_to_others = {}
        for model in admin.site._registry:
            for address in (administration(model, "changelist"), administration(model, "add")):
                answer = client.get(address)
                if answer.status_code not in {302, 403}:
                    open_to_others[address] = answer.status_code
        assert open_to_others == {}
        answer = client.get("/en/admin/", follow=True)
        assert answer.status_code == (403 if role else 200)
        assert "Site administration" not in answer.content.decode()

    def test_saving_an_organization_leaves_one_event(self, client, both, people):
        client.force_login(people["administrator"])
        organization = Organization.objects.get(slug="bayti")
        address = administration(Organization, "change", organization.pk)
        sent = as_shown(client.get(address)) | {"city": "Casablanca"}
        before = AuditEvent.objects.count()

        assert client.post(address, sent).status_code == 302

        organization.refresh_from_db()
        assert organization.city == "Casablanca"
        assert AuditEvent.objects.count() == before + 1
        event = AuditEvent.objects.latest("pk")
        assert (event.verb, event.actor_id) == ("organization.changed", people["administrator"].audit_id())
        assert event.changes == {"city": {"old": "", "new": "Casablanca"}}

    def test_saving_what_did_not_change_leaves_none(self, client, both, people):
        client.force_login(people["administrator"])
        for row in (Organization.objects.get(slug="aman"), both[0], both[0].commitments.first()):
            address = administration(type(row), "change", row.pk)
            before = AuditEvent.objects.count()
            answer = client.post(address, as_shown(client.get(address)))
            assert answer.status_code == 302, answer.context["errors"]
            assert AuditEvent.objects.count() == before

    def test_a_duplicate_alias_comes_back_with_what_was_typed(self, client, both, people):
        client.force_login(people["administrator"])
        bayti = Organization.objects.get(slug="bayti")
        before = AuditEvent.objects.count()

        own = client.post(
            administration(Alias, "add"),
            {"organization": str(bayti.pk), "name": "Bayti", "language": "fr", "kind": "former"},
        )
        address = administration(Organization, "change", bayti.pk)
        inline = as_shown(client.get(address)) | {
            "city": "Casablanca",
            "aliases-TOTAL_FORMS": 2,
            "aliases-1-organization": str(bayti.pk),
            "aliases-1-name": "Bayti",
            "aliases-1-language": "fr",
            "aliases-1-kind": "former",
        }
        with_the_record = client.post(address, inline)

        for answer in (own, with_the_record):
            assert answer.status_code == 200
            html = answer.content.decode()
            assert "errorlist" in html
            assert re.search(r'name="(aliases-1-)?name" value="Bayti"', html)
            assert re.search(r'<option value="former" selected', html)
        assert "This organization already has this other name." in words(own.content.decode())
        assert 'value="Casablanca"' in with_the_record.content.decode()
        assert AuditEvent.objects.count() == before
        assert bayti.aliases.count() == 1

    def test_the_trail_offers_no_change(self, client, both, people):
        client.force_login(people["administrator"])
        event = AuditEvent.objects.latest("pk")
        address = administration(AuditEvent, "change", event.pk)

        html = read(client, address)

        assert not re.search(r'name="_(save|continue|addanother)"|deletelink', html)
        assert client.get(administration(AuditEvent, "add")).status_code == 403
        assert client.get(administration(AuditEvent, "delete", event.pk)).status_code == 403
        assert client.post(address, {"reason": "forged"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
        client.post(administration(AuditEvent, "changelist"), action)
        event.refresh_from_db()
        assert event.reason != "forged"

    def test_a_new_agreement_is_entered_as_a_draft_with_its_parties(self, client, both, people):
        client.force_login(people["administrator"])
        parties = Organization.objects.filter(slug__in=["aman", "bayti"])
        sent = {
            "kind": "cooperation_agreement",
            "source_language": "en",
            "title_en": "A second agreement",
            "title_basis": "registry",
            "confidentiality": "public",
            "parties": [str(each.pk) for each in parties],
            "text": "Aman and Bayti signed again.",
        }

        alone = client.post("/en/admin/agreements/agreement/add/", sent | {"parties": sent["parties"][:1]})
        entered = client.post("/en/admin/agreements/agreement/add/", sent)

        assert alone.status_code == 200
        assert "Choose at least two parties." in words(alone.content.decode())
        assert entered.status_code == 302
        html = read(client, "/en/agreements/")
        assert titles(html)[0] == "A second agreement"
        client.logout()
        assert "A second agreement" not in read(client, "/en/agreements/")

    def test_a_token_is_shown_once(self, client, both, people):
        client.force_login(people["administrator"])
        sent = {
            "organization": str(Organization.objects.first().pk),
            "role": "partner_system",
            "label": "tests",
        }

        answer = client.post("/en/admin/organizations/apitoken/add/", sent, follow=True)

        assert answer.status_code == 200
        assert len(re.findall(r"mithaq_[\w-]{40,}", answer.content.decode())) == 1
        assert not re.search(r"mithaq_[\w-]{40,}", read(client, "/en/admin/organizations/apitoken/"))


class TestSigningIn:
    def test_wrong_and_unknown_are_refused_in_the_same_words(self, client, db):
        user = UserFactory()
        told = []
        for email in (user.email, "nobody@example.org"):
            answer = client.post("/en/account/login/", {"login": email, "password": "wrong"})
            assert answer.status_code == 200
            told.append(
                all_of(answer.content.decode(), r'<div class="ban bad" role="alert">(.*?)</div></div>')
            )
        assert told[0] == told[1]
        assert len(told[0]) == 1
        assert told[0][0].startswith("Email or password is not right")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_right_password_leads_back_to_the_page_that_asked(self, client, db, language):
        user = UserFactory()
        wanted = f"/{language}/agreements/?q=Bayti"

        answer = client.post(
            f"/{language}/account/login/", {"login": user.email, "password": PASSWORD, "next": wanted}
        )

        assert (answer.status_code, answer["Location"]) == (302, wanted)
        assert user.name in words(read(client, wanted))
        assert client.post(f"/{language}/account/logout/").status_code == 302
        assert user.name not in words(read(client, wanted))

    def test_it_leads_to_no_other_house(self, client, db):
        user = UserFactory()
        for elsewhere in ("https://example.org/", "//example.org", "javascript:alert(1)"):
            sent = {"login": user.email, "password": PASSWORD, "next": elsewhere}
            assert client.post("/en/account/login/", sent)["Location"] == "/en/"
            client.logout()
