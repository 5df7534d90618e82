"""Single links: which are articles, and that the reasons can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.likelihood import ARTICLE_THRESHOLD, Link, Place, article_likelihood, evidence
from pipelines.urls import canonical

SITE = "https://bladet.example"


@pytest.mark.parametrize(
    "link",
    [
        Link(SITE + "/2026/05/20/ny-bro/", "Ny bro", Place.TEASER),
        Link(SITE + "/r/123", "Borgerne siger nej til den nye bro", Place.MAIN),
        Link(SITE + "/sport/art900001", "", Place.SITEMAP),
        Link(SITE + "/artikel.php?id=5000", "", Place.SITEMAP),
        Link(SITE + "/nyheter/a/Ard8wM/hamnen-byggs-ut", "Hamnen byggs ut", Place.TEASER),
        Link(SITE + "/news/council-postpones-the-harbour-tunnel-again", "Tunnel", Place.ASIDE),
        Link(SITE + "/archive/63076", "", Place.SITEMAP),
        Link(SITE + "/vejr/det-bliver-en-meget-vaad-sommer-i-aar", "Det bliver en meget våd sommer i år", Place.MAIN),
        Link(SITE + "/a/x", "Vorige Woche wurde die Brücke gesperrt", Place.ASIDE, heading=True),
        Link(SITE + "/ein-rat-tritt-geschlossen-zurueck", "Ein Rat tritt geschlossen zurück", rel=frozenset({"next"})),
    ],
    ids=lambda link: link.url.removeprefix(SITE),
)
def test_articles(link: Link) -> None:
    assert article_likelihood(link) >= ARTICLE_THRESHOLD


@pytest.mark.parametrize(
    "link",
    [
        Link(SITE + "/", "Bladet: nyheder fra hele landet", Place.HEADER),
        Link(SITE + "/sport/", "Sport", Place.TEASER),
        Link(SITE + "/om-os/redaktionen", "Læs om redaktionen bag Bladet", Place.FOOTER),
        Link(SITE + "/privacy-policy", "How we use your personal data", Place.FOOTER),
        Link(SITE + "/ueber-uns", "Wer wir sind und was wir tun", Place.MAIN),
        Link(SITE + "/politica-de-privacidad", "Lea nuestra política de privacidad aquí", Place.MAIN),
        Link(SITE + "/tag/den-nye-bro", "Den nye bro", Place.TEASER),
        Link(SITE + "/autoren/103182359/deutsche-agentur", "Deutsche Agentur", Place.TEASER),
        Link(SITE + "/themen/gazastreifen-und-umgebung", "Mehr zum Thema", Place.TEASER, heading=True),
        Link(SITE + "/calendar/2026/05/12", "12", Place.MAIN),
        Link(SITE + "/arkiv/2026/05/", "Alle artikler fra maj 2026", Place.MAIN),
        Link(SITE + "/login?next=%2Findland%2F10001", "Log ind for at læse hele artiklen", Place.MAIN),
        Link(SITE + "/indland/?sort=new&view=grid", "Vis de nyeste artikler først", Place.MAIN),
        Link(SITE + "/indland/ny-strid-om-broen-10001.html?view=print", "Udskriv", Place.TEASER),
        Link(SITE + "/print/10001", "Udskriv artiklen om den nye bro", Place.MAIN),
        Link(SITE + "/filer/rapport-om-den-nye-bro.pdf", "Rapport om den nye bro", Place.MAIN),
        Link(SITE + "/rss/indland-og-udland.xml", "RSS", Place.FOOTER),
        Link("https://shop.bladet.example/kop-med-tryk", "Kop med tryk", Place.ASIDE),
        Link(SITE + "/video/", "Se de nyeste videoer fra Bladet", Place.ASIDE),
    ],
    ids=lambda link: link.url.removeprefix(SITE),
)
def test_other_pages(link: Link) -> None:
    assert article_likelihood(link) < ARTICLE_THRESHOLD


def test_the_reasons_are_for_people() -> None:
    reasons = {item.why for item in evidence(Link(SITE + "/tag/den-nye-bro", "Den nye bro", Place.FOOTER))}
    assert {"tag in the address", "3 words of text", "its place: footer"} <= reasons


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(Place), st.booleans())
def test_any_link_has_a_likelihood(path: str, text: str, place: Place, heading: bool) -> None:
    url = canonical(f"{SITE}/{path}")
    if url:
        assert 0 <= article_likelihood(Link(url, text, place, heading)) <= 1
