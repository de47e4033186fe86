"""Accounts, bodies, the policy."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People."""

    name = "hetao.web.accounts"

    def ready(self) -> None:
        """Let the history know who acts."""
        from hetao.web.accounts import history  # noqa: F401
