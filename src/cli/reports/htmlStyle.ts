/** The style sheet of the page, for light and dark themes and for all screen sizes. */
export const style = `
:root {
  --paper: #fbfaf7; --card: #fff; --ink: #1d2125; --muted: #636b74; --line: #e3e0d8;
  --good: #1a7f4b; --bad: #c0322b; --accent: #3566c4; --none: #f1efe9;
  --positive: #c4561d; --negative: #2b62b8; --beyond: #c9184a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --card: #1d2024; --ink: #e7e5e0; --muted: #9aa1a9; --line: #32363b;
    --good: #4cc38a; --bad: #ff7b72; --accent: #7aa5ff; --none: #282c31;
    --positive: #ff9b57; --negative: #6ea8ff; --beyond: #ff5c8a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 4rem; }
header { border-left: 5px solid var(--tone); padding: .25rem 0 .25rem 1.25rem; margin-bottom: 2.5rem; }
header.good { --tone: var(--good); } header.bad { --tone: var(--bad); }
header p { margin: 0; color: var(--muted); font-size: .9rem; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.5rem, 5vw, 2.25rem); line-height: 1.2; letter-spacing: -.015em; }
h1::first-letter { text-transform: uppercase; }
h2 { margin: 0 0 .75rem; font-size: 1.2rem; }
h3 { margin: 0 0 .75rem; font-size: 1.05rem; font-weight: 500; }
h4 { margin: 0; font-size: .9rem; font-weight: 400; overflow-wrap: anywhere; }
section { margin: 0 0 2.75rem; }
.muted { color: var(--muted); } p.muted { margin: 0 0 1rem; max-width: 44rem; font-size: .9rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0; }
.tiles div { display: flex; flex-direction: column; } .tiles dd { margin: 0; font-size: 1.3rem; font-weight: 600; } .tiles dt { color: var(--muted); font-size: .8rem; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { padding: .45rem .8rem; text-align: left; white-space: nowrap; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--muted); font-weight: 500; } .n { text-align: right; } td.text { white-space: normal; min-width: 16rem; }
tr.bad td:first-child { box-shadow: inset 4px 0 var(--bad); } tr.bad a { color: var(--bad); font-weight: 600; }
.share { display: inline-block; width: 5rem; height: .5rem; border-radius: 3px; background: var(--none); overflow: hidden; margin-right: .4rem; }
.share span { display: block; height: 100%; background: var(--accent); } tr.bad .share span { background: var(--bad); }
figure { margin: 0; } figcaption { font-size: .8rem; color: var(--muted); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 1rem; }
.histogram { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .75rem .9rem; }
.histogram figcaption { color: var(--ink); font-weight: 500; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 8.5px system-ui, sans-serif; fill: var(--muted); text-anchor: middle; } svg .count { fill: var(--ink); }
.bar { fill: var(--accent); } .bar.beyond { fill: var(--bad); } .axis { stroke: var(--line); } .limit { stroke: var(--bad); stroke-dasharray: 3 3; opacity: .6; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; margin-bottom: 1.25rem; }
.badge { background: var(--bad); color: var(--card); border-radius: 99px; padding: .1rem .6rem; font-size: .78rem; white-space: nowrap; }
.diagnosis { margin: 0 0 1rem; font-size: .93rem; overflow-wrap: anywhere; padding: .6rem .9rem; border-radius: 8px; background: color-mix(in srgb, var(--accent) 10%, transparent); } .diagnosis b { margin-right: .4rem; }
.run { border-top: 1px solid var(--line); padding: .9rem 0; } .run:last-child { padding-bottom: 0; }
.run ul { overflow-wrap: anywhere; margin: .3rem 0 .8rem; padding-left: 1.1rem; font-size: .9rem; } .run li b { margin-right: .3rem; }
.plane { margin-bottom: 1rem; } .maps { display: grid; grid-template-columns: repeat(4, minmax(0, max-content)); gap: .5rem 1.1rem; margin-top: .3rem; }
@media (max-width: 44rem) { .maps { grid-template-columns: repeat(2, minmax(0, max-content)); } }
.map { border: 1px solid var(--line); border-radius: 3px; } .map text { fill: var(--ink); font-size: 9.5px; pointer-events: none; } .map .on-strong { fill: var(--card); } .maps span { opacity: .75; }
.none { fill: var(--none); }
.positive { fill: color-mix(in srgb, var(--positive) var(--s), var(--none)); } .negative { fill: color-mix(in srgb, var(--negative) var(--s), var(--none)); }
.map .beyond { fill: var(--beyond); }
code { font: .82rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.command { display: flex; align-items: flex-start; gap: .6rem; padding: .5rem .5rem .5rem .8rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); }
.command code { flex: 1; user-select: all; padding-top: .1rem; }
button { font: .78rem system-ui, sans-serif; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .25rem .7rem; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--accent); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; margin: 1rem 0 0; font-size: .88rem; } .facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
@media print { .wide, article { break-inside: avoid; } button { display: none; } }
`;
