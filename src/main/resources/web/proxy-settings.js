// The proxy's settings: what may be changed, what it means, and a restart where somebody wants one.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { attempt, field, pageHead } from './forms.js';
import { dialog, toast } from './overlays.js';

const SECRET = new Set(['dashboard_api_key']);
const GROUPS = [
  ['px.set.core', ['target_base_url', 'preserve_host', 'system_prompt_replacement', 'system_prompt_block_insert_if_not_exist', 'custom_headers', 'timeout', 'http_proxy', 'https_proxy']],
  ['px.set.basic', ['port', 'debug_mode', 'log_persistence_enabled', 'log_retention_days', 'log_daily_limit']],
  ['px.set.security', ['dashboard_api_key', 'dashboard_open_stats', 'enable_dashboard']],
];

class ProxySettings extends View {
  static properties = { client: { attribute: false }, config: { state: true }, problem: { state: true }, wrong: { state: true }, changed: { state: true }, saving: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.again = () => this.load();
    this.client.addEventListener('key', this.again);
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.client.removeEventListener('key', this.again);
  }

  async load() {
    try {
      this.config = await this.client.call('GET', this.client.open ? '/config/private' : '/config');
      this.values = new Map([...this.config.entries, ...this.config.more_entries].map((entry) => [entry.key, entry]));
      this.headers = Object.entries(this.config.custom_headers);
      this.changed = new Map();
      this.wrong = null;
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  set(key, value) {
    const before = this.values.get(key).value;
    const same = JSON.stringify(before) === JSON.stringify(value);
    this.changed = new Map(this.changed);
    if (same) this.changed.delete(key);
    else this.changed.set(key, value);
  }

  setHeaders(list) {
    this.headers = list;
    this.set('custom_headers', Object.fromEntries(list.filter(([name]) => name.trim()).map(([name, value]) => [name.trim(), value])));
  }

  async save(e) {
    e.preventDefault();
    const body = {};
    const unset = [];
    for (const [key, value] of this.changed) {
      if (value === null) unset.push(key);
      else body[key] = this.values.get(key).metadata.value_type === 'number' ? Number(value) : value;
    }
    if (unset.length) body.unset = unset;
    this.saving = true;
    try {
      const port = body.port;
      const { message } = await this.client.call('PUT', '/config', body);
      toast(message);
      // the proxy has moved to another port: its own panel goes along
      if (port && this.client.keyed) location.port = port;
      else if (body.dashboard_api_key !== undefined && this.client.keyed) this.client.keep(body.dashboard_api_key);
      else await this.load();
    } catch (error) {
      this.wrong = error.message;
    }
    this.saving = false;
  }

  async begin() {
    const strategy = await dialog(t('px.restart'), (close) => html`<form @submit=${(e) => { e.preventDefault(); close(e.target.elements.strategy.value); }}><p>${t('px.restart.text')}</p>
      <fieldset class="stack">${['auto', 'exec', 'signal'].map((name) => html`<label class="check"><input type="radio" name="strategy" value=${name} ?checked=${name === 'auto'}><span>${t(`px.restart.${name}`)}</span></label>`)}</fieldset>
      <footer><button type="button" @click=${() => close()}>${t('app.cancel')}</button><button class="primary">${t('px.restart.do')}</button></footer></form>`);
    if (!strategy) return;
    const health = () => fetch(this.client.keyed ? '/health' : '/api/version', { cache: 'no-store' }).then((r) => r.json()).catch(() => ({}));
    const before = (await health()).boot_id;
    const answer = await attempt(() => this.client.call('POST', `/restart?strategy=${strategy}`, {}));
    if (!answer) return;
    toast(answer.message);
    if (!before) return;
    for (let i = 0; i < 20; i++) {
      await new Promise((next) => setTimeout(next, 1500));
      const now = (await health()).boot_id;
      if (now && now !== before) {
        toast(t('px.restarted'));
        return this.load();
      }
    }
    toast(t('px.restart.late'), { tone: 'bad', seconds: 10 });
  }

  render() {
    const head = pageHead(t('px.settings'), t('px.settings.text'), this.client.open ? html`<button @click=${this.begin}>${icon('again')}${t('px.restart')}</button>` : nothing);
    if (this.problem && !this.config) return html`${head}<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p><button @click=${this.load}>${t('app.retry')}</button></div></div>`;
    if (!this.config) return head;
    return html`${head}${this.renderLock()}
      <form @submit=${this.save}>${GROUPS.map(([title, keys]) => html`<section class="panel"><h2>${t(title)}</h2>${keys.map((key) => this.renderEntry(key))}</section>`)}
        ${this.wrong ? html`<p class="form-failure after" role="alert">${icon('warn')}<span>${this.wrong}</span></p>` : nothing}
        ${this.client.open ? html`<div class="save-bar ${this.changed.size ? 'there' : ''}"><span>${this.changed.size ? t('px.changed', { n: this.changed.size }) : t('px.unchanged')}</span>
          <button type="button" ?disabled=${!this.changed.size} @click=${this.load}>${t('px.discard')}</button><button class="primary" ?disabled=${!this.changed.size || this.saving}>${t('app.save')}</button></div>` : nothing}</form>`;
  }

  renderLock() {
    if (this.client.open) return nothing;
    return this.config.api_key_configured
      ? html`<div class="notice">${icon('key')}<div><strong>${t('px.locked')}</strong><p>${t('px.locked.edit')}</p></div><button class="primary" @click=${() => this.dispatchEvent(new CustomEvent('unlock', { bubbles: true }))}>${t('px.unlock')}</button></div>`
      : html`<div class="notice">${icon('info')}<div><strong>${t('px.nokey')}</strong><p>${t('px.nokey.text')}</p></div></div>`;
  }

  renderEntry(key) {
    const entry = this.values.get(key);
    const id = `p-${key}`;
    const value = this.changed.has(key) ? this.changed.get(key) : entry.value;
    const fixed = !this.client.open || key === 'enable_dashboard';
    const hint = key === 'port' && !this.client.keyed ? t('px.key.port.hint') : t(`px.key.${key}.hint`);
    if (entry.metadata.value_type === 'boolean') return html`<label class="check"><input type="checkbox" id=${id} .checked=${value} ?disabled=${fixed} @change=${(e) => this.set(key, e.target.checked)}>
      <span>${t(`px.key.${key}`)}<small class="below">${hint}</small></span></label>`;
    if (key === 'custom_headers') return this.renderHeaders(fixed);
    if (key === 'system_prompt_replacement') return this.renderPrompt(value, fixed);
    const type = SECRET.has(key) ? 'password' : entry.metadata.value_type === 'number' ? 'number' : 'text';
    return field(t(`px.key.${key}`), html`<input id=${id} type=${type} autocomplete=${type === 'password' ? 'new-password' : 'off'} spellcheck="false" ?readonly=${fixed} aria-describedby="${id}-hint"
      min=${type === 'number' ? 0 : nothing} max=${key === 'port' ? 65535 : nothing} placeholder=${type === 'password' && fixed && this.config.api_key_configured ? '••••••••' : entry.metadata.example ?? ''}
      .value=${String(value ?? '')} @input=${(e) => this.set(key, type === 'number' ? Number(e.target.value) : e.target.value)}>`, { id, hint });
  }

  renderPrompt(value, fixed) {
    const on = value !== null;
    return html`<label class="check"><input type="checkbox" .checked=${on} ?disabled=${fixed} @change=${(e) => this.set('system_prompt_replacement', e.target.checked ? this.values.get('system_prompt_replacement').value ?? '' : null)}>
        <span>${t('px.key.prompt.on')}<small class="below">${t('px.key.prompt.on.hint')}</small></span></label>
      ${on ? field(t('px.key.system_prompt_replacement'), html`<textarea id="p-system_prompt_replacement" rows="4" ?readonly=${fixed} .value=${value} @input=${(e) => this.set('system_prompt_replacement', e.target.value)}></textarea>`,
        { id: 'p-system_prompt_replacement', hint: t('px.key.system_prompt_replacement.hint') }) : nothing}`;
  }

  renderHeaders(fixed) {
    const put = (at, part, value) => this.setHeaders(this.headers.map((row, i) => (i === at ? row.with(part, value) : row)));
    return html`<fieldset class="headers"><legend>${t('px.key.custom_headers')}</legend>
      ${this.headers.map(([name, value], i) => html`<div class="header-row"><input aria-label=${t('px.header.name')} placeholder="X-Name" spellcheck="false" ?readonly=${fixed} .value=${name} @input=${(e) => put(i, 0, e.target.value)}>
        <input aria-label=${t('px.header.value')} spellcheck="false" ?readonly=${fixed} .value=${value} @input=${(e) => put(i, 1, e.target.value)}>
        ${fixed ? nothing : html`<button type="button" class="quiet icon-only" aria-label=${t('px.header.remove', { name })} @click=${() => this.setHeaders(this.headers.toSpliced(i, 1))}>${icon('trash')}</button>`}</div>`)}
      ${fixed ? nothing : html`<button type="button" class="small" @click=${() => { this.headers = [...this.headers, ['', '']]; this.requestUpdate(); }}>${icon('plus', 'small')}${t('px.header.add')}</button>`}
      <small>${t('px.key.custom_headers.hint')}</small></fieldset>`;
  }
}
customElements.define('cf-proxy-settings', ProxySettings);
