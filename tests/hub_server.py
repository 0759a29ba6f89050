"""A server that speaks the Hub's protocol to the real client: repositories, commits, tags, large files, faults.

Run it as a program: it prints its address and serves until it is ended. Everything is kept in memory.
`POST /_control/fault {"match": "PUT ", "at": 2, "kind": "drop-after", "times": 1}` makes the second request from now
that begins so fail, `GET /_control/requests` lists what was asked since; `POST /_control/meet 2` lets commits wait
until two of them are there; `/_control/edit` and `/_control/adopt` change a repository without a client, and after
`/_control/forget` the server knows nothing.
"""

import base64
import hashlib
import json
import re
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_ThisIsTheTokenOfTheTests00000000"
KINDS = ("drop-before", "drop-after", "429", "500", "half-body", "wrong-hash")
"""How a request fails; `401` and `403` may stand beside these, and `echo`, which gives back the credentials."""

ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
HEX = re.compile(rb"\b([0-9a-f]{64}|[0-9a-f]{40})\b")


def git_oid(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass
class Repo:
    """Commits by their id: what each holds, as (git oid, size, sha256 or None) by path."""

    commits: dict = field(default_factory=dict)
    refs: dict = field(default_factory=dict)
    private: bool = False

    def add(self, tree, ref, title):
        tree = dict(tree)
        content = json.dumps([sorted(tree.items()), self.refs.get(ref), title, len(self.commits)]).encode()
        sha = hashlib.sha1(content).hexdigest()
        self.commits[sha] = tree
        self.refs[ref] = sha
        return sha

    def resolve(self, revision):
        if revision in self.commits:
            return revision
        names = (revision, f"refs/heads/{revision}", f"refs/tags/{revision}")
        return next((self.refs[name] for name in names if name in self.refs), None)


class Hub:
    """All that the server knows."""

    def __init__(self):
        self.repos = {}
        self.blobs = {}
        self.large = {}
        self.requests = []
        self.fault = None
        self.matched = 0
        self.meeting = None
        self.lock = threading.RLock()

    def keep(self, data):
        oid = git_oid(data)
        self.blobs[oid] = data
        return oid, len(data), None

    def content(self, entry):
        oid, _, sha256 = entry
        return self.large[sha256] if sha256 else self.blobs[oid]


class Answer(Exception):  # noqa: N818
    """What is sent back."""

    def __init__(self, status=200, body=None, headers=None, data=None):
        self.status, self.headers = status, dict(headers or {})
        self.data = data if data is not None else json.dumps({} if body is None else body).encode()
        self.headers.setdefault("Content-Type", "application/json" if data is None else "application/octet-stream")


def missing(code):
    return Answer(404, {"error": code}, {"X-Error-Code": code})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub = Hub()

    def log_message(self, *arguments):
        pass

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.path.startswith("/_control/"):
            self.send(self.control(body))
            return
        if self.hub.meeting and "/commit/" in self.path:
            self.hub.meeting.wait(timeout=20)
        with self.hub.lock:
            self.hub.requests.append(f"{self.command} {self.path}")
            kind = self.due_fault()
            if kind == "drop-before":
                self.drop()
                return
            if kind in ("401", "403", "429", "500"):
                self.send(Answer(int(kind), {"error": "made to fail"}, {"X-Error-Message": "made to fail"}))
                return
            if kind == "echo":
                self.send(Answer(403, {"error": f"refused: {self.headers.get('Authorization')}"}))
                return
            answer = self.answer(body)
        if kind == "drop-after":
            self.drop()
        elif kind == "half-body":
            self.send(answer, half=True)
        else:
            self.send(spoilt(answer) if kind == "wrong-hash" else answer)

    do_GET = handle_any  # noqa: N815 - the names that the library calls
    do_POST = handle_any  # noqa: N815
    do_PUT = handle_any  # noqa: N815
    do_HEAD = handle_any  # noqa: N815

    def due_fault(self):
        fault = self.hub.fault
        if not fault or not self.hub.requests[-1].startswith(fault.get("match", "")):
            return None
        self.hub.matched += 1
        return fault["kind"] if fault["at"] <= self.hub.matched < fault["at"] + fault.get("times", 1) else None

    def drop(self):
        self.close_connection = True
        self.connection.shutdown(2)

    def send(self, answer, *, half=False):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.data[: len(answer.data) // 2] if half else answer.data)
        if half:
            self.wfile.flush()
            self.drop()

    def control(self, body):
        with self.hub.lock:
            if self.path == "/_control/fault":
                self.hub.fault, self.hub.requests, self.hub.matched = json.loads(body), [], 0
            elif self.path == "/_control/forget":
                type(self).hub = Hub()
            elif self.path == "/_control/meet":
                self.hub.meeting = threading.Barrier(json.loads(body)) if json.loads(body) else None
            elif self.path == "/_control/adopt":
                self.adopt(json.loads(body))
            elif self.path == "/_control/edit":
                order = json.loads(body)
                repo = self.hub.repos[order["repo"]]
                tree = dict(repo.commits[repo.refs["refs/heads/main"]])
                tree[order["path"]] = self.hub.keep(order["text"].encode())
                repo.add(tree, "refs/heads/main", "edit")
            elif self.path.startswith("/_control/repo/"):
                return Answer(body=self.describe(self.path.removeprefix("/_control/repo/")))
            return Answer(body=self.hub.requests)

    def adopt(self, order):
        """Make the files of a folder a release that was published before."""
        tree = {".gitattributes": self.hub.keep(ATTRIBUTES)}
        repo = self.hub.repos.setdefault(order["repo"], Repo())
        if not repo.refs:
            repo.add(tree, "refs/heads/main", "initial commit")
        folder = Path(order["folder"])
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            data, name = path.read_bytes(), path.relative_to(folder).as_posix()
            sha256 = hashlib.sha256(data).hexdigest()
            if name.endswith(".parquet"):
                self.hub.large[sha256] = data
                self.apply(tree, "lfsFile", {"path": name, "oid": sha256})
            else:
                tree[name] = self.hub.keep(data)
        repo.refs[f"refs/tags/{order['tag']}"] = repo.add(tree, "refs/heads/main", f"Release {order['tag']}")

    def describe(self, name):
        repo = self.hub.repos[name]
        return {
            "refs": repo.refs,
            "commits": {
                sha: {path: hashlib.sha256(self.hub.content(entry)).hexdigest() for path, entry in tree.items()}
                for sha, tree in repo.commits.items()
            },
        }

    def answer(self, body):
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        try:
            for method, pattern, act in ROUTES:
                found = re.fullmatch(pattern, path)
                if found and self.command in method:
                    return act(self, *found.groups(), body=body, query=query)
        except Answer as answer:
            return answer
        return Answer(404, {"error": f"no such route {self.command} {path}"})

    def authorized(self):
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def write_repo(self, name):
        if not self.authorized():
            raise Answer(401, {"error": "Invalid credentials"})
        return self.read_repo(name)

    def read_repo(self, name):
        repo = self.hub.repos.get(name)
        if repo is None or (repo.private and not self.authorized()):
            raise missing("RepoNotFound")
        return repo

    def read_tree(self, name, revision):
        repo = self.read_repo(name)
        sha = repo.resolve(revision)
        if sha is None:
            raise missing("RevisionNotFound")
        return sha, repo.commits[sha]

    def create_repo(self, body, query):
        order = json.loads(body)
        name = f"{order['organization']}/{order['name']}" if order.get("organization") else order["name"]
        if not self.authorized():
            return Answer(401, {"error": "Invalid credentials"})
        if name in self.hub.repos:
            return Answer(409, {"error": "You already created this dataset repo", "url": f"/datasets/{name}"})
        repo = self.hub.repos[name] = Repo(private=bool(order.get("private") or order.get("visibility") == "private"))
        repo.add({".gitattributes": self.hub.keep(ATTRIBUTES)}, "refs/heads/main", "initial commit")
        return Answer(body={"url": f"http://{self.headers['Host']}/datasets/{name}", "name": name})

    def validate_yaml(self, body, query):
        return Answer(body={"errors": [], "warnings": []})

    def preupload(self, name, revision, body, query):
        repo = self.write_repo(name)
        tree = repo.commits[repo.resolve(revision)]
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".parquet") else "regular",
                "shouldIgnore": False,
                "oid": (tree[file["path"]][2] or tree[file["path"]][0]) if file["path"] in tree else None,
            }
            for file in json.loads(body)["files"]
        ]
        return Answer(body={"files": modes})

    def lfs_batch(self, name, body, query):
        self.write_repo(name)
        host = f"http://{self.headers['Host']}"
        objects = []
        for wanted in json.loads(body)["objects"]:
            entry = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.hub.large:
                entry["actions"] = {
                    "upload": {"href": f"{host}/_lfs/{wanted['oid']}?signature=OnlyForThisUpload"},
                    "verify": {"href": f"{host}/_lfs_verify"},
                }
            objects.append(entry)
        return Answer(body={"objects": objects, "transfer": "basic"})

    def lfs_put(self, sha256, body, query):
        if hashlib.sha256(body).hexdigest() != sha256:
            return Answer(400, {"error": "the hash differs"})
        self.hub.large[sha256] = body
        return Answer()

    def lfs_verify(self, body, query):
        order = json.loads(body)
        kept = self.hub.large.get(order["oid"])
        return Answer() if kept is not None and len(kept) == order["size"] else Answer(422, {"error": "not there"})

    def commit(self, name, revision, body, query):
        repo = self.write_repo(name)
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        header = lines[0]["value"]
        head = repo.refs[f"refs/heads/{revision}"]
        if header.get("parentCommit", head) != head:
            return Answer(412, {"error": "A commit has happened since. Please refresh and try again."})
        tree = dict(repo.commits[head])
        for line in lines[1:]:
            self.apply(tree, line["key"], line["value"])
        request = query.get("create_pr") == ["1"]
        number = 1 + sum(ref.startswith("refs/pr/") for ref in repo.refs)
        sha = repo.add(tree, f"refs/pr/{number}" if request else f"refs/heads/{revision}", header["summary"])
        base = f"http://{self.headers['Host']}/datasets/{name}"
        return Answer(
            body={
                "commitUrl": f"{base}/commit/{sha}",
                "commitOid": sha,
                "pullRequestUrl": f"{base}/discussions/{number}" if request else None,
            }
        )

    def apply(self, tree, key, value):
        if key == "deletedFile":
            del tree[value["path"]]
        elif key == "lfsFile":
            if value["oid"] not in self.hub.large:
                raise Answer(400, {"error": "LFS pointer pointed to a file that does not exist"})
            data = self.hub.large[value["oid"]]
            tree[value["path"]] = (git_oid(value["oid"].encode()), len(data), value["oid"])
        else:
            tree[value["path"]] = self.hub.keep(base64.b64decode(value["content"]))

    def tag(self, name, revision, body, query):
        repo = self.write_repo(name)
        ref, commit = f"refs/tags/{json.loads(body)['tag']}", repo.resolve(revision)
        if commit is None:
            return missing("RevisionNotFound")
        if ref in repo.refs:
            return Answer(409, {"error": "Tag reference exists already"})
        repo.refs[ref] = commit
        return Answer()

    def list_refs(self, name, body, query):
        repo = self.read_repo(name)

        def named(prefix):
            return [
                {"name": ref.removeprefix(prefix), "ref": ref, "targetCommit": sha}
                for ref, sha in repo.refs.items()
                if ref.startswith(prefix)
            ]

        requests = named("refs/pr/") if "include_prs" in query else []
        return Answer(
            body={
                "branches": named("refs/heads/"),
                "tags": named("refs/tags/"),
                "converts": [],
                "pullRequests": requests,
            }
        )

    def list_tree(self, name, revision, folder, body, query):
        _, tree = self.read_tree(name, revision)
        prefix = f"{folder.strip('/')}/" if folder and folder.strip("/") else ""
        recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        below = {path: entry for path, entry in tree.items() if path.startswith(prefix)}
        if prefix and not below:
            raise missing("EntryNotFound")
        found = [described(path, entry) for path, entry in below.items() if recursive or "/" not in path[len(prefix) :]]
        folders = {prefix + path[len(prefix) :].partition("/")[0] for path in below if "/" in path[len(prefix) :]}
        return Answer(
            body=[*({"type": "directory", "path": path, "oid": "0" * 40} for path in sorted(folders)), *found]
        )

    def paths_info(self, name, revision, body, query):
        _, tree = self.read_tree(name, revision)
        if (self.headers.get("Content-Type") or "").startswith("application/json"):
            paths = json.loads(body)["paths"]
        else:
            paths = parse_qs(body.decode()).get("paths", [])
        folders = [path for path in paths if path not in tree and any(other.startswith(f"{path}/") for other in tree)]
        return Answer(
            body=[
                *(described(path, tree[path]) for path in paths if path in tree),
                *({"type": "directory", "path": path, "oid": "0" * 40} for path in folders),
            ]
        )

    def info(self, name, revision, body, query):
        sha, tree = self.read_tree(name, revision or "main")
        repo = self.hub.repos[name]
        return Answer(
            body={
                "_id": "0" * 24,
                "id": name,
                "sha": sha,
                "private": repo.private,
                "gated": False,
                "disabled": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "siblings": [{"rfilename": path} for path in tree],
            }
        )

    def resolve(self, name, revision, path, body, query):
        sha, tree = self.read_tree(name, revision)
        if path not in tree:
            raise missing("EntryNotFound")
        oid, size, sha256 = tree[path]
        data = self.hub.content(tree[path])
        headers = {"X-Repo-Commit": sha, "ETag": f'"{sha256 or oid}"', "Accept-Ranges": "bytes"}
        if sha256:
            headers |= {"X-Linked-ETag": f'"{sha256}"', "X-Linked-Size": str(size)}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if not asked:
            return Answer(200, headers=headers, data=data)
        start, end = int(asked[1]), min(int(asked[2] or size), size - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        return Answer(206, headers=headers, data=data[start : end + 1])


def described(path, entry):
    oid, size, sha256 = entry
    lfs = {"lfs": {"oid": sha256, "size": size, "pointerSize": 130}} if sha256 else {}
    return {"type": "file", "path": path, "oid": oid, "size": size, **lfs}


def spoilt(answer):
    """The answer with every hash in it another one; of a file, its middle byte."""
    if answer.headers["Content-Type"] == "application/json":
        answer.data = HEX.sub(
            lambda found: bytes([ord("1") if found[0][:1] == b"0" else ord("0")]) + found[0][1:], answer.data
        )
    elif answer.data:
        middle = len(answer.data) // 2
        answer.data = answer.data[:middle] + bytes([answer.data[middle] ^ 1]) + answer.data[middle + 1 :]
    return answer


NAME = r"([\w.-]+/[\w.-]+)"
ROUTES = [
    ("POST", "/api/repos/create", Handler.create_repo),
    ("POST", "/api/validate-yaml", Handler.validate_yaml),
    ("POST", rf"/api/datasets/{NAME}/preupload/(.+)", Handler.preupload),
    ("POST", rf"/datasets/{NAME}\.git/info/lfs/objects/batch", Handler.lfs_batch),
    ("PUT", r"/_lfs/([0-9a-f]{64})", Handler.lfs_put),
    ("POST", "/_lfs_verify", Handler.lfs_verify),
    ("POST", rf"/api/datasets/{NAME}/commit/(.+)", Handler.commit),
    ("POST", rf"/api/datasets/{NAME}/tag/(.+)", Handler.tag),
    ("GET", rf"/api/datasets/{NAME}/refs", Handler.list_refs),
    ("GET", rf"/api/datasets/{NAME}/tree/((?:refs/pr/)?[^/]+)(/.*)?", Handler.list_tree),
    ("POST", rf"/api/datasets/{NAME}/paths-info/((?:refs/pr/)?[^/]+)", Handler.paths_info),
    ("GET", rf"/api/datasets/{NAME}(?:/revision/(.+))?", Handler.info),
    ("GET", r"/api/datasets/([\w.-]+)(?:/revision/(.+))?", Handler.info),  # a name without an owner
    ("GET HEAD", rf"/datasets/{NAME}/resolve/((?:refs/pr/)?[^/]+)/(.+)", Handler.resolve),
]


@contextmanager
def running_hub():
    """The address of a server in a process of its own, which ends with the `with`."""
    import subprocess

    server = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving.daemon_threads = True
    print(f"http://127.0.0.1:{serving.server_address[1]}", flush=True)
    serving.serve_forever()
