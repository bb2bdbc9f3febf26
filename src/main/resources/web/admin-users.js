// Administration: accounts and their roles.
import { View, html, icon, nothing, state } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, field, pageHead } from './forms.js';
import { confirmLoss, dialog } from './overlays.js';
import { ago, exact } from './time.js';

const PAGE = 30;
const ROLES = ['pending', 'user', 'admin'];

class AdminUsers extends View {
  static properties = { users: { state: true }, query: { state: true }, page: { state: true }, problem: { state: true } };

  constructor() {
    super();
    Object.assign(this, { users: null, query: '', page: 1, total: 0 });
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    try {
      const { users, total } = await api('GET', `/api/v1/users/?page=${this.page}&query=${encodeURIComponent(this.query)}`);
      this.total = total;
      this.users = users;
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  search(text) {
    this.query = text;
    this.page = 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 200);
  }

  turn(step) {
    this.page += step;
    this.load();
  }

  async setRole(user, role) {
    const done = await attempt(() => api('POST', `/api/v1/users/${user.id}/update`, { role }), t('adm.users.now', { name: user.name, role: t(`role.${role}`) }));
    if (done) this.users = this.users.map((u) => (u.id === user.id ? { ...u, role } : u));
    else this.requestUpdate();
  }

  async add() {
    const made = await dialog(t('adm.users.add'), (close) => html`<cf-add-user .close=${close}></cf-add-user>`);
    if (made) this.load();
  }

  async reset(user) {
    const save = async (e, close) => {
      e.preventDefault();
      const password = e.target.elements.password.value;
      if (password.length < 8) return e.target.elements.password.setCustomValidity(t('up.password.short')) || e.target.reportValidity();
      if (await attempt(() => api('POST', `/api/v1/users/${user.id}/update`, { password }), t('adm.users.reset.done', { name: user.name }))) close(true);
    };
    await dialog(t('adm.users.reset'), (close) => html`<p>${t('adm.users.reset.text', { name: user.name })}</p>
      <form @submit=${(e) => save(e, close)}>${field(t('set.password.new'), html`<input id="r-pw" name="password" type="text" autocomplete="off" autofocus maxlength="512"
        @input=${(e) => e.target.setCustomValidity('')} aria-describedby="r-pw-hint">`, { id: 'r-pw', hint: t('up.password.hint') })}
      <footer><button type="button" @click=${() => close()}>${t('app.cancel')}</button><button class="primary">${t('app.save')}</button></footer></form>`);
  }

  async remove(user) {
    if (!(await confirmLoss(t('adm.users.delete', user), t('adm.users.delete.text', user)))) return;
    if (await attempt(() => api('DELETE', `/api/v1/users/${user.id}`), t('adm.users.deleted', user))) this.load();
  }

  render() {
    return html`${pageHead(t('adm.users'), t('adm.users.text'), html`<button class="primary" @click=${this.add}>${icon('plus')}${t('adm.users.add')}</button>`)}
      <div class="toolbar"><div class="field-icon">${icon('search', 'small')}<input type="search" aria-label=${t('adm.users.search')} placeholder=${t('adm.users.search')}
        .value=${this.query} @input=${(e) => this.search(e.target.value)}></div>
        ${this.users ? html`<span class="minor">${this.total === 1 ? t('adm.users.total.one') : t('adm.users.total', { n: this.total })}</span>` : nothing}</div>
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      ${this.users ? this.renderTable() : nothing}`;
  }

  renderTable() {
    if (!this.users.length) return html`<p class="list-note">${t('adm.users.none', { q: this.query })}</p>`;
    const pages = Math.ceil(this.total / PAGE);
    return html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('adm.users')}><table class="table stacked"><thead><tr><th scope="col">${t('adm.users.name')}</th><th scope="col">${t('adm.users.role')}</th>
        <th scope="col">${t('adm.users.seen')}</th><th scope="col">${t('adm.users.since')}</th><th><span class="offscreen">${t('app.more')}</span></th></tr></thead>
      <tbody>${this.users.map((u) => this.renderRow(u))}</tbody></table></div>
      ${pages > 1 ? html`<nav class="pager"><button ?disabled=${this.page <= 1} @click=${() => this.turn(-1)}>${t('adm.prev')}</button>
        <span>${t('adm.page', { i: this.page, n: pages })}</span><button ?disabled=${this.page >= pages} @click=${() => this.turn(1)}>${t('adm.next')}</button></nav>` : nothing}`;
  }

  renderRow(user) {
    const own = user.id === state.user.id;
    return html`<tr class=${user.role}>
      <td><div class="who"><strong>${user.name}${own ? html` <span class="tag">${t('adm.users.you')}</span>` : nothing}</strong><span>${user.email}</span></div></td>
      <td><span class="role-cell"><select aria-label=${t('adm.users.roleof', user)} ?disabled=${own} .value=${user.role} @change=${(e) => this.setRole(user, e.target.value)}>
        ${ROLES.map((r) => html`<option value=${r} ?selected=${r === user.role}>${t(`role.${r}`)}</option>`)}</select>
        ${user.role === 'pending' ? html`<button class="primary small" @click=${() => this.setRole(user, 'user')}>${t('adm.users.allow')}</button>` : nothing}</span></td>
      <td data-label=${t('adm.users.seen')} title=${exact(user.last_active_at)}>${ago(user.last_active_at)}</td>
      <td data-label=${t('adm.users.since')} title=${exact(user.created_at)}>${ago(user.created_at)}</td>
      <td class="end">${own ? nothing : html`<cf-menu label=${t('adm.users.actions', user)} .items=${[
        { icon: 'key', label: t('adm.users.reset'), run: () => this.reset(user) },
        { icon: 'trash', label: t('app.delete'), danger: true, run: () => this.remove(user) }]}></cf-menu>`}</td></tr>`;
  }
}
customElements.define('cf-admin-users', AdminUsers);

class AddUser extends View {
  static properties = { failure: { state: true } };

  async save(e) {
    e.preventDefault();
    const values = Object.fromEntries(new FormData(e.target));
    try {
      this.close(await api('POST', '/api/v1/auths/add', values));
    } catch (error) {
      this.failure = error.message;
    }
  }

  render() {
    return html`<form @submit=${this.save}>
      ${field(t('adm.users.name'), html`<input id="n-name" name="name" required autofocus autocomplete="off" maxlength="100">`, { id: 'n-name' })}
      ${field(t('in.email'), html`<input id="n-email" name="email" type="email" required autocomplete="off" maxlength="254">`, { id: 'n-email' })}
      ${field(t('in.password'), html`<input id="n-pw" name="password" required minlength="8" maxlength="512" autocomplete="off" aria-describedby="n-pw-hint">`, { id: 'n-pw', hint: t('up.password.hint') })}
      ${field(t('adm.users.role'), html`<select id="n-role" name="role">${ROLES.map((r) => html`<option value=${r} ?selected=${r === 'user'}>${t(`role.${r}`)}</option>`)}</select>`, { id: 'n-role' })}
      ${this.failure ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.failure}</span></p>` : nothing}
      <footer><button type="button" @click=${() => this.close()}>${t('app.cancel')}</button><button class="primary">${t('adm.users.add')}</button></footer></form>`;
  }
}
customElements.define('cf-add-user', AddUser);
