// Administration: who can make an account, and as what it starts.
import { View, html, icon, nothing, state, update } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { attempt, field, pageHead } from './forms.js';

class AdminSignup extends View {
  static properties = { config: { state: true }, problem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    try {
      this.config = await api('GET', '/api/v1/auths/admin/config');
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  async save(e) {
    e.preventDefault();
    const { signup, role, keys, expires } = e.target.elements;
    const changed = { ...this.config, ENABLE_SIGNUP: signup.checked, DEFAULT_USER_ROLE: role.value, ENABLE_API_KEYS: keys.checked, JWT_EXPIRES_IN: expires.value.trim() };
    const stored = await attempt(() => api('POST', '/api/v1/auths/admin/config', changed), t('app.saved'));
    if (!stored) return;
    this.config = stored === true ? changed : stored;
    update({ config: { ...state.config, features: { ...state.config.features, enable_signup: changed.ENABLE_SIGNUP } } });
  }

  render() {
    return html`${pageHead(t('adm.signup'), t('adm.signup.text'))}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      ${this.config ? this.renderForm() : nothing}`;
  }

  renderForm() {
    const c = this.config;
    return html`<form class="panel narrow" @submit=${this.save}>
      <label class="check"><input type="checkbox" name="signup" .checked=${c.ENABLE_SIGNUP}><span>${t('adm.signup.enable')}</span></label>
      ${field(t('adm.signup.role'), html`<select id="s-role" name="role">${['pending', 'user', 'admin'].map((r) => html`
        <option value=${r} ?selected=${c.DEFAULT_USER_ROLE === r}>${t(`adm.signup.role.${r}`)}</option>`)}</select>`, { id: 's-role' })}
      <label class="check"><input type="checkbox" name="keys" .checked=${c.ENABLE_API_KEYS}><span>${t('adm.signup.keys')}</span></label>
      ${field(t('adm.signup.expires'), html`<input id="s-exp" name="expires" .value=${c.JWT_EXPIRES_IN ?? ''} maxlength="10" autocomplete="off" aria-describedby="s-exp-hint">`, { id: 's-exp', hint: t('adm.signup.expires.hint') })}
      <footer><button class="primary">${t('app.save')}</button></footer></form>`;
  }
}
customElements.define('cf-admin-signup', AdminSignup);
