"""One frozen Settings, read once, passed down. Knows no business word."""

from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-never-use-elsewhere"  # noqa: S105 – refused outside
DEVELOPMENT_STRIPE_KEY = "sk_test_sim_development"
DEVELOPMENT_WEBHOOK_SECRET = "whsec_sim_platform_development"  # noqa: S105 – refused outside
DEVELOPMENT_CONNECT_SECRET = "whsec_sim_connect_development"  # noqa: S105 – refused outside


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Everything that can be set from outside, as LEHRWERK_… variables (and DATABASE_URL)."""

    model_config = SettingsConfigDict(
        env_prefix="LEHRWERK_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path(".lehrwerk")
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    database_pool_size: int = Field(default=8, ge=1, le=200)
    allow_async_commit: bool = False

    secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    public_url: str = "http://127.0.0.1:8000"

    stripe_key: SecretStr = SecretStr(DEVELOPMENT_STRIPE_KEY)
    stripe_api_base: str | None = None
    stripe_webhook_secrets: tuple[SecretStr, ...] = (SecretStr(DEVELOPMENT_WEBHOOK_SECRET),)
    stripe_connect_webhook_secrets: tuple[SecretStr, ...] = (SecretStr(DEVELOPMENT_CONNECT_SECRET),)
    # Stripe's limit for one endpoint; payouts keep it together, however many workers there are.
    stripe_calls_per_second: int = Field(default=25, ge=1, le=1000)
    stripe_timeout_s: float = Field(default=10.0, gt=0, le=80)

    # E-mail and push go into folders under data_dir until a server, a key file, is named.
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_encryption: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_s: float = Field(default=15.0, gt=0, le=120)
    mail_from: str = "Lehrwerk <no-reply@lehrwerk.example>"
    fcm_key_file: Path | None = None
    apns_key_file: Path | None = None
    apns_key_id: str | None = None
    apns_team_id: str | None = None
    apns_topic: str | None = None
    apns_sandbox: bool = False

    # Waits that protect people from thieves; None: none in development, the usual ones elsewhere.
    first_payout_wait_days: int | None = Field(default=None, ge=0, le=90)
    bank_change_wait_hours: int | None = Field(default=None, ge=0, le=720)
    sanctions_screening: Literal["required", "not_screened"] | None = None
    screening_fresh_hours: int = Field(default=24, ge=1, le=720)
    smallest_payout_minor: int = Field(default=100, ge=1)

    # So much may one person order in a day; None: any sum in development, 50,000.00 elsewhere.
    four_eyes_above_minor: int | None = Field(default=None, ge=0)
    step_up_minutes: int = Field(default=30, ge=1, le=240)

    access_token_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_days: int = Field(default=30, ge=1, le=90)
    attempts_per_window: int = Field(default=20, ge=1)
    job_heartbeat_s: float = Field(default=6.0, gt=0)
    log_format: str = "json"

    @property
    def is_development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    @model_validator(mode="after")
    def _apns_whole_or_not_at_all(self) -> Self:
        """Half a configuration would look like push and be silence."""
        parts = (self.apns_key_file, self.apns_key_id, self.apns_team_id, self.apns_topic)
        if any(parts) and not all(parts):
            raise ValueError("LEHRWERK_APNS_KEY_FILE, …_KEY_ID, …_TEAM_ID and …_TOPIC go together")
        return self

    @property
    def is_live_money(self) -> bool:
        """Whether the key is for real money: Stripe says so in the key itself."""
        return "_live_" in self.stripe_key.get_secret_value()

    @model_validator(mode="after")
    def _no_default_secret_outside_development(self) -> Self:
        """A default secret in production is an open door (as happened to Kimai, CVE-2026-52824)."""
        if self.is_development:
            return self
        faults = []
        if (
            self.secret.get_secret_value() == DEVELOPMENT_SECRET
            or len(self.secret.get_secret_value()) < 32
        ):
            faults.append("LEHRWERK_SECRET must be set to at least 32 random characters")
        if "sim" in self.stripe_key.get_secret_value():
            faults.append("LEHRWERK_STRIPE_KEY must be a Stripe key, not the simulator's")
        known = {DEVELOPMENT_WEBHOOK_SECRET, DEVELOPMENT_CONNECT_SECRET, ""}
        both = (self.stripe_webhook_secrets, self.stripe_connect_webhook_secrets)
        if any(not some or any(s.get_secret_value() in known for s in some) for some in both):
            faults.append(
                "LEHRWERK_STRIPE_WEBHOOK_SECRETS and …_CONNECT_WEBHOOK_SECRETS must be set"
            )
        if self.database_url is None:
            faults.append("DATABASE_URL must name a PostgreSQL server")
        if self.smtp_host is not None and self.smtp_encryption == "none":
            faults.append("LEHRWERK_SMTP_ENCRYPTION must be starttls or tls")
        if self.smtp_host is not None and "lehrwerk.example" in self.mail_from:
            faults.append("LEHRWERK_MAIL_FROM must name an address of yours")
        if self.allow_async_commit:
            faults.append("LEHRWERK_ALLOW_ASYNC_COMMIT is for tests only")
        if faults:
            raise ValueError("; ".join(faults))
        return self
