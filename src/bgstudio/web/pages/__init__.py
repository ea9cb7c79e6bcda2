"""The pages for people; all of them work without script."""

from bgstudio.web.pages import account, contact, history, legal, operator, signin, studio, verify
from bgstudio.web.pages.render import Pages

ROUTERS = (
    signin.router,
    studio.router,
    account.router,
    history.router,
    contact.router,
    legal.router,
    verify.router,
    operator.router,
)

__all__ = ["ROUTERS", "Pages"]
