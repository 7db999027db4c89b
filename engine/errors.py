"""What every room may raise: one line that says what is wrong, where, and what to do."""


class OssaError(Exception):
    """A mistake or circumstance the user can act on; its text is one line, shown as it is."""


class SettingsError(OssaError):
    """A setting, preset or anatomy file that cannot be used."""


class DataError(OssaError):
    """A radiograph, landmark table or split that cannot be read."""


class WeightsError(OssaError):
    """A weights or checkpoint file that is not what it says, or does not fit."""


class ProjectError(OssaError):
    """A review project that cannot be opened, written or exported."""


class DeviceError(OssaError):
    """A device or precision that this machine does not offer."""
