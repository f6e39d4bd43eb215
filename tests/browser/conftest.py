"""A real browser in front of a real server: the static files and headers of production, one registry for all tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, Page, StorageState

from activities import samples
from agreements import services
from agreements.models import Agreement, Citation, Draft
from agreements.queries import bench
from agreements.services import comments, drafting, evidence, placing
from agreements.services.amending import Amending, Happening
from agreements.services.placing import Choice, Words
from exchange.models import Import
from lib.claims import DateClaim
from organizations import services as organization_services
from organizations.models import Person, System, User
from organizations.permissions import Role
from tests.agreements.reviewing import document, submitted
from tests.browser import driving
from tests.browser.driving import BOTH_WAYS, PATIENCE, Window
from tests.exchange.conftest import bring, done
from tests.factories import PASSWORD, ActivityFactory, FulfilmentFactory, dossier


@pytest.fixture(scope="package")
def program() -> str:
    """The browser to drive; without one the tests are skipped."""
    return driving.installed()


@pytest.fixture(scope="package")
def _as_in_production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Static files as they are in production."""
    with driving.as_in_production(tmp_path_factory.mktemp("production")):
        yield


@dataclass(frozen=True)
class Registry:
    """What the tests know of the registry behind the pages."""

    user: User
    contributor: User
    """Of a party to the joint agreement: may report an activity and say how far a commitment is."""

    joint: str
    sided: str
    citation: Citation
    """The quote furthest down its text: seeing it takes a scroll."""

    debtors: str
    """The quote that says who owes the first commitment."""

    commitment: str
    activity: str
    person: str
    draft: str
    imported: str
    """The addresses of one of each, without the language."""

    reviewer: User
    in_review: str
    change: str
    """The addresses of a review of each: a record with a comment, and a change of a published one."""

    renewed: str
    """The address of a source that was corrected after it was quoted."""

    bare: str
    """The address of a draft with a fact that nothing proves."""

    ready: list[str]
    """Drafts of the contributor that are complete: each is entered by one test."""


@pytest.fixture(scope="package")
def db(program: str, django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database, open for all tests of this folder and swept once, after the last.

    It stands in for the fixture of pytest-django: by that name it tells which tests need a database made.
    """
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        yield
        TransactionTestCase._fixture_teardown(None)


@pytest.fixture(scope="package")
def registry(db) -> Registry:
    """Both samples, published; an activity; an administrator and a contributor whose password is PASSWORD."""
    return _fill()


def _fill() -> Registry:
    by = System("tests")
    author, reviewer, user = (
        organization_services.create_account(
            email=f"{role}@tests.example",
            name=f"A {role}",
            role=role,
            password=PASSWORD,
            organization=None,
            by=by,
        )
        for role in (Role.CONTRIBUTOR, Role.REVIEWER, Role.ADMINISTRATOR)
    )
    joint, sided = (
        samples.enter(samples.read(name), author=author, reviewer=reviewer) for name in samples.PRESS
    )
    commitment = joint.commitments.get(number=1)
    activity = ActivityFactory(
        was_held=True, title_en="A day for children", organizers=[joint.parties.first().organization]
    )
    FulfilmentFactory(activity=activity, commitment=commitment)
    contributor = organization_services.create_account(
        email="party@tests.example",
        name="A party's contributor",
        role=Role.CONTRIBUTOR,
        password=PASSWORD,
        organization=joint.parties.first().organization,
        by=by,
    )
    person = Person.objects.order_by("pk").first()
    _happened(sided, reviewer)
    return Registry(
        user,
        contributor,
        joint.code,
        sided.code,
        joint.all_citations.order_by("-start").first(),
        commitment.citations.get(about="debtors").quote,
        f"commitments/{commitment.pk}/",
        f"activities/{activity.pk}/",
        f"people/{person.pk}/",
        f"drafts/{_draft(contributor).pk}/",
        f"exchange/{_imported(contributor).pk}/",
        reviewer,
        _in_review(contributor, reviewer),
        f"drafts/{submitted(sided, contributor).pk}/review/",
        _renewed(sided, reviewer),
        f"drafts/{drafting.start(_whole('Four') | _BARE, by=contributor).pk}/",
        [f"drafts/{drafting.start(_whole(each), by=contributor).pk}/" for each in ("One", "Two")],
    )


def _imported(owner: User) -> Import:
    """A stranger's table that was checked: a row is new, one is refused."""
    content = (
        "Intitulé;Type;Langue;Partie 1;Partie 2;Date de signature\n"
        "Convention A;partnership_agreement;fr;Aman;Bayti;18 mai 2012\n"
        "Convention B;partnership_agreement;fr;Aman;Nulle part;03/04/05\n"
    )
    row = bring(content, "list.csv", by=owner)
    return done(row, by=owner)


_BARE = {"objectives": [{"key": "o", "texts": {"en": "Keep each other company."}}]}


def _happened(agreement: Agreement, by: User) -> None:
    """A renewal, and an amendment that is not in force for years, both told by the source there is."""
    far = {"stated": "1 May 2090", "earliest": "2090-05-01", "latest": "2090-05-01", "basis": "stated"}
    for member, part, how in (
        ("events", {"key": "e", "kind": "renewal", "ends": far, "reasons": {"en": "Asked for."}}, Happening),
        ("amendments", {"key": "a", "number": 1, "effective": far}, Amending),
    ):
        told = document(agreement, by)
        told[member].append(part | {"document": told["sources"][0]["id"]})
        if how is Amending:
            told["commitments"][0] |= {"due": far, "texts": told["commitments"][0]["texts"] | {"en": "More."}}
        services.revise(agreement.pk, told, version=agreement.version, how=how, by=by)
        agreement.refresh_from_db()


def _renewed(agreement: Agreement, by: User) -> str:
    """A source whose newest text no longer says one of its quotes."""
    source = agreement.source_links.get().source
    gone = source.citations.filter(commitment__isnull=False).order_by("start").first().quote
    text = f"Corrected. {source.text.replace(gone, 'Not this any more')}"
    evidence.renew(source.pk, text=text, published=DateClaim(), by=by)
    return f"sources/{source.pk}/"


def _whole(name: str) -> dict:
    """A complete dossier, of bodies that no other test looks for."""
    bodies = [
        {
            "key": key,
            "slug": f"{key}-{name}".lower(),
            "source_language": "en",
            "names": {"en": f"{words} {name}"},
        }
        for key, words in (("aman", "Wadi house"), ("bayti", "Zitoun circle"))
    ]
    return dossier(titles={"en": f"Agreement {name}"}, organizations=bodies)


def _in_review(author: User, reviewer: User) -> str:
    agreement = drafting.enter(drafting.start(_whole("Three"), by=author).pk, by=author)
    party = agreement.parties.first()
    comments.say(
        agreement, path=f"/parties/{party.pk}", text="Is this its name?", asks_correction=True, by=reviewer
    )
    comments.settle(comments.say(agreement, path="/titles", text="Shorter?", by=author).pk, by=reviewer)
    return f"agreements/{agreement.code}/review/"


def _draft(owner: User) -> Draft:
    """A record in the making, from the text of a sample: its parties are named, and one thing they undertake."""
    part = samples.read(samples.PRESS[0])["sources"][0] | {"key": "s"}
    part["noise"] = [each | {"key": f"x-{index}"} for index, each in enumerate(part["noise"])]
    draft = drafting.start({"source_language": part["language"], "sources": [part]}, by=owner)
    lines = bench.texts(draft.content)[0].lines
    for line, choice in ((0, Choice("party")), (1, Choice("party", said={"name": "Another body"}))):
        words = Words("s", lines[line].start, lines[line].end)
        draft = drafting.change(
            draft.pk, placing.place(draft.content, words, choice), seen=draft.version, by=owner
        )
    both = tuple(each["key"] for each in draft.content["parties"])
    asked = placing.place(
        draft.content, Words("s", lines[2].start, lines[2].end), Choice("commitment", of=both)
    )
    return drafting.change(draft.pk, asked, seen=draft.version, by=owner)


@pytest.fixture(scope="package")
def address(registry: Registry, _as_in_production) -> Iterator[str]:
    """Where the registry is served."""
    with driving.served() as address:
        yield address


@pytest.fixture(scope="package")
def chromium(program: str, address: str) -> Iterator[Browser]:
    """One browser for all tests. It comes after the registry, and no test asks the database itself: see `driven`."""
    with driving.driven(program) as browser:
        yield browser


@pytest.fixture(scope="package")
def session(chromium: Browser, address: str, registry: Registry) -> StorageState:
    """What a browser keeps once the contributor has signed in: one sign-in for all pages that ask for it."""
    return driving.signed_in(chromium, address, registry.contributor.email)


@pytest.fixture(scope="package")
def reviewing(chromium: Browser, address: str, registry: Registry) -> StorageState:
    """The same of the reviewer."""
    return driving.signed_in(chromium, address, registry.reviewer.email)


@pytest.fixture
def window(chromium: Browser, address: str) -> Iterator[Callable[..., Window]]:
    """Opens a window with a profile of its own; options are those of a Playwright context."""
    contexts = []

    def opened(width: int = 1280, height: int = 800, **options) -> Window:
        context = chromium.new_context(
            base_url=address, viewport={"width": width, "height": height}, locale="en-GB", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        return Window.of(context.new_page())

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(window) -> Iterator[Page]:
    """A page of a desktop; nothing on it may be refused by the policy or be missing."""
    made = window()
    yield made.page
    assert made.refused == []
    assert made.missing == []


@pytest.fixture(params=BOTH_WAYS)
def any_page(request: pytest.FixtureRequest, window) -> Iterator[Page]:
    """The same, once with and, in the drill, once without JavaScript."""
    made = window(java_script_enabled=request.param)
    yield made.page
    assert made.refused == []
    assert made.missing == []


@pytest.fixture
def places(registry: Registry) -> dict[str, str]:
    """Every page: a name, and the address after the language. Those of `test_looks.SIGNED` ask for an account."""
    citation = registry.citation
    sheet = f"agreements/{registry.joint}/"
    return {
        "home": "",
        "list": "agreements/",
        "list searched": "agreements/?q=children",
        "list by days": "agreements/?signed_from=2012&signed_to=2012",
        "list with nothing": "agreements/?q=xylophone",
        "export refused": "agreements/export.csv?signed_from=flood",
        "quality": "agreements/quality/",
        "developers": "developers/",
        "suggestions": "search/suggestions?q=ama",
        "joint sheet": sheet,
        "sided sheet": f"agreements/{registry.sided}/",
        "sheet of a day": f"{sheet}?in_force_on=2015-01-01",
        "sheet as known": f"{sheet}?known_on={date.today().isoformat()}",
        "source": f"sources/{citation.source_id}/?cite={citation.pk}#c-{citation.pk}",
        "commitment": registry.commitment,
        "organizations": "organizations/",
        "organization": "organizations/aman/",
        "people": "people/",
        "person": registry.person,
        "activities": "activities/",
        "month": "activities/?look=month",
        "activity": registry.activity,
        "sign-in": "account/login/",
        "not found": "nowhere/",
        "own sheet": sheet,
        "own commitment": registry.commitment,
        "versions": f"{sheet}versions/",
        "change record": f"{sheet}change/?way=amendment",
        "change event": f"{sheet}change/?way=event",
        "report": f"activities/report/?agreement={registry.joint}",
        "digest": "account/digest/",
        "drafts": "drafts/",
        "new draft": "drafts/new/",
        "bench": f"{registry.draft}?at=s:4",
        "check": f"{registry.draft}check/",
        "imports": "exchange/",
        "import": registry.imported,
        "review": registry.in_review,
        "review of a change": registry.change,
        "sheet in review": registry.in_review.removesuffix("review/"),
        "changed source": registry.renewed,
        "newer text": f"sources/{citation.source_id}/newer/",
        "check to sign": f"{registry.bare}check/",
        "withdraw": f"agreements/{registry.joint}/withdraw/",
        "notifications": "notifications/",
    }
