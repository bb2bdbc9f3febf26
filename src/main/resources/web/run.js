// The Run page: a program, its input, and what it says while it runs in the sandbox.
import { View, html, icon, isAdmin, nothing, remember, style, update } from './state.js';
import { t } from './messages.js';
import { api, probe } from './api.js';
import { href } from './router.js';
import { copy, dialog, toast } from './overlays.js';
import { field } from './forms.js';
import { EXAMPLES, Program } from './run-program.js';
import { faultLine, run, words } from './run-stream.js';
import { pack, unpack } from './run-link.js';
import './run-output.js';

await Promise.all([style('pages.css'), style('run.css'), import('./run-editor.js')]);

const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
const narrow = matchMedia('(max-width: 760px)');
const PATIENCE = 3000; // after which a cancel that nobody confirmed cuts the connection

class Run extends View {
  static properties = {
    languages: { state: true }, running: { state: true }, result: { state: true }, failure: { state: true }, waitUntil: { state: true },
    borrowed: { state: true }, elapsed: { state: true }, stopping: { state: true }, optionsOpen: { state: true },
  };

  connectedCallback() {
    super.connectedCallback();
    this.program = Program.restored(remember.get('run'));
    this.optionsOpen = this.hasInput && !narrow.matches;
    this.commands = (e) => this.command(e.detail.name);
    this.keys = (e) => this.key(e);
    this.linked = () => this.openLink();
    this.keep = () => this.save();
    addEventListener('carafe:command', this.commands);
    addEventListener('keydown', this.keys);
    addEventListener('hashchange', this.linked);
    addEventListener('pagehide', this.keep);
    addEventListener('carafe:back', this.linked);
    this.clock = setInterval(() => this.tick(), 200);
    this.loadLanguages();
    if (isAdmin()) import('./run-pool.js');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.save();
    this.abort?.abort();
    clearInterval(this.clock);
    removeEventListener('carafe:command', this.commands);
    removeEventListener('keydown', this.keys);
    removeEventListener('hashchange', this.linked);
    removeEventListener('pagehide', this.keep);
    removeEventListener('carafe:back', this.linked);
  }

  async firstUpdated() {
    await this.openLink();
    this.showFile();
    if (!matchMedia('(pointer: coarse)').matches) this.editor.focusText();
  }

  get hasInput() { return !!(this.program.stdin || this.program.args); }
  get editor() { return this.querySelector('cf-code-editor'); }
  get output() { return this.querySelector('cf-run-output'); }

  async loadLanguages() {
    try {
      this.languages = (await api('GET', '/api/v1/code/languages')).languages;
    } catch {
      this.languages ??= []; // the banner, or the first run, says what is wrong
    }
  }

  /** A program that came with the address is shown and never run by itself; one's own stays stored. */
  async openLink() {
    if (!this.languages?.length) this.loadLanguages();
    const found = await unpack(location.hash);
    if (!found) {
      if (location.hash.startsWith('#code=')) toast(t('run.link.broken'), { tone: 'bad', seconds: 8 });
      return;
    }
    this.save();
    this.program = Program.of(found);
    this.borrowed = true;
    this.optionsOpen = this.hasInput; // part of what one is asked to read
    this.clear();
    this.editor?.forget();
    this.showFile();
  }

  ownAgain() {
    history.replaceState(null, '', href('/run'));
    this.borrowed = false;
    this.program = Program.restored(remember.get('run'));
    this.clear();
    this.editor.forget();
    this.showFile();
  }

  /** What was changed becomes one's own; the address no longer says what is shown. */
  changed() {
    if (this.borrowed || location.hash) {
      this.borrowed = false;
      history.replaceState(null, '', href('/run'));
    }
    clearTimeout(this.saving);
    this.saving = setTimeout(this.keep, 400);
  }

  save() {
    if (!this.borrowed) remember.set('run', this.program.stored());
  }

  showFile() {
    const file = this.program.file;
    this.editor?.open(file.name, file.content, t('run.editor', { name: file.name }), this.program.language);
    this.requestUpdate();
  }

  clear() {
    Object.assign(this, { result: null, failure: null });
    this.output?.clear();
    if (this.editor?.view) this.editor.mark([]);
  }

  tick() {
    if (this.running) this.elapsed = performance.now() - this.running.since;
    if (this.waitUntil) {
      if (this.waitUntil <= Date.now()) this.waitUntil = null;
      else this.requestUpdate();
    }
  }

  key(e) {
    if (e.key === 'Enter' && (mac ? e.metaKey : e.ctrlKey) && !e.defaultPrevented && !document.querySelector('dialog[open]')) {
      e.preventDefault();
      this.start();
    }
  }

  command(name) {
    if (name === 'stop') this.cancel();
    if (name === 'focus') this.editor.focusText();
  }

  async start() {
    if (this.running || this.waitUntil) return;
    this.clear();
    this.stopping = false;
    this.elapsed = 0;
    this.abort = new AbortController();
    const id = crypto.randomUUID?.() ?? `run-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.running = { id, since: performance.now() };
    if (narrow.matches) this.querySelector('.run-result').scrollIntoView({ block: 'start' });
    try {
      await run(this.program.request(id, words(this.program.args)), (name, data) => this.tell(name, data), this.abort.signal);
    } catch (e) {
      this.fail(e);
    } finally {
      this.output?.finish();
      this.running = null;
    }
  }

  tell(name, data) {
    if (name === 'stdout' || name === 'stderr') this.output.add(name, data.text);
    if (name === 'result') this.finished(data);
  }

  finished(result) {
    this.result = result;
    const marks = result.violations.map((v) => ({ ...v, tone: 'warning' }));
    const line = result.success ? null : faultLine(result.stderr, this.program.entry.name, this.program.language);
    if (line) marks.push({ line, message: result.stderr.trim().split('\n').at(-1), tone: 'error' });
    if (marks.length) this.markEntry(marks);
  }

  /** Findings are about the program's first file. */
  markEntry(marks) {
    if (this.program.file !== this.program.entry) return;
    this.editor.mark(marks);
  }

  fail(e) {
    if (e.name === 'AbortError') {
      this.result = { status: 'cancelled', success: false, violations: [] };
      return;
    }
    if (!('status' in e)) probe(); // the connection broke in the middle
    this.failure = 'status' in e ? e : { status: 0, message: t('run.broken'), details: {} };
    if (e.status === 429) this.waitUntil = Date.now() + Math.max(1, e.retryAfter || e.details?.retry_after || 5) * 1000;
    if (e.details?.violations) this.markEntry(e.details.violations.map((v) => ({ ...v, tone: 'warning' })));
  }

  async cancel() {
    if (!this.running || this.stopping) return;
    const { id } = this.running;
    this.stopping = true;
    const { abort } = this;
    setTimeout(() => abort.abort(), PATIENCE); // without effect when it has ended
    await api('POST', '/api/v1/code/cancel', { run_id: id }).catch(() => abort.abort()); // a closed connection ends it, too
  }

  speak(language) {
    this.program.switchTo(language);
    this.clear();
    this.changed();
    this.showFile();
  }

  set(name, value) {
    this.program[name] = value;
    this.changed();
  }

  async share() {
    const link = location.origin + href('/run') + (await pack(this.program.shared()));
    if (await copy(link)) toast(link.length > 8000 ? t('run.share.long', { n: Math.round(link.length / 1000) }) : t('run.share.done'));
    else toast(t('run.share.failed'), { tone: 'bad' });
  }

  async nameFile(title, name = '') {
    const given = await dialog(title, (close) => html`<form @submit=${(e) => { e.preventDefault(); close(e.target.elements.name.value.trim()); }}>
      ${field(t('run.file.name'), html`<input id="f-name" name="name" .value=${name} maxlength="255" required autocomplete="off" spellcheck="false" aria-describedby="f-name-hint">`,
        { id: 'f-name', hint: t('run.file.hint') })}
      <footer><button type="button" @click=${() => close()}>${t('app.cancel')}</button><button class="primary">${t('app.save')}</button></footer></form>`);
    if (!given || given === name) return null;
    if (this.program.files.some((f) => f.name === given)) {
      toast(t('run.file.taken', { name: given }), { tone: 'bad' });
      return null;
    }
    return given;
  }

  async addFile() {
    const name = await this.nameFile(t('run.file.add'));
    if (!name) return;
    this.program.add(name);
    this.changed();
    this.showFile();
    this.editor.focusText();
  }

  async renameFile() {
    const name = await this.nameFile(t('app.rename'), this.program.file.name);
    if (!name) return;
    this.program.file.name = name;
    this.changed();
    this.showFile();
  }

  removeFile() {
    const { file } = this.program;
    const undo = this.program.remove();
    this.changed();
    this.showFile();
    toast(t('run.file.removed', { name: file.name }), { action: { label: t('app.undo'), run: () => { undo(); this.changed(); this.showFile(); } } });
  }

  reset() {
    const before = this.program.stored();
    this.program.reset();
    this.clear();
    this.changed();
    this.showFile();
    toast(t('run.reset.done'), { action: { label: t('app.undo'), run: () => { this.program = Program.restored(before); this.changed(); this.showFile(); } } });
  }

  pick(at) {
    this.program.active = at;
    this.showFile();
  }

  tabKeys(e) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!move) return;
    e.preventDefault();
    const n = this.program.files.length;
    this.pick((this.program.active + move + n) % n);
    this.updateComplete.then(() => this.querySelector('[role=tab][aria-selected=true]').focus());
  }

  render() {
    return html`<div class="workbench"><header class="run-head"><h1>${t('nav.run')}</h1>
        <select id="run-language" aria-label=${t('run.language')} ?disabled=${!!this.running} @change=${(e) => this.speak(e.target.value)}>${this.renderLanguages()}</select>
        <span class="grow"></span>
        <button class="quiet" @click=${this.share}>${icon('link')}<span>${t('run.share')}</span></button>
        <cf-menu .items=${[
          { icon: 'edit', label: t('run.file.rename'), run: () => this.renameFile() },
          this.program.files.length > 1 && { icon: 'trash', label: t('run.file.remove'), run: () => this.removeFile(), danger: true },
          { icon: 'again', label: t('run.reset'), run: () => this.reset() },
        ]}></cf-menu>${this.renderButton()}</header>
      ${this.borrowed ? html`<div class="run-notice" role="status">${icon('info')}<span>${t('run.link.notice')}</span><button class="small" @click=${this.ownAgain}>${t('run.link.own')}</button></div>` : nothing}
      <div class="run-split">
        <section class="run-code" aria-label=${t('run.program')}>${this.renderTabs()}
          <cf-code-editor role="tabpanel" id="run-panel" aria-label=${this.program.file.name} @edited=${(e) => { this.program.file.content = e.detail.text; this.changed(); }} @run-asked=${this.start}></cf-code-editor>
          ${this.renderInput()}</section>
        <section class="run-result" aria-label=${t('run.output')}>
          <cf-run-output .running=${this.running} .elapsed=${this.elapsed} .result=${this.result} .failure=${this.failure} .waitUntil=${this.waitUntil}
            @run-asked=${this.start} @show-line=${(e) => { this.pick(0); this.editor.show(e.detail); }}></cf-run-output></section>
      </div>
      ${isAdmin() ? html`<cf-pool></cf-pool>` : nothing}</div>`;
  }

  renderLanguages() {
    const known = this.languages?.length ? this.languages : [{ id: this.program.language, title: EXAMPLES[this.program.language]?.title ?? this.program.language, available: true }];
    const some = known.some((l) => l.available); // else it is the engine that is missing, and not an image
    return known.map((l) => html`<option value=${l.id} ?selected=${l.id === this.program.language}>${l.available || !some ? l.title : t('run.language.missing', { name: l.title })}</option>`);
  }

  renderButton() {
    if (this.running) return html`<button class="run-go" ?disabled=${this.stopping} @click=${this.cancel}>${icon('stop')}<span>${t('app.cancel')}</span></button>`;
    const seconds = this.waitUntil ? Math.ceil((this.waitUntil - Date.now()) / 1000) : 0;
    return html`<button class="primary run-go" ?disabled=${seconds > 0} title="${mac ? '⌘' : 'Ctrl'} Enter" @click=${this.start}>${icon('run')}<span>${seconds > 0 ? t('run.wait', { s: seconds }) : t('run.go')}</span></button>`;
  }

  renderTabs() {
    return html`<div class="run-tabs"><div role="tablist" aria-label=${t('run.files')} @keydown=${this.tabKeys}>${this.program.files.map((file, i) => html`
        <button role="tab" class="run-tab" aria-selected=${i === this.program.active} aria-controls="run-panel" tabindex=${i === this.program.active ? 0 : -1}
          @click=${() => this.pick(i)} @dblclick=${this.renameFile}>${file.name}</button>`)}</div>
      <button class="quiet icon-only" title=${t('run.file.add')} aria-label=${t('run.file.add')} @click=${this.addFile}>${icon('plus')}</button></div>`;
  }

  renderInput() {
    const p = this.program;
    return html`<details class="run-options" .open=${this.optionsOpen} @toggle=${(e) => (this.optionsOpen = e.target.open)}><summary>${t('run.options')}</summary>
      <div class="run-fields">
        ${field(t('run.stdin'), html`<textarea id="r-stdin" rows="3" spellcheck="false" maxlength="1000000" aria-describedby="r-stdin-hint" .value=${p.stdin} @input=${(e) => this.set('stdin', e.target.value)}></textarea>`, { id: 'r-stdin', hint: t('run.stdin.hint') })}
        ${field(t('run.args'), html`<input id="r-args" spellcheck="false" autocomplete="off" maxlength="4000" aria-describedby="r-args-hint" .value=${p.args} @input=${(e) => this.set('args', e.target.value)}>`, { id: 'r-args', hint: t('run.args.hint') })}
        ${field(t('run.timeout'), html`<select id="r-timeout" @change=${(e) => this.set('timeout', Number(e.target.value))}>${[0, 2, 5, 10, 30, 60].map((s) => html`
          <option value=${s} ?selected=${p.timeout === s}>${s ? t('run.seconds', { s }) : t('run.timeout.usual')}</option>`)}</select>`, { id: 'r-timeout' })}
        ${p.language === 'python' ? field(t('run.safety'), html`<select id="r-safety" aria-describedby="r-safety-hint" @change=${(e) => this.set('safety', e.target.value)}>${['off', 'basic', 'strict'].map((l) => html`
          <option value=${l} ?selected=${p.safety === l}>${t(`run.safety.${l}`)}</option>`)}</select>`, { id: 'r-safety', hint: t('run.safety.hint') }) : nothing}
      </div></details>`;
  }
}
customElements.define('cf-run', Run);
