# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The look of the page. Data, no behaviour."""

from __future__ import annotations

# Colours of outcomes have at least 4.5:1 on their page in both schemes; a test measures them.
_LIGHT = """
--bg:#f6f7f9;--card:#fff;--fg:#16202c;--dim:#4d5a69;--line:#d5dae1;--soft:#eef1f5;--link:#0b57a4;
--failed:#b3161f;--conflict:#a81463;--unknown:#7a3e00;--not_attempted:#44515f;--would_change:#9a5200;--changed:#1450b8;
--unverifiable:#6430b5;--in_sync:#0f6e46;--unmanaged:#006679;--none:#d5dae1;
"""
_DARK = """
--bg:#10151b;--card:#1a2129;--fg:#e8edf2;--dim:#a9b5c1;--line:#36414d;--soft:#232c36;--link:#8cc2ff;
--failed:#ff8a84;--conflict:#ff86c3;--unknown:#f0a35e;--not_attempted:#b4c0cc;--would_change:#f6bd4a;--changed:#80b4ff;
--unverifiable:#c3a3ff;--in_sync:#56d49b;--unmanaged:#4fd3e6;--none:#36414d;
"""
_NAMES = (
    "failed",
    "conflict",
    "unknown",
    "not_attempted",
    "would_change",
    "changed",
    "unverifiable",
    "in_sync",
    "unmanaged",
    "none",
)
_OUTCOMES = "".join(f".{name}{{--c:var(--{name})}}" for name in _NAMES)

_BASE = """
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--fg);
font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
header,main,footer{max-width:1320px;margin:0 auto;padding:0 20px}
header{padding-top:28px;padding-bottom:8px}
.kind{margin:0;color:var(--dim);font-size:13px;letter-spacing:.06em;text-transform:uppercase}
h1{margin:4px 0 6px;padding-left:14px;border-left:6px solid var(--v);font-size:27px;line-height:1.2;font-weight:650}
header{--v:var(--in_sync)}header.drift{--v:var(--would_change)}header.incomplete{--v:var(--failed)}
header p:last-child{margin:0;color:var(--dim)}
h2{margin:0 0 12px;font-size:18px;font-weight:650}
h3{margin:16px 0 4px;font-size:15px;font-weight:650}
p{margin:0 0 10px}
a{color:var(--link)}
small,.q{color:var(--dim);font-size:13px}
small{display:block}
bdi,code,.num,h1{overflow-wrap:anywhere}
section{margin:16px 0;padding:18px 20px;background:var(--card);border:1px solid var(--line);border-radius:10px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;padding:6px 10px;background:var(--card);z-index:9}
.box{border-left:6px solid var(--c)}.bad{--c:var(--failed)}.warn{--c:var(--would_change)}
.box h2{font-size:16px;margin-bottom:6px}.box ul{margin:0;padding-left:20px}
.o{display:inline-flex;align-items:baseline;gap:6px;color:var(--c);font-weight:600;white-space:nowrap}
.o::before{content:"";flex:none;width:9px;height:9px;border-radius:2px;background:var(--c)}
.unmanaged.o::before,.unverifiable.o::before{background:none;border:2px solid var(--c)}
.m,code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
.tiles ul{display:grid;grid-template-columns:repeat(auto-fit,minmax(158px,1fr));gap:10px;margin:16px 0;
padding:0;list-style:none}
.tiles a{display:block;height:100%;padding:12px 14px;color:inherit;text-decoration:none;background:var(--card);
border:1px solid var(--line);border-top:4px solid var(--c);border-radius:10px}
.tiles a:hover{background:var(--soft)}
.tiles a[aria-current]{outline:2px solid var(--c);outline-offset:-1px}
.tiles b{display:block;font-size:25px;line-height:1.15;font-weight:650;font-variant-numeric:tabular-nums}
.two{display:grid;grid-template-columns:minmax(0,1.25fr) minmax(0,1fr);gap:16px;align-items:start}
.two section{margin:0}
.row{display:grid;grid-template-columns:minmax(90px,170px) 1fr;gap:1px 14px;align-items:center;margin:7px 0}
.lab{display:flex;justify-content:space-between;gap:10px}
.n{color:var(--dim);font-variant-numeric:tabular-nums}
.num{grid-column:2;color:var(--dim);font-size:12.5px}
.bar{display:block;border-radius:4px}
.s{fill:var(--c);stroke:var(--card);stroke-width:1}
ol{margin:0;padding-left:22px}ol li{margin-bottom:14px}ol h3{margin:0 0 2px}ol p{margin:0 0 6px}
pre{margin:6px 0;padding:9px 11px;background:var(--soft);border:1px solid var(--line);border-radius:6px;
white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
form{display:flex;flex-wrap:wrap;gap:10px 14px;align-items:end;margin-bottom:10px}
form[hidden]{display:none}
label{display:grid;gap:3px;min-width:0;font-size:13px;color:var(--dim)}
label{max-width:320px}.wide{flex:1 1 240px;max-width:none}
input,select,button{font:inherit;min-height:38px;padding:5px 10px;color:var(--fg);background:var(--card);
border:1px solid #7c8896;border-radius:6px;max-width:100%}
input,label select{width:100%}
::placeholder{color:var(--dim);opacity:1}
button{cursor:pointer}button:hover{background:var(--soft)}
table{width:100%;border-collapse:separate;border-spacing:0;text-align:left}
caption{text-align:left;color:var(--dim);font-size:13px;padding-bottom:6px}
th,td{padding:8px 10px;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{border-bottom:2px solid var(--line);font-size:13px;white-space:nowrap}
tbody th{font-weight:400}
.h{display:block;font-weight:600}
#list td:nth-child(6){font-size:13.5px}
.u{display:block;font-size:13px;color:var(--dim)}
.m{white-space:nowrap}
#list{table-layout:fixed}
#list thead th{position:sticky;top:0;background:var(--card);z-index:1}
#list th:nth-child(1){width:17%}#list th:nth-child(2){width:9%}#list th:nth-child(3){width:13%}
#list th:nth-child(4),#list th:nth-child(5){width:18%}
#list tbody th{border-left:4px solid transparent}
#list tbody tr:not(.in_sync)>th{border-left-color:var(--c)}
thead button{min-height:28px;padding:2px 6px;margin:-2px -6px;border-color:transparent;background:none;font-weight:650}
thead button::after{content:" \\2195";content:" \\2195"/"";color:var(--dim)}
th[aria-sort=ascending] button::after{content:" \\2191";content:" \\2191"/"";color:var(--fg)}
th[aria-sort=descending] button::after{content:" \\2193";content:" \\2193"/"";color:var(--fg)}
.js #list tbody:not(.ready) tr:nth-child(n+251){display:none}
#shown{color:var(--dim)}#more{margin:14px 0 0}
details{margin:8px 0}summary{cursor:pointer}
.macs{columns:165px auto;margin:8px 0 0;padding:0;list-style:none}
#plans td:nth-child(n+2):nth-child(-n+5){font-variant-numeric:tabular-nums}
.plan{display:block;min-width:200px}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:12px 20px;margin:0}
dt{color:var(--dim);font-size:13px}dd{margin:0}
footer{padding-bottom:30px;color:var(--dim);font-size:13px}
"""
_NARROW = """
@media(max-width:980px){.two{grid-template-columns:minmax(0,1fr)}}
@media screen and (max-width:760px){
header,main,footer{padding-left:12px;padding-right:12px}
section{padding:14px}
h1{font-size:22px}
.tiles ul{grid-template-columns:1fr 1fr}.tiles small{display:none}.tiles b{font-size:21px}
.row{grid-template-columns:1fr}.num{grid-column:1}
table,tbody,caption{display:block}
thead{position:static}
tbody tr{padding:10px 0;border-bottom:1px solid var(--line)}
tbody tr>*::before{color:var(--dim);font-size:13px}
#list tbody tr{display:block;border-left:4px solid var(--c);padding:10px 0 10px 10px}
#list tbody tr>*,#plans tbody tr>*{display:block;padding:2px 0 2px 96px;border:0;min-height:0}
#list tbody tr>td:empty{display:none}
#list tbody tr>th{padding-left:0}
#plans tbody tr{display:block}#plans tbody tr>th{padding-left:0}
tbody td::before{float:left;width:90px;margin-left:-96px}
#list td:nth-child(2)::before{content:"Account"}#list td:nth-child(3)::before{content:"Outcome"}
#list td:nth-child(4)::before{content:"Found"}#list td:nth-child(5)::before{content:"Wanted"}
#list td:nth-child(6)::before{content:"Note"}
#plans td:nth-child(2)::before{content:"Reached"}#plans td:nth-child(3)::before{content:"Phones"}
#plans td:nth-child(4)::before{content:"Unmanaged"}#plans td:nth-child(5)::before{content:"Calls"}
#plans td:nth-child(6)::before{content:"Servers"}#plans td:nth-child(7)::before{content:"Plan"}
#plans{position:relative}
#plans thead{position:absolute;left:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#list thead,#list thead tr{display:flex;flex-wrap:wrap;gap:4px 14px}
#list thead th,#list th:nth-child(n){width:auto;position:static;border:0;padding:2px 6px}
small{display:inline;margin-left:6px}
.plan{min-width:0}
label,.wide{flex:1 1 100%;max-width:100%}
}
"""
_PRINT = """
@media print{
body{font-size:10.5px;background:#fff}
header,main,footer{max-width:none;padding:0}
section{border:0;padding:8px 0;margin:8px 0}
form,#more,#shown,.skip,thead button::after{display:none!important}
.two{display:block}
.bar,.o::before,.s,.tiles a,h1,.box,#list tbody th{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.tiles ul{grid-template-columns:repeat(5,1fr)}.tiles b{font-size:17px}.tiles a{padding:6px 8px}
tr,.row,ol li,.tiles li{break-inside:avoid}
h2,h3{break-after:avoid}
thead{display:table-header-group}
#list thead th{position:static}
th,td{padding:3px 5px}
h2{font-size:14px}h3,.lab{font-size:11px}
#list th:nth-child(1){width:17%}#list th:nth-child(3){width:15%}
#list td:nth-child(6),thead th{font-size:9.5px}
.o::before{width:7px;height:7px}
small,.q,.num,.u,caption{font-size:9.5px}.m,code,pre{font-size:9px}
a{color:inherit;text-decoration:none}
}
@page{margin:14mm}
"""

STYLE = (
    f"\n:root{{color-scheme:light dark;{_LIGHT.strip()}}}"
    f"\n@media screen and (prefers-color-scheme:dark){{:root{{{_DARK.strip()}}}}}"
    f"\n{_OUTCOMES}{_BASE}{_NARROW}{_PRINT}"
)
