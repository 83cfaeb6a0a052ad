"""The panel: the compact card of one record inside a form of Dynamics 365, in a frame on somebody else's page.

In comes Dynamics' own query (`hints`), out goes one card (`card`). The query says what to show and in which language;
who looks is said by a cookie of its own (`cookie`), which a sign-in in a window of its own brings about (`hand_over`,
`sign_in`). `place` says where all this applies. Read `docs/decisions/` on the sign-in of the panel first.
"""
