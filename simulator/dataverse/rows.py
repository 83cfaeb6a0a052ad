"""How a world looks in the CRM: which of its people, accounts and opportunities are rows, and their columns.

What worlds do not say is filled by fixed rules without chance: owners of accounts, contacts and leads,
days of creation, the mirrored connections. Nulls are left out of a row.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha1
from typing import cast

from simulator import identity
from simulator.dataverse.connections import Link, connection_row, link_rows
from simulator.dataverse.divisions import Divisions
from simulator.dataverse.parties import Someone
from simulator.dataverse.progress import STAGES, competitor, steps
from simulator.dataverse.schema import ARR, COMPETITOR, RENEWAL, SEGMENT, Ref, Row
from simulator.world import Opportunity, OpportunityStatus, Person, Side, World

# Who has no dated activity in the world was created this long before its end.
UNDATED_AGE = timedelta(days=730)
STAKEHOLDER, SALES_TEAM = 1000, 1001
ENGLISH, FRENCH = 1033, 1036

_ROLE_NAMES = {
    ENGLISH: {"Stakeholder": STAKEHOLDER, "Decision Maker": STAKEHOLDER, "Sales Professional": SALES_TEAM,
              "Colleague": 1, "Spouse": 2},
    FRENCH: {"Partie prenante": STAKEHOLDER, "Décideur": STAKEHOLDER, "Commercial": SALES_TEAM,
             "Collègue": 1, "Conjoint": 2},
}  # fmt: skip


class WorldRows:
    """The rows of a world by table; `build` makes the columns of one when it is read."""

    def __init__(self, world: World, *, application_id: str) -> None:
        self._world = world
        self.language = FRENCH if world.time_zone == "Europe/Paris" else ENGLISH
        self.currency = Ref("transactioncurrency", identity.guid("transactioncurrency", "EUR"))
        names = _ROLE_NAMES[self.language]
        self.roles = {identity.connection_role(name): (name, kind) for name, kind in names.items()}
        self.organization = identity.organization(world.organisation_domain)
        self.divisions = Divisions(world)
        self.application_user = identity.system_user(f"application:{application_id}")
        self._application_id = application_id
        self._accounts = {identity.account(account.id): account for account in world.accounts}
        self._opportunities = {identity.opportunity(deal.id): deal for deal in world.opportunities}
        self._people = {person.id: person for person in world.people}
        self._colleagues = {identity.system_user(p.id): p for p in world.people if p.is_colleague}
        self._owners = [p for p in self._colleagues.values() if p.job_title != "mailbox"] or list(
            self._colleagues.values()
        )
        self._leads = {identity.lead(p.id): p for p in world.people if p.side is Side.LEAD}
        on_deals = {person_id for deal in world.opportunities for person_id in deal.contact_ids}
        self._contacts = {
            identity.contact(p.id): p
            for p in world.people
            if p.side is Side.CONTACT and p.job_title != "list" and (p.account_id or p.id in on_deals)
        }
        self._first_days, self._lead_owners = self._read_activities()
        self._primary_contacts, self._account_days = self._read_contacts()
        self._account_owners = self._read_owners()
        self._links = dict(self._all_links())
        self._sold: defaultdict[str, float] = defaultdict(float)
        for deal in world.opportunities:
            if deal.status is OpportunityStatus.WON:
                self._sold[deal.account_id] += deal.estimated_value or 0.0

    def keys(self) -> Mapping[str, list[str]]:
        """The GUIDs of every table's rows, in the order in which they came into being."""
        return {
            "organization": [self.organization],
            "systemuser": [self.application_user, *self._colleagues],
            "connectionrole": list(self.roles),
            "transactioncurrency": [self.currency.guid],
            "account": list(self._accounts),
            "contact": list(self._contacts),
            "lead": list(self._leads),
            "opportunity": list(self._opportunities),
            "connection": list(self._links),
        }

    def builders(self) -> Mapping[str, Callable[[str], Row]]:
        return {
            "organization": self._organization_row,
            "systemuser": self._system_user_row,
            "connectionrole": self._role_row,
            "transactioncurrency": self._currency_row,
            "account": self._account_row,
            "contact": self._contact_row,
            "lead": self._lead_row,
            "opportunity": self._opportunity_row,
            "connection": self._connection_row,
        }

    def role_of(self, category: int) -> str:
        """The first connection role of a category."""
        return next(guid for guid, (_, kind) in self.roles.items() if kind == category)

    def someone(self, person_id: str) -> Someone:
        """A person of the world as the CRM knows him or her: by systemuser, contact or lead, else by address."""
        person = self._people[person_id]
        for table, guid, known in (
            ("systemuser", identity.system_user, self._colleagues),
            ("contact", identity.contact, self._contacts),
            ("lead", identity.lead, self._leads),
        ):
            if guid(person_id) in known:
                return Someone(Ref(table, guid(person_id)), person.email)
        return Someone(None, person.email)

    def owner_of_opportunity(self, opportunity_id: str | None, about: str) -> Ref:
        """The systemuser who owns it; a fixed one for what is about nothing that the world knows."""
        deal = self._opportunities.get(identity.opportunity(opportunity_id)) if opportunity_id else None
        return self._owner(deal.owner_id if deal else None, about)

    def addresses(self) -> dict[str, str]:
        """Person id by lower-case address, aliases too."""
        return {
            address.lower(): person.id for person in self._world.people for address in (*person.aliases, person.email)
        }

    # --- what the world tells only indirectly -------------------------------------------------

    def _read_activities(self) -> tuple[dict[str, date], dict[str, str]]:
        """Day of the first activity of each outsider; for each lead the colleague met most often."""
        first: dict[str, date] = {}
        met: defaultdict[str, Counter[str]] = defaultdict(Counter)
        outsiders = {p.id for p in (*self._contacts.values(), *self._leads.values())}
        leads = {p.id for p in self._leads.values()}
        for activity in self._world.activities:
            on_it = (activity.from_id, *activity.to_ids, *activity.cc_ids)
            for person_id in on_it:
                if person_id not in outsiders:
                    continue
                first.setdefault(person_id, activity.at.date())
                if person_id in leads:
                    met[person_id].update(other for other in on_it if self._people[other].is_colleague)
        owners = {lead: min(met[lead], key=lambda other: (-met[lead][other], other)) for lead in met if met[lead]}
        return first, owners

    def _read_contacts(self) -> tuple[dict[str, str], dict[str, date]]:
        """The first contact by id, and the day of the first activity, of each account."""
        primary: dict[str, str] = {}
        days: dict[str, date] = {}
        for person in self._contacts.values():
            if not person.account_id:
                continue
            primary[person.account_id] = min(primary.get(person.account_id, person.id), person.id)
            if person.id in self._first_days:
                day = self._first_days[person.id]
                days[person.account_id] = min(days.get(person.account_id, day), day)
        return primary, days

    def _read_owners(self) -> dict[str, str]:
        """An account belongs to the owner of its first opportunity."""
        owners: dict[str, str] = {}
        for deal in self._world.opportunities:
            owners.setdefault(deal.account_id, deal.owner_id)
        return owners

    def _owner(self, person_id: str | None, about: str) -> Ref:
        """The systemuser of a colleague; a fixed one for records nobody owns in the world."""
        if person_id is None or not self._people[person_id].is_colleague:
            if not self._owners:
                return Ref("systemuser", self.application_user)
            person_id = self._owners[
                int(sha1(about.encode(), usedforsecurity=False).hexdigest(), 16) % len(self._owners)
            ].id
        return Ref("systemuser", identity.system_user(person_id))

    def _all_links(self) -> Iterator[tuple[str, Link]]:
        stakeholder, team = self.role_of(STAKEHOLDER), self.role_of(SALES_TEAM)
        for deal in self._world.opportunities:
            contacts = self._contacts_of(deal)
            people = [(Ref("contact", guid), stakeholder) for guid in contacts[1:]]
            team_guids = [identity.system_user(p) for p in deal.team_ids]
            people += [(Ref("systemuser", guid), team) for guid in team_guids if guid in self._colleagues]
            for person, role in people:
                yield from link_rows(identity.opportunity(deal.id), person, role, deal.created_on).items()

    def _contacts_of(self, deal: Opportunity) -> list[str]:
        """GUIDs of the opportunity's contacts, the main one first; lists are none."""
        guids = [identity.contact(person_id) for person_id in deal.contact_ids]
        return [guid for guid in guids if guid in self._contacts]

    # --- rows ----------------------------------------------------------------------------------

    def _instant(self, day: date | None) -> str:
        """Noon UTC of a day: the same calendar day almost everywhere; never after the world's end."""
        undated = self._world.now - UNDATED_AGE
        at = datetime.combine(day, time(12), undated.tzinfo) if day else undated
        return instant(min(at, self._world.now))

    def _owned(self, owner: Ref) -> Row:
        return {
            "_ownerid_value": owner,
            "_owninguser_value": owner,
            "_owningbusinessunit_value": self.divisions.unit_of(owner.guid),
        }

    def _organization_row(self, guid: str) -> Row:
        return {
            "organizationid": guid,
            "name": self._world.organisation_domain,
            "friendlyname": self._world.name,
            "languagecode": self.language,
            "localeid": self.language,
            "expirechangetrackingindays": 7,
            "createdon": self._instant(None),
            "_basecurrencyid_value": self.currency,
        }

    def _system_user_row(self, guid: str) -> Row:
        row: Row = {
            "systemuserid": guid,
            "isdisabled": False,
            "createdon": self._instant(None),
            "_businessunitid_value": self.divisions.unit_of(guid),
            "_organizationid_value": Ref("organization", self.organization),
        }
        if guid == self.application_user:
            return row | {
                "fullname": "# Relationship",
                "applicationid": self._application_id,
                "accessmode": 4,
            }
        person = self._colleagues[guid]
        return row | _named(person) | {
            "internalemailaddress": person.email,
            "domainname": person.email,
            "azureactivedirectoryobjectid": identity.msgraph_user(person.id),
            "accessmode": 0,
            "islicensed": True,
        }  # fmt: skip

    def _role_row(self, guid: str) -> Row:
        name, category = self.roles[guid]
        return {"connectionroleid": guid, "name": name, "category": category, "statecode": 0, "statuscode": 1,
                "createdon": self._instant(None)}  # fmt: skip

    def _currency_row(self, guid: str) -> Row:
        return {"transactioncurrencyid": guid, "currencyname": "Euro", "currencysymbol": "€", "isocurrencycode": "EUR",
                "currencyprecision": 2, "statecode": 0, "statuscode": 1, "createdon": self._instant(None)}  # fmt: skip

    def _account_row(self, guid: str) -> Row:
        account = self._accounts[guid]
        row: Row = {
            "accountid": guid,
            "name": account.name[:160],
            "accountnumber": account.id,
            "statecode": 0,
            "statuscode": 1,
            "merged": False,
            "donotemail": False,
            "donotbulkemail": False,
            "createdon": self._instant(self._account_days.get(account.id)),
            "_transactioncurrencyid_value": self.currency,
        }
        if account.domain:
            row["websiteurl"] = f"https://{account.domain}"
        if account.segment:
            row[SEGMENT] = self.divisions.code_of(account.segment)
        if account.employees is not None:
            row["numberofemployees"] = account.employees
        if account.renewal_on is not None:
            row[RENEWAL] = account.renewal_on.isoformat()
            row[ARR] = self._revenue(account.id, account.employees)
        if account.id in self._primary_contacts:
            row["_primarycontactid_value"] = Ref("contact", identity.contact(self._primary_contacts[account.id]))
        return row | self._owned(self._owner(self._account_owners.get(account.id), account.id))

    def _revenue(self, account_id: str, employees: int | None) -> float:
        """Of a year: what was sold to the account, else by its size."""
        return self._sold.get(account_id) or max(6_000.0, round((employees or 0) * 30.0, -3))

    def _contact_row(self, guid: str) -> Row:
        person = self._contacts[guid]
        row: Row = {
            "contactid": guid,
            "statecode": 0,
            "statuscode": 1,
            "merged": False,
            **_mail_wishes(person.id),
            "createdon": self._instant(self._first_days.get(person.id)),
        }
        row |= _named(person) | _addresses(person)
        owner = self._owner(self._account_owners.get(person.account_id or ""), person.account_id or person.id)
        if person.account_id:
            account = Ref("account", identity.account(person.account_id))
            row["_parentcustomerid_value"] = row["_accountid_value"] = account
        return row | self._owned(owner)

    def _lead_row(self, guid: str) -> Row:
        person = self._leads[guid]
        account = self._accounts.get(identity.account(person.account_id)) if person.account_id else None
        met = person.id in self._lead_owners
        row: Row = {
            "leadid": guid,
            "companyname": account.name if account else _company_of(person.email),
            "subject": person.job_title or person.name,
            "statecode": 0,
            "statuscode": 2 if met else 1,
            "merged": False,
            **_mail_wishes(person.id),
            "createdon": self._instant(self._first_days.get(person.id)),
        }
        row |= _named(person) | _addresses(person)
        return row | self._owned(self._owner(self._lead_owners.get(person.id), person.id))

    def _opportunity_row(self, guid: str) -> Row:
        deal = self._opportunities[guid]
        account = Ref("account", identity.account(deal.account_id))
        row: Row = {
            "opportunityid": guid,
            "name": deal.name[:300],
            "_customerid_value": account,
            "_parentaccountid_value": account,
            "_accountid_value": account,
            "createdon": self._instant(deal.created_on),
            "_transactioncurrencyid_value": self.currency,
        }
        contacts = self._contacts_of(deal)
        if contacts:
            row["_parentcontactid_value"] = row["_contactid_value"] = Ref("contact", contacts[0])
        if deal.stage in STAGES:
            place = STAGES.index(deal.stage)
            row |= {"salesstage": place, "stepname": f"{place + 1}-{deal.stage}"}
        elif deal.stage:
            row["stepname"] = deal.stage
        if deal.estimated_value is not None:
            row |= {"estimatedvalue": deal.estimated_value, "estimatedvalue_base": deal.estimated_value}
        if deal.probability is not None:
            row["closeprobability"] = deal.probability
        if deal.close_on is not None:
            row["estimatedclosedate"] = deal.close_on.isoformat()
        if rival := competitor(deal):
            row[COMPETITOR] = rival
        row["modifiedon"] = self._instant(steps(deal, self._world.now.date())[-1].day)
        row |= _state(deal)
        return row | self._owned(self._owner(deal.owner_id, deal.id))

    def _connection_row(self, guid: str) -> Row:
        return connection_row(guid, self._links[guid], self._instant(self._links[guid].created_on))


def instant(at: datetime) -> str:
    """Dataverse's form: UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _mail_wishes(person_id: str) -> Row:
    """A few want no mail at all, some none that goes to many."""
    drawn = sha1(f"mail/{person_id}".encode(), usedforsecurity=False).digest()[0]
    return {"donotemail": drawn < 6, "donotbulkemail": drawn < 26}


def _named(person: Person) -> Row:
    first, _, last = person.name.partition(" ")
    row: Row = {"fullname": person.name, "lastname": last or first}
    if last:
        row["firstname"] = first
    if person.job_title:
        row["jobtitle"] = person.job_title
    return row


def _company_of(email: str) -> str:
    """A name for a company that the world knows by its domain only."""
    return email.rpartition("@")[2].partition(".")[0].replace("-", " ").title()


def _addresses(person: Person) -> Row:
    known = [address[:100] for address in (person.email, *person.aliases)][:3]
    return cast(Row, {f"emailaddress{place}": address for place, address in enumerate(known, 1)}) | {
        "telephone1": identity.phone(person.id)
    }


def _state(deal: Opportunity) -> Row:
    if deal.status is OpportunityStatus.OPEN:
        return {"statecode": 0, "statuscode": 1}
    row: Row = (
        {"statecode": 1, "statuscode": 3} if deal.status is OpportunityStatus.WON else {"statecode": 2, "statuscode": 5}
    )
    if deal.status is OpportunityStatus.WON and deal.estimated_value is not None:
        row |= {"actualvalue": deal.estimated_value, "actualvalue_base": deal.estimated_value}
    if deal.close_on is not None:
        row["actualclosedate"] = deal.close_on.isoformat()
    return row
