"""Folders: files below one place, on this machine or behind a URL, read and written by relative path.

`folder` opens one and has those of this machine, `remote` those of others, to which `urls` finds the way.
"""

from toolkit.storage.folders.folder import Folder, LocalFolder, open_folder
from toolkit.storage.folders.remote import map_url_errors
from toolkit.storage.folders.urls import is_web, locate, url_failures

__all__ = ["Folder", "LocalFolder", "is_web", "locate", "map_url_errors", "open_folder", "url_failures"]
