"""How facts are written on a page: texts with their language marked, dates that are not exact, history in words."""

import re
from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from django import template
from django.apps import apps
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib import languages
from lib.claims import Basis, DateClaim

register = template.Library()

# Morocco writes Arabic with the digits 0–9 and its own names of months.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_LOCALES = {"en": "en_GB", "fr": "fr", "ar": "ar_MA"}


def _locale() -> str:
    return _LOCALES[languages.current()]


@register.simple_tag
def spoken(instance, name: str) -> SafeString:
    """The translated field `name`, marked with its language where that is not the reader's."""
    return marked(languages.spoken(instance, name))


@register.filter
def marked(text: languages.Text) -> SafeString:
    """Words of any language inside a page of another: `lang`, `dir`, and isolated from their neighbours."""
    if text.is_foreign:
        return format_html('<bdi lang="{}" dir="{}">{}</bdi>', text.language, text.direction, text.value)
    return contained(text.value)


@register.filter
def contained(words: str) -> SafeString:
    """Words as they are; where characters in them turn the direction of what follows, isolated from that."""
    return format_html("<bdi>{}</bdi>" if _TURNING.search(words or "") else "{}", words or "")


@register.filter
def label(organization) -> SafeString:
    """An organization's short name or name, isolated: names keep their own direction."""
    text = organization.label
    return format_html('<bdi lang="{}">{}</bdi>', text.language, text.value)


@register.filter
def direction(language: str) -> str:
    return languages.direction(language)


@register.filter
def country(code: str) -> str:
    """The country's name in the reader's language; its code when CLDR has none."""
    return Locale(languages.current()).territories.get(code, code) if code else ""


@register.filter
def day(value: date) -> str:
    """A day written out: 1 Nov 2026, never 01/11."""
    return format_date(value, "d MMM y", locale=_locale())


@register.filter
def number(value: int) -> str:
    """A number as it is written in a text: 2,000; 2 000."""
    return format_decimal(value, locale=_locale())


@register.filter
def counted(told) -> SafeString:
    """The number of an option or a total; with a plus where there may be more than were looked at."""
    return or_more(told.number, told.more)


@register.filter
def or_more(count: int, more: bool) -> SafeString:
    """A count; with a plus where there may be `more`."""
    return format_html('<bdi dir="ltr">{}+</bdi>' if more else "{}", count)


@register.filter
def said_of(count: int, more: bool) -> int:
    """By which number a message that tells `or_more` is declined: Arabic tells none, one and two in words, exactly."""
    return 100 if more and count < 3 else count


@register.filter
def moment(value) -> str:
    return format_datetime(value, "d MMM y, HH:mm", locale=_locale())


@register.filter
def full_day(value: date) -> str:
    """A day with its weekday, at the head of a page: Sunday 22 November 2026."""
    return format_date(value, "EEEE d MMMM y", locale=_locale())


@register.filter
def month(value: date) -> str:
    """The month in short, as it stands alone: Nov."""
    return format_date(value, "LLL", locale=_locale())


@register.filter
def month_year(value: date) -> str:
    """The month of a year as it stands alone: November 2026."""
    return format_date(value, "LLLL y", locale=_locale())


@register.filter
def weekday(value: date, width: str = "wide") -> str:
    """The day of the week as it stands alone, `wide` or `abbreviated`."""
    return format_date(value, "cccc" if width == "wide" else "ccc", locale=_locale())


@register.filter
def ago(value: datetime) -> str:
    """How long ago something happened: 2 hours ago; after a month the day."""
    since = timezone.now() - value
    if since > timedelta(days=31):
        return day(timezone.localdate(value))
    return format_timedelta(-since, add_direction=True, locale=_locale(), threshold=1)


@register.filter
def away(days: int) -> str:
    """So many days from now, or before when below zero, in its largest unit: in 2 years, 3 months ago."""
    return format_timedelta(timedelta(days=days), add_direction=True, locale=_locale(), threshold=1)


@register.filter
def when(claim: DateClaim) -> str:
    """A date claim in short: a day, a month, a year, a span, the words of the source, or that it is not stated."""
    if claim.is_known:
        return _span(claim)
    if claim.basis == Basis.NONE:
        return _("none, by the text itself")
    if claim.text:
        return quoted(claim.text)
    return _("Not stated")


@register.filter
def quoted(words: str) -> SafeString:
    """Words of a source inside a line of the page: in the quotation marks of the reader's language, isolated."""
    return format_html('<bdi dir="auto">{}</bdi>', _("“%(words)s”") % {"words": words})


def _span(claim: DateClaim) -> str:
    if claim.is_exact:
        return day(claim.earliest)
    if claim.earliest is None:
        return _("%(day)s or before") % {"day": day(claim.latest)}
    if claim.latest is None:
        return _("%(day)s or after") % {"day": day(claim.earliest)}
    if claim.edtf and len(claim.edtf) == 4:
        return claim.edtf
    if claim.edtf and len(claim.edtf) == 7:
        return format_date(claim.earliest, "MMMM y", locale=_locale())
    return _("between %(first)s and %(last)s") % {"first": day(claim.earliest), "last": day(claim.latest)}


@register.filter
def is_missing(claim: DateClaim) -> bool:
    return not claim.is_known and not claim.text and claim.basis != Basis.NONE


VERBS = {
    "agreement.registered": lambda: _("Entered in the registry"),
    "agreement.restored": lambda: _("Taken over from another registry"),
    "agreement.submitted": lambda: _("Sent to review"),
    "agreement.sent_back": lambda: _("Sent back to its author"),
    "agreement.published": lambda: _("Published"),
    "agreement.withdrawn": lambda: _("Withdrawn"),
    "agreement.changed": lambda: _("Record corrected"),
    "agreement.called_back": lambda: _("Called back from review by its author"),
    "agreement.commented": lambda: _("Commented on in review"),
    "agreement.comment_settled": lambda: _("Comment settled"),
    "agreement.change_submitted": lambda: _("Change submitted for approval"),
    "agreement.change_called_back": lambda: _("Change called back by its author"),
    "agreement.change_sent_back": lambda: _("Change sent back to its author"),
    "agreement.corrected": lambda: _("Record corrected"),
    "agreement.amended": lambda: _("Amended by the parties"),
    "agreement.event_recorded": lambda: _("Renewed, suspended, resumed or ended"),
    "fact.signed_without_source": lambda: _("Signed: entered without source"),
    "fact.signature_taken_back": lambda: _("Signature taken back: entered without source"),
    "source.renewed": lambda: _("Newer text of a source entered"),
    "question.resolved": lambda: _("Open question resolved"),
    "progress.reported": lambda: _("A party reported progress"),
    "activity.reported": lambda: _("Activity reported"),
    "activity.changed": lambda: _("Activity corrected"),
    "activity.cancelled": lambda: _("Activity cancelled"),
    "evidence.attached": lambda: _("Evidence added"),
    "file.attached": lambda: _("File added"),
    "file.entered": lambda: _("File entered with its draft"),
    "file.removed": lambda: _("File removed from its draft"),
    "follow_up.set": lambda: _("Follow-up set"),
    "follow_up.done": lambda: _("Follow-up done"),
    "follow_up.reopened": lambda: _("Follow-up opened again"),
    "followup.removed": lambda: _("Follow-up removed"),
    "organization.merged": lambda: _("Merged into another record"),
    "organization.absorbed": lambda: _("Another record was merged into this one"),
    "organization.merge_undone": lambda: _("Merge undone"),
    "organization.told_apart": lambda: _("Stated not to be the same as another"),
    "organization.told_apart_no_longer": lambda: _("No longer stated not to be the same as another"),
    "person.merged": lambda: _("Merged into another record"),
    "person.absorbed": lambda: _("Another record was merged into this one"),
    "person.merge_undone": lambda: _("Merge undone"),
    "person.told_apart": lambda: _("Stated not to be the same as another"),
    "person.told_apart_no_longer": lambda: _("No longer stated not to be the same as another"),
    "agreement.links_moved": lambda: _("A merged organization or person replaced by the one that was kept"),
    "agreement.links_restored": lambda: _("A merge undone: the organization or person is as it was"),
    "activity.links_moved": lambda: _("A merged organization replaced by the one that was kept"),
    "activity.links_restored": lambda: _("A merge undone: the organization is as it was"),
    "agreement.set_aside": lambda: _("Set aside as a duplicate"),
    "agreement.brought_back": lambda: _("No longer a duplicate"),
    "agreement.has_duplicate": lambda: _("Another record was set aside as a duplicate of this one"),
    "agreement.told_apart": lambda: _("Stated not to be the same as another"),
    "agreement.told_apart_no_longer": lambda: _("No longer stated not to be the same as another"),
}


@register.filter
def happened(event) -> str:
    """An audit event as a person says it."""
    if event.verb in VERBS:
        return VERBS[event.verb]()
    what = event.verb.partition(".")[2]
    words = {
        "created": _("Added"),
        "changed": _("Corrected"),
        "removed": _("Removed"),
        "links_moved": _("Links moved with a merge"),
        "links_restored": _("Links moved back: a merge was undone"),
    }.get(what, what)
    try:
        kind = apps.get_model(event.target_type)._meta.verbose_name
    except LookupError:  # a table of earlier days
        kind = event.target_type
    return f"{words} – {kind}"


@register.simple_tag
def bar(tally, total: int) -> SafeString:
    """A progress bar as SVG: one stretch a state; its words stand beside it."""
    fills = {"fulfilled": "f-ok", "in_progress": "f-wip", "overdue": "f-late", "no_news": "f-none"}
    parts, x = [], 0.0
    for state, count in tally.items():
        if count and total:
            width = 100 * count / total
            parts.append(
                format_html(
                    '<rect class="{}" x="{}" y="0" width="{}" height="8"/>',
                    fills[state.value],
                    f"{x:.2f}",
                    f"{max(width - 0.9, 0.5):.2f}",
                )
            )
            x += width
    return format_html(
        '<svg class="bar flip" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">{}</svg>',
        format_html_join("", "{}", ((part,) for part in parts)),
    )
