"""The rules of the house, held over the source: layers, cycles, clock and environment, whole pages, requirements."""

import ast
import graphlib
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ("crawler", "pipelines", "db")
    for path in sorted((ROOT / room).rglob("*.py"))
}
TREES = {module: ast.parse(path.read_bytes()) for module, path in FILES.items()}
CLOCK_AND_ENVIRONMENT = re.compile(
    r"(datetime\.)?datetime\.(now|utcnow|today)|(datetime\.)?date\.today|time\.(time|time_ns|monotonic|monotonic_ns)|os\.(environ|getenv)"
)


def imports(module: str) -> Iterator[str]:
    """The project's modules that `module` imports, wherever in the file; relative imports resolved."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            members = [f"{source}.{alias.name}" for alias in node.names]
            names = [member if member in FILES else source for member in members]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] in ("crawler", "pipelines", "db"))


def allowed(module: str, imported: str) -> bool:
    room, imported_room = module.partition(".")[0], imported.partition(".")[0]
    if imported == "pipelines.items" and room == "pipelines":
        return False
    if room == "db":
        return imported_room == "db" or imported == "pipelines.records"
    return room == "crawler" or imported_room == "pipelines" or module == "pipelines.items"


def test_imports_follow_the_layers() -> None:
    assert [f"{m} imports {i}" for m in FILES for i in imports(m) if not allowed(m, i)] == []


def test_no_import_cycles() -> None:
    graph = {module: set(imports(module)) - {module} for module in FILES}
    assert list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the cycle


def uses(node: ast.AST) -> list[str]:
    """The dotted names that a node reads or imports."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [ast.unparse(node)] if isinstance(node, ast.Attribute) else []


def test_only_the_crawler_reads_clock_and_environment() -> None:
    reads = [
        f"{module} uses {use}"
        for module, tree in TREES.items()
        if not module.startswith("crawler")
        for node in ast.walk(tree)
        for use in uses(node)
        if CLOCK_AND_ENVIRONMENT.fullmatch(use)
    ]
    assert reads == []


def test_beautiful_soup_gets_fragments_and_the_lxml_backend() -> None:
    """Its `html.parser` takes quadratic time on hostile input, and whole pages are parsed once, by lxml."""
    calls = [
        f"{module}:{node.lineno} {ast.unparse(node)}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("BeautifulSoup")
        if len(node.args) < 2
        or ast.unparse(node.args[1]) != "'lxml'"
        or re.fullmatch(r"(page|body|response|html|decoded)(\.\w+)?", ast.unparse(node.args[0]))
    ]
    assert calls == []
    assert [module for module, path in FILES.items() if "html.parser" in path.read_text("utf-8")] == []


def test_every_package_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    tests = [ast.parse(path.read_bytes()) for path in (ROOT / "tests").rglob("*.py")]
    everything = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert undeclared(TREES.values(), project["dependencies"]) == set()
    assert undeclared(tests, everything) == set()


def undeclared(trees: Iterable[ast.Module], requirements: list[str]) -> set[str]:
    """The third-party packages that are imported and that none of the requirements brings."""
    providers = importlib.metadata.packages_distributions()
    imported = {name.partition(".")[0] for tree in trees for node in ast.walk(tree) for name in top_level(node)}
    others = imported - sys.stdlib_module_names - {"crawler", "pipelines", "db", "tests"}
    return {name for name in others if not packages(requirements) & {p.lower() for p in providers.get(name, [])}}


def packages(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", line)[0] for line in requirements}


def top_level(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []


def pins(name: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==([^\s;]+)(.*?) *\\$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {package + marker: version for package, version, marker in found}


def test_pinned_requirements_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert packages(project["dependencies"]) <= {package.split()[0] for package in pins("requirements.txt")}
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pins_and_hashes_alone(name: str) -> None:
    """No index, no host and no path of whoever compiled them."""
    line = re.compile(r"#.*|    #.*|[\w.-]+==[\w.]+( ; [^@:]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [text for text in lines if not line.fullmatch(text) or "://" in text] == []
