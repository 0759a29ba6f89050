"""Storage: the only package that writes below an output, and the way every file of a dataset is read.

A folder hands out what its modules are for, a module here what it is named for; nothing is handed out twice.

- `output`: the folder that a build writes, as a whole or not at all. `enclosure` keeps everybody else out of datasets.
- `folders`: files below one place, here or behind a URL.
- `filesystem` reads files, `delivery` writes single ones; `scratch` is for what does not fit into memory.
- Below them: `sink` hashes what it writes, `exchange` renames and flushes, `presence` tells what stands at a path;
  `failures` tells errors, `redaction` without secrets; `hashes`, and `dataset_files`, what the files of a dataset are
  called.
"""
