/** For light and dark, for print, and for readers who see few colours: severity is a word as well. */
export const style = `
:root{color-scheme:light dark;--text:#1c2430;--quiet:#5b6676;--paper:#fff;--line:#d5dbe3;--now:#2b6cb0;--then:#c05621;--bad:#b42318;--warn:#8a5a00;--apart:#5b3fa0}
@media(prefers-color-scheme:dark){:root{--text:#e6eaf0;--quiet:#9aa7b8;--paper:#12171f;--line:#323c4a;--now:#63a4e8;--then:#f0985a;--bad:#ff8b80;--warn:#f2c14e;--apart:#b9a2f5}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--paper);max-width:1100px;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
.wide{overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}.quiet{color:var(--quiet)}code{font-size:.9em}
.error{color:var(--bad)}.warning{color:var(--warn)}.quarantine{color:var(--apart)}.error,.warning,.quarantine{font-weight:600}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:1rem}
.card{border:1px solid var(--line);border-radius:6px;padding:.8rem;min-width:0}.card h3{margin:0 0 .3rem;font-size:1rem;overflow-wrap:anywhere}
svg{width:100%;height:72px;border-bottom:1px solid var(--line)}.now{fill:var(--now);fill-opacity:.75}.then{fill:none;stroke:var(--then);stroke-width:1.5}
dl{display:grid;grid-template-columns:auto 1fr auto 1fr;gap:0 .6rem;margin:.4rem 0 0;font-size:.85rem}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
.key i{display:inline-block;width:.9em;height:.9em;vertical-align:-.1em;margin-right:.3em}.key .a{background:var(--now)}.key .b{border:2px solid var(--then)}`;
