# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process: for demonstrations, integration tests and benchmarks."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import seeds

Make = Callable[..., Any]  # makes a simulator, from the keyword arguments tls, port and tls_port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="Simulate the redirection services on loopback.")
    parser.add_argument("--port", type=int, default=0, help="HTTP port; 0 takes a free one (default)")
    parser.add_argument("--tls-port", type=int, default=0, help="HTTPS port; 0 takes a free one (default)")
    parser.add_argument("--no-tls", action="store_true", help="plain HTTP only; needs no trustme")
    parser.add_argument("--state-file", metavar="FILE", help="write addresses and pid there as JSON when ready")
    parser.add_argument("--ca-file", metavar="FILE", help="also write the CA certificate there")
    parser.add_argument("--load", metavar="SEED", help="accounts, servers, devices, options and faults as JSON")
    parser.add_argument("--latency", type=float, metavar="MS", help="milliseconds before every answer")
    parser.add_argument("--style", metavar="STYLE", help="how answers are written: the option `style`")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set an option; NAME may begin with a service and a colon, VALUE is JSON or else text; may be repeated",
    )
    parser.add_argument("--read-only", action="store_true", help="answer every write with HTTP 500 and note it")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    return parser


def main(make: Make, arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    args = _parser().parse_args(arguments)
    try:
        sim = _prepare(make, args)
    except ImportError as error:
        sys.stderr.write(f"{error}: HTTPS needs the package trustme; install it or use --no-tls\n")
        return 2
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        sys.stderr.write(f"cannot load the seed or set an option: {type(error).__name__}: {error}\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: stop.set())
    try:
        with sim:
            _announce(sim, args)
            stop.wait()
    except OSError as error:
        sys.stderr.write(f"cannot serve: {error}\n")
        return 1
    finally:
        if args.state_file:
            Path(args.state_file).unlink(missing_ok=True)
    return 0


def _prepare(make: Make, args: argparse.Namespace) -> Any:
    sim = make(tls=not args.no_tls, port=args.port, tls_port=args.tls_port)
    sim.load(json.loads(Path(args.load).read_text(encoding="utf-8")) if args.load else seeds.demo(sim.dialects))
    options = dict(_option(text) for text in args.option)
    if args.latency is not None:
        options["latency"] = args.latency / 1000
    if args.style:
        options["style"] = args.style
    if args.read_only:
        options["read_only"] = True
    sim.options.update(options)
    return sim


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--option takes NAME=VALUE, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _announce(sim: Any, args: argparse.Namespace) -> None:
    if args.ca_file and not args.no_tls:
        shutil.copyfile(sim.ca_path, args.ca_file)
    if args.state_file:
        _write_atomically(Path(args.state_file), _state(sim, args))
    if not args.quiet:
        sys.stdout.write(_greeting(sim, args))
        sys.stdout.flush()


def _state(sim: Any, args: argparse.Namespace) -> dict[str, Any]:
    tls = not args.no_tls
    return {
        "pid": os.getpid(),
        "http": sim.base_url(),
        "https": sim.base_url(tls=True) if tls else None,
        "ca_path": sim.ca_path if tls else None,
        "control": f"{sim.base_url()}/_sim/",
        "urls": {
            vendor: {"http": sim.url(vendor), "https": sim.url(vendor, tls=True) if tls else None}
            for vendor in sim.vendors
        },
    }


def _write_atomically(path: Path, content: dict[str, Any]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.resolve().parent, prefix=".simulator-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    Path(temporary).replace(path)


def _greeting(sim: Any, args: argparse.Namespace) -> str:
    lines = ["The simulated redirection services are running. Ctrl+C stops them.", ""]
    for vendor in sim.vendors:
        lines.append(f"  {vendor:9} {sim.url(vendor)}")
        if not args.no_tls:
            lines.append(f"  {'':9} {sim.url(vendor, tls=True)}")
        for username, password in sim.world(vendor).accounts().items():
            lines.append(f"  {'':9} login: {username} / {password}")
    if not args.no_tls:
        lines += ["", f"CA certificate for the https addresses: {args.ca_file or sim.ca_path}"]
    lines += [
        "",
        f"State, calls and counters: {sim.base_url()}/_sim/state, /_sim/calls, /_sim/stats",
        f"Services with their calls and switches: {sim.base_url()}/_sim/services",
    ]
    return "\n".join(lines) + "\n"
