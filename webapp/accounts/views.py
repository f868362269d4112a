"""Pages about accounts: first visit, one's own account, invitations."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from webapp.accounts import selectors, services
from webapp.accounts.adapter import INVITATION_KEY
from webapp.accounts.forms import OwnerForm
from webapp.accounts.models import Scope
from webapp.accounts.people import signed_in
from webapp.common.errors import Conflict


@login_not_required
def setup(request: HttpRequest) -> HttpResponse:
    """Make the owner account; afterwards this page only leads to sign-in."""
    if selectors.has_owner():
        return redirect("gallery")
    form = OwnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            owner = services.create_owner(**form.cleaned_data)
        except services.EmailTaken as error:
            form.add_error("email", error.detail)
        except Conflict:
            return redirect("account_login")
        else:
            login(request, owner, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("gallery")
    return render(request, "accounts/setup.html", {"form": form})


def account(request: HttpRequest) -> HttpResponse:
    """One's tokens and, for staff, invitations and who else is staff."""
    person = signed_in(request)
    staff = person.is_staff
    scopes = [scope.value for scope in Scope if scope is not Scope.ADMIN or staff]
    props = {"scopes": scopes, "is_owner": staff, "signup": settings.SIGNUP, "me": person.pk}
    return render(request, "accounts/account.html", {"island": "account", "props": props})


@login_not_required
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Remember the invitation for this browser and go on to sign-up."""
    if selectors.open_invitation(secret) is None:
        return render(request, "accounts/invitation.html", status=410)
    request.session[INVITATION_KEY] = secret
    return redirect("account_signup")
