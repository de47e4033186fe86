"""The page that tells people of the API."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from hetao.web.accounts.policy import View, allowed
from hetao.web.api.describing import operations
from hetao.web.api.problems import Problem, answer
from hetao.web.site.words import say, words

VARIES = ("Authorization", "Accept-Language")
NO_METHOD = 405


@allowed("register.view")
def docs(request: HttpRequest) -> HttpResponse:
    """List the operations of the API, its fields and its problems."""
    from hetao.web.api.service import definition

    told = definition()
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in told["tags"]}
    for method, path, operation in operations(told):
        groups[operation["tags"][0]].append({"method": method.upper(), "path": path} | operation)
    context = {
        "groups": [(tag, groups[tag["name"]]) for tag in told["tags"]],
        "shapes": [
            (name, list(shape["properties"].items()))
            for name, shape in sorted(told["components"]["schemas"].items())
            if shape.get("properties")
        ],
        "problems": [(key.removeprefix("api.problem."), say(key)) for key in words()
                     if key.startswith("api.problem.")],
        "ogc": request.build_absolute_uri(reverse("api_v1:getLanding")),
    }  # fmt: skip
    return render(request, "api/docs.html", context)


def entered(view: View) -> View:
    """Let a view of the API answer for itself who may call it, and in its own form."""

    @login_not_required
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        response = view(request, *args, **kwargs)
        if response.status_code == NO_METHOD:
            allowed_methods = response["Allow"]
            response = answer(request, Problem(NO_METHOD, "no_method"))
            response["Allow"] = allowed_methods
        patch_vary_headers(response, VARIES)
        return response

    respond.csrf_exempt = True  # type: ignore[attr-defined]  # asked of those with a session
    return respond
