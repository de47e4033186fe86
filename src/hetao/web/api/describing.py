"""The API's definition in words: OpenAPI, with every operation, parameter and field described."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hetao.web.api.problems import MEDIA_TYPE
from hetao.web.api.routes import POLICY
from hetao.web.site.words import say, words

METHODS = ("get", "post", "patch")
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "properties": {
            "field": {"type": "string"}, "detail": {"type": "string"}}}},
    },
}  # fmt: skip
VERSIONED = ("changeThing", "strikeOffThing", "takeStep", "takeStepWithFiles")


def described(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition with its words in the reader's language."""
    told = deepcopy(dict(definition))
    told["info"] |= {"title": say("api.title"), "description": say("api.lead")}
    schemas = told["components"]["schemas"]
    schemas["Problem"] = deepcopy(PROBLEM)
    for name, schema in schemas.items():
        _describe_schema(name, schema)
    used: dict[str, None] = {}
    for _, _, operation in operations(told):
        _describe_operation(operation)
        used |= dict.fromkeys(operation["tags"])
    told["tags"] = [{"name": tag, "description": say(f"api.tag.{tag}")} for tag in used]
    for name, scheme in told["components"]["securitySchemes"].items():
        scheme["description"] = say(f"api.scheme.{name}")
    return told


def operations(definition: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation of a definition."""
    for path, methods in definition["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def field_text(schema: str, name: str) -> str:
    """Return what a field of a schema says."""
    own = f"api.field_of.{schema.partition('_')[0]}.{name}"
    return say(own if own in words() else f"api.field.{name}")


def _describe_operation(operation: dict[str, Any]) -> None:
    name, action = operation["operationId"], operation[POLICY]
    operation["summary"] = say(f"api.operation.{name}")
    needs = say("api.needs", action=action, name=say(f"accounts.do.{action}")) if action else ""
    operation["description"] = needs or say("api.needs_none")
    if name in VERSIONED:
        operation["parameters"].append(
            {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}}
        )
    for parameter in operation["parameters"]:
        parameter["description"] = _parameter_text(name, parameter["name"])
        parameter["schema"].pop("title", None)
    operation["responses"]["default"] = {
        "description": say("api.problem_told"),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _parameter_text(operation: str, name: str) -> str:
    keys = (f"parameter_of.{operation}.{name}", f"parameter.{name}", f"field.{name}")
    return say(next(key for one in keys if (key := f"api.{one}") in words()))


def _describe_schema(name: str, schema: dict[str, Any]) -> None:
    schema.pop("description", None)
    for key, field in schema.get("properties", {}).items():
        field.pop("title", None)
        field["description"] = field_text(name, key)
