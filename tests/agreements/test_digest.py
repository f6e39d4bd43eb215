"""The weekly letter: who gets it, what it tells, what it keeps to itself, how it ends."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.models import Agreement, Follow
from agreements.services import desk, digest
from audit.models import AuditEvent
from organizations import private_addresses
from organizations.models import User
from tests import factories
from tests.agreements.conftest import BY, account

pytestmark = pytest.mark.django_db

MARKER = "SECRET-other"
PUBLIC = "http://localhost:8000"


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def send(on: date | None = None) -> int:
    """Run the digest as of tomorrow: what happened today is then told."""
    return digest.send_all(on=on or tomorrow(), by=BY)


@pytest.fixture
def reader(db) -> User:
    """A reader who asked for the letter a month ago and follows what `follow` adds."""
    reader = account("reader", factories.OrganizationFactory())
    desk.set_digest(True, by=reader)
    User.objects.filter(pk=reader.pk).update(digest_until=timezone.now() - timedelta(days=30))
    return User.objects.get(pk=reader.pk)


def followed(reader: User, **fields) -> Agreement:
    """A published agreement that `reader` follows; changed after that."""
    agreement = factories.AgreementFactory(published=True, **fields)
    desk.follow(agreement.pk, by=reader)
    factories.record(agreement)
    return agreement


def words(message) -> str:
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return f"{message.subject}\n{message.body}\n{html}"


class TestTheLetter:
    def test_tells_what_changed_in_what_one_follows(self, reader):
        agreement = followed(reader, title_en="Olives & <b>schools</b>")

        assert send() == 1

        [message] = mail.outbox
        assert message.to == [reader.email]
        assert f"{agreement.code} · Olives & <b>schools</b>" in message.body
        assert f"{PUBLIC}/en/agreements/{agreement.code}/" in message.body
        assert "Olives &amp; &lt;b&gt;schools&lt;/b&gt;" in words(message)

    def test_is_sent_once_however_often_it_is_run(self, reader):
        followed(reader)

        assert [send(), send()] == [1, 0]
        assert len(mail.outbox) == 1

    def test_goes_on_where_the_letter_before_ended(self, reader):
        agreement = followed(reader)
        User.objects.filter(pk=reader.pk).update(digest_until=timezone.now())

        assert send() == 0
        assert mail.outbox == []

        reader.refresh_from_db()
        assert timezone.localdate(reader.digest_until) == tomorrow()
        assert Follow.objects.filter(agreement=agreement).exists()

    def test_is_not_sent_when_nothing_changed(self, reader):
        agreement = factories.AgreementFactory(published=True)
        desk.follow(agreement.pk, by=reader)

        assert send() == 0

    def test_is_silent_on_what_was_before_one_followed(self, reader):
        agreement = factories.AgreementFactory(published=True, title_en="Olives")
        factories.record(agreement)
        desk.follow(agreement.pk, by=reader)

        assert send() == 0

    def test_counts_what_happened_several_times(self, reader):
        agreement = followed(reader)
        factories.record(agreement)

        send()

        assert "(×2)" in mail.outbox[0].body

    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_speaks_the_language_of_its_reader(self, reader, language):
        User.objects.filter(pk=reader.pk).update(language=language)
        agreement = followed(reader, title_fr="Oliviers", title_ar="زيتون", title_en="Olives")

        send()

        title = {"en": "Olives", "fr": "Oliviers", "ar": "زيتون"}[language]
        told = words(mail.outbox[0])
        assert title in told
        assert f"{PUBLIC}/{language}/agreements/{agreement.code}/" in told
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in told

    def test_leaves_an_event_in_the_trail(self, reader):
        followed(reader)

        send()

        event = AuditEvent.objects.get(verb="account.digest_sent")
        assert event.target_id == str(reader.pk)
        assert event.actor == BY.audit_label()

    def test_stays_due_when_the_mail_cannot_leave(self, reader, monkeypatch):
        followed(reader)
        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.EmailMultiAlternatives.send", _no_server)
            with pytest.raises(ConnectionRefusedError):
                send()
        assert not AuditEvent.objects.filter(verb="account.digest_sent").exists()

        assert send() == 1

    def test_asks_a_fixed_number_of_queries(self, reader):
        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                assert len(digest.news(reader, until=timezone.now() + timedelta(days=1))) > 0
            return len(told)

        followed(reader)
        few = queries()
        for _each in range(4):
            followed(reader)

        assert queries() == few


def _no_server(self):
    raise ConnectionRefusedError


class TestWhoGetsIt:
    @pytest.mark.parametrize("change", [{"weekly_digest": False}, {"is_active": False}])
    def test_nobody_who_did_not_ask_or_whose_account_is_closed(self, reader, change):
        followed(reader)
        User.objects.filter(pk=reader.pk).update(**change)

        assert send() == 0

    def test_each_what_they_follow_themselves(self, reader):
        followed(reader, title_en="Olives")
        other = factories.UserFactory(weekly_digest=True)
        followed(other, title_en="Almonds")

        assert send() == 2

        told = {message.to[0]: words(message) for message in mail.outbox}
        assert "Almonds" not in told[reader.email]
        assert "Olives" not in told[other.email]


class TestWhatIsNotPublic:
    @pytest.mark.parametrize("level", ["partners", "restricted"])
    def test_has_number_and_address_and_not_a_word(self, reader, level):
        agreement = followed(
            reader,
            confidentiality=level,
            parties=[reader.organization, factories.OrganizationFactory()],
            title_en=f"{MARKER} title",
        )

        assert send() == 1

        told = words(mail.outbox[0])
        assert agreement.code in told
        assert f"{PUBLIC}/en/agreements/{agreement.code}/" in told
        assert MARKER not in told
        assert "test.made" not in told
        assert "made" not in re.sub(r"https?://\S+", "", told)

    def test_is_not_told_at_all_to_whoever_may_no_longer_read_it(self, reader):
        agreement = followed(
            reader,
            confidentiality="restricted",
            parties=[reader.organization, factories.OrganizationFactory()],
        )
        User.objects.filter(pk=reader.pk).update(organization=None)

        assert send() == 0
        assert mail.outbox == []
        assert Follow.objects.filter(agreement=agreement).exists()

    def test_is_not_told_when_it_is_withdrawn(self, reader):
        agreement = followed(reader)
        Agreement.objects.filter(pk=agreement.pk).update(editorial_state="withdrawn")

        assert send() == 0

    def test_names_of_those_who_changed_it_are_in_no_letter(self, reader):
        followed(reader)

        send()

        assert BY.audit_label() not in words(mail.outbox[0])


class TestTheWayOut:
    @pytest.fixture
    def address(self, reader):
        return private_addresses.address("digest-stop", reader).removeprefix(PUBLIC)

    def test_is_in_every_letter_for_people_and_for_programs(self, reader, address):
        followed(reader)

        send()

        [message] = mail.outbox
        assert message.extra_headers["List-Unsubscribe"] == f"<{PUBLIC}{address}>"
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message.body.count(address) == 1

    def test_takes_one_click_of_a_mail_program(self, reader, address):
        program = Client(enforce_csrf_checks=True)

        response = program.post(address, {"List-Unsubscribe": "One-Click"})

        reader.refresh_from_db()
        assert (response.status_code, reader.weekly_digest) == (200, False)
        event = AuditEvent.objects.filter(verb="account.digest_set").latest("id")
        assert event.actor == reader.audit_label()

    def test_asks_a_person_before_it_changes_anything(self, client, reader, address):
        page = client.get(address).content.decode()

        reader.refresh_from_db()
        assert "<form" in page
        assert reader.weekly_digest

    def test_says_so_when_it_was_taken_before(self, client, reader, address):
        client.post(address)

        assert "No more letters will be sent" in client.get(address).content.decode()

    def test_stays_open_after_a_new_password(self, client, reader, address):
        reader.set_password("another olive tree")
        reader.save()

        assert client.post(address).status_code == 200

    def test_is_nobody_elses(self, client, reader, address):
        other = factories.UserFactory(weekly_digest=True)

        assert client.post(address.replace(str(reader.pk), str(other.pk))).status_code == 404
        other.refresh_from_db()
        assert other.weekly_digest


class TestTheSettings:
    def test_switch_the_letter_on_and_off(self, client):
        reader = factories.UserFactory()
        client.force_login(reader)
        for wanted in (True, False):
            client.post("/en/account/digest/", {"wanted": str(wanted).lower()})
            reader.refresh_from_db()
            assert reader.weekly_digest is wanted

    def test_list_what_one_follows_and_let_it_go(self, client, reader):
        agreement = followed(reader, title_en="Olives")
        client.force_login(reader)
        assert "Olives" in client.get("/en/account/digest/").content.decode()

        client.post("/en/account/digest/", {"unfollow": str(agreement.pk)})

        assert not Follow.objects.exists()

    def test_count_what_one_may_no_longer_read_without_a_word(self, client, reader):
        agreement = followed(
            reader,
            confidentiality="restricted",
            parties=[reader.organization, factories.OrganizationFactory()],
            title_en=MARKER,
        )
        User.objects.filter(pk=reader.pk).update(organization=None)
        client.force_login(User.objects.get(pk=reader.pk))

        page = client.get("/en/account/digest/").content.decode()
        assert "1 agreement you follow is no longer open to you" in page
        assert MARKER not in page
        assert agreement.code not in page

        client.post("/en/account/digest/", {"unfollow": "hidden"})
        assert not Follow.objects.exists()

    @pytest.mark.parametrize("written", ["nonsense", "", "0190b0a4-0000-7000-8000-000000000000"])
    def test_change_nothing_for_what_is_no_key(self, client, reader, written):
        followed(reader)
        client.force_login(reader)

        assert client.post("/en/account/digest/", {"unfollow": written}).status_code == 302
        assert Follow.objects.count() == 1

    def test_are_for_people_with_an_account(self, client):
        assert client.get("/en/account/digest/").status_code == 302


class TestTheCommand:
    def test_tells_how_many_were_sent(self, reader):
        followed(reader)
        AuditEvent.objects.count()
        told = StringIO()

        call_command("send_digests", stdout=told)

        assert told.getvalue() == "0 sent.\n"  # what happened today is told tomorrow
        assert mail.outbox == []

    @pytest.mark.parametrize("on", ["spring", "2026-13-01", "9999-01-01"])
    def test_refuses_a_day_that_is_none_or_has_not_begun(self, on):
        with pytest.raises(CommandError):
            call_command("send_digests", on=on)
