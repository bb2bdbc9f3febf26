// Addresses: every view has one, back and reload work. The same pages live under / and under /carafe/.
import { state, update } from './state.js';

const base = location.pathname === '/carafe' || location.pathname.startsWith('/carafe/') ? '/carafe' : '';

function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % sign: no page of ours
  }
}

function parse(pathname) {
  const [page = '', part = '', last = ''] = pathname.slice(base.length).split('/').filter(Boolean).map(plain);
  if (page === '') return { page: 'chat', id: null };
  if (page === 'c' && part) return { page: 'chat', id: part };
  if (page === 'run') return { page };
  if (page === 'learn') return { page, course: part || null, lesson: last || null };
  if (page === 'teach' && part) return { page, course: part, tab: last || 'gradebook' };
  if (page === 'workflows') return { page, id: part || null, tab: last || null };
  if (page === 'settings') return { page, tab: part || 'profile' };
  if (page === 'admin') return { page, tab: part || 'users' };
  if (page === 'signin') return { page: 'chat', id: null };
  return { page: 'nowhere' };
}

/** The address of a view, such as '/c/42', under the base in use. */
export const href = (path) => base + path || '/';

/** Goes to a view; `replace` keeps the history as it is. */
export function go(path, { replace = false } = {}) {
  if (href(path) !== location.pathname) history[replace ? 'replaceState' : 'pushState'](null, '', href(path));
  update({ route: parse(location.pathname), drawer: false });
}

export function startRouter() {
  state.route = parse(location.pathname);
  addEventListener('popstate', () => update({ route: parse(location.pathname), drawer: false }));
  document.addEventListener('click', (e) => {
    const link = e.target.closest?.('a[href]');
    if (!link || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    if (link.target || link.origin !== location.origin || !link.hasAttribute('data-go')) return;
    e.preventDefault();
    go(link.pathname.startsWith(`${base}/`) ? link.pathname.slice(base.length) : link.pathname);
  });
}
