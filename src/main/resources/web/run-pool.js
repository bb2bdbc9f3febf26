// The containers as a small live picture, for administrators.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { ago, number } from './time.js';
import { href } from './router.js';

const EVERY = 3000; // below the default allowance of 30 a minute
const MOST = 60;

/** `<cf-pool>`: one square per container, and what it means in words; `detailed` adds the pools and their figures. */
class Pool extends View {
  static properties = { detailed: { type: Boolean }, stats: { state: true }, problem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.timer = setInterval(() => !document.hidden && this.load(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async load() {
    if (this.silentUntil > Date.now()) return;
    try {
      this.stats = await api('GET', '/api/v1/sandbox/pool/stats');
      this.problem = null;
    } catch (e) {
      if (e.status === 429) this.silentUntil = Date.now() + (e.retryAfter || 10) * 1000; // several tabs: the picture waits
      else this.problem = e;
    }
  }

  render() {
    if (this.problem && !this.stats) return html`<p class="pool-line minor">${icon('warn', 'small')}${this.problem.message}</p>`;
    const s = this.stats;
    if (!s) return html`<div class="pool-line"></div>`;
    if (!s.pool_enabled) return html`<p class="pool-line minor">${t('pool.off')}</p>`;
    const bad = s.status === 'degraded';
    if (!this.detailed) {
      return html`<div class="pool-line">${bad ? html`<span class="pool-bad">${icon('warn', 'small')}${s.reason}</span>` : html`${this.renderPicture(s)}<span>${this.sentence(s)}</span>`}
        <a data-go href=${href('/admin/sandbox')}>${t('pool.details')}</a></div>`;
    }
    return html`<div class="pool-line">${this.renderPicture(s)}<span>${this.sentence(s)}</span></div>
      ${bad ? html`<div class="run-told warn">${icon('warn')}<p>${s.reason} ${s.remedy}</p></div>` : nothing}${this.renderDetails(s)}`;
  }

  sentence(s) {
    const parts = [t('pool.ready', { n: s.available_containers }), t('pool.busy', { n: s.in_use_containers })];
    if (s.starting_containers) parts.push(t('pool.starting', { n: s.starting_containers }));
    parts.push(s.queue_depth ? t('pool.queue', { n: s.queue_depth }) : t('pool.noqueue'));
    return parts.join(' · ');
  }

  renderPicture(s) {
    const cells = [...s.containers.map((c) => [c.status === 'in_use' ? 'busy' : 'ready', `${c.language} ${c.id.slice(0, 6)}: ${t(c.status === 'in_use' ? 'pool.c.busy' : 'pool.c.ready', { n: c.execution_count })}`]),
      ...Array.from({ length: s.starting_containers }, () => ['starting', t('pool.c.starting')])].slice(0, MOST);
    const room = Math.max(0, Math.min(s.max_size, 20) - cells.length);
    return html`<span class="pool-picture" role="img" aria-label=${this.sentence(s)}>${cells.map(([kind, title]) => html`<i class="pool-cell ${kind}" title=${title}></i>`)}${Array.from({ length: room }, () => html`<i class="pool-cell"></i>`)}</span>`;
  }

  renderDetails(s) {
    const row = (name, value) => html`<div><dt>${t(`pool.f.${name}`)}</dt><dd>${value}</dd></div>`;
    return html`<dl class="pool-figures">
        ${row('runs', number(s.total_executions))}${row('wait', `${number(s.wait_ms_p50, 1)} / ${number(s.wait_ms_p95, 1)} ms`)}${row('hot', `${number(s.hot_ms_p50, 1)} / ${number(s.hot_ms_p95, 1)} ms`)}
        ${row('made', `${number(s.total_created)} / ${number(s.total_destroyed)}`)}${row('size', `${s.min_size} – ${s.max_size}, ${t('pool.target', { n: s.target })}`)}${row('faults', `${number(s.error_rate * 100, 1)} %`)}</dl>
      <div class="table-frame" tabindex="0" role="region" aria-label=${t('pool.containers')}><table class="table"><thead><tr>
        ${['id', 'language', 'state', 'count', 'age', 'used'].map((c) => html`<th scope="col" class=${c === 'count' ? 'figure' : ''}>${t(`pool.h.${c}`)}</th>`)}</tr></thead>
        <tbody>${s.containers.slice(0, 200).map((c) => html`<tr><td><code>${c.id}</code></td><td>${c.language}</td>
          <td><span class="status ${c.status === 'in_use' ? 'warn' : 'good'}">${t(c.status === 'in_use' ? 'pool.s.busy' : 'pool.s.ready')}</span></td>
          <td class="figure">${number(c.execution_count)}</td><td>${ago(c.created_at)}</td><td>${ago(c.last_used_at)}</td></tr>`)}
          ${s.containers.length ? nothing : html`<tr><td colspan="6" class="minor">${t('pool.none')}</td></tr>`}</tbody></table></div>`;
  }
}
customElements.define('cf-pool', Pool);
