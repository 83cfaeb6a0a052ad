"""Exclusions, scope and templates in words: lists, reasons, placeholders, and what cannot be saved."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from relationship.store.lists.choosing import Choosable
from settings.rules.proposals import Why


@dataclass(frozen=True, slots=True)
class ListWords:
    """A list of exclusions. kind: what is chosen from; hint: what leaving one out means."""

    kind: Choosable
    title: object
    hint: object
    find: object
    placeholder: object
    icon: str
    nothing: object


LISTS: Mapping[str, ListWords] = {
    "colleagues": ListWords(
        "colleague",
        _l("Colleagues"),
        _l("Their mailboxes are not read, and they appear on nothing."),
        _l("Look for a colleague"),
        _l("Name of a colleague"),
        "person",
        _l("No colleague is left out."),
    ),
    "groups": ListWords(
        "group",
        _l("Groups"),
        _l("Every member is left out like a colleague, also whoever joins later."),
        _l("Look for a group of the directory"),
        _l("Name of a group"),
        "people_community",
        _l("No group is left out."),
    ),
    "contacts": ListWords(
        "contact",
        _l("Contacts and leads"),
        _l("Nothing is kept of what they write or attend."),
        _l("Look for a contact or a lead"),
        _l("Name of a contact"),
        "people",
        _l("No contact is left out."),
    ),
    "accounts": ListWords(
        "account",
        _l("Accounts"),
        _l("Its contacts and opportunities are left out. Name its domain too, if strangers from there should be."),
        _l("Look for an account"),
        _l("Name of an account"),
        "building",
        _l("No account is left out."),
    ),
    "domains": ListWords(
        "domain",
        _l("Domains"),
        _l("Everybody who writes from this domain, or from below it, is left out."),
        _l("Look for a domain, or type one"),
        _l("granit.example"),
        "mail",
        _l("No domain is left out."),
    ),
}
WHYS: Mapping[Why, object] = {
    Why.STAFF: _l("Looks like staff representatives: their exchanges are protected."),
    Why.HUMAN_RESOURCES: _l("Looks like human resources: who writes to them is nobody's business."),
    Why.MEDICAL: _l("Looks like medicine: a contact with a doctor is a health matter."),
    Why.LEGAL: _l("Looks like lawyers or compliance: bound by professional secrecy."),
    Why.RECRUITING: _l("Looks like recruiting: contacts there may reveal who is leaving."),
    Why.UNION: _l("Looks like a trade union: membership is protected by law."),
}
EXCLUSION_FAULTS: Mapping[str, object] = {
    "domain_wildcard": _l("A domain is named without *. Remove it: everything below the domain is left out anyway."),
    "domain_is_an_address": _l("This is an address. Name the part after the @, or leave out the contact."),
    "domain_malformed": _l("This is not a domain. Write it like granit.example."),
    "domain_too_wide": _l("Everybody may have a domain below this one. Name the domain of one company."),
    "domain_is_ours": _l("This domain is your own organisation's. Leave out colleagues or groups instead."),
    "too_many_exclusions": _l("These are too many of one kind. Leave out groups, accounts or domains instead."),
}
UNKNOWN_CHOICE = _l("This cannot be left out. Choose it from the list.")


def exclusion_fault(code: str) -> str:
    return str(EXCLUSION_FAULTS.get(code, UNKNOWN_CHOICE))


PLACEHOLDERS: Mapping[str, object] = {
    "seller.name": _l("Full name of the seller who asks"),
    "seller.first_name": _l("First name of the seller who asks"),
    "colleague.name": _l("Full name of the colleague who is asked"),
    "colleague.first_name": _l("First name of the colleague who is asked"),
    "contact.name": _l("Full name of the contact to meet"),
    "contact.first_name": _l("First name of the contact to meet"),
    "contact.job_title": _l("Job title of the contact; left out with what leads to it when the CRM has none"),
    "contact.company": _l("Account of the contact; left out with what leads to it when the CRM has none"),
    "opportunity.name": _l("Name of the opportunity; “our project” when there is none"),
    "acquaintance": _l("A sentence that says who knows the contact: the colleague, or somebody whom they can ask"),
    "reason": _l("What the seller writes in their own words; its line goes when it is empty"),
}
LANGUAGES: Mapping[str, object] = {"fr": _l("French"), "en": _l("English")}
TEMPLATE_FAULTS: Mapping[str, object] = {
    "template_unknown_name": _l("“%(found)s” is not a placeholder."),
    "template_syntax": _l(
        "“%(found)s” cannot stand here: a text holds plain words and the placeholders listed, nothing else."
    ),
    "template_markup": _l("“%(found)s” looks like HTML. The letter is plain text."),
    "template_control": _l("There is an invisible control character here. Remove it."),
    "template_line_break": _l("A subject is one line. Remove the line break."),
    "template_blank": _l("Write something here."),
    "string_too_short": _l("Write something here."),
    "string_too_long": _l("This is too long. Shorten it."),
    "string_pattern_mismatch": _l("Only plain signs on one line can stand here."),
    "template_key_twice": _l("There is a template with this name already."),
    "literal_error": _l("Choose one of the two languages."),
}
SOURCES_FAULTS: Mapping[str, object] = {
    "days_range": _l("Days are a whole number from 1 to 36,500; leave the field empty to follow the configuration."),
    "aggregates_below_retention": _l("Contact days are kept at least as long as activities. Give them as many days."),
    "date_malformed": _l("Write the date as year, month and day, or choose it from the calendar."),
    "date_in_future": _l("The consultation has to have taken place: choose today or an earlier day."),
    "groups_missing": _l("Choose at least one group, or every mailbox."),
    "mailbox_malformed": _l("This is not an address. Write it like feedback@granit.example."),
    "mailbox_of_a_person": _l(
        "This is a colleague's own mailbox. Only mailboxes that belong to nobody can be declared."
    ),
    "mailbox_elsewhere": _l("This address is not in one of your organisation's domains."),
    "too_many_mailboxes": _l("No more than 20 feedback mailboxes are read. Withdraw one first."),
    "weekly_limit_range": _l("The limit is a whole number from 1 to 20."),
}
