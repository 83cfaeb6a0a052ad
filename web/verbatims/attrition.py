"""The profile of lost customers: what it looks at, how good it is, and learning it anew."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from relationship.desk.learn_attrition import learn_attrition
from relationship.store.alerts import attrition_profiles
from relationship.store.alerts.attrition_profiles import KeptProfile
from relationship.verbatims.alerts.attrition import LAST_SAID, LEAST_KEPT, LEAST_LOST, NEAR_DAYS, TooFewCustomersError
from web.house import house
from web.identity.members import for_importers, member
from web.texts import _
from web.verbatims import verbatim_words

blueprint = Blueprint("attrition", __name__, url_prefix="/verbatims/lost-customers")

SHOWN = 15
EARLIER = 10
# Where so few lost customers are behind a profile, its hit rate may be far from what comes.
FEW_LOST = 60


@blueprint.get("")
@for_importers
def profile() -> str:
    """What lost customers said more and less often than those who stayed."""
    with house().store.reading() as conn:
        kept = attrition_profiles.several(conn, limit=EARLIER)
    return _page(kept)


@blueprint.post("")
@for_importers
def learn() -> Response:
    """Learn it anew from what is known now."""
    try:
        found = learn_attrition(house(), by=member().name or member().oid)
    except TooFewCustomersError as error:
        lost, stayed = error.args
        flash(f"{lost}/{stayed}", "attrition_too_few")
        return redirect(url_for("attrition.profile"), 303)
    flash("of_use" if found.is_of_use else "of_no_use", "attrition_learnt")
    return redirect(url_for("attrition.profile"), 303)


def feature(name: str) -> str:
    """What the profile looks at, in words: 'theme:price' is "Theme: Price and contract"."""
    sort, _colon, value = name.partition(":")
    match sort:
        case "emotion":
            return _("Emotion: %(what)s", what=verbatim_words.EMOTIONS.get(value, value))
        case "theme":
            return _("Theme: %(what)s", what=verbatim_words.theme(value))
        case "segment":
            return _("Segment: %(what)s", what=value)
        case "satisfaction":
            return _("Satisfaction: %(what)s", what=verbatim_words.LEVELS.get(value, value))
        case _:
            return _("Recommendation: %(what)s", what=verbatim_words.LEVELS.get(value, value))


def _page(kept: list[KeptProfile]) -> str:
    present = kept[0] if kept else None
    features = present.profile.features if present else ()
    return render_template(
        "verbatims/attrition.html",
        present=present,
        earlier=kept[1:],
        more=[one for one in features if one.weight > 0][:SHOWN],
        less=[one for one in features if one.weight < 0][:SHOWN],
        feature=feature,
        few=present is not None and present.profile.lost < FEW_LOST,
        least_lost=LEAST_LOST,
        least_kept=LEAST_KEPT,
        last_said=LAST_SAID,
        near_days=NEAR_DAYS,
    )
