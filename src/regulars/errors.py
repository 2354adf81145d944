"""Every error that Regulars raises on purpose, the exit code the command line gives it, and the one warning.

    RegularsError              1
    ├── ChecksFailed           1   the data broke a check or a reconciliation
    ├── TransformError         1   a dbt model or its test failed
    ├── InputError             2   a file, row or argument that cannot be used
    │   ├── ModelError         2   a saved model that cannot be trusted
    │   └── NotFitted          2   a model is asked before it has seen customers
    ├── SettingsError          2   regulars.toml or a REGULARS_* variable
    ├── WarehouseError         3   the warehouse is missing, damaged or unreachable
    ├── SourceUnreachable      3   a source did not answer
    ├── BusyError              3   all who could answer are at work
    ├── LockedError            4   another run holds the warehouse
    └── NewerIsLive            5   the live state is of a later day and was kept, as asked

A message names the facts and ends with the repair. `NotConverged` is a warning: there is an answer, and it may be
wrong.
"""


class RegularsError(Exception):
    """The root: catch this to catch everything Regulars raises on purpose."""

    exit_code = 1


class ChecksFailed(RegularsError):
    """The data broke a check or a reconciliation."""


class TransformError(RegularsError):
    """A dbt model failed, or a test of one found rows."""


class InputError(RegularsError):
    """A file, a row or an argument that cannot be used."""

    exit_code = 2


class ModelError(InputError):
    """A saved model that is truncated, tampered with or of another version."""


class NotFitted(InputError, ValueError, AttributeError):
    """A model is asked before it has seen customers; scikit-learn's error of this kind is both of the others too."""


class SettingsError(RegularsError):
    """Settings that contradict themselves or cannot be read; all problems at once."""

    exit_code = 2


class WarehouseError(RegularsError):
    """The warehouse is missing, damaged or unreachable."""

    exit_code = 3


class SourceUnreachable(RegularsError):
    """A source did not answer."""

    exit_code = 3


class BusyError(RegularsError):
    """Everybody who could answer is at work; asking again later helps."""

    exit_code = 3


class LockedError(RegularsError):
    """Another run holds the warehouse."""

    exit_code = 4


class NewerIsLive(RegularsError):
    """The live state is as of a later day than what was asked for, and was to be kept."""

    exit_code = 5


class NotConverged(UserWarning):
    """A model was fitted and did not reach a maximum of its likelihood: what it says may be far off."""
