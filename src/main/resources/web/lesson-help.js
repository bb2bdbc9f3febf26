// Help in three steps: the teacher's hints, one at a time, and then the tutor, who answers questions and knows no solution.
import { View, html, icon, nothing, state } from './state.js';
import { t } from './messages.js';
import { api, refusal, request } from './api.js';
import { attempt, field } from './forms.js';
import { MarkdownView } from './markdown.js';

/** A piece of Markdown that may grow. */
class Prose extends HTMLElement {
  set text(value) {
    this.view ??= new MarkdownView(this);
    this.view.set(value, !this.growing);
  }
}
customElements.define('cf-prose', Prose);

class Help extends View {
  static properties = {
    data: { attribute: false }, mine: { attribute: false }, files: { attribute: false }, fault: { attribute: false }, shown: { attribute: false },
    hints: { state: true }, ownKey: { state: true }, talk: { state: true }, busy: { state: true }, problem: { state: true },
  };

  willUpdate(changed) {
    if (changed.has('data')) Object.assign(this, { hints: null, talk: null, busy: null, problem: null });
    if (changed.has('mine') && this.mine?.hints) this.hints = this.mine.hints;
    if (this.shown && !this.talk) this.remembered();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.abort?.abort();
  }

  /** As the API names a lesson of any course. */
  get lessonId() { return `${this.data.course}/${this.data.id}`; }
  get tutorHere() { return this.mine.tutor?.enabled !== false; }

  /** What was said before; without it the tutor still works. */
  async remembered() {
    this.talk = [];
    const lesson = this.lessonId;
    try {
      const me = await api('GET', '/api/users/current');
      const said = await api('GET', `/api/v1/chat-history/user/${me.id}/lesson/${encodeURIComponent(lesson)}?limit=50`);
      if (lesson !== this.lessonId || this.talk.length) return;
      this.talk = (said.messages ?? said).filter((m) => m.role !== 'system').map(({ role, content }) => ({ role, content }));
    } catch { /* a conversation without its past */ }
  }

  async hint() {
    if (this.busy) return;
    Object.assign(this, { busy: 'hint', problem: null });
    try {
      const path = `/api/v1/courses/${encodeURIComponent(this.data.course)}/exercises/${encodeURIComponent(this.data.id)}/hint`;
      const got = await api('POST', path, { files: { ...this.files() }, kind: 'auto' });
      if (got.kind === 'none') this.problem = { message: got.text || t('help.none'), tone: 'info' };
      else this.hints = [...(this.hints ?? []).filter((h) => h.id !== got.id), got];
      this.tellMine({ hints: this.hints ?? [], steps_left: got.steps_left ?? this.mine.steps_left, tutor: { ...this.mine.tutor, left: got.tutor_left ?? this.mine.tutor?.left } });
      await this.updateComplete;
      this.querySelector('.hint:last-of-type')?.scrollIntoView({ block: 'nearest' });
    } catch (e) {
      this.problem = e;
    } finally {
      this.busy = null;
    }
  }

  tellMine(part) { this.dispatchEvent(new CustomEvent('mine', { detail: part })); }

  async ask(e) {
    e.preventDefault();
    const box = this.querySelector('#tutor-ask');
    const message = box.value.trim();
    if (!message || this.busy) return;
    box.value = '';
    const answer = { role: 'assistant', content: '', growing: true };
    const before = (this.talk ?? []).map(({ role, content }) => ({ role, content }));
    this.talk = [...(this.talk ?? []), { role: 'user', content: message }, answer];
    Object.assign(this, { busy: 'tutor', problem: null });
    this.abort = new AbortController();
    try {
      await this.stream({ message, conversation_history: before.slice(-10), lesson_id: this.lessonId, code: this.code(), last_error: this.fault() || null, stream: true }, answer);
    } catch (e2) {
      if (e2.name !== 'AbortError') this.problem = e2;
      if (!answer.content) {
        this.talk = this.talk.filter((m) => m !== answer);
        if (e2.name !== 'AbortError') box.value = message; // nothing typed is lost
      }
    } finally {
      answer.growing = false;
      this.busy = null;
      this.talk = [...this.talk];
    }
  }

  code() {
    const files = this.files();
    const names = Object.keys(files);
    return names.length === 1 ? files[names[0]] : names.map((name) => `# ${name}\n${files[name]}`).join('\n\n');
  }

  async stream(body, answer) {
    const response = await request('POST', '/api/v1/chat', body, { signal: this.abort.signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += part.value;
      const blocks = rest.split('\n\n');
      rest = blocks.pop();
      for (const line of blocks.flatMap((block) => block.split('\n')).filter((l) => l.startsWith('data: '))) this.heard(JSON.parse(line.slice(6)), answer);
    }
  }

  heard(data, answer) {
    if (data.error) throw refusal(data.status ?? 500, data);
    if (data.delta) answer.content += data.delta;
    if (data.done && data.success === false) throw Object.assign(new Error(data.message || t('help.tutor.away')), { status: 502 });
    if (data.done && data.message) answer.content = data.message;
    this.frame ??= requestAnimationFrame(() => this.flow());
  }

  /** Once per frame; stays at the end only while the reader is there. */
  async flow() {
    this.frame = null;
    const box = this.closest('.bench-body');
    const atEnd = box && box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    this.talk = [...this.talk];
    await this.updateComplete;
    if (atEnd) box.scrollTop = box.scrollHeight;
  }

  keys(e) {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    e.target.form.requestSubmit();
  }

  // ---- one's own key for the tutor's model server

  async openKey(e) {
    if (!e.target.open || this.ownKey) return;
    this.ownKey = await attempt(() => api('GET', '/api/v1/courses/key'));
  }

  async saveKey(e) {
    e.preventDefault();
    const box = e.target.elements.key;
    if (!(await attempt(() => api('PUT', '/api/v1/courses/key', { api_key: box.value.trim() }), t('help.key.saved')))) return;
    box.value = '';
    this.ownKey = { set: true };
  }

  async dropKey() {
    if (await attempt(() => api('DELETE', '/api/v1/courses/key'), t('help.key.gone'))) this.ownKey = { set: false };
  }

  renderKey() {
    return html`<details class="own-key" @toggle=${this.openKey}><summary>${t('help.key')}</summary><form @submit=${this.saveKey}>
      ${field(t('help.key.label'), html`<input id="own-key" name="key" type="password" autocomplete="off" required minlength="8" maxlength="512" aria-describedby="own-key-hint">`,
        { id: 'own-key', hint: t(this.ownKey?.set ? 'help.key.set' : 'help.key.hint') })}
      <div class="row"><button class="small">${t('app.save')}</button>${this.ownKey?.set ? html`<button type="button" class="small quiet" @click=${this.dropKey}>${t('help.key.drop')}</button>` : nothing}</div></form></details>`;
  }

  render() {
    const { mine, data } = this;
    const more = (mine.steps_left ?? data.hints ?? 0) > 0 || (this.tutorHere && (mine.tutor?.left ?? 1) > 0);
    return html`${data.exercise ? html`<section class="help-hints" aria-label=${t('help.hints')}>
        ${(this.hints ?? []).map((h) => html`<article class="hint"><h4>${icon('bulb', 'small')}${h.title || t(`help.title.${h.kind}`)}<span class="minor">${t(`help.kind.${h.kind}`)}</span></h4><cf-prose class="prose" .text=${h.text}></cf-prose></article>`)}
        <div class="row"><button ?disabled=${!!this.busy || !more || mine.locked} @click=${this.hint}>${icon('bulb')}${this.busy === 'hint' ? t('help.thinking') : t(this.hints?.length ? 'help.hint.more' : 'help.hint')}</button>
          <span class="minor">${mine.steps_left > 0 ? t('help.left', { n: mine.steps_left }) : more ? t('help.left.tutor') : t('help.left.none')}</span></div></section>` : nothing}
      ${this.tutorHere ? this.renderTutor() : html`<p class="minor help-note">${t(state.models?.length === 0 ? 'help.tutor.nomodel' : 'help.tutor.off')}</p>`}
      ${this.problem ? html`<div class="problem ${this.problem.tone ?? ''}" role="alert">${icon(this.problem.tone === 'info' ? 'info' : 'warn')}<div><p>${this.problem.message}</p></div></div>` : nothing}`;
  }

  renderTutor() {
    const left = this.mine.tutor?.left;
    return html`<section class="tutor" aria-label=${t('help.tutor')}><h3>${t('help.tutor')}</h3>
      ${this.talk?.length ? html`<div class="tutor-talk" role="log" aria-live=${this.busy === 'tutor' ? 'off' : 'polite'}>${this.talk.map((m) => (m.role === 'user'
        ? html`<p class="tutor-mine">${m.content}</p>` : html`<div class="tutor-answer">${m.content ? html`<cf-prose class="prose" .growing=${m.growing} .text=${m.content}></cf-prose>` : html`<i class="dot"></i><span class="offscreen">${t('help.thinking')}</span>`}</div>`))}</div>`
        : html`<p class="minor">${t('help.tutor.text')}</p>`}
      <form class="tutor-form" @submit=${this.ask}><textarea id="tutor-ask" rows="2" maxlength="4000" aria-label=${t('help.ask')} placeholder=${t('help.ask')} @keydown=${this.keys}></textarea>
        ${this.busy === 'tutor' ? html`<button type="button" aria-label=${t('help.stop')} title=${t('help.stop')} class="icon-only" @click=${() => this.abort.abort()}>${icon('stop')}</button>`
          : html`<button class="primary icon-only" aria-label=${t('help.send')} title=${t('help.send')} ?disabled=${!!this.busy || left === 0}>${icon('send')}</button>`}</form>
      ${left === 0 ? html`<p class="minor">${t('help.tutor.spent')}</p>` : nothing}${this.renderKey()}</section>`;
  }
}
customElements.define('cf-lesson-help', Help);
