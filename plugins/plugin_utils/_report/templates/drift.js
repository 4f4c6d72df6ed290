/* Copyright (c) 2026, the voip.rps contributors
   GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters, sorts and pages rows that are in the page already. It moves elements and never makes markup of a text.
   Without it every row is in the page. "rps:shown" is dispatched at the document whenever rows were exchanged. */
(function () {
  "use strict";
  // Before the rows arrive: the style then lays out only those that are shown first.
  document.documentElement.className = "js";
  var PAGE = 250;
  var collator = new Intl.Collator("en", {numeric: true});

  function say(count) { return count.toLocaleString("en"); }

  // One table: its rows in order, those that match, and how many of them are in the document.
  function List(table) {
    this.body = table.tBodies[0];
    this.rows = Array.from(this.body.rows);
    this.order = this.matched = this.rows;
    this.limit = PAGE;
    this.heads = Array.from(table.tHead.rows[0].cells);
    this.more = table.parentNode.querySelector(".more");
    this.words = null;
    this.rows.forEach(function (row, place) { row.place = place; });
    this.addSortButtons();
    this.addMoreButtons();
  }
  List.prototype.fill = function () {
    var list = this.matched.length > this.limit ? this.matched.slice(0, this.limit) : this.matched;
    // In pieces: one call cannot take many thousand arguments everywhere.
    this.body.textContent = "";
    for (var i = 0; i < list.length; i += 1000) { this.body.append.apply(this.body, list.slice(i, i + 1000)); }
    this.more.hidden = list.length === this.matched.length;
    this.more.firstElementChild.textContent = "Show " + say(Math.min(PAGE, this.matched.length - list.length)) + " more";
    this.more.lastElementChild.textContent = "Show all " + say(this.matched.length);
    this.body.className = "ready";
  };
  List.prototype.match = function (accepts, wanted) {
    if (wanted.length && !this.words) {
      this.words = this.rows.map(function (row) {
        var mac = row.querySelector(".m").textContent;
        return (row.textContent + " " + mac.replace(/:/g, "") + " " + mac.replace(/:/g, "-")).toLowerCase();
      });
    }
    var words = this.words;
    this.matched = this.order.filter(function (row) {
      return accepts(row) && wanted.every(function (word) { return words[row.place].indexOf(word) >= 0; });
    });
    this.limit = PAGE;
    this.fill();
  };
  List.prototype.sort = function (column, down, ranks) {
    var sign = down ? -1 : 1, byRank = this.heads[column].textContent === "Outcome";
    var keys = this.rows.map(function (row) {
      return byRank ? ranks.indexOf(row.className) : row.cells[column].textContent;
    });
    this.order = this.rows.slice().sort(function (one, other) {
      var a = keys[one.place], b = keys[other.place];
      var way = byRank ? a - b : collator.compare(a, b);
      return way ? sign * way : one.place - other.place;
    });
    this.heads.forEach(function (head, index) {
      if (index === column) { head.setAttribute("aria-sort", down ? "descending" : "ascending"); }
      else { head.removeAttribute("aria-sort"); }
    });
  };
  List.prototype.addSortButtons = function () {
    var list = this;
    this.heads.forEach(function (head, index) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", function () {
        list.sort(index, head.getAttribute("aria-sort") === "ascending", outcomes());
        update();
      });
    });
  };
  List.prototype.addMoreButtons = function () {
    var list = this;
    function show(limit) { list.limit = limit; list.fill(); report(); }
    this.more.firstElementChild.addEventListener("click", function () { show(list.limit + PAGE); });
    this.more.lastElementChild.addEventListener("click", function () { show(Infinity); });
  };

  var lists = [], phones = [], form, text, outcome, account, folded;

  function outcomes() {
    return outcome ? Array.from(outcome.options, function (option) { return option.value; }) : [];
  }
  function report() {
    document.dispatchEvent(new CustomEvent("rps:shown", {detail: {text: text ? text.value : ""}}));
  }
  // Shows what matches the filter. The phones in sync are unfolded if somebody looks for them.
  function update() {
    var wanted = text ? text.value.trim().toLowerCase().split(/\s+/).filter(Boolean) : [];
    var kinds = outcome ? outcome.value.split(" ").filter(Boolean) : [], home = account ? account.value : "";
    lists.forEach(function (list) {
      if (phones.indexOf(list) < 0) { list.match(function () { return true; }, []); return; }
      list.match(function (row) {
        return (!kinds.length || kinds.indexOf(row.className) >= 0) && (!home || row.dataset.a === home);
      }, wanted);
    });
    count(wanted.length || kinds.length || home);
    document.querySelectorAll("[data-filter]").forEach(function (link) {
      if (kinds.length && link.dataset.filter === outcome.value) { link.setAttribute("aria-current", "true"); }
      else { link.removeAttribute("aria-current"); }
    });
    report();
  }
  function count(filtered) {
    if (!phones.length) { return; }
    var all = 0, matched = 0;
    phones.forEach(function (list) { all += list.rows.length; matched += list.matched.length; });
    document.getElementById("shown").textContent =
      filtered ? say(matched) + " of " + say(all) + " phones match." : say(all) + " in all.";
    if (!folded) { return; }
    var list = phones[phones.length - 1];
    document.getElementById("in-sync-count").textContent = filtered ?
      say(list.matched.length) + " of " + say(list.rows.length) : say(list.rows.length);
    folded.open = Boolean(filtered && list.matched.length);
  }
  // A button that copies a command; if the browser does not let it, the command is selected instead.
  function addCopyButton(box) {
    var button = document.createElement("button"), code = box.querySelector("code");
    button.type = "button";
    button.textContent = "Copy";
    button.className = "copy";
    button.setAttribute("aria-live", "polite");
    function select() { getSelection().selectAllChildren(code); }
    function done() {
      button.textContent = "Copied";
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    }
    button.addEventListener("click", function () {
      if (!navigator.clipboard) { select(); return; }
      navigator.clipboard.writeText(code.textContent).then(done, select);
    });
    box.append(button);
  }
  function addFilter() {
    var timer = 0;
    text.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(update, 120); });
    outcome.addEventListener("change", update);
    account.addEventListener("change", update);
    form.addEventListener("submit", function (event) { event.preventDefault(); update(); });
    form.addEventListener("reset", function () { setTimeout(update, 0); });
    document.querySelectorAll("[data-filter]").forEach(function (link) {
      link.addEventListener("click", function () {
        text.value = account.value = "";
        outcome.value = link.dataset.filter;
        if (outcome.selectedIndex < 0) { outcome.value = link.dataset.filter.split(" ").find(function (one) {
          return outcomes().indexOf(one) >= 0;
        }) || ""; }
        update();
      });
    });
    form.hidden = false;
  }
  document.addEventListener("DOMContentLoaded", function () {
    form = document.getElementById("filter");
    text = document.getElementById("f-text");
    outcome = document.getElementById("f-outcome");
    account = document.getElementById("f-account");
    folded = document.getElementById("in-sync");
    lists = Array.from(document.querySelectorAll(".list table"), function (table) { return new List(table); });
    phones = lists.filter(function (list) { return list.body.parentNode.className === "phones"; });
    document.querySelectorAll(".command").forEach(addCopyButton);
    if (form) { addFilter(); }
    update();
  });
  // On paper there is nothing to click: what matches is printed, of the folded parts only what is unfolded.
  var limits = [];
  window.addEventListener("beforeprint", function () {
    limits = lists.map(function (list) { return list.limit; });
    lists.forEach(function (list) {
      var part = list.body.closest("details");
      if (!part || part.open) { list.limit = Infinity; list.fill(); }
    });
  });
  window.addEventListener("afterprint", function () {
    lists.forEach(function (list, index) { list.limit = limits[index]; list.fill(); });
  });
}());
