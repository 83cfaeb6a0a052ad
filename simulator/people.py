"""Who exists, inside and outside: the people of the world and those who turn up while it lives."""

from simulator.world import Person, Side, World


class UnknownNameError(LookupError):
    """Nothing in the organisation has this name."""


class People:
    """Everybody by id and by any address, in any case."""

    def __init__(self, world: World) -> None:
        self._people = {person.id: person for person in world.people}
        self._ids = {address.lower(): p.id for p in world.people for address in (*p.aliases, p.email)}
        self._invented = 0

    def person(self, key: str) -> Person:
        """The person with this id or address, also with a +tag before the @."""
        local, _, domain = key.lower().partition("@")
        address = self._ids.get(key.lower()) or self._ids.get(f"{local.partition('+')[0]}@{domain}", "")
        found = self._people.get(key) or self._people.get(address)
        if found is None:
            raise UnknownNameError(f"no person {key}")
        return found

    def person_for(self, key: str) -> Person:
        """The person with this id or address; an unknown address becomes a new outsider."""
        try:
            return self.person(key)
        except UnknownNameError:
            if "@" not in key:
                raise
        return self.enter(Person(self.new_id("outsider"), key, key, Side.CONTACT, None, "", ()))

    def enter(self, person: Person) -> Person:
        self._people[person.id] = person
        for address in (*person.aliases, person.email):
            self._ids[address.lower()] = person.id
        return person

    def new_id(self, kind: str) -> str:
        self._invented += 1
        return f"{kind}-{self._invented}"
