"""The signed links by which a colleague answers without signing in.

A link holds the number of a request and one answer, nothing else: no name, no address, no record. It is signed with
a key that serves this purpose only, works while the request waits for an answer, and for a fortnight at most.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from relationship.config import Config
from relationship.errors import FixSettings
from relationship.introductions import LINK_DAYS, Step

PATH = "/introductions/answer/"
LONGEST_TOKEN = 200
_PURPOSE = "answer to a request for an introduction"
_SIGNING = {"key_derivation": "hmac", "digest_method": sha256}
_LETTER = {Step.ACCEPT: "a", Step.DECLINE: "d", Step.NOT_WELL: "n", Step.PASS_ON: "p"}
_STEP = {letter: step for step, letter in _LETTER.items()}


class AnswerLinks:
    """Makes and opens the links of one deployment."""

    def __init__(self, config: Config) -> None:
        """FixSettings when there is neither a secret key nor an encryption key to sign with."""
        self._base_url = config.base_url.rstrip("/")
        secret = config.secret_key.get_secret_value() or config.encryption_keys.get_secret_value().split(",")[0].strip()
        if not secret and config.mode == "production":
            raise FixSettings(
                "The key that signs links is missing.",
                next_step="Put a long random text into RELATIONSHIP_SECRET_KEY and start again.",
                code="missing_secret_key",
            )
        self._serializer = URLSafeSerializer(secret or config.mode, salt=_PURPOSE, signer_kwargs=_SIGNING)

    def links(self, number: int) -> dict[Step, str]:
        """The four addresses for the request with this number."""
        return {step: f"{self._base_url}{PATH}{self._serializer.dumps([number, _LETTER[step]])}" for step in _LETTER}

    def opened(self, token: str) -> tuple[int, Step] | None:
        """The number and the answer; None for whatever we did not sign."""
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            number, letter = self._serializer.loads(token)
        except (BadData, TypeError, ValueError):
            return None
        return (number, _STEP[letter]) if isinstance(number, int) and letter in _STEP else None

    @staticmethod
    def is_live(asked_at: datetime, now: datetime) -> bool:
        """Whether links of a request asked then are still looked at now."""
        return now <= asked_at + timedelta(days=LINK_DAYS)
