"""Composition root: settings → engine, gateways → mounts the doors."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.routing import Mount, Router
from starlette.types import ASGIApp

from app.api import errors
from app.api.client import build as client
from app.api.development import routes as development
from app.api.door import Runtime
from app.api.finance import build as finance
from app.api.finance.pages import build as finance_pages
from app.api.health import routes as health
from app.api.middleware import Around
from app.api.operations import build as operations
from app.api.trainer import build as trainer
from app.api.webhooks import routes as letterbox
from app.domain.notices import Platform
from app.gateways.apns import PRODUCTION, SANDBOX, ApnsKey, ApnsPusher
from app.gateways.documents.typst_renderer import TypstRenderer
from app.gateways.fcm import FcmPusher, account_in
from app.gateways.files import LocalFiles
from app.gateways.mail import FolderMailer, Mailer
from app.gateways.outside import Outside
from app.gateways.push import FolderPusher, PlatformPusher, Pusher
from app.gateways.smtp import Encryption, SmtpMailer, SmtpServer
from app.gateways.stripe.client import make_client
from app.gateways.stripe.mandates import StripeMandates
from app.gateways.stripe.notices import StripeNotices
from app.gateways.stripe.payments import StripePayments
from app.gateways.stripe.reversals import StripeReversals
from app.gateways.stripe.statements import StripeStatements
from app.jobs import schedules
from app.jobs.toolbox import Toolbox
from app.kit.clock import Clock
from app.kit.db import Database, connect
from app.settings import Settings

# The busiest first: they are tried in this order.
DOORS: dict[str, Callable[[Runtime], FastAPI]] = {
    "trainer": trainer.build,
    "client": client.build,
    "finance": finance.build,
    "operations": operations.build,
}


def reach_outside(settings: Settings) -> Outside:
    """The adapters for everything outside, by settings."""
    client_of_stripe = make_client(settings)
    return Outside(
        payments=StripePayments(client_of_stripe),
        mandates=StripeMandates(client_of_stripe),
        reversals=StripeReversals(client_of_stripe),
        statements=StripeStatements(client_of_stripe),
        notices=StripeNotices(
            platform_secrets=[s.get_secret_value() for s in settings.stripe_webhook_secrets],
            connect_secrets=[s.get_secret_value() for s in settings.stripe_connect_webhook_secrets],
            live=settings.is_live_money,
        ),
        files=LocalFiles(settings.data_dir / "files"),
        mailer=_mailer(settings),
        pusher=_pusher(settings),
        documents=TypstRenderer(),
    )


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_host is None:
        return FolderMailer(settings.data_dir / "mail")
    password = settings.smtp_password
    return SmtpMailer(
        SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.mail_from,
            encryption=Encryption(settings.smtp_encryption),
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            timeout_s=settings.smtp_timeout_s,
        )
    )


def _pusher(settings: Settings) -> Pusher:
    """Raises OSError or ValueError for a key file that is none: at the start, not at a push."""
    found: dict[Platform, Pusher] = {}
    if settings.fcm_key_file is not None:
        found[Platform.FCM] = FcmPusher(account_in(settings.fcm_key_file))
    if settings.apns_key_file and settings.apns_key_id:
        found[Platform.APNS] = ApnsPusher(
            ApnsKey(
                team_id=settings.apns_team_id or "",
                key_id=settings.apns_key_id,
                topic=settings.apns_topic or "",
                private_key=settings.apns_key_file.read_text(encoding="ascii"),
                api_base=SANDBOX if settings.apns_sandbox else PRODUCTION,
            )
        )
    return PlatformPusher(found, FolderPusher(settings.data_dir / "push"))


def make_runtime(settings: Settings, *, url: str, outside: Outside | None = None) -> Runtime:
    """Everything a process needs, on the database at `url`. Opens no connection yet."""
    database: Database = connect(url, pool_size=settings.database_pool_size)
    return Runtime(settings, database, Clock(), outside or reach_outside(settings))


def toolbox_of(runtime: Runtime) -> Toolbox:
    """The same for the worker."""
    return Toolbox(runtime.settings, runtime.database, runtime.clock, runtime.outside)


def build_app(runtime: Runtime) -> ASGIApp:
    """The whole application: four doors, the letterbox, health, and in development the clock."""
    box = letterbox.Letterbox(runtime.database, runtime.clock, runtime.outside.notices)
    mounts = [
        *(Mount(f"/{name}/v1", door(runtime)) for name, door in DOORS.items()),
        Mount(finance_pages.PATH, finance_pages.build(runtime)),
        Mount("/webhooks", letterbox.build(box)),
    ]
    if runtime.settings.is_development:
        tools = toolbox_of(runtime)
        clock = development.build(runtime, sweep=lambda: schedules.run_all(tools))
        mounts.append(Mount("/_dev", clock))
    # A bare router above the doors: each has its own error answers, and needs no second set around.
    return Around(Router(mounts, default=_elsewhere(runtime)))


def _elsewhere(runtime: Runtime) -> FastAPI:
    """Health, and the answer to paths that do not exist."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)
    app.include_router(health.build(runtime.database))
    return app
