"""Settings as TOML: a tree of frozen dataclasses that round-trips, checked entry by entry."""

import tomllib
import types
import typing
from collections.abc import Callable, Collection
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, get_args, get_origin

from engine.errors import SettingsError

Settings = TypeVar("Settings")


class RunSettings(Protocol):
    """Settings that are written beside what they made."""

    def to_toml(self) -> str: ...


def settings_to_toml(settings: Any) -> str:
    """A dataclass of settings as TOML; what is None is left out."""
    import tomli_w

    return tomli_w.dumps({k: v for k, v in asdict(settings).items() if v is not None})


def settings_from_toml(kind: type[Settings], text: str, source: str = "settings") -> Settings:
    """Read what `settings_to_toml` wrote, or a file of a user's.

    Raises:
        SettingsError: an unknown, missing or ill-typed entry, named.
    """
    try:
        return _build(kind, tomllib.loads(text), "")
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise SettingsError(f"{source}: {error}") from error


def settings_named(
    preset_or_file: str,
    presets: Collection[str],
    preset: Callable[[str], Settings],
    from_toml: Callable[[str, str], Settings],
) -> Settings:
    """The settings of a preset's name or of a TOML file.

    Args:
        presets: their names; preset: gives the settings of a name; from_toml: reads the text of a
            file, which it is told the name of.

    Raises:
        SettingsError: no such preset or file, or a file that does not hold settings.
    """
    path = Path(preset_or_file)
    if preset_or_file in presets or path.suffix != ".toml":
        return preset(preset_or_file)
    try:
        return from_toml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError(f"cannot read settings {path}: {error.strerror}") from error


def _build(kind: Any, value: Any, where: str) -> Any:
    """Check `value`, as TOML gave it, against the type `kind`; ValueError names the entry."""
    if get_origin(kind) in (types.UnionType, typing.Union):
        options = [option for option in get_args(kind) if option is not type(None)]
        named = [name for option in options for name in get_args(option)]
        kind = options[0] if len(options) == 1 else Literal[tuple(named)]
    if is_dataclass(kind):
        return _build_dataclass(typing.cast(type, kind), value, where)
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{where} is {value!r}, expected one of {', '.join(get_args(kind))}")
        return value
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{where} is {value!r}, expected a list")
        inner = get_args(kind)[0]
        return tuple(_build(inner, item, f"{where}[{i}]") for i, item in enumerate(value))
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{where} is {value!r}, expected {kind.__name__}")
    return value


def _build_dataclass(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{where or 'the file'} must be a table")
    known = {entry.name: entry for entry in fields(kind)}
    for name in value:
        if name not in known:
            raise ValueError(f"unknown entry '{_join(where, name)}'")
    hints = typing.get_type_hints(kind)
    built = {name: _build(hints[name], item, _join(where, name)) for name, item in value.items()}
    try:
        return kind(**built)
    except TypeError as error:
        raise ValueError(f"{where or 'the file'}: {error}") from error


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
