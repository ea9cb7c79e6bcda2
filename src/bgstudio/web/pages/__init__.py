"""The pages for people; all of them work without script."""

from bgstudio.web.pages import legal, studio
from bgstudio.web.pages.render import Pages

ROUTERS = (studio.router, legal.router)

__all__ = ["ROUTERS", "Pages"]
