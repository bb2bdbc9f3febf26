// What a check or a grade said: each test, and where the expected and the actual text part.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { go } from './router.js';
import { difference, onlyBlanks } from './difference.js';
import { number } from './time.js';
import { coursePath, points } from './learn.js';

const MOST = 4000; // characters of one text on the page

const text = (value) => (value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));
const short = (value) => (text(value).length > MOST ? `${text(value).slice(0, MOST)}…` : text(value));

const pre = (label, shown) => (shown ? html`<div><h4>${label}</h4><pre tabindex="0">${shown}</pre></div>` : nothing);

class Results extends View {
  static properties = {
    data: { attribute: false }, mine: { attribute: false }, report: { attribute: false }, wrong: { attribute: false }, busy: { attribute: false },
    elapsed: { attribute: false }, waitUntil: { attribute: false }, open: { state: true },
  };

  willUpdate(changed) {
    if (!changed.has('report')) return;
    const first = this.report?.tests?.find((test) => test.status !== 'pass' && !test.hidden);
    this.open = new Set(first ? [first.name] : []);
  }

  fire(name) { this.dispatchEvent(new CustomEvent(name)); }

  render() {
    return html`<div aria-live="polite">${this.busy ? this.renderBusy() : this.wrong ? this.renderWrong() : this.report ? this.renderSummary(this.report) : nothing}</div>
      ${this.report && !this.wrong && this.report.gradable !== false ? html`<ul class="tests ${this.busy ? 'old' : ''}">${this.report.tests?.map((test) => this.renderTest(test))}</ul>` : this.busy || this.report ? nothing : this.renderBefore()}`;
  }

  renderBusy() {
    const words = this.busy.queued ? t('lesson.queued') : t(`lesson.busy.${this.busy.kind}`);
    return html`<p class="results-busy"><i class="dot"></i>${words}${this.elapsed > 1000 ? html`<span class="figure minor" aria-hidden="true">${number(this.elapsed / 1000, 0)} s</span>
      ${this.elapsed > 5000 ? html`<button class="small" @click=${() => this.fire('stop')}>${t(this.busy.kind === 'submit' ? 'lesson.stop.waiting' : 'app.cancel')}</button>` : nothing}` : nothing}</p>`;
  }

  renderWrong() {
    const { status, message } = this.wrong;
    const wait = this.waitUntil ? Math.ceil((this.waitUntil - Date.now()) / 1000) : 0;
    const words = status === 429 ? t('run.err.limit.text', { s: wait }) : status === 503 ? t('run.err.pool.ask') : status === 0 ? t('lesson.wrong.lost') : message;
    return html`<div class="problem" role="alert">${icon('warn')}<div><strong>${status === 429 ? t('run.err.limit') : t('lesson.wrong')}</strong><p>${words}</p>
      ${[429, 403, 409].includes(status) ? nothing : html`<button @click=${() => this.fire('again')}>${t('app.retry')}</button>`}</div></div>`;
  }

  renderSummary(r) {
    const tests = r.tests ?? [];
    const good = tests.filter((test) => test.status === 'pass').length;
    const passed = r.status === 'pass' || (tests.length > 0 && good === tests.length);
    const words = !tests.length || r.gradable === false ? t('lesson.failed') : passed ? t('lesson.all', { n: good }) : t('lesson.some', { n: good, all: tests.length });
    const graded = r.kind === 'submit';
    return html`<div class="summary ${passed ? 'good' : r.gradable === false ? 'warn' : 'bad'}">${icon(passed ? 'check' : 'warn')}<div><strong>${words}</strong>
      <p>${graded ? this.gradeWords(r) : passed ? this.data.hidden_tests ? t('lesson.check.passed', { n: this.data.hidden_tests }) : t('lesson.check.passed.all') : t('lesson.check.only')}</p>
      ${r.gradable === false && r.message ? html`<pre class="summary-fault" tabindex="0">${r.message}</pre>` : nothing}</div>
      ${graded && passed && this.data.next ? html`<button class="primary" @click=${() => go(coursePath(this.data.course, this.data.next))}>${t('lesson.next')}${icon('right')}</button>`
        : passed ? nothing : html`<button class="small" @click=${() => this.fire('help')}>${icon('bulb', 'small')}${t('help.hint')}</button>`}</div>`;
  }

  gradeWords(r) {
    if (r.gradable === false) return t('lesson.not.counted');
    const parts = [t('learn.points.of', { n: points(r.points ?? 0), all: points(r.max_points ?? this.data.points) })];
    if (r.late) parts.push(t('lesson.late', { n: Math.round((r.credit ?? 1) * 100) }));
    if (typeof r.attempts_left === 'number') parts.push(t('lesson.attempts.left', { n: r.attempts_left }));
    return parts.join(' · ');
  }

  renderTest(test) {
    const good = test.status === 'pass';
    const told = !test.hidden && (!good || test.got || test.output);
    const head = html`<span class="test-state ${good ? 'good' : 'bad'}">${icon(good ? 'check' : test.status === 'timeout' ? 'clock' : 'close', 'small')}<span class="offscreen">${t(`lesson.test.${test.status}`)}</span></span>
      <span class="test-name">${test.name}</span>${test.hidden ? html`<span class="minor">${t('lesson.hidden')}</span>` : nothing}
      ${test.max_points > 1 || (!good && test.points > 0) ? html`<span class="minor figure">${t('learn.points.of', { n: points(test.points), all: points(test.max_points) })}</span>` : nothing}`;
    if (!told) return html`<li class="test"><div class="test-head">${head}</div></li>`;
    return html`<li class="test"><details ?open=${this.open?.has(test.name)}><summary class="test-head">${head}</summary>${this.renderDetail(test, good)}</details></li>`;
  }

  renderDetail(test, good) {
    const wanted = short(test.expected);
    const got = short(test.got);
    return html`<div class="test-detail">${!good && test.message ? html`<p class="test-message">${test.message}</p>` : nothing}
      ${test.error ? html`<pre class="test-error" tabindex="0">${short(test.error)}</pre>` : nothing}
      ${pre(t('lesson.input'), short(test.input))}
      ${test.status === 'timeout' ? html`<p class="test-message">${t('run.told.timeout')}</p>` : nothing}
      ${good || test.status === 'timeout' || test.error || test.expected === null || test.expected === undefined ? pre(t('lesson.got'), got) : this.renderParting(test, wanted, got)}
      ${short(test.output) === got ? nothing : pre(t('lesson.prints'), short(test.output))}</div>`;
  }

  /** A part or a pattern has no line of its own to be compared with. */
  renderParting(test, wanted, got) {
    const match = this.data.tests?.find((known) => known.name === test.name)?.match ?? '';
    if (!['contains', 'regex'].includes(match)) return renderDifference(wanted, got);
    return html`${pre(t(`lesson.expected.${match}`), wanted)}${got ? pre(t('lesson.got'), got) : html`<p class="test-message">${t('lesson.nothing')}</p>`}`;
  }

  /** Before the first check: what will be looked at. */
  renderBefore() {
    const { tests = [], hidden_tests: hidden = 0 } = this.data;
    return html`<div class="before"><p>${t('lesson.before')}</p>
      <ul class="tests">${tests.map((test) => html`<li class="test"><details><summary class="test-head"><span class="test-state">${icon('code', 'small')}</span><span class="test-name">${test.name}</span></summary>
        <div class="test-detail">${pre(t('lesson.input'), short(test.input))}
          ${pre(t(['contains', 'regex'].includes(test.match) ? `lesson.expected.${test.match}` : 'lesson.expected'), short(test.expected))}</div></details></li>`)}</ul>
      ${hidden ? html`<p class="minor">${icon('lock', 'small')} ${hidden === 1 ? t('lesson.hidden.one') : t('lesson.hidden.n', { n: hidden })}</p>` : nothing}</div>`;
  }
}
customElements.define('cf-results', Results);

/** Two texts side by side; what differs is marked, and said in words when it cannot be seen. */
export function renderDifference(wanted, got, labels = [t('lesson.expected'), t('lesson.got')]) {
  const rows = difference(wanted, got);
  const blanks = onlyBlanks(wanted, got);
  const side = (name, label) => html`<div class="diff-side"><h4>${label}</h4><pre tabindex="0" aria-label=${label}>${rows.map((row) => renderLine(row, row[name], name, blanks))}</pre></div>`;
  return html`${got === '' && wanted !== '' ? html`<p class="test-message">${t('lesson.nothing')}</p>` : blanks ? html`<p class="test-message">${t('lesson.blanks')}</p>` : nothing}
    <div class="diff">${side('left', labels[0])}${side('right', labels[1])}</div>`;
}

function renderLine(row, part, name, blanks) {
  if (!part) return html`<span class="diff-line gap"> </span>`;
  if (row.same) return html`<span class="diff-line">${part.text || ' '}</span>`;
  const mark = part.text.slice(part.from, part.to);
  const seen = blanks || /^\s+$/.test(mark) ? mark.replaceAll(' ', '·').replaceAll('\t', '→') : mark;
  return html`<span class="diff-line ${name === 'left' ? 'wanted' : 'found'}">${part.text.slice(0, part.from)}${mark ? html`<mark>${seen}</mark>` : nothing}${part.text.slice(part.to) || (part.text ? nothing : '⏎')}</span>`;
}
