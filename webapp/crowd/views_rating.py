"""The page of rating, and the page behind a link by which people join; for guests too."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from webapp.common.errors import ApplicationError, NotFound
from webapp.crowd.guests import account_of, find_rater, remember, remembered
from webapp.crowd.serializers_campaigns import AskedAttributeSerializer
from webapp.ratings.joining import AccountNeeded, consent_to, join, require_admitted
from webapp.ratings.links import campaign_of_token
from webapp.ratings.models import Campaign
from webapp.ratings.selectors import campaign_of


@login_not_required  # led to sign-in below, unless they are a guest of this campaign
@ensure_csrf_cookie
@require_safe
def rate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rate. Who sees the campaign and has not joined is asked for consent by the page."""
    rater = find_rater(request, pk)
    user = account_of(request)
    if rater is None and user is None:
        if remembered(request):
            raise Http404
        return redirect_to_login(request.get_full_path())
    campaign = rater.campaign if rater is not None else _visible(request, pk)
    props = {
        "id": str(campaign.pk),
        "title": campaign.title,
        "description": campaign.description,
        "question": campaign.question,
        "kind": campaign.kind,
        "mode": campaign.mode,
        "state": campaign.state,
        "reveal": campaign.reveal,
        "consent": consent_to(campaign),
        "joined": rater is not None,
        "guest": user is None,
        "attribute": _attribute(campaign),
    }
    return render(request, "crowd/rate.html", {"island": "rate", "props": props})


@login_not_required  # the link is the permission
@require_http_methods(["GET", "HEAD", "POST"])
def join_page(request: HttpRequest, token: str) -> HttpResponse:
    """What the campaign is about, what one agrees to, and a button."""
    try:
        campaign = campaign_of_token(token)
    except NotFound as error:
        raise Http404 from error
    if find_rater(request, campaign.pk) is not None:
        return redirect("rate", campaign.pk)
    if request.method != "POST":
        return _page(request, campaign)
    try:
        agreed = request.POST.get("consent") == "yes"
        rater = join(campaign, account_of(request), linked=True, consent=agreed)
    except AccountNeeded:
        return redirect_to_login(request.get_full_path())
    except ApplicationError as error:
        return _page(request, campaign, problem=error)
    if account_of(request) is None:
        remember(request, rater)
    return redirect("rate", campaign.pk)


def _page(
    request: HttpRequest, campaign: Campaign, *, problem: ApplicationError | None = None
) -> HttpResponse:
    """With what stands in the way of this person, if anything does."""
    status = problem.status if problem is not None else 200
    account = account_of(request)
    try:
        require_admitted(campaign, account, linked=True)
        hindrance = None
    except ApplicationError as error:
        hindrance = error
    context = {
        "campaign": campaign,
        "asker": campaign.organiser.get_full_name(),
        "consent": consent_to(campaign),
        "problem": problem,
        "hindrance": hindrance,
        "sign_in": f"{reverse('account_login')}?next={request.path}"
        if isinstance(hindrance, AccountNeeded)
        else "",
        "guest": account is None,
    }
    answer = render(request, "crowd/join.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _visible(request: HttpRequest, pk: UUID) -> Campaign:
    try:
        return campaign_of(request.user, pk)
    except NotFound as error:
        raise Http404 from error


def _attribute(campaign: Campaign) -> dict[str, object] | None:
    asked = campaign.attribute
    return None if asked is None else dict(AskedAttributeSerializer(asked).data)
