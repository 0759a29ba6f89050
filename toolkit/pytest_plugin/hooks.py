"""What pytest calls: the option, the fixture, and the registration of the rest where the option is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from toolkit.pytest_plugin.opened import ArticleDataset

_OPTION = "article_datasets"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--article-dataset`."""
    parser.getgroup("article dataset").addoption(
        "--article-dataset",
        dest=_OPTION,
        action="append",
        default=[],
        metavar="DIR",
        help="Check a dataset that the toolkit built, one test per check and shard; may be given several times.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect the checks of the datasets that are named; UsageError if one of them is no dataset."""
    if config.getoption(_OPTION):
        from toolkit.pytest_plugin.collection import DatasetChecks  # noqa: PLC0415 - costs nothing without the option

        config.pluginmanager.register(DatasetChecks(config, config.getoption(_OPTION)), "article-dataset-checks")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that wants `article_dataset` once for each dataset that is named."""
    named = metafunc.config.getoption(_OPTION)
    if named and "article_dataset" in metafunc.fixturenames:
        metafunc.parametrize("article_dataset", named, indirect=True, scope="session")


@pytest.fixture(scope="session")
def article_dataset(request: pytest.FixtureRequest) -> ArticleDataset:
    """The dataset that `--article-dataset` names, opened; the test is skipped where none is named."""
    if not hasattr(request, "param"):
        pytest.skip("no --article-dataset is given")
    from toolkit.pytest_plugin.opened import ArticleDataset  # noqa: PLC0415 - costs nothing without the option

    return ArticleDataset(request.config.invocation_params.dir / request.param)
