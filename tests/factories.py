"""The smallest valid rows. Each leaves an event in the trail, as every change of the registry must."""

from datetime import date
from itertools import count
from typing import Any

import factory
from django.db import connection, transaction
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from activities.models import Activity, ActivityOrganizer, Fulfilment, ProgressView
from agreements.models import (
    Advantage,
    Agreement,
    AgreementSource,
    Citation,
    Commitment,
    CommitmentDebtor,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Source,
    Statement,
    WithoutSource,
)
from audit import trail
from lib.claims import Basis, DateClaim
from organizations.models import Alias, ApiToken, Office, Organization, Person, System, User
from organizations.permissions import Role

TESTS = System("tests")
PASSWORD = "an olive tree in Meknes"
TEXT = "Aman and Bayti signed a cooperation agreement yesterday. Both will organise events for children."


def on(year: int, month: int, day: int) -> DateClaim:
    """The exact day, as a source states it."""
    exact = date(year, month, day)
    return DateClaim(exact.isoformat(), exact, exact, Basis.STATED)


def record(row) -> None:
    """Leave an event for `row`: a change without one is refused when it is committed."""
    trail.record("test.made", row, by=TESTS)


class Factory(DjangoModelFactory):
    """A row with its event, and whatever belongs to it, in one transaction."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @classmethod
    def create(cls, **kwargs):
        with transaction.atomic():
            return super().create(**kwargs)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = super()._create(model_class, *args, **kwargs)
        record(row)
        return row


# Organizations and those who act.


class OrganizationFactory(Factory):
    class Meta:
        model = Organization

    slug = factory.Sequence(lambda n: f"organization-{n}")
    source_language = "en"
    name_en = factory.Sequence(lambda n: f"Organization {n}")
    relation = factory.LazyAttribute(lambda o: "part_of" if getattr(o, "parent", None) else "")


class AliasFactory(Factory):
    class Meta:
        model = Alias

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Other name {n}")
    language = "en"


class PersonFactory(Factory):
    class Meta:
        model = Person

    source_language = "en"
    name_en = factory.Sequence(lambda n: f"Person {n}")


class OfficeFactory(Factory):
    class Meta:
        model = Office

    person = factory.SubFactory(PersonFactory)
    organization = factory.SubFactory(OrganizationFactory)
    source_language = "en"
    title_en = "director"


class UserFactory(Factory):
    """An account that acts for the registry itself; its password is PASSWORD."""

    class Meta:
        model = User

    class Params:
        contributor = factory.Trait(role=Role.CONTRIBUTOR)
        editor = factory.Trait(role=Role.EDITOR)
        reviewer = factory.Trait(role=Role.REVIEWER)
        administrator = factory.Trait(role=Role.ADMINISTRATOR)

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.READER
    password = Password(PASSWORD)


class ApiTokenFactory(Factory):
    """A token of a partner system; `.secret` is what the caller sends."""

    class Meta:
        model = ApiToken

    organization = factory.SubFactory(OrganizationFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        secret, columns = ApiToken.draw()
        token = super()._create(model_class, *args, **columns | kwargs)
        token.secret = secret
        return token


# Agreements.


def next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('agreements_number')")
        return cursor.fetchone()[0]


class SourceFactory(Factory):
    class Meta:
        model = Source

    kind = Source.Kind.PRESS_ARTICLE
    language = "en"
    text = TEXT


class AgreementFactory(Factory):
    """A draft between two new organizations; `parties=[…]` names other ones, or none."""

    class Meta:
        model = Agreement

    class Params:
        in_review = factory.Trait(editorial_state=Agreement.EditorialState.IN_REVIEW)
        published = factory.Trait(
            editorial_state=Agreement.EditorialState.PUBLISHED,
            reviewed_by=factory.SubFactory(UserFactory, reviewer=True),
        )
        withdrawn = factory.Trait(editorial_state=Agreement.EditorialState.WITHDRAWN)

    number = factory.LazyFunction(next_number)
    source_language = "en"
    title_en = factory.LazyAttribute(lambda o: f"Agreement {o.number}")
    kind_id = "cooperation_agreement"

    @factory.post_generation
    def parties(self, create, organizations, **kwargs):
        if organizations is None:
            organizations = OrganizationFactory.create_batch(2)
        for each in organizations:
            PartyFactory(agreement=self, organization=each)


class PartyFactory(Factory):
    class Meta:
        model = Party

    agreement = factory.SubFactory(AgreementFactory)
    organization = factory.SubFactory(OrganizationFactory)
    position = factory.LazyAttribute(lambda o: o.agreement.parties.count() + 1)


class WithoutSourceFactory(Factory):
    """An editor's name instead of a quote, for a party."""

    class Meta:
        model = WithoutSource

    party = factory.SubFactory(PartyFactory)
    agreement = factory.LazyAttribute(lambda o: o.party.agreement)
    reason = "Said on the telephone."
    signed_by = "An editor"
    signed_at = factory.LazyFunction(timezone.now)


class NamedGroupFactory(Factory):
    class Meta:
        model = NamedGroup

    agreement = factory.SubFactory(AgreementFactory)
    text_en = "children"


class ObjectiveFactory(Factory):
    class Meta:
        model = Objective

    agreement = factory.SubFactory(AgreementFactory)
    text_en = "strengthen cooperation"


class CommitmentFactory(Factory):
    """Owed by the first party of its agreement; `debtors=[…]` names other parties, or none."""

    class Meta:
        model = Commitment

    agreement = factory.SubFactory(AgreementFactory)
    number = factory.LazyAttribute(lambda o: o.agreement.commitments.count() + 1)
    position = factory.SelfAttribute("number")
    kind_id = "event"
    text_en = "organise events for children"

    @factory.post_generation
    def debtors(self, create, parties, **kwargs):
        if parties is None:
            parties = self.agreement.parties.order_by("position")[:1]
        CommitmentDebtor.objects.bulk_create(
            CommitmentDebtor(commitment=self, party=each) for each in parties
        )


class StatementFactory(Factory):
    class Meta:
        model = Statement

    agreement = factory.SubFactory(AgreementFactory)
    text_en = "it is a first of its kind"
    attribution = factory.LazyAttribute(lambda o: "stated" if getattr(o, "speaker", None) else "not_stated")


class AdvantageFactory(Factory):
    class Meta:
        model = Advantage

    agreement = factory.SubFactory(AgreementFactory)
    text_en = "an exemption from customs duty"


class LifecycleEventFactory(Factory):
    class Meta:
        model = LifecycleEvent

    agreement = factory.SubFactory(AgreementFactory)
    kind = LifecycleEvent.Kind.SUSPENSION
    occurred = on(2024, 6, 1)


class OpenQuestionFactory(Factory):
    class Meta:
        model = OpenQuestion

    agreement = factory.SubFactory(AgreementFactory)
    text_en = "Who trains whom?"


def _fact(o):
    """The fact that a citation was asked for; None when it is for an agreement as a whole."""
    return next((fact for name in Citation.FACTS[1:] if (fact := getattr(o, name, None))), None)


class CitationFactory(Factory):
    """Proves its agreement as a whole, or the fact that is named: `CitationFactory(commitment=…)`."""

    class Meta:
        model = Citation

    agreement = factory.LazyAttribute(lambda o: getattr(_fact(o), "agreement", None) or AgreementFactory())
    of_agreement = factory.LazyAttribute(lambda o: None if _fact(o) else o.agreement)
    source = factory.SubFactory(SourceFactory)
    start = 0
    end = 4
    quote = factory.LazyAttribute(lambda o: o.source.text[o.start : o.end])

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        AgreementSource.objects.get_or_create(agreement=kwargs["agreement"], source=kwargs["source"])
        return super()._create(model_class, *args, **kwargs)


# What is done.


class ActivityFactory(Factory):
    """Planned, by nobody; `organizers=[…]` names those who hold it."""

    class Meta:
        model = Activity

    class Params:
        was_held = factory.Trait(status=Activity.Status.HELD, held=on(2024, 5, 18))

    source_language = "en"
    title_en = factory.Sequence(lambda n: f"Activity {n}")
    kind_id = "event"

    @factory.post_generation
    def organizers(self, create, organizations, **kwargs):
        ActivityOrganizer.objects.bulk_create(
            ActivityOrganizer(activity=self, organization=each) for each in organizations or ()
        )


class FulfilmentFactory(Factory):
    class Meta:
        model = Fulfilment

    activity = factory.SubFactory(ActivityFactory, was_held=True)
    commitment = factory.SubFactory(CommitmentFactory)


class ProgressViewFactory(Factory):
    """The word of the first party."""

    class Meta:
        model = ProgressView

    commitment = factory.SubFactory(CommitmentFactory)
    party = factory.LazyAttribute(lambda o: o.commitment.agreement.parties.order_by("position").first())
    verdict = ProgressView.Verdict.PARTLY
    said_on = date(2024, 6, 1)


# Documents.

_drawn = count(1)


def cited(words: str, about: str = "", *, text: str = TEXT, source: str = "article") -> dict[str, Any]:
    """The citation of `words` where `text` has them first."""
    start = text.index(words)
    return {"source": source, "start": start, "end": start + len(words), "quote": words, "about": about}


def dossier(**changes: Any) -> dict[str, Any]:
    """The smallest dossier with proof that `services.register` takes: two new organizations, one source."""
    n = next(_drawn)
    return {
        "kind": "cooperation_agreement",
        "source_language": "en",
        "titles": {"en": f"Agreement of dossier {n}"},
        "citations": [cited("cooperation agreement", "kind")],
        "parties": [
            {"key": "A", "organization": {"key": "aman"}, "citations": [cited("Aman")]},
            {"key": "B", "organization": {"key": "bayti"}, "citations": [cited("Bayti")]},
        ],
        "sources": [{"key": "article", "kind": "press_article", "language": "en", "text": TEXT}],
        "organizations": [
            {"key": "aman", "slug": f"aman-{n}", "source_language": "en", "names": {"en": f"Aman {n}"}},
            {"key": "bayti", "slug": f"bayti-{n}", "source_language": "en", "names": {"en": f"Bayti {n}"}},
        ],
    } | changes
