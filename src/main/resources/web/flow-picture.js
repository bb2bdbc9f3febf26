// The picture of a workflow: drawn from its description, lit by a run. Scrolls by finger, wheel, keys and by dragging.
import { svg } from 'lit';
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { aliasOf, curve, kindOf, layout } from './flow-graph.js';

const MARGIN = 20;
const ZOOM = { least: 0.25, legible: 0.8, most: 1.6, step: 1.25 };

/** `<cf-flow-picture>`: `.data` a description, `.states` {node id → running | done | failed | waiting | skipped}, `.chosen` a node id; tells `node-chosen`. */
class FlowPicture extends View {
  static properties = { data: { attribute: false }, states: { attribute: false }, chosen: {}, zoom: { state: true } };

  constructor() {
    super();
    this.zoom = null; // as large as fits
    this.states = {};
  }

  connectedCallback() {
    super.connectedCallback();
    this.sight = new ResizeObserver(() => { if (this.zoom === null) this.requestUpdate(); });
    this.sight.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sight.disconnect();
  }

  willUpdate(changed) {
    if (changed.has('data')) this.graphs = new Map();
    this.graph = null;
    if (!this.data) return;
    // the way that fills the field better: sideways or downwards
    const graphs = [this.drawn(false), this.drawn(true)].filter(Boolean);
    this.graph = graphs.sort((a, b) => this.fit(b) - this.fit(a))[0];
  }

  drawn(down) {
    if (!this.graphs.has(down)) {
      try {
        this.graphs.set(down, layout(this.data, down));
      } catch {
        this.graphs.set(down, null); // half-written descriptions have every shape; the checks say what is wrong
      }
    }
    return this.graphs.get(down);
  }

  fit({ w, h }) {
    return Math.min((this.clientWidth - 2 * MARGIN) / Math.max(1, w), (this.clientHeight - 2 * MARGIN) / Math.max(1, h));
  }

  get scale() {
    return this.zoom ?? Math.min(1, Math.max(ZOOM.legible, this.fit(this.graph)));
  }

  // what a run is doing comes into sight, inside the field only
  updated() {
    const active = Object.keys(this.states).filter((id) => ['running', 'waiting', 'failed'].includes(this.states[id])).at(-1);
    if (!active || active === this.seen) return;
    this.seen = active;
    const field = this.querySelector('.flow-field');
    const box = this.querySelector(`[data-node="${CSS.escape(active)}"]`)?.getBoundingClientRect();
    if (!box || !field) return;
    const seen = field.getBoundingClientRect();
    if (box.left >= seen.left && box.right <= seen.right && box.top >= seen.top && box.bottom <= seen.bottom) return;
    field.scrollBy(box.left + box.width / 2 - seen.left - seen.width / 2, box.top + box.height / 2 - seen.top - seen.height / 2);
  }

  setZoom(factor) {
    this.zoom = factor === null ? null : Math.min(ZOOM.most, Math.max(ZOOM.least, this.scale * factor));
  }

  choose(id) {
    this.dispatchEvent(new CustomEvent('node-chosen', { bubbles: true, composed: true, detail: { id } }));
  }

  keys(e) {
    if (e.key === '+' || e.key === '=') this.setZoom(ZOOM.step);
    else if (e.key === '-') this.setZoom(1 / ZOOM.step);
    else if (e.key === '0') this.setZoom(null);
    else return;
    e.preventDefault();
  }

  // a mouse drags the picture; fingers scroll it by themselves
  drag(e) {
    if (e.pointerType !== 'mouse' || e.button || e.target.closest('.flow-node')) return;
    const field = e.currentTarget;
    const from = { x: e.clientX + field.scrollLeft, y: e.clientY + field.scrollTop };
    const move = (m) => field.scrollTo(from.x - m.clientX, from.y - m.clientY);
    const end = () => { field.removeEventListener('pointermove', move); field.classList.remove('dragged'); };
    field.setPointerCapture(e.pointerId);
    field.classList.add('dragged');
    field.addEventListener('pointermove', move);
    field.addEventListener('pointerup', end, { once: true });
    field.addEventListener('pointercancel', end, { once: true });
  }

  render() {
    const g = this.graph;
    if (!g?.boxes.length) return html`<p class="flow-nothing">${t('flow.picture.empty')}</p>`;
    const { scale } = this;
    const w = g.w + 2 * MARGIN;
    const h = g.h + 2 * MARGIN;
    return html`<div class="flow-field" role="region" tabindex="0" aria-label=${t('flow.picture')} @keydown=${this.keys} @pointerdown=${this.drag}>
      <svg class="flow-svg" width=${Math.round(w * scale)} height=${Math.round(h * scale)} viewBox="${-MARGIN} ${-MARGIN} ${Math.ceil(w)} ${Math.ceil(h)}" role="group" aria-label=${t('flow.picture.of', { n: g.boxes.length })}>
        <defs><marker id="flow-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="flow-tip" d="M0 .6 7 4 0 7.4z"></path></marker></defs>
        ${this.scope(g, g.down)}</svg></div>
      <div class="flow-zoom" role="group" aria-label=${t('flow.zoom')}>
        <button class="quiet icon-only" title=${t('flow.zoom.out')} aria-label=${t('flow.zoom.out')} @click=${() => this.setZoom(1 / ZOOM.step)}>${icon('zoom-out')}</button>
        <button class="quiet icon-only" title=${t('flow.zoom.fit')} aria-label=${t('flow.zoom.fit')} @click=${() => this.setZoom(null)}>${icon('fit')}</button>
        <button class="quiet icon-only" title=${t('flow.zoom.in')} aria-label=${t('flow.zoom.in')} @click=${() => this.setZoom(ZOOM.step)}>${icon('zoom-in')}</button></div>`;
  }

  scope({ boxes, lines, x = 0, y = 0 }, down) {
    return svg`<g transform="translate(${Math.round(x)} ${Math.round(y)})">
      ${lines.map((l) => svg`<path class="flow-line ${l.failure ? 'failure' : ''} ${this.states[l.from] === 'done' && this.states[l.to] && this.states[l.to] !== 'skipped' ? 'went' : ''}" d=${curve(l.points, down)} marker-end="url(#flow-tip)"></path>`)}
      ${boxes.map((b) => this.box(b, down))}
      ${lines.map((l) => this.label(l, down))}</g>`;
  }

  label({ points, label, failure }, down) {
    const words = failure ? t('flow.failure') : label;
    if (!words) return nothing;
    const most = down ? 26 : 14;
    const short = words.length > most ? `${words.slice(0, most - 1)}…` : words;
    const [x, y] = points[1]; // beside the next stop, where lines have parted
    return svg`<text class="flow-label ${failure ? 'failure' : ''} ${down ? '' : 'ends'}" x=${Math.round(down ? x + 7 : x - 10)} y=${Math.round(down ? y - 9 : y - 6)}>${short}<title>${words}</title></text>`;
  }

  box(b, down) {
    const [sign, colour] = kindOf(b.id);
    const name = aliasOf(b.node);
    const state = this.states[b.id] ?? '';
    const type = b.id.split('::')[0];
    const pick = () => this.choose(b.id);
    const key = (e) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); e.stopPropagation(); pick(); } };
    return svg`<g class="flow-box" transform="translate(${Math.round(b.x)} ${Math.round(b.y)})">
      <g class="flow-node ${colour} ${state} ${b.children ? 'holds' : ''} ${b.lost ? 'lost' : ''} ${this.chosen === b.id ? 'chosen' : ''}" role="button" tabindex="0" data-node=${b.id}
        aria-pressed=${this.chosen === b.id ? 'true' : 'false'} @click=${pick} @keydown=${key}>
        <rect class="flow-shape" width=${Math.round(b.w)} height=${Math.round(b.h)} rx="9"></rect>
        <rect class="flow-sign" x="10" y="11" width="32" height="32" rx="7"></rect>
        <svg class="icon" x="17" y="18" width="18" height="18"><use href="#i-${sign}"></use></svg>
        <foreignObject x="50" y="8" width=${Math.round(b.w - 58)} height="40">${html`<div class="flow-words" title=${name}><strong>${name}</strong> <span>${typeName(type)}</span>${state ? html` <span class="offscreen">${t(`flow.state.${state}`)}</span>` : nothing}</div>`}</foreignObject>
        ${state ? svg`<circle class="flow-dot" cx=${Math.round(b.w - 2)} cy="2" r="6"></circle>` : nothing}
      </g>
      ${b.children ? this.scope(b.children, down) : nothing}</g>`;
  }
}
customElements.define('cf-flow-picture', FlowPicture);

const NAMES = ['node-start', 'node-end', 'message', 'iteration-node-start', 'iteration-node-end', 'loop-node-start', 'loop-node-end', 'loop-exit', 'spark-llm', 'decision-making',
  'extractor-parameter', 'if-else', 'iteration', 'loop', 'variable-aggregation', 'ifly-code', 'text-joiner', 'plugin', 'http-request', 'knowledge-base', 'node-variable', 'flow', 'question-answer', 'wait'];

/** What a type is called; one that is not known is shown as it is written. */
export const typeName = (type) => (NAMES.includes(type) ? t(`flow.type.${type}`) : type);
