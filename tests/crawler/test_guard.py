"""Only public addresses are fetched, however an address is written."""

import ipaddress

import pytest

from crawler.config import Config
from crawler.guard import AddressRefusedError, Guard, literal_address

CLOSED = Guard()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "::ffff:10.0.0.1",
        "[::ffff:7f00:1]",
        "fe80::1%eth0",
        "fc00::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "2001:0:7f00:1::",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "127.0.0.1.",
        "0x7f.1",
        "017700000001",
        "198.18.0.1",
        "192.0.2.1",
        "255.255.255.255",
    ],
)
def test_an_address_that_is_not_public_is_refused(host):
    with pytest.raises(AddressRefusedError, match="allow_addresses"):
        CLOSED.check(host)


@pytest.mark.parametrize(
    "host",
    [
        "93.184.215.14",
        "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]",
        "64:ff9b::5db8:d70e",
        "2002:5db8:d70e::",
        "news.example",
        "1e100.example",
    ],
)
def test_public_addresses_and_names_pass(host):
    CLOSED.check(host)


def test_a_range_can_be_allowed():
    guard = Guard.of(Config(allow_addresses=("127.0.0.0/8",)))
    guard.check("127.0.0.1")
    guard.check("2130706433")
    with pytest.raises(AddressRefusedError):
        guard.check("10.0.0.1")


def test_a_name_is_no_address():
    assert literal_address("news.example") is None
    assert literal_address("127.1") == ipaddress.ip_address("127.0.0.1")
