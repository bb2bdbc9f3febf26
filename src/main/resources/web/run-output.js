// What a program said, how it ended, and what to do when it could not be run.
import { View, html, icon, isAdmin, nothing } from './state.js';
import { t } from './messages.js';
import { bytes, number } from './time.js';
import { href } from './router.js';

const MOST = 200_000; // characters on the page; a program that says more is cut here

class RunOutput extends View {
  static properties = { running: { attribute: false }, elapsed: { attribute: false }, result: { attribute: false }, failure: { attribute: false }, waitUntil: { attribute: false }, cut: { state: true }, any: { state: true } };

  clear() {
    Object.assign(this, { shown: 0, cut: false, any: false, waiting: [], said: '' });
    this.querySelector('.run-text')?.replaceChildren();
  }

  /** Appends once per frame, however often pieces come. */
  add(kind, text) {
    this.waiting ??= [];
    this.waiting.push([kind, text]);
    this.frame ??= requestAnimationFrame(() => this.flush());
  }

  finish() {
    cancelAnimationFrame(this.frame);
    this.flush();
  }

  flush() {
    this.frame = null;
    const box = this.querySelector('.run-text');
    if (!box || !this.waiting?.length) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    for (const [kind, text] of this.waiting) this.append(box, kind, text);
    this.waiting = [];
    this.any = true;
    if (atEnd) box.scrollTop = box.scrollHeight;
  }

  append(box, kind, text) {
    const room = MOST - (this.shown ?? 0);
    const part = text.length > room ? text.slice(0, Math.max(0, room)) : text;
    if (part.length < text.length) this.cut = true;
    if (!part) return;
    this.shown = (this.shown ?? 0) + part.length;
    let last = box.lastElementChild;
    if (!last || last.dataset.kind !== kind || last.textContent.length > 20_000) {
      last = document.createElement('span');
      last.dataset.kind = kind;
      last.className = kind === 'stderr' ? 'run-err' : '';
      box.append(last);
    }
    last.append(part);
  }

  get text() { return this.querySelector('.run-text').textContent; }

  render() {
    return html`<div class="run-bar" role="status">${this.renderStatus()}<span class="grow"></span>${this.any ? html`<cf-copy .text=${() => this.text} label=${t('run.copy')}></cf-copy>` : nothing}</div>
      ${this.failure ? this.renderFailure() : nothing}
      ${this.result ? this.renderFindings() : nothing}
      <pre class="run-text" tabindex="0" role="log" aria-label=${t('run.output')} ?hidden=${!this.any}></pre>
      ${this.cut ? html`<p class="run-note">${t('run.cut', { n: number(MOST) })}</p>` : nothing}
      ${this.result?.truncated && !this.cut && this.result.reason === 'output_limit' ? html`<p class="run-note">${t('run.cut.limit')}</p>` : nothing}
      ${!this.any && !this.failure ? html`<p class="run-empty">${this.running ? nothing : this.result ? t('run.silent') : t('run.empty')}</p>` : nothing}`;
  }

  renderStatus() {
    if (this.running) {
      return html`<span class="run-state busy"><i class="dot"></i>${t('run.running')}${this.elapsed > 300 ? html` <span class="figure" aria-hidden="true">${number(this.elapsed / 1000, 1)} s</span>` : nothing}</span>`;
    }
    if (this.failure) return html`<span class="run-state bad">${icon('warn', 'small')}${t('run.notrun')}</span>`;
    if (!this.result) return html`<span class="run-state">${t('run.output')}</span>`;
    const { status, success, exit_code: exit, signal, reason } = this.result;
    const tone = success ? 'good' : status === 'timeout' || status === 'cancelled' ? 'warn' : 'bad';
    const words = success ? t('run.ok') : reason === 'exit_code' ? t('run.exit', { n: exit }) : reason === 'signal' ? t('run.signal', { name: signal }) : t(`run.reason.${reason ?? 'cancelled'}`);
    return html`<span class="run-state ${tone}">${icon(success ? 'check' : status === 'timeout' ? 'clock' : status === 'cancelled' ? 'stop' : 'warn', 'small')}${words}</span>${this.renderFigures()}`;
  }

  renderFigures() {
    const r = this.result;
    if (r.wall_ms === undefined || !r.memory_kb) return nothing;
    const parts = [t('run.took', { ms: milliseconds(r.execution_time * 1000) }), t('run.cpu', { ms: milliseconds(r.cpu_ms) }), t('run.memory', { n: bytes(r.memory_kb * 1024) })];
    if (r.queue_ms >= 50) parts.push(t('run.queued', { ms: milliseconds(r.queue_ms) }));
    return html`<span class="run-figures">${parts.map((part) => html`<span>${part}</span>`)}</span>`;
  }

  /** Limits and findings in words; what the program wrote to its error output stands below. */
  renderFindings() {
    const { reason, error, violations = [] } = this.result;
    const told = ['timeout', 'cpu_limit', 'memory_limit', 'output_limit', 'syntax'].includes(reason);
    return html`${told ? html`<div class="run-told ${reason === 'syntax' ? 'bad' : 'warn'}">${icon(reason === 'syntax' ? 'warn' : 'clock')}<p>${reason === 'syntax' ? error : t(`run.told.${reason}`)}</p></div>` : nothing}
      ${this.renderViolations(violations)}`;
  }

  renderViolations(violations) {
    if (!violations.length) return nothing;
    return html`<ul class="run-findings">${violations.map((v) => html`<li><button class="link" @click=${() => this.dispatchEvent(new CustomEvent('show-line', { detail: v.line }))}>${t('run.line', { n: v.line })}</button> ${v.message}</li>`)}</ul>`;
  }

  renderFailure() {
    const { status, message, details = {} } = this.failure;
    const kind = details.violations ? 'refused' : status === 429 ? 'limit' : status === 503 ? 'pool' : status === 400 ? 'bad' : status === 0 ? 'lost' : 'fault';
    const seconds = this.waitUntil ? Math.ceil((this.waitUntil - Date.now()) / 1000) : 0;
    const retry = ['limit', 'pool', 'lost', 'fault'].includes(kind);
    return html`<div class="problem run-problem" role="alert">${icon('warn')}<div><strong>${t(`run.err.${kind}`)}</strong>
      <p>${kind === 'refused' ? t('run.err.refused.text') : kind === 'limit' && seconds > 0 ? t('run.err.limit.text', { s: seconds }) : message}</p>
      ${kind === 'pool' && details.remedy ? html`<p class="minor">${isAdmin() ? details.remedy : t('run.err.pool.ask')}</p>` : nothing}
      ${details.violations ? this.renderViolations(details.violations) : nothing}
      ${retry ? html`<div class="row"><button ?disabled=${seconds > 0} @click=${() => this.dispatchEvent(new CustomEvent('run-asked'))}>${t('app.retry')}</button>
        ${kind === 'pool' && isAdmin() ? html`<a class="button" data-go href=${href('/admin/sandbox')}>${t('run.err.pool.open')}</a>` : nothing}</div>` : nothing}
      ${this.failure.requestId ? html`<details><summary>${t('app.details')}</summary><pre>${this.failure.report}</pre></details>` : nothing}</div></div>`;
  }
}
customElements.define('cf-run-output', RunOutput);

/** "3.1 ms", "120 ms", "2.4 s". */
const milliseconds = (ms) => (ms >= 1000 ? `${number(ms / 1000, 1)} s` : `${number(ms, ms < 10 ? 1 : 0)} ms`);
