// Administration: the services whose models can be picked.
import { View, html, icon, nothing } from './state.js';
import { models, t } from './messages.js';
import { api, loadModels } from './api.js';
import { attempt, field, pageHead } from './forms.js';
import { href } from './router.js';
import { confirmLoss, dialog, toast } from './overlays.js';
import { ago, number } from './time.js';

const ROOT = '/api/v1/connections';

/** The answer of a test, in words with the next step. */
const verdict = (r) => html`<p class="verdict ${r.ok ? 'good' : 'bad'}" role="status">${icon(r.ok ? 'check' : 'warn', 'small')}<span>
  ${r.ok ? t('adm.conn.ok', { models: models(r.models.length), ms: number(r.latency_ms) }) : t('adm.conn.bad', { why: r.error ?? t('err.unknown') })}
  ${r.hint ? html`<br>${r.hint}` : nothing}</span></p>`;

async function test(body) {
  try {
    return await api('POST', `${ROOT}/test`, body);
  } catch (e) {
    return { ok: false, models: [], error: e.message };
  }
}

class AdminConnections extends View {
  static properties = { rows: { state: true }, problem: { state: true } };

  constructor() {
    super();
    this.results = new Map();
  }

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
      this.rows = (await api('GET', ROOT)).connections;
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  changed() {
    this.load();
    loadModels(true).catch((e) => toast(e.message, { tone: 'bad' }));
  }

  async test(row) {
    this.results.set(row.id, 'running');
    this.requestUpdate();
    this.results.set(row.id, await test({ id: row.id }));
    this.load();
    this.requestUpdate();
  }

  async edit(row) {
    const saved = await dialog(t(row ? 'adm.conn.edit' : 'adm.conn.add'), (close) => html`<cf-connection-form .row=${row} .close=${close}></cf-connection-form>`);
    if (!saved) return;
    toast(t('adm.conn.saved', saved));
    this.results.delete(saved.id);
    this.changed();
  }

  async remove(row) {
    if (!(await confirmLoss(t('adm.conn.delete', row), t('adm.conn.delete.text')))) return;
    if (await attempt(() => api('DELETE', `${ROOT}/${row.id}`), t('adm.conn.deleted', row))) this.changed();
  }

  render() {
    const add = html`<button class="primary" @click=${() => this.edit(null)}>${icon('plus')}${t('adm.conn.add')}</button>`;
    return html`${pageHead(t('adm.conn'), t('adm.conn.text'), this.rows?.length ? add : nothing)}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      ${this.rows?.length === 0 ? html`<div class="blank-state boxed">${icon('plug', 'large')}<h2>${t('adm.conn.none')}</h2><p>${t('adm.conn.none.text')}</p>${add}</div>` : nothing}
      <ul class="cards">${(this.rows ?? []).map((row) => this.renderRow(row))}</ul>`;
  }

  renderStatus({ enabled, status }) {
    if (!enabled) return html`<span class="status off">${t('adm.conn.off')}</span>`;
    if (!status?.checked_at) return html`<span class="status off">${t('adm.conn.status.new')}</span>`;
    return html`<span class="status ${status.ok ? 'good' : 'bad'}" title=${t('adm.conn.checked', { when: ago(status.checked_at / 1000) })}>
      ${status.ok ? models(status.models) : t('adm.conn.status.bad')}</span>`;
  }

  renderRow(row) {
    const result = this.results.get(row.id);
    const fixed = row.source === 'env' || row.kind === 'local';
    return html`<li class="connection"><div class="connection-head">
        <span class="connection-icon">${icon(row.kind === 'local' ? 'cube' : 'plug')}</span>
        <div class="who"><strong>${row.name}</strong><span>${row.kind === 'local' ? t('adm.conn.local') : row.url}</span></div>
        ${this.renderStatus(row)}
        <div class="row nowrap">${row.kind === 'local' ? nothing : html`<button @click=${() => this.test(row)} ?disabled=${result === 'running'} aria-label=${t('adm.conn.testof', row)}>
          ${result === 'running' ? t('adm.conn.testing') : t('adm.conn.test')}</button>`}
        ${fixed ? nothing : html`<cf-menu label="${t('app.more')}: ${row.name}" .items=${[
          { icon: 'edit', label: t('app.edit'), run: () => this.edit(row) },
          { icon: 'trash', label: t('app.delete'), danger: true, run: () => this.remove(row) }]}></cf-menu>`}</div></div>
      ${row.kind === 'local' ? html`<p class="minor"><a data-go href=${href('/admin/models')}>${t('adm.conn.local.more')}</a></p>`
        : row.source === 'env' ? html`<p class="minor">${t('adm.conn.env.text')}</p>` : nothing}
      ${result && result !== 'running' ? verdict(result) : row.enabled && row.status?.ok === false && row.status.error ? html`<p class="verdict bad">${icon('warn', 'small')}<span>${row.status.error}</span></p>` : nothing}
    </li>`;
  }
}
customElements.define('cf-admin-connections', AdminConnections);

/** Adds or edits one connection; it can be tested before it is saved. */
class ConnectionForm extends View {
  static properties = { result: { state: true }, wrong: { state: true }, failure: { state: true } };

  values() {
    const { kind, name, url, key, enabled } = this.querySelector('form').elements;
    const address = url.value.trim().replace(/\/+$/, '');
    const bad = !/^https?:\/\/[^\s/]+/.test(address);
    this.wrong = bad ? t('adm.conn.url.bad') : null;
    if (bad) { url.focus(); return null; }
    const fallback = () => { try { return new URL(address).host; } catch { return address; } };
    return { kind: kind.value, name: name.value.trim() || fallback(), url: address, enabled: enabled.checked, ...(key.value && { key: key.value.trim() }) };
  }

  async test() {
    const values = this.values();
    if (!values) return;
    this.result = 'running';
    const same = this.row && values.url === this.row.url && values.kind === this.row.kind && !values.key;
    this.result = await test(same ? { id: this.row.id } : { kind: values.kind, url: values.url, ...(values.key && { key: values.key }) });
  }

  async save(e) {
    e.preventDefault();
    const values = this.values();
    if (!values) return;
    try {
      this.close(await (this.row ? api('PUT', `${ROOT}/${this.row.id}`, values) : api('POST', ROOT, values)));
    } catch (error) {
      this.failure = error.message;
    }
  }

  render() {
    const row = this.row ?? {};
    const kinds = Object.entries({ openai: 'OpenAI', anthropic: 'Anthropic', ollama: 'Ollama' });
    return html`<form novalidate @submit=${this.save}>
      ${field(t('adm.conn.kind'), html`<select id="c-kind" name="kind" aria-describedby="c-kind-hint">
        ${kinds.map(([value, label]) => html`<option value=${value} ?selected=${value === (row.kind ?? 'openai')}>${label}</option>`)}</select>`, { id: 'c-kind', hint: t('adm.conn.kind.hint') })}
      ${field(t('adm.conn.url'), html`<input id="c-url" name="url" type="url" autofocus autocomplete="off" spellcheck="false" maxlength="2000" .value=${row.url ?? ''} aria-invalid=${!!this.wrong} aria-describedby="c-url-hint">`, { id: 'c-url', hint: t('adm.conn.url.hint'), wrong: this.wrong })}
      ${field(t('adm.conn.key'), html`<input id="c-key" name="key" type="password" autocomplete="off" maxlength="4000" placeholder=${row.key_set ? '••••••••' : nothing} aria-describedby="c-key-hint">`, { id: 'c-key', hint: row.key_set ? t('adm.conn.key.kept') : t('adm.conn.key.hint') })}
      ${field(t('adm.conn.name'), html`<input id="c-name" name="name" autocomplete="off" maxlength="100" .value=${row.name ?? ''}>`, { id: 'c-name' })}
      <label class="check"><input type="checkbox" name="enabled" .checked=${row.enabled ?? true}><span>${t('adm.conn.enabled')}</span></label>
      ${this.result && this.result !== 'running' ? verdict(this.result) : nothing}
      ${this.failure ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.failure}</span></p>` : nothing}
      <footer><button type="button" class="left" @click=${this.test} ?disabled=${this.result === 'running'}>${this.result === 'running' ? t('adm.conn.testing') : t('adm.conn.test')}</button>
        <button type="button" @click=${() => this.close()}>${t('app.cancel')}</button><button class="primary">${t('app.save')}</button></footer></form>`;
  }
}
customElements.define('cf-connection-form', ConnectionForm);
