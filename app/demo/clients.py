"""Clients of the doors, as outsiders would write them: tokens, ids of their own, and a memory.

Every write is remembered byte for byte, so that the story can be played a second time.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pyotp

Json = dict[str, Any]


class DoorRefused(RuntimeError):
    """A door answered with a problem the story did not expect."""


@dataclass(frozen=True, slots=True)
class Written:
    """One write as it was sent, and the status it got."""

    who: "Client"
    method: str
    path: str
    content: bytes
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody types to sign in."""

    email: str
    password: str
    totp_secret: str | None = None


@dataclass
class Client:
    """Somebody at one door."""

    http: httpx.Client
    door: str
    name: str
    memory: list[Written]
    sign_in_with: SignIn
    token: str | None = None
    _refresh: str | None = field(default=None, repr=False)

    def take_session(self, session: Json) -> None:
        self.token = session["access_token"]
        self._refresh = session["refresh_token"]

    def sign_in(self) -> None:
        """Sign in afresh; staff with their second factor, waiting for a fresh code if need be."""
        body: Json = {"email": self.sign_in_with.email, "password": self.sign_in_with.password}
        for _ in range(3):
            if self.sign_in_with.totp_secret:
                body["otp"] = pyotp.TOTP(self.sign_in_with.totp_secret).now()
            answer = self.http.post(f"/{self.door}/v1/sessions", json=body)
            if answer.status_code in (200, 201):
                found = answer.json()
                self.take_session(found.get("session", found))
                return
            if not self.sign_in_with.totp_secret:
                break
            time.sleep(31 - time.time() % 30)  # a code works once
        raise DoorRefused(f"{self.name} cannot sign in: {answer.status_code} {answer.text[:400]}")

    def renew(self) -> None:
        """Days may have passed on the clock: refresh, or sign in when even that has ended."""
        if self._refresh:
            answer = self.http.post(
                f"/{self.door}/v1/sessions/refresh", json={"refresh_token": self._refresh}
            )
            if answer.status_code in (200, 201):
                found = answer.json()
                self.take_session(found.get("session", found))
                return
        self.sign_in()

    def send(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """One request with the current token; once more after a 401 with a renewed one."""
        for attempt in (1, 2):
            authorised = {**headers}
            if self.token:
                authorised["Authorization"] = f"Bearer {self.token}"
            answer = self.http.request(
                method, f"/{self.door}/v1{path}", content=content, headers=authorised
            )
            if answer.status_code != 401 or attempt == 2 or self.token is None:
                return answer
            self.renew()
        raise AssertionError("unreachable")

    def get(self, path: str, **query: str) -> Json:
        answer = self.get_raw(path, **query)
        found: Json = answer.json()
        return found

    def get_raw(self, path: str, **query: str) -> httpx.Response:
        suffix = f"?{httpx.QueryParams(query)}" if query else ""
        answer = self.send("GET", path + suffix, b"", {})
        return _expect(self, "GET", path, answer)

    def post(self, path: str, body: Json | None = None) -> Json:
        return self._write("POST", path, body if body is not None else {})

    def put(self, path: str, body: Json) -> Json:
        return self._write("PUT", path, body)

    def patch(self, path: str, body: Json) -> Json:
        return self._write("PATCH", path, body)

    def upload(self, path: str, *, file_name: str, content: bytes, media_type: str) -> Json:
        """A multipart upload, built once so that its bytes repeat."""
        request = self.http.build_request(
            "POST", path, files={"file": (file_name, content, media_type)}
        )
        headers = {
            "Content-Type": request.headers["content-type"],
            "Idempotency-Key": str(uuid4()),
        }
        return self._remember("POST", path, request.read(), headers)

    def _write(self, method: str, path: str, body: Json) -> Json:
        headers = {"Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        return self._remember(method, path, json.dumps(body).encode(), headers)

    def _remember(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Json:
        answer = _expect(self, method, path, self.send(method, path, content, headers))
        self.memory.append(Written(self, method, path, content, headers, answer.status_code))
        found: Json = answer.json() if answer.content else {}
        return found


def _expect(client: Client, method: str, path: str, answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise DoorRefused(
            f"{client.name}: {method} /{client.door}/v1{path} → {answer.status_code} "
            f"{answer.text[:800]}"
        )
    return answer


def wait_for(what: str, condition: Callable[[], Any], *, timeout_s: float = 60) -> Any:
    """Poll until the condition gives something; jobs and webhooks take a moment."""
    limit = time.monotonic() + timeout_s
    while time.monotonic() < limit:
        found = condition()
        if found:
            return found
        time.sleep(0.15)
    raise DoorRefused(f"waited {timeout_s:.0f} s in vain for: {what}")
