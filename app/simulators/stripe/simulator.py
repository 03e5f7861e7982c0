"""The simulator as one object: its parts, and the one way in which anything changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.simulators.stripe import due, events
from app.simulators.stripe.clock import Clock
from app.simulators.stripe.couriers import Courier, WebhookTarget
from app.simulators.stripe.faults import Faults
from app.simulators.stripe.limiting import Limits
from app.simulators.stripe.moments import Moment
from app.simulators.stripe.store import Store
from app.simulators.stripe.traffic import Traffic


@dataclass(frozen=True)
class SimulatorConfig:
    """`state_path=None` keeps everything in memory; `log_path=None` writes no traffic log.

    The platform webhook receives events of the platform's own account, the connect webhook those
    of connected accounts (snapshots with `account`, and thin v2 events).
    """

    state_path: Path | None
    log_path: Path | None
    secret_key: str
    platform_webhook: WebhookTarget | None
    connect_webhook: WebhookTarget | None


class LiveKeyRefused(ValueError):
    """A live key must never reach a simulator."""


class Simulator:
    def __init__(self, config: SimulatorConfig) -> None:
        if "_live_" in config.secret_key:
            raise LiveKeyRefused("the Stripe simulator refuses live keys")
        self.config = config
        self.store = Store(config.state_path)
        self.clock = Clock(self.store)
        self.faults = Faults()
        self.limits = Limits()
        self.traffic = Traffic(config.log_path, self.store)
        targets = {
            events.PLATFORM_ENDPOINT: config.platform_webhook,
            events.CONNECT_ENDPOINT: config.connect_webhook,
        }
        wired = {name: target for name, target in targets.items() if target is not None}
        self.endpoints = frozenset(wired)
        self.courier = Courier(self.store, self.faults, wired)

    @contextmanager
    def change(
        self, *, request_id: str | None = None, idempotency_key: str | None = None
    ) -> Iterator[Moment]:
        """One transaction, before which everything due has happened; then events may leave."""
        with self.store.transaction():
            moment = Moment(
                self.store, self.clock.now(), self.endpoints, request_id, idempotency_key
            )
            due.catch_up(moment)
            yield moment
        self.published()

    def advance(self, seconds: int) -> int:
        """Move the clock and let what falls due happen; returns the new time."""
        with self.store.transaction():
            self.clock.advance(seconds)
            moment = Moment(self.store, self.clock.now(), self.endpoints)
            due.catch_up(moment)
        self.published()
        return moment.now

    def published(self) -> None:
        self.traffic.new_events()
        self.courier.wake()

    def close(self) -> None:
        self.traffic.close()
        self.store.close()
