// The pages as people use them, against a fresh server and a fake upstream. One account after another, in this order.
import { startUpstream } from './fake-upstream.mjs';
import { openTab, run, url } from './harness.mjs';

await import('./messages.test.mjs');
await import('./start.test.mjs');
await import('./chat.test.mjs');
await import('./chat-list.test.mjs');
await import('./run.test.mjs');
await import('./api-docs.test.mjs');
await import('./workflows.test.mjs');
await import('./settings.test.mjs');
await import('./admin.test.mjs');
await import('./local-models.test.mjs');
await import('./routing.test.mjs');
await import('./proxy.test.mjs');
await import('./learn.test.mjs');
await import('./teach.test.mjs');
await import('./trouble.test.mjs');
await import('./looks.test.mjs');

await run(async (browser) => {
  const upstream = await startUpstream();
  const page = await openTab(browser);
  await page.goto(url);
  return { browser, page, upstream, close: () => upstream.close() };
});
