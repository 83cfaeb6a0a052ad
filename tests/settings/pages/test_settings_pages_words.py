"""Changes of the rules in words: every setting has a name and a way to be read."""

import pytest
from settings_site import NORTH
from web_site import Site

from relationship.health.explanation import TermName
from relationship.verbatims.catalogue import default_catalogue
from settings.history import Difference, differences
from settings.pages import difference_words, effect_words, health_form, wording
from settings.preview import Changed, Reason, Side, Why
from settings.rules import HealthSection, Rules


def in_french(site: Site, change: Difference, **names: str) -> tuple[str, str, str, str]:
    with site.app.test_request_context("/?lang=fr"):
        told = difference_words.told(change, names)
        return told.place, told.before, told.after, told.detail


def test_every_value_of_the_rules_has_a_name():
    everything = {one.path for one in differences(_all_changed(), Rules())}
    named = {path for path in everything if path[:2] != ("health", "overrides")}
    assert named == set(difference_words.PLACES)


def _all_changed() -> Rules:
    """Rules of which no value is as at first."""
    return Rules.model_validate(
        {
            "health": {
                "enabled": False,
                "weights": {"email": 3, "meeting": 4, "call": 5, "task": 7},
                "frequency": 1,
                "bands": {"good": 70, "fair": 30},
            },
            "introductions": {
                "enabled": False,
                "weekly_limit": 1,
                "templates": [{"key": "a", "name": "A", "language": "fr", "subject": "S", "body": "B"}],
            },
            "exclusions": {
                "colleagues": ["c"],
                "groups": ["g"],
                "contacts": [NORTH],
                "accounts": [NORTH],
                "domains": ["a.example"],
            },
            "sources": {
                "everyone": True,
                "groups": ["g"],
                "consulted_on": "2026-05-04",
                "read_window_days": 90,
                "retain_days": 90,
                "retain_days_aggregates": 90,
                "feedback": {"mailboxes": ["avis@granit.example"], "keep_when_withdrawn": False},
            },
            "themes": {
                "own": [{"key": "parking", "name": "Parking", "name_en": "Car park"}],
                "removed": [default_catalogue().themes[-1].path],
                "lists": [{"key": "sensitivity:price", "words_fr": ["cher"]}],
            },
            "customer_health": {
                "healthy_from": 75,
                "at_risk_from": 45,
                "churn_below": 35,
                "precedence": ["crm", "typed", "imported", "computed"],
                "watch_below": 45,
                "celebrate_from": 85,
                "churn_model": 1,
            },
            "health_rights": {"may_list": ["sales_admin"], "may_add": ["sales_admin"], "may_edit": ["sales_admin"]},
            "recommendations": {
                "catalogue": [],
                "limits": {"health_below": 30, "churn_from": 70, "upsell_from": 70},
            },
            "actions": {
                "rules": [{"key": "a", "name": "A", "notify_owner": True}],
                "endpoints": [{"key": "e", "name": "E", "url": "https://hooks.granit.example/"}],
                "mails": {"digest_hour": 9, "quiet_from": 21, "quiet_until": 6, "most_a_day": 4},
            },
        }
    )


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        (("health", "weights", "email"), 6, 9, ("Pondération des e-mails", "6 (Moyen)", "9 (Élevé)", "")),
        (("health", "enabled"), True, False, ("Évaluation des relations", "activé", "désactivé", "")),
        (("health", "bands", "good"), 60, 50, ("Minimum de Bonne", "60", "50", "")),
        (
            ("health", "overrides", "teams", NORTH),
            None,
            5,
            ("Fréquence de l’équipe Ventes Nord", "comme tout le monde", "Une fois par mois", ""),
        ),
        (
            ("health", "overrides", "records", f"account:{NORTH}"),
            2,
            None,
            ("Fréquence de la fiche Banque Orvane (Compte)", "Tous les quelques jours", "comme tout le monde", ""),
        ),
        (
            ("sources", "consulted_on"),
            None,
            "2026-05-04",
            ("Date de consultation du CSE", "comme au départ", "4 mai 2026", ""),
        ),
        (
            ("exclusions", "domains"),
            ["a.example", "b.example"],
            ["b.example", "c.example"],
            ("Domaines exclus", "2 éléments", "2 éléments", "ajouté\u00a0: c.example; retiré\u00a0: a.example"),
        ),
        (("some", "thing"), 1, 1234, ("some › thing", "1", "1\u202f234", "")),
    ],
)
def test_a_change_reads_as_its_setting_does(
    small_site: Site, path: tuple[str, ...], before: object, after: object, told: tuple[str, ...]
):
    names = {f"team:{NORTH}": "Ventes Nord", f"account:{NORTH}": "Banque Orvane"}
    assert in_french(small_site, Difference(path, before, after), **names) == told


def test_long_lists_are_counted(small_site: Site):
    change = Difference(("exclusions", "domains"), [], [f"{sign}.example" for sign in "abcdef"])
    detail = in_french(small_site, change)[3]
    assert detail == "ajouté\u00a0: a.example, b.example, c.example, d.example et 2 autres"


@pytest.mark.parametrize("term", list(Reason))
def test_every_reason_of_a_move_has_words(small_site: Site, term: Reason):
    kinds = ("email", "meeting", "call", "task", None) if term == TermName.VOLUME.value else (None,)
    before, after = Side(55, "fair"), Side(48, "none" if term is Reason.SWITCH else "poor")
    with small_site.app.test_request_context("/?lang=en"):
        sentences = {
            effect_words.why(Changed(NORTH, "Projet pilote", "", None, "", before, after, Why(term, kind, -7)))
            for kind in kinds
        }
    assert len(sentences) == len(kinds)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_every_fault_of_the_form_has_words():
    base = HealthSection()
    wrong = {
        **health_form.fields(base, base),
        "weight-email": "2",
        "frequency": "9",
        "good-min": "101",
        "record:x": "1",
    }
    gap = {**health_form.fields(base, base), "good-min": "50", "fair-max": "45", "fair-min": "90", "poor-max": "89"}
    order = {**health_form.fields(base, base), "good-min": "30", "fair-max": "29"}
    codes = {fault.code for form in (wrong, gap, order) for fault in health_form.read(form, base).faults}
    assert codes == set(wording.FAULTS)
