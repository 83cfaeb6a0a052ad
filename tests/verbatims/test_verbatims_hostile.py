"""Whatever a text holds, it is read in time, its spans lie inside it, and every list of words is sound."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.verbatims import Emotion, analyse, word_lists
from relationship.verbatims.catalogue import BadCatalogue, default_catalogue, parse
from relationship.verbatims.keywords import places
from relationship.verbatims.patterns import spelled_out
from relationship.verbatims.readable import readable
from relationship.verbatims.tokens import sentences
from web.verbatims.highlighted import lines

HOSTILE = [
    "<script>alert('colère')</script> C'est inadmissible",
    '=HYPERLINK("http://x.example";"résilier")',
    "Subject: x\r\nBcc: y@z.example\r\n\r\nje suis furieux",
    "\u202eriliser\u202c \u200f\u200b\u2066 מאוד כועס غاضب جدا",
    "\x00\ud800 déçu",
    "pas " * 2_000 + "content",
    "a" * 100_000,
    "!?" * 50_000,
    "é" * 5_000 + "\u0301" * 5_000,
    "si " * 5_000 + "résilier",
    "🙂" * 1_000,
    "résilier l'option " * 5_500,
    "si ne pense pas que trop cher attends un enfant toujours " * 1_700,
]
UNSEEN = ["\u200b", "\u200d", "\u00ad", "\ufeff", "\u202e", "\u2066"]
SAYING = "Nous étudions actuellement d'autres solutions, vos tarifs sont inadmissibles."


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_understood_like_others(text: str):
    found = analyse(text)
    assert -20 <= found.index <= 40
    assert 0 <= found.intensity <= 1
    assert all(0 <= one.start < one.end <= len(text) for one in found.spans)


@given(
    st.text(max_size=300) | st.lists(st.sampled_from(["pas", "résilier", "très", "!", "déçu", "si", "."])).map(" ".join)
)
@settings(max_examples=60)
def test_any_text_gives_figures_within_their_scales_and_pieces_that_are_the_text_again(text: str):
    known = analyse(text, "fr")
    assert -1 <= known.polarity <= 1
    assert all(0 <= amount <= 1 for amount in known.amounts.values())
    assert set(known.amounts) <= set(Emotion)
    shown = "".join(piece.text for line in lines(text, known.sentences, known.spans) for piece in line.pieces)
    assert shown == text


@given(st.data())
@settings(max_examples=40)
def test_signs_that_nobody_sees_hide_nothing(data: st.DataObject):
    """They may stand inside any word, as in mails that try to slip past filters."""
    plain = analyse(SAYING, "fr")
    inside = [place for place in range(1, len(SAYING)) if SAYING[place - 1 : place + 1].isalpha()]
    places = sorted(data.draw(st.sets(st.sampled_from(inside), max_size=12)), reverse=True)
    text = SAYING
    for place in places:
        text = text[:place] + data.draw(st.sampled_from(UNSEEN)) + text[place:]
    found = analyse(text, "fr")
    assert found.threat is not None
    assert (found.threat.kind, found.emotion, found.degrees) == ("considering", plain.emotion, plain.degrees)


@given(st.sampled_from(HOSTILE[:5]), st.sampled_from(["\n", " ", ". "]))
@settings(max_examples=15)
def test_markup_and_headers_around_a_threat_neither_hide_nor_make_one(noise: str, between: str):
    said = "Nous souhaitons résilier notre contrat."
    found = analyse(f"{noise}.{between}{said}", "fr")
    assert found.threat is not None
    assert found.threat.kind == "decided"


def test_the_work_grows_with_the_length_and_with_nothing_else():
    """The matches of a text said ten times are ten times those of the text: nothing is compared across it."""
    from relationship.verbatims.understand import patterns

    known = patterns("fr", default_catalogue())
    words = sentences("si rien ne change nous pensons à résilier notre contrat")[0].words
    once, ten = known.find(words), known.find(["", *words] * 10)
    assert len(ten) == 10 * len(once)


def test_what_is_kept_of_a_text_has_no_signs_that_are_no_text():
    assert readable("a\x00\x1b[31m\u202eb\r\nc\ud800") == "a[31mb\nc"


@pytest.mark.parametrize("language", word_lists.LANGUAGES)
def test_no_cue_stands_for_two_things(language: str):
    meanings: dict[tuple[str, ...], set[str]] = {}
    for pattern, meaning in word_lists.cues(language):
        for words in spelled_out(pattern):
            meanings.setdefault(words, set()).add(meaning.word)
    assert {words: several for words, several in meanings.items() if len(several) > 1} == {}


@pytest.mark.parametrize("language", word_lists.LANGUAGES)
def test_a_bar_parts_words_and_never_phrases(language: str):
    """ "worst|worst ever" would only fit "worst ever": no word may stand twice in a pattern with a choice in it."""
    lists = (word_lists.cues, word_lists.rules, word_lists.threats, word_lists.moments, word_lists.sensitivities)
    grammar = {"d", "l", "un", "une", "le", "la", "les", "de", "a", "an", "the", "our", "on", "in", "to", "for", "_"}
    twice = []
    for pattern in (pattern for one in lists for pattern, _ in one(language) if "|" in pattern):
        words = [word for slot in pattern.split() for word in slot.lstrip("?").split("|") if word not in grammar]
        if len(set(words)) < len(words):
            twice.append(pattern)
    assert twice == []


def test_the_lexicon_has_the_size_that_is_told():
    counts = {language: len(word_lists.cues(language)) for language in word_lists.LANGUAGES}
    assert counts["fr"] >= 1_000
    assert counts["en"] >= 500


def test_every_emotion_has_cues_in_both_languages():
    for language in word_lists.LANGUAGES:
        words = Counter(word for _, meaning in word_lists.cues(language) for word in meaning.word.split("+"))
        assert all(words[emotion] >= 10 for emotion in Emotion)


def test_keywords_are_exact_words_whatever_is_hidden_between_their_letters():
    text = "La Rési\u200bliation du contrat-cadre, cœur\u202e du sujet"
    said = [text[start:end] for start, end in places(text, ["résiliation", "contrat cadre", "coeur", "résil", ""])]
    assert said == ["Rési\u200bliation", "contrat-cadre", "cœur"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Key | Nom | Name | a | b", "key"),
        ("  key | Nom | Name | a | b", "depth"),
        ("a | N | N\n  b | N | N\n    c | N | N\n      d | N | N", "depth"),
        ("a | N | N\na | N | N", "twice"),
        (f"a | {'N' * 81} | N", "name"),
    ],
)
def test_a_catalogue_that_cannot_be_read_says_where(text: str, code: str):
    with pytest.raises(BadCatalogue) as refused:
        parse(text)
    assert refused.value.code == code


def test_themes_have_three_levels_and_two_languages():
    themes = default_catalogue().themes
    assert {one.level for one in themes} == {1, 2, 3}
    assert all(one.names["fr"] and one.names["en"] for one in themes)


def test_an_own_catalogue_is_used():
    own = parse("boat | Bateau | Boat | voilier | sailing boat")
    assert analyse("Le voilier est beau.", "fr", own).themes == ("boat",)
