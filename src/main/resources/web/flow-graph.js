// Where the nodes of a workflow are drawn: layers from left to right or downwards, containers with their rounds inside. Pure: no DOM.
const NODE = { w: 192, h: 54 };
const ALONG = 84; // between layers, room for a word
const ACROSS = 22; // between neighbours of a layer
const PAD = { x: 16, top: 54, bottom: 16 };
const THIN = 10; // the room of an edge that passes a layer
const MOST = 2000; // nodes that are drawn

/** What is done by a node, by the prefix of its id: its icon and its colour. */
const KINDS = {
  'node-start': ['run', 'edge'], 'node-end': ['check', 'edge'], message: ['chat', 'edge'],
  'iteration-node-start': ['right', 'edge'], 'iteration-node-end': ['check', 'edge'], 'loop-node-start': ['right', 'edge'], 'loop-node-end': ['check', 'edge'], 'loop-exit': ['out', 'edge'],
  'spark-llm': ['chat', 'model'], 'decision-making': ['fork', 'model'], 'extractor-parameter': ['search', 'model'], agent: ['bulb', 'model'],
  'if-else': ['fork', 'logic'], iteration: ['again', 'logic'], loop: ['again', 'logic'], 'variable-aggregation': ['cube', 'logic'],
  'ifly-code': ['code', 'tool'], 'text-joiner': ['text', 'tool'], plugin: ['plug', 'tool'], 'http-request': ['link', 'tool'], 'knowledge-base': ['list', 'tool'], 'node-variable': ['key', 'tool'],
  flow: ['workflows', 'tool'], 'question-answer': ['ask', 'human'], wait: ['clock', 'human'],
};
const typeOf = (id) => String(id ?? '').split('::')[0];
export const kindOf = (id) => KINDS[typeOf(id)] ?? ['cube', 'tool'];
export const aliasOf = (node) => node?.data?.nodeMeta?.aliasName || typeOf(node?.id) || '?';

/** {nodes, edges} of a description, however deep it is wrapped. */
export function inner(document) {
  let at = document;
  for (let i = 0; i < 3 && at && !at.nodes && at.data; i++) at = at.data;
  return { nodes: Array.isArray(at?.nodes) ? at.nodes : [], edges: Array.isArray(at?.edges) ? at.edges : [] };
}

/** What the ways out of a node are called: {handle → words}. */
function handleWords(node) {
  const p = node.data?.nodeParam ?? {};
  const words = {};
  for (const c of p.cases ?? []) words[c.id] = c.level === 999 ? '…' : conditionWords(node, c);
  for (const i of p.intentChains ?? []) words[i.id] = i.name;
  for (const o of p.optionAnswer ?? []) words[o.id] = o.type === 1 ? '…' : o.content || o.name;
  return words;
}

const SIGNS = { is: '=', eq: '=', is_not: '≠', ne: '≠', gt: '>', ge: '≥', lt: '<', le: '≤', contains: '∋', not_contains: '∌' };

function conditionWords(node, { conditions = [], logicalOperator }) {
  const value = (id) => {
    const input = node.data.inputs?.find((i) => i.id === id);
    const source = input?.schema?.value;
    return source?.type === 'literal' ? String(source.content) : (input?.name ?? '');
  };
  const c = conditions[0];
  if (!c) return '';
  const words = `${value(c.leftVarIndex)} ${SIGNS[c.compareOperator] ?? c.compareOperator.replaceAll('_', ' ')} ${c.rightVarIndex ? value(c.rightVarIndex) : (c.rightValue ?? '')}`;
  return conditions.length > 1 ? `${words} ${logicalOperator === 'or' ? '∨' : '∧'} …` : words;
}

/**
 * Boxes and lines: {w, h, boxes: [{id, x, y, w, h, node, children}], lines: [{from, to, points, label, failure}]}. A box that
 * is a container has its rounds in `children` (the same shape, with their own origin in x, y). `down`: the layers go downwards.
 */
export function layout(document, down = false) {
  const { nodes, edges } = inner(document);
  const known = new Map(nodes.filter((n) => n && typeof n.id === 'string').slice(0, MOST).map((n) => [n.id, n]));
  const out = new Map();
  for (const e of edges) {
    if (!known.has(e?.sourceNodeId) || !known.has(e.targetNodeId)) continue;
    if (!out.has(e.sourceNodeId)) out.set(e.sourceNodeId, []);
    out.get(e.sourceNodeId).push({ to: e.targetNodeId, handle: String(e.sourceHandle ?? '').split('|').pop() });
  }
  const taken = new Set();
  const reach = (first) => {
    const found = [];
    const queue = [first];
    while (queue.length) {
      const id = queue.shift();
      if (!known.has(id) || taken.has(id)) continue;
      taken.add(id);
      found.push(id);
      for (const e of out.get(id) ?? []) queue.push(e.to);
    }
    return found;
  };
  const build = (ids, depth) => {
    const sizes = new Map();
    for (const id of ids) {
      const first = known.get(id).data?.nodeParam?.IterationStartNodeId ?? known.get(id).data?.nodeParam?.LoopStartNodeId;
      const rounds = first && depth < 20 && !taken.has(first) ? build(reach(first), depth + 1) : null;
      sizes.set(id, rounds ? { w: Math.max(NODE.w, rounds.w + 2 * PAD.x), h: rounds.h + PAD.top + PAD.bottom, rounds } : { ...NODE });
    }
    return place(ids, sizes, known, out, down);
  };
  const start = nodes.find((n) => typeOf(n?.id) === 'node-start')?.id;
  const main = start ? reach(start) : [];
  const root = build(main, 0);
  const lost = [...known.keys()].filter((id) => !taken.has(id)); // never run: below all others, so that one sees them
  if (!lost.length) return root;
  lost.forEach((id) => taken.add(id));
  const rest = place(lost, new Map(lost.map((id) => [id, { ...NODE }])), known, out, down);
  const below = root.h ? root.h + 40 : 0;
  for (const box of rest.boxes) root.boxes.push({ ...box, y: box.y + below, lost: true });
  for (const line of rest.lines) root.lines.push({ ...line, points: line.points.map(([x, y]) => [x, y + below]) });
  return { w: Math.max(root.w, rest.w), h: below + rest.h, boxes: root.boxes, lines: root.lines };
}

/** Layers of one scope: the longest way decides the layer, the neighbours decide the order. */
function place(ids, sizes, known, out, down) {
  const among = new Set(ids);
  const links = ids.flatMap((id) => (out.get(id) ?? []).filter((e) => among.has(e.to)).map((e) => ({ from: id, ...e })));
  const layerOf = longest(ids, links);
  const layers = [];
  const put = (item, layer) => (layers[layer] ??= []).push(item);
  const cells = new Map();
  for (const id of ids) {
    const { w, h, rounds } = sizes.get(id);
    const cell = { id, w: down ? h : w, h: down ? w : h, rounds, before: [], after: [] }; // turned back at the end
    cells.set(id, cell);
    put(cell, layerOf.get(id));
  }
  // an edge over several layers gets a thin cell in each, so that it has room there
  const ways = links.map((link) => {
    const way = [cells.get(link.from)];
    for (let layer = layerOf.get(link.from) + 1; layer < layerOf.get(link.to); layer++) {
      const thin = { w: 0, h: THIN, before: [], after: [] };
      put(thin, layer);
      way.push(thin);
    }
    way.push(cells.get(link.to));
    way.forEach((cell, i) => { if (i) { cell.before.push(way[i - 1]); way[i - 1].after.push(cell); } });
    return { link, way };
  });
  arrange(layers);
  coordinates(layers, down ? ALONG / 2 + 10 : ALONG);
  const turn = ([x, y]) => (down ? [y, x] : [x, y]);
  const boxes = ids.map((id) => {
    const cell = cells.get(id);
    const [x, y] = turn([cell.x, cell.y]);
    const [w, h] = turn([cell.w, cell.h]);
    const { rounds } = cell;
    return { id, x, y, w, h, node: known.get(id), children: rounds ? { ...rounds, x: PAD.x + (w - 2 * PAD.x - rounds.w) / 2, y: PAD.top } : null };
  });
  const lines = ways.map(({ link, way }) => line(link, way, known, turn));
  const [w, h] = turn([Math.max(0, ...layers.flat().map((c) => c.x + c.w)), Math.max(0, ...layers.flat().map((c) => c.y + c.h))]);
  return { w, h, boxes, lines, down };
}

function longest(ids, links) {
  const left = new Map(ids.map((id) => [id, 0]));
  links.forEach((l) => left.set(l.to, left.get(l.to) + 1));
  const layer = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => !left.get(id));
  const by = Map.groupBy(links, (l) => l.from);
  for (let i = 0; i < ready.length; i++) {
    for (const l of by.get(ready[i]) ?? []) {
      layer.set(l.to, Math.max(layer.get(l.to), layer.get(ready[i]) + 1));
      left.set(l.to, left.get(l.to) - 1);
      if (!left.get(l.to)) ready.push(l.to);
    }
  }
  return layer; // nodes in a circle keep the layer that they got: the checks name the circle
}

function arrange(layers) {
  const number = (layer) => layer.forEach((cell, i) => (cell.at = i));
  layers.forEach(number);
  const sweep = (order, side) => {
    for (const layer of order) {
      for (const cell of layer) cell.wish = cell[side].length ? cell[side].reduce((sum, c) => sum + c.at, 0) / cell[side].length : cell.at;
      layer.sort((a, b) => a.wish - b.wish || a.at - b.at);
      number(layer);
    }
  };
  for (let i = 0; i < 4; i++) {
    sweep(layers.slice(1), 'before');
    sweep(layers.slice(0, -1).reverse(), 'after');
  }
  sweep(layers.slice(1), 'before');
}

function coordinates(layers, along) {
  let x = 0;
  for (const layer of layers) {
    const wide = Math.max(...layer.map((c) => c.w));
    for (const cell of layer) cell.x = x + (wide - cell.w) / 2;
    let y = 0;
    for (const cell of layer) { cell.y = y; y += cell.h + ACROSS; }
    x += wide + along;
  }
  // each cell moves towards the middle of its neighbours as far as those beside it allow
  const middle = (cells) => cells.reduce((sum, c) => sum + c.y + c.h / 2, 0) / cells.length;
  const pull = (layer, side) => {
    layer.forEach((cell) => { if (cell[side].length) cell.y = middle(cell[side]) - cell.h / 2; });
    for (let i = 1; i < layer.length; i++) layer[i].y = Math.max(layer[i].y, layer[i - 1].y + layer[i - 1].h + ACROSS);
    const wished = layer.filter((c) => c[side].length);
    if (!wished.length) return;
    const drift = wished.reduce((sum, c) => sum + middle(c[side]) - (c.y + c.h / 2), 0) / wished.length;
    layer.forEach((cell) => (cell.y += drift));
  };
  for (let i = 0; i < 3; i++) {
    layers.slice(1).forEach((layer) => pull(layer, 'before'));
    layers.slice(0, -1).reverse().forEach((layer) => pull(layer, 'after'));
  }
  layers.slice(1).forEach((layer) => pull(layer, 'before'));
  const top = Math.min(0, ...layers.flat().map((c) => c.y));
  layers.flat().forEach((cell) => (cell.y -= top));
}

function line(link, way, known, turn) {
  const source = known.get(link.from);
  const words = handleWords(source);
  const handles = Object.keys(words);
  const failure = link.handle.includes('fail_one_of');
  const at = handles.indexOf(link.handle);
  const first = way[0];
  const y = at >= 0 ? first.y + (first.h * (at + 1)) / (handles.length + 1) : failure ? first.y + first.h * 0.8 : first.y + first.h / 2;
  const points = [[first.x + first.w, y]];
  for (const thin of way.slice(1, -1)) points.push([thin.x, thin.y + thin.h / 2]);
  const last = way.at(-1);
  points.push([last.x, last.y + last.h / 2]);
  return { from: link.from, to: link.to, points: points.map(turn), label: at >= 0 ? words[link.handle] : '', failure };
}

/** An SVG path through `points`, in soft curves that leave and arrive along the layers. */
export function curve(points, down) {
  const at = (x, y) => `${Math.round(x)} ${Math.round(y)}`;
  let path = `M${at(...points[0])}`;
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1];
    const [bx, by] = points[i];
    const bend = Math.max(18, (down ? by - ay : bx - ax) / 2);
    path += down ? ` C${at(ax, ay + bend)} ${at(bx, by - bend)} ${at(bx, by)}` : ` C${at(ax + bend, ay)} ${at(bx - bend, by)} ${at(bx, by)}`;
  }
  return path;
}
