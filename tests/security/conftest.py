"""The site as the tests of its pages see it."""

from tests.web.conftest import clock, data_dir, enter, manager_user, program, scene, site, stranger, supplier_user

__all__ = ["clock", "data_dir", "enter", "manager_user", "program", "scene", "site", "stranger", "supplier_user"]
