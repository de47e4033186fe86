"""A small OpenID Connect provider on loopback, with real keys, that tests may lead astray."""

import hashlib
import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "hetao-client", "between us two"


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """Whom it will say is there, and what is wrong with how it says so."""

    claims: dict[str, Any] = field(default_factory=dict)
    token_claims: dict[str, Any] = field(default_factory=dict)
    userinfo_claims: dict[str, Any] = field(default_factory=dict)
    signing_key: Any = None
    algorithm: str = "RS256"
    url: str = ""
    key: Any = field(default_factory=new_key)
    grants: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorise(self, query: dict[str, str]) -> str:
        """Sign somebody in and return where to send them."""
        code = secrets.token_urlsafe(8)
        self.grants[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str]) -> dict[str, str] | None:
        """Return tokens for a code: once, to the client, who proves that it began this."""
        query = self.grants.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            query is None
            or form.get("client_secret") != SECRET
            or form.get("redirect_uri") != query["redirect_uri"]
            or query.get("code_challenge") != challenge
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "sub": "4711",
            "nonce": query["nonce"], **self.token_claims,
        }  # fmt: skip
        signed = jwt.encode(
            {key: value for key, value in claims.items() if value is not None},
            SECRET if self.algorithm == "HS256" else self.signing_key or self.key,
            algorithm=self.algorithm, headers={"kid": "one"},
        )  # fmt: skip
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def document(self, path: str) -> dict[str, Any]:
        """Return what it publishes."""
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}
        if path == "/userinfo":
            return {"sub": "4711", **self.claims, **self.userinfo_claims}
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
        }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self):
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        if parts.path == "/authorize":
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.provider.authorise(query))
            self.end_headers()
            return
        if parts.path == "/userinfo" and self.headers["Authorization"] != "Bearer a":
            self.send_error(401)
            return
        self._send(self.provider.document(parts.path))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        tokens = self.provider.exchange(form)
        if tokens is None:
            self.send_error(400)
        else:
            self._send(tokens)

    def _send(self, told):
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def running_provider():
    """Yield a provider that answers, and stop it."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
