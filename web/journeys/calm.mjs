// Nothing on a page moves by itself while events arrive: the browser counts no layout shift, and what is drawn anew waits
// for the hand. And what a first visit weighs.
import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Adds up what moved without anybody having acted; runs in the page, before anything else. */
function watchShifts() {
  window.shifts = [];
  const note = (entries) => {
    for (const { value, sources } of entries)
      window.shifts.push({ value, of: sources.map(({ node }) => node?.parentElement?.outerHTML?.slice(0, 120) ?? '') });
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  window.painted = async () => {
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
    note(observer.takeRecords());
  };
}

/** What moved, but for a word behind an age that got longer: nobody sees a shift of a thousandth of a thousandth. */
const moved = (page) =>
  page.evaluate(async () => {
    await window.painted();
    return window.shifts.filter(({ value }) => value >= 0.000_05);
  });

const FIRST_VISIT = 120 * 1024;

/** Waits until the main part reads as `told` and otherwise than `before`; gives what it reads. */
async function reads(page, before, told) {
  const read = () => page.locator('main').innerText();
  await page.waitForFunction(
    ([before, told]) => {
      const text = document.getElementById('main').innerText;
      return text !== before && new RegExp(told, 'i').test(text);
    },
    [before, told],
    { timeout: 30_000 },
  );
  return read();
}

export function calm(walking, demo) {
  test('no layout shift is counted on any page while a connector is paused and resumed', () =>
    walking({}, async (page) => {
      const name = 'payments-invoices';
      await page.addInitScript(watchShifts);
      for (const [path, paused, resumed] of [
        ['/', 'payments-invoices[^.]*paused', 'payments-invoices[^.]*(running|healthy)'],
        ['/connectors?sort=name', 'Paused\\s+payments-invoices', 'Healthy\\s+payments-invoices'],
        ['/clusters/legacy', 'Paused\\s+payments-invoices', 'Healthy\\s+payments-invoices'],
        [`/clusters/legacy/connectors/${name}`, 'payments-invoices is paused', 'payments-invoices is healthy'],
        ['/timeline', 'payments-invoices[^.]*paused', 'payments-invoices[^.]*(running|healthy)'],
      ]) {
        await page.goto(demo().address + path);
        await page.evaluate(() => document.fonts.ready);
        const first = await page.locator('main').innerText();
        await page.evaluate(() => { window.shifts = []; });
        await demo().rest('legacy', 'PUT', `/connectors/${name}/pause`);
        const then = await reads(page, first, paused);
        await demo().rest('legacy', 'PUT', `/connectors/${name}/resume`);
        await reads(page, then, resumed);
        assert.deepEqual(await moved(page), [], path);
      }
    }));

  test('no layout shift is counted on any page when a cause and a row are added', () =>
    walking({}, async (page) => {
      await page.addInitScript(watchShifts);
      for (const [number, path] of ['/', '/connectors', '/clusters/legacy', '/timeline'].entries()) {
        const name = `afresh-${number}`;
        await page.goto(demo().address + path);
        await page.evaluate(() => document.fonts.ready);
        await page.evaluate(() => { window.shifts = []; });
        await demo().rest('legacy', 'PUT', `/connectors/${name}/config`, {
          'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
          topics: 'payments.afresh',
          file: '/nowhere/at/all',
        });
        try {
          await reads(page, '', path === '/timeline' ? name : `${name}[^]*failed|failed[^]*${name}`);
          assert.deepEqual(await moved(page), [], path);
        } finally {
          await demo().rest('legacy', 'DELETE', `/connectors/${name}`);
        }
      }
    }));

  test('what would move rows is shown once the hand rests, and nothing slides beneath it before', () =>
    walking({}, async (page) => {
      const [name, path] = ['aa-afresh', '/connectors?sort=name'];
      await page.goto(demo().address + path);
      await page.evaluate(() => document.fonts.ready);
      const places = () =>
        page.evaluate(() => [...document.querySelectorAll('main [data-key]')].map((node) => [node.dataset.key, node.getBoundingClientRect().top]));
      const moved = async (steps) => {
        for (let step = 0; step < steps; step++) {
          await page.mouse.move(400 + (step % 2), 300);
          await page.waitForTimeout(50);
        }
      };
      // What the journeys before left goes first.
      await page.waitForFunction(() => !/afresh/.test(document.getElementById('main').innerText), null, { timeout: 30_000 });
      await moved(2);
      const before = await places();
      const put = demo().rest('legacy', 'PUT', `/connectors/${name}/config`, {
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        topics: 'payments.afresh',
        file: '/tmp/afresh',
      });
      let answered = false;
      put.finally(() => (answered = true)).catch(() => {});
      try {
        while (!answered) await moved(2);
        await put;
        const known = () => page.evaluate(async (name) => (await fetch(`/api/v1/clusters/legacy/connectors/${name}`)).ok, name);
        const end = Date.now() + 30_000;
        while (!(await known())) {
          assert.ok(Date.now() < end, 'the connector is never known');
          await moved(4);
        }
        await moved(20);
        assert.deepEqual(await places(), before, 'something slid beneath the hand');
        // The hand rests.
        await page.locator('main', { hasText: name }).waitFor({ timeout: 15_000 });
        const first = await page.locator('tr[data-connector] .name').first().innerText();
        assert.equal(first, name);
      } finally {
        await demo().rest('legacy', 'DELETE', `/connectors/${name}`);
      }
    }, /404/));

  test('a first visit takes no more than 120 kB, fonts and scripts included', () =>
    walking({}, async (page) => {
      const session = await page.context().newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.setCacheDisabled', { cacheDisabled: true });
      let bytes = 0;
      const parts = [];
      const names = new Map();
      session.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, response.url));
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        bytes += encodedDataLength;
        parts.push(`${encodedDataLength} ${names.get(requestId)}`);
      });
      await page.goto(demo().address, { waitUntil: 'load' });
      await page.evaluate(() => document.fonts.ready);
      assert.ok(parts.some((part) => /\.woff2/.test(part)) && parts.some((part) => /\.js/.test(part)), parts.join('\n'));
      assert.ok(bytes <= FIRST_VISIT, `${bytes} bytes:\n${parts.join('\n')}`);
    }));
}
