"""What is kept of people and why: the list on the page of sources, and the one that a test holds against the tables."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Kept(StrEnum):
    """How long something is kept."""

    ACTIVITIES = "activities"
    CONTACT_DAYS = "contact_days"
    AS_IN_MICROSOFT = "as_in_microsoft"
    UNTIL_CHANGED = "until_changed"
    FOR_GOOD = "for_good"
    UNTIL_WORKED_OFF = "until_worked_off"
    MINUTES = "minutes"
    A_DAY = "a_day"
    UNTIL_SENT = "until_sent"
    A_DAY_LONG = "a_day_long"


@dataclass(frozen=True, slots=True)
class Held:
    """One sort of data. tables: all tables that hold it."""

    what: object
    why: object
    origin: object
    kept: Kept
    seen_by: object
    tables: tuple[str, ...]


KEPT = {
    Kept.ACTIVITIES: _l("As long as activities are kept (see above)"),
    Kept.CONTACT_DAYS: _l("As long as contact days are kept (see above)"),
    Kept.AS_IN_MICROSOFT: _l("As long as it is there, in the directory or the CRM, or something kept names it"),
    Kept.UNTIL_CHANGED: _l("Until it is changed or taken back"),
    Kept.FOR_GOOD: _l("For the life of this database"),
    Kept.UNTIL_WORKED_OFF: _l("Until it is worked off or replaced"),
    Kept.MINUTES: _l("It counts for five minutes, and is gone a day after the last visit"),
    Kept.A_DAY: _l("Until the sign-out, a working day at most"),
    Kept.A_DAY_LONG: _l("24 hours"),
    Kept.UNTIL_SENT: _l("The text until it has left, the rest for 90 days"),
}
_NOBODY = _l("Nobody on a page; the service itself")
_READERS = _l("Whoever may read the record in the CRM")
_KEEPERS = _l("Sales administrators, managers and the privacy officer")

DATA_HELD: tuple[Held, ...] = (
    Held(
        _l("Colleagues: name, addresses, whether the account is active"),
        _l("To tell who is one of us, and whose contact it is"),
        _l("Microsoft 365 directory, Dynamics 365"),
        Kept.AS_IN_MICROSOFT,
        _l("Names: whoever may read a record. Addresses: nobody"),
        ("colleague", "colleague_address"),
    ),
    Held(
        _l("Groups whose members are read or left out"),
        _l("To apply the scope and the exclusions chosen here"),
        _l("Microsoft 365 directory"),
        Kept.UNTIL_CHANGED,
        _l("Sales administrators"),
        ("directory_group", "group_member"),
    ),
    Held(
        _l("CRM records: name, owner, team, stage, value, addresses of contacts and leads"),
        _l("To rate relationships record by record"),
        _l("Dynamics 365"),
        Kept.AS_IN_MICROSOFT,
        _READERS,
        ("record", "record_address", "record_side", "membership"),
    ),
    Held(
        _l("Activities: kind, time, duration, who was on it. Never a text, never a subject"),
        _l("They are what ratings are worked out from, and shown as the reason for them"),
        _l("Mailboxes, calendars, tasks and calls of Microsoft 365; activities of Dynamics 365"),
        Kept.ACTIVITIES,
        _READERS,
        ("activity", "activity_party", "record_activity", "address"),
    ),
    Held(
        _l("Copies of one activity: in which mailbox it was seen, under which id"),
        _l("So that the same mail in five mailboxes counts once, and goes when its last copy goes"),
        _l("Microsoft 365, Dynamics 365"),
        Kept.ACTIVITIES,
        _NOBODY,
        ("sighting",),
    ),
    Held(
        _l("Contact days: record, kind, day, two numbers; no person"),
        _l("Scores, trends and forecasts"),
        _l("Counted from activities"),
        Kept.CONTACT_DAYS,
        _READERS,
        ("contact_day", "rating_basis"),
    ),
    Held(
        _l("Ratings: score, band, trend, forecast"),
        _l("They are what the product shows"),
        _l("Worked out from contact days"),
        Kept.AS_IN_MICROSOFT,
        _READERS,
        ("health", "rating_round", "told_rating", "write_back", "told_mood"),
    ),
    Held(
        _l("Changes of ratings and trends: day, before, after, scores, cause; changes of owner and stage"),
        _l("To tell whoever is concerned once, and to show what happened on the curve"),
        _l("Worked out with the ratings; Dynamics 365"),
        Kept.AS_IN_MICROSOFT,
        _READERS,
        ("rating_change", "announced_rating", "record_change"),
    ),
    Held(
        _l("Ties: on which days a colleague was in contact with somebody, and how strong that is"),
        _l("To find who can introduce whom"),
        _l("Counted from activities"),
        Kept.ACTIVITIES,
        _l("Whoever asks for an introduction sees a word for the strength, never days"),
        ("tie", "tie_activity", "tie_day", "tie_person", "tie_round"),
    ),
    Held(
        _l("Contact between colleagues: days and kinds, nothing else"),
        _l("To find a way over a colleague in between"),
        _l("Counted while reading; internal mail itself is not kept"),
        Kept.ACTIVITIES,
        _NOBODY,
        ("pair_activity", "pair_day"),
    ),
    Held(
        _l("Whoever was erased: keyed hashes of their addresses and ids, from which nobody can be read"),
        _l("So that they do not come back by the next reading"),
        _l("Erasing a person"),
        Kept.FOR_GOOD,
        _NOBODY,
        ("erased_name",),
    ),
    Held(
        _l("A colleague's own choices about introductions"),
        _l("Whoever opts out leaves no trace among those who know somebody"),
        _l("The colleague, on their own page"),
        Kept.UNTIL_CHANGED,
        _l("The colleague alone"),
        ("preference",),
    ),
    Held(
        _l("Requests for an introduction and what became of them"),
        _l("To remind, to thank, and not to ask the same person twice"),
        _l("Sellers and the colleagues they ask"),
        Kept.FOR_GOOD,
        _l("The two people concerned"),
        ("introduction", "introduction_step"),
    ),
    Held(
        _l("Use of the product by each account: figures per day, no person"),
        _l("To see early that use falls or grows"),
        _l("Files and the API, by sales administrators and customer success"),
        Kept.CONTACT_DAYS,
        _READERS,
        ("usage_day", "usage_span"),
    ),
    Held(
        _l("Events at a customer and answers to surveys, with their text"),
        _l("To see risks and opportunities that no mail tells"),
        _l("Files and the API, by sales administrators and customer success"),
        Kept.CONTACT_DAYS,
        _READERS,
        ("account_event", "satisfaction"),
    ),
    Held(
        _l("What customers say in their own words, who said it as far as told, and what was understood of it"),
        _l("So that the right person hears it: emotions, themes, threats to leave"),
        _l("Survey and review files, the API, and the mails of declared feedback mailboxes"),
        Kept.CONTACT_DAYS,
        _READERS,
        (
            "verbatim",
            "verbatim_mark",
            "verbatim_copy",
            "verbatim_mapping",
            "verbatim_link",
            "verbatim_correction",
            "verbatim_publication",
            "account_mood",
            "mood_place",
        ),
    ),
    Held(
        _l("Alert rules, the alerts they raised and who is told, mails to customers that wait for a person"),
        _l("So that the right person hears a customer's words in time, once"),
        _l("Sales administrators and customer success; worked out from verbatims"),
        Kept.CONTACT_DAYS,
        _READERS,
        (
            "alert_rule",
            "alert_rule_version",
            "alert",
            "alert_telling",
            "alert_letter",
            "alert_place",
            "attrition_profile",
        ),
    ),
    Held(
        _l("Mailing lists of alerts, and addresses outside to which alerts may go"),
        _l("To tell people without access to the platform, and to write to customers who share a sensitivity"),
        _l("Sales administrators and customer success; alert rules"),
        Kept.UNTIL_CHANGED,
        _l("Sales administrators and customer success"),
        ("alert_list", "alert_list_entry", "outside_address"),
    ),
    Held(
        _l("Health fields of an account, and where each opportunity stood on which day"),
        _l("So that finance and customer success see the same, with its history"),
        _l("Dynamics 365, files, the API, and whoever types them"),
        Kept.AS_IN_MICROSOFT,
        _READERS,
        ("account_health_value", "account_health", "account_health_change", "stage_day", "crm_field"),
    ),
    Held(
        _l("Scores of accounts by day: health, risk of churn, openness to more; what was learnt of lost customers"),
        _l("To find the accounts to watch or to celebrate, and to show how they developed"),
        _l("Worked out from what is listed here"),
        Kept.CONTACT_DAYS,
        _READERS,
        ("account_score", "past_scored", "churn_model"),
    ),
    Held(
        _l("Signals about accounts and opportunities, and what happened to their contacts in the CRM"),
        _l("So that risks and openings are seen in time, with the facts behind each"),
        _l("Worked out from what is listed here"),
        Kept.AS_IN_MICROSOFT,
        _READERS,
        ("signal", "signal_source", "contact_standing", "contact_change"),
    ),
    Held(
        _l("Imports: who brought what in, the lines that were not taken"),
        _l("To answer for every figure, and to correct what was rejected"),
        _l("Sales administrators and customer success"),
        Kept.ACTIVITIES,
        _l("Sales administrators and customer success"),
        ("import_run", "import_fault", "import_sample", "import_piece"),
    ),
    Held(
        _l("Who is left out: addresses and domains"),
        _l("So that nothing of them is kept again"),
        _l("Worked out from the exclusions"),
        Kept.UNTIL_CHANGED,
        _NOBODY,
        ("excluded_address", "excluded_domain"),
    ),
    Held(
        _l("Lists that somebody keeps: filters, columns and order, under a name"),
        _l("To open the same list again"),
        _l("Whoever saves a view of a list"),
        Kept.UNTIL_CHANGED,
        _l("This person alone"),
        ("saved_view",),
    ),
    Held(
        _l("Reports that somebody keeps: columns, filters and grouping, under a name, with the name of who keeps it"),
        _l("To open the same report again, alone or with others"),
        _l("Whoever saves a report"),
        Kept.UNTIL_CHANGED,
        _l("This person alone; once it is shared, whoever reads records"),
        ("report",),
    ),
    Held(
        _l("Which records each person may read in the CRM, as numbers"),
        _l("So that totals, charts and exports count what the CRM lets that person read, and nothing else"),
        _l("Dynamics 365, asked in that person's name"),
        Kept.MINUTES,
        _NOBODY,
        ("reader_set", "reader_record", "rights_change"),
    ),
    Held(
        _l("Who is signed in: object id, name, roles, until when"),
        _l("So that a sign-out, a lost role or a blocked account ends the visit"),
        _l("Microsoft Entra"),
        Kept.A_DAY,
        _NOBODY,
        ("web_session",),
    ),
    Held(
        _l("Settings with every earlier version: who changed what, when and why"),
        _l("To answer for them, and to take changes back"),
        _l("Sales administrators"),
        Kept.FOR_GOOD,
        _l("Sales administrators; the rules themselves: everybody"),
        ("rules", "deployment"),
    ),
    Held(
        _l("What people did about recommendations, and business reviews they wrote"),
        _l("So that nothing is done twice, and what followed can be told per recommendation, never per person"),
        _l("People on the pages and the API"),
        Kept.AS_IN_MICROSOFT,
        _READERS,
        ("recommendation_act", "qbr_document"),
    ),
    Held(
        _l("Log of accesses: who looked at, exported or changed what, when"),
        _l("To prove that nobody looked where they may not"),
        _l("The service itself"),
        Kept.FOR_GOOD,
        _l("The operator, from the command line"),
        ("audit_entry", "audit_end"),
    ),
    Held(
        _l("Keys to Microsoft, encrypted"),
        _l("To read without asking for a password again"),
        _l("Microsoft Entra"),
        Kept.UNTIL_CHANGED,
        _NOBODY,
        ("token_cache",),
    ),
    Held(
        _l("State of every source: folders by id, how far it is read, items that cannot be read by id and reason"),
        _l("To go on where reading stopped, and to tell what is missing"),
        _l("The service itself"),
        Kept.UNTIL_CHANGED,
        _KEEPERS,
        ("source", "folder", "cursor", "quarantine", "reading_state"),
    ),
    Held(
        _l("Change notifications: subscriptions, hints and how many came"),
        _l("To read at once what Microsoft says has changed"),
        _l("Microsoft 365"),
        Kept.UNTIL_WORKED_OFF,
        _KEEPERS,
        ("change_subscription", "hint", "notice_count", "sync_wish"),
    ),
    Held(
        _l("Mails, webhook calls, files, CRM tasks and notes on their way out, with what became of each"),
        _l("So that each leaves once, is tried again, and an administrator sees what failed"),
        _l("Actions that the rules or people start"),
        Kept.UNTIL_SENT,
        _l("Sales administrators: kind, state and reason; never the text of a mail"),
        ("delivery", "acted_up_to"),
    ),
    Held(
        _l("Answers to programs that may ask for them again"),
        _l("So that a request sent twice is done once"),
        _l("Calls of the API that carry a key for it"),
        Kept.A_DAY_LONG,
        _l("Whoever asked, with the same key and the same request"),
        ("kept_answer",),
    ),
    Held(
        _l("How a colleague wishes to be told by mail"),
        _l("Whoever switches mails off receives none"),
        _l("The colleague, on their own page"),
        Kept.UNTIL_CHANGED,
        _l("The colleague alone"),
        ("mail_choice",),
    ),
    Held(
        _l("Notes of what is to be worked out anew"),
        _l("So that a sync need not look at everything"),
        _l("The service itself"),
        Kept.UNTIL_WORKED_OFF,
        _NOBODY,
        ("stale_activity", "stale_day", "stale_people", "stale_record", "stale_tie", "alembic_version"),
    ),
)
