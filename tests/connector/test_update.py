"""One update, from the user's click to the Status column."""

from connector_support import server, update


def test_a_good_update_calls_in_the_order_of_the_logs() -> None:
    sync = server()
    steps = list(update(sync).steps())
    assert sync.operations == [
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "closeConnection",
    ]
    assert steps[-3:] == [
        "QuickBooks: end session",
        "QuickBooks: close connection",
        "closeConnection",
    ]
