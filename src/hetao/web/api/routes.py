"""How an operation is put on its address: its name, its row of the policy, its answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja import Router, Status

from hetao.web.accounts.policy import require

Operation = TypeVar("Operation", bound=Callable[..., Any])
OK, CREATED, TAKEN = 200, 201, 202
POLICY = "x-policy"


def route(
    router: Router,
    call: str,
    *,
    name: str,
    action: str = "",
    answer: Any = None,  # noqa: ANN401
    status: int = OK,
    more: dict[str, Any] | None = None,
) -> Callable[[Operation], Operation]:
    """
    Put an operation on its address.

    Parameters
    ----------
    call : str
        Method and path, such as "GET /zones".
    name : str
        The operation's id, which programs are generated from and which stays.
    action : str
        The row of the policy that says who may call it at all; "" for all who are signed in.
    answer : type
        What it answers with.
    """
    method, _, path = call.partition(" ")

    def decorate(operation: Operation) -> Operation:
        @wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            if action:
                require(request.user, action)
            result = operation(request, *args, **kwargs)
            return Status(status, result) if status != OK and isinstance(result, dict) else result

        router.api_operation(
            [method], path, operation_id=name, url_name=name, response={status: answer},
            openapi_extra={POLICY: action} | (more or {}),
        )(guarded)  # fmt: skip
        return operation

    return decorate
