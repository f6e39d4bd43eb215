"""Webhooks: what is told, to whom, signed how; and what happens when nobody listens."""

import json
import logging
import socket
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import InterfaceError, connection, transaction
from django.test import Client, override_settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from activities.models import ActivityOrganizer, Fulfilment
from agreements.models import Party
from agreements.services import identity, remove_draft
from audit import trail
from audit.models import AuditEvent
from exchange.management.commands import send_webhooks
from exchange.models import WebhookDelivery, WebhookEndpoint
from exchange.queries import feed, telling
from exchange.queries import webhooks as queries
from exchange.services import sending, webhooks
from lib import outbound, sealing
from lib.problems import Refused
from organizations.models import ApiToken
from organizations.services import merge
from tests.exchange.feeding import settle
from tests.exchange.test_api_changes import touch
from tests.factories import (
    TESTS,
    ActivityFactory,
    AgreementFactory,
    ApiTokenFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OrganizationFactory,
    UserFactory,
)

pytestmark = [pytest.mark.xdist_group("long"), pytest.mark.django_db(transaction=True)]

ADDRESS = "/api/v1/webhook-endpoints"
URL = "https://receiver.example/hook"


@pytest.fixture(autouse=True)
def _name_server():
    """The receiver is on a public address, and nobody is called."""
    answer = [(2, 1, 6, "", ("93.184.216.34", 443))]
    with patch("lib.outbound.socket.getaddrinfo", return_value=answer):
        yield


class Receiver:
    """Stands for the address: keeps what it is sent, and answers what it is told to."""

    def __init__(self):
        self.calls: list[tuple[bytes, dict]] = []
        self.answers: dict[str, int] = {}
        self.status = 204

    def post(self, url, body, headers, **_more):
        self.calls.append((body, headers))
        subject = json.loads(body)["subject"]
        status = self.answers.get(subject, self.status)
        if status == 0:
            raise outbound.Unanswered("no connection")
        return outbound.Answer(status, 7)

    def told(self) -> list[tuple[str, str]]:
        bodies = [json.loads(body) for body, _headers in self.calls]
        return [(each["type"], each["subject"]) for each in bodies]


@pytest.fixture
def receiver():
    made = Receiver()
    with patch("exchange.services.sending.outbound.post", made.post):
        yield made


def hook(token=None, **more) -> tuple[WebhookEndpoint, str]:
    token = token or ApiTokenFactory()
    settle()  # what happened before is not told
    return webhooks.add(**{"url": URL, "events": ["*"]} | more, by=token)


def send_all() -> None:
    settle()
    while sending.fan_out():
        pass
    while sending.send_due():
        pass


def bearer(token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.secret}"}


def again(token) -> dict[str, str]:
    return bearer(token) | {"Idempotency-Key": uuid4().hex}


class TestAMessage:
    def test_says_which_record_changed_and_not_what_stands_in_it(self, receiver):
        agreement = AgreementFactory(published=True, title_en="Not to be sent")
        _row, _secret = hook(events=["agreement.*"])
        commitment = CommitmentFactory(agreement=agreement)
        touch(commitment, "agreement.corrected", chain=agreement.pk, text_en="Not to be sent either")
        send_all()

        ((body, headers),) = receiver.calls
        event = json.loads(body)
        assert event["specversion"] == "1.0"
        assert event["type"] == "mithaq.agreement.updated"
        assert event["subject"] == f"agreements/{agreement.pk}"
        assert event["id"] == headers["webhook-id"]
        assert event["source"].endswith("/api/v1")
        assert feed.Place.read(event["sequence"]).id
        data = event["data"]
        assert data["id"] == str(agreement.pk)
        assert data["changed"] == [f"/commitments/{commitment.pk}"]
        assert data["version"] == 1
        assert b"Not to be sent" not in body
        assert headers["Content-Type"].startswith("application/cloudevents+json")

    def test_verifies_with_the_public_package(self, receiver):
        _row, secret = hook()
        OrganizationFactory()
        send_all()

        body, headers = receiver.calls[0]
        assert Webhook(secret).verify(body.decode(), headers)["type"] == "mithaq.organization.updated"
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.decode().replace("updated", "deleted"), headers)

    def test_is_signed_with_both_secrets_for_a_day(self, receiver):
        token = ApiTokenFactory()
        row, old = hook(token)
        _row, new = webhooks.rotate(row.pk, by=token)
        OrganizationFactory()
        send_all()

        body, headers = receiver.calls[-1]
        for secret in (old, new):
            Webhook(secret).verify(body.decode(), headers)
        row.refresh_from_db()
        later = timezone.now() + webhooks.ROTATION
        assert webhooks.secrets_of(row, at=later) == [new]

    def test_is_of_an_event_that_it_asked_for(self, receiver):
        agreement = AgreementFactory(published=True)
        hook(events=["agreement.published", "agreement.withdrawn"])
        OrganizationFactory()
        touch(agreement, "agreement.corrected")
        touch(agreement, "agreement.published")
        touch(agreement, "agreement.withdrawn", editorial_state="withdrawn")
        send_all()

        assert receiver.told() == [("mithaq.agreement.withdrawn", f"agreements/{agreement.pk}")]

    def test_names_are_known_to_the_patterns(self):
        for verb in telling.VERBS:
            tables = telling.KINDS | {
                "fact": telling.KINDS["agreement"],
                "progress": telling.KINDS["progress_view"],
            }
            for name, kind in tables.items():
                if verb.partition(".")[0] != name:
                    continue
                name = kind.name
                action = telling.action_of(verb, kind, kind.model._meta.label_lower, {"merged_into"})
                if action:
                    assert telling.event_name(verb, name, action) in telling.EVENTS
        assert not queries.is_pattern("agreement.sold")
        assert not queries.is_pattern("agreement")
        assert queries.is_pattern("*.deleted")

    def test_is_of_what_its_organization_may_read(self, receiver):
        restricted = AgreementFactory(published=True, confidentiality="restricted")
        party = ApiTokenFactory(organization=restricted.parties.first().organization)
        mine, _secret = hook(party, events=["agreement.*"])
        strange, _secret = hook(events=["agreement.*"])
        touch(restricted)
        AgreementFactory()
        send_all()

        assert mine.deliveries.count() == 1
        assert strange.deliveries.count() == 0

    def test_may_be_of_one_partner_alone(self, receiver):
        wanted = AgreementFactory(published=True)
        partner = wanted.parties.first().organization
        other = AgreementFactory(published=True)
        done = ActivityFactory()
        FulfilmentFactory(activity=done, commitment=CommitmentFactory(agreement=wanted))
        undone = ActivityFactory()
        FulfilmentFactory(activity=undone, commitment=CommitmentFactory(agreement=other))
        row, _secret = hook(party=partner.pk)
        for each in (wanted, other, done, undone, partner, OrganizationFactory()):
            touch(each)
        send_all()

        assert [each.subject for each in row.deliveries.order_by("pk")] == [
            f"agreements/{wanted.pk}",
            f"activities/{done.pk}",
            f"organizations/{partner.pk}",
        ]

    def test_is_of_the_parties_that_there_were_when_it_happened(self, receiver):
        """Who left an agreement is told so, and nothing of it after that."""
        agreement, other = AgreementFactory(published=True), AgreementFactory(published=True)
        leaving, coming = agreement.parties.order_by("position").last(), OrganizationFactory()
        gone = leaving.organization
        row, _secret = hook(party=gone.pk, events=["agreement.*"])
        late, _secret = hook(party=coming.pk, events=["agreement.*"])
        touch(agreement, title_en="One")
        touch(other, title_en="One")
        with transaction.atomic():
            Party.objects.filter(pk=leaving.pk).update(organization=coming)
            trail.record("agreement.corrected", agreement, by=TESTS, changes={"title_en": (None, "Two")})
        touch(agreement, title_en="Three")
        send_all()

        for each in (row, late):
            told = {json.loads(body)["data"]["id"] for body in each.deliveries.values_list("body", flat=True)}
            assert told == {str(agreement.pk)}
        assert row.deliveries.count() == 2, "what it was a party to, and its leaving"
        assert late.deliveries.count() == 2, "its coming, and what was after that"

    def test_of_a_draft_that_goes_is_told_to_its_parties(self, receiver):
        token = ApiTokenFactory()
        agreement = AgreementFactory(
            registered_for=token.organization, parties=[token.organization, OrganizationFactory()]
        )
        row, _secret = hook(token, party=token.organization_id, events=["agreement.*"])
        stranger, _secret = hook(token, party=OrganizationFactory().pk, events=["agreement.*"])
        remove_draft(agreement.pk, by=UserFactory(editor=True))
        send_all()

        assert [each.type for each in row.deliveries.all()] == ["agreement.deleted"]
        assert not stranger.deliveries.exists()

    def test_of_an_activity_is_of_who_held_it_or_whose_commitments_it_counts_towards_then(self, receiver):
        once, now = AgreementFactory(published=True), AgreementFactory(published=True)
        activity = ActivityFactory(organizers=[OrganizationFactory()])
        counts = FulfilmentFactory(activity=activity, commitment=CommitmentFactory(agreement=once))
        organizer = activity.organizers.get()
        before, after = organizer.organization, OrganizationFactory()
        hooks = {
            each: hook(party=each.pk, events=["activity.*"])[0]
            for each in (once.parties.first().organization, now.parties.first().organization, before, after)
        }
        with transaction.atomic():
            Fulfilment.objects.filter(pk=counts.pk).delete()
            trail.record("activity.changed", activity, by=TESTS, changes={"counts_toward": (None, None)})
        FulfilmentFactory(activity=activity, commitment=CommitmentFactory(agreement=now))
        with transaction.atomic():
            ActivityOrganizer.objects.filter(pk=organizer.pk).update(organization=after)
            trail.record("activity.changed", activity, by=TESTS, changes={"organizers": (None, None)})
        touch(activity, title_en="Last")
        send_all()

        assert [each.deliveries.count() for each in hooks.values()] == [1, 2, 2, 2]

    def test_reaches_every_endpoint_it_matches(self, receiver):
        """Overlapping wishes: one does not take it from the other."""
        token = ApiTokenFactory()
        rows = [hook(token, events=each)[0] for each in (["*"], ["organization.*"], ["organization.updated"])]
        organization = OrganizationFactory()
        send_all()

        for row in rows:
            assert row.deliveries.filter(subject=f"organizations/{organization.pk}").count() == 1


class TestToldLate:
    """What happened before a record was hidden, and is told after that."""

    @staticmethod
    def told(body: bytes) -> tuple[str, set[str]]:
        event = json.loads(body)
        return event["type"], event["data"].keys()

    @staticmethod
    def hide(agreement) -> None:
        touch(agreement, confidentiality="restricted")

    GONE = ("mithaq.agreement.deleted", {"type", "id", "action"})

    def test_is_told_by_its_key_alone_where_the_sender_was_away(self, receiver):
        agreement = AgreementFactory(published=True)
        hook(events=["agreement.*"])
        touch(agreement, title_en="Seen while it was public")
        touch(agreement, "agreement.published", title_en="And this")
        self.hide(agreement)
        touch(agreement, title_en="Never seen")
        send_all()

        assert [self.told(body) for body, _headers in receiver.calls] == [self.GONE] * 3

    def test_is_told_by_its_key_alone_where_the_receiver_was_away(self, receiver):
        agreement, other = AgreementFactory(published=True), AgreementFactory(published=True)
        row, secret = hook(events=["agreement.*"])
        receiver.status = 503
        touch(agreement, title_en="Seen while it was public")
        touch(other, title_en="Public all the time")
        send_all()
        assert {"changed", "version"} <= self.told(receiver.calls[0][0])[1]
        self.hide(agreement)
        receiver.calls.clear()
        receiver.status = 204
        WebhookDelivery.objects.update(next_at=timezone.now())
        send_all()

        of_it = [(body, headers) for body, headers in receiver.calls if str(agreement.pk) in body.decode()]
        assert [self.told(body) for body, _headers in of_it] == [self.GONE] * 2
        for body, headers in of_it:
            Webhook(secret).verify(body.decode(), headers)
        kept = row.deliveries.filter(subject=f"agreements/{agreement.pk}").order_by("pk")
        assert [(each.type, each.body.encode()) for each in kept] == [
            ("agreement.deleted", body) for body, _headers in of_it
        ]
        (about_other,) = [body for body, _headers in receiver.calls if str(other.pk) in body.decode()]
        assert {"changed", "version"} <= self.told(about_other)[1]

    def test_names_no_record_that_it_became_one_with_and_that_was_hidden(self, receiver):
        kept = AgreementFactory(published=True)
        duplicate = AgreementFactory(published=True)
        hook(events=["agreement.merged"])
        receiver.status = 503
        identity.set_aside(duplicate.pk, duplicate_of=kept.pk, reason="One.", by=TESTS)
        send_all()
        assert json.loads(receiver.calls[0][0])["data"]["into"]["id"] == str(kept.pk)
        self.hide(kept)
        receiver.calls.clear()
        WebhookDelivery.objects.update(next_at=timezone.now())
        assert sending.send_due()

        assert str(kept.pk) not in receiver.calls[0][0].decode()

    def test_is_told_by_its_key_alone_where_it_is_sent_once_more(self, receiver):
        token = ApiTokenFactory()
        agreement = AgreementFactory(published=True)
        row, _secret = hook(token, events=["agreement.updated"])
        touch(agreement, title_en="Seen while it was public")
        send_all()
        first = row.deliveries.get()
        self.hide(agreement)
        webhooks.redeliver(first.pk, by=token)
        while sending.send_due():
            pass

        (_body, before), (body, headers) = receiver.calls
        assert self.told(body) == self.GONE
        assert headers["webhook-id"] == before["webhook-id"]


class TestSending:
    def test_that_fails_comes_again_under_the_same_id_later_and_later(self, receiver):
        hook(events=["organization.*"])
        receiver.status = 500
        OrganizationFactory()
        send_all()
        (delivery,) = WebhookDelivery.objects.all()
        waits = []
        for _ in range(len(queries.allowed_pauses())):
            waits.append((delivery.next_at - delivery.last_at).total_seconds())
            WebhookDelivery.objects.update(next_at=timezone.now())
            assert sending.send_due()
            delivery.refresh_from_db()

        assert delivery.state == WebhookDelivery.State.DEAD
        assert len({headers["webhook-id"] for _body, headers in receiver.calls}) == 1
        for waited, pause in zip(waits, queries.allowed_pauses(), strict=True):
            assert pause * 0.9 <= waited <= pause * 1.2 + 1
        assert not sending.send_due()

    def test_that_fails_holds_back_its_own_record_alone(self, receiver):
        poison, good = OrganizationFactory(), OrganizationFactory()
        hook(events=["organization.*"])
        receiver.answers[f"organizations/{poison.pk}"] = 500
        for _ in range(3):
            touch(poison)
            touch(good)
        send_all()

        sent = [subject for _type, subject in receiver.told()]
        assert sent.count(f"organizations/{poison.pk}") == 1, "what follows it waits"
        assert sent.count(f"organizations/{good.pk}") == 3

    def test_goes_on_in_order_when_it_is_heard_again(self, receiver):
        organization = OrganizationFactory()
        hook(events=["organization.*"])
        receiver.status = 503
        for _ in range(3):
            touch(organization)
        send_all()
        receiver.status = 200
        WebhookDelivery.objects.update(next_at=timezone.now())
        send_all()

        versions = [json.loads(body)["data"]["version"] for body, _headers in receiver.calls]
        assert versions == [2, 2, 3, 4]

    def test_skips_what_another_sender_has_in_hand(self, receiver):
        row, _secret = hook(events=["organization.*"])
        OrganizationFactory()
        settle()
        sending.fan_out()
        delivery = row.deliveries.get()
        other = connection.copy()
        with (
            patch("exchange.services.sending.connection", other),
            sending._alone(row.pk, delivery.chain) as alone,
        ):
            assert alone
            with patch("exchange.services.sending.connection", connection):
                assert not sending.send_due()
        other.close()
        assert sending.send_due()

    def test_does_not_hold_the_feed_back_while_the_receiver_thinks(self, receiver):
        hook(events=["organization.*"])
        OrganizationFactory()
        settle()
        sending.fan_out()
        seen = []

        def look(url, body, headers, **_more):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id_if_assigned()")
                seen.append((cursor.fetchone()[0], connection.in_atomic_block))
            return outbound.Answer(200, 1)

        with patch("exchange.services.sending.outbound.post", look):
            sending.send_due()

        assert seen == [(None, False)]

    def test_to_an_address_that_leads_inside_meanwhile_is_refused(self):
        hook(events=["organization.*"])
        OrganizationFactory()
        inside = [(2, 1, 6, "", ("10.0.0.1", 443))]
        with (
            patch("lib.outbound.socket.getaddrinfo", return_value=inside),
            patch("urllib3.util.connection.create_connection") as dial,
        ):
            send_all()

        dial.assert_not_called()
        assert "refused" in WebhookDelivery.objects.get().last_error

    def test_that_breaks_in_our_own_hands_is_an_attempt_that_failed(self, receiver, caplog):
        poison, good = OrganizationFactory(), OrganizationFactory()
        row, secret = hook(events=["organization.*"])

        def breaking(url, body, headers, **_more):
            if json.loads(body)["subject"] == f"organizations/{poison.pk}":
                raise RuntimeError(secret, headers["webhook-signature"])
            return receiver.post(url, body, headers)

        touch(poison)
        touch(good)
        with patch("exchange.services.sending.outbound.post", breaking):
            send_all()
            bad = row.deliveries.get(subject=f"organizations/{poison.pk}")
            assert (bad.state, bad.attempts, bad.last_status) == ("pending", 1, None)
            assert "RuntimeError" in bad.last_error
            assert receiver.told() == [("mithaq.organization.updated", f"organizations/{good.pk}")]
            for _ in queries.allowed_pauses():
                WebhookDelivery.objects.update(next_at=timezone.now())
                assert sending.send_due()
            bad.refresh_from_db()
            assert bad.state == WebhookDelivery.State.DEAD
            assert not sending.send_due()

        assert "RuntimeError" in caplog.text
        for each in (secret, secret.removeprefix("whsec_"), "v1,"):
            assert each not in caplog.text
            assert each not in bad.last_error

    def test_goes_on_where_the_wishes_of_one_endpoint_cannot_be_read(self, receiver, caplog):
        broken, good = hook(events=["organization.*"])[0], hook(events=["organization.*"])[0]
        WebhookEndpoint.objects.filter(pk=broken.pk).update(place="0 no place")
        OrganizationFactory()
        send_all()

        assert good.deliveries.get().state == WebhookDelivery.State.DELIVERED
        assert broken.deliveries.count() == 0
        assert f"{broken.pk}" in caplog.text

    def test_goes_on_when_the_mail_about_it_cannot_be_sent(self, receiver):
        organization = OrganizationFactory()
        UserFactory(contributor=True, organization=organization)
        row, _secret = hook(ApiTokenFactory(organization=organization), events=["organization.*"])
        receiver.status = 410
        OrganizationFactory()
        with patch("exchange.services.webhooks.send_mail", side_effect=ConnectionRefusedError):
            send_all()

        row.refresh_from_db()
        assert not row.active
        assert row.deliveries.get().attempts == 1

    @pytest.mark.parametrize("error", [InterfaceError("connection already closed"), RuntimeError("odd")])
    def test_outlives_whatever_happens_between_the_messages(self, receiver, error):
        hook(events=["organization.*"])
        organization = OrganizationFactory()
        settle()
        command = send_webhooks.Command()
        rounds = iter([error, None])

        def work(self):
            if told := next(rounds, None):
                raise told
            send_all()
            self.wanted = False
            return True

        with (
            patch.object(send_webhooks.Command, "work", work),
            patch("exchange.management.commands.send_webhooks.PAUSE", 0),
            patch("exchange.management.commands.send_webhooks.signal.signal"),
        ):
            command.handle(once=False)

        assert receiver.told() == [("mithaq.organization.updated", f"organizations/{organization.pk}")]

    def test_to_a_name_that_is_not_found_says_so(self):
        hook(events=["organization.*"])
        OrganizationFactory()
        with patch("lib.outbound.socket.getaddrinfo", side_effect=socket.gaierror(-3, "try again")):
            send_all()

        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.attempts) == ("pending", 1)
        assert "name" in delivery.last_error

    def test_follows_no_redirect(self, receiver):
        receiver.status = 302
        hook(events=["organization.*"])
        OrganizationFactory()
        send_all()

        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.last_status) == ("pending", 302)
        assert "redirect" in delivery.last_error

    def test_ends_for_good_and_with_a_mail_when_it_is_answered_410(self, receiver):
        organization = OrganizationFactory()
        manager = UserFactory(contributor=True, organization=organization, language="en")
        UserFactory(organization=organization)  # reads only
        row, _secret = hook(ApiTokenFactory(organization=organization), events=["organization.*"])
        receiver.status = 410
        OrganizationFactory()
        send_all()

        row.refresh_from_db()
        assert (row.active, bool(row.disabled_at)) == (False, True)
        assert [each.to for each in mail.outbox] == [[manager.email]]
        assert URL in mail.outbox[0].body
        assert f"/webhooks/{row.pk}/" in mail.outbox[0].body
        calls = len(receiver.calls)
        OrganizationFactory()
        send_all()
        assert len(receiver.calls) == calls

    def test_ends_after_five_days_of_failure(self, receiver):
        row, _secret = hook(events=["organization.*"])
        receiver.status = 0
        OrganizationFactory()
        send_all()
        row.refresh_from_db()
        assert row.failing_since
        WebhookEndpoint.objects.update(failing_since=timezone.now() - sending.PATIENCE - timedelta(hours=1))
        WebhookDelivery.objects.update(next_at=timezone.now())
        sending.send_due()

        row.refresh_from_db()
        assert not row.active
        assert AuditEvent.objects.filter(verb="webhook.switched_off", chain=row.pk).exists()

    def test_begins_again_where_it_stopped(self, receiver):
        token = ApiTokenFactory()
        row, _secret = hook(token, events=["organization.*"])
        webhooks.change(row.pk, active=False, by=token)
        organization = OrganizationFactory()
        send_all()
        assert receiver.calls == []

        webhooks.change(row.pk, active=True, by=token)
        send_all()
        assert receiver.told() == [("mithaq.organization.updated", f"organizations/{organization.pk}")]

    def test_makes_nothing_twice_of_one_event(self, receiver, caplog):
        _row, _secret = hook(events=["organization.*"])
        OrganizationFactory()
        settle()
        sending.fan_out()
        WebhookEndpoint.objects.update(place=feed.BEGINNING.token())
        assert sending.fan_out() == 0

        assert "webhook_is_told_of_an_event_once" in caplog.text
        assert WebhookDelivery.objects.count() == 1

    def test_forgets_what_is_over(self, receiver):
        row, _secret = hook(events=["organization.*"])
        OrganizationFactory()
        send_all()
        WebhookDelivery.objects.update(created_at=timezone.now() - queries.KEPT - timedelta(days=1))

        assert sending.forget(timezone.now()) == 1
        assert row.deliveries.count() == 0


class TestTheApi:
    def test_tells_the_secret_once(self, client):
        token = ApiTokenFactory()
        answer = client.post(
            ADDRESS,
            {"url": URL, "events": ["agreement.*"], "label": "Case management"},
            content_type="application/json",
            headers=again(token),
        )
        assert answer.status_code == 201, answer.content
        body = answer.json()
        secret = body["secret"]
        assert secret.startswith("whsec_")

        for address in (ADDRESS, f"{ADDRESS}/{body['id']}", f"{ADDRESS}/{body['id']}/deliveries"):
            told = client.get(address, headers=bearer(token))
            assert told.status_code == 200, told.content
            assert secret not in told.content.decode()
            assert "secret_sealed" not in told.content.decode()
        row = WebhookEndpoint.objects.get()
        assert secret not in row.secret_sealed
        assert sealing.unseal(row.secret_sealed, purpose=webhooks.PURPOSE) == secret

    def test_changes_what_is_sent_on_the_version_that_was_read(self, client):
        token = ApiTokenFactory()
        row, _secret = hook(token)
        address = f"{ADDRESS}/{row.pk}"
        tag = client.get(address, headers=bearer(token))["ETag"]

        def patched(body, **headers):
            return client.patch(
                address, body, content_type="application/merge-patch+json", headers=bearer(token) | headers
            )

        assert patched({"active": False}).status_code == 428
        done = patched({"events": ["organization.*"], "active": False}, **{"If-Match": tag})
        assert done.status_code == 200, done.content
        assert (done.json()["events"], done.json()["active"]) == (["organization.*"], False)
        assert done.json()["url"] == URL
        assert patched({"active": True}, **{"If-Match": tag}).status_code == 412
        wrong = patched({"event": []}, **{"If-Match": "*"})
        assert wrong.status_code == 422
        assert client.delete(address, headers=bearer(token) | {"If-Match": "*"}).status_code == 204
        assert client.get(address, headers=bearer(token)).status_code == 404

    @pytest.mark.parametrize(
        ("document", "pointer"),
        [
            ({"url": "http://receiver.example/", "events": ["*"]}, "/url"),
            ({"url": "https://10.0.0.1/", "events": ["*"]}, "/url"),
            ({"url": URL, "events": []}, "/events"),
            ({"url": URL, "events": ["agreement.*", "agreement.sold"]}, "/events/1"),
            ({"url": URL, "events": ["*"], "filter": {"party": str(uuid4())}}, "/filter/party"),
            ({"url": URL, "events": ["*"], "secret": "whsec_mine"}, "/secret"),
        ],
    )
    def test_refuses_what_cannot_be(self, client, document, pointer):
        def by_number(host, *_args, **_more):
            return [(2, 1, 6, "", (host if host[0].isdigit() else "93.184.216.34", 443))]

        with patch("lib.outbound.socket.getaddrinfo", by_number):
            answer = client.post(
                ADDRESS, document, content_type="application/json", headers=again(ApiTokenFactory())
            )

        assert answer.status_code == 422, answer.content
        assert answer.json()["errors"][0]["pointer"] == pointer
        assert not WebhookEndpoint.objects.exists()

    def test_sends_a_ping_and_sends_again(self, client, receiver):
        token = ApiTokenFactory()
        row, _secret = hook(token)
        ping = client.post(f"{ADDRESS}/{row.pk}/test", headers=again(token))
        assert ping.status_code == 202, ping.content
        while sending.send_due():
            pass
        (delivery,) = client.get(f"{ADDRESS}/{row.pk}/deliveries", headers=bearer(token)).json()["results"]
        assert (delivery["type"], delivery["state"]) == ("ping", "delivered")

        address = f"{ADDRESS}/{row.pk}/deliveries/{delivery['id']}/redeliver"
        assert client.post(address, headers=again(token)).status_code == 202
        while sending.send_due():
            pass
        first, second = (headers["webhook-id"] for _body, headers in receiver.calls)
        assert first == second

    def test_draws_a_new_secret_and_tells_it_once(self, client):
        token = ApiTokenFactory()
        row, old = hook(token)
        headers = again(token)
        answer = client.post(f"{ADDRESS}/{row.pk}/rotate-secret", headers=headers)

        assert answer.status_code == 200, answer.content
        assert answer.json()["secret"] != old
        assert answer.json()["previous_secret_until"]
        repeated = client.post(f"{ADDRESS}/{row.pk}/rotate-secret", headers=headers)
        assert answer.json()["secret"] not in repeated.content.decode()

    def test_shows_nobody_those_of_another_organization(self, client):
        row, _secret = hook()
        stranger = ApiTokenFactory()

        assert client.get(ADDRESS, headers=bearer(stranger)).json()["results"] == []
        for method, path in (
            ("get", ""),
            ("get", "/deliveries"),
            ("post", "/test"),
            ("post", "/rotate-secret"),
        ):
            call = getattr(client, method)(f"{ADDRESS}/{row.pk}{path}", headers=again(stranger))
            assert call.status_code == 404, path

    def test_needs_its_scope(self, client):
        token = ApiTokenFactory(scopes=["read"])
        answer = client.get(ADDRESS, headers=bearer(token))

        assert answer.status_code == 403
        assert answer.json()["scope"] == "webhooks:manage"


class TestAService:
    def test_refuses_a_twenty_first(self):
        token = ApiTokenFactory()
        for _ in range(webhooks.MOST):
            hook(token)
        with pytest.raises(Refused, match="20"):
            hook(token)

    def test_leaves_events_without_secrets(self):
        token = ApiTokenFactory()
        row, secret = hook(token)
        webhooks.rotate(row.pk, by=token)

        told = str(list(AuditEvent.objects.filter(chain=row.pk).values()))
        assert "webhook.added" in told
        assert "webhook.rotated" in told
        assert secret[6:20] not in told
        assert "sealed" not in told

    def test_says_no_secret_in_the_log(self, receiver, caplog):
        caplog.set_level(logging.DEBUG)
        token = ApiTokenFactory()
        row, secret = hook(token)
        _row, second = webhooks.rotate(row.pk, by=token)
        OrganizationFactory()
        send_all()

        assert receiver.calls
        for each in (secret, second):
            assert each not in caplog.text
            assert each.removeprefix("whsec_") not in caplog.text


class TestAMerge:
    def test_gives_a_webhook_other_eyes_by_an_administrator_alone(self):
        token, other = ApiTokenFactory(), OrganizationFactory()
        one, row = token.organization, hook(token)[0]
        ApiToken.objects.all().delete()

        with pytest.raises(Refused, match="an administrator merges it"):
            merge(one, into=other, reason="One.", by=UserFactory(editor=True))
        merge(one, into=other, reason="One.", by=UserFactory(administrator=True))

        row.refresh_from_db()
        assert row.organization == other


class TestASeal:
    def test_is_opened_by_its_key_and_purpose_alone(self):
        sealed = sealing.seal("word", purpose="one")

        assert sealing.unseal(sealed, purpose="one") == "word"
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, purpose="another")
        with override_settings(SECRET_KEY="another"), pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, purpose="one")
        with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            assert sealing.unseal(sealed, purpose="one") == "word"


class TestThePages:
    @pytest.fixture
    def manager(self):
        return UserFactory(contributor=True, organization=OrganizationFactory(name_en="Aman"))

    @pytest.fixture
    def page(self, manager):
        made = Client()
        made.force_login(manager)
        return made

    def test_add_one_and_show_its_secret_once(self, page, manager):
        answer = page.post(
            "/en/webhooks/", {"url": URL, "label": "Cases", "events": "agreement.*, organization.*"}
        )
        assert answer.status_code == 200, answer.content
        row = WebhookEndpoint.objects.get()
        secret = sealing.unseal(row.secret_sealed, purpose=webhooks.PURPOSE)
        assert secret in answer.content.decode()
        assert row.events == ["agreement.*", "organization.*"]
        for address in ("/en/webhooks/", f"/en/webhooks/{row.pk}/"):
            assert secret not in page.get(address).content.decode()

    def test_refuse_at_the_field(self, page):
        answer = page.post("/en/webhooks/", {"url": "http://receiver.example/", "events": "agreement.sold"})

        assert answer.status_code == 422
        assert "must begin with https://" in answer.content.decode()
        assert "There is no event" in answer.content.decode()

    def test_do_all_that_can_be_done(self, page, manager, receiver):
        row, secret = hook(manager, label="Cases")
        here = f"/en/webhooks/{row.pk}/"
        assert page.post(f"{here}test/").status_code == 302
        while sending.send_due():
            pass
        told = page.get(here).content.decode()
        assert "ping" in told
        assert "Delivered" in told
        delivery = row.deliveries.get()
        assert json.loads(delivery.body)["id"] in page.get(f"{here}{delivery.pk}/").content.decode()
        assert page.post(f"{here}{delivery.pk}/again/").status_code == 302
        drawn = page.post(f"{here}rotate/").content.decode()
        assert "whsec_" in drawn
        assert secret not in drawn
        assert page.post(here, {"url": URL, "label": "New", "events": "*"}).status_code == 302
        row.refresh_from_db()
        assert (row.label, row.events) == ("New", ["*"])
        assert page.post(f"{here}switch/", {"active": "false"}).status_code == 302
        assert page.post(f"{here}test/", follow=True).status_code == 200
        assert page.get(f"{here}remove/").status_code == 200
        assert page.post(f"{here}remove/").status_code == 302
        assert not WebhookEndpoint.objects.exists()

    def test_are_absent_for_others(self, page):
        row, _secret = hook()

        for path in ("", "remove/", "1/"):
            assert page.get(f"/en/webhooks/{row.pk}/{path}").status_code == 404
        for path in ("rotate/", "test/", "switch/", "1/again/"):
            assert page.post(f"/en/webhooks/{row.pk}/{path}").status_code == 404

    def test_of_the_administration_show_no_secret_and_send_again(self, receiver):
        admin = Client()
        admin.force_login(UserFactory(administrator=True))
        row, secret = hook(events=["organization.*"])
        OrganizationFactory()
        send_all()
        delivery = row.deliveries.get()
        listed = admin.get(f"/en/admin/exchange/webhookendpoint/{row.pk}/change/")
        assert listed.status_code == 200
        assert row.secret_sealed not in listed.content.decode()
        assert secret not in listed.content.decode()

        admin.post(
            "/en/admin/exchange/webhookdelivery/",
            {"action": "send_again", "_selected_action": [delivery.pk]},
        )
        delivery.refresh_from_db()
        assert delivery.state == "pending"
