"""The hooks for pre-commit and the action for GitHub, run by pre-commit and by bash."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from commands import toolkit_command

ROOT = Path(__file__).parents[1]
COMMAND = toolkit_command()
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL, VALIDATE = ACTION["runs"]["steps"]

PAGE = "عنوان\nتاريخ النشر: 20th, September 2023 GMT\nنص الخبر في سطر واحد من الكلام\nالمصدر: الراي\n"
BAD_PAGE = PAGE.replace("20th, September", "31st, February")


def run(*command, cwd, **variables):
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(COMMAND.parent), str(Path(sys.executable).parent), os.environ["PATH"]]),
        **variables,
    }
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="session")
def validate():
    """Skips the test until there is a `toolkit validate`."""
    if run(COMMAND, "validate", "--help", cwd=ROOT).returncode != 0:
        pytest.skip("`toolkit validate --help` fails")


# pre-commit

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{role}_{field}": value
        for role in ("AUTHOR", "COMMITTER")
        for field, value in (("NAME", "t"), ("EMAIL", "t@t"))
    },
}


def git(folder, *arguments):
    done = run("git", *arguments, cwd=folder, **GIT)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit_all(folder):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "files")
    return git(folder, "rev-parse", "HEAD")


class Repository:
    """A repository of pages that uses a hook of ours.

    It runs the toolkit that is installed here: what `language: python` would install needs the network.
    """

    def __init__(self, folder):
        self.folder = folder / "pages"
        self.hooks = folder / "hooks"
        self.cache = folder / "cache"
        for repository in (self.folder, self.hooks):
            repository.mkdir()
            git(repository, "init", "--quiet")
        shutil.copy(HOOKS, self.hooks)
        self.revision = commit_all(self.hooks)

    def write(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, "utf-8")

    def pre_commit(self, hook, **options):
        hook = {"id": hook, "language": "system", "verbose": True, **options}
        config = {"repos": [{"repo": str(self.hooks), "rev": self.revision, "hooks": [hook]}]}
        self.write(".pre-commit-config.yaml", yaml.safe_dump(config))
        git(self.folder, "add", "--all")
        return run("pre-commit", "run", "--color=never", cwd=self.folder, PRE_COMMIT_HOME=str(self.cache), **GIT)


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def test_pre_commit_accepts_the_hooks():
    assert run("pre-commit", "validate-manifest", str(HOOKS), cwd=ROOT).returncode == 0


def test_the_pages_hook_gets_the_names_of_raw_pages(repository):
    for path in ("raw/a.txt", "news/raw/خبر ب.txt", "notes.txt", "raw/read.md"):
        repository.write(path, PAGE)
    done = repository.pre_commit("toolkit-validate-pages", entry="printf '<%s>'")
    assert done.returncode == 0, done.stdout
    assert "<news/raw/خبر ب.txt><raw/a.txt>" in done.stdout
    assert "notes.txt" not in done.stdout
    assert "read.md" not in done.stdout


def test_the_pages_hook_gets_pages_that_are_no_text_too(repository):
    repository.write("raw/a.txt", "\0\1\2")
    assert "<raw/a.txt>" in repository.pre_commit("toolkit-validate-pages", entry="printf '<%s>'").stdout


def test_the_pages_hook_does_not_run_for_other_files(repository):
    repository.write("notes.txt", PAGE)
    assert "(no files to check)Skipped" in repository.pre_commit("toolkit-validate-pages").stdout


def test_the_dataset_hook_gets_the_folder_and_no_names(repository):
    repository.write("dist/manifest.json", "{}")
    done = repository.pre_commit("toolkit-validate-dataset", entry="printf '<%s>'")
    assert "<dist>" in done.stdout
    assert "manifest.json" not in done.stdout


def test_the_dataset_hook_takes_another_folder(repository):
    repository.write("release/manifest.json", "{}")
    options = {"args": ["release"], "files": "^release/"}
    done = repository.pre_commit("toolkit-validate-dataset", entry="printf '<%s>'", **options)
    assert "<release>" in done.stdout


def test_good_pages_pass_the_pages_hook(repository, validate):
    repository.write("raw/a.txt", PAGE)
    repository.write("raw/b.txt", PAGE.replace("الراي", "البوابة نيوز"))
    done = repository.pre_commit("toolkit-validate-pages")
    assert done.returncode == 0, done.stdout


def test_pages_of_one_name_in_two_folders_pass_the_pages_hook(repository, validate):
    repository.write("raw/monday/a.txt", PAGE)
    repository.write("raw/tuesday/a.txt", PAGE.replace("الراي", "البوابة نيوز"))
    done = repository.pre_commit("toolkit-validate-pages")
    assert done.returncode == 0, done.stdout


def test_a_bad_page_fails_the_pages_hook_with_its_place(repository, validate):
    repository.write("raw/a.txt", PAGE)
    repository.write("raw/b.txt", BAD_PAGE)
    done = repository.pre_commit("toolkit-validate-pages")
    assert done.returncode == 1
    assert "- exit code: 1" in done.stdout
    assert "raw/b.txt:2:14: P203" in done.stdout
    assert "raw/a.txt:2:" not in done.stdout


def test_a_dataset_passes_the_dataset_hook_until_a_bit_of_it_flips(repository, validate):
    built = run("toolkit", "build", str(ROOT / "raw"), "--out", "dist", cwd=repository.folder)
    assert built.returncode == 0, built.stderr
    done = repository.pre_commit("toolkit-validate-dataset")
    assert done.returncode == 0, done.stdout
    shard = repository.folder / "dist" / "data" / "train-00000-of-00001.parquet"
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    done = repository.pre_commit("toolkit-validate-dataset")
    assert done.returncode == 1
    assert "- exit code: 5" in done.stdout
    assert "dist/data/train-00000-of-00001.parquet" in done.stdout


# The action

STAND_IN = """\
import json, os, sys

def main():
    print(json.dumps(sys.argv[1:], ensure_ascii=False))
    sys.exit(int(os.environ.get("STAND_IN_EXIT", "0")))
"""


class Runner:
    """Runs the steps of the action with the variables that GitHub's runner sets, as its `shell: bash` does."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {name: folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in self.files.values():
            file.touch()
        self.temporary = folder / "runner temp"
        self.temporary.mkdir()

    def step(self, step, inputs, **variables):
        inputs = {name: str(inputs.get(name, field.get("default", ""))) for name, field in ACTION["inputs"].items()}
        values = {name: inputs[value[len("${{ inputs.") : -len(" }}")]] for name, value in step["env"].items()}
        script = self.folder / "step.sh"
        script.write_text(step["run"], "utf-8")
        return run(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script),
            cwd=self.folder, RUNNER_TEMP=str(self.temporary), GITHUB_ACTIONS="true",
            **{name: str(file) for name, file in self.files.items()}, **values, **variables,
        )  # fmt: skip

    def install_here(self):
        """What the first step leaves, but with the toolkit that is installed here."""
        folder = self.temporary / "article-toolkit" / "bin"
        folder.mkdir(parents=True)
        (folder / "toolkit").symlink_to(COMMAND)

    def install_stand_in(self):
        """The same, with a command that prints its arguments."""
        folder = self.temporary / "article-toolkit" / "bin"
        folder.mkdir(parents=True)
        command = folder / "toolkit"
        command.write_text(f"#!{sys.executable}\n{STAND_IN}\nmain()\n")
        command.chmod(0o755)

    def read(self, name):
        return self.files[name].read_text("utf-8")


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def test_no_input_is_pasted_into_a_script():
    assert "${{" not in INSTALL["run"] + VALIDATE["run"]
    assert [step["shell"] for step in (INSTALL, VALIDATE)] == ["bash", "bash"]


def test_the_inputs_of_the_action():
    defaults = {name: field.get("default") for name, field in ACTION["inputs"].items()}
    assert defaults == {"paths": None, "format": "github", "args": "", "version": "", "python": "python3"}
    assert ACTION["inputs"]["paths"]["required"] is True


def test_the_output_of_the_action_is_the_exit_code():
    assert ACTION["outputs"]["exit-code"]["value"] == "${{ steps.validate.outputs.exit-code }}"
    assert VALIDATE["id"] == "validate"


def write_wheel(folder, version):
    """A wheel of a distribution of our name whose command prints its arguments."""
    info = f"article_toolkit-{version}.dist-info"
    files = {
        "stand_in.py": STAND_IN,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: article-toolkit\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ntoolkit = stand_in:main\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"article_toolkit-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(name, text)


def test_the_first_step_installs_the_version_and_the_second_runs_it(runner, tmp_path):
    write_wheel(tmp_path, "9.9.8")
    write_wheel(tmp_path, "9.9.9")
    inputs = {"paths": "raw", "version": "9.9.8", "python": sys.executable}
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    done = runner.step(INSTALL, inputs, **offline)
    assert done.returncode == 0, done.stderr
    freeze = run(runner.temporary / "article-toolkit/bin/python", "-m", "pip", "freeze", cwd=tmp_path).stdout
    assert "article-toolkit" in freeze
    assert "9.9.8" in freeze
    assert json.loads(runner.step(VALIDATE, inputs).stdout) == ["validate", "--format", "github", "--", "raw"]


def test_without_a_version_the_action_installs_what_it_comes_with(runner, tmp_path):
    commands = tmp_path / "python"
    commands.write_text(f'#!{sys.executable}\nimport sys\nprint("asked", sys.argv[1:])\n')
    commands.chmod(0o755)
    (runner.temporary / "article-toolkit" / "bin").mkdir(parents=True)
    (runner.temporary / "article-toolkit" / "bin" / "python").symlink_to(commands)
    done = runner.step(INSTALL, {"paths": "raw", "python": commands}, GITHUB_ACTION_PATH="/actions/toolkit v1")
    assert done.stdout.splitlines()[-1].endswith("'--', '/actions/toolkit v1']")


def test_paths_are_one_a_line_and_options_are_split_at_white_space(runner):
    runner.install_stand_in()
    inputs = {
        "paths": "raw\n--news of today\n\n$(exit 1)\n",
        "args": "--ignore  P222\n--max-diagnostics 5",
        "format": "json",
    }
    assert json.loads(runner.step(VALIDATE, inputs).stdout) == [
        "validate", "--format", "json", "--ignore", "P222", "--max-diagnostics", "5",
        "--", "raw", "--news of today", "$(exit 1)",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["0", "1", "5", "70"])
def test_the_exit_code_is_kept(runner, code):
    runner.install_stand_in()
    assert runner.step(VALIDATE, {"paths": "raw"}, STAND_IN_EXIT=code).returncode == int(code)
    assert runner.read("GITHUB_OUTPUT") == f"exit-code={code}\n"


def test_the_action_passes_good_pages(runner, validate):
    runner.install_here()
    (runner.folder / "raw").mkdir()
    (runner.folder / "raw" / "a.txt").write_text(PAGE, "utf-8")
    done = runner.step(VALIDATE, {"paths": "raw"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "::error" not in done.stdout
    assert runner.read("GITHUB_OUTPUT") == "exit-code=0\n"
    assert runner.read("GITHUB_STEP_SUMMARY").startswith("### toolkit validate")


def test_the_action_annotates_a_bad_page_and_writes_the_summary(runner, validate):
    runner.install_here()
    (runner.folder / "raw").mkdir()
    (runner.folder / "raw" / "b.txt").write_text(BAD_PAGE, "utf-8")
    (runner.folder / "github_step_summary").write_text("of another command\n")
    done = runner.step(VALIDATE, {"paths": "raw"})
    assert done.returncode == 1
    assert "::error file=raw/b.txt,line=2,col=14,title=P203 unreadable date::" in done.stdout
    assert runner.read("GITHUB_OUTPUT") == "exit-code=1\n"
    assert runner.read("GITHUB_STEP_SUMMARY").startswith("of another command\n### toolkit validate")
    assert "| P203 | unreadable date | 1 |" in runner.read("GITHUB_STEP_SUMMARY")


def test_the_action_writes_sarif_where_the_options_say(runner, validate):
    runner.install_here()
    (runner.folder / "raw").mkdir()
    (runner.folder / "raw" / "b.txt").write_text(BAD_PAGE, "utf-8")
    done = runner.step(VALIDATE, {"paths": "raw", "format": "sarif", "args": "--output findings.sarif"})
    assert done.returncode == 1
    run_of_tool = json.loads((runner.folder / "findings.sarif").read_text("utf-8"))["runs"][0]
    assert [result["ruleId"] for result in run_of_tool["results"] if result["level"] == "error"] == ["P203"]
    assert run_of_tool["tool"]["driver"]["version"] == version("article-toolkit")


# A step that runs below the root of the repository


@pytest.mark.parametrize(
    ("given", "shown"),
    [("raw", "news/raw/b.txt"), ("../others", "others/b.txt"), ("{root}/others", "{root}/others/b.txt")],
)
def test_findings_name_files_from_the_root_of_the_repository(tmp_path, given, shown):
    for folder in ("news/raw", "others"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "b.txt").write_text(BAD_PAGE, "utf-8")
    command = ["toolkit", "validate", given.format(root=tmp_path), "--select", "P203", "--format"]
    github = run(*command, "github", cwd=tmp_path / "news", GITHUB_WORKSPACE=str(tmp_path)).stdout
    assert github.startswith(f"::error file={shown.format(root=tmp_path)},line=2,col=14,")
    sarif = json.loads(run(*command, "sarif", cwd=tmp_path / "news", GITHUB_WORKSPACE=str(tmp_path)).stdout)
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place.removeprefix("file://") == shown.format(root=tmp_path)


@pytest.mark.parametrize("workspace", ["{root}/raw", "{root}/elsewhere", ""])
def test_a_step_outside_of_the_repository_names_files_as_they_were_given(tmp_path, workspace):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "b.txt").write_text(BAD_PAGE, "utf-8")
    done = run(
        "toolkit",
        "validate",
        "raw",
        "--format",
        "github",
        cwd=tmp_path,
        GITHUB_WORKSPACE=workspace.format(root=tmp_path),
    )
    assert done.stdout.startswith("::error file=raw/b.txt,line=2,col=14,")
