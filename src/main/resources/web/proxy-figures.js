// The proxy's dashboard and its monitoring windows: figures, charts, calls and errors.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { pageHead } from './forms.js';
import { ago, bytes, exact, number } from './time.js';
import './proxy-chart.js';

const EVERY = 5_000;
const WINDOWS = [['5m', 300], ['15m', 900], ['1h', 3600], ['6h', 21_600], ['24h', 86_400]];

const share = (part) => `${(part * 100).toLocaleString(document.documentElement.lang, { maximumFractionDigits: part > 0.99 && part < 1 ? 2 : 1 })} %`;
const time = (ms) => (ms >= 1000 ? `${number(ms / 1000, 2)} s` : `${number(ms, ms < 10 ? 2 : 0)} ms`);
const tone = (code) => (code === null ? 'pending' : code >= 500 || code === 499 ? 'bad' : code >= 400 ? 'warn' : 'good');

/** What both pages share: figures of a window that are read again every few seconds while somebody looks. */
class Figures extends View {
  static properties = { client: { attribute: false }, stats: { state: true }, problem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.timer = setInterval(() => !document.hidden && this.load(), EVERY);
    this.again = () => this.load();
    this.client.addEventListener('key', this.again);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.client.removeEventListener('key', this.again);
  }

  get seconds() {
    return 3600;
  }

  async load() {
    this.to = Date.now() / 1000;
    this.from = this.to - this.seconds;
    try {
      await this.client.needsKey();
      await this.read();
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  async read() {
    this.stats = await this.client.call('GET', `/stats?start_time=${this.from}&end_time=${this.to}&limit=100`);
  }

  chart(heading, series, show = number) {
    return html`<cf-chart .heading=${heading} .series=${series} .from=${this.from} .to=${this.to} .show=${show}></cf-chart>`;
  }

  points(name) {
    return this.stats.time_series[name].map(({ time: at, count }) => [at, count]);
  }

  renderProblem() {
    if (!this.problem) return nothing;
    if (this.problem.status === 401) return html`<div class="blank-state boxed">${icon('key', 'large')}<h2>${t('px.locked')}</h2><p>${t('px.locked.text')}</p>
      <button class="primary" @click=${() => this.dispatchEvent(new CustomEvent('unlock', { bubbles: true }))}>${t('px.unlock')}</button></div>`;
    return html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
      <button @click=${() => this.load()}>${t('app.retry')}</button></div></div>`;
  }

  renderTiles() {
    const { summary, performance: { response_time_ms: ms } } = this.stats;
    const tile = (label, value, more, kind = '') => html`<div class="tile ${kind}"><span>${label}</span><strong>${value}</strong><small>${more}</small></div>`;
    const failing = summary.failed_requests > 0;
    return html`<div class="tiles">
      ${tile(t('px.requests'), number(summary.total_requests), t('px.persecond', { n: number(summary.requests_per_second, 2) }))}
      ${tile(t('px.success'), share(summary.success_rate), failing ? t('px.failed', { n: number(summary.failed_requests) }) : t('px.nofailed'), failing ? 'bad' : 'good')}
      ${tile(t('px.head'), time(ms.p50), t('px.tail', { p95: time(ms.p95), p99: time(ms.p99) }))}
      ${tile(t('px.bytes'), bytes(summary.total_bytes_sent), summary.pending_requests ? t('px.open', { n: number(summary.pending_requests) }) : t('px.noneopen'))}</div>`;
  }

  renderStatus(code) {
    return html`<span class="status ${tone(code)}">${code === null ? t('px.pending') : code}</span>`;
  }
}

class Dashboard extends Figures {
  static properties = { upstreams: { state: true }, trying: { state: true } };

  async read() {
    await super.read();
    if (this.client.open) this.upstreams ??= (await this.client.call('GET', '/upstreams')).upstreams;
  }

  async try() {
    this.trying = true;
    try {
      this.upstreams = (await this.client.call('POST', '/upstreams/test', {})).upstreams;
    } catch (e) {
      this.problem = e;
    }
    this.trying = false;
  }

  render() {
    return html`${pageHead(t('px.dashboard'), t('px.dashboard.text'))}${this.renderProblem()}${this.stats ? this.renderAll() : nothing}`;
  }

  renderAll() {
    const requests = this.points('requests_per_minute');
    const errors = this.points('errors_per_minute');
    const busiest = requests.reduce((most, [, count]) => Math.max(most, count), 0);
    return html`${this.renderTiles()}
      <section class="panel">${this.chart(busiest ? t('px.chart.busiest', { n: number(busiest) }) : t('px.chart.quiet'), [
        { name: t('px.requests'), tone: 'accent', area: true, points: requests }, { name: t('px.errors'), tone: 'bad', points: errors }])}</section>
      ${this.upstreams ? this.renderUpstreams() : nothing}
      <section class="panel"><h2>${t('px.paths')}</h2>${this.renderPaths()}</section>
      <section class="panel"><h2>${t('px.recent')}</h2>${this.renderCalls()}</section>`;
  }

  renderUpstreams() {
    const state = (u) => (u.reachable === undefined ? html`<span class="status off">${t('px.untried')}</span>`
      : u.reachable ? html`<span class="status good">${t('px.answers', { code: u.status, ms: time(u.milliseconds) })}</span>`
      : html`<span class="status bad">${t('px.silent')}</span>`);
    return html`<section class="panel"><div class="panel-head"><h2>${t('px.upstreams')}</h2>
      <button class="small" ?disabled=${this.trying} @click=${this.try}>${t(this.trying ? 'px.trying' : 'px.try')}</button></div>
      <ul class="plain">${this.upstreams.map((u, i) => html`<li><div class="who"><strong>${u.url}</strong>
        <span>${u.error ?? t(i ? 'px.upstream.next' : 'px.upstream.first')}</span></div>${state(u)}</li>`)}</ul></section>`;
  }

  renderPaths() {
    const paths = Object.entries(this.stats.top_paths);
    if (!paths.length) return html`<p class="minor">${t('px.nothing')}</p>`;
    return html`<div class="table-frame"><table class="table stacked"><thead><tr><th>${t('px.path')}</th><th class="figure">${t('px.requests')}</th>
      <th class="figure">${t('px.errors')}</th><th class="figure">${t('px.average')}</th><th class="figure">${t('px.bytes')}</th></tr></thead><tbody>
      ${paths.map(([path, p]) => html`<tr><td class="path-code">/${path}</td><td class="figure" data-label=${t('px.requests')}>${number(p.count)}</td>
        <td class="figure ${p.errors ? 'bad-ink' : ''}" data-label=${t('px.errors')}>${number(p.errors)}</td><td class="figure" data-label=${t('px.average')}>${time(p.avg_response_time)}</td>
        <td class="figure" data-label=${t('px.bytes')}>${bytes(p.bytes)}</td></tr>`)}</tbody></table></div>`;
  }

  renderCalls() {
    const calls = [...this.stats.recent_requests].reverse();
    if (!calls.length) return html`<p class="minor">${t('px.nothing.yet')}</p>`;
    return html`<div class="table-frame short" tabindex="0"><table class="table stacked"><thead><tr><th>${t('px.when')}</th><th>${t('px.path')}</th><th>${t('px.status')}</th>
      <th class="figure">${t('px.first')}</th><th class="figure">${t('px.bytes')}</th></tr></thead><tbody>
      ${calls.map((c) => html`<tr><td data-label=${t('px.when')} title=${exact(c.timestamp)}>${ago(c.timestamp)}</td><td class="path-code" title=${c.error ?? ''}><b>${c.method}</b> /${c.path}</td>
        <td data-label=${t('px.status')}>${this.renderStatus(c.status_code)}</td><td class="figure" data-label=${t('px.first')}>${c.status_code === null ? '–' : time(c.response_time * 1000)}</td>
        <td class="figure" data-label=${t('px.bytes')}>${c.status_code === null ? '–' : bytes(c.bytes)}</td></tr>`)}</tbody></table></div>`;
  }
}
customElements.define('cf-proxy-dashboard', Dashboard);

class Monitoring extends Figures {
  static properties = { window: { state: true }, filter: { state: true }, errors: { state: true } };

  constructor() {
    super();
    this.window = '1h';
    this.filter = '';
  }

  get seconds() {
    return WINDOWS.find(([name]) => name === this.window)[1];
  }

  async read() {
    const range = `start_time=${this.from}&end_time=${this.to}`;
    const [stats, errors] = await Promise.all([
      this.client.call('GET', `/stats?${range}&limit=1`),
      this.client.call('GET', `/errors?${range}&limit=0&path_filter=${encodeURIComponent(this.filter)}`)]);
    this.stats = stats;
    this.errors = errors;
  }

  choose(name) {
    this.window = name;
    this.load();
  }

  render() {
    const choice = html`<div class="segments" role="group" aria-label=${t('px.window')}>${WINDOWS.map(([name]) => html`
      <button aria-pressed=${name === this.window} @click=${() => this.choose(name)}>${t(`px.window.${name}`)}</button>`)}</div>`;
    return html`${pageHead(t('px.monitoring'), t('px.monitoring.text'), choice)}${this.renderProblem()}${this.stats ? this.renderAll() : nothing}`;
  }

  renderAll() {
    const { summary } = this.stats;
    return html`${this.renderTiles()}
      <section class="panel">${this.chart(t('px.chart.requests', { n: number(summary.total_requests) }), [{ name: t('px.requests'), tone: 'accent', area: true, points: this.points('requests_per_minute') }])}</section>
      <div class="halves"><section class="panel">${this.chart(summary.failed_requests ? t('px.chart.errors', { n: number(summary.failed_requests) }) : t('px.chart.noerrors'), [{ name: t('px.errors'), tone: 'bad', area: true, points: this.points('errors_per_minute') }])}</section>
      <section class="panel">${this.chart(t('px.chart.bytes', { n: bytes(summary.total_bytes_sent) }), [{ name: t('px.bytes'), tone: 'good', area: true, points: this.points('bytes_per_minute') }], bytes)}</section></div>
      <section class="panel"><div class="panel-head"><h2>${t('px.errors')}</h2><div class="field-icon">${icon('search', 'small')}<input type="search" aria-label=${t('px.filter.path')} placeholder=${t('px.filter.path')}
        .value=${this.filter} @input=${(e) => { this.filter = e.target.value.trim(); this.load(); }}></div></div>${this.renderErrors()}</section>`;
  }

  renderErrors() {
    const list = [...this.errors.errors].reverse();
    if (!list.length) return html`<p class="minor">${t('px.errors.none')}</p>`;
    return html`<ul class="lines">${list.slice(0, 200).map((e) => html`<li class="line bad"><time title=${exact(e.timestamp)}>${ago(e.timestamp)}</time>
      <div><strong class="path-code">/${e.path}</strong> <span>${e.error}</span>${e.response_content ? html`<details><summary>${t('app.details')}</summary><pre>${e.response_content}</pre></details>` : nothing}</div></li>`)}</ul>
      ${list.length > 200 ? html`<p class="minor after">${t('px.errors.more', { n: number(list.length - 200) })}</p>` : nothing}`;
  }
}
customElements.define('cf-proxy-monitoring', Monitoring);
