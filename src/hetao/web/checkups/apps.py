"""The app `checkups`."""

from django.apps import AppConfig


class CheckupsConfig(AppConfig):
    """Register the app."""

    name = "hetao.web.checkups"
