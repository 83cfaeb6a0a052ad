"""The transport headers of a mail that tell a machine's mail from a person's."""

from simulator.people import People
from simulator.world import WorldActivity

Headers = tuple[tuple[str, str], ...]

# How absence messages begin in the languages of the worlds.
_AUTOMATIC_SUBJECTS = ("réponse automatique", "automatic reply", "automatische antwort", "out of office", "absence")
_MACHINES = ("noreply", "no-reply", "ne-pas-repondre", "nepasrepondre", "donotreply", "mailer-daemon", "notification")


def headers_of(mail: WorldActivity, people: People) -> Headers:
    """By rule from its sender, recipients and subject: automatic replies, lists and newsletters, machines."""
    sender = people.person(mail.from_id)
    local = sender.email.partition("@")[0].lower()
    lists = [p for p in map(people.person, (*mail.to_ids, *mail.cc_ids)) if p.job_title == "list"]
    if mail.subject.lower().startswith(_AUTOMATIC_SUBJECTS):
        return (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
    if sender.job_title == "list":
        name = sender.email.replace("@", ".")
        unsubscribe = f"<mailto:{sender.email}?subject=unsubscribe>"
        return (("List-Id", f"<{name}>"), ("List-Unsubscribe", unsubscribe), ("Precedence", "bulk"))
    if lists:
        return (("List-Id", f"<{lists[0].email.replace('@', '.')}>"), ("Precedence", "list"))
    if local.startswith(_MACHINES):
        return (("Auto-Submitted", "auto-generated"),)
    return ()
