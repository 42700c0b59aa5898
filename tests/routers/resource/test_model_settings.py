"""A setting in `model_config` is documented, or without effect on a format, or rejected."""

from types import new_class
from typing import Any

import pytest
from pydantic import (
    ConfigDict,
)
from sqlmodel import SQLModel
from sqlmodel._compat import SQLModelConfig

from routers import Resource
from tests.routers.resource.rejection import GADGET, rejection
from tests.support.gadgets import GadgetCreate, GadgetRead
from tests.support.tables import OwnedSpecimen

SCHEMAS: dict[str, type[SQLModel]] = {"create": GadgetCreate, "read": GadgetRead}
SERVED_CONFIG: dict[str, Any] = {
    "title": "A gadget",
    "model_title_generator": lambda model: f"The {model.__name__}",
    "field_title_generator": lambda name, _field: f"The {name}",
    "json_schema_extra": {"x-team": "a", "examples": [{"name": "lamp"}]},
    "use_attribute_docstrings": True,
    "extra": "forbid",
    "strict": True,
    "allow_inf_nan": False,
    "frozen": True,
    "populate_by_name": True,
    "validate_assignment": True,
    "arbitrary_types_allowed": True,
    "from_attributes": True,
    "loc_by_alias": False,
    "ignored_types": (int,),
    "revalidate_instances": "always",
    "protected_namespaces": ("secret_",),
    "hide_input_in_errors": True,
    "defer_build": True,
    "json_schema_serialization_defaults_required": True,
    "validation_error_cause": True,
    "cache_strings": False,
    "validate_by_alias": True,
    "validate_by_name": True,
    "serialize_by_alias": True,
}
DOCUMENTED_CONFIG = {
    *("extra", "field_title_generator", "json_schema_extra", "model_title_generator", "title"),
}
REJECTED_CONFIG: dict[str, tuple[Any, str]] = {
    "str_to_lower": (True, "use a pattern that excludes other values"),
    "str_to_upper": (True, "use a pattern that excludes other values"),
    "str_strip_whitespace": (True, "use a pattern that excludes other values"),
    "str_min_length": (1, "set min_length and max_length of the members"),
    "str_max_length": (9, "set min_length and max_length of the members"),
    "use_enum_values": (True, "drop it"),
    "alias_generator": (str.upper, "give the members those names"),
    "json_encoders": ({int: str}, "use a field_serializer with a return type"),
    "ser_json_timedelta": ("float", "drop it"),
    "ser_json_temporal": ("seconds", "use a field_serializer with a return type"),
    "val_temporal_unit": ("seconds", "drop it"),
    "ser_json_bytes": ("hex", "drop it"),
    "val_json_bytes": ("hex", "drop it"),
    "ser_json_inf_nan": ("strings", "drop it"),
    "validate_default": (True, "defaults are validated at import, so drop it"),
    "validate_return": (True, "drop it"),
    "plugin_settings": ({"a": 1}, "drop it"),
    "schema_generator": (object, "drop it"),
    "json_schema_mode_override": ("validation", "drop it"),
    "coerce_numbers_to_str": (True, "drop it"),
    "regex_engine": ("python-re", "drop it"),
    "url_preserve_empty_path": (True, "drop it"),
    "polymorphic_serialization": (True, "drop it"),
}


def configured(schema: type[SQLModel], **config: Any) -> Any:
    """Return a subclass of a schema with this configuration."""
    members = {"model_config": config, "__module__": __name__}
    return new_class(schema.__name__, (schema,), exec_body=lambda body: body.update(members))


@pytest.mark.parametrize("key", sorted(SERVED_CONFIG.keys() - DOCUMENTED_CONFIG))
def test_a_configuration_that_cannot_show_in_a_format_leaves_the_document_as_it_is(key: str) -> None:
    assert document_with(**{key: SERVED_CONFIG[key]}) == document_with()


def document_with(**config: Any) -> tuple[dict[str, Any], ...]:
    """Return the JSON schemas of gadgets with this configuration: those of POST, PATCH and responses."""
    create, read = configured(GadgetCreate, **config), configured(GadgetRead, **config)
    resource = Resource(**{**GADGET, "create": create, "read": read})
    return (
        resource.create_schema.model_json_schema(),
        resource.update_schema.model_json_schema(),
        resource.response_schema.model_json_schema(mode="serialization"),
    )


def test_the_titles_and_extensions_of_a_schema_are_documented() -> None:
    create, update, read = document_with(**{key: SERVED_CONFIG[key] for key in DOCUMENTED_CONFIG - {"title"}})
    assert (create["title"], update["title"], read["title"]) == (
        "The GadgetCreate",
        "The GadgetUpdate",
        "The GadgetRead",
    )
    assert {schema["properties"]["note"]["title"] for schema in (create, update, read)} == {"The note"}
    assert (create["x-team"], read["x-team"]) == ("a", "a")
    assert create["examples"] == [{"name": "lamp"}]
    # These describe a complete row, and a patch is none.
    assert not {"x-team", "examples"} & update.keys()
    assert read["additionalProperties"] is False
    create, update, read = document_with(title="A gadget")
    assert (create["title"], update["title"], read["title"]) == ("A gadget", "GadgetUpdate", "A gadget")


@pytest.mark.filterwarnings("ignore:.*(json_encoders|schema_generator).*")  # Pydantic deprecates these
@pytest.mark.parametrize("role", ["create", "read"])
@pytest.mark.parametrize("key", REJECTED_CONFIG)
def test_a_configuration_that_would_change_a_format_is_rejected(key: str, role: str) -> None:
    value, advice = REJECTED_CONFIG[key]
    schema = configured(SCHEMAS[role], **{key: value})
    message = f"{role} sets {key} in model_config, which is not supported: {advice}."
    assert rejection(**{role: schema}) == message


def test_every_configuration_of_pydantic_is_either_served_or_rejected() -> None:
    assert {*SERVED_CONFIG, *REJECTED_CONFIG} == set(ConfigDict.__annotations__)


class LaterRow(GadgetCreate, OwnedSpecimen, table=True):
    """A table with a setting of a later version."""

    model_config = SQLModelConfig(new_setting=True)  # type: ignore[typeddict-unknown-key]


@pytest.mark.parametrize(
    ("changes", "role"),
    [
        ({"create": configured(GadgetCreate, new_setting=True)}, "create"),
        ({"read": configured(GadgetRead, new_setting=True)}, "read"),
        ({"model": LaterRow}, "the table"),
    ],
)
def test_a_configuration_of_a_later_version_is_rejected(changes: dict[str, Any], role: str) -> None:
    message = f"{role} sets new_setting in model_config, which is not supported: drop it."
    assert rejection(**changes) == message
