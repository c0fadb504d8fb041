"""Modules ask for each other by the names that change with their contents."""

import re
from pathlib import Path

from ansim.centre.shell.storage import ModuleManifestStorage


def test_imports_of_modules_carry_the_hash_too(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text('import { two } from "./two.js";\nimport "./three.js";\n')
    (tmp_path / "two.js").write_text("export const two = 2;\n")
    (tmp_path / "three.js").write_text("self.three = 3;\n")
    storage = ModuleManifestStorage(location=str(tmp_path), base_url="/static/")
    names = ("one.js", "two.js", "three.js")
    done = {
        name: hashed
        for name, hashed, _ in storage.post_process({name: (storage, name) for name in names})
    }
    text = (tmp_path / str(done["one.js"])).read_text()
    found = re.findall(r'"\./([^"]+)"', text)
    assert found == [done["two.js"], done["three.js"]]
    assert all((tmp_path / name).exists() for name in found)
