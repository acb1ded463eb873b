"""Reading a posted form: URL-encoded, or multipart with a file, both as text fields."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from qbharness.servers.problems import BadInput, Unsupported

_MOST_FIELDS: Final = 100


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Name to value; of a name that comes twice, the last non-empty value counts."""
    kind, _, parameters = content_type.partition(";")
    try:
        if kind.strip() == "application/x-www-form-urlencoded":
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        elif kind.strip() == "multipart/form-data":
            pairs = _multipart(parameters, body)
        else:
            raise Unsupported("The body is not a form.")
    except UnicodeDecodeError:
        raise BadInput("The form is not in UTF-8. Save the file as UTF-8 and try again.") from None
    except ValueError as problem:
        raise BadInput(f"The form cannot be read: {problem}") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields[name] = value.replace("\r\n", "\n") or fields.get(name, "")
    return fields


def _multipart(parameters: str, body: bytes) -> list[tuple[str, str]]:
    from python_multipart import multipart  # noqa: PLC0415 - only an upload needs it

    _, options = multipart.parse_options_header(f"multipart/form-data;{parameters}")
    pairs: list[tuple[str, str]] = []
    parser = multipart.FormParser(
        "multipart/form-data",
        on_field=lambda field: pairs.append((_text(field.field_name), _text(field.value))),
        on_file=lambda file: pairs.append((_text(file.field_name), _content(file))),
        boundary=options.get(b"boundary", b""),
        config={"MAX_MEMORY_FILE_SIZE": len(body) + 1},
    )
    parser.write(body)
    parser.finalize()
    if len(pairs) > _MOST_FIELDS:
        raise ValueError("it has too many fields")
    return pairs


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode()


def _content(file: object) -> str:
    opened = file.file_object  # type: ignore[attr-defined]
    opened.seek(0)
    text: str = opened.read().decode("utf-8-sig")
    return text
