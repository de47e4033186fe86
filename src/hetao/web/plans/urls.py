"""Addresses of the plan, and the overview."""

from django.urls import path

from hetao.web.plans import views

urlpatterns = [
    path("", views.home, name="home"),
    path("plan/", views.plan, name="plan"),
    path("plan/bodies/", views.bodies, name="plan_bodies"),
    path("plan/measures/<str:measure>/", views.measure, name="measure"),
    path("plan/lights/<str:target>/", views.light, name="light"),
    path("plan/judge/", views.judge, name="judge"),
]
