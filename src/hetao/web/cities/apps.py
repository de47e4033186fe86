"""The app `cities`."""

from django.apps import AppConfig


class CitiesConfig(AppConfig):
    """Register the app."""

    name = "hetao.web.cities"
