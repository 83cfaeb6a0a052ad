// Draws the few people between the reader and somebody. The list beside it says the same, so nothing is lost without it.

const module = document.getElementById("network-module");
const WIDTHS = { strong: 5, medium: 3, weak: 1.5, "": 1.5 };
const NARROW = 620;

function tone(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function look() {
  const font = getComputedStyle(document.body).fontFamily;
  const [text, surface, page, brand, muted] = ["--text", "--surface", "--page", "--colorCompoundBrandBackground", "--muted"].map(tone);
  return [
    { selector: "node", style: {
      label: "data(name)", color: text, "font-family": font, "font-size": 13, "text-wrap": "wrap", "text-max-width": "data(room)", "text-valign": "bottom", "text-margin-y": 4,
      "text-background-color": page, "text-background-opacity": 0.85, "text-background-padding": 2, "text-background-shape": "round-rectangle",
      width: 26, height: 26, "background-color": surface, "border-width": 2, "border-color": brand,
    } },
    { selector: "node[column = 0]", style: { "background-color": brand } },
    { selector: "node[?isTarget]", style: { shape: "round-rectangle", "background-color": brand, "font-weight": 600 } },
    { selector: "edge", style: { width: "data(width)", "line-color": brand, "curve-style": "straight", opacity: 0.75 } },
    { selector: 'edge[tie = ""]', style: { "line-style": "dashed", "line-color": muted } },
    { selector: ".dim", style: { opacity: 0.25 } },
    { selector: ".here", style: { "border-width": 5 } },
  ];
}

/** Columns from the reader to the person; on a narrow screen rows from top to bottom. */
function places(nodes, box) {
  const columns = [...new Set(nodes.map((node) => node.column))].sort((a, b) => a - b);
  const upright = box.clientWidth < NARROW && box.clientHeight > box.clientWidth * 0.9;
  const [length, breadth] = upright ? [box.clientHeight, box.clientWidth] : [box.clientWidth, box.clientHeight];
  return new Map(nodes.map((node) => {
    const beside = nodes.filter((other) => other.column === node.column);
    const along = ((columns.indexOf(node.column) + 0.5) / columns.length) * length;
    const across = ((beside.indexOf(node) + 0.5) / beside.length) * (breadth - 24);
    node.room = upright ? Math.max(50, breadth / beside.length - 6) : 130;
    return [node.id, upright ? { x: across + 12, y: along - 12 } : { x: along, y: across }];
  }));
}

function elements({ nodes, lines }) {
  const last = Math.max(...nodes.map((node) => node.column));
  return [
    ...nodes.map((node) => ({ data: { ...node, room: 130, isTarget: node.column === last && last > 0 } })),
    ...lines.map((line) => ({ data: { ...line, width: WIDTHS[line.tie] } })),
  ];
}

/** What is said of a person: the name and every line to a neighbour. */
function told(node) {
  const ties = node.connectedEdges().map((edge) => `${edge.connectedNodes().not(node).first().data("name")}: ${edge.data("says")}`);
  return [node.data("name"), ...ties].join(" · ");
}

function choose(graph, node, said) {
  graph.elements().removeClass("dim here");
  for (const way of document.querySelectorAll(".way.chosen")) way.classList.remove("chosen");
  said.textContent = node ? told(node) : "";
  if (!node) return;
  node.addClass("here");
  graph.elements().not(node.closedNeighborhood()).addClass("dim");
  document.getElementById(`way-${node.data("way")}`)?.classList.add("chosen");
}

function keys(graph, box, said) {
  const order = graph.nodes().sort((a, b) => a.data("column") - b.data("column"));
  let here = -1;
  box.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      here = (here + step + order.length) % order.length;
      choose(graph, order[here], said);
    } else if (event.key === "Enter" && here >= 0) {
      document.getElementById(`way-${order[here].data("way")}`)?.focus();
    } else if (event.key === "Escape") {
      here = -1;
      choose(graph, null, said);
    } else {
      return;
    }
    event.preventDefault();
  });
  box.addEventListener("blur", () => choose(graph, null, said));
}

async function draw(box) {
  const { cytoscape } = await import(module.dataset.cytoscape);
  const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
  const said = document.getElementById("network-said");
  const graph = cytoscape({
    container: box, elements: elements(data), style: look(), layout: { name: "preset" }, autoungrabify: true, userZoomingEnabled: false,
    userPanningEnabled: false, boxSelectionEnabled: false, selectionType: "single",
  });
  const place = () => {
    const at = places(data.nodes, box);
    graph.resize();
    graph.zoom(1);
    graph.pan({ x: 0, y: 0 });
    graph.nodes().positions((node) => at.get(node.id()));
    for (const node of data.nodes) graph.getElementById(node.id).data("room", node.room);
  };
  place();
  graph.on("tap", "node", ({ target }) => choose(graph, target, said));
  graph.on("tap", (event) => event.target === graph && choose(graph, null, said));
  keys(graph, box, said);
  new ResizeObserver(place).observe(box);
  const restyle = () => graph.style(look());
  new MutationObserver(restyle).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  box.dataset.drawn = "yes";
}

const box = document.getElementById("network");
if (box) {
  document.documentElement.classList.add("networked");
  draw(box);
}
