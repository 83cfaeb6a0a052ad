"""What every answer carries and every unsafe request must prove: headers, and that it comes from our own pages."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
)

from web.house import house
from web.identity import applications
from web.panel import place

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Called by services that prove themselves otherwise, never by a browser; they know no session.
FOR_SERVICES = frozenset({"notifications.receive"})
# What a form of the CRM loads into a frame.
FIRST_LOADS = frozenset({"panel.card", "panel.start"})


def install(app: Flask, *, https: bool, crm_origins: tuple[str, ...] = ()) -> None:
    """Put the headers on every answer and refuse unsafe requests from elsewhere.

    crm_origins  whose pages may show the panel in a frame; nobody may frame anything else
    """
    headers = _headers(https=https).headers
    framed_headers = _headers(https=https, framed_by=crm_origins).headers

    @app.before_request
    def refuse_foreign_writes() -> None:
        # Where no view knows the method nothing is done: that it is not known is the answer then.
        is_write = (
            request.method not in SAFE_METHODS and request.endpoint not in FOR_SERVICES and request.url_rule is not None
        )
        # A browser adds no token by itself, and whoever shows one is known by nothing else.
        if is_write and applications.token_of(request) is None and not _comes_from_us():
            abort(403)
        if place.is_here() and not is_write:
            is_first_load = request.endpoint in FIRST_LOADS or request.url_rule is None
            if not place.may_be_asked(request, is_first_load=is_first_load):
                abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in (framed_headers if place.is_here() else headers).items():
            response.headers.setdefault(name, value)
        if not response.headers.get("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        response.vary.update(("Cookie", "Origin", "Sec-Fetch-Site"))
        return response


def _headers(*, https: bool, framed_by: tuple[str, ...] = ()) -> Secure:
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'")
        .style_src_elem("'self'")
        .style_src_attr("'unsafe-inline'")  # charts place their labels by style attribute
        .img_src("'self'", "data:")
        .font_src("'self'")
        .connect_src("'self'")
        .form_action("'self'")
        .base_uri("'none'")
        .object_src("'none'")
        .frame_ancestors(*(framed_by or ("'none'",)))
    )
    return Secure(
        csp=policy,
        xcto=XContentTypeOptions().nosniff(),
        referrer=ReferrerPolicy().no_referrer(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        permissions=PermissionsPolicy().camera().microphone().geolocation(),
        hsts=StrictTransportSecurity().max_age(31_536_000) if https else None,
    )


def _comes_from_us() -> bool:
    """Sec-Fetch-Site decides where the browser sends it, else Origin; a request with neither is refused."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and origin == _origin(house().config.base_url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
