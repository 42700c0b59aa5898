"""The OpenAPI document with its documentation page."""
