// The bench of a lesson: editor above, and below what running, checking and submitting said, and help.
import { View, html, icon, nothing, remember } from './state.js';
import { t } from './messages.js';
import { api, probe } from './api.js';
import { attempt, field } from './forms.js';
import { toast } from './overlays.js';
import { number } from './time.js';
import { faultLine, run } from './run-stream.js';
import { Work } from './lesson-work.js';
import './run-editor.js';
import './run-output.js';
import './lesson-results.js';
import './lesson-help.js';

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
const mod = mac ? '⌘' : 'Ctrl';
const TABS = ['results', 'output', 'help'];
const POLL = 1000; // ms between questions for a grade that waits

/** In: `data` (the lesson), `mine`. Out: `mine` (what changed of it), `kept` (how the code is stored). */
class Bench extends View {
  static properties = {
    data: { attribute: false }, mine: { attribute: false }, tab: { state: true }, busy: { state: true }, report: { state: true }, wrong: { state: true },
    running: { state: true }, result: { state: true }, failure: { state: true }, elapsed: { state: true }, waitUntil: { state: true }, active: { state: true }, stdin: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    this.leave = () => this.work?.leave();
    this.keys = (e) => this.key(e);
    this.back = () => this.work?.flush();
    addEventListener('pagehide', this.leave);
    addEventListener('keydown', this.keys);
    addEventListener('carafe:back', this.back);
    this.commands = (e) => this.command(e.detail.name);
    addEventListener('carafe:command', this.commands);
    this.clock = setInterval(() => this.tick(), 200);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('pagehide', this.leave);
    removeEventListener('keydown', this.keys);
    removeEventListener('carafe:back', this.back);
    removeEventListener('carafe:command', this.commands);
    clearInterval(this.clock);
    this.stop();
    this.work?.flush();
  }

  willUpdate(changed) {
    if (!changed.has('data')) return;
    this.stop();
    this.work?.flush();
    const { course, id, files } = this.data;
    this.work = new Work(course, id, files, (state) => this.tell('kept', state));
    this.work.adopt(this.mine);
    const names = Object.keys(this.work.files);
    Object.assign(this, { active: names.includes(this.data.entry) ? this.data.entry : names[0], tab: this.data.exercise ? 'results' : 'output', busy: null, report: null, wrong: null, running: null, result: null, failure: null, stdin: remember.get(`stdin.${course}/${id}`) ?? this.firstInput() });
    this.fresh = true;
  }

  /** What a program that reads would be given first: the input of the first test. */
  firstInput() {
    const { files, entry, tests } = this.data;
    return /\binput\(|\bsys\.stdin\b|readline|\bread\b|scanf/.test(files[entry] ?? '') ? tests?.[0]?.input ?? '' : '';
  }

  updated() {
    if (!this.fresh || !this.editor) return;
    this.fresh = false;
    this.editor.forget();
    this.output.clear();
    this.show();
  }

  get editor() { return this.querySelector('cf-code-editor'); }
  get output() { return this.querySelector('cf-run-output'); }
  get path() { return `/api/v1/courses/${encodeURIComponent(this.data.course)}/exercises/${encodeURIComponent(this.data.id)}`; }

  tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  show() {
    this.editor.open(this.active, this.work.files[this.active] ?? '', t('run.editor', { name: this.active }), this.data.language);
  }

  pick(name) {
    this.active = name;
    this.show();
  }

  tick() {
    const since = this.running?.since ?? this.busy?.since;
    if (since) this.elapsed = performance.now() - since;
    if (!this.waitUntil) return;
    if (this.waitUntil <= Date.now()) this.waitUntil = null;
    else this.requestUpdate();
  }

  key(e) {
    if (e.key !== 'Enter' || !(mac ? e.metaKey : e.ctrlKey) || e.defaultPrevented || document.querySelector('dialog[open]')) return;
    e.preventDefault();
    if (e.shiftKey && this.data.exercise) this.check();
    else this.run();
  }

  command(name) {
    if (name === 'stop') this.stop();
    if (name === 'focus') this.editor.focusText();
  }

  stop() {
    this.abort?.abort();
  }

  begin() {
    this.stop();
    this.abort = new AbortController();
    this.elapsed = 0;
    this.editor.mark([]);
    return this.abort.signal;
  }

  // ---- running

  async run() {
    if (this.busy || this.running || this.waitUntil) return;
    const signal = this.begin();
    Object.assign(this, { tab: 'output', result: null, failure: null });
    this.output.clear();
    this.running = { since: performance.now() };
    const { language, entry } = this.data;
    const files = Object.entries(this.work.files).map(([name, content]) => ({ name, content }));
    try {
      await run({ language, files, entrypoint: entry, stdin: this.stdin }, (name, data) => this.heard(name, data), signal);
    } catch (e) {
      if (e.name === 'AbortError') this.result = { status: 'cancelled', success: false, violations: [] };
      else this.failure = this.wait(e);
    } finally {
      this.output?.finish();
      this.running = null;
    }
  }

  heard(name, data) {
    if (name === 'stdout' || name === 'stderr') this.output.add(name, data.text);
    if (name !== 'result') return;
    this.result = data;
    this.markFault(data.success ? '' : data.stderr ?? '');
  }

  markFault(text) {
    const line = text && this.active === this.data.entry ? faultLine(text, this.data.entry, this.data.language) : null;
    if (line) this.editor.mark([{ line, message: text.trim().split('\n').at(-1), tone: 'error' }]);
  }

  wait(e) {
    if (!('status' in e)) probe();
    if (e.status === 429) this.waitUntil = Date.now() + Math.max(1, e.retryAfter || e.details?.retry_after || 5) * 1000;
    return 'status' in e ? e : { status: 0, message: t('run.broken'), details: {} };
  }

  // ---- checking and submitting

  check() { return this.examine('check'); }
  submit() { return this.examine('submit'); }

  async examine(kind) {
    if (this.busy || this.running || this.waitUntil) return;
    const signal = this.begin();
    Object.assign(this, { tab: 'results', wrong: null, busy: { kind, since: performance.now() } });
    try {
      let report = await api('POST', `${this.path}/${kind}`, { files: { ...this.work.files } }, { signal });
      if (report.status === 'queued') report = await this.graded(report.submission_id, signal);
      this.finished(kind, report);
    } catch (e) {
      if (e.name !== 'AbortError') this.wrong = this.wait(e);
    } finally {
      this.busy = null;
    }
  }

  async graded(id, signal) {
    this.busy = { ...this.busy, queued: true };
    for (;;) {
      await new Promise((next) => setTimeout(next, POLL));
      signal.throwIfAborted();
      const s = await api('GET', `/api/v1/submissions/${id}`, undefined, { signal });
      if (s.graded_at) return { ...s, submission_id: s.id, max_points: this.data.points, passed: s.status === 'pass' || s.score === 1 };
    }
  }

  async finished(kind, report) {
    this.report = { kind, ...report };
    this.markFault(report.tests?.find((test) => test.error)?.error ?? report.message ?? '');
    if (kind !== 'submit') return;
    try {
      this.tell('mine', await api('GET', `${this.path.replace('/exercises/', '/lessons/')}/mine`));
    } catch { /* the figures beside the text are a little old; the report itself is here */ }
  }

  // ---- the code

  async reset() {
    const done = await attempt(() => this.work.reset());
    if (!done) return;
    this.tell('mine', done.mine);
    this.take(this.work.files);
    toast(t('lesson.reset.done'), { action: { label: t('app.undo'), run: () => { this.work.replace(done.before); this.take(this.work.files); } } });
  }

  take(files) {
    if (!(this.active in files)) this.active = Object.keys(files)[0];
    this.editor.forget();
    this.show();
  }

  async attempts() {
    const { openAttempts } = await import('./lesson-attempts.js');
    const chosen = await openAttempts(this.data);
    if (!chosen) return;
    const before = { ...this.work.files };
    this.work.replace(chosen);
    this.take(this.work.files);
    toast(t('lesson.attempt.taken'), { action: { label: t('app.undo'), run: () => { this.work.replace(before); this.take(this.work.files); } } });
  }

  render() {
    const { data, mine } = this;
    return html`<section class="bench-code" aria-label=${t('lesson.side.bench')}>${this.renderTabs()}
        <cf-code-editor role="tabpanel" id="bench-panel" aria-label=${this.active} @edited=${(e) => this.work.edit(this.active, e.detail.text)} @run-asked=${this.run}></cf-code-editor>
        ${this.renderBar(data, mine)}</section>
      <section class="bench-panel"><div class="bench-tabs" role="tablist" aria-label=${t('lesson.answers')} @keydown=${this.tabKeys}>${this.tabs.map((name) => html`
          <button role="tab" id="tab-${name}" aria-controls="panel-${name}" aria-selected=${this.tab === name} tabindex=${this.tab === name ? 0 : -1} @click=${() => (this.tab = name)}>${t(`lesson.tab.${name}`)}${this.badge(name)}</button>`)}
          <span class="grow"></span></div>
        <div class="bench-body" role="tabpanel" id="panel-results" aria-labelledby="tab-results" ?hidden=${this.tab !== 'results'}>
          <cf-results .data=${data} .mine=${mine} .report=${this.report} .wrong=${this.wrong} .busy=${this.busy} .elapsed=${this.elapsed} .waitUntil=${this.waitUntil}
            @stop=${this.stop} @again=${() => this.examine(this.report?.kind ?? 'check')} @help=${() => { this.tab = 'help'; this.querySelector('cf-lesson-help').hint(); }}></cf-results></div>
        <div class="bench-body" role="tabpanel" id="panel-output" aria-labelledby="tab-output" ?hidden=${this.tab !== 'output'}>${this.renderInput()}
          <cf-run-output .running=${this.running} .elapsed=${this.elapsed} .result=${this.result} .failure=${this.failure} .waitUntil=${this.waitUntil}
            @run-asked=${this.run} @show-line=${(e) => { this.pick(data.entry); this.editor.show(e.detail); }}></cf-run-output></div>
        <div class="bench-body" role="tabpanel" id="panel-help" aria-labelledby="tab-help" ?hidden=${this.tab !== 'help'}>
          <cf-lesson-help .data=${data} .mine=${mine} .files=${() => this.work.files} .fault=${() => this.fault()} .shown=${this.tab === 'help'} @mine=${(e) => this.tell('mine', e.detail)}></cf-lesson-help></div></section>`;
  }

  get tabs() { return this.data.exercise ? TABS : ['output', 'help']; }

  badge(name) {
    if (name !== 'results' || !this.report?.tests?.length) return nothing;
    const good = this.report.tests.filter((test) => test.status === 'pass').length;
    return html`<span class="tab-badge ${good === this.report.tests.length ? 'good' : 'bad'}">${good}/${this.report.tests.length}</span>`;
  }

  /** The last thing that went wrong, in a few words: the tutor looks at it. */
  fault() {
    const failed = this.report?.tests?.find((test) => !test.hidden && test.status !== 'pass');
    const parts = failed && this.tab !== 'output' ? [failed.name, failed.message, failed.error, failed.got && `got: ${failed.got}`] : [this.result?.success === false && this.result.stderr];
    return parts.filter(Boolean).join('\n').slice(-2000);
  }

  tabKeys(e) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!move) return;
    e.preventDefault();
    const { tabs } = this;
    this.tab = tabs[(tabs.indexOf(this.tab) + move + tabs.length) % tabs.length];
    this.updateComplete.then(() => this.querySelector('.bench-tabs [aria-selected=true]').focus());
  }

  renderTabs() {
    const names = Object.keys(this.work.files);
    if (names.length < 2) return nothing;
    return html`<div class="run-tabs"><div role="tablist" aria-label=${t('run.files')}>${names.map((name) => html`
      <button role="tab" class="run-tab" aria-selected=${name === this.active} aria-controls="bench-panel" @click=${() => this.pick(name)}>${name}</button>`)}</div></div>`;
  }

  renderInput() {
    return html`<details class="run-options" ?open=${!!this.stdin}><summary>${t('run.stdin')}</summary><div class="run-fields">
      ${field(t('run.stdin.hint'), html`<textarea id="b-stdin" rows="3" spellcheck="false" maxlength="100000" .value=${this.stdin} @input=${(e) => this.input(e.target.value)}></textarea>`, { id: 'b-stdin' })}</div></details>`;
  }

  input(text) {
    this.stdin = text;
    remember.set(`stdin.${this.data.course}/${this.data.id}`, text);
  }

  renderBar(data, mine) {
    const away = !!this.busy || !!this.running || !!this.waitUntil;
    const wait = this.waitUntil ? Math.ceil((this.waitUntil - Date.now()) / 1000) : 0;
    const none = mine.attempts?.allowed > 0 && mine.attempts.left <= 0;
    return html`<div class="bench-bar">
      ${this.running ? html`<button @click=${this.stop}>${icon('stop')}${t('app.cancel')}</button>`
        : html`<button ?disabled=${away} title="${mod} Enter" @click=${this.run}>${icon('run')}${t('run.go')}</button>`}
      ${data.exercise ? html`<button ?disabled=${away || mine.locked} title="${mod} Shift Enter" @click=${this.check}>${icon('check')}${t('lesson.check')}</button>
        <button class="primary" ?disabled=${away || mine.locked || none} title=${none ? t('lesson.attempts.none') : t('lesson.submit.title')} @click=${this.submit}>${icon('send')}${wait ? t('run.wait', { s: wait }) : t('lesson.submit')}</button>` : nothing}
      <span class="grow"></span>
      ${this.busy && this.elapsed > 1000 ? html`<span class="minor figure" aria-hidden="true">${number(this.elapsed / 1000, 0)} s</span>` : nothing}
      <cf-menu up .items=${[
        data.exercise && { icon: 'list', label: t('lesson.attempts'), run: () => this.attempts() },
        { icon: 'again', label: t('lesson.reset'), run: () => this.reset() },
      ]}></cf-menu></div>`;
  }
}
customElements.define('cf-lesson-bench', Bench);
