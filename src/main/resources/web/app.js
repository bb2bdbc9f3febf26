// Starts the pages: who is there, which frame they see, what the server tells in the meantime.
import { View, html, icon, isAdmin, nothing, remember, state, update } from './state.js';
import { setLanguage, t } from './messages.js';
import { api, applyTheme, loadModels, ping } from './api.js';
import { go, href, startRouter } from './router.js';
import { listen } from './server-events.js';
import { toast } from './overlays.js';
import './shortcuts.js';

// What only some views need is fetched with them.
const PAGES = {
  chat: () => import('./conversation.js'),
  list: () => import('./chat-list.js'),
  settings: () => import('./settings.js'),
  admin: () => import('./admin.js'),
  signin: () => import('./sign-in.js'),
  run: () => import('./run.js'),
  learn: () => import('./learn.js'),
  teach: () => import('./teach.js'),
  workflows: () => import('./flows.js'),
};
const settingsTabs = ['profile', 'look', 'answers', 'access'];
const teachTabs = ['gradebook', 'stuck', 'hints', 'regrade', 'problems'];
const adminTabs = ['users', 'connections', 'models', 'routing', 'sandbox', 'signup', 'proxy'];

class App extends View {
  connectedCallback() {
    super.connectedCallback();
    startRouter();
    addEventListener('carafe:back', () => this.returned());
    this.start();
  }

  async start() {
    try {
      const config = await api('GET', '/api/config');
      update({ config });
      if (!remember.get('language') && !navigator.language.startsWith('zh') && config.default_locale) setLanguage(config.default_locale);
      const user = config.permissions ? await this.whoIsHere() : null;
      if (user) await this.enter(user);
      else this.outside();
    } catch (e) {
      this.failure = e;
      this.requestUpdate();
    }
  }

  /** The session user; the configuration already told that there is one, but it may end at any moment. */
  async whoIsHere() {
    try {
      return await api('GET', '/api/v1/auths/', undefined, { anonymous: true });
    } catch (e) {
      if (e.status === 401 || e.status === 403) return null;
      throw e;
    }
  }

  /** A part of the pages is gone: the server has a newer version of them, or is away. */
  stale() {
    if (state.online) toast(t('app.stale'), { action: { label: t('app.reload'), run: () => location.reload() }, seconds: 600 });
  }

  outside() {
    remember.set('known', null);
    update({ user: null, ready: true });
    import('./sign-in.js');
  }

  /** A session is there: loads what every page needs. */
  async enter(user) {
    update({ user, ready: true });
    if (user.role === 'pending') return import('./sign-in.js');
    remember.set('known', '1');
    if (location.pathname.endsWith('/signin')) go('/', { replace: true });
    listen();
    const settings = api('GET', '/api/v1/users/user/settings').then((s) => {
      const ui = s?.ui ?? {};
      update({ settings: ui });
      if (ui.theme) applyTheme(ui.theme);
      if (ui.language) this.speak(ui.language);
    });
    await Promise.all([settings, loadModels()]).catch((e) => {
      if (state.models === null) update({ models: [] });
      toast(e.message, { tone: 'bad' });
    });
  }

  speak(language) {
    if (language === document.documentElement.lang) return;
    remember.set('language', language);
    setLanguage(language);
    update({});
  }

  returned() {
    if (!state.config) return this.start();
    toast(t('offline.back'));
    loadModels().catch(() => undefined); // the banner speaks up again by itself
  }

  willUpdate() {
    const { page } = state.route;
    if (!state.user || state.user.role === 'pending') return;
    const wanted = page === 'chat' ? ['chat', 'list'] : [page];
    for (const name of wanted) PAGES[name]?.().catch(() => this.stale());
  }

  updated() {
    const names = { settings: t('nav.settings'), admin: t('nav.admin'), run: t('nav.run'), workflows: t('nav.workflows'), learn: t('nav.learn'), teach: t('nav.teach') };
    if (names[state.route.page]) document.title = `${names[state.route.page]} · Carafe`;
    this.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  render() {
    if (!state.ready) return this.renderBoot();
    if (!state.user) return html`${this.renderBanner()}<cf-sign-in @entered=${(e) => this.enter(e.detail)}></cf-sign-in><cf-toasts></cf-toasts>`;
    if (state.user.role === 'pending') return html`${this.renderBanner()}<cf-pending @entered=${(e) => this.enter(e.detail)}></cf-pending><cf-toasts></cf-toasts>`;
    const { page } = state.route;
    return html`<a class="skip" href="#main" @click=${(e) => { e.preventDefault(); this.querySelector('main').focus(); }}>${t('app.skip')}</a>
      ${this.renderBanner()}
      <div class="frame ${page === 'chat' || page === 'settings' || page === 'admin' || page === 'teach' ? 'has-list' : ''}">
        ${this.renderRail()}${this.renderSecond()}
        <main id="main" tabindex="-1">${this.renderPage()}</main>
      </div>
      ${state.expired ? html`<cf-sign-in-again></cf-sign-in-again>` : nothing}
      <cf-toasts></cf-toasts>`;
  }

  // until the first answers are there: the frame, or what is wrong
  renderBoot() {
    const failed = this.failure && state.online;
    return html`${this.renderBanner()}<div class="boot"><div class="boot-rail"></div><div class="boot-list"></div><div class="boot-main">
      ${failed ? html`<div class="blank-state">${icon('warn', 'large')}<h1>${t('err.load')}</h1><p>${this.failure.message}</p>
        <button class="primary" @click=${() => location.reload()}>${t('app.retry')}</button></div>` : nothing}</div></div>`;
  }

  renderBanner() {
    return state.online ? nothing : html`<cf-offline></cf-offline>`;
  }

  renderRail() {
    const { page } = state.route;
    const item = (name, path, label) => html`<a class="nav-item" data-go href=${href(path)} aria-current=${page === name || (page === 'teach' && name === 'learn') ? 'page' : nothing}>
      ${icon(name)}<span>${label}</span></a>`;
    return html`<nav class="rail" aria-label=${t('nav.main')}>
      <a class="brand" data-go href=${href('/')} aria-label="Carafe"><svg aria-hidden="true"><use href="#i-carafe"></use></svg></a>
      ${item('chat', '/', t('nav.chat'))}
      ${item('learn', '/learn', t('nav.learn'))}
      ${item('run', '/run', t('nav.run'))}
      ${item('workflows', '/workflows', t('nav.workflows'))}
      ${isAdmin() ? item('admin', '/admin/users', t('nav.admin')) : nothing}
      <span class="rail-gap"></span>
      <cf-menu up class="account" label="${t('nav.account')}: ${state.user.name}" .face=${html`<span class="avatar" data-initials=${initials(state.user.name)}></span><span class="rail-word">${t('nav.account')}</span>`}
        .items=${[
          { icon: 'settings', label: t('nav.settings'), run: () => go('/settings/profile') },
          { icon: 'search', label: t('nav.palette'), run: () => command('palette') },
          { icon: 'keys', label: t('nav.keys'), run: () => command('help') },
          { icon: 'out', label: t('nav.signout'), run: () => command('signout') },
        ]}></cf-menu></nav>`;
  }

  renderSecond() {
    const { page, tab, course } = state.route;
    if (page === 'chat') {
      return html`<aside class="second ${state.drawer ? 'open' : ''}" aria-label=${t('chat.list')}><cf-chat-list></cf-chat-list></aside>
        ${state.drawer ? html`<div class="drawer-veil" @click=${() => update({ drawer: false })}></div>` : nothing}`;
    }
    const tabs = { settings: ['set', settingsTabs], admin: ['adm', adminTabs], teach: ['teach', teachTabs] }[page];
    if (!tabs) return nothing;
    const [prefix, names] = tabs;
    const label = (name) => t(`${prefix}.${name === 'connections' ? 'conn' : name}`);
    return html`<aside class="second tabs" aria-label=${t(`nav.${page}`)}><h2>${t(`nav.${page}`)}</h2><nav>${names.map((name) => html`
      <a data-go href=${href(`/${page}/${course ? `${encodeURIComponent(course)}/` : ''}${name}`)} aria-current=${tab === name ? 'page' : nothing}>${label(name)}</a>`)}</nav></aside>`;
  }

  renderPage() {
    const { page, id, tab, course, lesson } = state.route;
    if (page === 'chat') return html`<cf-conversation .chatId=${id}></cf-conversation>`;
    if (page === 'run') return html`<cf-run></cf-run>`;
    if (page === 'learn') return html`<cf-learn .course=${course} .lesson=${lesson}></cf-learn>`;
    if (page === 'teach' && teachTabs.includes(tab)) return html`<cf-teach .course=${course} .tab=${tab}></cf-teach>`;
    if (page === 'workflows') return html`<cf-flows .flowId=${id} .tab=${tab}></cf-flows>`;
    if (page === 'settings' && settingsTabs.includes(tab)) return html`<cf-settings .tab=${tab}></cf-settings>`;
    if (page === 'admin' && isAdmin() && adminTabs.includes(tab)) return html`<cf-admin .tab=${tab}></cf-admin>`;
    return html`<div class="blank-state">${icon('compass', 'large')}<h1>${t('app.notfound')}</h1><p>${t('app.notfound.text')}</p>
      <a class="button primary" data-go href=${href('/')}>${t('app.tochat')}</a></div>`;
  }
}

/** Asks the page for an action: see shortcuts.js. */
const command = (name) => dispatchEvent(new CustomEvent('carafe:command', { detail: { name } }));

/** Two letters for an account without a picture. */
const initials = (name) => (name.match(/\p{L}+/gu) ?? ['?']).slice(0, 2).map((w) => w[0].toUpperCase()).join('');

/** Says that the server is away, and when it is tried again. */
class Offline extends View {
  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => this.requestUpdate(), 500);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  render() {
    const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
    return html`<div class="banner" role="alert">${icon('warn')}<strong>${t('offline.title')}</strong>
      <span aria-hidden="true">${t('offline.text', { s: seconds })}</span><button @click=${ping}>${t('offline.now')}</button></div>`;
  }
}
customElements.define('cf-offline', Offline);
customElements.define('cf-app', App);
