"""Pages to write: report an activity, correct it, take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import CheckboxSelectMultiple
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from activities import queries, services
from activities.forms import ActivityForm, ReachedSet, WithdrawForm, as_typed, groups, summary
from activities.models import Activity
from activities.queries import browsing
from activities.views.browse import page_context
from agreements.models import Agreement, Commitment
from agreements.queries import ledger
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission

MOST = 200
"""How many agreements are offered to choose from, the newest records first; any other is chosen on its own sheet."""


@require_http_methods(["GET", "POST"])
@requires(Permission.ACTIVITY_REPORT)
def activity_report(request: HttpRequest) -> HttpResponse:
    asked = ""
    initial: dict[str, Any] = {}
    if request.method == "GET":
        asked = request.GET.get("agreement", "")
        if key := request.GET.get("commitment", ""):
            commitment = _countable(request, key)
            asked = commitment.agreement.code
            initial["counts"] = [str(commitment.pk)]
    return _entry(request, asked=asked, initial=initial)


def _countable(request: HttpRequest, key: str) -> Commitment:
    open_to = Commitment.objects.filter(agreement__in=browsing.reportable(request.user))
    try:
        return get_object_or_404(open_to.select_related("agreement"), pk=key)
    except ValidationError as error:
        raise Http404(_("There is no such record, or you may not read it.")) from error


@require_http_methods(["GET", "POST"])
@requires(Permission.ACTIVITY_REPORT)
def activity_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    visible = queries.with_details(Activity.objects.visible_to(request.user), actor=request.user)
    activity = get_object_or_404(visible, pk=pk)
    if not queries.may_change(activity, request.user):
        raise PermissionDenied(_("An activity is corrected by an organization that holds it."))
    browsing.counted([activity])
    counted = [each.commitment.agreement for each in activity.fulfilments.all()]
    open_to = set(
        browsing.reportable(request.user)
        .filter(pk__in={each.pk for each in counted})
        .values_list("pk", flat=True)
    )
    asked = request.GET.get("agreement") or next((each.code for each in counted if each.pk in open_to), "")
    initial = {
        "title": activity.title,
        "language": activity.source_language,
        "kind": activity.kind_id,
        "status": activity.status,
        "description": activity.description,
        "place": activity.place,
        "organizers": [str(each.organization_id) for each in activity.organizers.all()],
        "counts": [str(each.commitment_id) for each in activity.fulfilments.all()],
        "extents": {str(each.commitment_id): each.extent for each in activity.fulfilments.all()},
        **as_typed(activity.held),
    }
    return _entry(request, asked=asked, initial=initial, activity=activity, open_to=open_to)


def _entry(
    request: HttpRequest,
    *,
    asked: str,
    initial: dict[str, Any],
    activity: Activity | None = None,
    open_to: frozenset | set = frozenset(),
) -> HttpResponse:
    """The form, empty, drawn again, refused or saved. `open_to` are the agreements whose counting may be changed."""
    posted = request.method == "POST"
    reportable = browsing.reportable(request.user)
    asked = request.POST.get("agreement", "") if posted else asked
    chosen = ledger.with_lanes(reportable).filter(number=Agreement.number_of(asked) or 0).first()
    if asked and chosen is None and not posted:
        raise Http404(_("There is no agreement with this number towards which you may count an activity."))
    agreements = list(reportable.order_by("-number")[:MOST])
    organizers = [request.user.organization] if request.user.organization_id else []
    if chosen:
        ledger.lanes(chosen)
        organizers += [each.organization for each in chosen.parties.all()]
        if chosen not in agreements:
            agreements.insert(0, chosen)
    if activity:
        organizers += [each.organization for each in activity.organizers.all()]
        initial["elsewhere"] = [
            (str(each.commitment_id), each.extent)
            for each in activity.fulfilments.all()
            if each.commitment.agreement_id in open_to
            and (chosen is None or each.commitment.agreement_id != chosen.pk)
        ]
    saving = posted and "save" in request.POST
    fields = {
        "agreements": agreements,
        "agreement": chosen,
        "organizers": list(dict.fromkeys(organizers)),
        "on": timezone.localdate(),
        "activity": activity,
    }
    rows = {"prefix": "reached", "form_kwargs": {"groups": groups()}}
    if saving:
        form = ActivityForm(request.POST, request.FILES, initial=initial, **fields)
        reached = ReachedSet(request.POST, **rows)
        right = all([form.is_valid(), reached.is_valid()])  # both speak, whatever the first says
        if right and (saved := _save(request, form, reached, activity)):
            return redirect(saved)
    elif posted:
        form = ActivityForm(initial=initial | _typed(request, ActivityForm), **fields)
        reached = _typed_rows(request, rows)
    else:
        usual = [str(each.pk) for each in organizers[:1]] if request.user.organization_id else []
        first = {"agreement": chosen.code if chosen else "", "organizers": usual}
        form = ActivityForm(initial=first | initial, **fields)
        told = activity.participations.all() if activity else ()
        reached = ReachedSet(
            initial=[
                {"group": each.target_group_id or "", "sex": each.sex, "number": each.number}
                for each in sorted(told, key=lambda each: each.pk)
            ],
            **rows,
        )
    stale = getattr(form, "is_stale", False)
    return render(
        request,
        "activities/report.html",
        {
            "form": form,
            "reached": reached,
            "activity": activity,
            "chosen": chosen,
            "errors": summary(form, *reached.forms) if saving else [],
            "stale": stale,
            "seen": queries.seal(activity)
            if activity and (stale or not posted)
            else request.POST.get("seen", ""),
        },
    )


def _save(request: HttpRequest, form: ActivityForm, reached, activity: Activity | None) -> Activity | None:
    """The saved activity, or None with the refusal at its fields."""
    document, files = form.document(reached.rows()), form.cleaned_data["evidence"]
    try:
        if activity is None:
            saved = services.report_activity(document, uploads=files, by=request.user)
            messages.success(request, _("The activity is reported. It can be taken back today."))
        else:
            saved = services.change_activity(
                activity.pk, document, seen=request.POST.get("seen", ""), uploads=files, by=request.user
            )
            messages.success(request, _("The activity is corrected."))
        return saved
    except services.StaleActivity as refusal:
        form.is_stale = True
        form.refuse(refusal)
    except Refused as refusal:
        form.refuse(refusal)
    except ValidationError as error:
        form.break_rule(error)
    return None


def _typed(request: HttpRequest, form: type[ActivityForm]) -> dict[str, Any]:
    """What stands in the form, to draw it again without judging it."""
    typed: dict[str, Any] = {
        "extents": {
            name.removeprefix("extent-"): value
            for name, value in request.POST.items()
            if name.startswith("extent-")
        }
    }
    for name, field in form.base_fields.items():
        if isinstance(field.widget, CheckboxSelectMultiple):
            typed[name] = request.POST.getlist(name)
        elif name != "evidence":
            typed[name] = request.POST.get(name, "")
    return typed


def _typed_rows(request: HttpRequest, rows: dict[str, Any]):
    """The rows of people as they stand, and two more when they were asked for."""
    total = request.POST.get("reached-TOTAL_FORMS", "")
    total = min(int(total), ReachedSet.max_num) if total.isascii() and total.isdigit() else 0
    typed = [
        {name: request.POST.get(f"reached-{index}-{name}", "") for name in ("group", "sex", "number")}
        for index in range(total)
    ]
    filled = [each for each in typed if each["group"] or each["number"]]
    reached = ReachedSet(initial=filled, **rows)
    reached.extra = total - len(filled) + (2 if "more" in request.POST else 0)
    return reached


@require_POST
@requires(Permission.ACTIVITY_REPORT)
def activity_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    visible = queries.with_details(Activity.objects.visible_to(request.user), actor=request.user)
    activity = get_object_or_404(visible, pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            kept = services.withdraw_activity(
                pk, reason=form.cleaned_data["reason"], on=timezone.localdate(), by=request.user
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if kept is None:
                messages.success(request, _("The activity is taken back: it is no longer in the registry."))
                return redirect("activities")
            messages.success(request, _("The activity is marked as cancelled."))
            return redirect(kept)
    return render(request, "activities/page.html", page_context(request, activity) | {"withdrawal": form})
