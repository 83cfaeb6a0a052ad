"""Whoever follows the delta links ends with exactly what lies there: whatever happens, whatever the page size."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import ORIGIN, DeltaReader, DirectGraph, mail, world

from simulator.faults import HARMLESS, Fault, FaultKind, seeded
from simulator.mailbox import Folder
from simulator.msgraph.message_rows import item_id
from simulator.organisation import Organisation

FOLDERS = ("inbox", "archive", "Clients", "deleteditems")
PEOPLE = ("ines", "omar")
SELECT = "$select=internetMessageId,isRead,sentDateTime,toRecipients"

changes = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("again"), st.integers(0, 9), st.sampled_from(PEOPLE)),
        st.tuples(st.just("move"), st.integers(0, 9), st.sampled_from(PEOPLE), st.sampled_from(FOLDERS)),
        st.tuples(st.just("edit"), st.integers(0, 9)),
        st.tuples(st.just("mark"), st.integers(0, 9), st.sampled_from(PEOPLE), st.integers(1, 3)),
        st.tuples(st.just("delete"), st.integers(0, 9), st.sampled_from((*PEOPLE, None))),
        st.tuples(st.just("read"), st.sampled_from(PEOPLE)),
    ),
    max_size=25,
)


def apply(organisation: Organisation, change: tuple[Any, ...]) -> None:
    if change[0] == "deliver":
        organisation.deliver("tor", [change[1]], cc=["zoe"])
        return
    held = organisation.truth()
    if not held:
        return
    mail_id = held[change[1] % len(held)].id
    if change[0] == "edit":
        organisation.edit(mail_id, to=["lina", "omar"])
        return
    key = change[2]
    if key is not None and not organisation.mailbox(key).copies_of(mail_id):
        return
    match change[0]:
        case "again":
            organisation.deliver_again(mail_id, key)
        case "move":
            organisation.move(mail_id, key, change[3])
        case "mark":
            organisation.mark_read(mail_id, key, times=change[3])
        case "delete":
            organisation.delete_mail(mail_id, key)


def readers(graph: DirectGraph, prefer: str) -> dict[tuple[str, str], DeltaReader]:
    found = {}
    for key in PEOPLE:
        for name in FOLDERS:
            folder = graph.organisation.folder(key, name)
            start = f"{ORIGIN}/users/{key}@fjord.example/mailFolders/{folder.id}/messages/delta?{SELECT}"
            found[key, name] = DeltaReader(lambda link: fetched(graph, link, prefer), start)
    return found


def fetched(graph: DirectGraph, link: str, prefer: str) -> dict[str, Any] | None:
    """A page, or None when this answer is one to ask for again."""
    answer = graph.answer(link, prefer=prefer)
    return answer.body if answer.status == 200 and answer.raw is None and not answer.is_reset else None


def lies_there(graph: DirectGraph, key: str, folder: Folder, *, immutable: bool) -> dict[str, tuple[str, bool]]:
    mailbox = graph.organisation.mailbox(key)
    return {
        item_id(mailbox, copy.serial, None if immutable else copy.generation): (copy.mail.id, copy.is_read)
        for copy in folder.copies.values()
    }


@given(
    changes=changes,
    size=st.integers(1, 7),
    immutable=st.booleans(),
    seed=st.integers(0, 10_000),
    faults=st.integers(0, 8),
)
def test_following_the_links_ends_with_what_lies_in_the_folder(
    changes: list[tuple[Any, ...]], size: int, immutable: bool, seed: int, faults: int
):
    organisation = Organisation(world(*(mail(f"m{number}", "tor", "ines", "omar") for number in range(12))))
    graph = DirectGraph(organisation)
    graph.plan.add(*seeded(seed, count=faults, within=60))
    prefer = f"odata.maxpagesize={size}" + (', IdType="ImmutableId"' if immutable else "")
    following = readers(graph, prefer)
    for change in changes:
        if change[0] == "read":
            for (key, _), reader in following.items():
                if key == change[1]:
                    reader.read()
        else:
            apply(organisation, change)
    for (key, name), reader in following.items():
        reader.read()
        told = {item: (row["internetMessageId"][1:].split("@")[0], row["isRead"]) for item, row in reader.rows.items()}
        assert told == lies_there(graph, key, organisation.folder(key, name), immutable=immutable)


@given(changes=changes, size=st.integers(1, 5))
def test_changes_between_two_pages_of_a_round_are_told_at_the_latest_in_the_next(
    changes: list[tuple[Any, ...]], size: int
):
    organisation = Organisation(world(*(mail(f"m{number}", "tor", "ines", "omar") for number in range(9))))
    graph = DirectGraph(organisation)
    pending = list(changes)

    def fetch(link: str) -> dict[str, Any]:
        page = graph.json(link, prefer=f"odata.maxpagesize={size}")
        if pending and pending[0][0] != "read":
            apply(organisation, pending.pop(0))
        elif pending:
            pending.pop(0)
        return page

    folder = organisation.folder("ines", "inbox")
    reader = DeltaReader(fetch, f"{ORIGIN}/users/ines@fjord.example/mailFolders('inbox')/messages/delta()?{SELECT}")
    reader.read()
    while pending:
        reader.read()
    reader.read()
    assert set(reader.rows) == set(lies_there(graph, "ines", folder, immutable=False))


@given(
    acts=st.lists(
        st.tuples(st.sampled_from(("new", "rename", "nest", "delete", "read")), st.integers(0, 9)), max_size=20
    ),
    size=st.integers(1, 6),
)
def test_the_delta_of_the_folder_tree_ends_with_the_tree(acts: list[tuple[str, int]], size: int):
    organisation = Organisation(world())
    graph = DirectGraph(organisation)
    reader = DeltaReader(
        lambda link: graph.json(link, prefer=f"odata.maxpagesize={size}"),
        f"{ORIGIN}/users/ines@fjord.example/mailFolders/delta",
    )
    made: list[str] = []
    for act, number in acts:
        if act == "read":
            reader.read()
        elif act == "new":
            made.append(organisation.new_folder("ines", f"Dossier {len(made)}").id)
        elif made:
            folder = made[number % len(made)]
            if act == "rename":
                organisation.rename_folder("ines", folder, f"Nom {number}")
            elif act == "nest":
                organisation.nest_folder("ines", folder, "Clients")
            else:
                organisation.delete_folder("ines", folder)
                made.remove(folder)
    reader.read()
    told = {item: (row["displayName"], row["parentFolderId"]) for item, row in reader.rows.items()}
    tree = organisation.mailbox("ines").folders
    assert told == {f.id: (f.name, f.parent.id if f.parent else None) for f in tree.values()}


def test_a_round_without_change_is_one_empty_page():
    graph = DirectGraph(Organisation(world(mail("m1", "tor", "ines"))))
    reader = DeltaReader(graph.json, f"{ORIGIN}/users/ines@fjord.example/mailFolders/inbox/messages/delta")
    reader.read()
    page = graph.json(reader.link)
    assert page["value"] == []
    assert "@odata.deltaLink" in page


def test_three_hundred_flag_changes_are_one_partial_row():
    organisation = Organisation(world(mail("m2", "tor", "omar")))
    graph = DirectGraph(organisation)
    reader = DeltaReader(graph.json, f"{ORIGIN}/users/omar@fjord.example/mailFolders/inbox/messages/delta?{SELECT}")
    reader.read()
    organisation.mark_read("m2", "omar", times=301)
    [row] = graph.json(reader.link)["value"]
    assert {name for name in row if not name.startswith("@")} == {"id", "isRead", "parentFolderId"}
    assert row["isRead"] is False


def test_a_move_is_a_removal_here_and_a_new_row_there():
    organisation = Organisation(world(mail("m2", "tor", "omar")))
    graph = DirectGraph(organisation)
    base = f"{ORIGIN}/users/omar@fjord.example/mailFolders"
    inbox, archive = (DeltaReader(graph.json, f"{base}/{name}/messages/delta") for name in ("inbox", "archive"))
    inbox.read()
    archive.read()
    [old_id] = inbox.rows
    organisation.move("m2", "omar", "archive")
    assert graph.json(inbox.link)["value"] == [{"@removed": {"reason": "deleted"}, "id": old_id}]
    [row] = graph.json(archive.link)["value"]
    assert row["id"] != old_id


def test_an_immutable_id_survives_a_move():
    organisation = Organisation(world(mail("m2", "tor", "omar")))
    graph = DirectGraph(organisation)
    prefer = 'IdType="ImmutableId"'
    base = "/users/omar@fjord.example/mailFolders"
    [before] = graph.json(f"{base}/inbox/messages/delta", prefer=prefer)["value"]
    organisation.move("m2", "omar", "archive")
    [after] = graph.json(f"{base}/archive/messages/delta", prefer=prefer)["value"]
    assert before["id"] == after["id"]


def test_users_come_and_go_through_their_delta():
    organisation = Organisation(world())
    graph = DirectGraph(organisation)
    reader = DeltaReader(graph.json, f"{ORIGIN}/users/delta?$select=mail,accountEnabled")
    reader.read()
    ada = organisation.new_user("Ada Lind", "ada@fjord.example").id
    organisation.disable_user("omar")
    gone = organisation.user("zoe").id
    organisation.remove_user("zoe")
    rows = {row["id"]: row for row in graph.json(reader.link)["value"]}
    assert rows[ada]["mail"] == "ada@fjord.example"
    assert rows[organisation.user("omar").id]["accountEnabled"] is False
    assert rows[gone]["@removed"] == {"reason": "changed"}


def test_latest_skips_the_history_of_users():
    graph = DirectGraph(Organisation(world()))
    page = graph.json("/users/delta?$deltatoken=latest")
    assert page["value"] == []
    assert "@odata.deltaLink" in page


def test_a_filtered_first_round_ends_at_five_thousand():
    graph = DirectGraph(Organisation(world(*(mail(f"m{n}", "tor", "omar", days_ago=5) for n in range(7_200)))))
    inbox = "/users/omar@fjord.example/mailFolders/inbox/messages/delta?$select=id"
    reader = DeltaReader(
        lambda link: graph.json(link, prefer="odata.maxpagesize=1000"),
        f"{ORIGIN}{inbox}&$filter=receivedDateTime ge 2026-01-01T00:00:00Z",
    )
    reader.read()
    assert len(reader.rows) == 5_000


def test_a_filter_leaves_out_what_is_older():
    mails = [mail("old", "tor", "omar", days_ago=90), mail("m2", "tor", "omar", days_ago=2)]
    graph = DirectGraph(Organisation(world(*mails)))
    url = "/users/omar@fjord.example/mailFolders/inbox/messages/delta?$filter=receivedDateTime+ge+2026-06-01T00:00:00Z"
    assert [row["internetMessageId"] for row in graph.json(url)["value"]] == ["<m2@nordlys.example>"]


@pytest.mark.parametrize("kind", HARMLESS)
def test_every_harmless_fault_leaves_the_end_unchanged(kind: FaultKind):
    organisation = Organisation(world(*(mail(f"m{n}", "tor", "omar") for n in range(9))))
    graph = DirectGraph(organisation)
    graph.plan.add(Fault(kind, first=2, times=2, amount=3))
    reader = DeltaReader(
        lambda link: fetched(graph, link, "odata.maxpagesize=2"),
        f"{ORIGIN}/users/omar@fjord.example/mailFolders/inbox/messages/delta",
    )
    for mail_id in ("m1", "m2", "m3"):
        reader.read()
        organisation.edit(mail_id, cc=["zoe"])
    reader.read()
    assert set(reader.rows) == set(lies_there(graph, "omar", organisation.folder("omar", "inbox"), immutable=False))


def test_a_loop_of_links_leads_back_to_the_page_before():
    graph = DirectGraph(Organisation(world(*(mail(f"x{n}", "ines", "tor") for n in range(9)))))
    graph.plan.add(Fault(FaultKind.LOOP, first=2, times=1_000))
    link, seen = "/users/ines@fjord.example/mailFolders/sentitems/messages/delta", []
    for _ in range(6):
        link = str(graph.json(link, prefer="odata.maxpagesize=2")["@odata.nextLink"])
        seen.append(link)
    assert seen[0] == seen[2] == seen[4] != seen[1] == seen[3] == seen[5]


def test_an_endless_round_brings_only_what_is_known_under_ever_new_links():
    graph = DirectGraph(Organisation(world(*(mail(f"x{n}", "ines", "tor") for n in range(9)))))
    graph.plan.add(Fault(FaultKind.ENDLESS, first=2, times=20))
    link, links, known = "/users/ines@fjord.example/mailFolders/sentitems/messages/delta", set(), set()
    for _ in range(10):
        page = graph.json(link, prefer="odata.maxpagesize=3")
        known.add(frozenset(row["id"] for row in page["value"]))
        link = page["@odata.nextLink"]
        links.add(link)
    assert len(links) == 10
    assert len(known) == 2


def test_forty_empty_pages_come_before_the_rest():
    graph = DirectGraph(Organisation(world(*(mail(f"x{n}", "ines", "tor") for n in range(3)))))
    graph.plan.add(Fault(FaultKind.EMPTY_PAGES, amount=40))
    reader = DeltaReader(graph.json, f"{ORIGIN}/users/ines@fjord.example/mailFolders/sentitems/messages/delta")
    reader.read()
    assert (len(reader.rows), reader.pages) == (3, 41)
