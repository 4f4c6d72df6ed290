# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configure Sphinx for the HTML pages of the plugins; built strictly and without the network."""

from __future__ import annotations

project = "voip.rps"
copyright = "the voip.rps contributors"  # noqa: A001 - Sphinx's own name
extensions = ["sphinx_antsibull_ext"]
root_doc = "collections/index"
html_theme = "alabaster"
suppress_warnings = ["ref.ref"]  # labels of Ansible's own documentation
