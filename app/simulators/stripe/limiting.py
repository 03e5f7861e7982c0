"""Stripe's limit of requests: so many in any second at one endpoint, the rest answered 429.

In memory and by the real clock, like a limit is. Nothing is limited until it is ordered.
"""

import time
from collections import Counter, deque
from typing import Any

from app.simulators.stripe.refusals import Invalid

_WINDOW_S = 1.0


class Limits:
    def __init__(self) -> None:
        self.order(None)

    def order(self, per_second: int | None) -> None:
        """From now on, so many in any second at each endpoint; None: as many as come."""
        self._per_second = per_second
        self._recent: dict[str, deque[float]] = {}
        self._allowed: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def pass_or_refuse(self, path: str) -> None:
        """Raises Invalid (429). An endpoint is a path's first two parts, as `/v1/transfers`."""
        if self._per_second is None:
            return
        endpoint = "/".join(path.split("/")[:3])
        now = time.monotonic()
        recent = self._recent.setdefault(endpoint, deque())
        while recent and now - recent[0] >= _WINDOW_S:
            recent.popleft()
        if len(recent) >= self._per_second:
            self._refused[endpoint] += 1
            raise Invalid(
                "Too many requests hit the API too quickly. We recommend an exponential backoff "
                "of your requests.",
                code="rate_limit",
                status=429,
            )
        recent.append(now)
        self._allowed[endpoint] += 1

    def shown(self) -> dict[str, Any]:
        return {
            "per_second": self._per_second,
            "allowed": dict(self._allowed),
            "refused": dict(self._refused),
        }
