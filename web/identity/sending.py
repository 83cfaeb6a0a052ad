"""The ways by which somebody who is signed in may send mail now."""

from collections.abc import Callable, Mapping

from flask import Flask, current_app

from relationship.errors import RelationshipError
from relationship.house import House
from relationship.introductions import Via
from relationship.sync.outward.mail_out import ByCrm, ByMsgraph, SellerPost
from relationship.sync.wire.auth import Credentials
from relationship.sync.wire.delegated import Consents

PostsOf = Callable[[str], Mapping[Via, SellerPost]]


def posts(seller_key: str) -> Mapping[Via, SellerPost]:
    """The ways that send by themselves; a letter in the seller's own mail program needs none."""
    found: PostsOf = current_app.extensions["posts"]
    return found(seller_key)


def install(app: Flask, house: House) -> None:
    """By Microsoft Graph for whoever gave the right to send, by the CRM where there is one; nothing connects yet."""
    credentials = Credentials(house.config)

    def of(seller_key: str) -> Mapping[Via, SellerPost]:
        found: dict[Via, SellerPost] = {}
        consents = _consents(house)
        if consents is not None and consents.has(seller_key):
            found[Via.GRAPH] = ByMsgraph(house.config, consents.tokens_of)
        if house.config.dataverse_url:
            found[Via.CRM] = ByCrm(house.config, credentials.source(house.config.dataverse_url))
        return found

    app.extensions["posts"] = of


def _consents(house: House) -> Consents | None:
    """None without a key to keep a right with."""
    try:
        return Consents(house.config, house.store, house.vault())
    except RelationshipError:
        return None
