// Administration: the models on this machine and everything that can be picked.
import { View, html, icon, nothing, state } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { pageHead } from './forms.js';
import { bytes, number } from './time.js';

class AdminModels extends View {
  static properties = { local: { state: true }, problem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.load();
    this.timer = setInterval(() => !document.hidden && this.load(), 10_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async load() {
    try {
      const answer = await api('GET', '/api/v1/models/local');
      this.local = answer.models;
      this.command = answer.hint;
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  render() {
    return html`${pageHead(t('adm.models'), t('adm.models.text'))}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      <section class="block-section"><h2>${t('adm.models.local')}</h2>${this.local ? this.renderLocal() : nothing}</section>
      <section class="block-section"><h2>${t('adm.models.all')}</h2>${this.renderAll()}</section>`;
  }

  renderLocal() {
    const command = html`<div class="command"><code>${this.command}</code><cf-copy .text=${this.command}></cf-copy></div>`;
    if (!this.local.length) return html`<div class="blank-state boxed">${icon('cube', 'large')}<p>${t('adm.models.local.none')}</p>${command}</div>`;
    return html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('adm.models.local')}><table class="table stacked"><thead><tr>
        ${['name', 'state', 'size', 'context', 'arch', 'licence'].map((c) => html`<th scope="col" class=${c === 'size' || c === 'context' ? 'figure' : ''}>${t(`adm.models.${c}`)}</th>`)}</tr></thead>
      <tbody>${this.local.map((m) => html`<tr><td><div class="who"><strong>${m.name ?? m.id}</strong><span>${m.id}</span></div></td>
        <td><span class="status ${m.state === 'loaded' ? 'good' : m.state === 'loading' ? 'warn' : 'off'}">${m.state === 'loaded'
          ? m.resident ? t('state.loaded', { size: bytes(m.resident) }) : t('state.loaded.plain') : t(`state.${m.state}`)}</span></td>
        <td data-label=${t('adm.models.size')} class="figure">${bytes(m.size)}</td><td data-label=${t('adm.models.context')} class="figure">${number(m.context)}</td>
        <td data-label=${t('adm.models.arch')}>${m.architecture ?? '–'}</td><td data-label=${t('adm.models.licence')}>${m.license ?? '–'}</td></tr>`)}</tbody></table></div>
      <p class="minor">${t('adm.models.local.add')}</p>${command}`;
  }

  renderAll() {
    if (!state.models) return nothing;
    if (!state.models.length) return html`<p class="minor">${t('adm.models.none')}</p>`;
    return html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('adm.models.all')}><table class="table"><thead><tr><th scope="col">${t('adm.models.name')}</th><th scope="col">${t('adm.models.from')}</th></tr></thead>
      <tbody>${state.models.slice(0, 500).map((m) => html`<tr><td><div class="who"><strong>${m.name ?? m.id}</strong>${m.name && m.name !== m.id ? html`<span>${m.id}</span>` : nothing}</div></td>
        <td>${m.connection_type === 'local' ? html`<span class="tag">${t('model.local')}</span>` : m.owned_by ?? '–'}</td></tr>`)}</tbody></table></div>`;
  }
}
customElements.define('cf-admin-models', AdminModels);
