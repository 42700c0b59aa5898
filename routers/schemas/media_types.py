"""The media types of request bodies."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

ACCEPT_PATCH = "Accept-Patch"
"""The header with the media types of a PATCH (RFC 5789 section 3.1)."""

PATCH_MEDIA_TYPES = f"{MERGE_PATCH}, {JSON}"
"""The value of that header."""
