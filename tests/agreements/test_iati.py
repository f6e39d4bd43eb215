"""Agreements in IATI 2.03: valid where they can be said, refused with the reason where they cannot."""

from collections import Counter
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from lxml import etree

from agreements.exports import iati
from agreements.models import Agreement, Commitment
from lib.claims import Basis, DateClaim
from tests.agreements.conftest import bearer
from tests.factories import (
    ActivityFactory,
    AdvantageFactory,
    AgreementFactory,
    CommitmentFactory,
    FulfilmentFactory,
    LifecycleEventFactory,
    OrganizationFactory,
    SourceFactory,
    on,
)

pytestmark = pytest.mark.django_db
CORPUS = settings.BASE_DIR.parent / "shared" / "corpora" / "iati"
REF = "MA-COA-1"
LANG = iati.XML_LANG
MONTH = DateClaim("en mai 2012", date(2012, 5, 1), date(2012, 5, 31), Basis.STATED)
NO_END = DateClaim("sans terme", basis=Basis.NONE)

# What the schema of an activity asks for, in its order (iati-activities-schema.xsd of 2.03); ours are among these.
ORDER = [
    *("iati-identifier", "reporting-org", "title", "description", "participating-org", "other-identifier"),
    *("activity-status", "activity-date", "location", "tag", "document-link", "related-activity", "result"),
]
DEMANDED = {*ORDER[:5], *ORDER[6:8]}


@pytest.fixture
def ask(client, settings):
    """Asks the API for IATI, as anybody."""
    settings.PUBLIC_READING = True
    settings.IATI_REPORTING_ORG = {"ref": REF, "type": "10", "name": "The registry office"}

    def get(path: str, **headers: str):
        return client.get(f"/api/v1/{path}", headers={"Accept": "application/xml"} | headers)

    return get


def tree(answer):
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    return etree.fromstring(b"".join(answer.streaming_content))


def agreed(**kwargs) -> Agreement:
    """A published agreement that IATI can say: its days are exact, it has no end."""
    return AgreementFactory(**{"published": True, "effective": on(2012, 5, 18), "ends": NO_END} | kwargs)


def texts(element, path: str) -> list[str]:
    return [each.text for each in element.iterfind(f"{path}/narrative")]


def reasons(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 406
    assert answer.json()["type"].endswith("/problems/not-representable")
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


class TestAnAgreement:
    def test_is_an_activity_with_all_that_is_demanded_in_its_order(self, ask):
        agreement = agreed(title_en="A title", title_fr="Un titre", title_ar="عنوان", reference="REF/1")
        first, second = agreement.parties.order_by("position")
        CommitmentFactory(agreement=agreement, debtors=[first, second], text_en="Do it", text_fr="Le faire")
        AdvantageFactory(agreement=agreement, text_en="Freedom from customs duties")

        found = tree(ask(f"agreements/{agreement.pk}")).find("iati-activity")

        names = [each.tag for each in found]
        assert names == sorted(names, key=ORDER.index)
        assert set(names) >= DEMANDED
        assert found.findtext("iati-identifier") == f"{REF}-{agreement.code}"
        assert dict(found.find("reporting-org").attrib) == {
            "ref": REF,
            "type": "10",
            "secondary-reporter": "1",
        }
        told = {each.get(LANG): each.text for each in found.iterfind("title/narrative")}
        assert told == {"en": "A title", "fr": "Un titre", "ar": "عنوان"}
        assert found.find("other-identifier").get("ref") == "REF/1"
        assert texts(found, "description[@type='4']") == ["Advantage claimed: Freedom from customs duties"]
        assert found.find("activity-status").get("code") == "2"
        owed = texts(found, "result/title")[0]
        assert owed == f"J1 · {first.organization.name_en}, {second.organization.name_en}: Do it"

    def test_names_an_organization_by_a_register_that_iati_knows(self, ask):
        known, strange, none = (OrganizationFactory() for _each in range(3))
        agreement = agreed(parties=[known, strange, none])
        known.identifiers.create(scheme="ma-cr", value="12345")
        strange.identifiers.create(scheme="our-own", value="12345")

        found = tree(ask(f"agreements/{agreement.pk}")).iter("participating-org")

        assert [each.get("ref") for each in found] == ["MA-CR-12345", None, None]

    def test_says_who_pays_and_who_carries_out(self, ask):
        payer, doer, both, witness = (OrganizationFactory() for _each in range(4))
        agreement = agreed(parties=[payer, doer, both, witness])
        parties = list(agreement.parties.order_by("position"))
        type(parties[3]).objects.filter(pk=parties[3].pk).update(role="witness")
        CommitmentFactory(agreement=agreement, kind_id="funding", debtors=[parties[0], parties[2]])
        CommitmentFactory(agreement=agreement, kind_id="training", debtors=[parties[2]])

        found = [
            (each.findtext("narrative"), each.get("role"))
            for each in tree(ask(f"agreements/{agreement.pk}")).iter("participating-org")
        ]
        assert found == [
            (payer.name_en, "1"),
            (doer.name_en, "4"),
            (both.name_en, "1"),
            (both.name_en, "4"),
        ]

    @pytest.mark.parametrize(
        ("dates", "told"),
        [
            ({}, [("2", "2012-05-18")]),
            ({"effective": on(2099, 1, 2)}, [("1", "2099-01-02")]),
            ({"ends": on(2013, 1, 2)}, [("2", "2012-05-18"), ("4", "2013-01-02")]),
            ({"ends": on(2099, 1, 2)}, [("2", "2012-05-18"), ("3", "2099-01-02")]),
            (
                {"ends": DateClaim("2013", date(2013, 1, 1), date(2013, 12, 31), Basis.STATED)},
                [("2", "2012-05-18")],
            ),
            (
                {"effective": DateClaim(), "signed": on(2011, 2, 3), "ends": on(2013, 1, 2)},
                [("2", "2011-02-03"), ("4", "2013-01-02")],
            ),
        ],
        ids=["running", "to come", "over", "with an end", "end in a year", "by its signature"],
    )
    def test_tells_exact_days_alone(self, ask, dates, told):
        agreement = agreed(**dates)

        found = tree(ask(f"agreements/{agreement.pk}")).iter("activity-date")

        assert [(each.get("type"), each.get("iso-date")) for each in found] == told

    def test_says_which_date_of_ours_a_day_is_and_in_which_words(self, ask):
        effective = DateClaim("", date(2012, 5, 18), date(2012, 5, 18), Basis.DERIVED, "From the stamp.")
        agreement = agreed(effective=effective, source_language="en")

        found = tree(ask(f"agreements/{agreement.pk}")).find("iati-activity")

        assert texts(found, "activity-date")[0] == "entry into force: From the stamp."
        assert len(texts(found, "activity-date")) == 3

    def test_that_was_terminated_ended_then(self, ask):
        agreement = agreed(ends=on(2099, 1, 2))
        LifecycleEventFactory(agreement=agreement, kind="termination", occurred=on(2015, 3, 4))

        found = tree(ask(f"agreements/{agreement.pk}"))

        assert found.find(".//activity-status").get("code") == "4"
        days = [(each.get("type"), each.get("iso-date")) for each in found.iter("activity-date")]
        assert days == [("2", "2012-05-18"), ("3", "2099-01-02"), ("4", "2015-03-04")]

    def test_points_at_others_that_are_told_too(self, ask):
        framework, untold, hidden = agreed(), agreed(effective=MONTH), agreed(confidentiality="partners")
        agreement = agreed()
        for kind, to in (("implements", framework), ("related", untold), ("related", hidden)):
            agreement.links.create(kind=kind, to=to)

        def related(each) -> list[tuple[str, str]]:
            found = tree(ask(f"agreements/{each.pk}")).iter("related-activity")
            return [(link.get("ref"), link.get("type")) for link in found]

        assert related(agreement) == [(f"{REF}-{framework.code}", "1")]
        assert related(framework) == [(f"{REF}-{agreement.code}", "2")]

    def test_links_to_its_page_and_its_sources(self, ask):
        agreement = agreed(source_language="fr")
        source = SourceFactory(kind="signed_text", url="https://example.org/accord.pdf", title="L’accord")
        agreement.source_links.create(source=source)

        found = [
            (each.get("url"), each.get("format"), each.find("category").get("code"))
            for each in tree(ask(f"agreements/{agreement.pk}")).iter("document-link")
        ]
        assert found == [
            (f"http://localhost:8000/fr/agreements/{agreement.code}/", "text/html", "A12"),
            ("https://example.org/accord.pdf", "application/pdf", "A09"),
        ]

    def test_replaces_characters_that_xml_does_not_have(self, ask):
        agreement = agreed(title_en="A\x07title")

        assert (
            texts(tree(ask(f"agreements/{agreement.pk}")).find("iati-activity"), "title")[0] == "A\ufffdtitle"
        )


class TestWhatCannotBeSaid:
    @pytest.mark.parametrize(
        ("record", "told"),
        [
            ({"effective": MONTH}, [("/dates/effective", "no_exact_day")]),
            (
                {"effective": DateClaim("yesterday", basis=Basis.RELATIVE)},
                [("/dates/effective", "no_exact_day"), ("/legal_state", "state_not_known")],
            ),
            (
                {"effective": DateClaim(), "signed": MONTH},
                [("/dates/signed", "no_exact_day"), ("/legal_state", "state_not_known")],
            ),
            ({"ends": DateClaim()}, [("/legal_state", "state_not_known")]),
            ({"effective": DateClaim(), "signed": on(2012, 5, 18)}, [("/legal_state", "state_not_known")]),
        ],
        ids=["a month", "yesterday", "signed in a month", "no term", "no entry into force"],
    )
    def test_is_refused_with_what_is_missing_and_no_day_is_invented(self, ask, record, told):
        assert reasons(ask(f"agreements/{agreed(**record).pk}")) == told

    def test_a_draft_or_what_not_everybody_may_read_is_not_told_even_to_who_may_read_it(self, ask, client):
        agreement = agreed(confidentiality="partners")
        headers = bearer(agreement.parties.first().organization, "administrator")
        draft = agreed(published=False)

        assert ask(f"agreements/{agreement.pk}").status_code == 404
        assert reasons(ask(f"agreements/{agreement.pk}", **headers)) == [("/confidentiality", "not_public")]
        assert ("/editorial_state", "not_published") in reasons(ask(f"agreements/{draft.pk}", **headers))

    @pytest.mark.parametrize("missing", ["ref", "type", "name"])
    def test_without_a_publisher_nothing_is_told(self, ask, settings, missing):
        settings.IATI_REPORTING_ORG = settings.IATI_REPORTING_ORG | {missing: ""}

        for path in (f"agreements/{agreed().pk}", "agreements"):
            assert reasons(ask(path)) == [("", "reporting_org_not_configured")]

    def test_both_articles_tell_neither_a_day_nor_a_term(self, ask, both):
        for each in both:
            assert reasons(ask(f"agreements/{each.pk}")) == [
                ("/dates/signed", "no_exact_day"),
                ("/legal_state", "state_not_known"),
            ]
        answer = ask("agreements")
        assert answer.status_code == 406
        assert answer["X-Skipped-Count"] == "2"
        assert [each["code"] for each in answer.json()["skipped"]] == [each.code for each in both]


class TestAList:
    def test_leaves_out_what_cannot_be_said_and_says_so(self, ask, both):
        told = agreed()
        hidden = agreed(confidentiality="restricted", effective=MONTH)

        answer = ask("agreements")
        assert answer["X-Skipped-Count"] == "2"
        found = tree(answer)

        assert [each.findtext("iati-identifier") for each in found.iter("iati-activity")] == [
            f"{REF}-{told.code}"
        ]
        comments = [each.text for each in found.iter(etree.Comment)]
        assert [each.split()[0] for each in comments] == [each.code for each in both]
        assert all("/dates/signed no_exact_day" in each for each in comments)
        assert not any(hidden.code in each for each in comments)

    def test_has_the_filters_of_the_list(self, ask):
        first, second = agreed(), agreed()

        found = tree(ask(f"agreements?only={second.code}"))

        assert [each.text for each in found.iter("iati-identifier")] == [f"{REF}-{second.code}"]
        assert first.code not in etree.tostring(found).decode()

    def test_tells_each_activity_once_as_a_child_of_all_its_agreements(self, ask):
        first, second, hidden = agreed(), agreed(), agreed(confidentiality="partners")
        activity = ActivityFactory(
            was_held=True, title_en="A caravan", place="Rabat", organizers=[OrganizationFactory()]
        )
        undated = ActivityFactory(title_en="Some day")
        for each in (first, second, hidden):
            commitment = CommitmentFactory(agreement=each, debtors=each.parties.all()[:1])
            FulfilmentFactory(activity=activity, commitment=commitment)
        FulfilmentFactory(activity=undated, commitment=Commitment.objects.filter(agreement=first).get())

        found = tree(ask("agreements"))

        children = found.findall("iati-activity[@hierarchy='2']")
        assert [each.findtext("iati-identifier") for each in children] == [f"{REF}-ACTIVITY-{activity.pk}"]
        (child,) = children
        assert child.find("activity-status").get("code") == "4"
        assert [(each.get("type"), each.get("iso-date")) for each in child.iter("activity-date")] == [
            ("2", "2024-05-18"),
            ("4", "2024-05-18"),
        ]
        assert [each.get("ref") for each in child.iter("related-activity")] == [
            f"{REF}-{first.code}",
            f"{REF}-{second.code}",
        ]
        assert any(str(undated.pk) in each.text for each in found.iter(etree.Comment))


class TestTheStandard:
    @pytest.fixture
    def schema(self):
        path = CORPUS / "schemas-2.03/iati-activities-schema.xsd"
        if not path.exists():
            pytest.skip("the schema of IATI 2.03 is not beside this checkout (shared/corpora)")
        return etree.XMLSchema(etree.parse(path))

    def test_every_agreement_of_the_samples_is_valid_or_refused(self, ask, schema, people):
        call_command("load_sample", agreements=60, verbosity=0)
        answer = ask("agreements")
        skipped = int(answer["X-Skipped-Count"])
        found = tree(answer)

        assert schema.validate(found), schema.error_log
        activities = found.findall("iati-activity[@hierarchy='1']")
        assert len(activities) >= 10
        assert len(activities) + skipped == iati.public(Agreement.objects.all()).count()
        assert_known_codes(found)
        for each in Agreement.objects.filter(pk__in=iati.public(Agreement.objects.all())).order_by("pk")[:12]:
            answer = ask(f"agreements/{each.pk}")
            if answer.status_code == 200:
                assert schema.validate(tree(answer)), schema.error_log
            else:
                assert reasons(answer)

    def test_what_we_map_to_is_in_its_code_lists(self, schema):
        assert set(iati.STATUS.values()) <= codes("ActivityStatus")
        assert set(iati.ORGANISATION_TYPE.values()) <= codes("OrganisationType")


def codes(name: str) -> set[str]:
    found = etree.parse(CORPUS / f"codelists-2.03/{name}.xml")
    return {each.text for each in found.iterfind(".//codelist-item/code")}


def assert_known_codes(found) -> None:
    for path, attribute, name in (
        (".//participating-org", "role", "OrganisationRole"),
        (".//participating-org[@type]", "type", "OrganisationType"),
        (".//activity-status", "code", "ActivityStatus"),
        (".//activity-date", "type", "ActivityDateType"),
        (".//description[@type]", "type", "DescriptionType"),
        (".//other-identifier", "type", "OtherIdentifierType"),
        (".//related-activity", "type", "RelatedActivityType"),
        (".//document-link/category", "code", "DocumentCategory"),
        (".//document-link/language", "code", "Language"),
        (".//result", "type", "ResultType"),
        (".//indicator", "measure", "IndicatorMeasure"),
        (".//tag", "vocabulary", "TagVocabulary"),
    ):
        used = Counter(each.get(attribute) for each in found.iterfind(path))
        assert used.keys() <= codes(name), name
