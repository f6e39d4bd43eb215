"""Guards of the doors. They ask the policy; forgetting fails closed."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import BasePermission

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

    An action left out of the map is refused: forgetting fails closed.
    """

    def has_permission(self, request, view) -> bool:
        permission = getattr(view, "required", {}).get(getattr(view, "action", None))
        return permission is not None and request.user.may(permission)
