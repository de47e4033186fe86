"""What the environment says of a city's identity service; nothing is asked of it at start."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy

TIMEOUT_SECONDS = 10
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = {
    "authorization_endpoint": ("OIDC_OP_AUTHORIZATION_ENDPOINT", "HETAO_OIDC_AUTHORIZE_URL"),
    "token_endpoint": ("OIDC_OP_TOKEN_ENDPOINT", "HETAO_OIDC_TOKEN_URL"),
    "userinfo_endpoint": ("OIDC_OP_USER_ENDPOINT", "HETAO_OIDC_USERINFO_URL"),
    "jwks_uri": ("OIDC_OP_JWKS_ENDPOINT", "HETAO_OIDC_JWKS_URL"),
}
"""By its name in the discovery document: our setting and the variable that names it instead."""


def oidc_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the settings of signing in by OpenID Connect; nothing where it is off.

    Raises
    ------
    ImproperlyConfigured
        If a variable is missing, or the package that does the work is.
    """
    issuer = environment.get("HETAO_OIDC_ISSUER", "").rstrip("/")
    given = {name: environment.get(variable, "") for name, (_, variable) in ENDPOINTS.items()}
    if not issuer and not any(given.values()):
        return {}
    wanted = ["HETAO_OIDC_CLIENT_ID", "HETAO_OIDC_CLIENT_SECRET"]
    if not issuer:
        wanted += [variable for _, variable in ENDPOINTS.values()]
    missing = [variable for variable in wanted if not environment.get(variable)]
    if missing:
        raise ImproperlyConfigured(f"missing: {', '.join(missing)}")
    try:
        import mozilla_django_oidc  # noqa: F401
    except ImportError as error:
        raise ImproperlyConfigured("pip install 'hetao[oidc]'") from error
    addresses = {
        setting: given[name] or lazy(partial(discovered, issuer, name), str)()
        for name, (setting, _) in ENDPOINTS.items()
    }
    return addresses | {
        "OIDC_ISSUER": issuer,
        "OIDC_RP_CLIENT_ID": environment["HETAO_OIDC_CLIENT_ID"],
        "OIDC_RP_CLIENT_SECRET": environment["HETAO_OIDC_CLIENT_SECRET"],
        "OIDC_RP_SIGN_ALGO": environment.get("HETAO_OIDC_ALGORITHM", "RS256"),
        "OIDC_RP_SCOPES": environment.get("HETAO_OIDC_SCOPES", "openid profile email"),
        "OIDC_CLAIM": environment.get("HETAO_OIDC_CLAIM", "preferred_username"),
        "OIDC_USE_PKCE": True,
        "OIDC_CREATE_USER": False,
        "OIDC_TIMEOUT": TIMEOUT_SECONDS,
    }


@cache
def discovered(issuer: str, name: str) -> str:
    """
    Return an address from the service's own description, asked for when it is first needed.

    Raises
    ------
    ValueError
        If the description is another issuer's or lacks the address.
    """
    import requests

    answer = requests.get(f"{issuer}{DISCOVERY}", timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    told: Mapping[str, str] = answer.json()
    if told.get("issuer", "").rstrip("/") != issuer or not told.get(name):
        raise ValueError(f"{issuer}{DISCOVERY}: {name}")
    return told[name]
