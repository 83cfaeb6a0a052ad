"""Tie strength, the network of ties and introduction paths: pure functions, no I/O.

Nothing lives here yet: it arrives with "who knows whom". "msgraph" is always Microsoft Graph.
"""
