"""The documentation page: Swagger UI, without any file from another server."""

from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = "/docs/assets"
"""The path of the page's files."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page may load its own files and call its own server."""

_PAGE = Template(Path(__file__).with_name("docs.html").read_text("utf-8"))


def docs_page(title: str) -> HTMLResponse:
    """Return the page. Its URLs are relative, so it works below a path prefix, too."""
    page = _PAGE.substitute(title=escape(title))
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_POLICY})


def docs_assets() -> StaticFiles:
    """Return the page's files: our own and those of Swagger UI."""
    return StaticFiles(packages=[("routers.openapi", "static"), ("fastapi_offline", "static")])
