"""Addresses: normal form, sites, believable canonical links."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.urls import MAX_URL, canonical, host_key, on_site, plausible_canonical, query_pairs, respelled

BASE = "https://www.bladet.example/nyheder/indland?side=2"

addresses = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="htps:/.?#&=%;@[]\\ \tab0éß%2E{|}", max_size=60),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "HTTPS", "ftp", "javascript"]),
        st.sampled_from(["a.example", "WWW.Ü.example:80", "u:p@h.example", "[::1]:8080", "1.2.3.4", "a..b", "x" * 300]),
        st.sampled_from(["", "/", "//", "/a/../..", "/%7e%zz", "/a;jsessionid=1/b", "\\a\\b", "/ø"])
        | st.text(max_size=20),
        st.sampled_from(["", "?", "?&&", "?utm_source=x", "?id=1&amp;p=2", "?a=1#!x#y", "#top"]) | st.text(max_size=20),
    ),
)


@given(addresses, st.none() | addresses | st.just(BASE))
@example("http://a.example/a;s;sid=1id=2/.%2e/;sid=/..", None)
@example("?x=\ud800", BASE)
def test_canonical_is_idempotent_and_raises_nothing(url: str, base: str | None) -> None:
    full = canonical(url, base)
    if full is not None:
        assert canonical(full) == full
        assert canonical("", full) == full.partition("#")[0]
        assert full.startswith(("http://", "https://"))
        assert full.isascii()
        assert len(full) <= MAX_URL
        assert host_key(full)
        assert on_site(full, full)
        query_pairs(full)


@given(st.none() | addresses, addresses)
def test_a_canonical_link_never_leaves_the_site(declared: str | None, final: str) -> None:
    chosen = plausible_canonical(declared, final)
    own = canonical(final)
    assert chosen == final if own is None else on_site(chosen, own) or on_site(own, chosen)


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("HTTP://WWW.Bladet.Example:80", "http://www.bladet.example/"),
        ("https://bladet.example:443/a/./b/../c", "https://bladet.example/a/c"),
        ("https://bladet.example:8443/x", "https://bladet.example:8443/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("/sport/art1?page=2#comments", "https://www.bladet.example/sport/art1?page=2"),
        ("udland", "https://www.bladet.example/nyheder/udland"),
        ("?side=3", "https://www.bladet.example/nyheder/indland?side=3"),
        ("", "https://www.bladet.example/nyheder/indland?side=2"),
        ("  /a b/\n c ", "https://www.bladet.example/a%20b/%20c"),
        ("/#!/sag/7", "https://www.bladet.example/#!/sag/7"),
        ("https:\\\\bladet.example\\a", "https://bladet.example/a"),
        ("https://user:secret@bladet.example/a", "https://bladet.example/a"),
        ("https://Blåbær.example./ø?q=å", "https://xn--blbr-roah.example/%C3%B8?q=%C3%A5"),
        ("/%7euser/%c3%b8/%2f/%zz", "https://www.bladet.example/~user/%C3%B8/%2F/%25zz"),
        ("http://[2001:DB8:0::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_normal_form(url: str, full: str) -> None:
    assert canonical(url, BASE) == full


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "mailto:a@b.example", "data:text/html,x", "ftp://a.example/", "file:/etc/passwd"),
        *("http://", "http://a..b/", "http://a.example:99999/", "http://a b.example/", "http://[::1/", "https:a"),
        *("http://a.example/\ud800", "http://a.example/" + "x" * MAX_URL, "http://" + "a" * 300 + ".example/"),
    ],
)
def test_what_is_no_address_of_a_page(url: str) -> None:
    assert canonical(url, BASE) is None


def test_relative_without_base_is_nothing() -> None:
    assert canonical("/a") is None
    assert canonical("/a", "mailto:x") is None


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?utm_source=rss&UTM_Medium=x&fbclid=1&gclid=2", ""),
        ("?id=5000&p=12&artid=7&s=x&format=rss", "?id=5000&p=12&artid=7&s=x&format=rss"),
        ("?b=2&utm_id=1&a=1&b=3", "?b=2&a=1&b=3"),
        ("?id=1&amp;utm_source=x&amp;p=2", "?id=1&p=2"),
        ("?ref=forside&cid=rss.top", ""),
        ("?ref=123&cid=45", "?ref=123&cid=45"),
        ("?source=rss&from=newsletter-7", ""),
        ("?source=kommune&from=2024", "?source=kommune&from=2024"),
        ("?PHPSESSID=1&sid=0123456789abcdef&jsessionid=X", ""),
        ("?sid=4711", "?sid=4711"),
        (";jsessionid=ABC123?id=2", "?id=2"),
        ("?&&", ""),
        ("?tom=", "?tom="),
    ],
)
def test_tracking_and_sessions_go_and_the_rest_stays_in_order(query: str, kept: str) -> None:
    assert canonical("https://bladet.example/x" + query) == "https://bladet.example/x" + kept


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.bladet.example/x", "bladet.example"),
        ("http://m.bladet.example/", "bladet.example"),
        ("http://amp.www.bladet.example/", "bladet.example"),
        ("http://forum.bladet.example/", "forum.bladet.example"),
        ("http://m.example/", "m.example"),
        ("http://127.0.0.1:8001/x", "127.0.0.1:8001"),
        ("https://bladet.example:443/", "bladet.example"),
        ("nothing", ""),
    ],
)
def test_the_identity_of_a_site(url: str, key: str) -> None:
    assert host_key(url) == key


def test_a_site_has_its_subdomains_and_no_others() -> None:
    site = "https://www.bladet.example/"
    assert on_site("http://bladet.example/x", site)
    assert on_site("https://sport.bladet.example/x", site)
    assert not on_site("https://andetbladet.example/x", site)
    assert not on_site("https://bladet.example:8000/x", site)
    assert not on_site("https://bladet.example/x", "https://sport.bladet.example/")
    assert not on_site("x", "y")


SITE = "https://bladet.example"


@pytest.mark.parametrize(
    ("declared", "final"),
    [
        ("/indland/ny-strid-om-broen-10001.html", "/indland/ny-strid-om-broen-10001.html?side=2"),
        ("/indland/ny-strid-om-broen-10001.html", "/print/1"),
        ("/indland/ny-strid-om-broen-10001.html", "/amp/1"),
        ("/indland/broen", "/indland/broen/amp"),
        ("/indland/ny-strid-om-broen", "/indland/ny-strid-om-broen/side-to-af-artiklen"),
        ("/2026/05/ny-strid-om-broen", "/?p=77"),
        ("/artikel.php?id=5000", "/artikel.php?id=5000&kommentarer=1"),
        ("https://www.bladet.example/sport/art900001", "/sport/art900001"),
        ("/indland/ny-strid-om-broen-10001.html", "/indland/strid-om-broen-10001.html"),
    ],
)
def test_believable_canonical_links(declared: str, final: str) -> None:
    assert plausible_canonical(declared, SITE + final) == canonical(declared, SITE)


@pytest.mark.parametrize(
    ("declared", "final"),
    [
        (None, "/indland/ny-strid-om-broen-10001.html"),
        ("javascript:void(0)", "/indland/ny-strid-om-broen-10001.html"),
        ("/", "/indland/ny-strid-om-broen-10001.html"),
        ("/index.html", "/indland/ny-strid-om-broen-10001.html"),
        ("/da/", "/indland/ny-strid-om-broen-10001.html"),
        ("/indland/", "/indland/ny-strid-om-broen-10001.html"),
        ("/kultur/", "/indland/ny-strid-om-broen-10001.html"),
        ("https://andetblad.example/indland/ny-strid-om-broen-10001.html", "/indland/ny-strid-om-broen-10001.html"),
        ("/artikel.php", "/artikel.php?id=5000"),
        ("/artikel.php?id=5001", "/artikel.php?id=5000"),
        ("/sport/art900002", "/sport/art900001"),
        ("/indland/helt-andre-ord-staar-her", "/indland/ny-strid-om-broen"),
    ],
)
def test_canonical_links_that_would_merge_articles(declared: str | None, final: str) -> None:
    assert plausible_canonical(declared, SITE + final) == SITE + final


@pytest.mark.parametrize(
    ("url", "page", "expected"),
    [
        ("http://bladet.example/sport/1", "https://www.bladet.example/", "https://www.bladet.example/sport/1"),
        ("https://www.bladet.example/sport/1", "https://bladet.example/", "https://bladet.example/sport/1"),
        ("http://bladet.example", "https://bladet.example/rss", "https://bladet.example"),
        ("https://bladet.example/sport/1", "http://bladet.example/", "https://bladet.example/sport/1"),
        ("https://m.bladet.example/sport/1", "https://bladet.example/", "https://m.bladet.example/sport/1"),
        ("http://andetblad.example/1", "https://bladet.example/", "http://andetblad.example/1"),
    ],
)
def test_a_site_s_own_address_is_spelled_as_the_page_that_names_it_is(url: str, page: str, expected: str) -> None:
    assert respelled(url, page) == expected
    assert respelled(expected, page) == expected
