"""Every row of the sheet of facts, looked up where the registry keeps it: value, quote and place.

The same rows are asked of every way in: of the dossiers that the API takes, and of what a browser enters.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from agreements.models import Agreement, Commitment, Signatory
from organizations.models import Organization, Person
from tests.seeds import facts
from tests.seeds.document import Document

UNKNOWN = {"stated": None, "earliest": None, "latest": None, "basis": "not_stated", "note": "", "edtf": None}
NOBODY = {"parties": [], "groups": []}

Check = Callable[[Document, str], None]


def kept(path: str = "", /, **members: Any) -> Check:
    """The part at `path` holds these values."""

    def check(document: Document, row: str) -> None:
        part = document.bare(document.at(path))
        assert {name: part[name] for name in members} == members

    return check


def proved(path: str = "", about: str = "", /, **members: Any) -> Check:
    """So it does, and one of its citations is the quote of the row, at the row's place in the source.

    `about` is the part of the fact that the quote proves.
    """

    def check(document: Document, row: str) -> None:
        kept(path, **members)(document, row)
        [source] = document.content["sources"]
        start, end = facts.span(row)
        assert (source["id"], start, end, facts.quote(row), about) in [
            (each["source"], each["start"], each["end"], each["quote"], each["about"])
            for each in document.at(path)["citations"]
        ]
        assert document.text[start:end] == facts.quote(row)

    return check


def each(*checks: Check) -> Check:
    def check(document: Document, row: str) -> None:
        for one in checks:
            one(document, row)

    return check


def owes(
    number: int, kind: str, debtors: list[str], parties: tuple = (), groups: tuple = (), place=""
) -> Check:
    """A commitment whole: kind, debtors, beneficiaries, place; no day, quantity or unit; its quote."""
    return proved(
        f"commitments/{number - 1}",
        number=number,
        kind=kind,
        debtors=debtors,
        joint=len(debtors) > 1,
        beneficiaries={"parties": list(parties), "groups": list(groups)},
        place=place,
        due=UNKNOWN,
        quantity=None,
        unit="",
    )


def at_commitments(*numbers: int, about: str) -> Check:
    return each(*(proved(f"commitments/{number - 1}", about) for number in numbers))


def strings(part: Any) -> Iterator[str]:
    """All the registry says in a document, but for the source's own text and for ids."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in {"text", "id", "url", "source"} or (name == "text" and "noise" not in part):
                yield from strings(value)
    elif isinstance(part, list):
        for value in part:
            yield from strings(value)
    elif isinstance(part, str) and not re.fullmatch(r"[0-9a-f-]{36}", part):
        yield part


def names_nothing(*words: str) -> Check:
    """None of the words is anywhere in the document, outside the source's own text."""

    def check(document: Document, row: str) -> None:
        said = "\n".join(strings(document.content)).casefold()
        assert not [word for word in words if word.casefold() in said]

    return check


def set_aside(reason: str, *words: str) -> Check:
    """The quote lies in a stretch set aside, and nothing was made of it."""

    def check(document: Document, row: str) -> None:
        [source] = document.content["sources"]
        start, end = facts.span(row)
        assert (start, end, reason) in [(s["start"], s["end"], s["reason"]) for s in source["noise"]]
        assert all(word in facts.quote(row) for word in words)
        names_nothing(facts.quote(row), *words)(document, row)

    return check


def counts(**numbers: int) -> Check:
    def check(document: Document, row: str) -> None:
        assert {name: len(document.content[name]) for name in numbers} == numbers

    return check


def source_title_is_of_the_source_alone(document: Document, row: str) -> None:
    [source] = document.content["sources"]
    assert source["title"] == facts.quote(row) == document.text.split("\n")[0]
    assert document.content["title_basis"] == "registry"
    assert document.content["title"] != source["title"]


def byline_is_of_the_source_alone(document: Document, row: str) -> None:
    [source] = document.content["sources"]
    start, end = facts.span(row)
    assert source["byline"] == facts.quote(row)
    assert [(s["start"], s["end"], s["reason"]) for s in source["noise"]] == [(start, end, "byline")]
    source_without = {name: value for name, value in source.items() if name not in {"byline", "text"}}
    names_nothing("Joel", "Hicks")(Document(document.content | {"sources": [source_without]}), row)


def no_day_of_publication(document: Document, row: str) -> None:
    [source] = document.content["sources"]
    assert source["published"] == UNKNOWN


def nobody_signed(document: Document, row: str) -> None:
    assert [party["signatories"] for party in document.content["parties"]] == [[], []]


def has_no_headline(document: Document, row: str) -> None:
    [source] = document.content["sources"]
    assert (source["title"], source["byline"]) == ("", "")


def bullets_are_set_aside(document: Document, row: str) -> None:
    [source] = document.content["sources"]
    bullets = [s for s in source["noise"] if s["reason"] == "bullet"]
    assert [document.text[s["start"] : s["end"]] for s in bullets] == ["-"] * 5
    assert [document.text[: s["start"]].count("\n") + 1 for s in bullets] == [1, 3, 5, 7, 9]
    assert len(source["noise"]) == 10


def no_organization_beside(*slugs: str) -> Check:
    """These organizations and no others: a class of institutions is none."""

    def check(document: Document, row: str) -> None:
        assert {each["slug"] for each in document.content["organizations"]} == set(slugs)

    return check


def relative(row: str) -> dict[str, Any]:
    return UNKNOWN | {"stated": facts.quote(row), "basis": "relative"}


def signed_as_written(document: Document, row: str) -> None:
    assert document.content["dates"]["signed"] == relative(row)
    proved("", "signed")(document, row)
    assert Agreement.objects.get(pk=document.content["id"]).signed_range is None


def reads_as_quoted(path: str, about: str = "", **members: Any) -> Check:
    """The words of the fact are the quote itself, with its original letters and apostrophes."""

    def check(document: Document, row: str) -> None:
        proved(path, about, **members)(document, row)
        assert document.own_words(document.at(path)) == facts.quote(row)

    return check


def alias(path: str, name: str = "") -> Check:
    def check(document: Document, row: str) -> None:
        proved(path, name=name or facts.quote(row), kind="as_written")(document, row)

    return check


def mandate_is_a_profile_and_no_group(document: Document, row: str) -> None:
    proved("organizations/aman", "mandate", mandates={"en": facts.value(row)})(document, row)
    assert not [group for group in document.content["groups"] if "women" in group["text"]]


def in_doubt(document: Document, fact: str) -> list[dict[str, Any]]:
    """The open questions about a fact."""
    questions = [each for each in document.content["questions"] if document.bare(each["fact"]) == fact]
    assert all(len(each["readings"]) == 2 and each["resolution"] is None for each in questions)
    return questions


def doubtful(fact: str) -> Check:
    def check(document: Document, row: str) -> None:
        assert len(in_doubt(document, fact)) == 1

    return check


def has_the_parties(*organizations: str) -> Check:
    """Exactly these are the parties."""

    def check(document: Document, row: str) -> None:
        assert [document.bare(party["organization"]) for party in document.content["parties"]] == list(
            organizations
        )

    return check


def no_record_named(*words: str) -> Check:
    """No organization or person of the whole registry has these words in its name."""

    def check(document: Document, row: str) -> None:
        names = [str(each).casefold() for model in (Organization, Person) for each in model.objects.all()]
        assert not [word for word in words if any(word.casefold() in name for name in names)]

    return check


def noise(*words: str) -> Check:
    return each(set_aside("headline", *words), no_record_named(*words))


def debtors(counted: dict[tuple[str, ...], int]) -> Check:
    """How many commitments each set of debtors owes; none has a day, quantity or unit."""

    def check(document: Document, row: str) -> None:
        commitments = [document.bare(each) for each in document.content["commitments"]]
        assert Counter(tuple(each["debtors"]) for each in commitments) == counted
        assert all(
            (each["due"], each["quantity"], each["unit"]) == (UNKNOWN, None, "") for each in commitments
        )
        assert Commitment.objects.filter(agreement=document.content["id"]).count() == len(commitments)

    return check


def parties_rest_on_what_each_undertakes(document: Document, row: str) -> None:
    proved("parties/0")(document, "B-C0a")
    proved("parties/1")(document, "B-C0b")
    assert [each["about"] for each in in_doubt(document, None)] == ["parties"]


def no_commitment_says(word: str) -> Check:
    def check(document: Document, row: str) -> None:
        assert not [
            each for each in document.content["commitments"] if word in json.dumps(each, ensure_ascii=False)
        ]

    return check


BOTH = ["A", "B"]
A_ORGANIZATIONS = no_organization_beside("aman", "bayti", "qatar-foundation-for-social-work")
B_ORGANIZATIONS = no_organization_beside("coordination-regionale", "entraide-nationale", "al-amal")
NO_TERM = each(
    kept(
        amount=None,
        reference=None,
        events=[],
        renewal={"rule": "not_stated", "texts": {}, "notice_days": None},
    ),
    kept("dates", effective=UNKNOWN, ends=UNKNOWN),
)
SIGNED = proved("", "status", legal_state="term_not_stated")


def group(row: str) -> str:
    """A target group is called by the words that name it; in what order they are kept says nothing."""
    return facts.quote(row) if facts.rows() else ""


def named(row: str) -> str:
    return f"groups/{group(row)}"


FACTS: dict[str, Check] = {
    "A-D1": source_title_is_of_the_source_alone,
    "A-D2": byline_is_of_the_source_alone,
    "A-D3": no_day_of_publication,
    "A-O1": each(
        proved(
            "organizations/aman",
            "name",
            names={"en": "Center for Protection and Social Reintegration"},
            short_names={"en": "Aman", "ar": "أمان"},
        ),
        proved("parties/0", organization="aman"),
    ),
    "A-O1b": alias("organizations/aman/aliases/0"),
    "A-O1c": proved("organizations/aman", "kind", kind="centre"),
    "A-O1d": each(
        proved(
            "organizations/aman",
            "parent",
            parent="qatar-foundation-for-social-work",
            relation="operated_by",
            country="",
        ),
        has_the_parties("aman", "bayti"),
        nobody_signed,
    ),
    "A-O1e": mandate_is_a_profile_and_no_group,
    "A-O2": each(
        proved(
            "organizations/bayti",
            "name",
            names={"en": "Moroccan Association for Child Protection"},
            short_names={"en": "Bayti", "ar": "بيتي"},
        ),
        proved("parties/1", organization="bayti"),
    ),
    "A-O2b": proved("organizations/bayti", "country", country="MA", city=""),
    "A-O2c": each(
        proved("organizations/bayti", "kind", kind="association"),
        proved(
            "organizations/bayti/profile/0", about="legal_form", texts={"en": "non-governmental, non-profit"}
        ),
    ),
    "A-O2d": proved("organizations/bayti/profile/1", about="field"),
    "A-O2e": each(
        proved("organizations/bayti/profile/2", about="experience", as_of="the article, which bears no date"),
        names_nothing("founded", "since 19", "since 20"),
    ),
    "A-O3": each(
        proved(
            "organizations/qatar-foundation-for-social-work",
            "name",
            names={"en": "Qatar Foundation for Social Work"},
            country="",
            parent=None,
        ),
        has_the_parties("aman", "bayti"),
    ),
    "A-P1": proved(
        "people/Abdulaziz al-Ishaq/offices/0",
        organization="aman",
        titles={"en": "executive director"},
        attachment="stated",
        since=UNKNOWN,
        until=UNKNOWN,
    ),
    "A-P2": proved(
        "people/Amina Lmalih/offices/0", organization="bayti", titles={"en": "director"}, attachment="stated"
    ),
    "A-P3": each(proved("", "signatories"), nobody_signed),
    "A-G1": proved("", "kind", kind="cooperation_agreement"),
    "A-G2": each(proved("", "parties"), has_the_parties("aman", "bayti")),
    "A-G3": SIGNED,
    "A-G4": signed_as_written,
    "A-G5": proved("", "themes", themes=["child_protection"]),
    "A-G6": kept(place_of_signature=""),
    "A-G7": NO_TERM,
    "A-G8": each(kept(programme=None, occasions={}), counts(programmes=0)),
    "A-B1": reads_as_quoted("objectives/0", kind="objective", groups=[]),
    "A-B2": reads_as_quoted("objectives/1", kind="objective", groups=["children"]),
    "A-B3": each(
        reads_as_quoted("objectives/2", kind="objective", groups=["regional and national partners"]),
        A_ORGANIZATIONS,
    ),
    "A-B4": each(reads_as_quoted("objectives/3", kind="guiding_principle"), counts(objectives=4)),
    "A-C0": at_commitments(1, 2, 3, 4, 5, about="debtors"),
    "A-C1": owes(1, "event", BOTH, groups=["children"]),
    "A-C2": owes(2, "awareness_campaign", BOTH),
    "A-C3": owes(3, "workshop", BOTH),
    "A-C4": owes(4, "training", BOTH),
    "A-C1p": at_commitments(1, 2, 3, 4, about="purpose"),
    "A-C5": each(owes(5, "research", BOTH), doubtful("c5"), A_ORGANIZATIONS),
    "A-Cn": debtors({("A", "B"): 5}),
    "A-S1": reads_as_quoted(
        "statements/0",
        speaker="Abdulaziz al-Ishaq",
        on_behalf_of="A",
        attribution="stated",
        manner="indirect",
    ),
    "A-S1a": reads_as_quoted(
        "advantages/0", claimed_in="s1", provider=None, beneficiaries={"parties": BOTH, "groups": []}
    ),
    "A-S1b": reads_as_quoted("advantages/1", claimed_in="s1", provider=None, beneficiaries=NOBODY),
    "A-S1c": proved(
        "groups/social protection workers",
        text="social protection workers",
        mention="statement",
        concept="social_workers",
    ),
    "A-S2": reads_as_quoted("statements/1", speaker="Amina Lmalih", attribution="stated"),
    "A-S3": reads_as_quoted("statements/2", speaker="Amina Lmalih", attribution="inferred"),
    "A-S4": each(
        reads_as_quoted("statements/3", speaker=None, attribution="not_stated", on_behalf_of=None),
        doubtful("s4"),
        counts(commitments=5),
    ),
    "B-D1": has_no_headline,
    "B-D2": no_day_of_publication,
    "B-O1": each(
        proved(
            "organizations/coordination-regionale",
            "name",
            names={"fr": "Coordination régionale de l'Entraide nationale"},
            kind="unit",
            city="",
        ),
        has_the_parties("coordination-regionale", "al-amal"),
    ),
    "B-O1b": alias("organizations/coordination-regionale/aliases/0"),
    "B-O2": each(
        proved("organizations/entraide-nationale", "name", parent=None),
        kept("organizations/coordination-regionale", parent="entraide-nationale", relation="part_of"),
        has_the_parties("coordination-regionale", "al-amal"),
    ),
    "B-O3": each(
        proved(
            "organizations/al-amal",
            "name",
            names={"fr": "Espace associatif Al Amal", "ar": "الفضاء الجمعوي الأمل"},
        ),
        kept("parties/1", organization="al-amal"),
    ),
    "B-O3b": alias("organizations/al-amal/aliases/0"),
    "B-O3c": each(
        alias("organizations/al-amal/aliases/1", "l'association"),
        proved("organizations/al-amal", "kind", kind="association"),
    ),
    "B-O3d": each(proved("organizations/al-amal/profile/0", about="members"), counts(people=2)),
    "B-O4": each(reads_as_quoted(named("B-O4"), concept="institutions"), B_ORGANIZATIONS),
    "B-O5": each(
        reads_as_quoted(named("B-O5"), concept="institutions", of_organization="coordination-regionale"),
        B_ORGANIZATIONS,
    ),
    "B-P1": each(
        proved(
            "people/Mohamed Elmansouri/offices/0",
            organization="entraide-nationale",
            titles={"fr": "coordinateur régional de l'entraide nationale"},
            attachment="stated",
        ),
        proved(
            "people/Mohamed Elmansouri/offices/1",
            organization="coordination-regionale",
            attachment="inferred",
        ),
    ),
    "B-P2": proved(
        "people/Abd Elfatah Zehrach/offices/0",
        organization="al-amal",
        titles={"fr": "président"},
        attachment="stated",
    ),
    "B-P3": nobody_signed,
    "B-G1": proved("", "kind", kind="partnership_agreement"),
    "B-G2": each(has_the_parties("coordination-regionale", "al-amal"), parties_rest_on_what_each_undertakes),
    "B-G3": SIGNED,
    "B-G4": each(
        proved("", "programme", programme="indh"),
        proved("programmes/indh", "name"),
        B_ORGANIZATIONS,
        no_record_named("INDH", "initiative"),
    ),
    "B-G5": each(
        proved("", "occasion"),
        lambda document, row: kept(occasions={"fr": facts.quote(row)})(document, row),
    ),
    "B-G6": signed_as_written,
    "B-G7": kept(place_of_signature=""),
    "B-G8": NO_TERM,
    "B-B1": reads_as_quoted("objectives/0", kind="objective", groups=[]),
    "B-B2": reads_as_quoted("objectives/1", kind="objective", groups=[group("B-T1")]),
    "B-C0a": at_commitments(1, 2, about="debtors"),
    "B-C1": owes(1, "access_to_training", ["A"], parties=["B"], groups=[group("B-T2")]),
    "B-C2": owes(2, "certification", ["A"], groups=[group("B-T3")]),
    "B-C0b": at_commitments(3, 4, 5, about="debtors"),
    "B-C3": owes(3, "human_resources", ["B"], groups=[group("B-O5")]),
    "B-C4": each(owes(4, "training", ["B"]), doubtful("c4")),
    "B-C5": owes(5, "medical_caravan", ["B"], groups=[group("B-T4")], place="Rabat"),
    "B-Cn": debtors({("A",): 2, ("B",): 3}),
    "B-L1": each(proved("commitments/4", "place", place="Rabat"), kept(place_of_signature="")),
    "B-L2": proved(named("B-T7"), "place", place=""),
    "B-A0": each(
        proved("", "advantages", more_advantages_claimed=True),
        proved("statements/1", speaker="Mohamed Elmansouri", attribution="inferred"),
    ),
    "B-A1": reads_as_quoted(
        "advantages/0",
        claimed_in="s2",
        supports="c2",
        provider=None,
        beneficiaries={"parties": [], "groups": [group("B-T5")]},
    ),
    "B-A2": each(
        reads_as_quoted(
            "advantages/1", claimed_in="s2", provider=None, beneficiaries={"parties": ["B"], "groups": []}
        ),
        no_commitment_says("douane"),
    ),
    "B-A3": reads_as_quoted(
        "advantages/2",
        claimed_in="s3",
        provider=None,
        beneficiaries={"parties": [], "groups": [group("B-T6")]},
    ),
    "B-S1": reads_as_quoted("statements/0", speaker="Mohamed Elmansouri", attribution="stated"),
    "B-S2": proved("statements/1", "speaker", speaker="Mohamed Elmansouri", attribution="inferred"),
    "B-S3": reads_as_quoted(
        "statements/2", speaker="Abd Elfatah Zehrach", on_behalf_of="B", attribution="stated"
    ),
    "B-T1": reads_as_quoted(named("B-T1"), concept="members", mention="provision", of_organization="al-amal"),
    "B-T2": reads_as_quoted(named("B-T2"), concept="staff", mention="provision", of_organization="al-amal"),
    "B-T3": reads_as_quoted(
        named("B-T3"), concept="service_users", mention="provision", of_organization="al-amal"
    ),
    "B-T4": reads_as_quoted(
        named("B-T4"),
        concept="service_users",
        mention="provision",
        of_organization="entraide-nationale",
        place="Rabat",
    ),
    "B-T5": reads_as_quoted(named("B-T5"), concept="out_of_school", mention="statement"),
    "B-T6": reads_as_quoted(named("B-T6"), concept="trainees", mention="statement"),
    "B-T7": reads_as_quoted(named("B-T7"), concept="residents", mention="statement", place=""),
    "B-N1": noise("Polisario", "Guerguerat", "octobre"),
    "B-N2": noise("Mouvement", "Sahara"),
    "B-N3": noise("Agadir", "589"),
    "B-N4": noise("OMDH", "Casablanca", "Internet"),
    "B-N5": noise("AESVT", "2020", "25 villes"),
    "B-N6": bullets_are_set_aside,
}


def _sums(**numbers: int) -> Check:
    return counts(parties=2, commitments=5, organizations=3, people=2, **numbers)


def totals(documents: dict[str, Document]) -> None:
    """The totals that the sheet expects, of each article and of the whole registry."""
    _sums(objectives=4, statements=4, programmes=0, advantages=2)(documents["A"], "")
    assert [each["speaker"] for each in documents["A"].content["statements"]].count(None) == 1
    assert len(documents["A"].content["questions"]) >= 1

    second = documents["B"]
    _sums(objectives=2, statements=3, programmes=1, advantages=3)(second, "")
    assert {each["place"] for each in second.content["commitments"]} == {"", "Rabat"}
    assert sum(s["end"] - s["start"] for s in second.content["sources"][0]["noise"]) == sum(
        map(len, second.text.split("\n")[:10])
    )

    assert Organization.objects.exclude(slug="office").count() == 6
    assert Person.objects.count() == 4
    assert Agreement.objects.count() == 2
    assert Commitment.objects.count() == 10
    assert not Agreement.objects.filter(amount__isnull=False).exists()
    assert not Agreement.objects.filter(signed_range__isnull=False).exists()
    assert not Signatory.objects.exists()
