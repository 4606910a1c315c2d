"""A customer's story: entered, found, corrected, shown, merged, erased."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from orderan.customers import (
    ERASED_NAME,
    Changes,
    Complaint,
    CustomerNotActive,
    CustomerState,
    Doubt,
    EntryRefused,
    ExternalIdTaken,
    Field,
    Likeness,
    NothingToMerge,
    PhoneTaken,
    Purpose,
    Reader,
    ReasonMissing,
    Revealed,
    Typed,
    TypedAddress,
    UnknownAddress,
    UnknownCustomer,
    accesses,
    add_address,
    addresses,
    consents,
    customer_card,
    duplicates,
    erase,
    family,
    find_customers,
    give_consent,
    list_customers,
    merge,
    register,
    retire_address,
    reveal,
    standing_consents,
    update,
    withdraw_consent,
)
from orderan.customers.views import After
from orderan.importing.store.orders import customer_ids
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text

pytestmark = pytest.mark.anyio

BUDI = Typed(name="Budi Santoso", phone="0812-3456-7890", email="budi@gmail.com", note="suka kopi pahit")
SITI = Typed(name="Siti Nurhaliza", phone="0857-1111-2222")
MELAWAI = TypedAddress(
    recipient="Budi Santoso",
    phone="0812-3456-7890",
    line="Jalan Melawai Raya 12",
    village_code="31.74.07.1001",
    postcode="12160",
    label="Rumah",
)


class Desk:
    """Short ways to run the commands of a test in transactions of their own."""

    def __init__(self, floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
        self.floor, self.keyring, self.now = floor, keyring, now

    async def register(self, typed: Typed = BUDI) -> UUID:
        return UUID(str(await self.floor.run(lambda tx: register(tx, self.keyring, typed, now=self.now))))

    async def keyed(self, command: Any, *args: Any, **more: Any) -> Any:
        return await self.floor.run(lambda tx: command(tx, self.keyring, *args, **more))

    async def plain(self, command: Any, *args: Any, **more: Any) -> Any:
        return await self.floor.run(lambda tx: command(tx, *args, **more))

    async def address(self, customer: UUID, typed: TypedAddress = MELAWAI) -> UUID:
        return UUID(str(await self.keyed(add_address, customer, typed, now=self.now)))


@pytest.fixture
def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    return Desk(floor, keyring, now)


async def rows_of(desk: Desk) -> list[Any]:
    return await desk.floor.all("SELECT * FROM customer WHERE shop_id = %(shop)s ORDER BY id")


async def test_a_customer_is_shown_masked_and_kept_sealed(desk: Desk) -> None:
    budi = await desk.register()

    card = await desk.keyed(customer_card, budi)
    assert (card.name, card.phone, card.email) == ("Budi Santoso", "0812-****-7890", "b***@gmail.com")
    assert card.has_note
    assert card.state is CustomerState.ACTIVE
    initials = await desk.keyed(customer_card, budi, reader=Reader(whole_names=False))
    assert initials.name == "Budi S."

    [row] = await rows_of(desk)
    for sealed in (row.name_enc, row.phone_enc, row.email_enc, row.note_enc):
        assert b"Budi" not in sealed
        assert b"81234567890" not in sealed
    facts = await desk.floor.all("SELECT kind, payload FROM event WHERE shop_id = %(shop)s")
    assert [(fact.kind, fact.payload) for fact in facts] == [
        ("customers.customer_registered.v1", {"customer_id": str(budi)})
    ]


async def test_every_wrong_field_is_told_at_once_and_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(EntryRefused) as refused:
        await desk.register(Typed(name=" ", phone="0812345O7890", email="budi@gmial.com"))

    assert refused.value.complaints == (
        Complaint("name", Doubt.MISSING),
        Complaint("phone", Doubt.LETTERS_IN_NUMBER, "0812-3450-7890"),
        Complaint("email", Doubt.DOMAIN_LIKE_ANOTHER, "budi@gmail.com", firm=False),
    )
    assert "gmail" not in str(refused.value)
    assert await rows_of(desk) == []
    assert await desk.floor.value("SELECT count(*) FROM event WHERE shop_id = %(shop)s") == 0


async def test_somebody_who_cannot_be_reached_is_no_customer(desk: Desk) -> None:
    with pytest.raises(EntryRefused) as refused:
        await desk.register(Typed(name="Budi"))
    assert refused.value.complaints == (Complaint("phone", Doubt.MISSING),)


async def test_an_unlikely_domain_is_taken_when_insisted_on(desk: Desk) -> None:
    insisted = Typed(name="Budi", email="budi@gmial.com", insisted=frozenset({"email"}))

    budi = await desk.register(insisted)

    assert (await desk.keyed(customer_card, budi)).email == "b***@gmial.com"


async def test_a_phone_that_is_known_leads_to_its_holder(desk: Desk) -> None:
    budi = await desk.register()

    with pytest.raises(PhoneTaken) as refused:
        await desk.register(Typed(name="Budi S", phone="+62 812 3456 7890"))

    assert refused.value.customer == to_text("cus", budi)
    assert len(await rows_of(desk)) == 1


async def test_an_external_id_belongs_to_one_customer(desk: Desk) -> None:
    await desk.register(Typed(name="Budi", phone="081234567890", external_id="A-1"))

    with pytest.raises(ExternalIdTaken):
        await desk.register(Typed(name="Siti", phone="085711112222", external_id="A-1"))

    assert len(await rows_of(desk)) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "0812-3456-7890",
        "81234567890",
        "+6281234567890",
        "BUDI@gmail.com",
        "budi",
        "san bud",
        "Santoso Budi",
        "santo",
    ],
)
async def test_a_customer_is_found_by_phone_email_and_words_of_the_name(desk: Desk, typed: str) -> None:
    budi = await desk.register()
    await desk.register(SITI)

    found = await desk.keyed(find_customers, typed)

    assert [card.id for card in found] == [budi]


@pytest.mark.parametrize("typed", ["", "  ", "0812-3456-7891", "siti@gmail.com", "budi siti", "toso", "%"])
async def test_what_fits_nobody_finds_nobody(desk: Desk, typed: str) -> None:
    await desk.register()
    await desk.register(SITI)

    assert await desk.keyed(find_customers, typed) == []


async def test_the_list_goes_on_where_the_last_page_ended(desk: Desk) -> None:
    made = []
    for number in range(5):
        if number == 3:
            desk.now += timedelta(minutes=1)
        made.append(await desk.register(Typed(name=f"Budi {number}", phone=f"0812345678{number}0")))

    seen: list[UUID] = []
    after: After | None = None
    while page := await desk.keyed(list_customers, after=after, limit=2):
        seen += [card.id for card in page]
        after = After(page[-1].created_at, page[-1].id)

    assert seen == [made[3], made[4], made[0], made[1], made[2]]


async def test_only_what_changed_is_changed_and_told(desk: Desk) -> None:
    budi = await desk.register()
    [before] = await rows_of(desk)

    fields = await desk.keyed(update, budi, Changes(name="Budi Wijaya", note=""), now=desk.now)

    assert fields == ("name", "note")
    [after] = await rows_of(desk)
    assert (after.phone_enc, after.email_enc, after.note_enc) == (before.phone_enc, before.email_enc, None)
    assert [card.id for card in await desk.keyed(find_customers, "wijaya")] == [budi]
    assert await desk.keyed(find_customers, "santoso") == []
    told = await desk.floor.value(
        "SELECT payload FROM event WHERE shop_id = %(shop)s AND kind = 'customers.customer_changed.v1'"
    )
    assert told == {"customer_id": str(budi), "fields": ["name", "note"]}


async def test_saving_without_a_change_tells_nothing(desk: Desk) -> None:
    budi = await desk.register()

    assert await desk.keyed(update, budi, Changes(name=BUDI.name, phone="+6281234567890"), now=desk.now) == ()
    assert await desk.floor.value("SELECT count(*) FROM event WHERE shop_id = %(shop)s") == 1


async def test_a_phone_of_somebody_else_cannot_be_taken_over(desk: Desk) -> None:
    budi = await desk.register()
    siti = await desk.register(SITI)
    before = await rows_of(desk)

    with pytest.raises(PhoneTaken) as refused:
        await desk.keyed(update, siti, Changes(phone=BUDI.phone), now=desk.now)

    assert refused.value.customer == to_text("cus", budi)
    assert await rows_of(desk) == before


async def test_a_customer_keeps_a_way_to_be_reached(desk: Desk) -> None:
    siti = await desk.register(SITI)

    with pytest.raises(EntryRefused):
        await desk.keyed(update, siti, Changes(phone=""), now=desk.now)


async def test_an_address_is_kept_once_and_shown_masked(desk: Desk) -> None:
    budi = await desk.register()

    first = await desk.address(budi)
    again = await desk.address(budi)

    assert first == again
    [card] = await desk.keyed(addresses, [budi])
    assert (card.recipient, card.phone, card.line, card.label) == (
        "Budi Santoso",
        "0812-****-7890",
        "Jalan ***",
        "Rumah",
    )
    assert card.area == (
        "Melawai, Kebayoran Baru, Kota Administrasi Jakarta Selatan, Daerah Khusus Ibukota Jakarta"
    )


async def test_an_address_whose_parts_disagree_is_refused_whole(desk: Desk) -> None:
    budi = await desk.register()
    wrong = TypedAddress(
        recipient="",
        phone="0812",
        line="jl",
        village_code="31.74.07.1001",
        postcode="60286",
        district="Menteng",
    )

    with pytest.raises(EntryRefused) as refused:
        await desk.address(budi, wrong)

    assert [(complaint.field, str(complaint.doubt)) for complaint in refused.value.complaints] == [
        ("recipient", "missing"),
        ("phone", "digits_missing"),
        ("line", "missing"),
        ("district", "disagrees"),
    ]
    assert await desk.keyed(addresses, [budi]) == []


async def test_a_retired_address_comes_back_when_typed_again(desk: Desk) -> None:
    budi = await desk.register()
    address = await desk.address(budi)

    await desk.plain(retire_address, budi, address, now=desk.now)
    [retired] = await desk.keyed(addresses, [budi])
    assert retired.retired_at == desk.now
    with pytest.raises(UnknownAddress):
        await desk.plain(retire_address, budi, address, now=desk.now)

    assert await desk.address(budi) == address
    [back] = await desk.keyed(addresses, [budi])
    assert back.retired_at is None


async def test_nobody_retires_the_address_of_another(desk: Desk) -> None:
    budi, siti = await desk.register(), await desk.register(SITI)
    address = await desk.address(budi)

    with pytest.raises(UnknownAddress):
        await desk.plain(retire_address, siti, address, now=desk.now)

    [card] = await desk.keyed(addresses, [budi])
    assert card.retired_at is None


async def test_the_newest_word_on_a_purpose_counts(desk: Desk) -> None:
    budi = await desk.register()
    later = desk.now + timedelta(days=1)

    await desk.plain(give_consent, budi, Purpose.MARKETING_WHATSAPP, source="checkout", now=desk.now)
    await desk.plain(give_consent, budi, Purpose.PROFILING, source="checkout", now=desk.now)
    await desk.plain(withdraw_consent, budi, Purpose.MARKETING_WHATSAPP, source="chat", now=later)

    history = await desk.plain(consents, [budi])
    assert [(consent.granted, consent.source) for consent in history] == [
        (False, "chat"),
        (True, "checkout"),
        (True, "checkout"),
    ]
    standing = standing_consents(history)
    assert standing[Purpose.MARKETING_EMAIL] is None
    assert {purpose: consent.granted for purpose, consent in standing.items() if consent} == {
        Purpose.MARKETING_WHATSAPP: False,
        Purpose.PROFILING: True,
    }


async def test_a_consent_without_a_source_is_none(desk: Desk) -> None:
    budi = await desk.register()

    with pytest.raises(ReasonMissing):
        await desk.plain(give_consent, budi, Purpose.PROFILING, source=" ", now=desk.now)

    assert await desk.plain(consents, [budi]) == []


async def test_whoever_reads_unmasked_is_kept_with_the_reason(desk: Desk) -> None:
    budi = await desk.register()
    await desk.address(budi)

    seen = await desk.keyed(
        reveal, budi, [Field.PHONE, Field.ADDRESSES], purpose="konfirmasi alamat COD", now=desk.now
    )

    assert (seen.name, seen.phone, seen.email) == (None, "+6281234567890", None)
    assert [address.line for address in seen.addresses] == ["Jalan Melawai Raya 12"]
    [access] = await desk.plain(accesses, [budi])
    assert access.fields == ("addresses", "phone")
    assert (access.purpose, access.actor, access.at) == ("konfirmasi alamat COD", "staff:test", desk.now)


async def test_nothing_is_shown_without_a_reason(desk: Desk) -> None:
    budi = await desk.register()

    with pytest.raises(ReasonMissing):
        await desk.keyed(reveal, budi, [Field.PHONE], purpose="  ", now=desk.now)

    assert await desk.plain(accesses, [budi]) == []


async def test_duplicates_are_suggested_by_email_and_by_name_with_area(desk: Desk) -> None:
    budi = await desk.register()
    await desk.address(budi)
    by_email = await desk.register(Typed(name="B Santoso", phone="085700000001", email="Budi@gmail.com"))
    by_area = await desk.register(Typed(name="santoso BUDI", phone="085700000002"))
    await desk.address(by_area, MELAWAI)
    elsewhere = await desk.register(Typed(name="Budi Santoso", phone="085700000003"))

    found = await desk.keyed(duplicates, budi)

    assert {one.card.id: one.likeness for one in found} == {
        by_email: (Likeness.SAME_EMAIL,),
        by_area: (Likeness.SAME_NAME_AND_AREA,),
    }
    assert elsewhere not in {one.card.id for one in found}


async def test_the_survivor_of_a_merge_stands_for_all(desk: Desk) -> None:
    budi = await desk.register(Typed(name="Budi", email="budi@gmail.com"))
    twin = await desk.register(Typed(name="Budi Twin", phone="081234567890", customer_group="grosir"))
    address = await desk.address(twin)

    await desk.keyed(merge, budi, [twin], now=desk.now)

    card = await desk.keyed(customer_card, budi)
    assert (card.name, card.phone, card.customer_group) == ("Budi", "0812-****-7890", "grosir")
    gone = await desk.keyed(customer_card, twin)
    assert (gone.state, gone.merged_into) == (CustomerState.MERGED, budi)
    assert await desk.plain(family, budi) == (budi, twin)
    assert [found.id for found in await desk.keyed(addresses, [budi, twin])] == [address]
    for typed in ("twin", "081234567890", "budi@gmail.com"):
        assert [found.id for found in await desk.keyed(find_customers, typed)] == [budi]
    assert [found.id for found in await desk.keyed(list_customers)] == [budi]


async def test_a_merge_of_a_merge_is_one_hop(desk: Desk) -> None:
    first, second, third = [
        await desk.register(Typed(name=f"Budi {number}", phone=f"08123456789{number}")) for number in range(3)
    ]

    await desk.keyed(merge, second, [first], now=desk.now)
    await desk.keyed(merge, third, [second], now=desk.now)

    assert set(await desk.plain(family, third)) == {first, second, third}
    assert (await desk.keyed(customer_card, first)).merged_into == third


@pytest.mark.parametrize("others", ["none", "itself", "unknown", "merged"])
async def test_a_merge_that_makes_no_sense_is_refused_and_changes_nothing(desk: Desk, others: str) -> None:
    budi, twin, siti = await desk.register(), await desk.register(Typed("Twin", "081200000001")), new_id()
    if others == "merged":
        siti = await desk.register(SITI)
        await desk.keyed(merge, budi, [siti], now=desk.now)
    named = {"none": [], "itself": [twin], "unknown": [siti], "merged": [siti]}[others]
    refusal = {"none": NothingToMerge, "itself": NothingToMerge, "unknown": UnknownCustomer}.get(
        others, CustomerNotActive
    )
    before = await rows_of(desk)

    with pytest.raises(refusal):
        await desk.keyed(merge, twin, named, now=desk.now)

    assert await rows_of(desk) == before


async def test_a_customer_who_never_had_a_name_goes_by_their_reference_and_is_not_called_erased(
    desk: Desk,
) -> None:
    await desk.plain(customer_ids, {"13047": desk.now}, now=desk.now)
    found = await desk.floor.value("SELECT id FROM customer WHERE external_id = '13047'")

    card = await desk.keyed(customer_card, found)

    assert (card.name, card.phone, card.state) == ("13047", None, CustomerState.ACTIVE)


async def test_an_erased_customer_is_gone_and_nothing_can_be_done_to_it(desk: Desk) -> None:
    budi = await desk.register()
    await desk.address(budi)

    await desk.plain(erase, budi, reason="permintaan pelanggan", now=desk.now)

    card = await desk.keyed(customer_card, budi)
    assert (card.name, card.phone, card.email, card.state) == (ERASED_NAME, None, None, CustomerState.ERASED)
    [address] = await desk.keyed(addresses, [budi])
    assert (address.recipient, address.line, address.village_code) == (ERASED_NAME, "", "31.74")
    with pytest.raises(CustomerNotActive):
        await desk.keyed(reveal, budi, [Field.PHONE], purpose="penasaran", now=desk.now)
    with pytest.raises(CustomerNotActive):
        await desk.keyed(update, budi, Changes(name="Budi"), now=desk.now)
    with pytest.raises(CustomerNotActive):
        await desk.plain(erase, budi, reason="sekali lagi", now=desk.now)
    for typed in ("budi", "081234567890", "budi@gmail.com"):
        assert await desk.keyed(find_customers, typed) == []


async def test_the_phone_of_an_erased_customer_can_register_again(desk: Desk) -> None:
    budi = await desk.register()
    await desk.plain(erase, budi, reason="permintaan pelanggan", now=desk.now)

    again = await desk.register()

    assert again != budi
    assert [card.id for card in await desk.keyed(find_customers, BUDI.phone)] == [again]


async def test_erasing_needs_a_reason(desk: Desk) -> None:
    budi = await desk.register()

    with pytest.raises(ReasonMissing):
        await desk.plain(erase, budi, reason="", now=desk.now)

    assert await desk.keyed(reveal, budi, [Field.NAME], purpose="cek", now=desk.now) == Revealed(
        name="Budi Santoso"
    )


async def test_a_merged_record_is_erased_with_its_survivor(desk: Desk) -> None:
    budi, twin = await desk.register(), await desk.register(Typed("Twin", "081200000001"))
    await desk.keyed(merge, budi, [twin], now=desk.now)

    with pytest.raises(CustomerNotActive) as refused:
        await desk.plain(erase, twin, reason="permintaan", now=desk.now)
    assert refused.value.merged_into == to_text("cus", budi)
    await desk.plain(erase, budi, reason="permintaan", now=desk.now)

    assert (await desk.keyed(customer_card, twin)).name == ERASED_NAME
    assert await desk.plain(family, budi) == (budi, twin)
    keys = await desk.floor.all("SELECT wrapped FROM subject_key WHERE shop_id = %(shop)s")
    assert [key.wrapped for key in keys] == [None, None]
