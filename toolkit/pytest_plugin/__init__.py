"""pytest plugin: `pytest --article-dataset DIR` runs the checks of a dataset as tests.

Every project whose environment has the toolkit loads this module and `hooks`: they import nothing but pytest. Where the
option is given, `collection` makes the tests, and `opened` is what the fixture gives to tests of the project's own.
"""

from toolkit.pytest_plugin.hooks import article_dataset, pytest_addoption, pytest_configure, pytest_generate_tests

__all__ = ["article_dataset", "pytest_addoption", "pytest_configure", "pytest_generate_tests"]
