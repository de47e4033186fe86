"""Every address of the site."""

from importlib.util import find_spec

from django.urls import include, path

from hetao.web.accounts import views as accounts
from hetao.web.site import views as site

handler403 = "hetao.web.site.views.refused"
handler404 = "hetao.web.site.views.missing"
handler500 = "hetao.web.site.views.failed"

urlpatterns = [
    path("health/", site.health, name="health"),
    path("health/ready/", site.ready, name="ready"),
    path("appearance/", site.appearance, name="appearance"),
    path("sign-in/", accounts.sign_in, name="sign_in"),
    path("sign-out/", accounts.sign_out, name="sign_out"),
    path("me/", accounts.me, name="me"),
    path("me/digest/", accounts.digest, name="digest"),
    path("me/tokens/", accounts.make_token, name="make_token"),
    path("me/tokens/<int:token>/drop/", accounts.drop_token, name="drop_token"),
    path("notices/", accounts.notices, name="notices"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.account, name="new_account"),
    path("accounts/<int:user>/", accounts.account, name="account"),
    path("accounts/policy/", accounts.policy_page, name="policy"),
    path("history/", accounts.history, name="history"),
    path("api/v1/", include("hetao.web.api.urls")),
    path("", include("hetao.web.plans.urls")),
    path("", include("hetao.web.checkups.urls")),
    path("", include("hetao.web.cities.urls")),
    path("", include("hetao.web.tasks.urls")),
]
if find_spec("mozilla_django_oidc"):  # an extra that a deployment may do without
    from hetao.web.accounts import oidc

    urlpatterns += [
        path("oidc/authenticate/", oidc.begin, name="oidc_authentication_init"),
        path("oidc/callback/", oidc.callback, name="oidc_authentication_callback"),
    ]
