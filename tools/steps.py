"""The steps of `make test`, as data: what each runs, where, and what its output must or must not say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from stage import BUILD, PACKAGE, ROOT, TREE

Command = tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One check. `{python_version}` in a command becomes that of the environment, such as 3.11."""

    name: str
    does: str
    commands: tuple[Command, ...]
    cwd: Path = TREE
    needs: str = ""  # a pattern below the repository's root; while nothing matches, the step is skipped
    env: tuple[tuple[str, str], ...] = ()
    wanted: str = ""  # some line must match this
    unwanted: str = ""  # no line may match this, whatever the exit status
    excused: str = ""  # but a line that matches this is let pass
    # It writes nothing that another step uses: neither into the staged tree nor into the folders of Ansible's tools.
    # Of the others one runs at a time, in their order.
    free: bool = False


def _version() -> str:
    found = re.search(r"^version: *(\S+)", (ROOT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise SystemExit("galaxy.yml has no version")
    return found[1]


ARTIFACT = str(BUILD / f"dist/voip-rps-{_version()}.tar.gz")
IN_TREE = str(PACKAGE)
UNIT_ENV = (
    ("PYTHONPATH", str(BUILD)),
    ("COVERAGE_FILE", str(BUILD / "coverage/data")),
    ("HYPOTHESIS_NO_PLUGINS", "1"),  # those of what browsers and tools need: each process would import them
)
SANITY = ("ansible-test", "sanity", "--local", "--color", "no")
ALL_SKIPPED = "^WARNING: All targets skipped"
PYTEST = ("pytest", "-n", "2", "--dist", "worksteal", "-o", f"cache_dir={BUILD / 'pytest'}")

STEPS = (
    Step("ruff", "ruff check", (("ruff", "check", "."),), cwd=ROOT, free=True),
    Step("format", "ruff format --check", (("ruff", "format", "--check", "."),), cwd=ROOT, free=True),
    Step(
        "mypy",
        "mypy on plugins, tests and tools",
        (
            (
                "mypy",
                "--config-file",
                f"{IN_TREE}/pyproject.toml",
                *(f"{IN_TREE}/{part}" for part in ("plugins", "tests", "tools") if (ROOT / part).exists()),
            ),
        ),
        cwd=BUILD,
        free=True,
    ),
    Step("yamllint", "yamllint --strict", (("yamllint", "--strict", "."),), free=True),
    Step(
        "workflows",
        "zizmor and actionlint on .github",
        (
            (
                "zizmor",
                "--offline",
                "--no-progress",
                "--strict-collection",
                "--persona",
                "pedantic",
                str(ROOT / ".github"),
            ),
            ("python", str(ROOT / "tools/workflows.py")),
        ),
        cwd=ROOT,
        free=True,
    ),
    Step("shell", "shellcheck", (("shellcheck", ".ci/run", "tools/venv.sh"),), free=True),
    Step(
        "unit",
        "unit tests, with branch coverage of plugins/",
        ((*PYTEST, "--cov", f"--cov-report=html:{BUILD / 'coverage/html'}", "--cov-report=term", "tests/unit"),),
        needs="tests/unit/**/test_*.py",
        env=UNIT_ENV,
        free=True,
    ),
    Step(
        "playbooks",
        "the role and the playbooks in real ansible-playbook runs",
        ((*PYTEST, "tests/playbooks"),),
        needs="tests/playbooks/test_*.py",
        env=UNIT_ENV,
        free=True,
    ),
    Step(
        "faults",
        "a seeded share of the table of faults, and of the mutated answers",
        ((*PYTEST, "tests/faults", "tests/fuzz"),),
        needs="tests/f*/test_*.py",
        env=UNIT_ENV,
        free=True,
    ),
    Step(
        "awx", "jobs by ansible-runner", ((*PYTEST, "tests/awx"),), needs="tests/awx/test_*.py", env=UNIT_ENV, free=True
    ),
    Step(
        "integrations",
        "the recipes of docs/integrations, with NetBox's own plugin, and the playbooks that make inventories",
        (("python", str(ROOT / "tools/foreign.py")), (*PYTEST, "tests/integrations")),
        needs="tests/integrations/test_*.py",
        env=UNIT_ENV,
        free=True,
    ),
    Step(
        "browser",
        "the drift report in a real browser",
        (("pytest", "-s", "-o", f"cache_dir={BUILD / 'pytest'}", "tests/browser"),),
        needs="tests/browser/test_*.py",
        env=UNIT_ENV,
        free=True,
    ),
    Step("ansible-lint", "ansible-lint, profile production, offline", (("ansible-lint", "--nocolor"),)),
    Step(
        "sanity",
        "ansible-test sanity, nothing ignored; pylint reads what users get",
        (
            (*SANITY, "--skip-test", "pylint"),
            # Most files are tests and tools. Ruff and mypy read them, and in `make matrix` pylint does too.
            (*SANITY, "--test", "pylint", "plugins/", "playbooks/"),
        ),
        needs="plugins/**/*.py",
        unwanted=ALL_SKIPPED,
    ),
    Step(
        "integration",
        "ansible-test integration",
        (("ansible-test", "integration", "--local", "--python", "{python_version}", "--color", "no"),),
        needs="tests/integration/targets/*/tasks/main.yml",
    ),
    Step("changelog", "antsibull-changelog lint", (("antsibull-changelog", "lint"),), free=True),
    Step("licences", "reuse lint", (("reuse", "lint", "--lines"),), cwd=ROOT, free=True),
    Step(
        "docs",
        "antsibull-docs lint, then the plugins' pages as HTML",
        (
            ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "."),
            (
                *("antsibull-docs", "collection", "--use-current", "--fail-on-error", "--cleanup", "everything"),
                *("--dest-dir", str(BUILD / "docs/rst"), "voip.rps"),
            ),
            (
                *("sphinx-build", "-q", "-W", "--keep-going", "-E", "-c", "tools/docs"),
                *(str(BUILD / "docs/rst"), str(BUILD / "docs/html")),
            ),
        ),
        needs="plugins/modules/*.py",
        free=True,
    ),
    Step(
        "build",
        "ansible-galaxy collection build, and a check of its content",
        (
            ("ansible-galaxy", "collection", "build", "--force", "--output-path", str(BUILD / "dist")),
            ("python", "-m", "tarfile", "--list", ARTIFACT),
        ),
        needs="README.md",
        unwanted=r"^(\.|LICENSES|Makefile|REUSE|antsibull-nox|extensions|noxfile|pyproject|tests|tools)",
    ),
    Step(
        "importer",
        "galaxy-importer on the built tarball; its warnings count, since its exit status says nothing",
        (("python", "-m", "galaxy_importer.main", ARTIFACT),),
        cwd=BUILD / "dist",
        needs="README.md",
        unwanted="^(WARNING|ERROR)",
        # Its ansible-lint looks for the playbooks that docs/awx/project imports in a collection that is not there.
        excused=r"Failed to find voip\.rps\.\w+ playbook",
    ),
    Step(
        "molecule",
        "molecule test",
        (("molecule", "test", "--all"),),
        needs="extensions/molecule/*/molecule.yml",
    ),
    Step(
        "builder",
        "ansible-builder introspect and create",
        (
            ("ansible-builder", "introspect", str(BUILD)),
            (
                *("ansible-builder", "create", "-f", "tools/execution-environment.yml"),
                *("-c", str(BUILD / "ee"), "--output-filename", "Containerfile"),
            ),
        ),
        wanted=r"requests.*from collection voip\.rps",
    ),
    Step("demo", "make demo", (("python", "tools/demo.py"),), cwd=ROOT, needs="tools/demo.py"),
)

# Longer ones, run by name only.
EXTRA_STEPS = (
    Step(
        "all-sanity",
        "ansible-test sanity on every file, nothing ignored",
        (SANITY,),
        needs="plugins/**/*.py",
        unwanted=ALL_SKIPPED,
    ),
    Step(
        "fuzz",
        "the property tests and the mutated answers, many more of them",
        (
            (*PYTEST, "-m", "hypothesis", "--hypothesis-profile", "fuzz", "tests/unit"),
            (*PYTEST, "tests/fuzz"),
        ),
        needs="tests/unit/**/test_*.py",
        env=(*UNIT_ENV, ("RPS_FUZZ", "200000")),
        free=True,
    ),
    Step(
        "all-faults",
        "the whole table of faults",
        ((*PYTEST, "tests/faults"),),
        needs="tests/faults/test_*.py",
        env=(*UNIT_ENV, ("RPS_FAULTS", "all")),
        free=True,
    ),
    Step(
        "bench",
        "benchmarks, after a try of every part at a small size",
        ((*PYTEST, "tests/benchmark"), ("python", "tests/benchmark")),
        needs="tests/benchmark",
        env=UNIT_ENV,
    ),
    Step(
        "units",
        "ansible-test units, as the unit tests run elsewhere",
        (("ansible-test", "units", "--local", "--python", "{python_version}", "--color", "no"),),
        needs="tests/unit/**/test_*.py",
    ),
)
