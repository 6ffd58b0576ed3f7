"""One switch for how much a lesson trains: `COURSE_PROFILE`, or an argument."""

import os

from course.errors import unknown

PROFILES = {
    "smoke": "seconds: shows that everything runs, and learns next to nothing",
    "lesson": "minutes on two processor cores or a free GPU",
    "full": "the paper's data and recipe, on a GPU",
}


def profile(name=None):
    """Return the profile in force: the one named, or `COURSE_PROFILE`, or "lesson".

    Raises a `ValueError` for a name that is not in `PROFILES`.
    """
    name = name or os.environ.get("COURSE_PROFILE") or "lesson"
    if name not in PROFILES:
        raise unknown("profile", name, PROFILES)
    return name


def by_profile(*, smoke, lesson, full, profile=None):
    """Return the value for the profile in force.

    >>> by_profile(smoke=1, lesson=8, full=182, profile="full")
    182
    """
    return {"smoke": smoke, "lesson": lesson, "full": full}[_profile(profile)]


_profile = profile  # `by_profile` has an argument of this name
