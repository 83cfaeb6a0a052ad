"""The web applications of the simulated organisation: one behind TLS, one for the sign-in page."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Request, Response, request

from simulator import control, crm_forms, dataverse, entra_views
from simulator.dataverse import Crm, ServiceProtection
from simulator.entra import DATAVERSE_AUDIENCE, Entra
from simulator.fault_plans.binding import bind
from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Stage
from simulator.faults import FaultPlan
from simulator.msgraph import views as msgraph_views
from simulator.msgraph.service import GraphService
from simulator.organisation import Organisation
from simulator.registration import Registration, register
from simulator.signing import Claims
from simulator.traffic import Traffic


@dataclass(slots=True)
class Services:
    """Everything that runs for one organisation, and the handles to steer it from Python.

    panel_url: whose panel the forms of the CRM show, '' for a CRM without forms
    feedback: the second application, without any role: what it may read, RBAC for Applications says
    """

    organisation: Organisation
    registration: Registration
    control_key: str
    faults: FaultPlan = field(default_factory=FaultPlan)
    panel_url: str = ""
    traffic: Traffic = field(default_factory=Traffic)
    protection: ServiceProtection = field(default_factory=ServiceProtection)
    feedback: Registration = field(init=False)
    entra: Entra = field(init=False)
    msgraph: GraphService = field(init=False)
    crm: Crm = field(init=False)

    def __post_init__(self) -> None:
        organisation = self.organisation
        self.feedback = register(organisation.feedback.client_id, ())
        self.entra = Entra(organisation, self.registration, self.feedback)
        self.msgraph = GraphService(organisation, self.faults, self.traffic)
        self.crm = Crm(organisation.world, application_id=self.registration.client_id, now=lambda: organisation.now)
        self.order(*self.faults.orders)

    def order(self, *orders: Order) -> None:
        """Puts faults by the names F01 to F59 to work."""
        bind(Stage(self.organisation, self.faults, self.registration, self.crm, self.msgraph), orders)

    def claims_of(self, authorization: str) -> Claims | None:
        """The claims of a valid bearer token of ours, else None."""
        scheme, _, token = authorization.partition(" ")
        return self.entra.signer.claims(token) if scheme.lower() == "bearer" else None

    def dataverse_claims(self, asked: Request) -> Claims | None:
        claims = self.claims_of(asked.headers.get("Authorization", ""))
        return claims if claims and claims["aud"] == DATAVERSE_AUDIENCE else None

    def is_controller(self, asked: Request) -> bool:
        """Whether the request carries the control key of this run."""
        return secrets.compare_digest(asked.headers.get("X-Simulator-Key", "").encode(), self.control_key.encode())


def secure_app(services: Services, authorize_origin: Callable[[], str]) -> Flask:
    """Tokens, Microsoft Graph, Dataverse and control: everything that speaks HTTPS."""
    app = Flask(__name__)
    app.register_blueprint(entra_views.token_blueprint(services.entra, authorize_origin))
    app.register_blueprint(msgraph_views.blueprint(services.msgraph, services.claims_of))
    app.register_blueprint(
        dataverse.blueprint(
            services.crm,
            check_token=services.dataverse_claims,
            protection=services.protection,
            faults=lambda path: services.faults.due(path, ""),
        )
    )
    known = control.acts(
        services.organisation,
        services.faults,
        services.traffic,
        services.registration,
        services.msgraph.subscriptions,
        services.order,
    )
    app.register_blueprint(control.blueprint(known, services.is_controller))
    app.register_blueprint(
        dataverse.control_blueprint(services.crm, authorised=services.is_controller, protection=services.protection)
    )

    @app.after_request
    def count_dataverse(response: Response) -> Response:
        if request.path.startswith("/api/data/"):
            services.traffic.note(request.method, request.path.strip("/"), "", response.status_code)
        return response

    return app


def page_app(services: Services) -> Flask:
    """What a browser opens: the sign-in page, and the forms of the CRM when they have a panel to show."""
    app = Flask(__name__)
    app.register_blueprint(entra_views.authorize_blueprint(services.entra))
    if services.panel_url:
        app.register_blueprint(crm_forms.blueprint(lambda: services.organisation.world, services.panel_url))
    framed = f"frame-src {crm_forms.frame_source(services.panel_url)}; " if services.panel_url else ""

    @app.after_request
    def close_the_page(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
            f"{framed}base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
