"""What is held about somebody, and everything they can do about it; works without script, with and without account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bgstudio.errors import ConsentNeeded, Gone, IntakeError, StudioError, UsageError
from bgstudio.service import Service, Visitor
from bgstudio.service.accounts import SignIn
from bgstudio.service.deletion import CONFIRM
from bgstudio.service.letters import Letter
from bgstudio.service.rights import NOT_HELD
from bgstudio.web.access import Access, check_form, dismiss, forget, required, service_of, welcome
from bgstudio.web.counting import choose, counting, keep
from bgstudio.web.pages.contact import moment
from bgstudio.web.pages.render import formed, pages_of, with_session
from bgstudio.web.words import TEXT
from bgstudio.web.words.account import ACCOUNT

router = APIRouter(include_in_schema=False)

DONE = frozenset(ACCOUNT["account"]["done"])


@router.get("/account")
async def account(request: Request) -> Response:
    """Everything that is held, and what can be done about it."""
    return await _page(request, await welcome(request))


@router.post("/account/correct")
async def correct(request: Request) -> Response:
    """Set name or e-mail."""
    access, fields = await formed(request)
    what = "email" if "email" in fields else "name"
    try:
        await service_of(request).accounts.correct(access.visitor, **{what: fields.get(what, "")})
    except UsageError as error:
        return await _page(request, access, error, {what: fields.get(what, "")})
    return _back("correct", what)


@router.get("/account/picture")
async def picture(request: Request) -> Response:
    """The picture that is kept of somebody."""
    access = await required(request)
    data = await service_of(request).portraits.get(access.visitor)
    if data is None:
        raise Gone("No picture of you is kept.", "", "Choose one on the account page.")
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, no-store"})


@router.post("/account/picture")
async def replace_picture(request: Request) -> Response:
    """Replace the picture of an account by an uploaded one."""
    access = await required(request)
    state, visitor = request.app.state, access.visitor
    service = service_of(request)
    service.rates.jobs(visitor)
    state.slots.take(visitor.scope)
    try:
        upload = await state.reader.read(request, service.desk.new_id())
    finally:
        state.slots.leave(visitor.scope)
    check_form(request, access, upload.fields.get("csrf", ""))
    try:
        if not upload.sizes.get("photo"):
            raise UsageError("No picture was chosen.", "Nothing was changed.", "Choose a file first.")
        await service.portraits.replace(visitor, upload.job, upload.files["photo"])
    except (UsageError, IntakeError) as error:
        return await _page(request, access, error)
    return _back("correct", "picture")


@router.post("/account/picture/remove")
async def remove_picture(request: Request) -> Response:
    """Remove the picture of an account; signing in does not bring it back."""
    access, _ = await formed(request)
    await service_of(request).portraits.remove(access.visitor)
    return _back("correct", "picture-removed")


@router.post("/account/analytics")
async def analytics(request: Request) -> Response:
    """Choose to be counted or not: kept with an account, else in a cookie."""
    access, fields = await formed(request)
    yes = fields.get("count") == "yes"
    await choose(request, access.visitor, yes)
    done = _back("analytics", "counted" if yes else "uncounted")
    response = RedirectResponse("/privacy#analytics", 303) if fields.get("from") == "privacy" else done
    keep(request, response, access.visitor, yes)
    return response


@router.post("/account/devices/others/end")
async def end_others(request: Request) -> Response:
    """Sign out everywhere but here."""
    access, _ = await formed(request)
    await service_of(request).accounts.sign_out_everywhere(access.visitor, keep_this=True)
    return _back("devices", "devices")


@router.post("/account/devices/{device}/end")
async def end_device(request: Request, device: str) -> Response:
    """Sign one device out."""
    access, _ = await formed(request)
    await service_of(request).accounts.end_sign_in(access.visitor, device)
    if device == access.visitor.sign_in:
        response = RedirectResponse("/", 303)
        dismiss(request, response)
        return response
    return _back("devices", "device")


@router.post("/account/tokens")
async def token(request: Request) -> Response:
    """A token for a program; shown on the page that answers, and never again."""
    access, fields = await formed(request)
    try:
        made, _ = await service_of(request).accounts.new_token(access.visitor, fields.get("name", ""))
    except UsageError as error:
        return await _page(request, access, error)
    return await _page(request, access, token=made)


@router.post("/account/services/{name}/agree")
async def agree(request: Request, name: str) -> Response:
    """Agree to an outside service as it was described."""
    access, fields = await formed(request)
    try:
        await service_of(request).outside.agree(access.visitor, name, fields.get("digest", ""))
    except ConsentNeeded as error:  # what is said about it has changed since
        return await _page(request, access, error)
    return _back("services", "agreed")


@router.post("/account/services/{name}/revoke")
async def revoke(request: Request, name: str) -> Response:
    """Take consent back, at once."""
    access, _ = await formed(request)
    await service_of(request).outside.revoke(access.visitor, name)
    return _back("services", "revoked")


@router.post("/account/letters/{letter}/delete")
async def delete_letter(request: Request, letter: str) -> Response:
    """Delete one of an account's letters."""
    access, _ = await formed(request)
    await service_of(request).letters.withdraw_mine(access.visitor, letter)
    return _back("letters", "letter")


@router.get("/account/delete")
async def confirm(request: Request) -> Response:
    """What goes, and the field where the word is typed."""
    return await _confirm(request, await welcome(request))


@router.post("/account/delete")
async def delete(request: Request) -> Response:
    """Delete everything; leads to the receipt."""
    access, fields = await formed(request)
    try:
        receipt = await service_of(request).deletion.delete(access.visitor, fields.get("confirm", ""))
    except UsageError as error:
        return await _confirm(request, access, error)
    response = RedirectResponse(f"/account/receipt?r={receipt.token}", 303)
    forget(request, response)
    return response


@router.get("/account/receipt")
async def receipt(request: Request) -> Response:
    """A receipt: needs no account and no visit, and begins none."""
    told = service_of(request).deletion.read(request.query_params.get("r", ""))
    days = [stays.until and f"{stays.until.day} {stays.until:%B %Y}" for stays in told.remains]
    return pages_of(request).render(request, "receipt", receipt=told, at=moment(told.at), days=days)


@router.get("/account/receipt.json")
async def receipt_json(request: Request) -> Response:
    """The same for programs, and to keep."""
    told = service_of(request).deletion.read(request.query_params.get("r", ""))
    headers = {"Content-Disposition": f'attachment; filename="receipt-{told.number}.json"'}
    return JSONResponse(told.view(), headers=headers)


# -- what the page shows -------------------------------------------------------------------------------------------


async def _page(
    request: Request,
    access: Access,
    error: StudioError | None = None,
    said: dict[str, str] | None = None,
    token: str = "",
) -> Response:
    service, visitor = service_of(request), access.visitor
    done = request.query_params.get("done", "")
    profile = await service.accounts.profile(visitor) if visitor.account else None
    answer = await with_session(
        request,
        "account",
        access,
        account=visitor.account,
        profile=profile,
        shown={"name": profile.name, "email": profile.email} | (said or {}) if profile else {},
        held=await service.rights.held(visitor),
        not_held=NOT_HELD,
        counting=await counting(request, visitor),
        devices=[_device(one, service.rights.now()) for one in await service.accounts.sign_ins(visitor)]
        if visitor.account
        else [],
        services=await _services(service, visitor),
        letters=[_letter(one) for one in await service.letters.mine(visitor)],
        done=done if done in DONE else "",
        error=error,
        token=token,
        address=str(request.base_url).rstrip("/"),
    )
    if error is not None:
        answer.status_code = error.status
    return answer


async def _confirm(request: Request, access: Access, error: UsageError | None = None) -> Response:
    answer = await with_session(request, "delete", access, account=access.visitor.account, confirm=CONFIRM, error=error)
    if error is not None:
        answer.status_code = error.status
    return answer


def _device(one: SignIn, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "device": one.device,
        "program": one.purpose == "api",
        "current": one.current,
        "used": _when(one.used_at, now),
    }


async def _services(service: Service, visitor: Visitor) -> list[dict[str, Any]]:
    """Those that are switched on, and whether they have agreed to them."""
    return [
        {
            "name": one.service.name,
            "title": one.service.title,
            "words": one.service.words(),
            "digest": one.service.digest,
            "terms": one.service.terms,
            "agreed": one.current,
            "changed": one.at is not None and not one.current,
            "at": "" if one.at is None else moment(one.at),
        }
        for one in await service.outside.consents(visitor)
    ]


def _letter(one: Letter) -> dict[str, str]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "state": one.state.value,
        "at": moment(one.at),
        "words": one.words,
        "answer": one.answer,
    }


def _when(at: datetime, now: datetime) -> str:
    """``Today at 19:04 UTC``."""
    at, today = at.astimezone(UTC), now.astimezone(UTC).date()
    words = TEXT["account"]
    if at.date() == today:
        return str(words["today"].format(time=f"{at:%H:%M}"))
    if at.date() == today - timedelta(days=1):
        return str(words["yesterday"].format(time=f"{at:%H:%M}"))
    return moment(at)


def _back(section: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/account?done={done}#{section}", 303)
