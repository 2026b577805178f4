"""How a page looks: light and dark, narrow and wide, on paper. Nothing moves."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1a1a1a;--soft:#595959;--rule:#c9c9c9;--panel:#f3f4f6;
--s0:#0b5cad;--s1:#9a3b00;--alarm:#a3004f}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#eceff1;--soft:#b0b7bd;--rule:#4a5157;
--panel:#1f2429;--s0:#7cc0ff;--s1:#ffb27a;--alarm:#ff8fc2}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:1.5rem 0 .5rem;border-bottom:1px solid var(--rule)}
h3{font-size:1rem;margin:.75rem 0 .25rem}
p{margin:.4rem 0}
.main{font-size:1.2rem;font-weight:600}
.soft,figcaption,caption{color:var(--soft);font-size:.875rem}
.synthetic{border:2px dashed currentColor;padding:.5rem;font-weight:600}
.panel{background:var(--panel);padding:.25rem .75rem;border-radius:.5rem}
dl{margin:.4rem 0}
dl>div{display:flex;flex-wrap:wrap;gap:0 .75rem;border-bottom:1px solid var(--rule);padding:.2rem 0}
dt{flex:0 0 9.5rem;color:var(--soft)}
dd{flex:1 1 12rem;margin:0}
code{font-family:ui-monospace,monospace;font-size:.9em}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 1.5rem}
.beside>div,figure>*{min-width:0}
ul{margin:.2rem 0;padding-left:1.25rem}
figure{margin:0;min-width:0}
figure svg{display:block;width:100%;max-width:36rem;height:auto}
figure svg text{font:11px system-ui,sans-serif;fill:var(--ink)}
.grid{stroke:var(--rule);stroke-width:.5;fill:none}
.axis{stroke:var(--ink);fill:none}
.line{fill:none;stroke-width:2}
.line.s0{stroke:var(--s0)}
.line.s1{stroke:var(--s1);stroke-dasharray:6 3}
.band{stroke:none;opacity:.18}
.band.s0{fill:var(--s0)}
.band.s1{fill:var(--s1)}
.mark.s0{fill:var(--s0)}
.mark.s1{fill:var(--paper);stroke:var(--s1);stroke-width:1.5}
.mark.s2{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
.mark.s3{fill:none;stroke:var(--ink);stroke-width:1.5}
.line.stem{stroke-width:1.5;stroke-dasharray:none}
.line.s2{stroke:var(--ink)}
.bar{fill:var(--s0)}
.limit{stroke:var(--alarm);stroke-width:2;fill:none}
.wide{overflow-x:auto;overflow-wrap:normal;margin:.4rem 0}
.wide:focus-visible{outline:3px solid var(--s0)}
.rule{stroke:var(--alarm);stroke-width:2;stroke-dasharray:2 3;fill:none}
.rule.s1{stroke-dasharray:8 3 2 3}
.hatch{stroke:var(--soft);stroke-width:.8;fill:none;opacity:.6}
.hatch.gap{stroke:var(--alarm);opacity:.9}
.tick{fill:var(--soft)}
.tick.gap{fill:var(--alarm);opacity:.8}
.dot{fill:var(--soft);opacity:.7}
.swatch{stroke:var(--rule)}
summary{cursor:pointer;padding:.4rem 0}
summary:focus-visible{outline:3px solid var(--s0)}
details{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem}
caption{text-align:left}
th,td{padding:.1rem .6rem .1rem 0;text-align:left;border-bottom:1px solid var(--rule);
font-variant-numeric:tabular-nums;font-weight:400}
thead th{font-weight:600}
@page{size:A4;margin:12mm}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#333;--rule:#999;--panel:#fff;
--s0:#0b5cad;--s1:#9a3b00;--alarm:#a3004f}
body{max-width:none;padding:0;font-size:8pt;line-height:1.25}
h1{font-size:13pt;margin:0 0 1mm}
h2{font-size:10.5pt;margin:1.5mm 0 .5mm}
h3{font-size:9pt;margin:.5mm 0 0}
.main{font-size:10.5pt}
.synthetic{padding:.5mm 2mm}
.soft,figcaption,caption{font-size:7.5pt}
details{display:none}
dl{margin:.5mm 0}
dl>div{padding:0}
.charts{grid-template-columns:1fr 1fr;gap:2mm 6mm}
.beside{grid-template-columns:1fr 1fr;gap:0 6mm}
figure,dl>div{break-inside:avoid}
h2,h3{break-after:avoid}
.second{break-before:page}
p,ul{margin:.4mm 0}
dt{flex-basis:25mm}
dd{flex-basis:35mm}
figure svg{max-width:69mm}
table{font-size:7.5pt}
th,td{padding:0 .4rem 0 0}
.wide{overflow:visible;margin:.2rem 0}}
"""
"""The one style sheet, within the page. No text of a person ever enters it."""
