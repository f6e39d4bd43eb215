"""The desk: follow an agreement, set a follow-up and tick it off, keep a view. Every address here only takes POST."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.forms.desk import DeskForm, FollowUpForm, OutcomeForm
from agreements.models import Agreement, FollowUp, SavedView
from agreements.queries import desk as queries
from agreements.queries import ledger
from agreements.services import desk
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page the form came from, `next`, when it is one of ours."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(asked if ours else otherwise)


def readable(request: HttpRequest, code: str) -> Agreement:
    return get_object_or_404(
        Agreement.objects.visible_to(request.user), number=Agreement.number_of(code) or 0
    )


# Follow.


@require_POST
@requires(Permission.DESK)
def agreement_follow(request: HttpRequest, code: str) -> HttpResponse:
    agreement = readable(request, code)
    desk.follow(agreement.pk, by=request.user)
    return _followed(request, agreement)


@require_POST
@requires(Permission.DESK)
def agreement_unfollow(request: HttpRequest, code: str) -> HttpResponse:
    agreement = readable(request, code)
    desk.unfollow(agreement.pk, by=request.user)
    return _followed(request, agreement)


def _followed(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """The button anew where htmx asked for it, with its words for whoever cannot see it; else the page."""
    if request.htmx:
        context = {
            "agreement": agreement,
            "desk": queries.desk(agreement, reader=request.user),
            "next": request.POST.get("next", ""),
            "swapped": True,
        }
        return render(request, "parts/follow.html", context)
    return back(request, agreement.get_absolute_url())


# Follow-ups.


@require_POST
@requires(Permission.DESK)
def follow_up_set(request: HttpRequest, code: str) -> HttpResponse:
    agreement = get_object_or_404(
        ledger.with_lanes(Agreement.objects.visible_to(request.user)), number=Agreement.number_of(code) or 0
    )
    form = FollowUpForm(request.POST, agreement=agreement)
    if form.is_valid():
        said = form.cleaned_data
        try:
            desk.set_follow_up(
                agreement_id=agreement.pk,
                commitment_id=UUID(said["commitment"]) if said["commitment"] else None,
                on=said["on"],
                note=said["note"],
                by=request.user,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The follow-up is set."))
            return back(request, f"{agreement.get_absolute_url()}#to-do")
    return _again(request, agreement, form, _("Set a follow-up"))


@require_POST
@requires(Permission.DESK)
def follow_up_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = our(request, pk)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        try:
            desk.finish_follow_up(row.pk, outcome=form.cleaned_data["outcome"], by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The follow-up is done."))
            return back(request, f"{row.agreement.get_absolute_url()}#to-do")
    return _again(request, row.agreement, form, _("Mark the follow-up as done"))


@require_POST
@requires(Permission.DESK)
def follow_up_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = our(request, pk)
    desk.reopen_follow_up(row.pk, by=request.user)
    messages.success(request, _("The follow-up is open again."))
    return back(request, f"{row.agreement.get_absolute_url()}#to-do")


@require_POST
@requires(Permission.DESK)
def follow_up_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = our(request, pk)
    desk.remove_follow_up(row.pk, by=request.user)
    messages.success(request, _("The follow-up is removed."))
    return back(request, f"{row.agreement.get_absolute_url()}#to-do")


def our(request: HttpRequest, pk: UUID) -> FollowUp:
    return get_object_or_404(FollowUp.objects.visible_to(request.user).select_related("agreement"), pk=pk)


def _again(request: HttpRequest, agreement: Agreement, form: DeskForm, title: str) -> HttpResponse:
    """The form with what was typed and what is wrong with it, on a page of its own."""
    context = {"agreement": agreement, "form": form, "title": title, "next": request.POST.get("next", "")}
    return render(request, "agreements/follow_up.html", context, status=422)


# Saved views.


@require_POST
@requires(Permission.DESK)
def view_save(request: HttpRequest) -> HttpResponse:
    try:
        view = desk.save_view(
            name=request.POST.get("name", ""),
            query=request.POST.get("query", ""),
            shared=request.POST.get("shared") in {"on", "true", "1"},
            by=request.user,
        )
    except Refused as refusal:
        for fault in refusal.faults:
            messages.error(request, fault.message)
    else:
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return back(request, "agreements")


@require_POST
@requires(Permission.DESK)
def view_rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    try:
        renamed = desk.rename_view(view.pk, name=request.POST.get("name", ""), by=request.user)
    except Refused as refusal:
        for fault in refusal.faults:
            messages.error(request, fault.message)
    else:
        messages.success(request, _("The view is now called “%(name)s”.") % {"name": renamed.name})
    return back(request, "agreements")


@require_POST
@requires(Permission.DESK)
def view_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    desk.remove_view(view.pk, by=request.user)
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return back(request, "agreements")
