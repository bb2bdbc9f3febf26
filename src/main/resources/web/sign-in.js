// Before the frame: signing in, the first account, and the wait for access.
import { View, html, icon, nothing, state, style } from './state.js';
import { t } from './messages.js';
import { api, signedInAgain } from './api.js';
import { dialog } from './overlays.js';

await style('pages.css');

/** A form with labelled fields, checks in words, and one error line. Subclasses give fields and the call. */
class EntryForm extends View {
  static properties = { busy: { state: true }, failure: { state: true }, wrong: { state: true }, reveal: { state: true }, wait: { state: true } };

  field(name, type, label, autocomplete, hint) {
    const wrong = this.wrong?.[name];
    const password = type === 'password';
    return html`<div class="field"><label for="in-${name}">${label}</label>
      <span class="field-box"><input id="in-${name}" name=${name} type=${password && this.reveal ? 'text' : type} autocomplete=${autocomplete} required
        autocapitalize=${type === 'text' ? 'words' : 'none'} spellcheck="false" maxlength=${password ? 512 : 254}
        aria-invalid=${!!wrong} aria-describedby=${wrong || hint ? `hint-${name}` : nothing} @input=${() => { if (wrong) this.wrong = { ...this.wrong, [name]: null }; }}>
      ${password ? html`<button type="button" class="link in-field" @click=${() => (this.reveal = !this.reveal)}>${this.reveal ? t('in.hide') : t('in.show')}</button>` : nothing}</span>
      ${wrong ? html`<small class="wrong" id="hint-${name}">${wrong}</small>` : hint ? html`<small id="hint-${name}">${hint}</small>` : nothing}</div>`;
  }

  check(values, signUp) {
    const wrong = {};
    for (const [name, value] of Object.entries(values)) if (!value.trim()) wrong[name] = t('up.need');
    if (!wrong.email && !/^[^\s@]+@[^\s@]+$/.test(values.email)) wrong.email = t('up.email.bad');
    if (signUp && !wrong.password && values.password.length < 8) wrong.password = t('up.password.short');
    this.wrong = wrong;
    return Object.keys(wrong)[0];
  }

  async submit(e, path, signUp) {
    e.preventDefault();
    const values = Object.fromEntries(new FormData(e.target));
    const bad = this.check(values, signUp);
    if (bad) return this.querySelector(`#in-${bad}`).focus();
    this.busy = true;
    this.failure = null;
    try {
      const user = await api('POST', path, { ...values, email: values.email.trim() }, { anonymous: true });
      this.entered(user);
    } catch (error) {
      this.failure = error.message;
      if (error.status === 429) this.count(error.retryAfter);
    }
    this.busy = false;
  }

  count(seconds) {
    clearInterval(this.timer);
    this.wait = seconds || 5;
    this.timer = setInterval(() => { if (--this.wait <= 0) { clearInterval(this.timer); this.failure = null; } }, 1000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  renderFailure() {
    return this.failure ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.wait > 0 ? t('in.wait', { s: this.wait }) : this.failure}</span></p>` : nothing;
  }
}

const brand = () => html`<div class="entry-brand"><svg aria-hidden="true"><use href="#i-carafe"></use></svg><span>Carafe</span></div>`;

class SignIn extends EntryForm {
  static properties = { ...EntryForm.properties, creating: { state: true } };

  entered(user) {
    this.dispatchEvent(new CustomEvent('entered', { detail: user }));
  }

  firstUpdated() {
    this.querySelector('input')?.focus();
    document.title = 'Carafe';
    if (state.config?.features?.auth === false) this.enter();
  }

  /** Where nobody signs in, the server knows who comes. */
  async enter() {
    this.busy = true;
    try {
      this.entered(await api('POST', '/api/v1/auths/signin', { email: '', password: '' }, { anonymous: true }));
    } catch (error) {
      this.failure = error.message;
    }
    this.busy = false;
  }

  switch(creating) {
    Object.assign(this, { creating, failure: null, wrong: null });
    this.updateComplete.then(() => this.querySelector('input')?.focus());
  }

  render() {
    const first = state.config?.onboarding;
    const create = first || this.creating;
    return html`<main class="entry" id="main">${brand()}
      <form class="card" novalidate @submit=${(e) => this.submit(e, create ? '/api/v1/auths/signup' : '/api/v1/auths/signin', create)}>
        <h1>${first ? t('up.first') : create ? t('up.title') : t('in.title')}</h1>
        <p class="lead">${first ? t('up.first.text') : t('in.lead')}</p>
        ${create ? this.field('name', 'text', t('in.name'), 'name') : nothing}
        ${this.field('email', 'email', t('in.email'), create ? 'email' : 'username')}
        ${this.field('password', 'password', t('in.password'), create ? 'new-password' : 'current-password', create ? t('up.password.hint') : nothing)}
        ${this.renderFailure()}
        <button class="primary wide" ?disabled=${this.busy || this.wait > 0}>${this.busy ? t('in.busy') : create ? t('up.submit') : t('in.submit')}</button>
        ${first ? nothing : this.renderOther(create)}
      </form></main>`;
  }

  renderOther(create) {
    if (create) return html`<p class="other">${t('in.have')} <button type="button" class="link" @click=${() => this.switch(false)}>${t('in.submit')}</button></p>`;
    return state.config?.features?.enable_signup
      ? html`<p class="other">${t('in.new')} <button type="button" class="link" @click=${() => this.switch(true)}>${t('in.create')}</button></p>`
      : html`<p class="other">${t('in.closed')}</p>`;
  }
}
customElements.define('cf-sign-in', SignIn);

/** In a dialog above the page, after a session ended; the page below keeps its state. */
class SignInAgain extends View {
  firstUpdated() {
    dialog(t('in.again'), (close) => html`<p>${t('in.again.text')}</p><cf-again-form .close=${close}></cf-again-form>`, { locked: true }).then(signedInAgain);
  }

  render() { return nothing; }
}
customElements.define('cf-sign-in-again', SignInAgain);

class AgainForm extends EntryForm {
  entered(user) { this.close(user); }

  firstUpdated() {
    this.querySelector('#in-email').value = state.user.email;
    this.querySelector('#in-password').focus();
  }

  render() {
    return html`<form novalidate @submit=${(e) => this.submit(e, '/api/v1/auths/signin', false)}>
      ${this.field('email', 'email', t('in.email'), 'username')}
      ${this.field('password', 'password', t('in.password'), 'current-password')}
      ${this.renderFailure()}
      <footer><button type="button" @click=${() => location.reload()}>${t('nav.signout')}</button>
      <button class="primary" ?disabled=${this.busy || this.wait > 0}>${t('in.submit')}</button></footer></form>`;
  }
}
customElements.define('cf-again-form', AgainForm);

/** For an account that nobody has let in yet: says who to ask and looks by itself. */
class Pending extends View {
  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => this.look(), 10_000);
    api('GET', '/api/v1/auths/admin/details').then((admin) => { this.admin = admin; this.requestUpdate(); })
      .catch(() => undefined); // hidden by the administrator: the text without a name
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  async look() {
    const user = await api('GET', '/api/v1/auths/').catch(() => null); // the next look tries again
    if (user && user.role !== 'pending') this.dispatchEvent(new CustomEvent('entered', { detail: user }));
  }

  render() {
    return html`<main class="entry" id="main">${brand()}<section class="card">
      <h1>${t('pending.title')}</h1>
      <p>${t('pending.text', { email: state.user.email })}</p>
      <p>${this.admin?.email ? t('pending.who', this.admin) : t('pending.anyone')}</p>
      <div class="row"><button class="primary" @click=${this.look}>${t('pending.check')}</button>
      <button @click=${() => dispatchEvent(new CustomEvent('carafe:command', { detail: { name: 'signout' } }))}>${t('nav.signout')}</button></div>
    </section></main>`;
  }
}
customElements.define('cf-pending', Pending);
