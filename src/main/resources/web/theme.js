// Runs before the first paint, so that neither the theme nor the frame flashes.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem('carafe.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    root.lang = localStorage.getItem('carafe.language') || (navigator.language.startsWith('zh') ? 'zh-CN' : 'en');
    if (localStorage.getItem('carafe.known')) root.dataset.known = '';
  } catch {
    root.dataset.storage = 'none'; // private mode: everything works, nothing is remembered
  }
})();
