// Sets the routes of one model: rows of server, name there, priority and weight.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { field } from './forms.js';

const isSmall = (text) => /^\d{1,4}$/.test(text) && Number(text) <= 1000;

class RouteForm extends View {
  static properties = { rows: { state: true }, wrong: { state: true }, failure: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.wrong = {};
    this.rows = this.routes.map((r) => ({ connection_id: r.connection_id, upstream_name: r.upstream_name, weight: String(r.weight), priority: String(r.priority) }));
    if (!this.rows.length) this.another();
  }

  another() {
    const used = new Set(this.rows.map((r) => r.connection_id));
    const next = this.connections.find((c) => !used.has(c.id)) ?? this.connections[0];
    this.rows = [...this.rows, { connection_id: next?.id, upstream_name: this.model ?? '', weight: '1', priority: '0' }];
  }

  async more() {
    this.another();
    await this.updateComplete;
    this.querySelector('.route:last-of-type select').focus();
  }

  async less(at) {
    this.rows = this.rows.filter((_, i) => i !== at);
    await this.updateComplete;
    this.querySelector('.add-route').focus();
  }

  set(at, name, value) {
    this.rows = this.rows.map((row, i) => (i === at ? { ...row, [name]: value } : row));
  }

  check(model) {
    const wrong = model ? {} : { model: t('adm.routing.noname') };
    this.rows.forEach((row, i) => {
      for (const name of ['weight', 'priority']) if (!isSmall(row[name].trim())) wrong[`${name}-${i}`] = t('adm.routing.bad');
    });
    this.wrong = wrong;
    const keys = this.rows.map((row) => `${row.connection_id} ${row.upstream_name.trim() || model}`);
    this.failure = new Set(keys).size < keys.length ? t('adm.routing.twice') : null;
    return !Object.keys(wrong).length && !this.failure;
  }

  async send(model, routes) {
    try {
      this.close(await api('PUT', `/api/v1/connections/routes/${model.split('/').map(encodeURIComponent).join('/')}`, { routes }));
    } catch (e) {
      this.failure = e.message;
    }
  }

  async save(e) {
    e.preventDefault();
    const model = this.model ?? e.target.elements.model.value.trim();
    if (!this.check(model)) {
      await this.updateComplete;
      return this.querySelector('[aria-invalid=true]')?.focus();
    }
    return this.send(model, this.rows.map((row) => ({ connection_id: row.connection_id, upstream_name: row.upstream_name.trim(), weight: Number(row.weight), priority: Number(row.priority) })));
  }

  render() {
    return html`<form novalidate class="routes" @submit=${this.save}>
      ${this.model ? nothing : field(t('adm.routing.model'), html`<input id="r-model" name="model" autofocus autocomplete="off" spellcheck="false" maxlength="256" aria-invalid=${!!this.wrong.model} aria-describedby="r-model-hint">`, { id: 'r-model', wrong: this.wrong.model })}
      ${this.rows.map((row, i) => this.renderRow(row, i))}
      <div class="row"><button type="button" class="add-route" @click=${this.more} ?disabled=${this.rows.length >= 50}>${icon('plus')}${t('adm.routing.addrow')}</button><span class="minor">${t('adm.routing.hint')}</span></div>
      ${this.failure ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.failure}</span></p>` : nothing}
      <footer>${this.chosen ? html`<button type="button" class="left" @click=${() => this.send(this.model, [])}>${t('adm.routing.reset')}</button>` : nothing}
        <button type="button" @click=${() => this.close()}>${t('app.cancel')}</button><button class="primary" ?disabled=${!this.rows.length}>${t('app.save')}</button></footer></form>`;
  }

  renderRow(row, i) {
    const known = this.connections.some((c) => c.id === row.connection_id);
    const offered = this.connections.find((c) => c.id === row.connection_id)?.models.slice(0, 200) ?? [];
    const figure = (name) => field(t(`adm.routing.${name}`), html`<input id="r-${name}-${i}" inputmode="numeric" maxlength="4" .value=${row[name]} aria-invalid=${!!this.wrong[`${name}-${i}`]}
      aria-describedby="r-${name}-${i}-hint" @input=${(e) => this.set(i, name, e.target.value)}>`, { id: `r-${name}-${i}`, wrong: this.wrong[`${name}-${i}`] });
    return html`<fieldset class="route"><legend>${t('adm.routing.row', { n: i + 1 })}</legend>
      ${field(t('adm.routing.server'), html`<select id="r-server-${i}" @change=${(e) => this.set(i, 'connection_id', e.target.value)}>
        ${known ? nothing : html`<option value=${row.connection_id} selected>${row.connection_id}</option>`}
        ${this.connections.map((c) => html`<option value=${c.id} ?selected=${c.id === row.connection_id}>${c.name}</option>`)}</select>`, { id: `r-server-${i}` })}
      ${field(t('adm.routing.upstream'), html`<input id="r-upstream-${i}" list="r-offered-${i}" maxlength="256" autocomplete="off" spellcheck="false" placeholder=${this.model ?? nothing}
        .value=${row.upstream_name} @input=${(e) => this.set(i, 'upstream_name', e.target.value)}><datalist id="r-offered-${i}">${offered.map((id) => html`<option value=${id}></option>`)}</datalist>`, { id: `r-upstream-${i}` })}
      ${figure('priority')}${figure('weight')}
      <button type="button" class="quiet icon-only" aria-label=${t('adm.routing.delrow', { n: i + 1 })} title=${t('adm.routing.delrow', { n: i + 1 })} @click=${() => this.less(i)}>${icon('trash')}</button></fieldset>`;
  }
}
customElements.define('cf-route-form', RouteForm);
