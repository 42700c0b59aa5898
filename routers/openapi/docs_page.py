"""The page that shows the document: Swagger UI, all of it served from here."""

from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = "/docs/assets"
"""Where the page's files are served."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load and do: its own files, and calls to its own server."""

_PAGE = Template(Path(__file__).with_name("docs.html").read_text("utf-8"))


def docs_page(title: str) -> HTMLResponse:
    """The page; its addresses are relative, so that it works below a gateway's prefix too."""
    page = _PAGE.substitute(title=escape(title))
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_POLICY})


def docs_assets() -> StaticFiles:
    """The page's files: ours, then those of Swagger UI."""
    return StaticFiles(packages=[("routers.openapi", "static"), ("fastapi_offline", "static")])
