"""What holds for all tests: no test is red because the machine was busy."""

from hypothesis import settings

_STANDARD = settings.get_profile(settings.get_current_profile_name())

settings.register_profile("without deadlines", _STANDARD, deadline=None)
settings.load_profile("without deadlines")
