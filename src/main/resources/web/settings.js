// Own settings: profile, appearance, answers, password and key.
import { View, html, icon, remember, state, update, style } from './state.js';
import { setLanguage, t } from './messages.js';
import { api, saveSettings } from './api.js';
import { attempt, field, pageHead } from './forms.js';
import { confirmLoss } from './overlays.js';

await style('pages.css');

class Settings extends View {
  static properties = { tab: {}, wrong: { state: true }, key: { state: true }, shown: { state: true }, keysOff: { state: true } };

  willUpdate(changed) {
    if (changed.has('tab')) {
      Object.assign(this, { wrong: {}, shown: false });
      this.key = undefined; // asked for only when somebody wants to see it
    }
  }

  render() {
    const pages = { profile: this.renderProfile, look: this.renderLook, answers: this.renderAnswers, access: this.renderAccess };
    return html`<div class="page narrow">${pageHead(t(`set.${this.tab}`), t(`set.${this.tab}.text`))}${pages[this.tab].call(this)}</div>`;
  }

  renderProfile() {
    const save = async (e) => {
      e.preventDefault();
      const name = e.target.elements.name.value.trim();
      if (!name) { this.wrong = { name: t('up.need') }; return; }
      this.wrong = {};
      const user = await attempt(() => api('POST', '/api/v1/auths/update/profile', { name, profile_image_url: state.user.profile_image_url ?? '' }), t('app.saved'));
      if (user) update({ user: { ...state.user, name } });
    };
    return html`<form class="panel" novalidate @submit=${save}>
      ${field(t('set.name'), html`<input id="p-name" name="name" autocomplete="name" maxlength="100" .value=${state.user.name} aria-invalid=${!!this.wrong.name} aria-describedby="p-name-hint">`, { id: 'p-name', wrong: this.wrong.name })}
      ${field(t('in.email'), html`<input id="p-email" .value=${state.user.email} readonly aria-describedby="p-email-hint">`, { id: 'p-email', hint: t('set.email.fixed') })}
      <footer><button class="primary">${t('app.save')}</button></footer></form>`;
  }

  renderLook() {
    const theme = state.settings.theme ?? remember.get('theme') ?? 'system';
    const language = document.documentElement.lang.startsWith('zh') ? 'zh-CN' : 'en';
    const speak = (value) => {
      remember.set('language', value);
      setLanguage(value);
      attempt(() => saveSettings({ language: value }));
    };
    return html`<div class="panel">
      <fieldset><legend>${t('set.theme')}</legend><div class="choices">${['system', 'light', 'dark'].map((name) => html`
        <label class="choice theme-${name}"><input type="radio" name="theme" .checked=${theme === name} @change=${() => attempt(() => saveSettings({ theme: name }))}>
          <span class="swatch" aria-hidden="true"><i></i><i></i></span><span>${t(`set.theme.${name}`)}</span></label>`)}</div></fieldset>
      ${field(t('set.language'), html`<select id="l-lang" @change=${(e) => speak(e.target.value)}>
        <option value="en" ?selected=${language === 'en'}>English</option><option value="zh-CN" ?selected=${language === 'zh-CN'}>中文</option></select>`, { id: 'l-lang' })}
    </div>`;
  }

  renderAnswers() {
    const { models: chosen = [], system = '', params = {} } = state.settings;
    const save = (e) => {
      e.preventDefault();
      const { model, system: s, temperature, max_tokens: max } = e.target.elements;
      const number = (input) => (input.value.trim() === '' ? null : Number(input.value));
      const [heat, longest] = [number(temperature), number(max)];
      this.wrong = {
        ...(heat !== null && !(heat >= 0 && heat <= 2) && { temperature: t('set.temperature.bad') }),
        ...(longest !== null && !(Number.isInteger(longest) && longest > 0) && { max: t('set.maxtokens.bad') }),
      };
      if (Object.keys(this.wrong).length) return;
      attempt(() => saveSettings({ models: model.value ? [model.value] : [], system: s.value.trim(), params: { temperature: heat, max_tokens: longest } }), t('app.saved'));
    };
    return html`<form class="panel" novalidate @submit=${save}>
      ${field(t('set.model'), html`<select id="a-model" name="model"><option value="">${t('set.model.last')}</option>${(state.models ?? []).map((m) => html`
        <option value=${m.id} ?selected=${chosen[0] === m.id}>${m.name ?? m.id}</option>`)}</select>`, { id: 'a-model' })}
      ${field(t('set.system'), html`<textarea id="a-system" name="system" rows="5" maxlength="20000" .value=${system} aria-describedby="a-system-hint"></textarea>`, { id: 'a-system', hint: t('set.system.hint') })}
      <div class="pair">
        ${field(t('set.temperature'), html`<input id="a-temp" name="temperature" inputmode="decimal" .value=${params.temperature ?? ''} aria-invalid=${!!this.wrong.temperature} aria-describedby="a-temp-hint">`, { id: 'a-temp', hint: t('set.temperature.hint'), wrong: this.wrong.temperature })}
        ${field(t('set.maxtokens'), html`<input id="a-max" name="max_tokens" inputmode="numeric" .value=${params.max_tokens ?? ''} aria-invalid=${!!this.wrong.max} aria-describedby="a-max-hint">`, { id: 'a-max', hint: t('set.maxtokens.hint'), wrong: this.wrong.max })}
      </div>
      <footer><button class="primary">${t('app.save')}</button></footer></form>`;
  }

  async readKey() {
    try {
      this.key = (await api('GET', '/api/v1/auths/api_key'))?.api_key ?? null;
      this.keysOff = false;
      this.shown = true;
    } catch (e) {
      this.key = null;
      this.keysOff = e.status === 403;
    }
  }

  renderAccess() {
    const changePassword = async (e) => {
      e.preventDefault();
      const { now, next } = e.target.elements;
      if (next.value.length < 8) { this.wrong = { next: t('up.password.short') }; return; }
      this.wrong = {};
      if (await attempt(() => api('POST', '/api/v1/auths/update/password', { password: now.value, new_password: next.value }), t('set.password.done'))) e.target.reset();
    };
    return html`<form class="panel" novalidate @submit=${changePassword}><h2>${t('set.password')}</h2>
        <input class="offscreen" type="text" autocomplete="username" .value=${state.user.email} tabindex="-1" aria-hidden="true" readonly>
        ${field(t('set.password.now'), html`<input id="w-now" name="now" type="password" autocomplete="current-password">`, { id: 'w-now' })}
        ${field(t('set.password.new'), html`<input id="w-next" name="next" type="password" autocomplete="new-password" aria-invalid=${!!this.wrong.next} aria-describedby="w-next-hint">`, { id: 'w-next', hint: t('up.password.hint'), wrong: this.wrong.next })}
        <footer><button class="primary">${t('set.password')}</button></footer></form>
      <section class="panel"><h2>${t('set.key')}</h2><p>${t('set.key.text', { url: `${location.origin}/v1` })}</p>${this.renderKey()}
        <p class="after"><a href="/api/v1/docs">${t('api.open')}</a></p></section>`;
  }

  async makeKey(replace) {
    if (replace && !(await confirmLoss(`${t('set.key.again')}?`, t('set.key.again.text'), t('set.key.again')))) return;
    const made = await attempt(() => api('POST', '/api/v1/auths/api_key'));
    if (made) Object.assign(this, { key: made.api_key, shown: true });
  }

  async deleteKey() {
    if (!(await confirmLoss(`${t('app.delete')}: ${t('set.key')}?`, t('set.key.again.text')))) return;
    if (await attempt(() => api('DELETE', '/api/v1/auths/api_key'), t('set.key.deleted'))) this.key = null;
  }

  renderKey() {
    if (this.keysOff) return html`<p class="minor">${t('set.key.off')}</p>`;
    if (this.key === undefined) return html`<button @click=${this.readKey}>${icon('key')}${t('set.key.find')}</button>`;
    if (!this.key) return html`<p class="minor">${t('set.key.none')}</p>
      <button class="after" @click=${() => this.makeKey(false)}>${icon('key')}${t('set.key.make')}</button>`;
    return html`<div class="command"><code>${this.shown ? this.key : `${this.key.slice(0, 6)}${'•'.repeat(20)}`}</code>
        <button class="link" @click=${() => (this.shown = !this.shown)}>${this.shown ? t('set.key.hide') : t('set.key.show')}</button>
        <cf-copy .text=${this.key} label=${t('set.key.copy')}></cf-copy></div>
      <div class="row"><button @click=${() => this.makeKey(true)}>${t('set.key.again')}</button>
        <button class="danger-quiet" @click=${this.deleteKey}>${t('app.delete')}</button></div>`;
  }
}
customElements.define('cf-settings', Settings);
