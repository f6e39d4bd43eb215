"""Guards of the doors. They ask the policy; forgetting fails closed."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission

from lib.problems import Problem
from organizations.permissions import Permission

Page = Callable[..., HttpResponse]


def requires(permission: Permission) -> Callable[[Page], Page]:
    """Let in whoever holds `permission`; send a reader without account to sign-in, refuse anybody else."""

    def guard(view: Page) -> Page:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.may(permission):
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required = permission
        return guarded

    return guard


class ByAction(BasePermission):
    """For a view set that declares `required = {action: Permission}`.

    An action left out of the map is refused: forgetting fails closed. A token whose role may what its scopes do not
    open is told which scope it lacks.
    """

    def has_permission(self, request, view) -> bool:
        action = getattr(view, "action", None)
        if action is None:
            raise MethodNotAllowed(request.method)  # nothing is offered here by this method, to anybody
        permission = getattr(view, "required", {}).get(action)
        if permission is None:
            return False
        if scope := request.user.scope_missing(permission):
            raise insufficient_scope(scope)
        return request.user.may(permission)


def insufficient_scope(scope: str) -> Problem:
    """The refusal of a token that was not issued for this (RFC 6750, section 3.1)."""
    return Problem(
        "insufficient-scope",
        detail=_("This token was issued without the scope “%(scope)s”.") % {"scope": scope},
        members={"scope": scope},
        headers={"WWW-Authenticate": f'Bearer realm="registry", error="insufficient_scope", scope="{scope}"'},
    )
