"""The dossiers of the two articles, put together from the sheet of facts."""

from typing import Any

from agreements.services.reading import doubts
from tests.seeds.facts import article, cite, noise, quote, span, value

TITLES = {
    "A": {
        "en": "Cooperation agreement between Aman and Bayti",
        "fr": "Accord de coopération entre Aman et Bayti",
        "ar": "اتفاقية تعاون بين أمان وبيتي",
    },
    "B": {
        "fr": "Convention de partenariat entre la coordination régionale de l'Entraide nationale et Al Amal",
        "en": "Partnership agreement between the regional coordination of Entraide nationale and Al Amal",
        "ar": "اتفاقية شراكة بين المنسقية الجهوية للتعاون الوطني والأمل",
    },
}


def said(row: str, language: str) -> dict[str, str]:
    """The words of the article as the text of a fact, and the sheet's English for a French one."""
    return {language: quote(row)} | ({"en": value(row)} if language == "fr" else {})


def words_of(row: str, words: str) -> dict[str, Any]:
    """The citation of some words of what the row quotes."""
    start = span(row)[0] + quote(row).index(words)
    return cite(row) | {"start": start, "end": start + len(words), "quote": words}


def fact(key: str, row: str, language: str, **members: Any) -> dict[str, Any]:
    return {"key": key, "texts": said(row, language), "citations": [cite(row)]} | members


def organization(key: str, language: str, name: str, **members: Any) -> dict[str, Any]:
    return {"key": key, "slug": key, "source_language": language, "names": {language: name}} | members


def alias(row: str, name: str, language: str, kind: str = "as_written") -> dict[str, Any]:
    return {"name": name, "language": language, "kind": kind, "citations": [cite(row)]}


def profile(row: str, about: str, language: str, **members: Any) -> dict[str, Any]:
    return {
        "about": about,
        "source_language": language,
        "texts": said(row, language),
        "citations": [cite(row)],
    } | members


def office(key: str, row: str, held_at: str, title: str, language: str, **members: Any) -> dict[str, Any]:
    return {
        "key": key,
        "organization": {"key": held_at},
        "source_language": language,
        "titles": {language: title},
        "citations": [cite(row)],
    } | members


def person(language: str, name: str, *offices: dict[str, Any]) -> dict[str, Any]:
    return {"source_language": language, "names": {language: name}, "offices": list(offices)}


def question(doubt: doubts.Doubt, **members: str) -> dict[str, Any]:
    return members | {"texts": doubt.texts, "readings": [{"texts": each} for each in doubt.readings]}


def aman_bayti() -> dict[str, Any]:
    """The first article, in English: five joint commitments, and a statement by nobody."""
    joint, purpose = cite("A-C0", "debtors"), cite("A-C1p", "purpose")

    def joint_commitment(number: int, kind: str, **members: Any) -> dict[str, Any]:
        row = f"A-C{number}"
        proof = [cite(row), joint] + ([purpose] if number < 5 else [])
        purposes = {"en": quote("A-C1p")} if number < 5 else {}
        return (
            fact(f"c{number}", row, "en", kind=kind, debtors=["A", "B"], purposes=purposes, citations=proof)
            | members
        )

    return {
        "kind": "cooperation_agreement",
        "source_language": "en",
        "titles": TITLES["A"],
        "dates": {"signed": {"stated": quote("A-G4"), "basis": "relative"}},
        "themes": ["child_protection"],
        "citations": [
            cite("A-G1", "kind"),
            cite("A-G2", "parties"),
            cite("A-G3", "status"),
            cite("A-G4", "signed"),
            cite("A-G5", "themes"),
            cite("A-P3", "signatories"),
        ],
        "sources": [
            {
                "key": "article",
                "kind": "press_article",
                "language": "en",
                "title": quote("A-D1"),
                "byline": quote("A-D2"),
                "text": article("A"),
                "noise": [noise("A-D2", "byline")],
            }
        ],
        "organizations": [
            organization(
                "aman",
                "en",
                "Center for Protection and Social Reintegration",
                short_names={"en": "Aman", "ar": "أمان"},
                kind="centre",
                parent={"key": "qatar-foundation-for-social-work"},
                relation="operated_by",
                mandates={"en": value("A-O1e")},
                aliases=[alias("A-O1b", quote("A-O1b"), "en")],
                citations=[
                    cite("A-O1", "name"),
                    cite("A-O1c", "kind"),
                    cite("A-O1d", "parent"),
                    cite("A-O1e", "mandate"),
                ],
            ),
            organization(
                "bayti",
                "en",
                "Moroccan Association for Child Protection",
                short_names={"en": "Bayti", "ar": "بيتي"},
                kind="association",
                country="MA",
                profile=[
                    profile("A-O2c", "legal_form", "en", texts={"en": "non-governmental, non-profit"}),
                    profile("A-O2d", "field", "en"),
                    profile("A-O2e", "experience", "en", as_of="the article, which bears no date"),
                ],
                citations=[
                    cite("A-O2", "name"),
                    cite("A-O2b", "country", note="Stated as an adjective."),
                    cite("A-O2c", "kind"),
                ],
            ),
            organization(
                "qatar-foundation-for-social-work",
                "en",
                "Qatar Foundation for Social Work",
                citations=[cite("A-O3", "name")],
            ),
        ],
        "people": [
            person("en", "Abdulaziz al-Ishaq", office("of-aman", "A-P1", "aman", "executive director", "en")),
            person("en", "Amina Lmalih", office("of-bayti", "A-P2", "bayti", "director", "en")),
        ],
        "groups": [
            {
                "key": "children",
                "texts": {"en": "children"},
                "concept": "children",
                "citations": [words_of("A-B2", "children")],
            },
            {
                "key": "partners",
                "texts": {"en": "regional and national partners"},
                "concept": "partners",
                "citations": [words_of("A-B3", "regional and national partners")],
            },
            {
                "key": "workers",
                "texts": {"en": value("A-S1c")},
                "concept": "social_workers",
                "mention": "statement",
                "citations": [cite("A-S1c")],
            },
        ],
        "parties": [
            {
                "key": "A",
                "organization": {"key": "aman"},
                "name_as_written": quote("A-O1"),
                "citations": [cite("A-O1")],
            },
            {
                "key": "B",
                "organization": {"key": "bayti"},
                "name_as_written": quote("A-O2"),
                "citations": [cite("A-O2")],
            },
        ],
        "objectives": [
            fact("b1", "A-B1", "en"),
            fact("b2", "A-B2", "en", groups=["children"]),
            fact("b3", "A-B3", "en", groups=["partners"]),
            fact("b4", "A-B4", "en", kind="guiding_principle", groups=["children"]),
        ],
        "commitments": [
            joint_commitment(1, "event", beneficiaries={"groups": ["children"]}),
            joint_commitment(2, "awareness_campaign"),
            joint_commitment(3, "workshop", texts={"en": "workshops"}),
            joint_commitment(4, "training"),
            joint_commitment(5, "research"),
        ],
        "statements": [
            fact("s1", "A-S1", "en", speaker="of-aman", attribution="stated", on_behalf_of="A"),
            fact("s2", "A-S2", "en", speaker="of-bayti", attribution="stated", on_behalf_of="B"),
            fact("s3", "A-S3", "en", speaker="of-bayti", attribution="inferred", on_behalf_of="B"),
            fact("s4", "A-S4", "en"),
        ],
        "advantages": [
            fact("a1", "A-S1a", "en", claimed_in="s1", beneficiaries={"parties": ["A", "B"]}),
            fact("a2", "A-S1b", "en", claimed_in="s1"),
        ],
        "questions": [
            question(doubts.ONE_OR_TWO, fact="c5"),
            question(doubts.SPEAKER, fact="s4", about="speaker"),
        ],
    }


def entraide_al_amal() -> dict[str, Any]:
    """The second article, in French: two commitments against three, and ten lines of noise."""
    text = article("B")
    bullets = [line for line, words in enumerate(text.split("\n")) if words == "-"]
    starts = [sum(len(each) + 1 for each in text.split("\n")[:line]) for line in bullets]
    coordination, al_amal = cite("B-C0a", "debtors"), cite("B-C0b", "debtors")

    def commitment(number: int, debtor: str, kind: str, **members: Any) -> dict[str, Any]:
        proof = [cite(f"B-C{number}"), coordination if debtor == "A" else al_amal]
        return (
            fact(f"c{number}", f"B-C{number}", "fr", kind=kind, debtors=[debtor], citations=proof) | members
        )

    def group(key: str, row: str, concept: str, mention: str = "provision", **members: Any) -> dict[str, Any]:
        return fact(key, row, "fr", concept=concept, mention=mention) | members

    return {
        "kind": "partnership_agreement",
        "source_language": "fr",
        "titles": TITLES["B"],
        "programme": {"key": "indh"},
        "occasions": {"fr": quote("B-G5")},
        "dates": {"signed": {"stated": quote("B-G6"), "basis": "relative"}},
        "themes": ["precariousness", "marginalization"],
        "more_advantages_claimed": True,
        "citations": [
            cite("B-G1", "kind"),
            cite("B-G3", "status"),
            cite("B-G4", "programme"),
            cite("B-G5", "occasion"),
            cite("B-G6", "signed"),
            cite("B-B1", "themes"),
            cite("B-A0", "advantages"),
        ],
        "sources": [
            {
                "key": "article",
                "kind": "press_article",
                "language": "fr",
                "text": text,
                "noise": [
                    *(noise(f"B-N{number}", "headline") for number in range(1, 6)),
                    *({"start": start, "end": start + 1, "reason": "bullet"} for start in starts),
                ],
            }
        ],
        "programmes": [
            {
                "key": "indh",
                "slug": "indh",
                "source_language": "fr",
                "names": {"fr": "Initiative nationale pour le développement humain"},
                "short_names": {"fr": "INDH"},
                "citations": [cite("B-G4", "name")],
            }
        ],
        "organizations": [
            organization(
                "coordination-regionale",
                "fr",
                "Coordination régionale de l'Entraide nationale",
                kind="unit",
                parent={"key": "entraide-nationale"},
                relation="part_of",
                aliases=[alias("B-O1b", quote("B-O1b"), "fr")],
                citations=[cite("B-O1", "name", note="The region is not named.")],
            ),
            organization(
                "entraide-nationale",
                "fr",
                "Entraide nationale",
                names={"fr": "Entraide nationale", "ar": "التعاون الوطني"},
                citations=[cite("B-O2", "name")],
            ),
            organization(
                "al-amal",
                "fr",
                "Espace associatif Al Amal",
                names={"fr": "Espace associatif Al Amal", "ar": "الفضاء الجمعوي الأمل"},
                short_names={"fr": "Al Amal"},
                kind="association",
                aliases=[alias("B-O3b", quote("B-O3b"), "fr"), alias("B-O3c", "l'association", "fr")],
                profile=[profile("B-O3d", "members", "fr")],
                citations=[
                    cite("B-O3", "name"),
                    cite("B-O3c", "kind", note="The words point back to Al Amal."),
                ],
            ),
        ],
        "people": [
            person(
                "fr",
                "Mohamed Elmansouri",
                office(
                    "coordinator",
                    "B-P1",
                    "entraide-nationale",
                    "coordinateur régional de l'entraide nationale",
                    "fr",
                ),
                office(
                    "as-read",
                    "B-P1",
                    "coordination-regionale",
                    "coordinateur régional",
                    "fr",
                    attachment="inferred",
                ),
            ),
            person("fr", "Abd Elfatah Zehrach", office("president", "B-P2", "al-amal", "président", "fr")),
        ],
        "groups": [
            group("members", "B-T1", "members", of_organization={"key": "al-amal"}),
            group("cadres", "B-T2", "staff", of_organization={"key": "al-amal"}),
            group("users", "B-T3", "service_users", of_organization={"key": "al-amal"}),
            group(
                "rabat", "B-T4", "service_users", of_organization={"key": "entraide-nationale"}, place="Rabat"
            ),
            group("out-of-school", "B-T5", "out_of_school", "statement"),
            group("cohorts", "B-T6", "trainees", "statement"),
            group(
                "residents", "B-T7", "residents", "statement", citations=[cite("B-T7"), cite("B-L2", "place")]
            ),
            group("establishments", "B-O4", "institutions"),
            group(
                "its-establishments",
                "B-O5",
                "institutions",
                of_organization={"key": "coordination-regionale"},
            ),
        ],
        "parties": [
            {
                "key": "A",
                "organization": {"key": "coordination-regionale"},
                "name_as_written": quote("B-O1"),
                "citations": [cite("B-C0a")],
            },
            {
                "key": "B",
                "organization": {"key": "al-amal"},
                "name_as_written": quote("B-O3"),
                "citations": [cite("B-C0b")],
            },
        ],
        "objectives": [fact("b1", "B-B1", "fr"), fact("b2", "B-B2", "fr", groups=["members"])],
        "commitments": [
            commitment(1, "A", "access_to_training", beneficiaries={"parties": ["B"], "groups": ["cadres"]}),
            commitment(2, "A", "certification", beneficiaries={"groups": ["users"]}),
            commitment(3, "B", "human_resources", beneficiaries={"groups": ["its-establishments"]}),
            commitment(4, "B", "training"),
            commitment(
                5,
                "B",
                "medical_caravan",
                beneficiaries={"groups": ["rabat"]},
                place="Rabat",
                citations=[cite("B-C5"), al_amal, cite("B-L1", "place")],
            ),
        ],
        "statements": [
            fact("s1", "B-S1", "fr", speaker="coordinator", attribution="stated"),
            fact(
                "s2",
                "B-A0",
                "fr",
                speaker="coordinator",
                attribution="inferred",
                citations=[cite("B-A0"), cite("B-S2", "speaker")],
            ),
            fact("s3", "B-S3", "fr", speaker="president", attribution="stated", on_behalf_of="B"),
        ],
        "advantages": [
            fact(
                "a1",
                "B-A1",
                "fr",
                claimed_in="s2",
                supports="c2",
                beneficiaries={"groups": ["out-of-school"]},
            ),
            fact("a2", "B-A2", "fr", claimed_in="s2", beneficiaries={"parties": ["B"]}),
            fact("a3", "B-A3", "fr", claimed_in="s3", beneficiaries={"groups": ["cohorts"]}),
        ],
        "questions": [
            question(doubts.PARTIES, about="parties"),
            question(doubts.OWN_PEOPLE, fact="c4", about="beneficiaries"),
        ],
    }
