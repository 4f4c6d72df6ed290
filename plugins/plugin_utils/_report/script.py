# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page's script: filters and sorts the rows that are in the page already. Data, no behaviour in Python."""

from __future__ import annotations

# Runs before the rows are there: the style then lays out only those that are shown first, and the rest would be most of
# the time that a page of 10,000 phones takes to open. Without scripts it does not run, and every row is shown.
FIRST = 'document.documentElement.className = "js";'

# It reads and moves elements and never makes markup of a text.
SCRIPT = """
(function () {
  "use strict";
  var table = document.getElementById("list");
  if (!table) { return; }
  var PAGE = 250, PRINTED = 500;
  var body = table.tBodies[0], rows = Array.from(body.rows), order = rows.slice(), limit = PAGE, matched = rows;
  var form = document.getElementById("filter"), text = document.getElementById("f-text");
  var outcome = document.getElementById("f-outcome"), account = document.getElementById("f-account");
  var shown = document.getElementById("shown"), more = document.getElementById("more");
  var next = document.getElementById("more-some"), all = document.getElementById("more-all");
  var leftOut = document.getElementById("left-out");
  var heads = Array.from(table.tHead.rows[0].cells), tiles = Array.from(document.querySelectorAll(".tiles a"));
  var ranks = Array.from(outcome.options, function (option) { return option.value; });
  var collator = new Intl.Collator("en", {numeric: true});
  var words = null;
  function say(count) { return count.toLocaleString("en"); }
  function fill() {
    var list = matched.length > limit ? matched.slice(0, limit) : matched;
    // In pieces: one call cannot take many thousand arguments everywhere.
    body.textContent = "";
    for (var i = 0; i < list.length; i += 1000) { body.append.apply(body, list.slice(i, i + 1000)); }
    more.hidden = list.length === matched.length;
    next.textContent = "Show " + say(Math.min(PAGE, matched.length - list.length)) + " more";
    all.textContent = "Show all " + say(matched.length);
    shown.textContent = (matched.length === rows.length ? say(rows.length) + " in all" :
      say(matched.length) + " of " + say(rows.length) + " match") +
      (list.length === matched.length ? "." : "; the first " + say(list.length) + " are shown.");
  }
  function filter() {
    var wanted = text.value.trim().toLowerCase().split(/\\s+/).filter(Boolean),
      kind = outcome.value, home = account.value;
    if (wanted.length && !words) {
      words = rows.map(function (row) {
        var mac = row.querySelector(".m").textContent;
        return (row.textContent + " " + mac.replace(/:/g, "") + " " + mac.replace(/:/g, "-")).toLowerCase();
      });
    }
    matched = order.filter(function (row) {
      if (kind && (kind.charAt(0) === "!" ? row.className === kind.slice(1) : row.className !== kind)) { return false; }
      if (home && row.dataset.a !== home) { return false; }
      return wanted.every(function (word) { return words[+row.dataset.i].indexOf(word) >= 0; });
    });
    tiles.forEach(function (tile) {
      if (kind && tile.dataset.outcome === kind) { tile.setAttribute("aria-current", "true"); }
      else { tile.removeAttribute("aria-current"); }
    });
    limit = PAGE;
    fill();
  }
  function sort(column, down) {
    var keys = rows.map(function (row) {
      return column === 2 ? ranks.indexOf(row.className) : row.cells[column].textContent;
    });
    var sign = down ? -1 : 1;
    order = rows.slice().sort(function (one, other) {
      var a = keys[+one.dataset.i], b = keys[+other.dataset.i];
      var way = column === 2 ? a - b : collator.compare(a, b);
      return way ? sign * way : one.dataset.i - other.dataset.i;
    });
    heads.forEach(function (head, index) {
      if (index === column) { head.setAttribute("aria-sort", down ? "descending" : "ascending"); }
      else { head.removeAttribute("aria-sort"); }
    });
    filter();
  }
  heads.forEach(function (head, index) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.append(button);
    button.addEventListener("click", function () { sort(index, head.getAttribute("aria-sort") === "ascending"); });
  });
  var timer = 0;
  text.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(filter, 120); });
  outcome.addEventListener("change", filter);
  account.addEventListener("change", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); filter(); });
  form.addEventListener("reset", function () { setTimeout(filter, 0); });
  next.addEventListener("click", function () { limit += PAGE; fill(); });
  all.addEventListener("click", function () { limit = Infinity; fill(); });
  tiles.forEach(function (tile) {
    if (ranks.indexOf(tile.dataset.outcome) < 0) { return; }
    tile.addEventListener("click", function () {
      form.reset();
      outcome.value = tile.dataset.outcome;
      filter();
    });
  });
  // On paper there is nothing to click, so all that match are printed; of a large fleet only what needs a look.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
    var keep = limit, list = matched;
    if (matched.length === rows.length && rows.length > PRINTED) {
      list = matched.filter(function (row) { return row.className !== "in_sync"; });
      leftOut.textContent = say(rows.length - list.length) +
        " phones that are in sync are left out here; choose the outcome 'in sync' to print them.";
      leftOut.hidden = false;
    }
    limit = Infinity;
    var whole = matched;
    matched = list;
    fill();
    matched = whole;
    limit = keep;
  });
  window.addEventListener("afterprint", function () { leftOut.hidden = true; fill(); });
  form.hidden = false;
  filter();
  body.className = "ready";
}());
"""
