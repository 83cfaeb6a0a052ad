"""The JSON API under /api/v1: strict in what it takes, one form of problem, one document that describes it.

    request -> guard (who, from where) -> asked (body, query, version) -> store or desk -> answer (model, ETag)
                  every refusal on the way is a `problems.Refused` -> application/problem+json

Read `rooms.py` first: how a part is built. `strict.py` reads JSON (pure), `asked.py` what a request wants,
`problems.py` holds every code with its sentence, `document.py` makes the OpenAPI document, `reference.py` serves it.
"""
