"""The shell of every page: the frame, the words, the parts."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The design system."""

    name = "hetao.web.site"
    label = "site_shell"
