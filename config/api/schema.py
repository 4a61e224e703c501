"""What the schema says beyond what the views declare: how each address refuses."""

from typing import Any

REFERENCE = {"$ref": "#/components/schemas/Problem"}
WITHOUT_SIGN_IN = {"401": "没有登录，或令牌无效。", "403": "没有权限。"}
WITH_ADDRESS = {"404": "没有找到，或不在可见范围内。"}
WITH_VALUES = {"400": "提交的内容或查询条件有误。"}
METHODS = {"get", "post", "patch", "delete"}


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation answers its refusals in the same shape; said once here instead of at each view."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method in METHODS:
                _describe(operation, path)
    return result


def _describe(operation: dict[str, Any], path: str) -> None:
    problems = {**WITHOUT_SIGN_IN, **(WITH_ADDRESS if "{" in path else {})}
    if "requestBody" in operation or "{" not in path:
        problems |= WITH_VALUES
    for code, words in problems.items():
        answer = {"description": words, "content": {"application/json": {"schema": REFERENCE}}}
        operation["responses"].setdefault(code, answer)
