"""Firebase Cloud Messaging, HTTP v1, as a service account."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.gateways import signed_tokens
from app.gateways.push import Push, Pushed, PushOutcome
from app.gateways.signed_tokens import Kept

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_SIGN_IN = "https://oauth2.googleapis.com/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOKEN = re.compile(r"[A-Za-z0-9_:-]{20,4096}")
_BEFORE_END_S = 300


@dataclass(frozen=True, slots=True)
class FcmAccount:
    """A service account, and where it is used; addresses differ for a stand-in only."""

    project: str
    client_email: str
    private_key: str = field(repr=False)
    token_uri: str = _SIGN_IN
    api_base: str = "https://fcm.googleapis.com"
    timeout_s: float = 10.0


def account_in(path: Path) -> FcmAccount:
    """The account of a downloaded JSON key. Raises OSError, ValueError, KeyError."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return FcmAccount(
        project=said["project_id"],
        client_email=said["client_email"],
        private_key=said["private_key"],
        token_uri=said.get("token_uri", _SIGN_IN),
    )


class FcmPusher:
    """One HTTP client and one access token for all messages."""

    def __init__(self, account: FcmAccount) -> None:
        """Raises NotAKey."""
        signed_tokens.rs256({}, account.private_key)
        self._account = account
        self._http = httpx.AsyncClient(timeout=account.timeout_s, trust_env=False)
        self._access: Kept | None = None

    async def send(self, push: Push) -> Pushed:
        if not _TOKEN.fullmatch(push.token):
            return Pushed(PushOutcome.GONE, "malformed_token")
        try:
            answer = await self._post(push)
            if answer is not None and answer.status_code == 401:
                self._access = None  # revoked, or our clock is off: once with a new one
                answer = await self._post(push)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return Pushed(PushOutcome.DELAYED, "unreachable")
        except httpx.HTTPError:
            return Pushed(PushOutcome.UNKNOWN, "no_answer")
        if answer is None:
            return Pushed(PushOutcome.DELAYED, "not_signed_in")
        return _read(answer)

    async def close(self) -> None:
        await self._http.aclose()

    async def _post(self, push: Push) -> httpx.Response | None:
        access = await self._signed_in()
        if access is None:
            return None
        message = {
            "token": push.token,
            "notification": {"title": push.title, "body": push.body},
            "data": push.data,
            "android": {"collapse_key": str(push.id), "ttl": "86400s"},
        }
        return await self._http.post(
            f"{self._account.api_base}/v1/projects/{self._account.project}/messages:send",
            json={"message": message},
            headers={"Authorization": f"Bearer {access}"},
        )

    async def _signed_in(self) -> str | None:
        """An access token; None while the account is refused or the service does not answer."""
        if self._access is not None and self._access.fresh:
            return self._access.token
        account, now_s = self._account, signed_tokens.now_s()
        claims: dict[str, str | int] = {
            "iss": account.client_email,
            "scope": _SCOPE,
            "aud": account.token_uri,
            "iat": now_s,
            "exp": now_s + 3600,
        }
        assertion = signed_tokens.rs256(claims, account.private_key)
        try:
            answer = await self._http.post(
                account.token_uri, data={"grant_type": _GRANT, "assertion": assertion}
            )
            said = answer.json() if answer.status_code == 200 else {}
            token, lasts_s = str(said["access_token"]), int(said.get("expires_in", 3600))
        except (httpx.HTTPError, ValueError, KeyError, AttributeError):
            return None  # nothing was sent yet, so nothing is unknown
        self._access = Kept(token, now_s + max(0, lasts_s - _BEFORE_END_S))
        return token


def _read(answer: httpx.Response) -> Pushed:
    if answer.status_code == 200:
        return Pushed(PushOutcome.SENT)
    code = _code(answer)
    if code == "UNREGISTERED":
        return Pushed(PushOutcome.GONE, code)
    if answer.status_code in (401, 403, 404, 429) or answer.status_code >= 500:
        # 404 without UNREGISTERED is a wrong project: ours to put right, not the phone's fault.
        return Pushed(PushOutcome.DELAYED, code)
    return Pushed(PushOutcome.REFUSED, code)


def _code(answer: httpx.Response) -> str:
    """FCM's own code if there is one, else Google's status, else the number."""
    try:
        error: dict[str, Any] = answer.json()["error"]
        details = [d for d in error.get("details", []) if isinstance(d, dict)]
        code = next((d["errorCode"] for d in details if "errorCode" in d), error.get("status"))
    except (ValueError, KeyError, TypeError, AttributeError):
        code = None
    text = str(code or answer.status_code)
    return text if re.fullmatch(r"[A-Z0-9_]{1,40}", text) else str(answer.status_code)
