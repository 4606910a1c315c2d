"""The rail shows what exists and what the person may open, and marks where they are."""

from orderan.web.navigation import Entry, current, visible

HOME = Entry("Beranda", "home", "/")
ORDERS = Entry("Pesanan", "shopping-bag", "/orders", "orders.read")
STOCK = Entry("Stok", "packages", "/stock", "inventory.read")
RAIL = (HOME, ORDERS, STOCK)


def test_an_entry_needs_its_page_and_its_permission() -> None:
    pages = {"/", "/orders", "/stock"}
    assert visible(pages, {"orders.read"}, rail=RAIL) == (HOME, ORDERS)
    assert visible({"/", "/stock"}, {"orders.read", "inventory.read"}, rail=RAIL) == (HOME, STOCK)
    assert visible(pages, (), rail=RAIL) == (HOME,)


def test_a_page_that_another_entry_leads_to_stands_alone_only_for_whoever_lacks_that_one() -> None:
    settings = Entry("Pengaturan", "settings", "/settings", "settings.read")
    trail = Entry("Jejak audit", "history", "/settings/audit", "audit.read", within="settings.read")
    rail = (settings, trail)
    pages = {"/settings", "/settings/audit"}

    assert visible(pages, {"settings.read", "audit.read"}, rail=rail) == (settings,)
    assert visible(pages, {"audit.read"}, rail=rail) == (trail,)
    assert visible(pages, (), rail=rail) == ()


def test_an_entry_of_the_whole_shop_is_hidden_from_whoever_sees_a_part_of_it() -> None:
    tied = Entry("Kepercayaan", "shield-check", "/trust", "trust.read", whole_shop=True)

    assert visible({"/trust"}, {"trust.read"}, rail=(tied,)) == (tied,)
    assert visible({"/trust"}, {"trust.read"}, whole_shop=False, rail=(tied,)) == ()


def test_the_entry_of_a_page_is_the_nearest_above_it() -> None:
    assert current(RAIL, "/") == "/"
    assert current(RAIL, "/orders") == "/orders"
    assert current(RAIL, "/orders/2611210017") == "/orders"
    assert current(RAIL, "/orders-archive") is None
    assert current(RAIL, "/unknown") is None
