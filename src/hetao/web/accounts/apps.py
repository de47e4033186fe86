"""Accounts, bodies, the policy."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People."""

    name = "hetao.web.accounts"
