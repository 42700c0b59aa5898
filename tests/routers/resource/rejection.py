"""Declare a resource that is expected to be rejected."""

from typing import Any

import pytest

from routers import DeclarationError, Resource
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead
from tests.support.specimens import Specimen, SpecimenCreate, SpecimenRead

GADGET: dict[str, Any] = {"path": "/gadgets", "model": Gadget, "create": GadgetCreate, "read": GadgetRead}
SPECIMEN = {"model": Specimen, "create": SpecimenCreate, "read": SpecimenRead}


def rejection(**changes: Any) -> str:
    """Return the message about a declaration of gadgets with these changes, without its beginning."""
    with pytest.raises(DeclarationError) as error:
        Resource(**{**GADGET, **changes})
    model, separator, message = str(error.value).partition(" cannot be served: ")
    assert (model, separator) == (changes.get("model", Gadget).__name__, " cannot be served: ")
    return message
