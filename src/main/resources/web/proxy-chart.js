// A chart over time, drawn as SVG: lines and areas with their axes, the values under the pointer, and the table behind it.
import { View, html, icon, nothing } from './state.js';
import { svg } from 'lit';
import { t } from './messages.js';

const HEIGHT = 200;
const LEFT = 56;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;

const clock = (seconds, span) => new Date(seconds * 1000).toLocaleTimeString(undefined, span > 86_400 ? { weekday: 'short', hour: '2-digit', minute: '2-digit' } : { hour: '2-digit', minute: '2-digit' });

/** A round number not below `n` whose half is round, too. */
function roundUp(n) {
  if (n <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(n));
  return (power < 10 ? [4, 6, 8, 10] : [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10]).map((step) => step * power).find((step) => step >= n);
}

/**
 * `series` is a list of {name, tone, area, points: [[seconds, value], …]}, `from` and `to` are seconds, `show(value)` puts a
 * value in words. Minutes without a point count as zero.
 */
class Chart extends View {
  static properties = { heading: {}, series: { attribute: false }, from: { type: Number }, to: { type: Number }, show: { attribute: false }, at: { state: true }, table: { state: true }, width: { state: true } };

  constructor() {
    super();
    this.width = 640;
    this.show = String;
  }

  connectedCallback() {
    super.connectedCallback();
    this.watcher = new ResizeObserver(([entry]) => { this.width = Math.max(260, Math.round(entry.contentRect.width)); });
    this.watcher.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watcher.disconnect();
  }

  /** The times at which there is a value; long windows are summed into fewer of them. */
  buckets() {
    const span = this.to - this.from;
    const step = Math.max(60, Math.ceil(span / 180 / 60) * 60);
    const first = Math.floor(this.from / step) * step;
    const times = [];
    for (let time = first; time <= this.to; time += step) times.push(time);
    const rows = this.series.map(({ points }) => {
      const sums = new Map();
      for (const [time, value] of points) {
        const place = Math.floor(time / step) * step;
        sums.set(place, (sums.get(place) ?? 0) + value);
      }
      return times.map((time) => sums.get(time) ?? 0);
    });
    return { times, rows, step };
  }

  hover(e, times) {
    const box = this.querySelector('svg.plot').getBoundingClientRect();
    const share = (e.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    this.at = Math.min(times.length - 1, Math.max(0, Math.round(share * (times.length - 1))));
  }

  render() {
    const { times, rows, step } = this.buckets();
    const top = roundUp(Math.max(...rows.flat(), 0));
    const x = (i) => LEFT + (i / Math.max(1, times.length - 1)) * (this.width - LEFT - RIGHT);
    const y = (value) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
    const path = (row) => row.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
    const marks = Math.max(2, Math.min(6, Math.floor(this.width / 110)));
    return html`<figure class="chart"><figcaption><h2>${this.heading}</h2>
        <span class="legend">${this.series.map((s) => html`<span class="tone-${s.tone}">${s.name}</span>`)}</span>
        <button class="quiet small" aria-pressed=${!!this.table} @click=${() => { this.table = !this.table; }}>${icon('list', 'small')}${t(this.table ? 'px.chart' : 'px.table')}</button></figcaption>
      ${this.table ? this.renderTable(times, rows, step) : html`<div class="plot-frame" @pointermove=${(e) => this.hover(e, times)} @pointerleave=${() => { this.at = null; }}>
        <svg class="plot" width=${this.width} height=${HEIGHT} viewBox="0 0 ${this.width} ${HEIGHT}" role="img" aria-label=${this.heading}>
          ${[0, 0.5, 1].map((share) => svg`<line class="grid" x1=${LEFT} x2=${this.width - RIGHT} y1=${y(top * share)} y2=${y(top * share)}></line>
            <text x=${LEFT - 8} y=${y(top * share) + 4} text-anchor="end">${this.show(top * share)}</text>`)}
          ${Array.from({ length: marks }, (_, i) => Math.round((i / (marks - 1)) * (times.length - 1))).map((i, n) => svg`
            <text x=${x(i)} y=${HEIGHT - 6} text-anchor=${n === 0 ? 'start' : n === marks - 1 ? 'end' : 'middle'}>${clock(times[i], this.to - this.from)}</text>`)}
          ${this.series.map((s, n) => svg`
            ${s.area ? svg`<path class="area tone-${s.tone}" d="${path(rows[n])}L${x(times.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z"></path>` : nothing}
            <path class="line tone-${s.tone}" d=${path(rows[n])}></path>`)}
          ${this.at === null || this.at === undefined ? nothing : svg`<line class="cursor" x1=${x(this.at)} x2=${x(this.at)} y1=${TOP} y2=${HEIGHT - BOTTOM}></line>
            ${this.series.map((s, n) => svg`<circle class="tone-${s.tone}" cx=${x(this.at)} cy=${y(rows[n][this.at])} r="3.5"></circle>`)}`}
        </svg>
        ${this.at === null || this.at === undefined ? nothing : html`<div class="chart-tip ${x(this.at) > this.width / 2 ? 'left' : ''}" .style=${`--x:${x(this.at)}px`}>
          <strong>${clock(times[this.at], this.to - this.from)}</strong>
          ${this.series.map((s, n) => html`<span class="tone-${s.tone}">${s.name}: ${this.show(rows[n][this.at])}</span>`)}</div>`}</div>`}</figure>`;
  }

  renderTable(times, rows, step) {
    const filled = times.map((time, i) => [time, rows.map((row) => row[i])]).filter(([, values]) => values.some(Boolean)).reverse();
    return html`<div class="table-frame short" tabindex="0"><table class="table"><thead><tr><th>${t('px.time', { minutes: step / 60 })}</th>
      ${this.series.map((s) => html`<th class="figure">${s.name}</th>`)}</tr></thead><tbody>
      ${filled.map(([time, values]) => html`<tr><td>${clock(time, this.to - this.from)}</td>${values.map((value) => html`<td class="figure">${this.show(value)}</td>`)}</tr>`)}
      ${filled.length ? nothing : html`<tr><td colspan=${rows.length + 1}>${t('px.nothing')}</td></tr>`}</tbody></table></div>`;
  }
}
customElements.define('cf-chart', Chart);
