// Open WebUI's own front end, unmodified, on Carafe: CARAFE_URL names a fresh server with FRONTEND_DIR. One account, in this order.
import { startUpstream } from './fake-upstream.mjs';
import { openTab, run, url } from './harness.mjs';

await import('./openwebui.test.mjs');
await import('./openwebui-more.test.mjs');

await run(async (browser) => {
  const upstream = await startUpstream();
  const page = await openTab(browser);
  await page.goto(url);
  return { browser, page, upstream, close: () => upstream.close() };
});
