// The conversation before its first message: a greeting and first steps, or what to do when there is no model.
import { View, html, icon, isAdmin, nothing, state } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';

const STEPS = [['bulb', 'explain'], ['code', 'code'], ['text', 'text'], ['compass', 'plan']];

/** Event: try (the text to put into the message box). */
class EmptyChat extends View {
  static properties = { command: { state: true } };

  willUpdate() {
    if (state.models?.length !== 0 || this.asked || !isAdmin()) return;
    this.asked = true;
    api('GET', '/api/v1/models/local').then(({ hint }) => { this.command = hint; })
      .catch(() => undefined); // the page says what to do without the command too
  }

  greeting() {
    const hour = new Date().getHours();
    const part = hour >= 5 && hour < 12 ? 'morning' : hour >= 12 && hour < 18 ? 'day' : 'evening';
    return t(`hello.${part}`, { name: state.user.name.split(' ')[0] });
  }

  render() {
    if (state.models === null) return nothing;
    return state.models.length ? this.renderHello() : this.renderNoModel();
  }

  renderHello() {
    return html`<div class="hello">
      <svg class="hello-mark" aria-hidden="true"><use href="#i-carafe"></use></svg>
      <h1>${this.greeting()}</h1><p>${t('hello.text')}</p>
      <ul class="tries">${STEPS.map(([name, step]) => html`<li><button class="try"
        @click=${() => this.dispatchEvent(new CustomEvent('try', { detail: t(`try.${step}.text`) }))}>
        ${icon(name)}<span><strong>${t(`try.${step}`)}</strong><small>${t(`try.${step}.text`)}</small></span></button></li>`)}</ul></div>`;
  }

  renderNoModel() {
    return html`<div class="hello"><svg class="hello-mark empty" aria-hidden="true"><use href="#i-carafe"></use></svg>
      <h1>${t('nomodel.title')}</h1>
      ${isAdmin() ? html`<p>${t('nomodel.admin')}</p>
        <a class="button primary" data-go href="/admin/connections">${icon('plug')}${t('nomodel.connect')}</a>
        ${this.command ? html`<p class="minor">${t('nomodel.local')}</p>
        <div class="command"><code>${this.command}</code><cf-copy .text=${this.command}></cf-copy></div>` : nothing}` : html`<p>${t('nomodel.user')}</p>`}
    </div>`;
  }
}
customElements.define('cf-empty-chat', EmptyChat);
