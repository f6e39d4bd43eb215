"""The rows of the list as HTML, cell by cell: a template takes ten times as long, and a page has up to a hundred.

Every text goes through `format_html`, which leaves only what is marked as safe as it is.
"""

from collections.abc import Callable, Collection, Iterable
from functools import cache

from django.template.defaultfilters import capfirst
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.models import Agreement
from agreements.models.lifecycle import LegalState
from agreements.queries.lines import Line
from agreements.queries.listing import Next
from agreements.queries.progress import Progress
from lib import languages
from lib.claims import Answer, DateClaim
from lib.templatetags import mithaq, registry

icon = cache(mithaq.icon)
_PARTS = {"A": "a", "B": "b", "C": "c", "D": "d"}
_STATES = {
    LegalState.IN_FORCE: ("ok", "circle-check"),
    LegalState.ENDED: ("non", "circle-dashed"),
    LegalState.SUSPENDED: ("late", "triangle-alert"),
    LegalState.NOT_YET_IN_FORCE: ("wip", "pen-line"),
}
_NOTED = {LegalState.ENDED, LegalState.SUSPENDED}
"""The states that are told beside the end where no column tells them."""


def rows(lines: list[Line], columns: Collection[str]) -> SafeString:
    """The rows of the table, with the cells of these columns, in the order in which `COLUMNS` has them."""
    cells = [(name, cell) for name, cell in _CELLS.items() if name in columns]
    return _joined(_row(each, cells, columns) for each in lines)


def _joined(pieces: Iterable[SafeString], between: str = "") -> SafeString:
    return format_html_join(between, "{}", ((each,) for each in pieces))


def _row(line: Line, cells: list, columns: Collection[str]) -> SafeString:
    code = line.agreement.code
    return format_html(
        '<tr>\n<td class="choose"><label><span class="vh">{}</span>'
        '<input class="cb" type="checkbox" name="only" value="{}" form="bulk"></label></td>\n'
        '<th scope="row">{}</th>\n{}</tr>\n',
        _("Select %(code)s") % {"code": code},
        code,
        _title(line, code),
        _joined(cell(line, columns) for _name, cell in cells),
    )


def _title(line: Line, code: str) -> SafeString:
    agreement = line.agreement
    address = agreement.get_absolute_url()
    tags = [format_html('<span class="tag">{}</span>', capfirst(str(agreement.kind)))]
    if agreement.amended:
        words = ngettext("amended once", "amended %(number)s times", agreement.amended)
        words %= {"number": agreement.amended}
        tags.append(format_html('<a class="tag" href="{}#since">{}</a>', address, words))
    if agreement.editorial_state != Agreement.EditorialState.PUBLISHED:
        state = capfirst(agreement.get_editorial_state_display())
        tags.append(format_html('<span class="st due">{}{}</span>', icon("pencil"), state))
    if agreement.confidentiality != Agreement.Confidentiality.PUBLIC:
        kept = capfirst(agreement.get_confidentiality_display())
        tags.append(format_html('<span class="st non">{}{}</span>', icon("lock"), kept))
    return format_html(
        '<div class="agr"><a class="ttl" href="{}">{}</a><span class="row xs muted">'
        '<span class="num"><bdi dir="ltr">{}</bdi></span>{}</span>{}</div>',
        address,
        registry.marked(languages.spoken(agreement, "title")),
        code,
        _joined(tags),
        _reasons(line, address),
    )


def _reasons(line: Line, address: str) -> SafeString | str:
    if not line.reasons:
        return ""
    told = [
        format_html(
            '<li><a href="{}{}"><span class="muted">{}</span></a> <bdi lang="{}" dir="{}">{}</bdi></li>',
            address,
            f"#{each.anchor}" if each.anchor else "",
            each.label,
            each.language,
            languages.direction(each.language),
            _joined(
                format_html("<mark>{}</mark>" if is_marked else "{}", text) for text, is_marked in each.pieces
            ),
        )
        for each in line.reasons
    ]
    return format_html('<ul class="why">{}</ul>', _joined(told))


# The cells, each under its column's head, which narrow pages repeat before it.


def _cell(head: str, told: SafeString) -> SafeString:
    return format_html('<td data-l="{}">{}</td>\n', head, told)


def _not(words: str) -> SafeString:
    """Words in the place of what no source says."""
    return format_html('<span class="not">{}</span>', words)


def _parties(line: Line, columns: Collection[str]) -> SafeString:
    told = [
        format_html(
            '<span class="party"><span class="pm {}" aria-hidden="true">{}</span>'
            '<span><bdi lang="{}">{}</bdi></span></span>',
            _PARTS.get(letter, "x"),
            letter,
            name.language,
            name.value,
        )
        for letter, name in line.parties
    ]
    return _cell(_("Parties"), format_html('<div class="pp">{}</div>', _joined(told)))


def _commitments(line: Line, columns: Collection[str]) -> SafeString:
    told = format_html('<span class="num">{}</span>', "0")
    if line.commitments:
        told = format_html(
            '{}<span class="xs"><span class="num"><bdi>{} / {}</bdi></span> {}</span>',
            registry.bar(dict(line.tally), line.commitments),
            line.tally[Progress.FULFILLED],
            line.commitments,
            _("fulfilled"),
        )
    if line.sides:
        words = " · ".join(_gives(letters, count) for letters, count in line.sides)
        told += format_html('<span class="xs muted">{}</span>', words)
    return _cell(_("Commitments"), format_html('<div class="cells">{}</div>', told))


def _gives(letters: str, count: int) -> str:
    if letters == "J":
        return _("joint %(count)s") % {"count": count}
    return _("%(letters)s gives %(count)s") % {"letters": letters, "count": count}


def _next(line: Line, columns: Collection[str]) -> SafeString:
    head = pgettext("column", "Next")
    if line.next is None:
        return _cell(head, _not(_("No date")))
    drawing, words = _what_comes(line.next)
    return _cell(
        head,
        format_html(
            '<span class="cells"><span class="st {}">{}{}</span>'
            '<span class="xs muted num nowrap">{}<bdi>{}</bdi></span></span>',
            {"late": "late", "due": "due"}.get(line.next.state, "non"),
            icon(drawing),
            words,
            format_html("<bdi>{}</bdi> · ", line.next.label) if line.next.label else "",
            registry.day(line.next.day),
        ),
    )


def _what_comes(coming: Next) -> tuple[str, str]:
    if coming.is_ours:
        return ("bell-ring", _("Follow-up passed")) if coming.state == "late" else ("bell", _("Follow up"))
    if coming.state == "late":
        return "triangle-alert", _("Overdue")
    return "clock", _("Due soon") if coming.state == "due" else _("Due")


def _state(line: Line, columns: Collection[str]) -> SafeString:
    style, drawing = _STATES.get(line.state, ("brand", "pen-line"))
    words = capfirst(line.state.label)
    return _cell(_("State"), format_html('<span class="st {}">{}{}</span>', style, icon(drawing), words))


def _date(claim: DateClaim) -> SafeString:
    missing = "not " if registry.is_missing(claim) else ""
    return format_html('<span class="{}dcol">{}</span>', missing, registry.when(claim))


_ANSWERS = {
    Answer.CERTAIN: lambda: pgettext("date", "certainly"),
    Answer.POSSIBLE: lambda: pgettext("date", "possibly"),
    Answer.UNKNOWN: lambda: pgettext("date", "unknown"),
}


def _dated(head: str, claim: DateClaim, more: str) -> SafeString:
    """A date, and below it what is told of it."""
    below = format_html('<span class="xs muted">{}</span>', more) if more else ""
    return _cell(head, format_html('<span class="cells">{}{}</span>', _date(claim), below))


def _signed(line: Line, columns: Collection[str]) -> SafeString:
    answer = getattr(line.agreement, "signed_answer", None)
    return _dated(pgettext("column", "Signed"), line.agreement.signed, _ANSWERS[answer]() if answer else "")


def _effective(line: Line, columns: Collection[str]) -> SafeString:
    return _cell(_("In force from"), _date(line.agreement.effective))


def _ends(line: Line, columns: Collection[str]) -> SafeString:
    is_told = "state" not in columns and line.state in _NOTED
    return _dated(_("Ends"), line.agreement.ends, line.state.label if is_told else "")


def _programme(line: Line, columns: Collection[str]) -> SafeString:
    programme = line.agreement.programme
    if programme is None:
        return _cell(_("Programme"), _not(_("None stated")))
    return _cell(_("Programme"), registry.marked(languages.spoken(programme, "name")))


def _groups(line: Line, columns: Collection[str]) -> SafeString:
    told = _joined((registry.marked(each) for each in line.groups), between=" · ")
    return _cell(_("Who benefits"), told or _not(_("Not stated")))


def _questions(line: Line, columns: Collection[str]) -> SafeString:
    return _cell(_("Open questions"), format_html('<span class="num">{}</span>', line.open_questions))


def _source_language(line: Line, columns: Collection[str]) -> SafeString:
    return _cell(_("Language of the source"), line.agreement.get_source_language_display())


_CELLS: dict[str, Callable[[Line, Collection[str]], SafeString]] = {
    "parties": _parties,
    "commitments": _commitments,
    "next": _next,
    "state": _state,
    "signed": _signed,
    "effective": _effective,
    "ends": _ends,
    "programme": _programme,
    "groups": _groups,
    "questions": _questions,
    "source_language": _source_language,
}
