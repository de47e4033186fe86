"""Signing in and out, one's own page, accounts, notices, the history."""

import secrets
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from hetao.web.accounts.forms import AccountForm, DigestForm, PasswordForm
from hetao.web.accounts.models import Body, Token, User
from hetao.web.accounts.people import person
from hetao.web.accounts.policy import ROLES, allowed, table
from hetao.web.site.paging import page_of
from hetao.web.site.shell import tell
from hetao.web.site.words import say

PAGE_ROWS = 50


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Sign in by name and password."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the page's context."""
        return super().get_context_data(**kwargs) | {"oidc": bool(settings.OIDC)}


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()


@login_not_required
def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:  # noqa: ANN401
    """Tell a person, or a guesser, that the door stays shut for a while."""
    context = {"title": say("accounts.locked_title"), "text": say("accounts.locked")}
    return render(request, "site/refused.html", context, status=429)


def me(request: HttpRequest) -> HttpResponse:
    """Show a person what they are here, and change their password."""
    user: Any = request.user
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user.renew_password(form.cleaned_data["new"])
        update_session_auth_hash(request, user)
        tell(request, "accounts.password.changed")
        return redirect("me")
    return _me(request, form, DigestForm(instance=user))


@require_POST
def digest(request: HttpRequest) -> HttpResponse:
    """Keep whether a person wants their notices by mail."""
    user = User.objects.get(pk=person(request).pk)
    form = DigestForm(request.POST, instance=user)
    if not form.is_valid():
        return _me(request, PasswordForm(user), form)
    form.save()
    tell(request, "accounts.digest.kept")
    return redirect("me")


def _me(request: HttpRequest, form: PasswordForm, digest: DigestForm) -> HttpResponse:
    user: Any = request.user
    context = {"form": form, "digest": digest, "tokens": user.tokens.order_by("-made_at")}
    status = 422 if form.errors or digest.errors else 200
    return render(request, "accounts/me.html", context, status=status)


@require_POST
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a key to the API and show it once."""
    user: Any = request.user
    name = request.POST.get("name", "").strip()[:60] or say("accounts.token.unnamed")
    token, secret = Token.make(user, name)
    return _once(render(request, "accounts/token.html", {"token": token, "secret": secret}))


def _once(response: HttpResponse) -> HttpResponse:
    """Let a page that shows a secret be kept nowhere, not even for the way back."""
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def drop_token(request: HttpRequest, token: int) -> HttpResponse:
    """Take a key back."""
    get_object_or_404(Token, pk=token, user=request.user).delete()
    tell(request, "accounts.token.dropped")
    return redirect("me")


def notices(request: HttpRequest) -> HttpResponse:
    """List what a person was told; opening the list reads them."""
    user: Any = request.user
    page = page_of(user.notices.all(), PAGE_ROWS, request.GET.get("page"))
    shown = list(page.object_list)
    response = render(request, "accounts/notices.html", {"page": page, "notices": shown})
    if request.method == "POST":
        user.notices.filter(read_at=None).update(read_at=timezone.now())
        return redirect("notices")
    return response


@allowed("account.manage")
def accounts(request: HttpRequest) -> HttpResponse:
    """List people and bodies."""
    people = User.objects.select_related("body")
    context = {"people": people, "bodies": Body.objects.all(), "roles": ROLES}
    return render(request, "accounts/list.html", context)


@allowed("account.manage")
def account(request: HttpRequest, user: int | None = None) -> HttpResponse:
    """Make or change an account; a new one's password is shown once."""
    person = get_object_or_404(User, pk=user) if user else None
    form = AccountForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        kept = form.save(commit=False)
        if person is None or "new_password" in request.POST:
            password = secrets.token_urlsafe(12)
            kept.renew_password(password)
            context = {"person": kept, "password": password}
            return _once(render(request, "accounts/password.html", context))
        kept.save()
        tell(request, "accounts.kept", name=kept.shown_name)
        return redirect("accounts")
    context = {"form": form, "person": person}
    return render(request, "accounts/edit.html", context, status=422 if form.errors else 200)


@allowed("account.manage")
def policy_page(request: HttpRequest) -> HttpResponse:
    """Show who may do what."""
    rows = [
        (
            action,
            [" ".join(say(f"accounts.scope.{s}") for s in row.get(role, ())) for role in ROLES],
        )
        for action, row in table().items()
    ]
    return render(request, "accounts/policy.html", {"roles": ROLES, "rows": rows})


@allowed("history.view")
def history(request: HttpRequest) -> HttpResponse:
    """Show every change: who, when, what, from what to what."""
    entries = LogEntry.objects.select_related("actor", "content_type").order_by("-pk")
    if name := request.GET.get("who"):
        entries = entries.filter(actor__username=name)
    page = page_of(entries, PAGE_ROWS, request.GET.get("page"))
    return render(request, "accounts/history.html", {"page": page})
