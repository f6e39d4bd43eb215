"""A commitment with what each party says of it, and the form in which a party says it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from activities import services
from activities.forms import WordForm, summary
from activities.queries import words
from agreements.models import Agreement
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@require_safe
@requires(Permission.VIEW)
def commitment_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    page = _page(request, pk)
    form = WordForm(on=timezone.localdate()) if _own(request, page) else None
    return _draw(request, page, form)


@require_http_methods(["GET", "POST"])
@requires(Permission.PROGRESS_REPORT)
def progress_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    page = _page(request, pk)
    party = _own(request, page)
    if party is None:
        raise PermissionDenied(_("A party speaks only for itself."))
    if request.method == "GET":
        return redirect("commitment", pk)
    form = WordForm(request.POST, request.FILES, on=timezone.localdate())
    if form.is_valid():
        told = form.cleaned_data
        try:
            services.report_progress(
                pk,
                party_id=party.pk,
                verdict=told["verdict"],
                said_on=told["said_on"],
                note=told["note"],
                uploads=told["evidence"],
                by=request.user,
            )
        except Refused as refusal:
            form.refuse(refusal)
        except ValidationError as error:
            form.break_rule(error)
        else:
            messages.success(request, _("Your organization’s word is recorded."))
            return redirect("commitment", pk)
    return _draw(request, page, form)


def _page(request: HttpRequest, pk: UUID) -> words.CommitmentPage:
    try:
        return words.commitment_page(pk, actor=request.user, on=timezone.localdate())
    except Agreement.DoesNotExist as error:
        raise Http404(_("There is no such record, or you may not read it.")) from error


def _own(request: HttpRequest, page: words.CommitmentPage):
    """The party for which the reader may speak, or None: editors of the registry speak for nobody else."""
    if not request.user.may(Permission.PROGRESS_REPORT) or request.user.organization_id is None:
        return None
    own = (each.party for each in page.voices if each.party.organization_id == request.user.organization_id)
    return next(own, None)


def _draw(request: HttpRequest, page: words.CommitmentPage, form: WordForm | None) -> HttpResponse:
    counts = request.user.may(Permission.EDIT) or _own(request, page)
    return render(
        request,
        "activities/commitment.html",
        {
            "page": page,
            "commitment": page.commitment,
            "agreement": page.agreement,
            "form": form,
            "errors": summary(form) if form and form.is_bound else [],
            "own": _own(request, page),
            "may_report": counts and request.user.may(Permission.ACTIVITY_REPORT),
        },
    )
