"""Apple Push Notification service over HTTP/2, with a signed provider token."""

import re
from dataclasses import dataclass, field

import httpx

from app.gateways import signed_tokens
from app.gateways.push import Push, Pushed, PushOutcome
from app.gateways.signed_tokens import Kept

PRODUCTION = "https://api.push.apple.com"
SANDBOX = "https://api.sandbox.push.apple.com"
_TOKEN = re.compile(r"[0-9a-fA-F]{64,200}")
# Apple refuses tokens older than an hour, and makers of new ones more often than every 20 minutes.
_TOKEN_FOR_S = 40 * 60
_LASTS_S = 86_400


@dataclass(frozen=True, slots=True)
class ApnsKey:
    """A key of a team for one app (`topic`). `api_base` names sandbox or production."""

    team_id: str
    key_id: str
    topic: str
    private_key: str = field(repr=False)
    api_base: str = PRODUCTION
    timeout_s: float = 10.0


class ApnsPusher:
    """One HTTP/2 connection for all messages, as Apple asks."""

    def __init__(self, key: ApnsKey) -> None:
        """Raises NotAKey."""
        signed_tokens.es256({}, key.private_key, key_id=key.key_id)
        self._key = key
        self._http = httpx.AsyncClient(
            http1=False, http2=True, timeout=key.timeout_s, trust_env=False
        )
        self._provider: Kept | None = None

    async def send(self, push: Push) -> Pushed:
        if not _TOKEN.fullmatch(push.token):
            return Pushed(PushOutcome.GONE, "malformed_token")
        try:
            answer = await self._http.post(
                f"{self._key.api_base}/3/device/{push.token}",
                json={"aps": {"alert": {"title": push.title, "body": push.body}}, **push.data},
                headers=self._headers(push),
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Pushed(PushOutcome.DELAYED, "unreachable")
        except httpx.HTTPError:
            return Pushed(PushOutcome.UNKNOWN, "no_answer")
        return self._read(answer)

    async def close(self) -> None:
        await self._http.aclose()

    def _headers(self, push: Push) -> dict[str, str]:
        if self._provider is None or not self._provider.fresh:
            now_s = signed_tokens.now_s()
            token = signed_tokens.es256(
                {"iss": self._key.team_id, "iat": now_s},
                self._key.private_key,
                key_id=self._key.key_id,
            )
            self._provider = Kept(token, now_s + _TOKEN_FOR_S)
        return {
            "authorization": f"bearer {self._provider.token}",
            "apns-topic": self._key.topic,
            "apns-push-type": "alert",
            "apns-id": str(push.id),
            "apns-collapse-id": str(push.id),
            "apns-expiration": str(signed_tokens.now_s() + _LASTS_S),
        }

    def _read(self, answer: httpx.Response) -> Pushed:
        if answer.status_code == 200:
            return Pushed(PushOutcome.SENT)
        code = _reason(answer)
        if answer.status_code == 410:
            return Pushed(PushOutcome.GONE, code)
        if answer.status_code == 403:
            self._provider = None
        if answer.status_code in (403, 429) or answer.status_code >= 500:
            return Pushed(PushOutcome.DELAYED, code)
        # BadDeviceToken too: a server set to the wrong environment must not drop every phone.
        return Pushed(PushOutcome.REFUSED, code)


def _reason(answer: httpx.Response) -> str:
    try:
        reason = str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        reason = ""
    return reason if re.fullmatch(r"[A-Za-z]{1,60}", reason) else str(answer.status_code)
