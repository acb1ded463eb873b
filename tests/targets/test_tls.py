"""A server behind a private certificate authority is steered with its ``ca_file``, and not without."""

import ssl
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from block_server import Handler
from targets_support import BLOCK, tiny

from qbsim.errors import SetUpProblem, UsageProblem


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    made = trustme.CA()
    path = tmp_path / "private.pem"
    made.cert_pem.write_to_path(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that does not trust us
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port, path
    server.shutdown()
    thread.join()
    server.server_close()


def changes(port: int, **connector: object) -> dict[str, object]:
    return {
        "start": None,
        "variables.base": f"https://localhost:{port}",
        **{f"connector.{name}": value for name, value in connector.items()},
    }


def test_a_private_authority_is_trusted_when_the_file_names_it(
    tmp_path: Path, served: tuple[int, Path]
) -> None:
    port, private = served
    with tiny(tmp_path, changes(port, ca_file=str(private))) as target:
        target.reset()
        assert target.list_blocks() == ()
        assert target.add_block(BLOCK)
        assert target.connection().ca_file == private


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_an_authority_that_cannot_be_read_is_the_file_s_mistake(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "authority.pem"
    if text is not None:
        path.write_text(text)
    with (
        tiny(tmp_path, changes(9, ca_file=str(path))) as target,
        pytest.raises(UsageProblem, match="ca_file"),
    ):
        target.list_blocks()


def test_an_unknown_authority_is_not_trusted(
    tmp_path: Path, served: tuple[int, Path], authority: Path
) -> None:
    port, _ = served
    for more in ({}, {"ca_file": str(authority)}):
        with (
            tiny(tmp_path, changes(port, **more)) as target,
            pytest.raises(SetUpProblem, match="certificate verify failed"),
        ):
            target.list_blocks()
