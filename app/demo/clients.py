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
    map: Mapping[str, tuple[str, str]] = field(repr=False)
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
            answer = self.http.post(self._url("sign_in"), json=body)
            if answer.is_success:
                self.take_session(answer.json()["session"])
                return
            if not self.sign_in_with.totp_secret:
                break
            time.sleep(31 - time.time() % 30)  # a code works once
        raise DoorRefused(f"{self.name} cannot sign in: {answer.status_code} {answer.text[:400]}")

    def _url(self, operation: str) -> str:
        return f"/{self.door}/v1{self.map[operation][1]}"

    def renew(self) -> None:
        """Days may have passed on the clock: refresh, or sign in when even that has ended."""
        if self._refresh:
            answer = self.http.post(
                self._url("refresh_session"), json={"refresh_token": self._refresh}
            )
            if answer.is_success:
                self.take_session(answer.json()["session"])
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

    def call(self, operation: str, body: Json | None = None, /, **parameters: str) -> Json:
        """An operation by its id, as the door's own document describes it."""
        answer = self.call_raw(operation, body, **parameters)
        found: Json = answer.json() if answer.content else {}
        return found

    def call_raw(
        self, operation: str, body: Json | None = None, /, **parameters: str
    ) -> httpx.Response:
        """The same, as bytes. `parameters` fill the path; what is left goes into the query."""
        method, path = self.map[operation]
        query = {}
        for name, value in parameters.items():
            if "{" + name + "}" in path:
                path = path.replace("{" + name + "}", value)
            else:
                query[name.rstrip("_")] = value
        if query:
            path += f"?{httpx.QueryParams(query)}"
        if method == "GET":
            return _expect(self, method, path, self.send(method, path, b"", {}))
        headers = {"Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        content = json.dumps(body if body is not None else {}).encode()
        return self._remember(method, path, content, headers)

    def upload(
        self, operation: str, *, file_name: str, content: bytes, media_type: str, **parameters: str
    ) -> Json:
        """A multipart upload, built once so that its bytes repeat."""
        method, path = self.map[operation]
        for name, value in parameters.items():
            path = path.replace("{" + name + "}", value)
        request = self.http.build_request(
            method, path, files={"file": (file_name, content, media_type)}
        )
        headers = {
            "Content-Type": request.headers["content-type"],
            "Idempotency-Key": str(uuid4()),
        }
        found: Json = self._remember(method, path, request.read(), headers).json()
        return found

    def _remember(
        self, method: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        answer = _expect(self, method, path, self.send(method, path, content, headers))
        self.memory.append(Written(self, method, path, content, headers, answer.status_code))
        return answer


def read_map(http: httpx.Client, door: str) -> dict[str, tuple[str, str]]:
    """Operation id → method and path, from the door's OpenAPI document."""
    document = http.get(f"/{door}/v1/openapi.json").json()
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


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
