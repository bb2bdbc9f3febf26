// The proxy's running log: live, filtered, paused when somebody reads; and what was kept.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { attempt, pageHead } from './forms.js';
import { confirmLoss } from './overlays.js';
import { number } from './time.js';

const MOST = 1000;
const PAGE = 200;

class ProxyLog extends View {
  static properties = { client: { attribute: false }, level: { state: true }, filter: { state: true }, live: { state: true }, lines: { state: true }, problem: { state: true }, more: { state: true }, waiting: { state: true } };

  constructor() {
    super();
    Object.assign(this, { level: '', filter: '', live: true, lines: [], waiting: 0 });
  }

  connectedCallback() {
    super.connectedCallback();
    this.restart = () => this.begin();
    this.client.addEventListener('key', this.restart);
    this.begin();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.client.removeEventListener('key', this.restart);
    this.leave?.abort();
  }

  /** Reads what was kept, then follows what comes; begins again when the connection breaks. */
  async begin() {
    this.leave?.abort();
    const leave = new AbortController();
    this.leave = leave;
    this.seen = new Set();
    this.held = [];
    this.lines = [];
    this.waiting = 0;
    try {
      if (!this.client.open) throw Object.assign(new Error(t('px.locked')), { status: 401 });
      await this.older();
      this.problem = null;
      const query = new URLSearchParams({ ...(this.level && { level_filter: this.level }), ...(this.filter && { path_filter: this.filter }) });
      await this.client.stream(`/logs/stream?${query}`, (line) => this.take(line), leave.signal);
    } catch (e) {
      if (leave.signal.aborted) return;
      this.problem = e.status === 503 ? null : e;
      if (e.status === 401) return;
    }
    if (!leave.signal.aborted) setTimeout(() => this.leave === leave && this.begin(), 3000);
  }

  async older() {
    const query = new URLSearchParams({ limit: PAGE, offset: this.lines.length, ...(this.level && { level: this.level }), ...(this.filter && { path_filter: this.filter }) });
    try {
      const { logs, pagination } = await this.client.call('GET', `/logs/history?${query}`);
      const before = logs.reverse().filter((line) => this.fresh(line));
      this.lines = [...before, ...this.lines];
      this.more = pagination.has_more;
    } catch (e) {
      if (e.status !== 503) throw e; // 503: nothing is kept here, and what comes is shown all the same
    }
  }

  fresh(line) {
    const mark = `${line.timestamp} ${line.request_id} ${line.message}`;
    if (this.seen.size > 8 * MOST) this.seen = new Set([...this.seen].slice(-2 * MOST));
    return !this.seen.has(mark) && !!this.seen.add(mark);
  }

  take(line) {
    if (line.type || !this.fresh(line)) return;
    const list = this.querySelector('.log');
    this.atEnd = !list || list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    this.held.push(line);
    if (this.held.length > MOST) this.held.shift(); // a pause may last a night
    if (!this.live) this.waiting = this.held.length;
    else if (!this.flushing) this.flushing = requestAnimationFrame(() => this.flush());
  }

  flush() {
    this.flushing = 0;
    this.lines = [...this.lines, ...this.held].slice(-MOST);
    this.held = [];
    this.waiting = 0;
  }

  updated(changed) {
    const list = this.querySelector('.log');
    if (list && changed.has('lines') && this.live && this.atEnd !== false) list.scrollTop = list.scrollHeight;
  }

  pause() {
    this.live = !this.live;
    if (this.live) {
      this.atEnd = true;
      this.flush();
    }
  }

  async clear() {
    if (!(await confirmLoss(t('px.clear'), t('px.clear.text')))) return;
    if (await attempt(() => this.client.call('POST', '/logs/clear', {}), t('px.cleared'))) this.begin();
  }

  choose(patch) {
    Object.assign(this, patch);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.begin(), 250);
  }

  render() {
    if (this.problem?.status === 401) return html`${pageHead(t('px.log'), t('px.log.text'))}<div class="blank-state boxed">${icon('key', 'large')}<h2>${t('px.locked')}</h2><p>${t('px.locked.text')}</p>
      <button class="primary" @click=${() => this.dispatchEvent(new CustomEvent('unlock', { bubbles: true }))}>${t('px.unlock')}</button></div>`;
    return html`${pageHead(t('px.log'), t('px.log.text'), html`<button class="danger-quiet" @click=${this.clear}>${icon('trash')}${t('px.clear.do')}</button>`)}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p></div></div>` : nothing}
      <div class="toolbar wrap"><select aria-label=${t('px.level')} @change=${(e) => this.choose({ level: e.target.value })}>
          ${[['', 'px.level.all'], ['INFO', 'px.level.info'], ['WARNING', 'px.level.warning'], ['ERROR', 'px.level.error']].map(([value, key]) => html`<option value=${value} ?selected=${value === this.level}>${t(key)}</option>`)}</select>
        <div class="field-icon">${icon('search', 'small')}<input type="search" aria-label=${t('px.filter.path')} placeholder=${t('px.filter.path')} .value=${this.filter} @input=${(e) => this.choose({ filter: e.target.value.trim() })}></div>
        <span class="gap"></span><span class="status ${this.live && !this.problem ? 'good' : 'off'}">${t(this.problem ? 'px.log.broken' : this.live ? 'px.log.live' : 'px.log.paused')}</span>
        <button class="small" aria-pressed=${!this.live} @click=${this.pause}>${this.live ? t('px.pause') : this.waiting ? t('px.resume.n', { n: number(this.waiting) }) : t('px.resume')}</button></div>
      <div class="log" tabindex="0" role="log" aria-label=${t('px.log')} aria-live="off">
        ${this.more ? html`<button class="quiet small" @click=${() => attempt(() => this.older())}>${t('px.older')}</button>` : nothing}
        ${this.lines.length ? nothing : html`<p class="minor">${t(this.level || this.filter ? 'px.log.nomatch' : 'px.log.none')}</p>`}
        <ul class="lines">${this.lines.map((line) => html`<li class="line ${{ ERROR: 'bad', WARNING: 'warn' }[line.level] ?? ''}"><time>${line.formatted_time}</time>
          <div><span class="level">${line.level}</span> <span>${line.message}</span>${line.response_content ? html`<details><summary>${t('app.details')}</summary><pre>${line.response_content}</pre></details>` : nothing}</div></li>`)}</ul></div>`;
  }
}
customElements.define('cf-proxy-log', ProxyLog);
