"""What must be said before any test module is imported."""

import os
import signal

# The Hub's client reads its switches once, when it is first imported.
os.environ.update(HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1")

# A shell lets what it starts in the background ignore interrupts, nohup hang-ups: every process would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Now, so that no test's own environment becomes that of the client in the tests that follow, and no test that runs the
# command line in this process, which goes without hypothesis, takes it from them.
import huggingface_hub.constants  # noqa: E402, F401
import hypothesis  # noqa: E402
import pytest  # noqa: E402

from toolkit.engines.workers import start_forkserver  # noqa: E402
from toolkit.preloads import BUILD, READ  # noqa: E402

# How long an example takes is for bench/ to tell: no test fails on a busy machine.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="module", autouse=True)
def _forkserver():
    """It keeps what its first user has it import: after one who needs little, each worker would import all the rest."""
    start_forkserver([*BUILD, *READ, "toolkit.inspection.page_passes"])
