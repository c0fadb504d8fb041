"""Finding cases by what is shown, and words in what the reader's key opens."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.centre.access.services import create_staff
from ansim.centre.cases import contacts, keyring, services
from ansim.centre.cases.models import Case, ContactIndex, Note
from ansim.centre.cases.queries import visible_cases
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.desk import search as searching
from ansim.centre.desk.lookup import (
    IndexKeyNotHeld,
    NotAnEmail,
    NotFindable,
    NothingTyped,
    field_of,
    look_up,
)
from ansim.centre.desk.search import NothingToFind, TooMuchToFind, Words, search
from ansim.centre.materials.services import add_link
from ansim.vault import open_staff_key
from tests.centre.cases.people import PASSWORD

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def key_of(people):
    """``key_of("lee")``: what her password opens."""
    return lambda name: open_staff_key(bytes(people[name].private_box), PASSWORD)


@pytest.fixture
def find(people, key_of):
    """``find("lee", "words")``: what she is shown."""

    def found(name: str, typed: str, page: int = 1):
        staff = people[name]
        return search(visible_cases(staff), typed, page, by=staff, private=key_of(name), now=NOW)

    return found


def test_words_are_found_in_stories_messages_notes_and_services(find, people, opened):
    case, key = opened("lee", story="그 사람이 영상을 올렸어요")
    services.post_message(case, "영상 링크를 보냅니다", key=key, author=None, now=NOW)
    services.write_note(case, "영상 삭제 요청", key=key, author=people["lee"], now=NOW)
    from ansim.centre.support.services import record_service

    record_service(
        case, kind="psychological", provider="p", outcome="done", given_at=NOW, minutes=5,
        by=people["lee"], note="영상 이야기", key=key, now=NOW,
    )  # fmt: skip
    found = find("lee", "영상")
    assert sorted(line.place for line in found.lines) == ["message", "note", "service", "story"]
    assert {line.found for line in found.lines} == {"영상"}
    assert (found.total, found.pages, found.closed) == (4, 1, 0)
    [line] = find("lee", "삭제 영상").lines
    assert (line.place, line.before, line.found, line.after) == ("note", "", "영상", " 삭제 요청")


def test_nobody_finds_words_of_a_case_whose_key_they_do_not_hold(find, opened, people):
    opened("lee", story="strawberry field")
    opened("choi", story="strawberry hill", reference="나루-100")
    assert [str(line.case) for line in find("lee", "Strawberry").lines] == ["여울-412"]
    hers = find("jeong", "strawberry")
    assert (hers.lines, hers.closed) == ((), 2), "she sees both cases and holds no key"


def test_custody_has_the_search_and_the_cases_shown_but_never_a_word(find, opened):
    case, _ = opened("lee", story="strawberry field")
    find("lee", "strawberry")
    events = CustodyEvent.objects.filter(action="case.searched").order_by("sequence")
    assert [event.case_id for event in events] == [None, case.pk]
    assert "strawberry" not in str(list(CustodyEvent.objects.values()))


def test_many_results_come_in_pages(find, opened, people, monkeypatch):
    monkeypatch.setattr(searching, "ROWS_A_PAGE", 3)
    case, key = opened("lee")
    for number in range(7):
        services.write_note(case, f"word {number}", key=key, author=people["lee"], now=NOW)
    pages = [find("lee", "word", page) for page in (1, 2, 3, 99, 0)]
    assert [len(one.lines) for one in pages] == [3, 3, 1, 1, 3]
    assert (pages[0].total, pages[0].pages) == (7, 3)
    every = {line.after for one in pages[:3] for line in one.lines}
    assert every == {f" {number}" for number in range(7)}


def test_a_changed_box_hides_no_other_text(find, opened, people):
    case, key = opened("lee")
    for text in ("word one", "word two"):
        services.write_note(case, text, key=key, author=people["lee"], now=NOW)
    first = Note.objects.first()
    Note.objects.filter(pk=first.pk).update(text_box=bytes(first.text_box)[:-1] + b"\0")
    assert find("lee", "word").total == 1


@pytest.mark.parametrize(
    ("typed", "text", "is_there"),
    [
        ("삭제요청", "빨리 삭제 요청 해 주세요", True),
        ("삭제 요청", "삭제요청을", True),
        ("요청 삭제", "삭제해 달라는 요청", True),
        ("삭제 경찰", "삭제해 달라는 요청", False),
        ("STRASSE", "in der Straße", True),
        ("ｒｉｖｅｒ", "River bank", True),
        ("river bank", "RIVERBANK", True),
        ("riverbank", "river bank", False),
        ("여울", unicodedata.normalize("NFD", "여울가에서"), True),
        ("두줄", "두\n줄", True),
    ],
)
def test_what_counts_as_the_same_word(typed, text, is_there):
    assert Words(typed).are_in(text) is is_there


@pytest.mark.parametrize("typed", ["", "  ", "a", "\u3000"])
def test_nothing_to_look_for_is_one_sentence(typed):
    with pytest.raises(NothingToFind):
        Words(typed)
    with pytest.raises(TooMuchToFind):
        Words("word " * 60)


@settings(deadline=None)
@given(st.text(min_size=2, max_size=60), st.text(max_size=300))
def test_no_words_and_no_text_break_it_and_what_is_in_is_found(typed, text):
    try:
        words = Words(typed)
    except (NothingToFind, TooMuchToFind):
        return
    assert words.are_in(f"{text} {typed} {text}")
    assert "".join(words.around(f"{text} {typed}")) != ""


def test_a_long_text_is_shown_by_what_stands_around_the_word():
    before, found, after = Words("needle").around("x " * 100 + "NEEDLE" + " y" * 100)
    assert (before[0], found, after[-1]) == ("…", "NEEDLE", "…")
    assert len(before) <= searching.AROUND + 1


# --- look-ups ---


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("여울-412", "reference"), ("yeoul 4125", "reference"), ("010-1234-5678", "phone"),
        ("+82 (10) 1234.5678", "phone"), ("mina@example.com", "email"),
        ("https://board.test/p/1", "link"), ("board.test/p/1", "link"),
        ("https://board.test/@user", "link"),
    ],
)  # fmt: skip
def test_what_is_typed_says_what_it_is(typed, field):
    assert field_of(typed) == field


@pytest.mark.parametrize(
    ("typed", "error"),
    [("", NothingTyped), ("mina@", NotAnEmail), ("@", NotAnEmail), ("who is it", NotFindable)],
)
def test_what_is_nothing_gets_a_sentence(typed, error):
    with pytest.raises(error):
        field_of(typed)


CONTACT = {"phone": "010-1234-5678", "email": "Mina@Example.com"}


@pytest.mark.parametrize("typed", ["01012345678", "+82 10 1234 5678", "mina@example.COM"])
def test_a_contact_is_found_however_it_is_written_once_somebody_could_open_it(
    typed, people, opened, key_of
):
    case, _ = opened("lee", contact=CONTACT)
    assert not ContactIndex.objects.exists(), "the server cannot index it"
    found = look_up(typed, by=people["lee"], private=key_of("lee"), now=NOW)
    assert found.cases == (case,)
    assert look_up("010-9999-9999", by=people["lee"], private=key_of("lee"), now=NOW).cases == ()


def test_a_case_that_one_may_not_see_is_as_good_as_none(people, opened, key_of):
    opened("lee", contact=CONTACT)
    for name in ("lee", "choi"):
        found = look_up("010-1234-5678", by=people[name], private=key_of(name), now=NOW)
        assert len(found.cases) == (1 if name == "lee" else 0)
    assert ContactIndex.objects.count() == 2


def test_only_who_opens_sealed_content_looks_up_people_and_all_look_up_links(people, opened, key_of):
    case, _ = opened("lee", contact=CONTACT)
    add_link(case, "https://board.test/post/7", now=NOW)
    for typed in ("010-1234-5678", "mina@example.com"):
        with pytest.raises(IndexKeyNotHeld):
            look_up(typed, by=people["park"], private=key_of("park"), now=NOW)
        with pytest.raises(IndexKeyNotHeld):
            look_up(typed, by=people["lee"], private=None, now=NOW)
    for name, cases in (("park", (case,)), ("lee", (case,)), ("choi", ())):
        found = look_up("board.test/post/7#top", by=people[name], private=None, now=NOW)
        assert found.cases == cases


def test_each_look_up_is_in_custody_with_its_field_and_no_value(people, opened, key_of):
    opened("lee", contact=CONTACT)
    for typed in ("010-1234-5678", "mina@example.com", "board.test/post/7"):
        look_up(typed, by=people["lee"], private=key_of("lee"), now=NOW)
    events = CustodyEvent.objects.filter(action="index.looked_up").order_by("sequence")
    assert [event.fields for event in events] == [["phone"], ["email"], ["url"]]
    logged = str(list(CustodyEvent.objects.values())).lower()
    assert not any(value in logged for value in ("1234-5678", "12345678", "mina@", "board.test"))


def test_what_is_no_number_is_kept_and_indexed_as_none(people, opened, key_of):
    case, _ = opened("lee", contact={"phone": "ask my sister", "email": "a@b.example"})
    index = keyring.index_key_for_staff(people["lee"], key_of("lee"))
    contacts.index_contact(case, {"phone": "ask my sister", "email": "a@b.example"}, index=index)
    assert [row.field for row in ContactIndex.objects.all()] == ["email"]
    assert Case.objects.get().contact_indexed


def test_a_colleague_who_joins_finds_what_was_indexed_before(people, opened, key_of):
    case, key = opened("lee", contact=CONTACT)
    look_up("010-1234-5678", by=people["lee"], private=key_of("lee"), now=NOW)
    create_staff("han", PASSWORD, "한", "Han", "counsellor")
    new = people | {"han": type(people["lee"]).objects.get(username="han")}
    services.share_case(case, new["han"], by=people["lee"], key=key, now=NOW)
    look_up("010-0000-0000", by=people["lee"], private=key_of("lee"), now=NOW)
    private = open_staff_key(bytes(new["han"].private_box), PASSWORD)
    assert look_up("01012345678", by=new["han"], private=private, now=NOW).cases == (case,)
