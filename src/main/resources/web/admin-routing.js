// Administration: at which servers each model is called, how they fare, and the calls that needed more than one try.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api, loadModels } from './api.js';
import { pageHead } from './forms.js';
import { dialog, toast } from './overlays.js';
import { ago, exact, number } from './time.js';
import './admin-route-form.js';

const ROOT = '/api/v1/connections';
const MOST = 50;
const EVERY = 5_000;

/** What a circuit means to people: tone and words. */
function health({ state, failures, retry_in_ms: wait }) {
  if (state === 'open') return ['bad', t('adm.routing.open', { s: number(Math.ceil(wait / 1000)) })];
  if (state === 'half_open') return ['warn', t('adm.routing.half')];
  return failures ? ['warn', t('adm.routing.failing', { n: number(failures) })] : ['good', t('adm.routing.well')];
}

class AdminRouting extends View {
  static properties = { answer: { state: true }, tries: { state: true }, query: { state: true }, problem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.query = '';
    this.load();
    this.timer = setInterval(() => !document.hidden && this.load(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async load() {
    try {
      [this.answer, { attempts: this.tries }] = await Promise.all([api('GET', `${ROOT}/routes`), api('GET', `${ROOT}/attempts`)]);
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  async edit(model) {
    const routes = this.answer.routes.filter((r) => r.model === model?.model);
    const saved = await dialog(model ? t('adm.routing.edit', model) : t('adm.routing.new'), (close) => html`<cf-route-form .model=${model?.model}
      .chosen=${!!model?.chosen} .routes=${routes.length ? routes : model?.routes ?? []} .connections=${this.answer.connections} .close=${close}></cf-route-form>`, { wide: true });
    if (!saved) return;
    toast(t(saved.routes ? 'adm.routing.saved' : 'adm.routing.reset.done', saved));
    this.load();
    loadModels().catch((e) => toast(e.message, { tone: 'bad' }));
  }

  /** What needs a look first: trouble, then what was set by hand, then several servers. */
  found() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const rank = (m) => (m.routes.some((r) => r.circuit.failures) ? 0 : m.chosen ? 1 : m.routes.length > 1 ? 2 : 3);
    return this.answer.models.filter((m) => words.every((w) => m.model.toLowerCase().includes(w))).sort((a, b) => rank(a) - rank(b));
  }

  render() {
    const add = html`<button class="primary" @click=${() => this.edit(null)}>${icon('plus')}${t('adm.routing.new')}</button>`;
    return html`${pageHead(t('adm.routing'), t('adm.routing.text'), this.answer ? add : nothing)}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      ${this.answer ? this.renderModels() : nothing}
      ${this.tries ? this.renderTries() : nothing}`;
  }

  renderModels() {
    if (!this.answer.models.length) return html`<div class="blank-state boxed">${icon('link', 'large')}<p>${t('adm.routing.none')}</p></div>`;
    const found = this.found();
    return html`${this.answer.models.length > 8 ? html`<div class="toolbar"><div class="field-icon">${icon('search')}<input type="search" aria-label=${t('adm.routing.find')} placeholder=${t('adm.routing.find')}
        @input=${(e) => (this.query = e.target.value)}></div></div>` : nothing}
      ${found.length ? nothing : html`<p class="minor">${t('adm.routing.nothing')}</p>`}
      <ul class="cards routing">${found.slice(0, MOST).map((m) => this.renderModel(m))}</ul>
      ${found.length > MOST ? html`<p class="minor">${t('adm.routing.more', { n: number(found.length - MOST) })}</p>` : nothing}`;
  }

  renderModel(m) {
    const heads = ['server', 'upstream', 'priority', 'weight', 'circuit'];
    return html`<li class="connection"><div class="connection-head"><div class="who"><strong>${m.model}</strong></div>
        <span class="tag ${m.chosen ? '' : 'calm'}">${t(m.chosen ? 'adm.routing.chosen' : 'adm.routing.auto')}</span>
        <button aria-label=${t('adm.routing.editof', m)} @click=${() => this.edit(m)}>${icon('edit')}${t('app.edit')}</button></div>
      ${m.routes.length ? html`<table class="table stacked"><thead><tr>${heads.map((h) => html`<th scope="col" class=${h === 'weight' || h === 'priority' ? 'figure' : ''}>${t(`adm.routing.${h}`)}</th>`)}</tr></thead>
        <tbody>${m.routes.map((r) => this.renderRoute(r))}</tbody></table>` : html`<p class="verdict bad">${icon('warn', 'small')}<span>${t('adm.routing.unreachable')}</span></p>`}</li>`;
  }

  renderRoute(r) {
    const [tone, words] = health(r.circuit);
    return html`<tr><td data-label=${t('adm.routing.server')}>${r.connection}</td><td data-label=${t('adm.routing.upstream')}><code>${r.upstream_name}</code></td>
      <td data-label=${t('adm.routing.priority')} class="figure">${number(r.priority)}</td><td data-label=${t('adm.routing.weight')} class="figure">${number(r.weight)}</td>
      <td data-label=${t('adm.routing.circuit')}><span class="status ${tone}" title=${r.circuit.reason ?? nothing}>${words}</span>
        ${r.circuit.reason ? html`<p class="minor reason">${r.circuit.reason}</p>` : nothing}</td></tr>`;
  }

  renderTries() {
    const heads = ['when', 'model', 'server', 'try', 'result'];
    const name = (id) => this.answer.connections.find((c) => c.id === id)?.name ?? id;
    return html`<section class="block-section"><h2>${t('adm.routing.tries')}</h2>
      ${this.tries.length ? html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('adm.routing.tries')}><table class="table stacked"><thead><tr>
        ${heads.map((h) => html`<th scope="col">${h === 'model' ? t('adm.models.name') : t(`adm.routing.${h}`)}</th>`)}</tr></thead>
        <tbody>${this.tries.slice(0, MOST).map((a) => html`<tr><td data-label=${t('adm.routing.when')}><time title=${exact(a.at / 1000)}>${ago(a.at / 1000)}</time></td>
          <td data-label=${t('adm.models.name')}>${a.model}</td><td data-label=${t('adm.routing.server')}>${name(a.connection_id)}</td><td data-label=${t('adm.routing.try')}>${number(a.attempt)}</td>
          <td data-label=${t('adm.routing.result')}><span class="status ${a.code ? 'bad' : 'good'}">${a.code ? `${a.status || ''} ${a.code}` : t('adm.routing.worked')}</span> <span class="minor">${number(a.total_ms)} ms</span></td></tr>`)}</tbody></table></div>`
        : html`<p class="minor">${t('adm.routing.tries.none')}</p>`}</section>`;
  }
}
customElements.define('cf-admin-routing', AdminRouting);
