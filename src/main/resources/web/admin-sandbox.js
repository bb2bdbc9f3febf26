// Administration: the sandbox's containers, room for a lesson, and how often people may run code.
import { View, html, icon, nothing, style } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, field, pageHead } from './forms.js';
import './run-pool.js';

await style('run.css');
const LIMITS = ['execute', 'submit', 'hint', 'chat', 'lessons', 'pool_stats', 'global'];

class AdminSandbox extends View {
  static properties = { limits: { state: true }, languages: { state: true }, problem: { state: true }, wrong: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.wrong = {};
    this.load();
  }

  async load() {
    try {
      [this.limits, { languages: this.languages }] = await Promise.all([api('GET', '/api/v1/sandbox/limits'), api('GET', '/api/v1/code/languages')]);
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  async warm(e) {
    e.preventDefault();
    const { language, size, minutes } = e.target.elements;
    const answer = await attempt(() => api('POST', '/api/v1/sandbox/pool/warm', { language: language.value, size: Number(size.value), minutes: Number(minutes.value) }));
    if (answer) attempt(async () => true, t('sand.warm.done', { n: answer.size, m: answer.minutes }));
  }

  async save(e) {
    e.preventDefault();
    const given = Object.fromEntries(LIMITS.map((name) => [name, e.target.elements[name].value.trim()]));
    this.wrong = Object.fromEntries(LIMITS.filter((name) => !/^\d{1,6}$/.test(given[name])).map((name) => [name, t('sand.limit.bad')]));
    if (Object.keys(this.wrong).length) return;
    const body = Object.fromEntries(LIMITS.map((name) => [name, Number(given[name])]));
    const stored = await attempt(() => api('PUT', '/api/v1/sandbox/limits', body), t('app.saved'));
    if (stored) this.limits = stored;
  }

  render() {
    return html`${pageHead(t('adm.sandbox'), t('adm.sandbox.text'))}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      <section class="block-section"><h2>${t('pool.containers')}</h2><cf-pool detailed></cf-pool></section>
      ${this.languages ? this.renderLanguages() : nothing}
      ${this.limits ? html`<div class="pair">${this.renderWarm()}${this.renderLimits()}</div>` : nothing}`;
  }

  renderLanguages() {
    return html`<section class="block-section"><h2>${t('sand.languages')}</h2><div class="table-frame" tabindex="0" role="region" aria-label=${t('sand.languages')}><table class="table"><thead><tr>
      ${['language', 'version', 'image', 'state'].map((c) => html`<th scope="col">${t(`sand.h.${c}`)}</th>`)}</tr></thead>
      <tbody>${this.languages.map((l) => html`<tr><td>${l.title}</td><td>${l.version || '–'}</td><td><code>${l.image || '–'}</code></td>
        <td><span class="status ${l.available ? 'good' : 'off'}">${t(l.available ? 'sand.there' : 'sand.missing')}</span></td></tr>`)}</tbody></table></div></section>`;
  }

  renderWarm() {
    return html`<form class="panel" @submit=${this.warm}><h2>${t('sand.warm')}</h2><p>${t('sand.warm.text')}</p>
      ${field(t('run.language'), html`<select id="w-lang" name="language">${this.languages.map((l) => html`<option value=${l.id}>${l.title}</option>`)}</select>`, { id: 'w-lang' })}
      ${field(t('sand.warm.size'), html`<input id="w-size" name="size" type="number" min="1" max="1000" value="10" required>`, { id: 'w-size' })}
      ${field(t('sand.warm.minutes'), html`<input id="w-min" name="minutes" type="number" min="1" max="240" value="15" required>`, { id: 'w-min' })}
      <footer><button class="primary">${t('sand.warm.go')}</button></footer></form>`;
  }

  renderLimits() {
    return html`<form class="panel" novalidate @submit=${this.save}><h2>${t('sand.limits')}</h2><p>${t('sand.limits.text')}</p>
      ${LIMITS.map((name) => field(t(`sand.limit.${name}`), html`<input id="l-${name}" name=${name} inputmode="numeric" maxlength="6" .value=${String(this.limits[name])}
        aria-invalid=${!!this.wrong[name]} aria-describedby="l-${name}-hint">`, { id: `l-${name}`, wrong: this.wrong[name] }))}
      <footer><button class="primary">${t('app.save')}</button></footer></form>`;
  }
}
customElements.define('cf-admin-sandbox', AdminSandbox);
