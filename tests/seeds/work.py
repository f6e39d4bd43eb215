"""How each text is entered by hand: what the rules offer is accepted, and what no rule can know is typed or marked."""

import re
from collections.abc import Callable

from tests.seeds import facts, treaties
from tests.seeds.dossiers import TITLES
from tests.seeds.hands import Hands


def first(hands: Hands) -> None:
    hands.begin(facts.article("A"), "en", "press_article")
    hands.accept_all()
    _titles(hands, "A")
    source = "/sources/source-1"
    hands.type(f"{source}/byline", facts.quote("A-D2"))
    aman = hands.part("organizations", "Center for Protection and Social Reintegration")
    bayti = hands.part("organizations", "Moroccan Association for Child Protection")
    hands.type(f"{aman}/slug", "aman")
    hands.type(f"{aman}/short_names/ar", "أمان")
    hands.type(f"{bayti}/slug", "bayti")
    hands.type(f"{bayti}/short_names/ar", "بيتي")


def second(hands: Hands) -> None:
    hands.begin(facts.article("B"), "fr", "press_article")
    hands.accept_all()
    _titles(hands, "B")
    coordination = hands.part("organizations", "Coordination régionale de l'Entraide nationale")
    entraide = hands.part("organizations", "Entraide nationale")
    al_amal = hands.part("organizations", "Espace associatif Al Amal")
    hands.type(f"{coordination}/slug", "coordination-regionale")
    hands.type(f"{entraide}/names/ar", "التعاون الوطني")
    hands.type(f"{al_amal}/slug", "al-amal")
    hands.type(f"{al_amal}/names/ar", "الفضاء الجمعوي الأمل")


def _titles(hands: Hands, letter: str) -> None:
    """The registry's own title, in its three languages: the articles give the agreements none."""
    for language, title in TITLES[letter].items():
        hands.type(f"/titles/{language}", title)


ARTICLES: dict[str, Callable[[Hands], None]] = {"A": first, "B": second}


# The official texts: what the rules offer, then every other quote of the sheet, marked and given its meaning.


_IN_FORCE = re.compile(
    r"(?:enter into force on|entr(?:e|era) en vigueur à(?: compter de)?) (?P<when>[^.,]+?)(?=[.,]| in writing)"
)


def treaty(
    hands: Hands, name: str, kind: str, title: str, *, by_hand: Callable[[Hands], None] | None = None
) -> None:
    told = treaties.sheet(name)
    hands.begin(treaties.text(name), name[:2], "signed_text")
    hands.accept_all()
    hands.mark(title)
    hands.become("title")
    hands.mark(told["kind_quote"])
    hands.become("kind", code_kind=kind)
    hands.mark(told["date"]["quote"])
    hands.become("date", code_date="signed")
    if "term" in told:
        hands.mark(told["term"]["quote"])
        hands.become("date", code_date="ends")
    if by_hand:
        by_hand(hands)
    cited = hands.cited()
    for member, quote in treaties.quotes(name):
        if member not in ("kind", "date", "term") and quote not in cited:
            _prove(hands, member, quote)
            cited.add(quote)
    hands.mark(_IN_FORCE.search(treaties.text(name))["when"])
    hands.become("date", code_date="effective")
    for field in hands.unchosen("commitments", "kind"):
        hands.choose(field, "other")
    hands.pass_over()


def _prove(hands: Hands, member: str, quote: str) -> None:
    """One quote more for the fact that it is of."""
    hands.mark(quote)
    if member in ("place", "links"):
        hands.become("proof", of_proof="", about_proof="place" if member == "place" else "")
    else:
        path = hands.nearest({"target_groups": "groups"}.get(member, member), quote)
        hands.become("proof", of_proof=path)


def _migration(hands: Hands) -> None:
    """A report each year before a day of May: a due date in words, of which no day is made."""
    yearly = next(each["quote"] for each in treaties.sheet("en-01-nl-iom")["commitments"] if "due" in each)
    report = hands.nearest("commitments", yearly).rpartition("/")[2]
    hands.mark(yearly)
    hands.become("date", code_date=f"due:{report}")


def _grants(hands: Hands) -> None:
    """Names over two lines; and a body that the agreement creates: no party, what it will do is said of it."""
    text, told = treaties.text("fr-10-france-maroc-bourses"), treaties.sheet("fr-10-france-maroc-bourses")
    for person in told["people"]:
        words = re.search(re.escape(person["name"]).replace(r"\ ", r"\s+"), text)[0]
        party = hands.nearest("parties", person["organization"]).rpartition("/")[2]
        hands.mark(words)
        hands.become("signatory", of_signatory=party)
        if words != person["quote"]:
            hands.mark(person["quote"])
            hands.become("proof", of_proof=hands.nearest_signatory(person["quote"]))
    created = re.search(r'dénommée " (la commission .+?) "', text)[1]
    hands.mark(created)
    hands.become("organization")
    commission = hands.nearest("organizations", created).rpartition("/")[2]
    [own] = [each["quote"] for each in told["commitments"] if each["by"] == ["commission"]]
    hands.mark(own)
    hands.become("profile", of_profile=commission, code_profile="other")


def _heading(name: str) -> str:
    """The title of the text in its own language; what stands in front of it marks a heading."""
    return treaties.whole_sheet(name)["source"]["title"]


def migration(hands: Hands) -> None:
    treaty(hands, "en-01-nl-iom", "cooperation_agreement", _heading("en-01-nl-iom"), by_hand=_migration)


def trade(hands: Hands) -> None:
    treaty(hands, "en-03-nl-oman", "cooperation_agreement", _heading("en-03-nl-oman"))


def grants(hands: Hands) -> None:
    text = treaties.text("fr-10-france-maroc-bourses")
    title = text[: text.index("\n\nLe ")]
    treaty(hands, "fr-10-france-maroc-bourses", "other", title, by_hand=_grants)


def culture(hands: Hands) -> None:
    treaty(hands, "fr-11-nl-tunisie", "other", _heading("fr-11-nl-tunisie"), by_hand=_another_language)


def _another_language(hands: Hands) -> None:
    """The line before the title is in a language that the text is not in: it says nothing to record."""
    hands.mark(treaties.text("fr-11-nl-tunisie").split("\n")[0])
    hands.become("aside")


TREATIES = dict(zip(treaties.NAMES, (migration, trade, grants, culture), strict=True))
