"""The OpenAPI document: valid, complete, and something a client can be generated from."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from services.api.app import create_app
from services.api.schemas.uploads import LISTS, UploadFields
from shared.settings import Settings

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As it is served; nothing has to run for it."""
    found: dict[str, Any] = create_app(Settings(jwt_secret_key="x" * 40)).openapi()
    return found


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


def _values(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for each in value.values():
            yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)


def test_the_document_follows_its_standard(document: dict[str, Any]) -> None:
    validate(document)

    assert document["openapi"].startswith("3.1")


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_known_tag(document: dict[str, Any]) -> None:
    operations = list(_operations(document))
    names = [operation["operationId"] for _, _, operation in operations]
    tags = {tag["name"] for tag in document["tags"]}

    assert len(names) == len(set(names)) > 30
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", name) for name in names)
    for method, path, operation in operations:
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert set(operation["tags"]) <= tags, (method, path)


def test_every_operation_that_can_refuse_says_so_in_the_shape_it_uses(document: dict[str, Any]) -> None:
    for method, path, operation in _operations(document):
        if path.startswith("/api/"):
            for status in ("401", "403", "429", "503"):
                [media_type] = operation["responses"][status]["content"]
                assert media_type == "application/problem+json", (method, path)
        if path.startswith("/v1/"):
            for status in ("400", "401", "403", "413", "429"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/OpenAiError"}


def test_everything_but_login_and_health_asks_for_a_token_or_a_key(document: dict[str, Any]) -> None:
    is_open = {path for _, path, operation in _operations(document) if "security" not in operation}

    assert is_open == {"/api/v1/auth/token", "/health/live", "/health/ready", "/metrics"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    wanted = {one["$ref"] for one in _values(document) if isinstance(one, dict) and isinstance(one.get("$ref"), str)}
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert wanted <= known
    assert "HTTPValidationError" not in document["components"]["schemas"]  # we never answer in that shape


def test_the_form_of_an_upload_is_the_one_that_is_read(document: dict[str, Any]) -> None:
    form = document["components"]["schemas"]["UploadForm"]["properties"]

    assert set(form) - {"file"} == {f"{name}[]" if name in LISTS else name for name in UploadFields.model_fields}
