"""Signed JSON web tokens: made with a key of our own, checked by it or by a client's certificate."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Claims = dict[str, Any]

_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.AUTO)


class BadTokenError(ValueError):
    """The text is no token, or its signature is not of the expected key."""


def encode(raw: bytes) -> str:
    """Base64url without padding, as tokens write it."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def opened(token: str, key: rsa.RSAPublicKey) -> Claims:
    """The claims of a token signed RS256 or PS256 with this key, whatever its times; else BadTokenError."""
    try:
        head, body, signature = token.split(".")
        algorithm = json.loads(decode(head))["alg"]
        scheme = {"RS256": padding.PKCS1v15(), "PS256": _PSS}[algorithm]
        key.verify(decode(signature), f"{head}.{body}".encode(), scheme, hashes.SHA256())
        claims = json.loads(decode(body))
    except (ValueError, KeyError, TypeError, InvalidSignature) as error:
        raise BadTokenError("the token is not whole or not signed by this key") from error
    if not isinstance(claims, dict):
        raise BadTokenError("the token holds no claims")
    return claims


@cache
def _key() -> rsa.RSAPrivateKey:
    """One per process: making it takes longer than everything that is signed with it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Signer:
    """One RSA key: signs tokens (RS256) and recognises its own. Knows real time only."""

    def __init__(self) -> None:
        self._key = _key()
        numbers = self._key.public_key().public_numbers()
        modulus = numbers.n.to_bytes(256, "big")
        self.key_id = encode(modulus[:20])
        self._public = {"kty": "RSA", "use": "sig", "kid": self.key_id, "n": encode(modulus), "e": "AQAB"}
        self._known: dict[str, Claims] = {}

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON web key set."""
        return {"keys": [self._public]}

    def sign(self, claims: Claims) -> str:
        head = encode(_json({"typ": "JWT", "alg": "RS256", "kid": self.key_id}))
        body = encode(_json(claims))
        signature = self._key.sign(f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{head}.{body}.{encode(signature)}"

    def claims(self, token: str) -> Claims | None:
        """The claims of a token of ours that is valid at this moment, else None."""
        claims = self._known.get(token)
        if claims is None:
            try:
                claims = opened(token, self._key.public_key())
            except BadTokenError:
                return None
            self._known[token] = claims
        if not claims["nbf"] <= time.time() < claims["exp"]:
            self._known.pop(token, None)
            return None
        return claims
