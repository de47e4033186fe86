"""Addresses of the API."""

from django.urls import path

from hetao.web.api.service import api
from hetao.web.api.views import docs, entered

patterns, app, namespace = api.urls
for pattern in patterns:
    assert pattern.callback is not None
    pattern.callback = entered(pattern.callback)

urlpatterns = [path("docs/", docs, name="api"), path("", (patterns, app, namespace))]
