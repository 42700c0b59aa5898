"""The security schemes of an OpenAPI document."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from fastapi.security.base import SecurityBase


def check_security_schemes(dependants: Iterable[Dependant]) -> None:
    """Check that the security schemes of these dependencies have different names.

    Raises:
        TypeError: two have one name, of which the document would have only one.
    """
    schemes: dict[str, SecurityBase] = {}
    for scheme in _security_schemes(dependants):
        other = schemes.setdefault(scheme.scheme_name, scheme)
        if other.model != scheme.model:
            raise TypeError(
                f"Two security schemes are named {scheme.scheme_name}, {_name(other)} and {_name(scheme)}: "
                "give one of them another scheme_name."
            )


def _security_schemes(dependants: Iterable[Dependant]) -> Iterator[SecurityBase]:
    for each in dependants:
        if isinstance(each.call, SecurityBase):
            yield each.call
        yield from _security_schemes(each.dependencies)


def _name(scheme: SecurityBase) -> str:
    return f"{type(scheme).__module__}.{type(scheme).__qualname__}"
