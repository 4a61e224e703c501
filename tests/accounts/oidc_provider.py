"""A little OpenID provider on loopback: discovery, keys, authorisation, tokens signed with RS256, PKCE enforced."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "lianchou", "shared-with-the-provider"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """Who signs in there is `claims`; the other fields let it misbehave."""

    server: ThreadingHTTPServer
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    claims: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    """Claims of the ID token that are other than they should be."""
    signing_key: Any = None
    algorithm: str = "RS256"
    error: str = ""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """By code: what the authorisation was asked with."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the person is sent back to."""
        if self.error:
            return f"{asked['redirect_uri']}?{urlencode({'error': self.error, 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        asked = self.asked.pop(given.get("code", ""), None)
        if (
            asked is None
            or given.get("client_secret") != CLIENT_SECRET
            or asked["redirect_uri"] != given["redirect_uri"]
        ):
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"] != challenge.decode():
            return None
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": self._id_token(asked)}

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "42", "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], **self.claims, **self.changes}
        return jwt.encode(
            claims,
            self.key if self.signing_key is None else self.signing_key,
            algorithm=self.algorithm,
            headers={"kid": "one"},
        )


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        match address.path:
            case "/.well-known/openid-configuration":
                self._say(self.provider.discovery())
            case "/keys":
                self._say(self.provider.keys())
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.provider.authorize(_values(address.query)))
                self.end_headers()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        given = _values(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = self.provider.token(given)
        self._say(token or {"error": "invalid_grant"}, 200 if token else 400)

    def _say(self, values: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(values).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


def _values(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running_provider() -> Iterator[Provider]:
    handler = type("OwnHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.provider = provider = Provider(server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
