"""Gives pip, and so pre-commit, the wheel: the released one for this source, or a compiled one.

pip calls these functions (PEP 517). install.py describes which release is used, how it is verified,
and which variables it reads.
"""

import pathlib

import install

MATURIN = "maturin>=1.16,<2"


def released_wheel():
    """The wheel of the release, or None if it has to be compiled."""
    try:
        return install.Release().wheel()
    except install.Unavailable as reason:
        install.say(f"compiling the program: {reason}")
        return None
    except install.Refused as reason:
        raise SystemExit(f"lambdacost: not installed: {reason}") from None


def get_requires_for_build_wheel(config_settings=None):
    return [] if released_wheel() else [MATURIN]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    released = released_wheel()
    if released:
        name, content, verified = released
        pathlib.Path(wheel_directory, name).write_bytes(content)
        install.say(f"taken from the release, {verified}: {name}")
        return name
    return maturin().build_wheel(wheel_directory, config_settings, metadata_directory)


def get_requires_for_build_sdist(config_settings=None):
    return [MATURIN]


def build_sdist(sdist_directory, config_settings=None):
    return maturin().build_sdist(sdist_directory, config_settings)


def maturin():
    import maturin as backend  # noqa: PLC0415: installed only where it is needed

    return backend
