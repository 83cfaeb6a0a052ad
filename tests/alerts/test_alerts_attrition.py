"""The profile of lost customers: found where it was planted, called of no use where there is none."""

import random
from collections.abc import Iterator

import pytest

from relationship.verbatims.alerts.attrition import Customer, Profile, TooFewCustomersError, learn
from relationship.verbatims.alerts.facts import EMOTIONS, Facts

SEGMENTS = ("industry", "retail", "public")
THEMES = ("service", "price", "product", "billing", "delivery")


def history(seed: int, *, planted: bool, customers: int = 600) -> Iterator[Customer]:
    """One in six leaves; planted: those of retail speak of billing and are sad before they go."""
    draw = random.Random(seed)
    for key in range(customers):
        lost = draw.random() < 1 / 6
        marked = planted and lost and draw.random() < 0.7
        said = [
            Facts(
                "…",
                emotion="sadness" if marked else draw.choice(EMOTIONS),
                themes=frozenset({"billing" if marked else draw.choice(THEMES)}),
                segment="retail" if marked else draw.choice(SEGMENTS),
                satisfaction=draw.uniform(10, 60) if marked else draw.uniform(0, 100),
                recommendation=draw.randint(0, 10),
            )
            for _ in range(draw.randint(1, 3))
        ]
        yield Customer(key, lost, said)


def test_a_planted_profile_is_found_with_a_hit_rate_far_above_chance() -> None:
    found = learn(history(1, planted=True))
    assert found.is_of_use
    assert found.hit_rate > 2.5 * found.base
    rising = {one.name for one in found.features if one.weight > 0.4}
    assert {"theme:billing", "emotion:sadness", "segment:retail"} <= rising
    planted = Facts("…", emotion="sadness", themes=frozenset({"billing"}), segment="retail", satisfaction=20)
    assert found.likeness([planted]) > 0.7 > 0.3 > found.likeness([Facts("…", emotion="joy", satisfaction=95)])


def test_where_leaving_has_nothing_to_do_with_words_the_profile_is_of_no_use() -> None:
    verdicts = [learn(history(seed, planted=False)).is_of_use for seed in range(20)]
    assert sum(verdicts) <= 2
    null = learn(history(3, planted=False))
    assert not null.is_of_use
    marked = null.marked(Facts("…"), [Facts("…")])
    assert marked.likeness is None
    assert marked.like_lost is None


def test_order_does_not_matter_and_a_profile_survives_being_kept() -> None:
    customers = list(history(1, planted=True))
    found = learn(customers)
    assert learn(reversed(customers)) == found
    assert Profile.of(found.body()) == found


def test_too_few_lost_customers_teach_nothing() -> None:
    with pytest.raises(TooFewCustomersError):
        learn(history(1, planted=True, customers=30))


def test_the_hit_rate_that_is_told_is_that_of_the_customers_called_likely_later() -> None:
    found = learn(history(1, planted=True, customers=1_500))
    later = list(history(2, planted=True, customers=1_500))
    called = [one.lost for one in later if found.marked(one.said[-1], one.said).like_lost]
    assert len(called) >= 100
    assert sum(called) / len(called) == pytest.approx(found.hit_rate, abs=0.1)


def test_one_bad_text_among_ten_good_ones_is_judged_with_them() -> None:
    found = learn(history(1, planted=True))
    bad = Facts("…", emotion="sadness", themes=frozenset({"billing"}), segment="retail", satisfaction=20)
    good = [
        Facts("…", emotion="joy", themes=frozenset({theme}), segment="public", satisfaction=95) for theme in THEMES[:3]
    ]
    assert found.likeness([*good, bad]) < found.likeness([bad])
