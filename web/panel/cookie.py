"""The session cookie of the panel, which lives in a frame on another site, beside that of the pages.

Browsers keep a partitioned cookie apart for every site that frames us, also where they block the cookies of third
parties. It is another cookie than that of the pages, signed for another purpose: neither opens the other's doors.
"""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from web.panel import place

NAME, SECURE_NAME = "panel", "__Host-panel"


class _PanelSessions(SecureCookieSessionInterface):
    salt = "panel-session"


_PANEL = _PanelSessions()


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie: one for the pages, one for the panel.

    Over plain http, which only the demonstration speaks, browsers take no partitioned cookie; there the form of the
    simulated CRM is on the same site, and a cookie of this site reaches the frame.
    """

    def get_cookie_name(self, app: Flask) -> str:
        if not place.is_here():
            return super().get_cookie_name(app)
        return SECURE_NAME if self.get_cookie_secure(app) else NAME

    def get_cookie_samesite(self, app: Flask) -> str | None:
        return "None" if self.get_cookie_partitioned(app) else super().get_cookie_samesite(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        return place.is_here() and self.get_cookie_secure(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return _PANEL.get_signing_serializer(app) if place.is_here() else super().get_signing_serializer(app)
